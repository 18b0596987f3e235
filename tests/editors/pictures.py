"""Writes the pictures of docs/vscode.md: `make pictures`, or python -m editors.pictures (from tests/)."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from report.pictures import IMAGES

from editors.project import REPORT, call, make_project
from editors.vscode_host import VSCode, program, vscode

SECOND = "reports/002-api-key-storage.md"
ACTIVITY = '.activitybar .action-label[aria-label^="Context Budget"]'
LOOK = {"editor.fontSize": 13, "editor.occurrencesHighlight": "off", "workbench.hover.delay": 60_000}
ROW = ".monaco-list-row"


def session(workspace: Path) -> None:
    """Research is done and reduced to metadata; a plan is being made."""
    call(workspace, "session/open", sessionId="api-keys", config={"contextWindow": 25_000, "policy": "aggressive"})
    add = {"sessionId": "api-keys"}
    call(
        workspace,
        "context/add",
        **add,
        items=[
            {"layer": "permanent", "title": "CLAUDE.md", "tokens": 610, "provenance": "estimated"},
            {"layer": "permanent", "title": "Task", "content": "Limit each API key fairly across all workers."},
        ],
    )
    call(workspace, "workflow/startPhase", **add, phase=1, name="research")
    call(workspace, "context/add", **add, items=[{"layer": "transient", "kind": "report", "path": SECOND}])
    call(workspace, "workflow/completePhase", **add, phase=1)
    call(workspace, "workflow/startPhase", **add, phase=2, name="plan")
    call(
        workspace,
        "context/add",
        **add,
        items=[
            {"layer": "phase", "kind": "plan", "path": "plans/001-api-keys-and-rate-limits.md", "pinned": True},
            {"layer": "transient", "kind": "report", "path": REPORT},
            {"layer": "transient", "title": "Grep: rate|limit", "tokens": 840, "provenance": "estimated"},
        ],
    )


def take(editor: VSCode, workspace: Path) -> None:
    """A document with its hints beside the session, a prune in preview, and the hover."""
    editor.open_file(Path(REPORT).name)
    editor.wait(".view-line", "tokens · ")
    editor.wait(".codelens-decoration", "% of budget")
    editor.click(ACTIVITY)
    editor.widen(".part.sidebar", 90)
    session(workspace)
    editor.wait(ROW, "of 7,500 budget")
    editor.wait(ROW, "Grep: rate|limit")
    editor.click(f"{ROW} .monaco-highlighted-label", "Removed")
    editor.wait(ROW, "reduced")
    editor.command("Notifications: Clear All Notifications")
    editor.click(".view-line", "by a replay of the access log")
    editor.rest()
    editor.screenshot("vscode")
    editor.point(f"{ROW} .monaco-highlighted-label", "Transient")
    editor.click(f'{ROW}:hover .action-label[aria-label^="Prune"]')
    editor.wait(".monaco-dialog-box", "tokens leave the context")
    editor.screenshot("vscode-prune")
    editor.press("Escape")
    editor.hover(".view-line > span > span", "Rate limiting algorithms", says="As metadata:")
    editor.screenshot("vscode-hover")


def main() -> None:
    """Write them."""
    os.environ["CTXBUDGET_SCREENSHOTS"] = str(IMAGES)
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["XDG_STATE_HOME"] = str(Path(scratch) / "state")
        workspace = make_project(Path(scratch) / "tideline")
        server = f'#!/bin/sh\nexec {sys.executable} -m ctxbudget_server "$@"\n'
        program(workspace / ".venv" / "bin" / "ctxbudget", server)
        with vscode(workspace, Path(scratch) / "vscode", **LOOK) as editor:
            take(editor, workspace)
    for name in ("vscode", "vscode-prune", "vscode-hover"):
        path = IMAGES / f"{name}.png"
        sys.stdout.write(f"{path.name}: {path.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main()
