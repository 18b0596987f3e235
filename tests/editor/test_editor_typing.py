"""Typing: old versions are dropped, bursts end in one answer; imports, renames, and counts that can be stopped."""

from __future__ import annotations

from pathlib import Path

import pytest

from ctxbudget_server.tokens import count
from editor.conftest import WHOLE, StartEditor

PROGRESS = {"window": {"workDoneProgress": True}}
UNASKED = {"countOnOpen": False}
LINE = "Words of a paragraph that goes on for quite a while, line after line.\n"


def test_a_burst_of_changes(start_editor: StartEditor) -> None:
    editor = start_editor()
    text = "# one\n\n" + LINE * 6_000
    uri = editor.open_file("plan.md", text)
    asked = []
    for version in range(2, 60):
        editor.change(uri, version, "x", (2, 0, 2, 0))
        text = text.replace("# one\n\n", "# one\n\nx", 1)
        params = {"textDocument": {"uri": uri}, "range": WHOLE}
        asked.append(editor.send_request("textDocument/inlayHint", params))
    answers = [editor.response(each) for each in asked]
    refused = [answer["error"] for answer in answers if "error" in answer]
    assert {(error["code"], error["data"]["name"]) for error in refused} <= {(-32801, "contentModified")}
    assert refused, "nothing was dropped"
    assert answers[-1]["result"][0]["label"].startswith(f"{count(text):,} tokens")
    published = editor.notification("textDocument/publishDiagnostics")
    while f"{count(text):,} tokens" not in published["diagnostics"][0]["message"]:
        published = editor.notification("textDocument/publishDiagnostics")
    editor.quiet(0.6)
    editor.close()


def test_a_cancelled_request(start_editor: StartEditor) -> None:
    editor = start_editor()
    uri = editor.open_file("notes.md", "# one\n\n" + LINE * 20_000)
    place = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 0}}
    asked = editor.send_request("textDocument/hover", place)
    editor.cancel(asked)
    assert editor.error(asked)["data"]["name"] == "requestCancelled"
    assert editor.lenses(uri)
    editor.close()


def test_a_whole_new_text(start_editor: StartEditor) -> None:
    editor = start_editor()
    uri = editor.open_file("a.md", "# one\n\ntext\n")
    text = "# two\r\n\r\ntext 🎉"
    editor.change(uri, 2, text)
    assert editor.labels(uri)[0].startswith(f"{count(text)} tokens")
    editor.close()


def test_imports_are_followed(start_editor: StartEditor, folder: Path) -> None:
    (folder / "docs").mkdir()
    (folder / "docs" / "a.md").write_text("# a\n\nsee @b.md\n")
    (folder / "docs" / "b.md").write_text("# b\n\n@../CLAUDE.md @a.md\n")
    editor = start_editor()
    text = "# rules\n\n- @docs/a.md.\n- @docs/b.md\n- `@docs/c.md` @nobody\n\n```\n@docs/a.md\n```\n"
    uri = editor.open_file("CLAUDE.md", text)
    loads = sum(count(each) for each in (text, "# a\n\nsee @b.md\n", "# b\n\n@../CLAUDE.md @a.md\n"))
    title = editor.lenses(uri)[0]["title"]
    assert title.startswith(f"{count(text)} tokens") and title.endswith(f"loads {loads} tokens with 2 imports")
    assert "Import" in (editor.hover(uri, 2) or "") and "not loaded again" in (editor.hover(uri, 3) or "")
    hover = editor.hover(uri, 0) or ""
    assert f"Loads {loads} tokens with 2 imports: " in hover
    # What is open counts as it stands, and the importer hears of it.
    imported = editor.open((folder / "docs" / "b.md").as_uri(), "# b\n\n" + LINE * 100)
    title = editor.lenses(uri)[0]["title"]
    assert "with 2 imports" in title and title != f"loads {loads} tokens"
    (found,) = editor.diagnostics(uri)
    assert found["code"] == "layerCeiling" and "with 2 imports" in found["message"]
    assert found["range"]["start"]["line"] == 2, "the import costs most"
    editor.notify("textDocument/didClose", {"textDocument": {"uri": imported}})
    assert editor.diagnostics(uri) == []
    editor.close()


