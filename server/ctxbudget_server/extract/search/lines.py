"""Finds the lines of many texts that match a query, in one ranking.

Only places where the query's words occur are examined, at most `MAX_PLACES` of them, so that time and memory are
bounded whatever the texts are.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from ctxbudget_server.extract.search.passages import bm25
from ctxbudget_server.extract.search.words import places_of, terms
from ctxbudget_server.markdown.lines import chunks
from ctxbudget_server.markdown.model import Check, no_check

MAX_PLACES = 60_000
"""Maximum number of places that one search ranks. Each word has an equal share; for a more frequent one, those in the
first texts count.
"""

MAX_TEXT = 500
"""Maximum characters returned of a line."""


@dataclass(frozen=True, slots=True)
class FoundLine:
    """A line that matches: which of the texts, and which line of it (1-based)."""

    source: int
    line: int
    text: str


@dataclass(slots=True)
class _Line:
    source: int
    number: int
    text: str
    length: int
    exact: bool = False
    bag: Counter[str] = field(default_factory=Counter)


def search_all(texts: Iterable[str], query: str, limit: int, check: Check = no_check) -> list[FoundLine]:
    """The lines that match, best first: those with the literal query, then by BM25 over the lines of all texts.

    Ties go to the earlier text and line. Identical lines are returned once, at the first position.
    """
    search = _Search(query)
    for source, text in enumerate(texts):
        search.look_at(source, text, check)
    return search.best(limit)


class _Search:
    """The results of one query so far."""

    def __init__(self, query: str) -> None:
        self._literal = query.strip().casefold()
        wanted = sorted(set(terms(query)))
        share = MAX_PLACES // (len(wanted) + 1)
        self._room = dict.fromkeys(wanted, share)
        self._exact_room = share if self._literal else 0
        self._found: list[_Line] = []
        self._lines = self._size = 0

    def look_at(self, source: int, text: str, check: Check) -> None:
        """Search one text."""
        number = 1
        for chunk in chunks(text):
            check()
            plain = chunk.replace("\r\n", "\n").replace("\r", "\n") if "\r" in chunk else chunk
            places = list(self._places(plain))
            if places:
                self._found += _lines(source, number, plain.split("\n"), places)
            number += plain.count("\n")
        self._lines += number
        self._size += len(text)

    def _places(self, plain: str) -> Iterator[tuple[int, int, str]]:
        """Line and column of each word, and of the literal query (the empty word)."""
        lowered = plain.lower()
        for word, room in self._room.items():
            for line, column in _located(lowered, islice(places_of(word, lowered), room)):
                self._room[word] -= 1
                yield line, column, word
        folded = lowered if plain.isascii() else plain.casefold()
        for line, column in _located(folded, islice(_once_a_line(self._literal, folded), self._exact_room)):
            self._exact_room -= 1
            yield line, column, ""

    def best(self, limit: int) -> list[FoundLine]:
        """The best lines so far."""
        spread = Counter(word for line in self._found for word in line.bag)
        rarity = {word: math.log(1 + (self._lines - n + 0.5) / (n + 0.5)) for word, n in spread.items()}
        average = self._size / self._lines if self._size else 1.0
        order = sorted(
            (not line.exact, -bm25(line.bag, line.length / average, rarity), at) for at, line in enumerate(self._found)
        )
        chosen: dict[str, FoundLine] = {}
        for _, _, at in order:
            if len(chosen) == limit:
                break
            line = self._found[at]
            chosen.setdefault(line.text.strip(), FoundLine(line.source, line.number, line.text))
        return list(chosen.values())


def _once_a_line(literal: str, folded: str) -> Iterator[int]:
    at = folded.find(literal)
    while at >= 0:
        yield at
        end = folded.find("\n", at)
        at = folded.find(literal, end) if end >= 0 else -1


def _located(text: str, positions: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Line (0-based) and column of ascending positions."""
    line = begin = last = 0
    for position in positions:
        if ends := text.count("\n", last, position):
            line += ends
            begin = text.rfind("\n", last, position) + 1
        last = position
        yield line, position - begin


def _lines(source: int, number: int, texts: list[str], places: list[tuple[int, int, str]]) -> Iterator[_Line]:
    """The lines of a chunk that contain the places; `number` is that of its first line."""
    found: dict[int, _Line] = {}
    for at, column, word in places:
        line = found.get(at)
        if line is None:
            line = found[at] = _Line(source, number + at, _around(texts[at], column), len(texts[at]))
        if word:
            line.bag[word] += 1
        else:
            line.exact = True
    return (found[at] for at in sorted(found))


def _around(line: str, column: int) -> str:
    """A line; for a long one, the part around the match."""
    if len(line) <= MAX_TEXT:
        return line
    start = max(0, min(column - MAX_TEXT // 3, len(line) - MAX_TEXT))
    end = start + MAX_TEXT
    return f"{'…' if start else ''}{line[start:end]}{'…' if end < len(line) else ''}"
