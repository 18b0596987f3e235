"""The files of the workflow: found in a folder, and given to the phases that their kinds belong to."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SUFFIXES = frozenset({".md", ".markdown", ".txt", ".log"})

MAX_FILES = 60
"""More would be no demonstration; who hits the limit is told so."""

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
"""Documents that a phase has work for, in the order in which phases get those of no known kind."""

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
class Document:
    """A file that the server could read, and what `metadata/extract` answered about it."""

    name: str
    path: Path
    kind: str
    source_tokens: int
    outline: tuple[dict[str, Any], ...]
    phase: int
    dealt: bool = False
    """Whether the phase has it for no other reason than that neither its kind nor its name tells another."""


def find(folder: Path) -> Found:
    """The text files below `folder`, in the order of their paths; hidden ones are left out. Raises `OSError`."""
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


def documents(folder: Path, extracted: Sequence[tuple[str, dict[str, Any]]]) -> list[Document]:
    """Documents from their names and what the server said about them, each with its phase.

    Those that belong to no phase by kind or name are dealt to the phases that are short, and then to research.
    """
    phases = [phase_of(name, answer["kind"]) for name, answer in extracted]
    short = [phase for phase, needed in NEEDED.items() for _ in range(needed - phases.count(phase))]
    found = []
    for (name, answer), phase in zip(extracted, phases, strict=True):
        dealt = phase is None
        found.append(
            Document(
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
    """The phase that produces such a document, by its kind or else its name; None if neither tells."""
    by_kind = PHASE_OF_KIND.get(kind)
    if by_kind in (None, LOCATION, IMPLEMENTATION) and _ABOUT_DOCUMENTATION.search(Path(name).name):
        return DOCUMENTATION
    if by_kind is None and _ABOUT_LOCATION.search(Path(name).name):
        return LOCATION
    return by_kind
