"""The JSON of a recording: one value, or a record a line, of which torn ones are left out.

A session file is read line by line, and what no array needs of a record is let go at once: large files hold most
results twice, and pages of progress.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any, Final, NamedTuple

from ctxbudget_server.transcripts.model import TranscriptError

Line = str | bytes
Lighten = Callable[[dict[str, Any]], dict[str, Any]]
"""Lets go of what is not needed of a record."""

_SHOWN: Final = 5
"""Line numbers named in a message; of the others it gives the number."""
_BLANK: Final = "\ufeff\0 \t\r\n"
"""What may stand around a record: a crash leaves NUL bytes in a file."""


class Parsed(NamedTuple):
    """What a text holds: one value, or its records and the numbers of the lines that they are on."""

    value: Any
    numbers: tuple[int, ...] | None
    warnings: tuple[str, ...] = ()


def parsed(lines: Iterable[Line], supported: str, lighten: Lighten) -> Parsed:
    """Read a recording. Raises `TranscriptError` if it is empty, or most of it is neither JSON nor JSON Lines."""
    numbered = ((number, text) for number, line in enumerate(lines, 1) if (text := _decoded(line).strip(_BLANK)))
    first = next(numbered, None)
    if first is None:
        raise TranscriptError("is empty")
    if _records(first[1]) is not None:
        return _as_lines(chain([first], numbered), supported, "", lighten)
    read = [first, *numbered]
    try:
        return Parsed(json.loads("\n".join(text for _, text in read)), None)
    except (ValueError, RecursionError) as fault:
        return _as_lines(read, supported, f" ({fault})", lighten)


def _as_lines(numbered: Iterable[tuple[int, str]], supported: str, why: str, lighten: Lighten) -> Parsed:
    records: list[dict[str, Any]] = []
    numbers: list[int] = []
    torn: list[int] = []
    last = 0
    for last, text in numbered:
        found = _records(text)
        if found is None:
            torn.append(last)
            continue
        records.extend(map(lighten, found))
        numbers.extend(last for _ in found)
    if not records or len(torn) > max(1, len(records)):
        raise TranscriptError(f"is neither JSON{why} nor JSON Lines; {supported}")
    if len(records) == 1 and not torn:
        return Parsed(records[0], None)
    return Parsed(records, tuple(numbers), tuple(_told(torn, last)))


def _told(torn: list[int], last: int) -> Iterator[str]:
    if torn == [last]:
        yield f"line {last}, the last one, is torn and was left out"
    elif len(torn) == 1:
        yield f"line {torn[0]} is torn and was left out"
    elif torn:
        yield f"lines {numbers_told(torn)} are torn and were left out"


def objects_in(line: Line) -> list[dict[str, Any]] | None:
    """The objects of a line as they stand; None if it is blank or torn."""
    return _records(_decoded(line).strip(_BLANK))


def numbers_told(numbers: list[int]) -> str:
    """Numbers in a sentence: `3, 7 and 9`, `1, 2, 3, 4, 5 and 12 more`."""
    shown = [f"{number:,}" for number in numbers[:_SHOWN]]
    if (rest := len(numbers) - len(shown)) > 0:
        return f"{', '.join(shown)} and {rest:,} more"
    return f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else shown[0]


def _records(text: str) -> list[dict[str, Any]] | None:
    """The objects of a line; None if it is torn. Two processes that wrote at once leave two objects on one line."""
    if not text.startswith("{"):
        return None
    found: list[dict[str, Any]] = []
    start = 0
    try:
        while start < len(text):
            value, end = _DECODER.raw_decode(text, start)
            found.append(value)
            start = end
            while start < len(text) and text[start] in _BLANK:
                start += 1
            if start < len(text) and text[start] != "{":
                return None
    except (ValueError, RecursionError):
        return None
    return found


_DECODER: Final = json.JSONDecoder()


def _decoded(line: Line) -> str:
    """A line as text. Half a character is kept as U+FFFD, and a surrogate that a host wrote as bytes as it is."""
    if isinstance(line, str):
        return line
    try:
        return line.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return line.decode("utf-8", "replace")
