"""The running session in an editor: changes of other processes, alerts once, and the session's own window."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from support.client import Client
from support.session import serve_command

from editor.conftest import NOBODY_SAID, EditorClient, StartEditor


def told(editor: EditorClient) -> dict[str, Any]:
    return editor.notification("budget/didChange", timeout=15)


def test_the_latest_session_is_followed(start_editor: StartEditor, folder: Path) -> None:
    editor = start_editor(options={"watch": True})
    with Client(serve_command(folder), cwd=folder) as harness:
        harness.request("session/open", {"sessionId": "run-1", "config": {"contextWindow": 25_000}})
        change = told(editor)
        assert (change["sessionId"], change["state"], change["phase"]) == ("run-1", "open", None)
        harness.request("context/add", {"sessionId": "run-1", "items": [{"layer": "phase", "tokens": 5_700}]})
        change = told(editor)
        assert change["status"]["retained"] == 5_700 and change["status"]["budget"] == 7_500
        alert = editor.notification("budget/alert")
        assert (alert["sessionId"], alert["level"]) == ("run-1", "warn")
        shown = editor.notification("window/showMessage")
        assert shown["type"] == 2 and "run-1" in shown["message"] and "warn is reached" in shown["message"]
        harness.request("context/add", {"sessionId": "run-1", "items": [{"layer": "phase", "tokens": 1}]})
        told(editor)
        harness.request("session/open", {"sessionId": "run-2", "config": {"contextWindow": 50_000}})
        assert told(editor)["sessionId"] == "run-2"
        uri = editor.open_file("a.md", "# one\n")
        figures = editor.execute("ctxbudget.showBudget", uri)
        assert (figures["sessionId"], figures["window"], figures["budget"]) == ("run-2", 50_000, 15_000)
        editor.notification("window/showMessage")
    editor.quiet(0.6)
    editor.close()


def test_a_named_session_that_comes_later(start_editor: StartEditor, folder: Path) -> None:
    editor = start_editor(options={"watch": True, "session": "mine", "alerts": "notification"})
    with Client(serve_command(folder), cwd=folder) as harness:
        harness.request("session/open", {"sessionId": "other"})
        harness.request("session/open", {"sessionId": "mine"})
        assert told(editor)["sessionId"] == "mine"
        harness.request("context/add", {"sessionId": "other", "items": [{"layer": "phase", "tokens": 7_400}]})
        harness.request("context/add", {"sessionId": "mine", "items": [{"layer": "phase", "tokens": 7_400}]})
        assert told(editor)["sessionId"] == "mine"
        assert editor.notification("budget/alert")["level"] == "critical"
        harness.request("session/delete", {"sessionId": "mine"})
        assert told(editor)["state"] == "deleted"
    editor.quiet(0.6)
    editor.close()


def test_what_was_before_is_shown_but_not_alerted(start_editor: StartEditor, folder: Path) -> None:
    with Client(serve_command(folder), cwd=folder) as harness:
        harness.request("context/add", {"items": [{"layer": "phase", "tokens": 7_400}]})
    editor = start_editor(options={"watch": True})
    change = told(editor)
    assert change["status"]["level"] == "critical"
    editor.quiet(0.6)
    editor.notify("workspace/didChangeConfiguration", {"settings": {"watch": False}})
    editor.request("context/add", {"items": [{"layer": "phase", "tokens": 1}]})
    editor.quiet(0.6)
    editor.close()


def test_nothing_is_told_unless_asked_for(start_editor: StartEditor) -> None:
    editor = start_editor()
    editor.request("context/add", {"items": [{"layer": "phase", "tokens": 7_400}]})
    editor.quiet(0.6)
    editor.close()


def test_alerts_that_are_off_leave_the_client_s_own_watch_alone(start_editor: StartEditor) -> None:
    editor = start_editor(options={"watch": True, "alerts": "off"}, ignore={"budget/didChange"})
    editor.request("session/open", {"sessionId": "mine", "watch": True})
    editor.request("context/add", {"sessionId": "mine", "items": [{"layer": "phase", "tokens": 7_400}]})
    assert editor.notification("budget/alert")["sessionId"] == "mine"
    editor.request("session/open", {"sessionId": "other"})
    editor.request("context/add", {"sessionId": "other", "items": [{"layer": "phase", "tokens": 7_400}]})
    while told(editor)["sessionId"] != "other":
        pass
    editor.quiet(0.6)
    editor.close()


def test_what_another_process_changes_is_shown_without_a_watch(start_editor: StartEditor, folder: Path) -> None:
    refreshes = {"workspace": {"inlayHint": {"refreshSupport": True}, "codeLens": {"refreshSupport": True}}}
    editor = start_editor(more=refreshes, options=NOBODY_SAID)
    for method in ("inlayHint", "codeLens"):
        editor.respond(editor.server_request(f"workspace/{method}/refresh")["id"])
    text = "intro\n\n# one\n\n" + "Words that go on.\n" * 300
    uri = editor.open_file("CLAUDE.md", text)
    before = editor.labels(uri)
    with Client(serve_command(folder), cwd=folder) as harness:
        harness.request("session/open", {"sessionId": "run", "config": {"contextWindow": 20_000}})
    for method in ("inlayHint", "codeLens"):
        editor.respond(editor.server_request(f"workspace/{method}/refresh", timeout=15)["id"])
    published = editor.diagnostics(uri)  # the first: nothing is warned of while nobody has chosen a window
    assert "800 tokens (4.0% of window)" in published[0]["message"]
    assert "%" not in before[0] and "% of budget" in editor.labels(uri)[0]
    editor.quiet(1.2)
    editor.close()


def test_auto_is_the_session_that_the_environment_names_else_the_parent_of_the_latest(
    start_editor: StartEditor, folder: Path
) -> None:
    editor = start_editor(options={"watch": True})
    with Client(serve_command(folder), cwd=folder) as harness:
        harness.request("session/open", {"sessionId": "run-1"})
        assert told(editor)["sessionId"] == "run-1"
        harness.request("session/open", {"sessionId": "run-1:agent"})
        harness.request("context/add", {"sessionId": "run-1", "items": [{"layer": "phase", "tokens": 7}]})
        change = told(editor)
        assert (change["sessionId"], change["status"]["retained"]) == ("run-1", 7)
        editor.close()
        named = start_editor(options={"watch": True}, env={"CTXBUDGET_SESSION": "mine"})
        harness.request("session/open", {"sessionId": "mine"})
        assert told(named)["sessionId"] == "mine"
        harness.request("context/add", {"sessionId": "run-1", "items": [{"layer": "phase", "tokens": 7}]})
    named.quiet(0.6)
    named.close()


def test_alerts_of_a_window_that_nobody_chose_are_sent_but_not_shown(start_editor: StartEditor, folder: Path) -> None:
    editor = start_editor(options={"watch": True})
    editor.request("textDocument/codeLens", {"textDocument": {"uri": "file:///none"}})  # its features are loaded
    with Client(serve_command(folder), cwd=folder) as harness:
        harness.request("context/add", {"items": [{"layer": "phase", "tokens": 7_400}]})
    told(editor)
    alert = editor.notification("budget/alert")
    assert (alert["level"], alert["alert"]["windowSource"]) == ("critical", "default")
    editor.quiet(0.6)
    editor.close()
