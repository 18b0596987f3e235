"""The packed extension in a real VS Code: what a person sees of a document and of the running session."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from pathlib import Path

import pytest

from .hosts import wait_for
from .project import REPORT, add, call, make_project
from .vscode_host import SETTINGS, Installed, VSCode, program, require_host, vscode, write_settings

NAME = Path(REPORT).name
HEADING = ".view-line > span > span"
PID = "server.pid"
OLD_SERVER = "#!/bin/sh\necho ctxbudget 0.0.9\n"


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with reports, and with the server in its virtual environment."""
    require_host()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    folder = make_project(tmp_path / "tideline")
    noted = f'[ "$1" != serve ] || echo $$ >{tmp_path / PID}'
    server = f'#!/bin/sh\n{noted}\nexec {sys.executable} -m ctxbudget_server "$@"\n'
    program(folder / ".venv" / "bin" / "ctxbudget", server)
    return folder


def test_the_budget_of_a_document_and_of_the_running_session(workspace: Path, tmp_path: Path) -> None:
    old = program(tmp_path / "old" / "ctxbudget", OLD_SERVER)
    write_settings(workspace / ".vscode" / "settings.json", {"ctxbudget.path": old})
    with vscode(workspace, tmp_path / "vscode") as editor:
        editor.open_file(NAME)
        says_that_the_server_is_too_old(editor)
        editor.set(**{"ctxbudget.path": ""})
        shows_what_the_document_costs(editor)
        says_that_there_is_no_session(editor)
        follows_the_session(editor, workspace)
        tells_a_crossing(editor, workspace)
        tells_it_once(editor, workspace)
        extracts_a_selection(editor)
        moves_a_section(editor)
        inserts_metadata(editor)
        counts_the_workspace(editor)
        follows_its_settings(editor)
        starts_the_server_again(editor)
        outlives_its_server(editor, tmp_path / PID)


def says_that_the_server_is_too_old(editor: VSCode) -> None:
    """In a message that can be acted on."""
    editor.wait(".notification-toast", "ctxbudget 0.0.9")
    editor.wait(".notification-toast .monaco-button", "Open Settings")
    editor.wait(".statusbar-item", "ctxbudget")
    editor.command("Notifications: Clear All Notifications")
    editor.wait(".notification-toast", gone=True)


def shows_what_the_document_costs(editor: VSCode) -> None:
    """Hints at headings, the lens on top, a warning at the section that costs most, hovers, actions."""
    editor.wait(".view-line", "tokens · ")
    editor.wait(".view-line", "2,628 tokens", gone=True)  # the lens says it
    editor.wait(".codelens-decoration", "2,628 tokens · 35% of budget · layer: metadata")
    editor.wait(".squiggly-warning")
    editor.wait(".statusbar-item", "no session")
    editor.hover(HEADING, "Findings", says="over the ceiling of layer metadata: 1,500 tokens")
    editor.rest()
    editor.hover(HEADING, "Rate limiting algorithms", says="As metadata:")
    editor.screenshot("hover")
    editor.rest()
    editor.click(HEADING, "Findings")
    editor.press("Control+.")
    editor.wait(".action-widget .monaco-list-row", "Move “Findings” to its own file")
    editor.wait(".action-widget .monaco-list-row", "Insert metadata block")
    editor.press("Escape")


def says_that_there_is_no_session(editor: VSCode) -> None:
    """Instead of a report of zeros."""
    editor.command("Context Budget: Show Budget")
    editor.wait_in_frames("There is no session yet")
    editor.command("View: Close Editor")


def follows_the_session(editor: VSCode, workspace: Path) -> None:
    """What another process does to the session, the status item shows."""
    call(workspace, "session/open")
    call(workspace, "workflow/startPhase", phase=1, name="research")
    report = {"layer": "transient", "kind": "report", "path": REPORT}
    call(workspace, "context/add", items=[report])
    editor.wait(".statusbar-item", "2,628 / 7,500 · ok · phase 1 research")
    editor.hover(".statusbar-item", "/ 7,500", says="Session default")
    for account in ("retained", "peak", "processed", "saved"):
        editor.wait(".monaco-hover", account)
    editor.rest()


def tells_a_crossing(editor: VSCode, workspace: Path) -> None:
    """In a pop-up, when the level rises; its button opens the report."""
    alert = add(workspace, 3_400)["alerts"][0]
    editor.wait(".notification-toast", alert["message"])
    editor.wait(".statusbar-item.warning-kind", "6,028 / 7,500 · warn")
    editor.screenshot("session")
    editor.click(".notification-toast .monaco-button", "Show Budget")
    editor.wait(".tab.active", "Context budget")
    editor.wait_in_frames("6,028 are in the context now")


def tells_it_once(editor: VSCode, workspace: Path) -> None:
    """No pop-up when more is added at that level; the report follows, where it was scrolled to."""
    editor.wait(".notification-toast", gone=True)
    editor.wheel(".editor-group-container", 600)
    scrolled = wait_for(editor.scrolled, lambda top: top > 300, lambda: "the page does not scroll")
    for total in ("6,128", "6,228"):  # the second one is shown after any pop-up of the first
        add(workspace, 100)
        editor.wait(".statusbar-item.warning-kind", f"{total} / 7,500 · warn")
    editor.wait(".notification-toast", gone=True, seconds=0)
    editor.wait_in_frames("6,228 are in the context now")
    wait_for(editor.scrolled, lambda top: abs(top - scrolled) < 40, lambda: f"it was at {scrolled}")
    editor.screenshot("report")
    editor.open_file(NAME)
    editor.wait(".tab", "Context budget")  # it stays what it is when another document is looked at


