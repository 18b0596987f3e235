"""The session view in a real VS Code: seen and kept in order while another process writes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from .hosts import wait_for
from .project import REPORT, call, make_project
from .vscode_host import VSCode, program, require_host, vscode

NAME = Path(REPORT).name
ROW = ".monaco-list-row"
CALM = {"workbench.hover.delay": 60_000}
"""A tooltip would lie over the rows below, and take their clicks."""
DIALOG = ".monaco-dialog-box"
BUTTON = ".monaco-dialog-box .monaco-button"
TOAST = ".notification-toast"
SECOND = "reports/002-api-key-storage.md"


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project without a session, and with the server in its virtual environment."""
    require_host()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    folder = make_project(tmp_path / "tideline")
    server = f'#!/bin/sh\nexec {sys.executable} -m ctxbudget_server "$@"\n'
    program(folder / ".venv" / "bin" / "ctxbudget", server)
    return folder


def test_a_session_is_seen_and_kept_in_order(workspace: Path, tmp_path: Path) -> None:
    with vscode(workspace, tmp_path / "vscode", **CALM) as editor:
        editor.click('.activitybar .action-label[aria-label^="Context Budget"]')
        says_that_there_is_no_session(editor)
        reports = shows_layers_phases_and_items(editor, workspace)
        pins_and_unpins(editor, workspace, reports)
        opens_an_original(editor)
        previews_and_cancels(editor, workspace)
        prunes_while_another_process_writes(editor, workspace)
        restores_what_was_removed(editor, workspace)
        undoes_a_prune(editor, workspace)
        keeps_what_is_expanded(editor, workspace)
        pages_a_long_list(editor, workspace)
        tells_an_error_as_a_sentence(editor, workspace)
        switches_to_another_session(editor, workspace)


def test_without_a_command_the_view_offers_to_install_one(workspace: Path, tmp_path: Path) -> None:
    (workspace / ".venv" / "bin" / "ctxbudget").unlink()
    with vscode(workspace, tmp_path / "vscode", **CALM) as editor:
        editor.click('.activitybar .action-label[aria-label^="Context Budget"]')
        editor.wait(".welcome-view-content", "The command ctxbudget was not found.")
        editor.command("Notifications: Clear All Notifications")
        editor.screenshot("session-view-missing")
        editor.click(".welcome-view-content .monaco-button", "Install")
        editor.wait(".quick-input-title", "Install ctxbudget from a clone of its repository, or a wheel")
        editor.press("Escape")


def items(workspace: Path, **filters: Any) -> list[dict[str, Any]]:
    """The items of the session, as another process sees them."""
    found: list[dict[str, Any]] = call(workspace, "context/list", **filters)["items"]
    return found


def says_that_there_is_no_session(editor: VSCode) -> None:
    """With a button that opens one."""
    editor.wait(".welcome-view-content", "No session is followed in this workspace.")
    editor.screenshot("session-view-none")
    editor.click(".welcome-view-content .monaco-button", "Open Session")
    editor.wait(ROW, "0 of 7,500 budget0.0% · ok")


def shows_layers_phases_and_items(editor: VSCode, workspace: Path) -> list[str]:
    """What another process adds appears. The ids of the reports."""
    call(workspace, "workflow/startPhase", phase=1, name="research")
    task = {"layer": "permanent", "title": "Task", "content": "Find out how the gateway limits its callers."}
    figure = {"layer": "transient", "title": "search results", "tokens": 400, "provenance": "estimated"}
    paths = [{"layer": "transient", "kind": "report", "path": path} for path in (REPORT, SECOND)]
    added = call(workspace, "context/add", items=[task, *paths, figure])["items"]
    total = sum(item["tokens"] for item in added)
    editor.wait(ROW, f"{total:,} of 7,500 budget")
    editor.wait(ROW, "Permanent")
    editor.wait(ROW, "Transient")
    editor.wait(ROW, "Phase 1 research")
    editor.wait(ROW, NAME)
    editor.wait(ROW, "search results400 · estimated")
    rows = editor.spoken(ROW)
    assert f"Phase 1 research, {total - added[0]['tokens']:,} tokens · 3 items · running" in rows
    assert "search results, 400 tokens, estimated, in the context" in rows
    return [item["id"] for item in added[1:3]]


