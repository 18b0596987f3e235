"""Where a Markdown text has headings and code, by line.

Up to `AST_LIMIT` characters and `AST_LINES` lines markdown-it's block parser decides. Longer texts take a linear
scan with the same answers for headings in ordinary documents: markdown-it takes half a second per megabyte.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from .lines import bare_lines

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

AST_LIMIT, AST_LINES = 200_000, 6_000
"""Characters and lines up to which the syntax tree is built."""

ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$")
SETEXT = re.compile(r" {0,3}(=+|-+)[ \t]*$")
FENCE = re.compile(r"( *)(`{3,}|~{3,})(.*)$")
ITEM = re.compile(r"( *)(?:[-*+]|\d{1,9}[.)])( {1,4})(?=\S)")
NOT_PARAGRAPH = re.compile(r" {0,3}(?:[-*+][ \t]|\d{1,9}[.)][ \t]|>|#{1,6}(?:[ \t]|$)|\||<|(?:[-*_][ \t]*){3,}$)")
HTML_BLOCK = re.compile(
    r" {0,3}</?(?:address|article|aside|blockquote|body|center|col|dd|details|dialog|div|dl|dt|fieldset|figure|footer|"
    r"form|h[1-6]|head|header|hr|html|iframe|li|link|main|menu|nav|ol|p|section|summary|table|tbody|td|tfoot|th|thead|"
    r"title|tr|ul)(?:[\s>]|/>|$)",
    re.I,
)
FIELD_LINE = re.compile(r"\s*(?:[-*+]\s+)?[\w*][\w *-]{0,40}:(?:\s|$)")
PROSE_HEADING = 120


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading outside of code, lists and quotes; `line` and `last` are 0-based."""

    line: int
    last: int
    level: int
    title: str


@dataclass(frozen=True, slots=True)
class Structure:
    """The bare lines of a text, its headings, and the half-open 0-based line ranges that are not prose."""

    lines: list[str]
    headings: list[Heading]
    code: list[tuple[int, int]]
    comments: list[tuple[int, int]]
    header: int
    """Number of lines that the YAML front matter or the raw `key: value` lines at the top take; 0 without any."""


def front_matter_lines(lines: list[str]) -> int:
    """How many lines the YAML front matter at the top takes."""
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
    """How many lines at the top are machine-written facts: front matter, or two and more raw `key: value` lines."""
    front = front_matter_lines(lines)
    end = front
    while (
        not front
        and end < min(len(lines), MAX_HEADER)
        and (_HEADER_LINE.match(lines[end]) or (end and _HEADER_MORE.match(lines[end])))
    ):
        end += 1
    # A blank line or a rule closes raw lines; anything else means that they are the beginning of something longer.
    closed = end == len(lines) or not lines[end].strip(" -")
    return front or (end if end >= 2 and closed else 0)


def analyse(text: str) -> Structure:
    """Headings, code and comments of a text."""
    lines = bare_lines(text)
    front = header_lines(lines)
    if len(text) <= AST_LIMIT and len(lines) <= AST_LINES:
        headings, code, comments = _by_tree(lines, front)
    else:
        headings, code, comments = _by_scan(lines, front)
    return Structure(lines, headings, code, comments, front)


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark")
    parser.core.ruler.enableOnly(["block"])
    return parser


def _by_tree(lines: list[str], front: int) -> tuple[list[Heading], list[tuple[int, int]], list[tuple[int, int]]]:
    # A bare \r or NUL cannot reach the parser: lines are split already, and NUL is replaced as CommonMark asks.
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
            if token.markup in ("=", "-") and not _plausible_setext(lines[start : end - 1]):
                continue
            headings.append(Heading(start, end - 1, int(token.tag[1]), " ".join(title.split())))
        elif token.type in ("fence", "code_block"):
            code.append((start, end))
        elif token.type == "html_block" and token.content.lstrip().startswith("<!--"):
            comments.append((start, end))
    return headings, code, comments


def _plausible_setext(block: list[str]) -> bool:
    """A rule typed right under a paragraph or a list of fields makes a heading for the parser, not for its author."""
    return len(block) <= 2 and sum(map(len, block)) <= PROSE_HEADING and not any(FIELD_LINE.match(x) for x in block)