def extracts_a_selection(editor: VSCode) -> None:
    """All from a heading on; the heading stays, and one undo brings the text back."""
    editor.go_to_line(18)
    editor.press("Control+Shift+End")
    [selected] = editor.wait(".statusbar-item", " selected)")
    editor.command("Context Budget: Replace Selection by Its Extract")
    editor.wait(".statusbar-item", selected, gone=True)
    editor.press("Control+Home")
    editor.wait(".view-line", "## Findings")
    editor.wait(".view-line", "This is not a theoretical case.", gone=True)
    editor.press("Control+z", "Control+Home")
    editor.wait(".codelens-decoration", "2,628 tokens")


def moves_a_section(editor: VSCode) -> None:
    """By the command of the palette, at the cursor."""
    editor.go_to_line(12)
    editor.command("Context Budget: Move Section to Its Own File")
    editor.wait(".view-line", "Moved to [executive-summary.md]")
    editor.wait(".explorer-viewlet .monaco-list-row", "executive-summary.md")


def inserts_metadata(editor: VSCode) -> None:
    """By a click on the lens; the text changes, and the lens with it."""
    editor.press("Control+Home")
    editor.click(".codelens-decoration a", "Insert metadata block")
    editor.wait(".view-line", "<!-- ctxbudget:metadata")
    editor.wait(".codelens-decoration", "Update metadata block")


def counts_the_workspace(editor: VSCode) -> None:
    """The files that cost most are offered."""
    editor.command("Context Budget: Count Workspace")
    editor.wait(".quick-input-list .monaco-list-row", "reports/002-api-key-storage.md2,558 tokens")
    editor.press("Escape")


def follows_its_settings(editor: VSCode) -> None:
    """While it runs."""
    editor.set(**{"ctxbudget.inlayHints": False})
    editor.wait(".view-line", "tokens · ", gone=True)
    editor.press("Control+Home")
    editor.wait(".codelens-decoration", "layer: metadata")


def starts_the_server_again(editor: VSCode) -> None:
    """And what it showed is back."""
    editor.command("Context Budget: Restart Server")
    editor.wait(".statusbar-item", "6,228 / 7,500", gone=True)
    editor.wait(".statusbar-item", "6,228 / 7,500 · warn · phase 1 research")


def outlives_its_server(editor: VSCode, pid: Path) -> None:
    """One that is killed comes back by itself, and what was shown with it."""
    first = pid.read_text()
    os.kill(int(first), signal.SIGKILL)
    wait_for(pid.read_text, lambda now: now not in ("", first), lambda: "the server was not started again")
    editor.wait(".statusbar-item", "6,228 / 7,500 · warn · phase 1 research")
    editor.wait(".codelens-decoration", "layer: metadata")


def test_without_what_draws_pages_the_report_is_markdown_and_says_how_to_get_charts(
    workspace: Path, tmp_path: Path
) -> None:
    bare = tmp_path / "bare"
    bare.mkdir()
    (bare / "vl_convert.py").write_text("raise ImportError\n")
    server = f'#!/bin/sh\nPYTHONPATH={bare} exec {sys.executable} -m ctxbudget_server "$@"\n'
    program(workspace / ".venv" / "bin" / "ctxbudget", server)
    call(workspace, "session/open")
    add(workspace, 3_400)
    with vscode(workspace, tmp_path / "vscode") as editor:
        editor.open_file(NAME)
        editor.wait(".statusbar-item", "3,400 / 7,500 · ok")
        editor.command("Context Budget: Show Budget")
        editor.wait(".tab.active", "Context budget.md")
        editor.wait_in_frames("Charts: pages need the extra `report`: pip install 'vl-convert-python")
        editor.wait_in_frames("3,400")
        add(workspace, 200)
        editor.wait_in_frames("3,600")  # it follows as the page does


def test_one_command_installs_what_a_person_then_sees_and_takes_it_out(workspace: Path, tmp_path: Path) -> None:
    shutil.rmtree(workspace / ".venv")
    with vscode(workspace, tmp_path / "vscode", path_is_set=True) as editor:
        editor.open_file(NAME)
        editor.wait(".codelens-decoration", "2,628 tokens · 35% of budget · layer: metadata")
    installed = Installed(tmp_path / "vscode")
    assert "already installed" in installed.install()
    assert "ctxbudget.ctxbudget" in installed.extensions()
    assert "the extension ctxbudget.ctxbudget is removed" in installed.install("--uninstall")
    assert installed.extensions() == []
    assert json.loads(installed.settings.read_text()) == SETTINGS


def test_a_workspace_that_is_not_trusted_names_no_program(workspace: Path, tmp_path: Path) -> None:
    mark = tmp_path / "was-run"
    trap = program(workspace / "trap", f"#!/bin/sh\ntouch {mark}\necho ctxbudget 9.9.9\n")
    program(workspace / ".venv" / "bin" / "ctxbudget", Path(trap).read_text())
    write_settings(workspace / ".vscode" / "settings.json", {"ctxbudget.path": trap})
    trust = {"security.workspace.trust.enabled": True, "security.workspace.trust.startupPrompt": "never"}
    with vscode(workspace, tmp_path / "vscode", **trust) as editor:
        editor.wait(".statusbar-item", "Restricted Mode")
        editor.open_file(NAME)
        editor.wait(".notification-toast", "ctxbudget was not found")
        editor.screenshot("missing")
        editor.click(".notification-toast .monaco-button", "Install")
        editor.wait(".quick-input-title", "Install ctxbudget from a clone of its repository, or a wheel")
        editor.press("Escape")
        assert not mark.exists()
