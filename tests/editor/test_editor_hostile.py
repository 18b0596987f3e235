"""Hostile documents and names in an editor: they are shown, and do nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from presentation.hostile import faults

from .conftest import StartEditor


@pytest.mark.parametrize("markdown", [True, False], ids=["markdown", "plaintext"])
def test_what_an_editor_shows(folder: Path, start_editor: StartEditor, markdown: bool) -> None:
    hostile = "\x1b[2J\u202e [a](command:x) $(trash) <img src=x> `b` | "
    (folder / "x`[a](command:x) \u202e.md").write_text("# Imported\n\nwords\n")
    more = {"textDocument": {"hover": {"contentFormat": ["markdown" if markdown else "plaintext"]}}}
    editor = start_editor(options={"ceilings": {"permanent": 10}, "diagnostics": "always"}, more=more)
    text = (
        f"# {hostile}\n\n@./x`[a](command:x)\n\n## {hostile}\n\n"
        + f"{hostile} words\n\n" * 200
        + f"## B {hostile}\n\nb\n"
    )
    name = "CLAUDE.md"
    uri = editor.open_file(name, text)

    shown = [diagnostic["message"] for diagnostic in editor.diagnostics(uri)]
    shown += [lens["title"] for lens in editor.lenses(uri)]
    shown += [action["title"] for action in editor.actions(uri, (4, 0, 4, 1))]
    editor.execute("ctxbudget.showBudget", uri)
    shown.append(editor.notification("window/showMessage")["message"])
    assert len(shown) > 4
    for words in shown:
        assert not faults(words) and "](command:" not in words and "$(trash)" not in words
    hovers = [hover for line in (0, 2, 4) if (hover := editor.hover(uri, line))]
    assert hovers
    for hover in hovers:
        assert not faults(hover)
        if markdown:
            kinds = {child.type for token in MarkdownIt("commonmark").parse(hover) for child in token.children or ()}
            assert kinds <= {"text", "strong_open", "strong_close", "code_inline", "softbreak"}
