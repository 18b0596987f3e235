"""A case, and whether a text still holds its fact."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """An output of a tool. `facts` are the parts of the row that differs which a reader needs."""

    layout: str
    difference: str
    text: str
    facts: tuple[str, ...]
    question: str
    """What somebody would ask who does not know the row."""
    named: str
    """A question with a word that only this row has."""
    span: int = 1
    """How many lines a row has at most."""


def words(text: str) -> str:
    """The words and figures of a text, separated and enclosed by single spaces."""
    return f" {' '.join(re.findall(r'[a-z0-9]+', text.lower()))} "


def holds(text: str, case: Case) -> bool:
    """Whether all parts of the fact stand together in the text, within as many lines as a row has."""
    wanted = [words(fact) for fact in case.facts]
    lines = text.split("\n")
    return any(
        all(fact in near for fact in wanted)
        for n in range(len(lines))
        for near in [words("\n".join(lines[n : n + case.span]))]
    )