def row_action(editor: VSCode, row: str, title: str) -> None:
    """Click on a button that the row has while the mouse is on it."""
    editor.point(f"{ROW} .monaco-highlighted-label", row)
    editor.click(f'{ROW}:hover .action-label[aria-label^="{title}"]')


def pins_and_unpins(editor: VSCode, workspace: Path, reports: list[str]) -> None:
    """Inline, and by the context menu."""
    row_action(editor, NAME, "Pin Item")
    editor.wait(ROW, "2,628 · pinned")
    assert [item["id"] for item in items(workspace, pinned=True)] == reports[:1]
    editor.screenshot("session-view")
    editor.click(ROW, "2,628 · pinned", button="right")
    editor.point(".context-view .action-label", "Unpin Item")  # a menu takes no click in its first moment
    editor.click(".context-view .action-label", "Unpin Item")
    editor.wait(ROW, "2,628 · pinned", gone=True)
    assert items(workspace, pinned=True) == []


def opens_an_original(editor: VSCode) -> None:
    """Read-only, by a click."""
    editor.click(ROW, NAME)
    editor.wait(".tab.active", NAME)
    editor.wait(".view-line", "Rate limiting algorithms")
    editor.click(".view-line", "Rate limiting algorithms")
    editor.press("x")
    editor.wait(".monaco-editor-overlaymessage", "Cannot edit in read-only editor")
    editor.press("Escape")


def previews_and_cancels(editor: VSCode, workspace: Path) -> None:
    """A preview changes nothing."""
    before = call(workspace, "budget/status")["revision"]
    row_action(editor, "Phase 1 research", "Prune")
    editor.wait(DIALOG, "Prune Phase 1 research in the layer transient?")
    editor.wait(DIALOG, "search results: 400 → 0, pruned without metadata")
    editor.screenshot("session-prune")
    editor.press("Escape")
    editor.wait(DIALOG, gone=True)
    assert call(workspace, "budget/status")["revision"] == before


def prunes_while_another_process_writes(editor: VSCode, workspace: Path) -> None:
    """The same plan is carried out; a plan that has become another one is asked about again."""
    editor.click(ROW, "search results")
    editor.press("Delete")
    editor.wait(DIALOG, "Prune search results? 400 tokens leave the context.")
    call(workspace, "context/add", items=[{"layer": "permanent", "title": "note", "content": "Callers are known."}])
    editor.click(BUTTON, "Prune")
    editor.wait(TOAST, "Pruned 1 item, 400 tokens saved")
    editor.wait(ROW, "Removed1 item")
    row_action(editor, "Phase 1 research", "Prune")
    editor.wait(DIALOG, "2 items leave:")
    [_, second] = items(workspace, layer="transient", state="retained")
    call(workspace, "context/update", itemId=second["id"], pinned=True)
    editor.click(BUTTON, "Prune")
    editor.wait(DIALOG, "The session has changed meanwhile")
    editor.wait(DIALOG, "Kept: 1 pinned.")
    editor.click(BUTTON, "Prune")
    editor.wait(TOAST, "Pruned 1 item")
    editor.wait(ROW, "Removed2 items")
    editor.wait(ROW, "Metadata")
    call(workspace, "context/update", itemId=second["id"], pinned=False)


def restores_what_was_removed(editor: VSCode, workspace: Path) -> None:
    """From a node of its own."""
    editor.command("Notifications: Clear All Notifications")
    editor.click(f"{ROW} .monaco-highlighted-label", "Removed")
    editor.wait(ROW, "2,628 · reduced")
    editor.wait(ROW, "400 · estimated · pruned")
    editor.screenshot("session-removed")
    row_action(editor, "search results", "Restore Item")
    editor.wait(ROW, "400 · estimated · pruned", gone=True)
    editor.wait(ROW, "400 · estimated")
    assert [item["title"] for item in items(workspace, state="pruned")] == []


