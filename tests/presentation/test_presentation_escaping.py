"""The escaping itself, as properties over all of Unicode."""

from __future__ import annotations

import json
import re

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from ctxbudget_server.presentation import markdown, terminal
from ctxbudget_server.presentation.labels import label
from ctxbudget_server.presentation.page import Plain

from .hostile import WORDS, faults

RENDERER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
INNOCENT = {"text", "softbreak"}
LINKED_UNASKED = re.compile(r"(?i)(?<!\\)(?:(?<=http)|(?<=https)|(?<=ftp)):(?=//)|(?<!\\)@(?=\w)|(?<=www)\.")


@given(WORDS)
def test_a_line_is_one_line_that_a_terminal_only_shows(words: str) -> None:
    shown = terminal.line(words)

    assert not faults(shown) and "\n" not in shown
    shown.encode()
    assert terminal.line(shown) == shown, "what is safe stays as it is"


@given(WORDS)
def test_a_block_keeps_its_own_lines_and_tabs_alone(words: str) -> None:
    shown = terminal.block(words)

    assert not faults(shown.replace("\t", ""))
    assert (shown.count("\n"), shown.count("\t")) == (words.count("\n"), words.count("\t"))


def test_what_is_written_stays_and_what_is_not_seen_is_written_out() -> None:
    for seen in (
        "計画 v2.md",
        "naïve e\u0301",
        "👩‍🚀 👍🏽 🏳️‍🌈 1️⃣",
        "می‌خواهم",
        "a\u3000b\u00a0c",
        "C:\\Users",
        "שלום",
        "क्‍ष",
    ):
        assert terminal.line(seen) == seen
    assert terminal.line("a\x1b[31m\x7f\x9b\u202e\n\t") == r"a\x1b[31m\x7f\u009b\u202e\n\t"
    assert terminal.line(b"\xffa\xe9.md".decode("utf-8", "surrogateescape")) == r"\xffa\xe9.md"
    assert (
        terminal.line("\ud800 \U000e0041 \u3164 a\u200db \u200d\u200d")
        == r"\ud800 \U000e0041 \u3164 a\u200db \u200d\u200d"
    )


@given(WORDS)
def test_json_is_exact_and_has_no_control_character(words: str) -> None:
    written = terminal.json_text({"a": words})

    assert json.loads(written) == {"a": words}
    assert written.isascii() and written.isprintable()


@given(WORDS)
def test_markdown_shows_the_text_and_nothing_else_wherever_it_stands(words: str) -> None:
    shown, expected = markdown.text(words), " ".join(terminal.line(words).split())
    for source, around in (
        (f"{shown}", ""),
        (f"before {shown} after", "before after"),
        (f"x\n{shown}", "x"),
        (f"# {shown}", ""),
        (f"- {shown}", ""),
        (f"**{shown}: strong**", ": strong"),
        (f"| a | b |\n| --- | --- |\n| {shown} | second |", "abcsecond"),
    ):
        inline = [child for token in RENDERER.parse(source) for child in token.children or ()]
        assert {child.type for child in inline} <= INNOCENT | {"strong_open", "strong_close"}, source
        said = "".join(" " if child.type == "softbreak" else child.content for child in inline)
        assert _letters(expected) in _letters(said) and len(_letters(said)) <= len(_letters(expected + around)), source
    assert not LINKED_UNASKED.search(shown)


@given(WORDS)
def test_code_in_markdown_is_the_line_itself(words: str) -> None:
    if not words:
        assert markdown.code(words) == ""
        return
    (inline,) = [token for token in RENDERER.parse(f"Import {markdown.code(words)}: 3") if token.type == "inline"]
    kinds = [(child.type, child.content) for child in inline.children or ()]
    assert kinds == [("text", "Import "), ("code_inline", terminal.line(words)), ("text", ": 3")]


@given(WORDS)
def test_a_fence_ends_where_the_text_ends(words: str) -> None:
    tokens: list[Token] = RENDERER.parse(markdown.fenced(words) + "\n\nafter")

    assert [token.type for token in tokens] == ["fence", "paragraph_open", "inline", "paragraph_close"]
    assert tokens[0].content == terminal.block(words) + "\n"


@given(WORDS)
def test_a_label_is_a_line_without_links_and_icons(words: str) -> None:
    shown = label(words)

    assert not faults(shown) and "\n" not in shown and "](" not in shown and "$(" not in shown
    assert _letters(shown) == _letters(terminal.line(words))


@given(WORDS)
def test_a_plain_page_needs_no_renderer(words: str) -> None:
    page = Plain()
    assert page.text(words) == page.code(words) == terminal.line(words)
    assert page.strong("a") == "a" and page.fenced(words) == terminal.block(words)


@given(st.text("# \t-=>+1.)*_`~[]()!<&;:/@w\\|", max_size=12))
def test_no_mixture_of_signs_is_markdown(words: str) -> None:
    inline = [child for token in RENDERER.parse(f"x\n{markdown.text(words)}") for child in token.children or ()]
    assert {child.type for child in inline} <= INNOCENT


def _letters(words: str) -> str:
    return "".join(words.split())
