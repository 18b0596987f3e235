"""The files of the workflow: found in a folder, and assigned to phases by their kind."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SUFFIXES = frozenset({".md", ".markdown", ".txt", ".log"})

MAX_FILES = 60
"""Maximum number of files; the user is told if there are more."""

LOCATION, RESEARCH, PLANNING, IMPLEMENTATION, TESTING, DOCUMENTATION = 0, 1, 2, 3, 4, 6

PHASE_OF_KIND = {
    "instructions": LOCATION,
    "tool-output": LOCATION,
    "report": RESEARCH,
    "plan": PLANNING,
    "summary": IMPLEMENTATION,
    "test-output": TESTING,
    "debug": TESTING,
    "log": TESTING,
}
NEEDED = {RESEARCH: 3, LOCATION: 1, PLANNING: 1, IMPLEMENTATION: 3, TESTING: 1, DOCUMENTATION: 1}
"""Number of documents that each phase needs; documents of unknown kind are dealt to phases in this order."""

_ABOUT_LOCATION = re.compile(r"(?:^|[-_. ])location\b", re.I)
_ABOUT_DOCUMENTATION = re.compile(r"(?:^|[-_. ])(?:docs?|documentation|changelog|release[-_ ]notes)\b", re.I)


@dataclass(frozen=True, slots=True)
class Found:
    """The files of a folder, by their paths inside it."""

    folder: Path
    names: tuple[str, ...]
    more: bool
    """Whether there are more than `MAX_FILES`."""


@dataclass(frozen=True, slots=True)
class DemoDocument:
    """A file that the server could read, and the answer of `metadata/extract` about it."""

    name: str
    path: Path
    kind: str
    source_tokens: int
    outline: tuple[dict[str, Any], ...]
    phase: int
    dealt: bool = False
    """Whether it was dealt to its phase because neither its kind nor its name decided."""


def find(folder: Path) -> Found:
    """The text files below `folder`, sorted by path, without hidden ones. Raises `OSError`."""
    names: list[str] = []
    for path in _walk(folder):
        if len(names) == MAX_FILES:
            return Found(folder, tuple(names), more=True)
        names.append(path.relative_to(folder).as_posix())
    return Found(folder, tuple(names), more=False)


def _walk(folder: Path) -> Iterator[Path]:
    """Files before folders, each sorted, so that the walk can stop early in a large tree."""
    with os.scandir(folder) as scan:
        entries = sorted((entry for entry in scan if not entry.name.startswith(".")), key=lambda entry: entry.name)
    yield from (folder / e.name for e in entries if Path(e.name).suffix.lower() in SUFFIXES and not e.is_dir())
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(folder / entry.name)


def documents(folder: Path, extracted: Sequence[tuple[str, dict[str, Any]]]) -> list[DemoDocument]:
    """Documents made from file names and the server's answers, each with its phase.

    Those that neither kind nor name assigns to a phase are dealt to phases that need more, then to research.
    """
    phases = [phase_of(name, answer["kind"]) for name, answer in extracted]
    short = [phase for phase, needed in NEEDED.items() for _ in range(needed - phases.count(phase))]
    found = []
    for (name, answer), phase in zip(extracted, phases, strict=True):
        dealt = phase is None
        found.append(
            DemoDocument(
                name=name,
                path=folder / name,
                kind=answer["kind"],
                source_tokens=answer["sourceTokens"],
                outline=tuple(answer["outline"]),
                phase=phase if phase is not None else short.pop(0) if short else RESEARCH,
                dealt=dealt,
            )
        )
    return found


def phase_of(name: str, kind: str) -> int | None:
    """The phase that produces such a document, by its kind, else its name; None if neither decides."""
    by_kind = PHASE_OF_KIND.get(kind)
    if by_kind in (None, LOCATION, IMPLEMENTATION) and _ABOUT_DOCUMENTATION.search(Path(name).name):
        return DOCUMENTATION
    if by_kind is None and _ABOUT_LOCATION.search(Path(name).name):
        return LOCATION
    return by_kind