@pytest.mark.parametrize(
    ("start", "line", "culprit"),
    [
        ("# Rules\n\n", 0, "Text directly under “Rules”"),
        ("# Rules\n\nfew words\n\n## Long\n\n", 4, "“Long”"),
        ("", 0, "Text before the first heading"),
    ],
)
def test_text_that_fills_the_layer_is_named_before_an_import(
    start_editor: StartEditor, folder: Path, start: str, line: int, culprit: str
) -> None:
    (folder / "more.md").write_text("# more\n\n" + LINE * 40)
    editor = start_editor()
    uri = editor.open_file("CLAUDE.md", f"{start}{LINE * 200}\n## Last\n\n@more.md\n")
    (found,) = editor.diagnostics(uri)
    assert f" {culprit}: " in found["message"] and "costs most" in found["message"]
    assert found["range"]["start"]["line"] == line
    others = [each["message"] for each in found["relatedInformation"]]
    assert others[0].startswith("Import more.md") and others[1].startswith("“Last”")
    moves = [lens["title"] for lens in editor.lenses(uri) if lens["command"] == "ctxbudget.moveSection"]
    assert moves == (["Move “Long” to its own file"] if "Long" in start else []), "moving the rest would not help"
    editor.close()


def test_text_without_headings_is_named_before_an_import(start_editor: StartEditor, folder: Path) -> None:
    (folder / "more.md").write_text(LINE * 40)
    editor = start_editor()
    uri = editor.open_file("CLAUDE.md", f"@more.md\n\n{LINE * 200}")
    (found,) = editor.diagnostics(uri)
    assert " The text: " in found["message"] and found["range"]["start"]["line"] == 0
    editor.close()


def test_a_cycle_is_named(start_editor: StartEditor, folder: Path) -> None:
    (folder / "a.md").write_text("@CLAUDE.md\n")
    editor = start_editor()
    uri = editor.open_file("CLAUDE.md", "@CLAUDE.md\n@a.md\n")
    (found,) = editor.diagnostics(uri)
    assert (found["code"], found["range"]["start"]) == ("importCycle", {"line": 0, "character": 0})
    editor.close()


def test_renames(start_editor: StartEditor, folder: Path) -> None:
    editor = start_editor()
    text = "# one\n\n" + LINE * 200
    uri = editor.open_file("plans/a.md", text)
    assert editor.diagnostics(uri)
    new = (folder / "notes" / "a.md").as_uri()
    editor.notify("workspace/didRenameFiles", {"files": [{"oldUri": uri, "newUri": new}]})
    assert editor.diagnostics(uri) == []
    assert "layer" not in editor.lenses(new)[0]["title"] and not editor.lenses(uri)
    editor.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    editor.open(new, text)
    assert editor.hints(new)
    editor.close()


def test_a_workspace_is_counted_with_progress(start_editor: StartEditor, folder: Path) -> None:
    files = 40
    for number in range(files):
        place = folder / ("plans" if number % 2 else "notes") / f"{number}.md"
        place.parent.mkdir(exist_ok=True)
        place.write_text(LINE)
    (folder / ".gitignore").write_text("ignored/\n")
    (folder / "ignored").mkdir()
    (folder / "ignored" / "x.md").write_text(LINE)
    (folder / "b.md").write_bytes(b"\0")
    editor = start_editor(more=PROGRESS, options=UNASKED)
    asked = editor.send_request("workspace/executeCommand", {"command": "ctxbudget.countWorkspace"})
    create = editor.server_request("window/workDoneProgress/create")
    editor.respond(create["id"])
    found = editor.result(asked)
    each = count(LINE)
    assert (found["files"], found["tokens"], found["cancelled"]) == (files, files * each, False)
    assert found["layers"] == {"metadata": files // 2 * each, "none": files // 2 * each}
    progress = [m["params"] for m in editor.drop_unread() if m["method"] == "$/progress"]
    assert {p["token"] for p in progress} == {create["params"]["token"]}
    assert [p["value"]["kind"] for p in progress][:1] == ["begin"] and progress[-1]["value"]["kind"] == "end"
    editor.close()


def test_a_count_is_stopped(start_editor: StartEditor, folder: Path) -> None:
    for number in range(60):
        (folder / f"{number}.md").write_text(LINE * 5_000)
    editor = start_editor(ignore={"$/progress", "window/showMessage"}, more=PROGRESS, options=UNASKED)
    params = {"command": "ctxbudget.countWorkspace", "workDoneToken": "mine"}
    asked = editor.send_request("workspace/executeCommand", params)
    while editor.notification("$/progress")["value"]["kind"] != "report":
        pass
    editor.notify("window/workDoneProgress/cancel", {"token": "mine"})
    found = editor.result(asked)
    assert found["cancelled"] is True and 0 < found["files"] < 60
    asked = editor.send_request("workspace/executeCommand", {"command": "ctxbudget.countWorkspace"})
    create = editor.server_request("window/workDoneProgress/create")
    editor.respond(create["id"])
    uri = editor.open_file("a/notes.md", "# one\n")
    assert editor.labels(uri), "other requests are answered meanwhile"
    editor.cancel(asked)
    assert editor.error(asked)["data"]["name"] == "requestCancelled"
    editor.close()
