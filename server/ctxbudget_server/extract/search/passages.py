"""Finds what a text says about a question: BM25 over its sentences or lines, each of which passes a share of its score
to its neighbours.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ctxbudget_server.extract.model import SearchHit
from ctxbudget_server.extract.search.words import terms
from ctxbudget_server.markdown.blocks import Unit
from ctxbudget_server.markdown.document import Document
from ctxbudget_server.markdown.lines import bare_lines
from ctxbudget_server.markdown.model import Check, no_check
from ctxbudget_server.markdown.sentences import split_loosely

BLEED = 0.35
"""Share of a passage's score that its neighbours receive."""
BLEED_FAR = 0.15
"""The same for the next passages but one."""
HEADING = 0.15
"""Share of a heading's score that the passages under it receive."""
WINDOW = 3
"""Lines of code included before and after a line that matches."""
_NEIGHBOURS = ((-2, BLEED_FAR), (-1, BLEED), (1, BLEED), (2, BLEED_FAR))
_LITERAL = 1000.0  # a line that contains the query literally comes before all others
_K1 = 1.2
_B = 0.6
_LINE_PIECE = re.compile(r".{1,300}(?:[\s,;}\]]|$)|.{300}")
MAX_PASSAGES = 60_000
MAX_LINE = 1200


@dataclass(slots=True)
class Passage:
    """A passage of the text, kept or left out as a whole; `line` is 0-based."""

    text: str
    line: int
    section: int
    order: int
    score: float = 0.0


def prose_passages(document: Document) -> list[Passage]:
    """The sentences, items and rows of a document, and code line by line."""
    found: list[Passage] = []
    for unit in document.units:
        for text in (piece for whole in _pieces(unit) for piece in _short_pieces(whole)):
            found.append(Passage(text, unit.start, unit.section, len(found)))
            if len(found) >= MAX_PASSAGES:
                return found
    return found


def _pieces(unit: Unit) -> list[str]:
    if unit.kind == "code":
        return [x for x in unit.text.split("\n") if x.strip() and len(x) <= MAX_LINE]
    if unit.kind == "row":
        return [unit.text]
    if unit.kind == "field" and unit.key:
        return [f"{unit.key}: {unit.plain}"]
    return split_loosely(unit.plain)


def _short_pieces(text: str) -> list[str]:
    """A text, or if it is long its pieces, cut at spaces or commas."""
    return [text] if len(text) <= MAX_LINE else [m[0] for m in _LINE_PIECE.finditer(text)]


def line_passages(text: str) -> list[Passage]:
    """The lines of code or of a tool's output; a long line is cut into pieces at spaces or commas."""
    found: list[Passage] = []
    for n, line in enumerate(bare_lines(text)):
        if not line.strip():
            continue
        for piece in _short_pieces(line):
            found.append(Passage(piece.rstrip(), n, -1, len(found)))
            if len(found) >= MAX_PASSAGES:
                return found
    return found


_NOTHING: Counter[str] = Counter()


def bm25(bag: Counter[str], length: float, rarity: dict[str, float]) -> float:
    """BM25 of a bag of query words; `length` is relative to the average."""
    damping = _K1 * (1 - _B + _B * length)
    return sum(rarity[w] * n * (_K1 + 1) / (n + damping) for w, n in bag.items())


def score_passages(
    passages: list[Passage], query: str, titles: list[str], check: Check = no_check, *, bleed: bool = True
) -> None:
    """Set each passage's score: BM25 of its words, a share of its heading's score, and shares of its neighbours'."""
    wanted = set(terms(query))
    if not wanted or not passages:
        return
    # A stem differs from its words only in the last letters, so its beginning finds every line that may have one.
    may_match = re.compile("|".join(re.escape(w[: max(2, len(w) - 2)]) for w in sorted(wanted))).search
    bags: list[Counter[str]] = []
    for n, passage in enumerate(passages):
        if n % 1000 == 0:
            check()
        hit = may_match(passage.text.lower())
        bags.append(Counter(w for w in terms(passage.text) if w in wanted) if hit else _NOTHING)
    average = sum(len(p.text) for p in passages) / len(passages) or 1.0
    spread = Counter(w for bag in bags for w in bag)
    total = len(passages)
    rarity = {w: math.log(1 + (total - spread[w] + 0.5) / (spread[w] + 0.5)) for w in wanted}
    heading_gain = [sum(rarity[w] for w in wanted.intersection(terms(t))) for t in titles]
    own = [bm25(bag, len(p.text) / average, rarity) for bag, p in zip(bags, passages, strict=True)]
    for n, passage in enumerate(passages):
        score = own[n]
        for near, part in _NEIGHBOURS if bleed else ():
            if 0 <= n + near < total and passages[n + near].section == passage.section:
                score += part * own[n + near]
        if passage.section >= 0:
            score += HEADING * heading_gain[passage.section]
        passage.score = score


def best_passages(passages: list[Passage], by_line: bool) -> list[list[Passage]]:
    """The passages in groups, best first; lines of code come with their window."""
    ranked = sorted((p for p in passages if p.score > 0), key=lambda p: (-p.score, p.order))
    if not by_line:
        return [[p] for p in ranked]
    taken: set[int] = set()
    groups: list[list[Passage]] = []
    for passage in ranked:
        around = range(max(0, passage.order - WINDOW), min(len(passages), passage.order + WINDOW + 1))
        group = [passages[i] for i in around if i not in taken and abs(passages[i].line - passage.line) <= WINDOW]
        taken.update(p.order for p in group)
        if group:
            groups.append(group)
    return groups


def search_text(text: str, query: str, limit: int = 20) -> tuple[SearchHit, ...]:
    """The lines that match a query, best first (ties by line): those with the literal query, then by BM25."""
    literal = query.strip().casefold()
    if not literal or limit < 1:
        return ()
    passages = [Passage(x, n, -1, n) for n, x in enumerate(bare_lines(text))]
    score_passages(passages, query, [], bleed=False)
    hits: list[SearchHit] = []
    for passage in passages:
        exact = _LITERAL if literal in passage.text.casefold() else 0.0
        if exact or passage.score > 0:
            hits.append(SearchHit(passage.line + 1, passage.text, round(passage.score + exact, 4)))
    return tuple(sorted(hits, key=lambda h: (-h.score, h.line))[:limit])


def relevance(texts: Sequence[str], query: str, check: Check = no_check) -> list[float]:
    """How relevant each text is to a query, by BM25, as a share of the best one's score; 0: not at all."""
    passages = [Passage(text, n, -1, n) for n, text in enumerate(texts)]
    score_passages(passages, query, [], check, bleed=False)
    best = max((passage.score for passage in passages), default=0.0)
    return [passage.score / best if best > 0 else 0.0 for passage in passages]