class _Scan:
    """The linear scan's state."""

    def __init__(self, lines: list[str], front: int) -> None:
        self.lines = lines
        self.front = front
        self.headings: list[Heading] = []
        self.code: list[tuple[int, int]] = []
        self.comments: list[tuple[int, int]] = []
        self.paragraph = -1  # first line of the open paragraph, -1 without one
        self.item_indent = 0  # content column of the innermost list item, 0 outside lists

    def run(self) -> None:
        i = self.front
        while i < len(self.lines):
            i = self.step(i, self.lines[i])

    def step(self, i: int, line: str) -> int:
        """Takes the block that starts at line `i` and returns the line after it."""
        if line[:1] == "#" and (atx := ATX.match(line)):
            self.item_indent = 0
            self.heading(i, atx)
            return i + 1
        if line[:1].isalpha():
            if self.paragraph < 0:
                self.item_indent = 0
                self.paragraph = i
            return i + 1
        stripped = line.strip(" \t")
        if not stripped:
            self.paragraph = -1
            return i + 1
        indent = len(line) - len(line.lstrip(" "))
        if self.item_indent and indent < self.item_indent and self.paragraph < 0:
            self.item_indent = 0
        fence = FENCE.match(line)
        if fence and (indent <= 3 or self.item_indent) and not (fence[2][0] == "`" and "`" in fence[3]):
            return self.fence(i, fence[2], indent)
        nested = bool(self.item_indent) and indent >= self.item_indent
        if self.item_indent and not nested and ATX.match(line):
            self.item_indent = 0
        if stripped.startswith("<") and not nested:
            end = self.html(i, line)
            if end > i:
                return end
        return self.text(i, line, indent, nested)

    def fence(self, i: int, marker: str, indent: int) -> int:
        self.paragraph = -1
        close = re.compile(rf" *{re.escape(marker[0])}{{{len(marker)},}}[ \t]*$")
        j = i + 1
        while j < len(self.lines):
            line = self.lines[j]
            inner = len(line) - len(line.lstrip(" "))
            if close.match(line) and inner <= max(3, indent + 3):
                j += 1
                break
            if self.item_indent and indent >= self.item_indent and line.strip() and inner < self.item_indent:
                break  # the list item that held the fence has ended
            j += 1
        self.code.append((i, j))
        return j

    def html(self, i: int, line: str) -> int:
        """The line after an HTML block that starts at `i`, or `i` when none does."""
        start = line.lstrip(" ")
        if start.startswith("<!--"):
            j = i
            while j < len(self.lines) and "-->" not in self.lines[j]:
                j += 1
            self.comments.append((i, min(j + 1, len(self.lines))))
            return j + 1
        raw = re.match(r"<(pre|script|style|textarea)(?:[\s>]|$)", start, re.I)
        if raw:
            j = i
            while j < len(self.lines) and f"</{raw[1].lower()}>" not in self.lines[j].lower():
                j += 1
            return j + 1
        if not HTML_BLOCK.match(line):
            return i
        j = i
        while j < len(self.lines) and self.lines[j].strip():
            j += 1
        self.paragraph = -1
        return j

    def heading(self, i: int, atx: re.Match[str]) -> None:
        self.headings.append(Heading(i, i, len(atx[1]), " ".join((atx[2] or "").split())))
        self.paragraph = -1

    def text(self, i: int, line: str, indent: int, nested: bool) -> int:
        atx = None if nested else ATX.match(line)
        if atx:
            self.heading(i, atx)
            return i + 1
        if indent >= 4 and self.paragraph < 0 and not self.item_indent:
            self.code.append((i, i + 1))
            return i + 1
        under = SETEXT.match(line)
        if under and self.paragraph >= 0 and not nested and not self.item_indent:
            block = self.lines[self.paragraph : i]
            if _plausible_setext(block):
                title = " ".join(" ".join(block).split())
                self.headings.append(Heading(self.paragraph, i, 1 if under[1][0] == "=" else 2, title))
            self.paragraph = -1
            return i + 1
        item = ITEM.match(line)
        if item:
            self.item_indent = item.end()
            self.paragraph = i
        elif self.paragraph < 0 and not NOT_PARAGRAPH.match(line):
            self.paragraph = i
        return i + 1


def _by_scan(lines: list[str], front: int) -> tuple[list[Heading], list[tuple[int, int]], list[tuple[int, int]]]:
    scan = _Scan(lines, front)
    scan.run()
    return scan.headings, scan.code, scan.comments
