"""A text in chunks whose token counts add up to that of the whole; an edit rebuilds only the chunks around it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from ctxbudget_server.markdown.fences import FenceLine, fence_lines
from ctxbudget_server.markdown.scan import Scan, State, scan, scan_as_one

Check = Callable[[], None]

MIN_CHARACTERS = 4_096
MAX_CHARACTERS = 8_192
"""A larger chunk is cut at `MIN_CHARACTERS`. A keystroke recounts and rescans one chunk, which takes 1 to 2 ms."""
KEPT_SCANS = 4


class Measure(NamedTuple):
    """Raw tokens of a text, and the model's weight of its kinds of bytes (`tokens.weight_of`)."""

    raw: int = 0
    weight: float = 0.0

    def plus(self, other: Measure) -> Measure:
        """The measure of two texts joined."""
        return Measure(self.raw + other.raw, self.weight + other.weight)


class Chunk:
    """Whole lines, with cached results: measures by model, scans by the state before them."""

    __slots__ = ("_fences", "_last", "_scans", "lines", "measures", "size", "tails", "text")

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.text = "".join(lines)
        self.size = len(lines)
        self.measures: dict[str, Measure] = {}
        self.tails: dict[tuple[str, int], Measure] = {}
        """Measures of the lines from a given one to the end, by model and line."""
        self._scans: dict[tuple[State, frozenset[int]], Scan] = {}
        self._last: tuple[State, frozenset[int], Scan] | None = None
        self._fences: list[FenceLine] | None = None

    @property
    def fences(self) -> list[FenceLine]:
        """The lines that look like fences, numbered from the chunk's first."""
        if self._fences is None:
            marked = "```" in self.text or "~~~" in self.text
            self._fences = fence_lines(self.lines) if marked else []
        return self._fences

    def scan(self, state: State, content: frozenset[int]) -> Scan:
        """The chunk's headings and code, given the state before it and which of its fences are content of another."""
        if self._last is not None and state is self._last[0] and content == self._last[1]:
            return self._last[2]
        key = state, content
        found = self._scans.get(key)
        if found is None:
            if len(self._scans) >= KEPT_SCANS:
                self._scans.clear()
            found = scan_as_one(self.text, self.size, state) or scan(self.lines, state, content)
            self._scans[key] = found
        self._last = state, content, found
        return found


def cut(lines: Sequence[str]) -> list[Chunk]:
    """Cut lines into chunks.

    A chunk begins at a line that starts with `#`, or where the previous one is large enough, and only after a line feed
    that is not followed by white space or a slash: counts of such parts add up (see `tokens.cuts`).
    """
    chunks: list[Chunk] = []
    start = 0
    for end in _cuts(lines):
        chunks.append(Chunk(list(lines[start:end])))
        start = end
    return chunks


def _cuts(lines: Sequence[str]) -> list[int]:
    cuts: list[int] = []
    start = size = 0
    place, place_size = 0, 0  # the first possible cut after MIN_CHARACTERS
    for number, line in enumerate(lines):
        if number > start and can_begin(line, lines[number - 1]):
            if line[0] == "#":
                cuts.append(number)
                start, size, place = number, 0, 0
            elif not place and size >= MIN_CHARACTERS:
                place, place_size = number, size
        size += len(line)
        if place and size > MAX_CHARACTERS:
            cuts.append(place)
            start, size, place = place, size - place_size, 0
            if size >= MIN_CHARACTERS and number > start and can_begin(line, lines[number - 1]):
                place, place_size = number, size - len(line)
    cuts.append(len(lines))
    return cuts


def can_begin(line: str, before: str) -> bool:
    """Whether a chunk may begin with a line."""
    return before[-1:] == "\n" and line[:1] not in ("", "/") and not line[0].isspace()
