"""A folder is opened: it is counted in the background, and files that nobody has open are looked after."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from ctxbudget_server.rpc.editor.counting import MIN_FILES_SHOWN
from ctxbudget_server.tokens import count
from editor.conftest import EditorClient, StartEditor

LINE = "Words of a paragraph that goes on for quite a while, line after line.\n"
PROGRESS = {"window": {"workDoneProgress": True}}
WATCHES = {
    "workspace": {
        "didChangeWatchedFiles": {"dynamicRegistration": True, "relativePatternSupport": True},
        "inlayHint": {"refreshSupport": True},
    }
}


def counted(editor: EditorClient) -> str:
    return editor.notification("window/logMessage")["message"]


def write(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path.as_uri()


def test_a_folder_of_many_files_is_counted_when_it_is_opened(start_editor: StartEditor, folder: Path) -> None:
    for number in range(MIN_FILES_SHOWN):
        write(folder, f"notes/{number}.md", LINE)
    editor = start_editor(more=PROGRESS)
    create = editor.server_request("window/workDoneProgress/create")
    editor.respond(create["id"])
    each = count(LINE)
    assert counted(editor) == f"ctxbudget: {MIN_FILES_SHOWN * each:,} tokens in {MIN_FILES_SHOWN} files"
    progress = [m["params"] for m in editor.drop_unread() if m["method"] == "$/progress"]
    assert {p["token"] for p in progress} == {create["params"]["token"]}
    kinds = [p["value"]["kind"] for p in progress]
    assert (kinds[0], kinds[-1]) == ("begin", "end") and progress[0]["value"]["cancellable"] is True
    editor.close()


def test_the_count_of_a_folder_is_stopped(start_editor: StartEditor, folder: Path) -> None:
    for number in range(MIN_FILES_SHOWN + 20):
        write(folder, f"{number}.md", LINE * 2_000)
    editor = start_editor(more=PROGRESS, ignore={"$/progress"})
    create = editor.server_request("window/workDoneProgress/create")
    editor.respond(create["id"])
    assert editor.labels(editor.open("untitled:1", "# one\n")), "requests are answered meanwhile"
    editor.notify("window/workDoneProgress/cancel", create["params"])
    assert counted(editor).endswith("then cancelled")
    editor.close()


@pytest.mark.parametrize(
    ("more", "options"), [(PROGRESS, {"countOnOpen": False}), ({}, None)], ids=["off", "a client without progress"]
)
def test_folders_are_not_counted_unless_wanted(
    start_editor: StartEditor, folder: Path, more: Any, options: Any
) -> None:
    write(folder, "CLAUDE.md", LINE * 200)
    editor = start_editor(more=more, options=options)
    assert editor.labels(editor.open("untitled:1", "# one\n"))
    editor.quiet(0.5)
    editor.close()


def test_files_that_load_at_the_start_are_warned_of(start_editor: StartEditor, folder: Path) -> None:
    text = "# Rules\n\n@docs/a.md\n"
    uri = write(folder, "CLAUDE.md", text)
    write(folder, "docs/a.md", LINE * 200)
    named = write(folder, "named/b.md", LINE * 300)
    write(folder, "plans/old.md", LINE * 500)
    write(folder, "ctxbudget.toml", "[[layers]]\nglob = 'named/'\nlayer = 'metadata'\n")
    editor = start_editor(more=PROGRESS)
    at_start = count(text) + count(LINE * 200)
    assert counted(editor).endswith(f"{at_start:,} of layer permanent, with imports")
    published = [editor.notification("textDocument/publishDiagnostics") for _ in range(2)]
    assert {each["uri"] for each in published} == {uri, named}
    (found,) = next(each["diagnostics"] for each in published if each["uri"] == uri)
    assert found["code"] == "layerCeiling" and "CLAUDE.md has" in found["message"]
    # Opened, it is the client's; closed again, the file's.
    editor.open(uri, "# Rules\n")
    assert editor.diagnostics(uri) == []
    editor.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert editor.diagnostics(uri) == [found]
    write(folder, "CLAUDE.md", "# Rules\n")
    editor.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": uri, "type": 2}]})
    assert editor.diagnostics(uri) == []
    editor.notify("workspace/didChangeConfiguration", {"settings": {"contextWindow": 40}})
    assert "over the ceiling of layer permanent: 1 token (" in editor.diagnostics(uri)[0]["message"]
    assert "over the ceiling of layer metadata: 2 tokens" in editor.diagnostics(named)[0]["message"]
    editor.close()


def test_the_count_says_what_loads_at_the_start(start_editor: StartEditor, folder: Path) -> None:
    write(folder, "CLAUDE.md", "@shared.md\n")
    write(folder, "GEMINI.md", "@shared.md\n")
    write(folder, "shared.md", LINE)
    editor = start_editor()
    found = editor.execute("ctxbudget.countWorkspace")
    assert found["atStart"] == {"files": 3, "tokens": 2 * count("@shared.md\n") + count(LINE)}
    editor.notification("window/showMessage")
    editor.close()


def test_imports_are_watched(start_editor: StartEditor, folder: Path) -> None:
    imported = write(folder, "docs/a [1].md", "# a\n")
    editor = start_editor(more=WATCHES, ignore={"window/logMessage"})
    editor.respond(editor.server_request("client/registerCapability")["id"])
    editor.respond(editor.server_request("workspace/inlayHint/refresh")["id"])
    uri = editor.open_file("CLAUDE.md", "# rules\n\n@docs/a\\ [1].md\n")
    asked = editor.server_request("client/registerCapability")
    editor.respond(asked["id"])
    (wanted,) = asked["params"]["registrations"]
    (watcher,) = wanted["registerOptions"]["watchers"]
    assert watcher["globPattern"] == {"baseUri": (folder / "docs").as_uri(), "pattern": "a ?1?.md"}
    write(folder, "docs/a [1].md", LINE * 200)
    editor.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": imported, "type": 2}]})
    editor.respond(editor.server_request("workspace/inlayHint/refresh")["id"])
    assert editor.diagnostics(uri)[0]["code"] == "layerCeiling"
    editor.change(uri, 2, "# rules\n")
    assert editor.diagnostics(uri) == []
    gone = editor.server_request("client/unregisterCapability")
    editor.respond(gone["id"])
    assert [each["id"] for each in gone["params"]["unregisterations"]] == [wanted["id"]]
    editor.close()


def test_files_that_nobody_may_write_or_read(start_editor: StartEditor, folder: Path) -> None:
    write(folder, "CLAUDE.md", "# rules\n\n@secret.md\n")
    write(folder, "secret.md", LINE)
    (folder / "CLAUDE.md").chmod(0o444)
    (folder / "secret.md").chmod(0o000)
    editor = start_editor(more=PROGRESS)
    readable = os.access(folder / "secret.md", os.R_OK)  # by root
    assert ("in 2 files" if readable else "in 1 file;") in counted(editor)
    uri = editor.open((folder / "CLAUDE.md").as_uri(), "# rules\n\n@secret.md\n")
    assert ("1 import" in editor.lenses(uri)[0]["title"]) is readable
    editor.close()


def test_a_folder_that_is_renamed_takes_its_documents_along(start_editor: StartEditor, folder: Path) -> None:
    editor = start_editor()
    uri = editor.open_file("plans/a.md", "# one\n\n" + LINE * 200)
    assert editor.diagnostics(uri)
    (folder / "plans").rename(folder / "notes")
    names = {"oldUri": (folder / "plans").as_uri(), "newUri": (folder / "notes").as_uri()}
    editor.notify("workspace/didRenameFiles", {"files": [names]})
    assert editor.diagnostics(uri) == []
    new = (folder / "notes" / "a.md").as_uri()
    assert "layer" not in editor.lenses(new)[0]["title"] and not editor.lenses(uri)
    editor.close()


def test_sizes_are_bytes(start_editor: StartEditor) -> None:
    editor = start_editor(options={"maxFileBytes": 100})
    uri = editor.open_file("a.md", "# a\n" + "日" * 31)
    assert editor.hints(uri)
    editor.change(uri, 2, "日", (1, 0, 1, 0))
    assert editor.hints(uri)
    editor.change(uri, 3, "日日", (1, 0, 1, 0))
    assert not editor.hints(uri)
    editor.change(uri, 4, "", (1, 0, 1, 2))
    assert editor.hints(uri)
    editor.close()


def test_the_features_over_threads(start_editor: StartEditor) -> None:
    """The transport of Windows."""
    editor = start_editor(env={"CTXBUDGET_FORCE_THREAD_READER": "1"})
    uri = editor.open_file("plan.md", "# 🎉\r\n\r\n" + LINE * 200)
    assert editor.diagnostics(uri)[0]["code"] == "layerCeiling"
    editor.change(uri, 2, "x", (0, 4, 0, 4))
    assert editor.hints(uri)[0]["position"] == {"line": 0, "character": 5}
    edit, answer = editor.edit_of("ctxbudget.insertMetadata", uri)
    assert answer["applied"] is True and edit["documentChanges"]
    editor.drop_unread()
    editor.close()
