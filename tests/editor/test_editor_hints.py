"""Where hints are shown: at sections that are worth one, and never beside another figure that says the same."""

from __future__ import annotations

from typing import Any

import pytest

from ctxbudget_server.tokens import count
from editor.conftest import EditorClient, StartEditor

LARGE = "Words of a paragraph that goes on for a while.\n" * 20
SECTIONS = f"## Large\n\n{LARGE}\n## Small\n\nshort\n"
TEXT = f"# Title\n\nintro\n\n{SECTIONS}"
TITLE, LARGE_LINE, SMALL_LINE = 0, 4, TEXT[: TEXT.index("## Small")].count("\n")


def hinted(editor: EditorClient, text: str = TEXT, name: str = "a.md") -> list[int]:
    """The lines with hints."""
    return [hint["position"]["line"] for hint in editor.hints(editor.open_file(name, text)) or []]


@pytest.mark.parametrize(
    ("settings", "lines"),
    [
        ({}, [LARGE_LINE]),
        ({"inlayHintMinTokens": 1}, [LARGE_LINE, SMALL_LINE]),
        ({"inlayHintMinTokens": 0}, [TITLE, LARGE_LINE, SMALL_LINE]),
        ({"inlayHintMinTokens": 100_000}, []),
        ({"inlayHints": False, "inlayHintMinTokens": 0}, []),
        ({"codeLens": False}, [TITLE, LARGE_LINE]),
        ({"codeLens": False, "summaryDiagnostic": "on"}, [LARGE_LINE]),
        ({"codeLens": False, "summaryDiagnostic": "on", "diagnostics": False}, [TITLE, LARGE_LINE]),
    ],
)
def test_the_settings_of_hints(start_editor: StartEditor, settings: Any, lines: list[int]) -> None:
    editor = start_editor(options=settings, every_hint=False)
    assert hinted(editor) == lines
    editor.drop_unread()
    editor.close()


def test_the_threshold_is_reached_by_as_many_tokens(start_editor: StartEditor) -> None:
    exactly = count("## Small\n\nshort\n")
    for least, lines in ((exactly, [LARGE_LINE, SMALL_LINE]), (exactly + 1, [LARGE_LINE])):
        editor = start_editor(options={"inlayHintMinTokens": least})
        assert hinted(editor) == lines
        editor.close()


def test_a_title_has_its_hint_where_it_says_something_else_than_the_total(start_editor: StartEditor) -> None:
    editor = start_editor(every_hint=False)
    assert hinted(editor, f"# One\n\n{LARGE}\n# Two\n\nshort\n") == [0]
    editor.close()


def test_without_lenses_the_summary_takes_the_place_of_the_hint(start_editor: StartEditor) -> None:
    editor = start_editor(every_hint=False, without=("textDocument.codeLens",))
    assert hinted(editor) == [LARGE_LINE]
    while not editor.notification("textDocument/publishDiagnostics")["diagnostics"]:
        pass
    editor.drop_unread()
    editor.close()


def test_a_negative_threshold_is_reported_and_ignored(start_editor: StartEditor) -> None:
    editor = start_editor(options={"inlayHintMinTokens": -1})
    assert "inlayHintMinTokens" in editor.notification("window/showMessage")["message"]
    assert hinted(editor) == [LARGE_LINE]
    editor.drop_unread()
    editor.close()
