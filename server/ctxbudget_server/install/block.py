"""Lines of ours in a text file of an editor, between two marks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from ctxbudget_server.install.draft import Edit
from ctxbudget_server.install.faults import InstallError
from ctxbudget_server.install.record import Record
from ctxbudget_server.install.wiring import Wired

BEGIN = ">>> ctxbudget >>>"
END = "<<< ctxbudget <<<"


@dataclass(frozen=True, slots=True)
class Block:
    """A wiring: lines between marks, at the end of a file."""

    host: str
    path: Path
    comment: str
    """What begins a comment in the file's language."""
    lines: tuple[str, ...]
    is_all_ours: ClassVar[bool] = False

    def wired(self, text: str) -> Wired:
        """As in `Wiring`."""
        newline = "\r\n" if "\r\n" in text else "\n"
        block = newline.join((f"{self.comment} {BEGIN}", *self.lines, f"{self.comment} {END}")) + newline
        there = self._there(text)
        if there is not None:
            at, old = there.start(), there[0]
        else:
            at, old = len(text), ""
            block = block if not text or text.endswith("\n") else newline + block
        after = text[:at] + block + text[at + len(old) :]
        return Wired(after, [Edit(at, old, block)], "its lines")

    def unwired(self, text: str, old: Record | None) -> str:
        """As in `Wiring`."""
        there = self._there(text)
        return text if there is None else text[: there.start()] + text[there.end() :]

    def is_empty(self, text: str) -> bool:
        """As in `Wiring`."""
        return not text.strip()

    def remarks(self, text: str) -> list[str]:
        """As in `Wiring`."""
        return []

    def _there(self, text: str) -> re.Match[str] | None:
        begin, end = (re.escape(f"{self.comment} {mark}") for mark in (BEGIN, END))
        found = re.search(rf"^{begin}[ \t]*\r?\n(?:.*\n)*?{end}[ \t]*(?:\r?\n|\Z)", text, re.M)
        if found is None and (lone := re.search(rf"^(?:{begin}|{end})", text, re.M)):
            line = text.count("\n", 0, lone.start()) + 1
            raise InstallError(f"{self.path}: line {line}: one of our two marks is missing; nothing is changed")
        return found
