"""The text model: edits, units of columns, and headings that agree wherever a scan begins."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ctxbudget_server.editor.lines import LineText, Point, point_at, split_document
from ctxbudget_server.editor.positions import Encoding, from_units, to_units
from ctxbudget_server.markdown.scan import State, scan
from ctxbudget_server.markdown.structure import _by_scan, header_lines

TEXTS = st.text(alphabet="a# \t\n\r日🎉\u2028\x0c", max_size=30)


@given(TEXTS)
def test_lines_are_the_text(text: str) -> None:
    lines = split_document(text)
    assert "".join(lines) == text
    assert all(line[-1:] in ("\n", "\r") for line in lines[:-1]) and lines[-1][-1:] not in ("\n", "\r")


@given(TEXTS, st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9), st.integers(0, 9), TEXTS)))
@example("a\r", [(1, 0, 1, 0, "\n")])
def test_edits_rebuild_the_text(text: str, edits: list[tuple[int, int, int, int, str]]) -> None:
    document = LineText(text)
    mirror = list(document.lines)
    for a, b, c, d, new in edits:
        start, end = (document.clamp(point) for point in sorted([Point(a, b), Point(c, d)]))
        whole = document.text
        offsets = [sum(map(len, document.lines[: p.line])) + p.column for p in (start, end)]
        splice = document.replace(start, end, new)
        mirror[splice.start : splice.end] = splice.lines
        assert document.text == whole[: offsets[0]] + new + whole[offsets[1] :]
        assert document.lines == mirror == split_document(document.text)


@given(TEXTS, TEXTS)
def test_a_whole_new_text_is_a_splice(old: str, new: str) -> None:
    document = LineText(old)
    lines = list(document.lines)
    splice = document.replace_all(new)
    lines[splice.start : splice.end] = splice.lines
    assert document.lines == lines == split_document(new)


@given(st.text(alphabet="aé日🎉\ud800", max_size=12), st.sampled_from(get_args(Encoding)))
def test_units_and_code_points(line: str, encoding: Encoding) -> None:
    for column in range(len(line) + 1):
        units = to_units(line, column, encoding)
        assert from_units(line, units, encoding) == column
        if encoding != "utf-32" and column < len(line) and to_units(line, column + 1, encoding) > units + 1:
            assert from_units(line, units + 1, encoding) == column
    assert from_units(line, 1_000, encoding) == len(line)


@pytest.mark.parametrize(("encoding", "units"), [("utf-8", 7), ("utf-16", 3), ("utf-32", 2)])
def test_an_emoji_and_a_chinese_character(encoding: Encoding, units: int) -> None:
    assert to_units("🎉日x", 2, encoding) == units


@given(TEXTS, st.integers(0, 30))
def test_the_place_of_a_character(text: str, offset: int) -> None:
    offset = min(offset, len(text))
    point = point_at(text, offset)
    assert (
        "".join(split_document(text)[: point.line]) + split_document(text)[point.line][: point.column] == text[:offset]
    )


PIECES = st.sampled_from(
    [
        "# one", "## two ##", "   # three", "    # code", "text", "more text", "===", "---", "```", "```py", "~~~~",
        "  ```", "- item", "  - nested", "    ```", "   in item", "1. first", "<!-- c", "-->", "<div>", "</div>",
        "<pre>", "</pre>", "", "  ", "> quote", "key: value", "| a | b |", "\ttab", "#", "#no", "a `x` b", "日本",
        "    indented", "* * *", "<!-- one line -->", "<span>", "\x0c",
    ]
)  # fmt: skip


@settings(max_examples=600)
@given(st.lists(PIECES, max_size=14), st.integers(0, 14))
def test_a_scan_in_two_parts_is_a_scan_of_the_whole(lines: list[str], cut: int) -> None:
    """Scanned in two parts with the state between them, as in one."""
    front = header_lines(lines)
    headings, code, _ = _by_scan(lines, front)
    state = State("front", left=front) if front else State()
    first = scan(lines[:cut], state)
    second = scan([line + "\n" for line in lines[cut:]], first.state)
    cut = min(cut, len(lines))
    found = [*first.headings, *(h._replace(line=h.line + cut, last=h.last + cut) for h in second.headings)]
    assert [tuple(h) for h in found] == [(h.line, h.last, h.level, h.title) for h in headings]
    in_code = {n for start, end in code for n in range(start, end)}
    marked = {n for start, end in first.code for n in range(start, end)}
    marked |= {n + cut for start, end in second.code for n in range(start, end)}
    assert marked == in_code
