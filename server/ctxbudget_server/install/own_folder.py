"""A folder within a host's folder that holds only our files, which are written as shipped and deleted as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ctxbudget_server.install import wiring
from ctxbudget_server.install.draft import Edit
from ctxbudget_server.install.faults import InstallError
from ctxbudget_server.install.plan import Plan
from ctxbudget_server.install.record import Record
from ctxbudget_server.install.wiring import Wired
from ctxbudget_server.runtime.program import NAME


@dataclass(frozen=True, slots=True)
class OwnFolder:
    """The files of a folder by their names in it, and what it is for, in words."""

    host: str
    folder: Path
    files: Mapping[str, str]
    what: str

    def installed(self) -> Plan:
        """The plan that writes them. Raises `InstallError`."""
        plan = Plan()
        for name, text in self.files.items():
            part = wiring.install(OwnFile(self.host, self.folder / name, text))
            plan.changes += part.changes
        if plan.changes:
            plan.done.append(f"{self.folder}: {self.what}")
        return plan

    def uninstalled(self, names: tuple[str, ...]) -> Plan:
        """The plan that takes the files of these names away. Raises `InstallError`."""
        plan = Plan()
        for name in names:
            plan.changes += wiring.uninstall(OwnFile(self.host, self.folder / name, "")).changes
        if any(change.changes for change in plan.changes):
            plan.done.append(f"{self.folder}: deleted")
        return plan


@dataclass(frozen=True, slots=True)
class OwnFile:
    """A wiring: a file that is all ours."""

    host: str
    path: Path
    text: str

    def wired(self, text: str) -> Wired:
        """As in `Wiring`."""
        if text and NAME not in text:
            raise InstallError(f"{self.path} is another's; nothing is changed")
        return Wired(self.text, [Edit(0, text, self.text)], "", is_all_ours=True)

    def unwired(self, text: str, old: Record | None) -> str:
        """As in `Wiring`."""
        return "" if old is not None else text

    def is_empty(self, text: str) -> bool:
        """As in `Wiring`."""
        return not text

    def remarks(self, text: str) -> list[str]:
        """As in `Wiring`."""
        return []
