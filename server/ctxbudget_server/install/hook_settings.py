"""Our hooks, and the status line, in a host's JSON file of settings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from ctxbudget_server.install.commands import call_in
from ctxbudget_server.install.faults import InstallError
from ctxbudget_server.install.files import read
from ctxbudget_server.install.jsonc import EVERYTHING, Dialect
from ctxbudget_server.install.record import Record
from ctxbudget_server.install.replacing import TOOL_EVENTS, replacing_in
from ctxbudget_server.install.settings_file import SettingsFile, Wanted
from ctxbudget_server.install.wiring import Wired
from ctxbudget_server.runtime.program import NAME


@dataclass(frozen=True, slots=True)
class HookSettings:
    """A wiring: hooks for events, and a status line."""

    host: str
    path: Path
    dialect: Dialect
    hooks: tuple[Wanted, ...]
    status_line: str | None = None
    replace_over: int | None = None
    """As in `Place`."""
    note: str | None = None
    """What the user should know when it is installed."""
    is_all_ours: ClassVar[bool] = False

    def wired(self, text: str) -> Wired:
        """As in `Wiring`."""
        settings = SettingsFile(str(self.path), text, self.dialect)
        kept = settings.containers()
        for wanted in self.hooks:
            is_of_tools = wanted.event in TOOL_EVENTS
            settings.wire(wanted._replace(replace_over=self.replace_over) if is_of_tools else wanted)
        notes = [self.note] if self.note else []
        has_line = self.status_line is not None and settings.wire_status_line(self.status_line)
        if self.status_line is not None and not has_line:
            notes.append(
                "the status line that is set there stays; ours is printed by "
                "`ctxbudget statusline`, which reads the same JSON from stdin"
            )
        what = [f"hooks for {len(self.hooks)} events"] if self.hooks else []
        what += ["the status line"] if has_line else []
        replaced = {line: before for line, before in settings.replaced.items() if not _is_guarded(before)}
        return Wired(settings.draft.text, settings.draft.edits, " and ".join(what), kept, replaced, notes)

    def unwired(self, text: str, old: Record | None) -> str:
        """As in `Wiring`."""
        settings = SettingsFile(str(self.path), text, EVERYTHING)
        settings.unwire(old.kept if old else [], old.replaced if old else {})
        return settings.draft.text

    def replaces_over(self) -> int | None:
        """Above how many tokens the hooks that are there replace outputs, 0 for never; None: there are none of ours."""
        try:
            ours = SettingsFile(str(self.path), read(self.path).text or "", EVERYTHING).ours()
        except InstallError:  # said when the file is to be changed
            return None
        return max((replacing_in(one.call.words) for one in ours), default=None)

    def is_empty(self, text: str) -> bool:
        """As in `Wiring`."""
        return text.strip() in ("", "{}")

    def remarks(self, text: str) -> list[str]:
        """As in `Wiring`."""
        left = len(SettingsFile(str(self.path), text, EVERYTHING).ours())
        return [f"{self.path} has {left} hooks of {NAME} that were set by hand; they stay"] if left else []


def _is_guarded(line: str) -> bool:
    call = call_in(line)
    return call is not None and call.guarded
