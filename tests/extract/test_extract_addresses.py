"""Outline, sections, lines and search: what was left out can be asked for, byte for byte."""

import pytest
from extract_checks import count
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxbudget_server.extract import extract, find_section, line_range, outline, search_text
from ctxbudget_server.markdown.lines import split_lines, unnumbered
from ctxbudget_server.markdown.structure import _by_scan, _by_tree, front_matter_lines

TEXT = "# Top\r\nintro\r\n## A\r\none\x0ctwo\u2028three\r\n### Deep\r\nx\r\n## B\r\n```\n# no\n```\r\n### Deep\ny"


def test_section_bytes_equal_the_source():
    sections = outline(TEXT, count)
    assert [(s.heading, s.level, s.start_line, s.end_line) for s in sections] == [
        ("Top", 1, 1, 12),
        ("A", 2, 3, 6),
        ("Deep", 3, 5, 6),
        ("B", 2, 7, 12),
        ("Deep", 3, 11, 12),
    ]
    assert line_range(TEXT, 3, 6) == TEXT[TEXT.index("## A") : TEXT.index("## B")]
    for s in sections:
        assert s.tokens > 0 and line_range(TEXT, s.start_line, s.end_line) in TEXT


def test_find_section_by_heading_path_and_case_and_reports_ambiguity():
    assert [s.path for s in find_section(TEXT, "Deep")] == [("Top", "A", "Deep"), ("Top", "B", "Deep")]
    assert [s.start_line for s in find_section(TEXT, "B > Deep")] == [11]
    assert [s.start_line for s in find_section(TEXT, "top > a")] == [3]
    assert find_section(TEXT, "no") == ()
    assert find_section("# A\n# a\n", "a")[0].start_line == 2, "exact spelling wins"


@pytest.mark.parametrize(("start", "end", "expected"), [(2, 1, ""), (0, 3, ""), (12, 99, "y"), (50, 60, "")])
def test_line_range_at_the_edges(start: int, end: int, expected: str):
    assert line_range(TEXT, start, end) == expected


def test_search_puts_literal_hits_first():
    text = "alpha beta\nthe budgets were spent\nbudget spent\n"
    hits = search_text(text, "budget spent", 5)
    assert [h.line for h in hits] == [3, 2] and hits[0].text == "budget spent"
    assert search_text(text, "nothing here at all zzz", 5) == () and search_text(text, "budget", 0) == ()


@given(st.text(alphabet="#a b\n\r\x0c\u2028`~->*1.|", max_size=300))
def test_lines_and_sections_are_the_sources_bytes(text: str):
    lines = split_lines(text)
    assert "".join(lines) == text
    assert all(x.rstrip("\r\n").count("\n") == 0 and "\r" not in x.rstrip("\r\n") for x in lines)
    for s in outline(text, count):
        assert line_range(text, s.start_line, s.end_line) == "".join(lines[s.start_line - 1 : s.end_line])
        assert len(s.path) >= 1 and s.path[-1] == s.heading


BLOCKS = st.sampled_from(
    [
        "# Title",
        "## Part two",
        "#### Deep #",
        "#nothing",
        "plain words here",
        "",
        "",
        "- item",
        "  - nested",
        "1. first",
        "```python",
        "```",
        "~~~",
        "````",
        "    indented",
        "> quote",
        "> # quoted",
        "| a | b |",
        "|---|---|",
        "***",
        "Setext",
        "===",
        "<!-- open",
        "close -->",
        "<div>",
        "</div>",
        "  continuation",
        "* * *",
        "`# code`",
    ]
)


@given(st.lists(BLOCKS, max_size=25))
@settings(max_examples=300)
def test_linear_scan_finds_the_headings_of_flat_documents(lines: list[str]):
    """Outside of lists the scan for huge texts agrees with the syntax tree."""
    flat = [x for x in lines if x not in ("- item", "  - nested", "1. first", "> quote", "> # quoted", "    indented")]
    front = front_matter_lines(flat)
    assert _by_scan(flat, front)[0] == _by_tree(flat, front)[0]


@given(st.lists(BLOCKS, max_size=25), st.sampled_from([1, 1.158, 1.4]))
@settings(max_examples=60)
def test_outline_tokens_are_those_of_the_sections(lines: list[str], scale: float):
    text = "\n".join(x.replace("## P", "  ## P") for x in lines)

    def scaled(part: str) -> int:
        return round(count(part) * scale)

    for s in outline(text, scaled):
        assert s.tokens == scaled(line_range(text, s.start_line, s.end_line))


def test_huge_documents_have_the_same_outline_as_small_ones():
    part = "# One\n\nwords\n\n- item\n  ```\n  # code\n  ```\n\n## Two\n\n```\n# fenced\n```\n\ntext\n\n"
    small, huge = outline(part, count), outline(part * 4000, count)
    assert [s.heading for s in huge[:2]] == [s.heading for s in small]
    assert len(huge) == 8000


def test_extraction_carries_the_outline():
    found = extract("# A\ntext\n## B\nmore\n", count=count)
    assert [(e.path, e.start_line, e.end_line) for e in found.outline] == [(("A",), 1, 4), (("A", "B"), 3, 4)]


@pytest.mark.parametrize("separator", ["\t", "→"])
@pytest.mark.parametrize("end", ["", "\n"])
def test_a_numbered_listing_is_read_without_its_numbers(separator: str, end: str):
    listing = "\n".join(f"{n:6d}{separator}{line}" for n, line in enumerate(TEXT.split("\n"), 98)) + end
    assert unnumbered(listing) == TEXT + end


@pytest.mark.parametrize(
    "text", ["", "x", "1\ta\n3\tb", "1\ta\nb", "1\ta\n\n3\tb", "# 1\ta", "1. a\n2. b", "2026-01-01\ta"]
)
def test_what_is_no_numbered_listing_stays(text: str):
    assert unnumbered(text) == text
