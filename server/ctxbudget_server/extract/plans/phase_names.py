"""Phases that a plan refers to by name: `Foundational depends on Setup`, `all user stories`, `Phase 3+`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ctxbudget_server.extract.model import PlanPhase

_TAIL = re.compile(r"\s*(?:[([:]|\s[-–—]\s).*$", re.S)
"""What follows the name in a heading: `Setup (shared infrastructure)`, `User Story 1 - Store`."""
_REST = re.compile(r"\s*(?:&|,|/|\band\b).*$", re.S)
"""What may be left out of a name: `Polish & Cross-Cutting Concerns` is called `Polish`."""
_STORY = re.compile(r"\buser story (\d{1,2})\b", re.I)
_STORIES = re.compile(
    r"\b(?:(?:(?:all|both|the|any|desired|remaining|other)\s+)+(?:user )?stor(?:ies|y)|user stories)\b"
    r"(?: (?:work|implementation))?",
    re.I,
)
_FROM = re.compile(r"\bphases? (\d{1,2})\+", re.I)
_SUBJECT = re.compile(r"\W*(phases? \d[\d, ]*)", re.I)
_OWN_NUMBER = re.compile(r"[*_`]*[A-Za-z][\w ,&/+-]{1,60}?[*_`]*\s*\((phases?\s*\d[^()]{0,30})\)", re.I)
_CLAUSE = re.compile(r"\s+[-–—]+\s+|;\s+|\.\s+|,\s+(?=blocks\b)")
_VERB = re.compile(
    r"\W*(?:all |both |can |must |may |should |only |then )*(?:depend|block|require|need|start|after|wait)", re.I
)
_MAX_TEXT = 600
"""Characters of a sentence that are looked at."""
_MIN_NAME = 4
"""Shorter names are too likely to be other words."""


class PhaseNames:
    """The names of a plan's phases, and a sentence with their numbers in place of them."""

    def __init__(self, phases: Sequence[PlanPhase]) -> None:
        self._numbers = sorted(phase.number for phase in phases if phase.number is not None)
        self._stories = [p.number for p in phases if p.number is not None and _STORY.search(p.name)]
        names: dict[str, int] = {}
        for phase in phases:
            if phase.number is None:
                continue
            if story := _STORY.search(phase.name):
                names.setdefault(f"user story {story[1]}", phase.number)
                names.setdefault(f"us{story[1]}", phase.number)
            else:
                name = _TAIL.sub("", phase.name).strip().casefold()
                for alias in (name, _REST.sub("", name)):
                    if len(alias) >= _MIN_NAME:
                        names.setdefault(alias, phase.number)
        self._names = names
        known = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
        self._known = re.compile(rf"(?<!\w)(?:the )?({known})(?!\w)(?: phase\b)?", re.I) if known else None

    def clauses(self, text: str) -> Iterator[str]:
        """The clauses of a text with numbers in place of names, each with the subject of the first."""
        subject = ""
        for clause in _CLAUSE.split(self._numbered(text[:_MAX_TEXT])):
            named = _SUBJECT.match(clause)
            if named:
                subject = named[1].strip()
            yield f"{subject} {clause}" if subject and not named and _VERB.match(clause) else clause

    def _numbered(self, text: str) -> str:
        text = _OWN_NUMBER.sub(lambda match: match[1], text)
        text = _FROM.sub(lambda match: _listed(self._since(int(match[1]))), text)
        if self._stories:
            text = _STORIES.sub(_listed(self._stories), text)
        if self._known is None:
            return text
        return self._known.sub(lambda match: f"Phase {self._names[match[1].casefold()]}", text)

    def _since(self, first: int) -> list[int]:
        """`Phase 3+` are the user stories from there on if there are any, else all phases from there on."""
        stories = [number for number in self._stories if number >= first]
        return stories or [number for number in self._numbers if number >= first] or [first]


def _listed(numbers: Sequence[int]) -> str:
    return f"Phase {', '.join(map(str, numbers))}"
