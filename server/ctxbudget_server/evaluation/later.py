"""What counts of a file that came after a report: the lines that a diff changes, what the agent wrote."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from ctxbudget_server.fit import SHAPES, Part
from ctxbudget_server.transcripts.model import Transcript

_SECTION = re.compile(r"^(?:diff --git |Index: )")
_FILE = re.compile(r"^(?:---|\+\+\+) (?:[ab]/)?([^\t\n]+)")
_RENAME = re.compile(r"^(?:rename|copy) (?:from|to) ")
_WRITES = re.compile(r"write|edit|patch|create|replace|insert", re.I)


def changed_lines(diff: str, reports: Collection[str]) -> str:
    """The lines that a diff adds or removes, and the names of its files, without those of the reports themselves.

    `reports` are file names: a commit often adds the report along with what was made of it.
    """
    kept: list[str] = []
    section: list[str] = []
    of_report = in_hunk = False
    for line in [*diff.split("\n"), "diff --git "]:
        starts = bool(_SECTION.match(line)) or (line.startswith("--- ") and in_hunk and not _removed_dashes(line))
        if starts:
            kept += [] if of_report else section
            section, of_report, in_hunk = [], False, False
        if not in_hunk and (named := _FILE.match(line)):
            of_report = of_report or named[1].strip().rsplit("/", 1)[-1] in reports
            section.append(named[1])
        elif line.startswith("@@"):
            in_hunk = True
        elif (in_hunk and line[:1] in ("+", "-")) or _RENAME.match(line):
            section.append(line[1:] if in_hunk else line)
    return "\n".join(kept)


def _removed_dashes(line: str) -> bool:
    """Whether a line in a hunk is a removed line that begins with dashes, and not the name of the next file."""
    return "/" not in line and "\t" not in line


class Said(NamedTuple):
    """A part of a conversation, in order."""

    by_agent: bool
    text: str
    writes: bool
    """Whether it is a call that writes a file."""


def said_in(transcript: Transcript) -> tuple[Said, ...]:
    """All parts of a conversation; what two segments share counts once."""
    shape = SHAPES[transcript.shape]
    found: list[Said] = []
    for segment in transcript.segments:
        for index, message in enumerate(segment.messages[segment.shared :]):
            by_agent = shape.role(message) == "assistant"
            found += [
                Said(by_agent and part.kind != "result", part.said, _writes(part))
                for part in shape.parts(index, message)
            ]
    return tuple(found)


def _writes(part: Part) -> bool:
    return part.kind == "call" and bool(_WRITES.search(part.tool) or re.search(r">\s*\S", part.said))


def written_after(parts: tuple[Said, ...], report: str) -> str:
    """What the agent wrote after the conversation first named the report, by its file name; all of it if it never did.

    Calls that write the report itself do not count.
    """
    first = next((index for index, part in enumerate(parts) if report in part.text), -1)
    return "\n".join(_by_agent(parts[first + 1 :], report))


def _by_agent(parts: tuple[Said, ...], report: str) -> Iterator[str]:
    return (part.text for part in parts if part.by_agent and not (part.writes and report in part.text))
