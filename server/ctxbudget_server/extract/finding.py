"""Which lines of many texts match a query: one ranking over all of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .focus import Passage, score_passages
from .lines import bare_lines
from .model import Check, no_check


@dataclass(frozen=True, slots=True)
class FoundLine:
    """A line that matches: which of the texts, and which line of it (1-based)."""

    source: int
    line: int
    text: str


def search_all(texts: Iterable[str], query: str, limit: int, check: Check = no_check) -> list[FoundLine]:
    """The lines that match, best first: those with the query as it stands, then by BM25 over the lines of all texts.

    Ties go to the earlier text and line.
    """
    literal = query.strip().casefold()
    if not literal:
        return []
    passages: list[Passage] = []
    sources: list[int] = []
    for source, text in enumerate(texts):
        check()
        for number, line in enumerate(bare_lines(text)):
            if line and not line.isspace():
                passages.append(Passage(line, number, -1, len(passages)))
                sources.append(source)
    score_passages(passages, query, [], check, bleed=False)
    ranked = sorted(
        (literal not in passage.text.casefold(), -passage.score, passage.order)
        for passage in passages
        if passage.score > 0 or literal in passage.text.casefold()
    )
    return [FoundLine(sources[order], passages[order].line + 1, passages[order].text) for _, _, order in ranked[:limit]]
