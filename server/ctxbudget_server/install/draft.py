"""A JSON text under edit: each change touches only its own place, in the layout of what is around it."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

from ctxbudget_server.install.jsonc import BOM, Dialect, Entry, Node, parse

_LEADING = re.compile(r"[ \t]*")


class Edit(NamedTuple):
    """At an offset of the text as the edits before left it, `old` was replaced by `new`."""

    at: int
    old: str
    new: str


class Draft:
    """A text and the edits made so far. Offsets of a tree are those of the text that it was read from."""

    def __init__(self, text: str, dialect: Dialect) -> None:
        self.text = text
        self.edits: list[Edit] = []
        self._dialect = dialect

    def root(self) -> Node | None:
        """The tree as it is now. Raises `JsonError`."""
        return parse(self.text, self._dialect)

    def replace(self, start: int, end: int, new: str) -> None:
        """Replace the text from `start` to `end`."""
        if self.text[start:end] != new:
            self.edits.append(Edit(start, self.text[start:end], new))
            self.text = self.text[:start] + new + self.text[end:]

    def begin_object(self) -> None:
        """Give a text without a value an empty object."""
        if not self.text.removeprefix(BOM).strip():
            start = len(BOM) if self.text.startswith(BOM) else 0
            end_of_line = self._newline() if "\n" not in self.text else ""
            self.replace(start, start, "{}" + end_of_line)
        else:  # only comments
            newline = self._newline()
            lead = "" if self.text.endswith(("\n", "\r")) else newline
            self.replace(len(self.text), len(self.text), f"{lead}{{}}{newline}")

    def append(self, container: Node, value: Any, name: str | None = None) -> None:
        """Add a member (`name`) or an element at the end of a container."""
        start = json.dumps(name, ensure_ascii=False) + ": " if name is not None else ""
        last = container.entries[-1] if container.entries else None
        at = self._last_token_end(container)
        own_line = last is not None and self._on_own_line(container, last)
        if last is not None and not own_line and "\n" not in self.text[last.end : container.end]:
            new = start + json.dumps(value, ensure_ascii=False)
            self.replace(at, at, f"{' ' if last.comma is not None else ', '}{new}")
            return
        base = self._indent_of_line(container.start)
        indent = self._indent_of_line(last.start) if last and own_line else base + self._unit()
        new = self._newline() + indent + start + self._rendered(value, indent)
        if last is None:
            closes_on_new_line = "\n" in self.text[at : container.end - 1]
            self.replace(at, at, new if closes_on_new_line else new + self._newline() + base)
        elif last.comma is not None:
            self.replace(at, at, new + ",")
        else:
            self.replace(at, at, new)
            self.replace(last.end, last.end, ",")

    def remove(self, container: Node, entry: Entry) -> None:
        """Take an entry out of a container, with the blanks before it and one comma."""
        index = container.entries.index(entry)
        before = container.entries[index - 1] if index else None
        blanks = len(self.text[: entry.start]) - len(self.text[: entry.start].rstrip())
        start = entry.start - blanks
        if entry.comma is not None:
            self.replace(entry.comma, entry.comma + 1, "")
            self.replace(start, entry.end, "")
        else:
            self.replace(start, entry.end, "")
            if before is not None and before.comma is not None:
                self.replace(before.comma, before.comma + 1, "")
        if len(container.entries) == 1:
            self._close_up(container.start)

    def _close_up(self, start: int) -> None:
        inside = re.compile(r"[{\[](\s*)[}\]]").match(self.text, start)
        if inside:
            self.replace(inside.start(1), inside.end(1), "")

    def _last_token_end(self, container: Node) -> int:
        """Where the last thing in a container ends: an entry, its comma, a comment, or the opening bracket."""
        return len(self.text[: container.end - 1].rstrip())

    def _on_own_line(self, container: Node, entry: Entry) -> bool:
        return "\n" in self.text[container.start : entry.start] and not self.text[
            self.text.rfind("\n", 0, entry.start) + 1 : entry.start
        ].strip(" \t")

    def _indent_of_line(self, at: int) -> str:
        start = max(self.text.rfind("\n", 0, at), self.text.rfind("\r", 0, at)) + 1
        if self.text.startswith(BOM, start):
            start += len(BOM)
        return _LEADING.match(self.text, start)[0]  # type: ignore[index] # it matches the empty text

    def _unit(self) -> str:
        """One step of indentation: what the first member of the file has, else two blanks."""
        found = re.search(r"^[\ufeff]?[ \t]*\{\s*?\n([ \t]+)\"", self.text)
        return found[1] if found else "  "

    def _newline(self) -> str:
        return "\r\n" if "\r\n" in self.text else "\n"

    def _rendered(self, value: Any, indent: str) -> str:
        text = json.dumps(value, indent=self._unit(), ensure_ascii=False)
        return text.replace("\n", self._newline() + indent)


def undone(text: str, edits: list[Edit]) -> str | None:
    """The text before the edits; None if it is not what they left."""
    for at, old, new in reversed(edits):
        if text[at : at + len(new)] != new:
            return None
        text = text[:at] + old + text[at + len(new) :]
    return text