def undoes_a_prune(editor: VSCode, workspace: Path) -> None:
    """By its key; the item is back as it was."""
    editor.click(ROW, "of 7,500 budget")
    editor.press("Control+z")
    editor.wait(TOAST, "The prune is undone: 1 item back in the context")
    editor.wait(ROW, "Removed", gone=True)
    assert [item["state"] for item in items(workspace, kind="report")] == ["retained"] * 2
    editor.command("Notifications: Clear All Notifications")


def keeps_what_is_expanded(editor: VSCode, workspace: Path) -> None:
    """A phase that was collapsed, here by keys, stays so while the account changes."""
    editor.click(ROW, "search results")
    editor.press("ArrowLeft", "ArrowLeft")
    editor.wait(ROW, NAME, gone=True)
    for total in (500, 600):
        call(workspace, "context/add", items=[{"layer": "permanent", "title": f"n{total}", "tokens": total}])
        editor.wait(ROW, f"n{total}")
    editor.wait(ROW, NAME, gone=True, seconds=0)


def pages_a_long_list(editor: VSCode, workspace: Path) -> None:
    """Of 5,000 items a part is shown, and more on demand."""
    for thousand in range(5):  # a command line is not longer
        numbers = range(1_000 * thousand, 1_000 * (thousand + 1))
        many = [{"layer": "transient", "phase": 2, "title": f"call {number}", "tokens": 1} for number in numbers]
        call(workspace, "context/add", items=many)
    editor.wait(ROW, "5,000 items")
    editor.command("Notifications: Clear All Notifications")
    editor.click(f"{ROW} .monaco-highlighted-label", "Phase 2")
    editor.wait(ROW, "call 0")
    editor.press("End")
    editor.wait(ROW, "Show 200 moreof 4,800")
    editor.press("Enter")
    editor.wait(ROW, "call 200")
    editor.press("End")
    editor.wait(ROW, "Show 200 moreof 4,600")


def tells_an_error_as_a_sentence(editor: VSCode, workspace: Path) -> None:
    """What has changed since a prune cannot be undone, and the reason is said."""
    editor.press("Home")
    editor.command("Context Budget: Prune…")
    editor.click(".quick-input-list .monaco-list-row", "Phase 2")
    editor.wait(DIALOG, "Prune Phase 2?")
    editor.click(BUTTON, "Prune")
    editor.wait(TOAST, "Pruned 5,000 items, 5,000 tokens saved")
    [first, *_] = items(workspace, state="pruned", limit=1)
    call(workspace, "context/restore", items=[first["id"]])
    editor.command("Context Budget: Undo Last Prune")
    editor.wait(TOAST, "changed")
    editor.command("Notifications: Clear All Notifications")


def switches_to_another_session(editor: VSCode, workspace: Path) -> None:
    """The view and the status item stay with it while others change."""
    call(workspace, "session/open", sessionId="other", config={"contextWindow": 10_000})
    call(workspace, "context/add", sessionId="other", items=[{"layer": "transient", "title": "its own", "tokens": 70}])
    editor.wait(ROW, "its own")  # it changed last
    editor.command("Context Budget: Switch Session…")
    editor.click(".quick-input-list .monaco-list-row", "defaultopen · ")
    editor.wait(ROW, "its own", gone=True)
    call(workspace, "context/add", sessionId="other", items=[{"layer": "transient", "title": "more", "tokens": 5}])
    call(workspace, "context/add", items=[{"layer": "permanent", "title": "seen", "tokens": 9}])
    editor.wait(ROW, "seen")
    call(workspace, "session/delete", sessionId="default")
    wait_for(lambda: editor.wait(ROW), lambda rows: any("75 of" in row for row in rows), lambda: "it follows again")
