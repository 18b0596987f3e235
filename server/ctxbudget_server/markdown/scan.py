"""Scans a Markdown text for headings, code and comments line by line, starting at any line whose state is known.

It serves texts that are too long for a parser, and editors: a state sums up all earlier lines, so that after an edit
only what may have changed is scanned again.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ctxbudget_server.markdown.fences import FENCE, fence_lines, nesting_of

ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$")
SETEXT = re.compile(r" {0,3}(=+|-+)[ \t]*$")
ITEM = re.compile(r"( *)(?:[-*+]|\d{1,9}[.)])( {1,4})(?=\S)")
NOT_PARAGRAPH = re.compile(r" {0,3}(?:[-*+][ \t]|\d{1,9}[.)][ \t]|>|#{1,6}(?:[ \t]|$)|\||<|(?:[-*_][ \t]*){3,}$)")
HTML_BLOCK = re.compile(
    r" {0,3}</?(?:address|article|aside|blockquote|body|center|col|dd|details|dialog|div|dl|dt|fieldset|figure|footer|"
    r"form|h[1-6]|head|header|hr|html|iframe|li|link|main|menu|nav|ol|p|section|summary|table|tbody|td|tfoot|th|thead|"
    r"title|tr|ul)(?:[\s>]|/>|$)",
    re.I,
)
FIELD_LINE = re.compile(r"\s*(?:[-*+]\s+)?[\w*][\w *-]{0,40}:(?:\s|$)")
_RAW = re.compile(r"<(pre|script|style|textarea)(?:[\s>]|$)", re.I)
PROSE_HEADING = 120
"""Underlined text with more characters than this is prose."""


class State(NamedTuple):
    """The scanner's state at the beginning of a line.

    `block` is the enclosing block ("" for none, "front", "fence", "comment", "raw" or "html") and `mark` what ends it;
    `indent` is a fence's indentation, `left` the remaining lines of front matter. `item` is the content column of the
    innermost list item, 0 outside lists. `paragraph` holds the first three lines of the open paragraph.
    """

    block: str = ""
    mark: str = ""
    indent: int = 0
    left: int = 0
    item: int = 0
    paragraph: tuple[str, ...] = ()


_START = State()


class Heading(NamedTuple):
    """A heading outside code, lists and quotes.

    Lines count from 0 at the start of the scan; an underlined heading may have begun before it.
    """

    line: int
    last: int
    level: int
    title: str


@dataclass(slots=True)
class Scan:
    """The result of scanning some lines. `code` and `comments` are half-open ranges of lines."""

    headings: list[Heading] = field(default_factory=list)
    code: list[tuple[int, int]] = field(default_factory=list)
    comments: list[tuple[int, int]] = field(default_factory=list)
    state: State = field(default_factory=State)


def scan(lines: Sequence[str], state: State, content: Container[int] = ()) -> Scan:
    """Scan lines (with or without their ends), starting from a state.

    `content` has the numbers of the lines that do not end the fence in which they stand (see `fences`).
    """
    found = Scan()
    for number, line in enumerate(lines):
        if state.block == "fence" and number in content:
            _mark(found.code, number)
            continue
        text = line.rstrip("\r\n")
        state = _step(found, number, text, state) if state.block else _open(found, number, text, state)
    found.state = state
    return found


def scan_whole(lines: Sequence[str], front: int) -> Scan:
    """Scan a whole text, of which so many lines are front matter."""
    content = nesting_of(fence_lines(lines[front:], front)).content
    return scan(lines, State("front", left=front) if front else State(), content)


def scan_as_one(text: str, lines: int, state: State) -> Scan | None:
    """The scan of lines that are entirely inside one block; None if they must be scanned one by one."""
    if state.block == "fence" and state.mark not in text and not _ends_with_item(state):
        return Scan(code=[(0, lines)], state=state)
    if state.block == "comment" and state.mark not in text and not state.paragraph:
        return Scan(comments=[(0, lines)], state=state)
    return None


def _step(found: Scan, number: int, line: str, state: State) -> State:
    """Scan a line inside a block."""
    if state.block == "front":
        return state._replace(left=state.left - 1) if state.left > 1 else State()
    if state.block == "fence":
        return _in_fence(found, number, line, state)
    state = _longer(state, line)
    if state.block == "html":
        return state if line.strip() else _open(found, number, line, state._replace(block="", paragraph=()))
    if state.block == "comment":
        _mark(found.comments, number)
    ended = state.mark in (line if state.block == "comment" else line.lower())
    return state._replace(block="", mark="") if ended else state


def _in_fence(found: Scan, number: int, line: str, state: State) -> State:
    text = line.lstrip(" ")
    inner = len(line) - len(text)
    after = state._replace(block="", mark="", indent=0)
    if text[: len(state.mark)] == state.mark and inner <= max(3, state.indent + 3):
        if not text.lstrip(state.mark[0]).strip(" \t"):
            _mark(found.code, number)
            return after
    elif _ends_with_item(state) and line.strip() and inner < state.item:
        return _open(found, number, line, after)  # the list item that contained the fence has ended
    _mark(found.code, number)
    return state


def _ends_with_item(state: State) -> bool:
    """Whether a fence is inside a list item, so that it ends with the item."""
    return bool(state.item) and state.indent >= state.item


def _mark(ranges: list[tuple[int, int]], number: int) -> None:
    if ranges and ranges[-1][1] == number:
        ranges[-1] = (ranges[-1][0], number + 1)
    else:
        ranges.append((number, number + 1))


def _longer(state: State, line: str) -> State:
    if 0 < len(state.paragraph) < 3:
        return state._replace(paragraph=(*state.paragraph, line))
    return state


def _open(found: Scan, number: int, line: str, state: State) -> State:
    """Scan a line outside any block."""
    first = line[:1]
    if first == "#" and (atx := ATX.match(line)):
        _heading(found, number, atx)
        return _START
    if first.isalpha():
        return _longer(state, line) if state.paragraph else State(paragraph=(line,))
    stripped = line.strip(" \t")
    if not stripped:
        if not state.paragraph:
            return state
        return State(item=state.item) if state.item else _START
    indent = len(line) - len(line.lstrip(" "))
    if state.item and indent < state.item and not state.paragraph:
        state = state._replace(item=0)
    fence = FENCE.match(line)
    if fence and (indent <= 3 or state.item) and not (fence[2][0] == "`" and "`" in fence[3]):
        found.code.append((number, number + 1))
        return State("fence", fence[2], indent, item=state.item)
    nested = bool(state.item) and indent >= state.item
    if state.item and not nested and ATX.match(line):
        state = state._replace(item=0)
    if stripped[0] == "<" and not nested and (inside := _html(found, number, line, state)) is not None:
        return inside
    return _text(found, number, line, state, nested=nested)


def _html(found: Scan, number: int, line: str, state: State) -> State | None:
    """The state after a line that begins with `<`, if it begins an HTML block."""
    text = line.lstrip(" ")
    if text.startswith("<!--"):
        found.comments.append((number, number + 1))
        state = _longer(state, line)
        return state if "-->" in line else state._replace(block="comment", mark="-->")
    if raw := _RAW.match(text):
        state = _longer(state, line)
        end = f"</{raw[1].lower()}>"
        return state if end in line.lower() else state._replace(block="raw", mark=end)
    return State("html", item=state.item) if HTML_BLOCK.match(line) else None


def _text(found: Scan, number: int, line: str, state: State, *, nested: bool) -> State:
    if not nested and (atx := ATX.match(line)):
        _heading(found, number, atx)
        return state._replace(paragraph=())
    if line.startswith("    ") and not state.paragraph and not state.item:
        _mark(found.code, number)
        return state
    if state.paragraph and not nested and not state.item and (under := SETEXT.match(line)):
        if is_plausible(state.paragraph):
            title = " ".join(" ".join(state.paragraph).split())
            level = 1 if under[1][0] == "=" else 2
            found.headings.append(Heading(number - len(state.paragraph), number, level, title))
        return state._replace(paragraph=())
    if item := ITEM.match(line):
        return state._replace(item=item.end(), paragraph=(line,))
    if not state.paragraph and not NOT_PARAGRAPH.match(line):
        return state._replace(paragraph=(line,))
    return _longer(state, line)


def is_plausible(block: Sequence[str]) -> bool:
    """Whether an underlined block is meant as a heading, and not as a paragraph or fields above a rule."""
    return len(block) <= 2 and sum(map(len, block)) <= PROSE_HEADING and not any(map(FIELD_LINE.match, block))


def _heading(found: Scan, number: int, atx: re.Match[str]) -> None:
    found.headings.append(Heading(number, number, len(atx[1]), " ".join((atx[2] or "").split())))
