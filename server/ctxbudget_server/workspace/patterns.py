"""Patterns as in .gitignore, matched in linear time: none that a repository brings can hold the process up.

A pattern becomes a regular expression in which nothing is tried twice. What follows a `*` is taken where it first
occurs, and what follows a `**/` at the first folder where it fits, both as atomic groups: a later place would only
leave less for the rest of the pattern. Only the part behind the last `*` looks for the end of the name. One match thus
takes at most the length of the path times that of the pattern, and both have bounds.

The tests compare the matches with git's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from ctxbudget_protocol.limits import MAX_PATTERN_LENGTH, MAX_PATTERNS, MAX_PATTERNS_LENGTH

_END = r"(?=/|\Z)"
_TOO_MANY = (
    f"it and all below it are over the limits of {MAX_PATTERNS:,} patterns and {MAX_PATTERNS_LENGTH:,} characters"
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
    """Patterns that are not used: the line of the first of them (from 1), and why."""

    line: int
    reason: str


class _Rule(NamedTuple):
    matches: re.Pattern[str]
    takes_in: bool
    folders_only: bool


class Patterns:
    """The patterns of one .gitignore, or of one setting, in their order: the last that matches decides.

    `beside` are those that hold at the same time, as of the .gitignore files in folders above: the bounds on number and
    length are for all of them together.
    """

    def __init__(self, lines: Iterable[str], beside: Iterable[Patterns] = ()) -> None:
        self.left_out: list[LeftOut] = []
        """What is over the bounds."""
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
        """Whether the patterns take in (True) or spare (False) what is at a path, or say nothing of it (None).

        The path is relative to the patterns' folder, with slashes. Folders above it are not looked at.
        """
        for rule in reversed(self._rules):
            if (folder or not rule.folders_only) and rule.matches.match(path):
                return rule.takes_in
        return None

    def take_in(self, path: str) -> bool:
        """Whether the patterns take in a file, by itself or with a folder that it lies in; the innermost decides."""
        decided, folder = self.decide(path, folder=False), path
        while decided is None and "/" in folder:
            folder = folder.rpartition("/")[0]
            decided = self.decide(folder, folder=True)
        return bool(decided)


def _stripped(line: str) -> str:
    """A line without its end, and without the spaces at its end that no backslash keeps."""
    text = line.rstrip("\r\n")
    bare = text.rstrip(" ")
    escaped = (len(bare) - len(bare.rstrip("\\"))) % 2 and bare != text
    return bare + " " if escaped else bare


def _rule(text: str) -> _Rule | None:
    """The rule of a pattern; None for one that git ignores, such as one with a class that does not end."""
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
    """Segments in groups, between which any number of folders may stand."""
    groups: list[list[str]] = [[]]
    for segment in segments:
        if len(segment) > 1 and not segment.strip("*"):
            groups.append([])
        else:
            groups[-1].append(segment)
    return groups


def _path(groups: list[list[str]]) -> str | None:
    """The expression of a whole path; None if it can never match."""
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
    """The expression of what stands between two slashes; None if it can never match."""
    pieces = _pieces(text)
    if pieces is None:
        return None
    if len(pieces) == 1:
        return pieces[0]
    between = "".join(f"(?>[^/]*?{piece})" for piece in pieces[1:-1])
    return f"(?>{pieces[0]}{between}[^/]*{pieces[-1]}{_END})"


def _pieces(text: str) -> list[str] | None:
    """The expressions between the stars, each of a fixed length."""
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
    """The expression of a class whose bracket opened before `at`, and where it ends; None if it does not end."""
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
    """A character of a class, and what comes behind it; a backslash takes the next one as it is."""
    if text[at] == "\\" and at + 1 < len(text):
        at += 1
    return text[at], at + 1


def _escaped(character: str) -> str:
    """A character as a member of a class of the expression."""
    return character if character.isalnum() else f"\\U{ord(character):08x}"
