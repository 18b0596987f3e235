"""The incremental figures: equal to those of the whole text after every edit."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ctxbudget_server.account.counter import Counter
from ctxbudget_server.editor.analysis import Analysis, Outline
from ctxbudget_server.editor.chunks import MAX_CHARACTERS
from ctxbudget_server.editor.lines import LineText, Point
from ctxbudget_server.markdown.lines import bare_lines
from ctxbudget_server.markdown.sections import sections_of
from ctxbudget_server.markdown.structure import Structure, _by_scan, header_lines
from ctxbudget_server.tokens import count

EXACT = Counter(None)
CLAUDE = Counter("claude-opus-4-8")


def nothing() -> None:
    """Never cancels."""


def outline_of(text: str, counter: Counter = EXACT) -> Outline:
    return Analysis(LineText(text).lines).outline(counter, nothing)


LINE = st.sampled_from(
    [
        "# one\n", "## two\r\n", "text 🎉\n", "  ## indented\n", "```\n", "\n", "under\n", "---\n", "/slash\n", "a\r",
        "---\nkey: v\n---\n", "日本語\n", "word " * 300 + "\n", "<!-- c\n", "-->\n", "- item\n", "  ```\n",
    ]
)  # fmt: skip
TEXT = st.lists(LINE, max_size=30).map("".join)


@settings(max_examples=150)
@given(TEXT, st.lists(st.tuples(st.integers(0, 30), st.integers(0, 4), st.integers(0, 3), TEXT), max_size=5))
@example("a\n## b\n", [(1, 0, 0, " ")])
def test_edits_give_what_a_new_look_gives(text: str, edits: list[tuple[int, int, int, str]]) -> None:
    document = LineText(text)
    analysis = Analysis(document.lines)
    for line, column, more, new in edits:
        analysis.outline(EXACT, nothing)
        analysis.apply(document.replace(Point(line, column), Point(line + more, column), new))
        assert analysis.text == document.text
        for counter in (EXACT, CLAUDE):
            got, want = analysis.outline(counter, nothing), outline_of(document.text, counter)
            assert got.tokens == want.tokens == counter.figure(document.text, nothing).tokens
            shape = [(s.title, s.line, s.end, s.parent) for s in got.sections]
            assert shape == [(s.title, s.line, s.end, s.parent) for s in want.sections]
            assert all(abs(a.tokens - b.tokens) <= 1 for a, b in zip(got.sections, want.sections, strict=True))


@given(TEXT)
def test_sections_are_those_of_the_extractor(text: str) -> None:
    lines = bare_lines(text)
    headings, code, comments = _by_scan(lines, header_lines(lines))
    wanted = sections_of(Structure(lines, headings, code, comments, 0))
    found = outline_of(text).sections
    assert [(s.title, s.level, s.line + 1) for s in found] == [(s.heading, s.level, s.start_line) for s in wanted]


def test_sections_have_the_tokens_of_their_text() -> None:
    text = "intro\n\n# One\n\ntext of one\n\n## Under\n\nmore\n\n# Two 🎉\nend"
    outline = outline_of(text)
    lines = LineText(text).lines
    for section in outline.sections:
        assert section.tokens == count("".join(lines[section.line : section.end]))
    assert [s.own for s in outline.sections][:2] == [count("# One\n\ntext of one\n\n"), count("## Under\n\nmore\n\n")]
    assert outline.tokens == count(text)


def test_an_edit_counts_only_its_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    import ctxbudget_server.editor.analysis as module

    section = "## Heading\n\n" + "Words of a paragraph that goes on for a while.\n" * 40
    document = LineText(section * 200)
    analysis = Analysis(document.lines)
    analysis.outline(EXACT, nothing)
    counted: list[int] = []
    real = module.measured
    monkeypatch.setattr(module, "measured", lambda text, *rest: counted.append(len(text)) or real(text, *rest))
    for step in range(5):
        analysis.apply(document.replace(Point(1_000, 3 + step), Point(1_000, 3 + step), "x"))
        assert analysis.outline(EXACT, nothing).tokens == count(document.text)
    assert sum(counted) <= 5 * 2 * MAX_CHARACTERS


def test_a_line_of_a_megabyte_is_counted_around_the_edit(monkeypatch: pytest.MonkeyPatch) -> None:
    import ctxbudget_server.editor.analysis as module

    document = LineText('{"key": "value", "n": 12345}, ' * 5_000)
    analysis = Analysis(document.lines)
    analysis.outline(CLAUDE, nothing)
    monkeypatch.setattr(module, "measured", lambda *_: pytest.fail("counted whole"))
    analysis.apply(document.replace(Point(0, 70_003), Point(0, 70_004), "日本"))
    assert analysis.outline(CLAUDE, nothing).tokens == CLAUDE.figure(document.text, nothing).tokens


def test_a_fence_that_opens_and_closes_again_counts_nothing_twice() -> None:
    document = LineText("# A\n\ntext\n\n" * 500)
    analysis = Analysis(document.lines)
    first = analysis.outline(EXACT, nothing)
    analysis.apply(document.replace(Point(2, 0), Point(2, 0), "```\n"))
    assert len(analysis.outline(EXACT, nothing).sections) == 1
    analysis.apply(document.replace(Point(2, 0), Point(3, 0), ""))
    assert analysis.outline(EXACT, nothing) == first
