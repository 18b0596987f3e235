"""Patterns as in .gitignore, matched in bounded time, so that no repository's patterns can hold up the process.

A pattern becomes a regular expression without backtracking. What follows a `*` matches where it first occurs, and what
follows a `**/` at the first folder where it fits, both as atomic groups: a later position would only leave less for the
rest of the pattern. Only the part after the last `*` is anchored at the end of the name. One match thus takes at most
the length of the path times that of the pattern, and both are limited.

Tests compare the results with git's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from ctxbudget_protocol.limits import MAX_PATTERN_LENGTH, MAX_PATTERNS, MAX_PATTERNS_LENGTH

_END = r"(?=/|\Z)"
_TOO_MANY = (
    f"it and everything after it exceeds the limits of {MAX_PATTERNS:,} patterns and {MAX_PATTERNS_LENGTH:,} characters"
)
_POSIX = {
    "alnum": "a-zA-Z0-9",
    "alpha": "a-zA-Z",
    "blank": r" \t",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": r"\x21-\x7e",
    "lower": "a-z",
    "print": r"\x20-\x7e",
    "punct": r"\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e",
    "space": r" \t\n\r\f\v",
    "upper": "A-Z",
    "xdigit": "0-9a-fA-F",
}


class LeftOut(NamedTuple):
    """Patterns that are not used: the line number of the first one (from 1), and the reason."""

    line: int
    reason: str


class _Rule(NamedTuple):
    matches: re.Pattern[str]
    takes_in: bool
    folders_only: bool


class Patterns:
    """The patterns of one .gitignore, or of one setting, in order: the last that matches decides.

    `beside` are patterns in force at the same time, e.g. those of .gitignore files in folders above: the limits on
    number and length apply to all of them together.
    """

    def __init__(self, lines: Iterable[str], beside: Iterable[Patterns] = ()) -> None:
        self.left_out: list[LeftOut] = []
        """Patterns over the limits."""
        self._rules: list[_Rule] = []
        self._size = 0
        others = [(len(each._rules), each._size) for each in beside]
        room, characters = MAX_PATTERNS - sum(n for n, _ in others), MAX_PATTERNS_LENGTH - sum(n for _, n in others)
        for number, line in enumerate(lines, 1):
            text = _stripped(line)
            if not text or text.startswith("#"):
                continue
            if len(text) > MAX_PATTERN_LENGTH:
                reason = f"a pattern of {len(text):,} characters is over the limit of {MAX_PATTERN_LENGTH:,}"
                self.left_out.append(LeftOut(number, reason))
                continue
            if len(self._rules) >= room or self._size + len(text) > characters:
                self.left_out.append(LeftOut(number, _TOO_MANY))
                break
            if rule := _rule(text):
                self._rules.append(rule)
                self._size += len(text)

    def decide(self, path: str, *, folder: bool) -> bool | None:
        """Whether the patterns include (True) or exclude (False) a path, or do not match it (None).

        The path is relative to the patterns' folder, with slashes. Its parent folders are not considered.
        """
        for rule in reversed(self._rules):
            if (folder or not rule.folders_only) and rule.matches.match(path):
                return rule.takes_in
        return None

    def take_in(self, path: str) -> bool:
        """Whether the patterns include a file, by itself or through a parent folder; the innermost match decides."""
        decided, folder = self.decide(path, folder=False), path
        while decided is None and "/" in folder:
            folder = folder.rpartition("/")[0]
            decided = self.decide(folder, folder=True)
        return bool(decided)


def _stripped(line: str) -> str:
    """A line without its line end and without trailing spaces, unless a backslash protects them."""
    text = line.rstrip("\r\n")
    bare = text.rstrip(" ")
    escaped = (len(bare) - len(bare.rstrip("\\"))) % 2 and bare != text
    return bare + " " if escaped else bare


def _rule(text: str) -> _Rule | None:
    """The rule of a pattern; None for one that git ignores, such as one with an unclosed class."""
    takes_in = not text.startswith("!")
    text = text if takes_in else text[1:]
    folders_only = text.endswith("/")
    text = text.removesuffix("/")
    if not text:
        return None
    groups = _groups(text.removeprefix("/").split("/")) if "/" in text else [[], [text]]
    source = _path(groups)
    return None if source is None else _Rule(re.compile(source, re.DOTALL), takes_in, folders_only)


def _groups(segments: list[str]) -> list[list[str]]:
    """Segments in groups, with any number of folders allowed between the groups."""
    groups: list[list[str]] = [[]]
    for segment in segments:
        if len(segment) > 1 and not segment.strip("*"):
            groups.append([])
        else:
            groups[-1].append(segment)
    return groups


def _path(groups: list[list[str]]) -> str | None:
    """The expression for a whole path; None if it can never match."""
    sources: list[list[str]] = []
    for group in groups:
        found = [source for source in map(_segment, group) if source is not None]
        if len(found) < len(group):
            return None
        sources.append(found)
    first, *middle, last = [[], *sources] if len(sources) == 1 else sources
    between = "".join(f"(?>(?:[^/]++/)*?{'/'.join(group)}/)" for group in middle if group)
    start = "" if len(sources) == 1 else "".join(f"{source}/" for source in first) + between + "(?:[^/]++/)*?"
    return start + ("/".join(last) or ".+") + r"\Z"


def _segment(text: str) -> str | None:
    """The expression for what is between two slashes; None if it can never match."""
    pieces = _pieces(text)
    if pieces is None:
        return None
    if len(pieces) == 1:
        return pieces[0]
    between = "".join(f"(?>[^/]*?{piece})" for piece in pieces[1:-1])
    return f"(?>{pieces[0]}{between}[^/]*{pieces[-1]}{_END})"


def _pieces(text: str) -> list[str] | None:
    """The expressions between the stars, each of fixed length."""
    pieces, at = [""], 0
    while at < len(text):
        character = text[at]
        at += 1
        if character == "*":
            if at == 1 or text[at - 2] != "*" or pieces[-1]:
                pieces.append("")
        elif character == "?":
            pieces[-1] += "[^/]"
        elif character == "[":
            found = _class(text, at)
            if found is None:
                return None
            source, at = found
            pieces[-1] += source
        elif character == "\\" and at == len(text):
            return None
        else:
            if character == "\\":
                character, at = text[at], at + 1
            pieces[-1] += re.escape(character)
    return pieces


def _class(text: str, at: int) -> tuple[str, int] | None:
    """The expression for a class whose bracket opened before `at`, and where it ends; None if it is not closed."""
    negated = text[at : at + 1] in ("!", "^")
    at += negated
    items, first = "", True
    while first or text[at : at + 1] != "]":
        first = False
        if at >= len(text):
            return None
        if text.startswith("[:", at) and (end := text.find(":]", at)) > 0:
            if (name := text[at + 2 : end]) not in _POSIX:
                return None
            items, at = items + _POSIX[name], end + 2
            continue
        low, at = _member(text, at)
        high = low
        if text[at : at + 1] == "-" and text[at + 1 : at + 2] not in ("", "]"):
            high, at = _member(text, at + 1)
        if low <= high and low:
            items += f"{_escaped(low)}-{_escaped(high)}"
    if negated:
        return f"[^/{items}]", at + 1
    return f"(?!/)[{items}]" if items else "(?!)", at + 1


def _member(text: str, at: int) -> tuple[str, int]:
    """A character of a class, and the position after it; a backslash makes the next character literal."""
    if text[at] == "\\" and at + 1 < len(text):
        at += 1
    return text[at], at + 1


def _escaped(character: str) -> str:
    """A character, escaped for use in a class of the expression."""
    return character if character.isalnum() else f"\\U{ord(character):08x}"
