"""What an item without a title is called."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxbudget_server.rules.naming import MAX_WORDS, name_of, one_line


@pytest.mark.parametrize(
    ("path", "content", "name"),
    [
        ("docs/report.md", "# Findings\n", "docs/report.md"),
        (None, "\n## The  cache ##\n\nIt grows.\n", "The cache"),
        (None, "Notes of Monday\n\n# The cache\n", "The cache"),
        (None, "\n\n  no heading here\nnor here", "no heading here"),
        (None, "#hashtag", "#hashtag"),
        (None, "word " * 100, f"{('word ' * 100)[: MAX_WORDS - 1]}…"),
        (None, " \n\t\n", None),
        (None, "", None),
        (None, None, None),
    ],
)
def test_the_path_then_a_heading_then_the_first_line(path: str | None, content: str | None, name: str | None) -> None:
    assert name_of(path, content) == name


@given(st.text(st.characters()))
def test_a_name_is_one_short_line_that_can_be_stored(content: str) -> None:
    name = name_of(None, content)

    assert name is None or (0 < len(name) <= MAX_WORDS and name.splitlines() == [name] and name.encode())


@given(st.text(st.sampled_from("ab \t\n")), st.integers(1, 12))
def test_of_a_long_line_only_its_beginning_is_looked_at_and_nothing_else_changes(text: str, most: int) -> None:
    words = " ".join(text.split())
    assert one_line(text, most) == (words if len(words) <= most else words[: most - 1] + "…")
