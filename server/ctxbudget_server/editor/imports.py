"""`@path` imports of instruction files, resolved as the agents that load them do.

Claude Code's rules: a path after an `@` at the beginning of a line or after white space, relative to the importing file
or to `~`, not in code, at most five files deep; each file is loaded once.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from ctxbudget_server.editor.lines import bare

MAX_HOPS = 5
_IMPORT = re.compile(r"(?:^|(?<=\s))@((?:\\ |[^\s\\])+)")
_PATH = re.compile(r"\./|~/|/.|\.\./|[A-Za-z0-9._-]")
_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`)(?:.*?[^`])\1(?!`)")
_LOOSE_END = ".,;:!?)]}'\"*_"

Status = Literal["loaded", "again", "cycle", "tooDeep", "outside"]


class Mention(NamedTuple):
    """A possible import in a text: its line, the columns of the path including the `@`, and the path."""

    line: int
    start: int
    end: int
    path: str


@dataclass(slots=True)
class Import:
    """An imported file. `tokens` are its own; `total` includes its own imports."""

    mention: Mention
    path: str
    status: Status
    tokens: int = 0
    total: int = 0
    imports: list[Import] = field(default_factory=list)

    @property
    def files(self) -> int:
        """How many files it adds."""
        return (self.status == "loaded") + sum(each.files for each in self.imports)

    def paths(self) -> Iterable[str]:
        """The paths of all files in it, including those that add nothing."""
        yield self.path
        for each in self.imports:
            yield from each.paths()

    def loaded(self) -> Iterator[tuple[str, int]]:
        """The paths of the files that it adds, with the tokens of each."""
        if self.status == "loaded":
            yield self.path, self.tokens
        for each in self.imports:
            yield from each.loaded()


class Loaded(NamedTuple):
    """An imported file's content: its tokens, and the files that it may import."""

    tokens: int
    mentions: Sequence[Mention]


OUTSIDE = Loaded(0, ())
"""Result for a file outside the folders that the user has allowed: it is listed, but not read."""

Load = Callable[[str], Loaded | None]
"""Reads a file by its real path; None unless it is a text file."""


def mentions_in(lines: Iterable[tuple[int, str]]) -> list[Mention]:
    """The possible imports in numbered lines, none of which is code."""
    found: list[Mention] = []
    for number, line in lines:
        if "@" not in line:
            continue
        text = bare(line)
        if "`" in text:
            text = _CODE_SPAN.sub(lambda span: " " * len(span[0]), text)
        for hit in _IMPORT.finditer(text):
            path = hit[1].partition("#")[0].replace("\\ ", " ")
            if _PATH.match(path):
                found.append(Mention(number, hit.start(), hit.end(), path))
    return found


def resolve(path: str, mentions: Sequence[Mention], load: Load) -> list[Import]:
    """The imports of the file at `path`, with their own imports. Only names of existing files count."""
    return _follow(path, mentions, load, {path}, (path,))


def _follow(path: str, mentions: Sequence[Mention], load: Load, seen: set[str], way: tuple[str, ...]) -> list[Import]:
    found: list[Import] = []
    for mention in mentions:
        target, loaded = _find(path, mention.path, load)
        if loaded is None:
            continue
        if loaded is OUTSIDE:
            found.append(Import(mention, target, "outside"))
        elif target in seen:
            found.append(Import(mention, target, "cycle" if target in way else "again"))
        elif len(way) > MAX_HOPS:
            found.append(Import(mention, target, "tooDeep"))
        else:
            seen.add(target)
            below = _follow(target, loaded.mentions, load, seen, (*way, target))
            total = loaded.tokens + sum(each.total for each in below)
            found.append(Import(mention, target, "loaded", loaded.tokens, total, below))
    return found


def _find(path: str, named: str, load: Load) -> tuple[str, Loaded | None]:
    """The real path of a name in a file, and its content; a full stop after the name may end the sentence."""
    for name in dict.fromkeys((named, named.rstrip(_LOOSE_END))):
        if not name or "\0" in name:
            continue
        target = os.path.realpath(Path(path).parent / _from_home(name))
        if (loaded := load(target)) is not None:
            return target, loaded
    return named, None


def _from_home(name: str) -> Path:
    if name.startswith("~/"):
        with suppress(RuntimeError):  # the user has no home folder
            return Path.home() / name[2:]
    return Path(name)
