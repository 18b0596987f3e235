"""Analyses a document's cost by section; after an edit, the work is in proportion to the edit, not the document."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from ctxbudget_server.account.counter import Counter
from ctxbudget_server.editor.chunks import Check, Chunk, Measure, cut
from ctxbudget_server.editor.imports import Mention, mentions_in
from ctxbudget_server.editor.lines import Splice
from ctxbudget_server.markdown.fences import nesting_of
from ctxbudget_server.markdown.scan import State
from ctxbudget_server.markdown.structure import header_lines

NOTHING: frozenset[int] = frozenset()
FRONT_LINES = 402
"""Maximum number of lines of front matter, plus the line after it."""
DIFFED = 16_384
"""In a larger chunk, an edit is counted by itself; a minified line is one chunk."""


class CountedSection(NamedTuple):
    """A heading and everything below it. Lines count from 0; the section ends before `end`.

    `own` is the tokens before the next heading of any level; `below` is the number of subsections; `parent` is the
    index of the enclosing section.
    """

    title: str
    level: int
    line: int
    last: int
    end: int
    tokens: int
    own: int
    below: int
    parent: int | None


@dataclass(frozen=True, slots=True)
class Outline:
    """A document's total and its sections, in the order of the text."""

    tokens: int
    sections: Sequence[CountedSection]


class Analysis:
    """The chunks of one document. Not thread-safe."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._chunks = cut(lines)
        self._front: int | None = None
        self._outlines: dict[Counter, Outline] = {}
        self._starts: list[int] | None = None
        self._mentions: list[Mention] | None = None

    @property
    def text(self) -> str:
        """The whole text."""
        return "".join([chunk.text for chunk in self._chunks])

    @property
    def lines(self) -> list[str]:
        """All lines, with their ends."""
        return [line for chunk in self._chunks for line in chunk.lines]

    def apply(self, splice: Splice) -> None:
        """Follow an edit."""
        starts = self._line_starts()
        # Include the line before the edit, which decides whether a chunk may begin.
        first = bisect_right(starts, max(splice.start - 1, 0)) - 1
        last = bisect_right(starts, max(splice.end, splice.start)) - 1  # and the line after it
        last = min(last, len(self._chunks) - 1)
        touched = self._chunks[first : last + 1]
        lines = [line for chunk in touched for line in chunk.lines]
        offset = starts[first]
        lines[splice.start - offset : splice.end - offset] = splice.lines
        remade = cut(lines)
        _carry_over(touched, remade)
        self._chunks[first : last + 1] = remade
        self._starts = self._mentions = None
        self._outlines.clear()
        if splice.start < FRONT_LINES:
            self._front = None

    def outline(self, counter: Counter, check: Check) -> Outline:
        """The sections with their tokens; `check` may raise to cancel."""
        known = self._outlines.get(counter)
        if known is None:
            known = self._outlines[counter] = self._make_outline(counter, check)
        return known

    def line_at(self, number: int) -> str:
        """A line with its end; empty after the last."""
        index = bisect_right(self._line_starts(), number) - 1
        chunk, offset = self._chunks[index], number - self._line_starts()[index]
        return chunk.lines[offset] if offset < chunk.size else ""

    def text_between(self, start: int, end: int) -> str:
        """The lines from `start` to `end` (exclusive)."""
        return "".join(self.lines[start:end])

    def mentions(self) -> list[Mention]:
        """The files that the document may import."""
        if self._mentions is None:
            self._mentions = mentions_in(self._lines_with("@"))
        return self._mentions

    def _lines_with(self, sign: str) -> Iterator[tuple[int, str]]:
        """The numbered lines outside code that contain the sign."""
        state, start, nested = self._first_state(), 0, self._nested_fences()
        for number, chunk in enumerate(self._chunks):
            scanned = chunk.scan(state, nested.get(number, NOTHING))
            if sign in chunk.text:
                code = {place for begin, end in scanned.code for place in range(begin, end)}
                for place, line in enumerate(chunk.lines):
                    if sign in line and place not in code:
                        yield start + place, line
            state, start = scanned.state, start + chunk.size

    def _nested_fences(self) -> dict[int, frozenset[int]]:
        """By chunk: the lines, counted from its first, that are fences within another fence."""
        front, starts = self._first_state().left, self._line_starts()
        fences = [
            fence._replace(line=start + fence.line)
            for chunk, start in zip(self._chunks, starts, strict=True)
            for fence in chunk.fences
            if start + fence.line >= front
        ]
        found: dict[int, set[int]] = {}
        for line in nesting_of(fences).content:
            number = bisect_right(starts, line) - 1
            found.setdefault(number, set()).add(line - starts[number])
        return {number: frozenset(lines) for number, lines in found.items()}

    def _line_starts(self) -> list[int]:
        if self._starts is None:
            self._starts = [0, *accumulate([chunk.size for chunk in self._chunks])]
            self._starts.pop()
        return self._starts

    def _first_state(self) -> State:
        if self._front is None:
            head: list[str] = []
            for chunk in self._chunks:
                head += chunk.lines
                if len(head) > FRONT_LINES:
                    break
            self._front = header_lines([line.rstrip("\r\n") for line in head[:FRONT_LINES]])
        return State("front", left=self._front) if self._front else State()

    def _make_outline(self, counter: Counter, check: Check) -> Outline:
        key = counter.family.name
        before = [Measure()]
        raw, weight = 0, 0.0
        for chunk in self._chunks:
            measure = chunk.measures.get(key)
            if measure is None:
                check()
                measure = chunk.measures[key] = measured(chunk.text, counter, check)
            raw += measure.raw
            weight += measure.weight
            before.append(Measure(raw, weight))
        return Outline(counter.of_sums()(raw, weight), self._sections(counter, before, check))

    def _sections(self, counter: Counter, before: list[Measure], check: Check) -> list[CountedSection]:
        """`before` gets the scanner's state before each chunk and at the end."""
        found: list[tuple[int, int, int, str, Measure]] = []
        state, start, nested = self._first_state(), 0, self._nested_fences()
        for number, chunk in enumerate(self._chunks):
            scanned = chunk.scan(state, nested.get(number, NOTHING))
            for line, last, level, title in scanned.headings:
                at = before[number] if line == 0 else self._before_line(number, line, counter, before, check)
                found.append((start + line, start + last, level, title, at))
            state, start = scanned.state, start + chunk.size
        return _nested(found, start, before[-1], counter)

    def _before_line(self, number: int, line: int, counter: Counter, before: list[Measure], check: Check) -> Measure:
        """The state before a line of a chunk; the line counts from the chunk's first, and may be before it."""
        while line < 0 and number > 0:
            number -= 1
            line += self._chunks[number].size
        chunk, key = self._chunks[number], (counter.family.name, line)
        if line <= 0:
            return before[number]
        tail = chunk.tails.get(key)
        if tail is None:
            tail = chunk.tails[key] = measured("".join(chunk.lines[line:]), counter, check)
        end = before[number + 1]
        return Measure(end.raw - tail.raw, end.weight - tail.weight)


