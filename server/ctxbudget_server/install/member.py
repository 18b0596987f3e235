"""One setting in an editor's JSON file of settings."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from ctxbudget_server.install.jsonc import EVERYTHING
from ctxbudget_server.install.record import Record
from ctxbudget_server.install.settings_file import SettingsFile
from ctxbudget_server.install.wiring import Wired


@dataclass(frozen=True, slots=True)
class Member:
    """A wiring: a member of the file's object. One that the user has set stays."""

    host: str
    path: Path
    name: str
    value: str
    is_all_ours: ClassVar[bool] = False

    def wired(self, text: str) -> Wired:
        """As in `Wiring`."""
        settings = SettingsFile(str(self.path), text, EVERYTHING)
        root = settings.root()
        there = root.member(self.name)
        if there is None:
            settings.draft.append(root, self.value, self.name)
            replaced = {self.name: json.dumps(self.value)}
            return Wired(settings.draft.text, settings.draft.edits, self.name, [], replaced)
        notes: list[str] = []
        if there.value != self.value:
            notes.append(f"{self.path} sets {self.name} already: it stays as it is")
        return Wired(text, [], self.name, [], {}, notes)

    def unwired(self, text: str, old: Record | None) -> str:
        """As in `Wiring`. Only a value that the record says is ours goes."""
        settings = SettingsFile(str(self.path), text, EVERYTHING)
        root = settings.root()
        ours = old.replaced.get(self.name) if old else None
        for entry in root.entries:
            if entry.name == self.name and ours is not None and json.dumps(entry.node.value) == ours:
                settings.draft.remove(root, entry)
                break
        return settings.draft.text

    def is_empty(self, text: str) -> bool:
        """As in `Wiring`."""
        return text.strip() in ("", "{}")

    def remarks(self, text: str) -> list[str]:
        """As in `Wiring`."""
        return []
