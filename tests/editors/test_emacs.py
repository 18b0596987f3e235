"""The shipped files in a real Emacs, with Eglot and lsp-mode: what a person sees of a document and of the session."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.programs import debian, needed

from .emacs_host import Emacs, emacs, require_emacs
from .hosts import path_with_ctxbudget
from .project import REPORT, add, call, make_project, pasted

CLIENT = Path(__file__).parents[2] / "clients" / "emacs"

COMMON = """
(setq make-backup-files nil auto-save-default nil create-lockfiles nil native-comp-deferred-compilation nil)
(setq warned nil questions nil)
(advice-add 'display-warning :override
            (lambda (type message &rest _) (when (eq type 'ctxbudget) (push message warned))))
(advice-add 'y-or-n-p :override (lambda (question) (push question questions) (not (eq reply 'no))))
(setq reply 'yes)
"""
"""Warnings and questions that can be counted."""
EGLOT = COMMON + pasted("emacs.md", "elisp")
LSP_SETTINGS = """
(setq lsp-lens-enable t lsp-auto-guess-root t lsp-restart 'ignore lsp-enable-file-watchers nil)
(setq lsp-enable-suggest-server-download nil)
"""
LSP_MODE = COMMON + LSP_SETTINGS + pasted("emacs.md", "elisp").replace("eglot-ensure", "lsp-deferred")

STATUS = "(ctxbudget-status)"
MODE_LINE = "(substring-no-properties (format-mode-line mode-line-misc-info))"
DIAGNOSTICS = """
(vconcat (mapcar (lambda (each)
                   (vector (line-number-at-pos (flymake-diagnostic-beg each)) (flymake-diagnostic-text each)))
                 (flymake-diagnostics)))
"""
GO_TO = '(progn (goto-char (point-min)) (search-forward "{0}") (beginning-of-line) nil)'


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    folder = make_project(tmp_path / "tideline")
    subprocess.run(
        [needed("git", debian("git")), "init", "-q"], cwd=folder, check=True
    )  # by which Emacs knows a project
    return folder


@pytest.fixture
def eglot(workspace: Path) -> Iterator[Emacs]:
    require_emacs("eglot")
    with emacs(workspace, EGLOT) as editor:
        editor.open_file(workspace / REPORT)
        editor.wait("(and (eglot-managed-p) ctxbudget--connection t)", bool)
        yield editor


def test_eglot_shows_what_a_document_costs(eglot: Emacs) -> None:
    eglot.lisp("(progn (flymake-start) nil)")
    found = dict(eglot.wait(DIAGNOSTICS, lambda found: len(found or ()) == 2))
    assert "2,628 tokens · 35% of budget · layer: metadata" in found[1]
    costliest = eglot.text().split("\n").index("## Findings") + 1
    assert "over the ceiling of layer metadata: 1,500 tokens" in found[costliest]
    assert "“Findings”: 1,958 tokens" in found[costliest] and "Others: " in found[costliest]

    eglot.lisp("(progn (goto-char (point-min)) (setq shown nil) nil)")
    eglot.lisp("(progn (eglot-hover-eldoc-function (lambda (text &rest _) (setq shown text))) nil)")
    said = eglot.wait("(and shown (substring-no-properties shown))", bool)
    assert "2,628 tokens" in said and "As metadata: " in said


def test_eglot_actions_change_the_text(eglot: Emacs, workspace: Path) -> None:
    before = eglot.text()
    eglot.lisp('(progn (eglot-code-actions (point-min) (point-min) "refactor.rewrite" t) nil)')
    eglot.wait("(buffer-string)", lambda text: text.split("\n")[2].startswith("<!-- ctxbudget:metadata tokens="))
    eglot.lisp("(progn (primitive-undo 1 buffer-undo-list) nil)")

    eglot.lisp("(progn (ctxbudget-insert-metadata) nil)")
    eglot.wait("(buffer-string)", lambda text: text.count("<!-- ctxbudget:metadata") == 1)

    eglot.lisp(GO_TO.format("### Finding 1"))
    eglot.lisp("(progn (ctxbudget-extract (point) (save-excursion (forward-line 12) (point))) nil)")
    eglot.wait("(buffer-string)", lambda text: "Cron jobs start at second 0, and their retries" not in text)
    assert "### Finding 1: Fixed windows allow twice the limit at the edges\n" in eglot.text()
    assert before.split("\n")[-2] == eglot.text().split("\n")[-2]


def test_eglot_moves_a_section_to_a_new_file(eglot: Emacs, workspace: Path) -> None:
    target = workspace / "reports" / "executive-summary.md"
    eglot.lisp(GO_TO.format("## Executive Summary"))
    eglot.lisp("(progn (setq reply 'no) (ctxbudget-move-section) nil)")
    eglot.wait("questions", bool)
    eglot.lisp("(progn (ctxbudget-show) nil)")  # its answer comes after that of the other
    eglot.wait('(with-current-buffer "*Messages*" (buffer-string))', lambda text: "ceiling 1,500, exceeded" in text)
    assert not target.exists() and "executive-summary.md" not in eglot.text()

    eglot.lisp("(progn (setq reply 'yes) (ctxbudget-move-section) nil)")
    eglot.wait("(buffer-string)", lambda text: "(executive-summary.md)" in text)
    eglot.lisp("(progn (save-some-buffers t) nil)")
    assert "A token bucket kept in Redis" in target.read_text()
    assert "A token bucket kept in Redis" not in (workspace / REPORT).read_text()


def test_eglot_follows_the_running_session(eglot: Emacs, workspace: Path) -> None:
    eglot.lisp("(progn (ctxbudget-report) nil)")
    report = '(with-current-buffer "*ctxbudget report*" (buffer-string))'
    eglot.wait(report, lambda text: text.startswith("There is no session yet"))
    follows_the_session(eglot, workspace)
    eglot.wait(report, lambda text: text.startswith("# Context budget report: default\n"))
    add(workspace, 72)
    eglot.wait(report, lambda text: "Retained **6,122** of 7,500" in text)


def follows_the_session(editor: Emacs, workspace: Path) -> None:
    """Changes by another process come to the mode line; a crossing warns once."""
    assert editor.lisp(STATUS) is None
    call(workspace, "workflow/startPhase", phase=2, name="planning")
    add(workspace, 5_250)
    status = "5,250/7,500 · phase 2 · ok"
    editor.wait(STATUS, lambda text: text == status)
    assert f"ctx {status}" in editor.lisp(MODE_LINE)
    for total in ("5,850", "5,950", "6,050"):  # the last one comes after any warning of the first two
        add(workspace, 600 if total == "5,850" else 100)
        editor.wait(STATUS, lambda text, total=total: f"{total}/7,500 · phase 2 · warn" in text)
    [message] = editor.lisp("(vconcat warned)")
    assert message.startswith("Session default: 5,850 tokens retained")


def test_eglot_counts_the_workspace(eglot: Emacs) -> None:
    eglot.lisp("(progn (ctxbudget-count) nil)")
    counted = '(if (get-buffer "*ctxbudget count*") (with-current-buffer "*ctxbudget count*" (buffer-string)) "")'
    text = eglot.wait(counted, lambda text: "tokens in" in text)
    assert re.search(
        r"(?m)^[\d,]+ tokens in 9 files\. The largest:\n\n/.*/001-rate-limiting-algorithms\.md:1: 2,628 tok", text
    )


def test_lsp_mode(workspace: Path) -> None:
    require_emacs("lsp-mode")
    with emacs(workspace, LSP_MODE) as editor:
        editor.open_file(workspace / REPORT)
        editor.wait("(and ctxbudget--connection t)", bool)
        diagnostics = "(vconcat (mapcar #'lsp:diagnostic-message (car (hash-table-values (lsp-diagnostics t)))))"
        [message] = editor.wait(diagnostics, bool)
        assert "over the ceiling of layer metadata: 1,500 tokens" in message
        lens = """(mapconcat (lambda (each) (concat (overlay-get each 'before-string) (overlay-get each 'after-string)))
                             (overlays-in (point-min) (point-max)) "")"""
        editor.wait(lens, lambda text: "2,628 tokens · 35% of budget · layer: metadata" in text)
        follows_the_session(editor, workspace)
        editor.lisp("(progn (ctxbudget-insert-metadata) nil)")
        editor.wait("(buffer-string)", lambda text: text.split("\n")[2].startswith("<!-- ctxbudget:metadata tokens="))
        editor.lisp(GO_TO.format("## Executive Summary"))
        editor.lisp("(progn (ctxbudget-move-section) nil)")
        editor.wait("(buffer-string)", lambda text: "(executive-summary.md)" in text)


def test_its_files_compile_without_warnings(tmp_path: Path) -> None:
    require_emacs("eglot")
    require_emacs("lsp-mode")
    for file in CLIENT.glob("*.el"):
        shutil.copy(file, tmp_path)
    command = [
        "emacs",
        "--batch",
        "-f",
        "package-initialize",
        "-L",
        ".",
        "--eval",
        "(setq byte-compile-error-on-warn t)",
    ]
    compiled = [*command, "-f", "batch-byte-compile", *sorted(file.name for file in tmp_path.glob("*.el"))]
    done = subprocess.run(compiled, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert len(list(tmp_path.glob("*.elc"))) == 3


def test_installed_by_the_command(workspace: Path, tmp_path: Path) -> None:
    require_emacs("lsp-mode")
    home = tmp_path / "home"
    (home / ".emacs.d").mkdir(parents=True)
    environment = {"HOME": str(home), "PATH": path_with_ctxbudget()}
    subprocess.run(["ctxbudget", "install", "emacs", "--yes"], env=environment, check=True)
    with emacs(workspace, COMMON + LSP_SETTINGS + (home / ".emacs.d" / "init.el").read_text()) as editor:
        editor.open_file(workspace / REPORT)
        editor.wait("(and ctxbudget--connection t)", bool)
        assert editor.lisp("(file-name-absolute-p (car ctxbudget-command))")
        assert editor.lisp("ctxbudget-mode-line-mode")
