"""Lines as an editor counts them: they end only with \\n, \\r\\n or \\r, not with form feed or U+2028."""

from __future__ import annotations

import re
from collections.abc import Iterator

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_ANSI = re.compile(r"\x1b(?:\[[0-9;:?]*[ -/]*[@-~]|\][^\x07\x1b\r\n]*(?:\x07|\x1b\\)?|[@-Z\\^_])")


_NUMBER = re.compile(r" *(\d{1,9})[→\t]")
"""What tools put before a line to number it: `12→`, or `12` and a tab."""


CHUNK = 200_000
"""Characters processed by one regular expression or split, which holds the interpreter lock."""


def chunks(text: str) -> Iterator[str]:
    """The text in chunks of whole lines of about `CHUNK` characters; a longer line stays whole."""
    start = 0
    while len(text) - start > CHUNK:
        end = start + CHUNK
        cut = max(text.rfind("\n", start, end), text.rfind("\r", start, end))
        if cut < 0:
            after = [i for i in (text.find("\n", end), text.find("\r", end)) if i >= 0]
            if not after:
                break
            cut = min(after)
        cut += 2 if text.startswith("\r\n", cut) else 1
        yield text[start:cut]
        start = cut
    yield text[start:]


def split_lines(text: str) -> list[str]:
    """The lines of a text with their ends; joining them gives the text again."""
    return [line for chunk in chunks(text) for line in _LINE.findall(chunk)]


def bare_lines(text: str) -> list[str]:
    """The lines of a text without their ends."""
    found: list[str] = []
    for chunk in chunks(text):
        lines = (chunk.replace("\r\n", "\n").replace("\r", "\n") if "\r" in chunk else chunk).split("\n")
        if not lines[-1]:
            lines.pop()  # nothing follows the end of the last line
        found += lines
    return found


def strip_ansi(text: str) -> str:
    """The text without terminal control sequences; line numbers stay the same."""
    if "\x1b" not in text:
        return text
    return "".join(_ANSI.sub("", chunk) for chunk in chunks(text))


def unnumbered(text: str) -> str:
    """A text that is a listing of numbered lines from its first to its last, without the numbers; any other unchanged.

    Each line keeps its place, so ranges of lines are the same in both.
    """
    first = _NUMBER.match(text)
    if first is None:
        return text
    bare: list[str] = []
    lines = text.split("\n")
    for expected, line in enumerate(lines, int(first[1])):
        number = _NUMBER.match(line)
        if number is None or int(number[1]) != expected:
            if line or len(bare) + 1 < len(lines):  # an empty last line is the end of the one before
                return text
            bare.append("")
        else:
            bare.append(line[number.end() :])
    return "\n".join(bare)


def line_range(text: str, start: int, end: int) -> str:
    """Lines `start` to `end` (1-based, inclusive), unchanged. Lines beyond the text are ignored."""
    if start < 1 or end < start:
        return ""
    return "".join(split_lines(text)[start - 1 : end])