def measured(text: str, counter: Counter, check: Check) -> Measure:
    """Count a text for a model."""
    from ctxbudget_server.tokens import count, weight_of

    return Measure(count(text, counter.family.encoding, check), weight_of(text, counter.family, check))


def _nested(
    found: list[tuple[int, int, int, str, Measure]], lines: int, total: Measure, counter: Counter
) -> list[CountedSection]:
    ends = [(lines, total, len(found))] * len(found)
    parents: list[int | None] = []
    above: list[int] = []
    for index, (line, _, level, _, at) in enumerate(found):
        while above and found[above[-1]][2] >= level:
            ends[above.pop()] = (line, at, index)
        parents.append(above[-1] if above else None)
        above.append(index)
    tokens, make = counter.of_sums(), CountedSection._make
    sections: list[CountedSection] = []
    for index, (line, last, level, title, (raw, weight)) in enumerate(found):
        end, (end_raw, end_weight), next_index = ends[index]
        below = next_index - index - 1
        whole = tokens(end_raw - raw, end_weight - weight)
        own = whole
        if below:
            next_raw, next_weight = found[index + 1][4]
            own = tokens(next_raw - raw, next_weight - weight)
        sections.append(make((title, level, line, last, end, whole, own, below, parents[index])))
    return sections


def _carry_over(old: Sequence[Chunk], new: Sequence[Chunk]) -> None:
    """Give rebuilt chunks the known results for the same, or nearly the same, text."""
    known = {chunk.text: chunk for chunk in old}
    for chunk in new:
        if (same := known.get(chunk.text)) is not None:
            chunk.measures, chunk.tails = same.measures, same.tails
    if len(old) == len(new) == 1 and not new[0].measures and len(new[0].text) > DIFFED:
        _count_around(old[0], new[0])


def _count_around(old: Chunk, new: Chunk) -> None:
    from ctxbudget_server.tokens import EditedRange, around, count, resolve, weight_of
    from ctxbudget_server.workspace.buffers import changed_region

    start, old_end, new_end = changed_region(old.text, new.text)
    gone, come = around(old.text, EditedRange(start, old_end, new.text[start:new_end]))
    for key, measure in old.measures.items():
        family = resolve(key)
        new.measures[key] = Measure(
            measure.raw - count(gone, family.encoding) + count(come, family.encoding),
            measure.weight - weight_of(gone, family) + weight_of(come, family),
        )
