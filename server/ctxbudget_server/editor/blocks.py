"""The metadata block of a document, marked so that it can be found again and is not extracted from itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from ctxbudget_server.editor.lines import bare
from ctxbudget_server.markdown.scan import State, scan, scan_whole
from ctxbudget_server.markdown.structure import header_lines

_START = re.compile(r"\s*<!-- ctxbudget:metadata\b.*-->\s*$")
_END = re.compile(r"\s*<!-- /ctxbudget:metadata -->\s*$")
END = "<!-- /ctxbudget:metadata -->"

Extract = Callable[[str], tuple[str, int, int]]
"""A text's metadata, its tokens, and those of the text."""


class Block(NamedTuple):
    """Lines `start` to `end` (exclusive), including both marks."""

    start: int
    end: int


class BlockEdit(NamedTuple):
    """Replace a block's lines by `text`, which ends with a line break; an empty range inserts."""

    block: Block
    text: str
    tokens: int
    source_tokens: int


def find_block(lines: Sequence[str]) -> Block | None:
    """The first closed metadata block of a document; one in code is only an example."""
    start: int | None = None
    code: set[int] | None = None
    for number, line in enumerate(lines):
        if "ctxbudget:metadata" not in line:
            continue
        if code is None:
            code = _code_lines(lines)
        if number in code:
            continue
        if _START.match(bare(line)):
            start = number
        elif start is not None and _END.match(bare(line)):
            return Block(start, number + 1)
    return None


def _code_lines(lines: Sequence[str]) -> set[int]:
    front = header_lines([bare(line) for line in lines[:402]])
    return {number for start, end in scan_whole(lines, front).code for number in range(start, end)}


def without_block(lines: Sequence[str], block: Block | None) -> list[str]:
    """The lines without the block and the blank line after it."""
    if block is None:
        return list(lines)
    end = block.end
    if end < len(lines) - 1 and not bare(lines[end]).strip():
        end += 1
    return [*lines[: block.start], *lines[end:]]


def block_edit(lines: Sequence[str], extract: Extract) -> BlockEdit | None:
    """The edit that inserts or updates the block; None if metadata would not be shorter than the text."""
    block = find_block(lines)
    newline = "\r\n" if lines[0].endswith("\r\n") else "\n"
    place = block.start if block else _place(lines)
    # A block put directly below a line of text gets a blank line first, which then belongs to the document.
    gap = newline if not block and place and bare(lines[place - 1]).strip() else ""
    source = without_block(lines, block) if block else [*lines[:place], gap, *lines[place:]]
    text, tokens, source_tokens = extract("".join(source))
    if tokens >= source_tokens:
        return None
    body = [line for line in text.splitlines() if "ctxbudget:metadata" not in line]
    mark = f"<!-- ctxbudget:metadata tokens={tokens} of={source_tokens} -->"
    made = newline.join([mark, *body, END])
    if block is None:
        return BlockEdit(Block(place, place), f"{gap}{made}{newline}{newline}", tokens, source_tokens)
    end_of_last = lines[block.end - 1][len(bare(lines[block.end - 1])) :]
    return BlockEdit(block, made + end_of_last, tokens, source_tokens)


def _place(lines: Sequence[str]) -> int:
    """The line after the front matter, and after the title if the document begins with one."""
    place = header_lines([bare(line) for line in lines[:402]])
    first = next((n for n in range(place, len(lines)) if bare(lines[n]).strip()), None)
    if first is None:
        return place
    title = scan(lines[first : first + 2], State()).headings
    if not title or title[0].line != 0 or title[0].level != 1:
        return place
    place = first + title[0].last + 1
    while place < len(lines) - 1 and not bare(lines[place]).strip():
        place += 1
    return place
