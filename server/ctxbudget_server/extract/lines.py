"""Lines as an editor counts them: ended by \\n, \\r\\n or \\r and by nothing else (no form feed, no U+2028)."""

from __future__ import annotations

import re

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_ANSI = re.compile(r"\x1b(?:\[[0-9;:?]*[ -/]*[@-~]|\][^\x07\x1b\r\n]*(?:\x07|\x1b\\)?|[@-Z\\^_])")


def split_lines(text: str) -> list[str]:
    """The lines of a text with their ends; joined again they are the text."""
    return _LINE.findall(text)


def bare_lines(text: str) -> list[str]:
    """The lines of a text without their ends."""
    return [line.rstrip("\r\n") for line in _LINE.findall(text)]


def strip_ansi(text: str) -> str:
    """The text without terminal control sequences; its lines stay where they are."""
    return _ANSI.sub("", text) if "\x1b" in text else text


def line_range(text: str, start: int, end: int) -> str:
    """Lines `start` to `end` (1-based, inclusive), exactly as they stand. Lines beyond the text are ignored."""
    if start < 1 or end < start:
        return ""
    return "".join(split_lines(text)[start - 1 : end])
