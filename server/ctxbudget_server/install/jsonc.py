"""JSON, optionally with comments and trailing commas, as a tree that knows where in the text each value is.

`json` gives values without places, so a file could only be written back as a whole, without its comments and in another
layout.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final, NamedTuple

MAX_DEPTH: Final = 200
BOM: Final = "\ufeff"

_DECODER: Final = json.JSONDecoder()
_SPACE = re.compile(r"[ \t\r\n]*")
_COMMENT = re.compile(r"//[^\r\n]*|/\*.*?\*/", re.DOTALL)
_ATOM = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null")


class JsonError(ValueError):
    """The text is not JSON. `line` and `column` count from 1."""

    def __init__(self, text: str, at: int, message: str) -> None:
        line, column = place(text, at)
        super().__init__(f"line {line}, column {column}: {message}")


class Dialect(NamedTuple):
    """What a host reads besides JSON. What it does not, makes it ignore the whole file, so it is refused here too."""

    comments: bool = False
    trailing_commas: bool = False
    bom: bool = False
    """A byte order mark."""


EVERYTHING: Final = Dialect(True, True, True)


class Node(NamedTuple):
    """A value: the text from `start` to `end`."""

    kind: str
    """`object`, `array`, `string` or `atom`."""
    start: int
    end: int
    value: Any
    """A string's or an atom's value; None for the others."""
    entries: tuple[Entry, ...] = ()

    def member(self, name: str) -> Node | None:
        """The value of a member; of several with one name the last, as in `json`."""
        return next((entry.node for entry in reversed(self.entries) if entry.name == name), None)


class Entry(NamedTuple):
    """A member of an object, or an element of an array (which has no name)."""

    name: str | None
    start: int
    """Where the name starts, or the element."""
    node: Node
    comma: int | None
    """Where the comma after it is."""

    @property
    def end(self) -> int:
        """Where its value ends."""
        return self.node.end


def place(text: str, at: int) -> tuple[int, int]:
    """Line and column of an offset, both from 1."""
    before = text[:at]
    lines = re.split(r"\r\n|\r|\n", before)
    return len(lines), len(lines[-1].removeprefix(BOM)) + 1


def parse(text: str, dialect: Dialect = EVERYTHING) -> Node | None:
    """The tree of a text; None if it holds no value. Raises `JsonError`."""
    if text.startswith(BOM) and not dialect.bom:
        raise JsonError(text, 0, "a byte order mark, which this host does not read")
    reader = _Reader(text, dialect)
    start = reader.skip(len(BOM) if text.startswith(BOM) else 0)
    if start == len(text):
        return None
    node = reader.value(start, 0)
    if (rest := reader.skip(node.end)) < len(text):
        raise JsonError(text, rest, "text after the end of the value")
    return node


class _Reader:
    def __init__(self, text: str, dialect: Dialect) -> None:
        self._text = text
        self._dialect = dialect

    def skip(self, at: int) -> int:
        """Where the next token is, after blanks and comments."""
        while True:
            at = _SPACE.match(self._text, at).end()  # type: ignore[union-attr] # it matches the empty text
            if self._text[at : at + 1] != "/":
                return at
            found = _COMMENT.match(self._text, at)
            if found is None:
                raise JsonError(self._text, at, "a comment that does not end, or a stray /")
            if not self._dialect.comments:
                raise JsonError(self._text, at, "a comment, which this host does not read")
            at = found.end()

    def value(self, at: int, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise JsonError(self._text, at, f"nested more than {MAX_DEPTH} deep")
        sign = self._text[at : at + 1]
        if sign in ("{", "["):
            return self._container(at, depth, sign)
        if sign == '"':
            value, end = self._string(at)
            return Node("string", at, end, value)
        found = _ATOM.match(self._text, at)
        if found is None or self._text[found.end() : found.end() + 1].isalnum():
            raise JsonError(self._text, at, "a value was expected")
        return Node("atom", at, found.end(), json.loads(found[0]))

    def _string(self, at: int) -> tuple[str, int]:
        try:
            value, end = _DECODER.raw_decode(self._text, at)
        except json.JSONDecodeError as fault:
            raise JsonError(self._text, fault.pos, fault.msg) from fault
        return str(value), end

    def _container(self, start: int, depth: int, sign: str) -> Node:
        closing = "}" if sign == "{" else "]"
        entries: list[Entry] = []
        at = self.skip(start + 1)
        while self._text[at : at + 1] != closing:
            if entries and entries[-1].comma is None:
                raise JsonError(self._text, at, f"a comma or {closing} was expected")
            entry = self._entry(at, depth, sign)
            entries.append(entry)
            at = self.skip(entry.end if entry.comma is None else entry.comma + 1)
        if entries and entries[-1].comma is not None and not self._dialect.trailing_commas:
            raise JsonError(self._text, entries[-1].comma, f"a comma before {closing}, which this host does not read")
        return Node("object" if sign == "{" else "array", start, at + 1, None, tuple(entries))

    def _entry(self, at: int, depth: int, sign: str) -> Entry:
        name, begins = None, at
        if sign == "{":
            if self._text[at : at + 1] != '"':
                raise JsonError(self._text, at, "a name in quotes or } was expected")
            name, at = self._string(at)
            at = self.skip(at)
            if self._text[at : at + 1] != ":":
                raise JsonError(self._text, at, "a colon was expected")
            at = self.skip(at + 1)
        node = self.value(at, depth + 1)
        after = self.skip(node.end)
        return Entry(name, begins, node, after if self._text[after : after + 1] == "," else None)


def plain(node: Node) -> Any:
    """The value of a tree."""
    if node.kind == "object":
        return {str(entry.name): plain(entry.node) for entry in node.entries}
    if node.kind == "array":
        return [plain(entry.node) for entry in node.entries]
    return node.value
