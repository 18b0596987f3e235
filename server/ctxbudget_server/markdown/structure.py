"""Finds the headings and code of a Markdown text, by line.

Up to `AST_LIMIT` characters and `AST_LINES` lines markdown-it's block parser decides. Longer texts take a linear
scan with the same answers for headings in ordinary documents: markdown-it takes half a second per megabyte.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from ctxbudget_server.markdown.fences import fence_lines, nesting_of
from ctxbudget_server.markdown.lines import bare_lines
from ctxbudget_server.markdown.scan import Heading, State, is_plausible, scan

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

AST_LIMIT, AST_LINES = 200_000, 6_000
"""Characters and lines up to which the syntax tree is built."""


@dataclass(frozen=True, slots=True)
class Structure:
    """The lines of a text without their ends, its headings, and the line ranges (0-based, half-open) without prose."""

    lines: list[str]
    headings: list[Heading]
    code: list[tuple[int, int]]
    comments: list[tuple[int, int]]
    header: int
    """Number of lines of YAML front matter or raw `key: value` lines at the top; 0 if there are none."""
    unsure: tuple[int, ...] = ()
    """Lines (0-based) at which fences begin whose nesting is ambiguous."""


def front_matter_lines(lines: list[str]) -> int:
    """The number of lines of YAML front matter at the top."""
    if not lines or lines[0].rstrip() != "---" or len(lines) < 2 or not lines[1].strip():
        return 0
    for i, line in enumerate(lines[1:400], 1):
        if line.rstrip() in ("---", "..."):
            body = lines[1:i]
            keyed = sum(bool(re.match(r"[\w][\w .-]{0,60}:(?:\s|$)|\s+\S|- |#", x)) for x in body if x.strip())
            return i + 1 if keyed * 5 >= 4 * sum(bool(x.strip()) for x in body) else 0
    return 0


_HEADER_LINE = re.compile(r"[a-z][\w-]{1,40}:(?:\s|$)")
_HEADER_MORE = re.compile(r"\s+\S|- ")
MAX_HEADER = 60


def header_lines(lines: list[str]) -> int:
    """The number of machine-written lines at the top: front matter, or at least two raw `key: value` lines."""
    front = front_matter_lines(lines)
    end = front
    while (
        not front
        and end < min(len(lines), MAX_HEADER)
        and (_HEADER_LINE.match(lines[end]) or (end and _HEADER_MORE.match(lines[end])))
    ):
        end += 1
    # A blank line or a rule ends raw lines; if anything else follows, they are the start of something longer.
    closed = end == len(lines) or not lines[end].strip(" -")
    return front or (end if end >= 2 and closed else 0)


def analyse(text: str) -> Structure:
    """Headings, code and comments of a text."""
    lines = bare_lines(text)
    front = header_lines(lines)
    nesting = nesting_of(fence_lines(lines[front:], front))
    read = _by_tree if len(text) <= AST_LIMIT and len(lines) <= AST_LINES else _by_scan
    headings, code, comments = read(lines, front, nesting.content)
    return Structure(lines, headings, code, comments, front, nesting.unsure)


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark")
    parser.core.ruler.enableOnly(["block"])
    return parser


Parts = tuple[list[Heading], list[tuple[int, int]], list[tuple[int, int]]]
"""Headings, code and comments."""


def _by_tree(lines: list[str], front: int, content: frozenset[int] = frozenset()) -> Parts:
    if content:  # the parser must not see the fences that are content of another
        lines = ["" if number in content else line for number, line in enumerate(lines)]
    # No bare \r or NUL reaches the parser: lines are already split, and NUL is replaced as CommonMark requires.
    source = "\n".join([""] * front + lines[front:]).replace("\x00", "�")
    headings: list[Heading] = []
    code: list[tuple[int, int]] = []
    comments: list[tuple[int, int]] = []
    tokens = _parser().parse(source)
    for i, token in enumerate(tokens):
        if token.map is None:
            continue
        start, end = token.map
        if token.type == "heading_open" and token.level == 0:
            title = tokens[i + 1].content
            if token.markup in ("=", "-") and not is_plausible(lines[start : end - 1]):
                continue
            headings.append(Heading(start, end - 1, int(token.tag[1]), " ".join(title.split())))
        elif token.type in ("fence", "code_block"):
            code.append((start, end))
        elif token.type == "html_block" and token.content.lstrip().startswith("<!--"):
            comments.append((start, end))
    return headings, code, comments


def _by_scan(lines: list[str], front: int, content: frozenset[int] = frozenset()) -> Parts:
    found = scan(lines, State("front", left=front) if front else State(), content)
    return found.headings, found.code, found.comments
