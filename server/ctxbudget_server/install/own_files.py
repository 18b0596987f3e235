"""Files that are all ours, in folders from which a host loads them: written as shipped, and deleted as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from ctxbudget_server.install import wiring
from ctxbudget_server.install.faults import InstallError
from ctxbudget_server.install.plan import Plan
from ctxbudget_server.install.record import Record
from ctxbudget_server.install.wiring import Wired
from ctxbudget_server.runtime.program import NAME


@dataclass(frozen=True, slots=True)
class OwnFile:
    """A wiring: one file."""

    host: str
    path: Path
    text: str
    what: str
    """What the file is, in words."""
    mark: str = NAME
    """What every version of the file has in it, so that a file of another's is told from ours."""
    is_all_ours: ClassVar[bool] = True

    def wired(self, text: str) -> Wired:
        """As in `Wiring`. Raises `InstallError` if another file has this name."""
        if text.strip() and self.mark not in text:
            raise InstallError(f"{self.path} is another file, not ours; move it away first. Nothing is changed")
        # Without edits: the record need not hold all of the file, since all of it goes again.
        return Wired(self.text, [], self.what)

    def unwired(self, text: str, old: Record | None) -> str:
        """As in `Wiring`."""
        return "" if self.mark in text else text

    def is_empty(self, text: str) -> bool:
        """As in `Wiring`."""
        return not text.strip()

    def remarks(self, text: str) -> list[str]:
        """As in `Wiring`."""
        return []


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
            plan.steps += wiring.install(OwnFile(self.host, self.folder / name, text, self.what)).steps
        if plan.steps:
            plan.done.append(f"{self.folder}: {self.what}")
        return plan

    def uninstalled(self, names: tuple[str, ...]) -> Plan:
        """The plan that takes the files of these names away. Raises `InstallError`."""
        plan = Plan()
        for name in names:
            plan.steps += wiring.uninstall(OwnFile(self.host, self.folder / name, "", self.what)).steps
        if not plan.is_empty:
            plan.done.append(f"{self.folder}: deleted")
        return plan
