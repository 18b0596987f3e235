"""The parts of the demo that need no server: finding files, giving them to phases, setting text."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from ctxbudget_server.demo import documents, panel
from ctxbudget_server.demo.console import Console
from ctxbudget_server.demo.launch import with_last_line


def test_files_are_found_in_order_and_up_to_a_limit(tmp_path, monkeypatch):
    for name in ("b.md", "a.LOG", "c/z.txt", "c/d/y.markdown", ".git/x.md", "c/.x.md", "a.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "c" / "loop").symlink_to(tmp_path)
    (tmp_path / "folder.md").mkdir()
    assert documents.find(tmp_path).names == ("a.LOG", "b.md", "c/z.txt", "c/d/y.markdown")
    monkeypatch.setattr(documents, "MAX_FILES", 2)
    found = documents.find(tmp_path)
    assert (found.names, found.more) == (("a.LOG", "b.md"), True)


@pytest.mark.parametrize(
    ("name", "kind", "phase"),
    [
        ("001.md", "report", 1),
        ("x/plan.md", "plan", 2),
        ("done.md", "summary", 3),
        ("documentation-summary.md", "summary", 6),
        ("docs/location.md", "other", 0),
        ("CHANGELOG.md", "other", 6),
        ("release-notes.txt", "other", 6),
        ("documentation-report.md", "report", 1),
        ("run.log", "test-output", 4),
        ("server.log", "log", 4),
        ("cause.md", "debug", 4),
        ("AGENTS.md", "instructions", 0),
        ("grep.txt", "tool-output", 0),
        ("authentication.md", "other", None),
    ],
)
def test_documents_belong_to_phases(name, kind, phase):
    assert documents.phase_of(name, kind) == phase


def dealt(kinds):
    named = [(f"{i:02}.md", {"kind": kind, "sourceTokens": 9, "outline": []}) for i, kind in enumerate(kinds)]
    return [(d.phase, d.dealt) for d in documents.documents(Path("x"), named)]


def test_documents_of_no_known_kind_are_dealt_in_the_order_of_need():
    order = [1, 1, 1, 0, 2, 3, 3, 3, 4, 6]
    for count in (1, 2, 7, 10, 13):
        assert dealt(["other"] * count) == [(phase, True) for phase in (order + [1] * 3)[:count]]
    mixed = ["other", "plan", "other", "report", "report", "other", "summary"]
    assert dealt(mixed) == [(1, True), (2, False), (0, True), (1, False), (1, False), (3, True), (3, False)]
    assert dealt(["report"] * 5 + ["other"])[-1] == (0, True), "a phase that has more than it needs takes no other's"


def status(**changes):
    row = {"phase": 5, "name": None, "retained": 1200, "allocated": None, "ofAllocation": None, "peak": 8000}
    figures = {"retained": 8000, "available": -500, "budget": 7500, "window": 25000, "peak": 9000, "level": "critical"}
    shares = {"ofBudget": 1.0667, "ofWindow": 0.32, "layers": [{"layer": "phase", "retained": 8000}]}
    return {**figures, **shares, "phases": [row], "advice": {"text": "Prune phase 5. " * 8}, **changes}


def test_the_panel_warns_with_the_servers_advice_and_names_the_buffer():
    text = panel.after_phase(5, status())
    assert "Context Budget After Phase 5\n" in text
    assert "Budget remaining: -500 tokens of 7,500" in text
    assert "This phase: 1,200 tokens, drawn on the buffer" in text
    assert "WARNING: Prune phase 5." in text
    assert max(map(len, text.splitlines())) <= 80
    assert "WARNING" not in panel.after_phase(5, status(level="ok"))


def test_the_report_is_set_in_columns():
    markdown = "# R\n\n| phase | tokens |\n| --- | --- |\n| 1 a\\|b | 1,200 |\n| 10 | - |\n\n- " + "word " * 30 + "\n"
    lines = panel.report(markdown).splitlines()
    assert lines[:5] == ["# R", "", "phase  tokens", "1 a|b   1,200", "   10  -"]
    assert lines[6].startswith("- word") and lines[7].startswith("  word")


def test_names_are_shortened_at_their_beginning():
    assert panel.elided("a/b/c.md", 8) == "a/b/c.md"
    assert panel.elided("a/long/way/to/c.md", 10) == "...to/c.md"


def test_a_dead_server_is_reported_without_its_traceback():
    log = "Traceback (most recent call last):\n  File x\nImportError: no such thing\n"
    assert with_last_line("the server ended", log) == "the server ended (ImportError: no such thing)"
    assert with_last_line("the server ended", "") == "the server ended"


class Terminal(io.StringIO):
    encoding = "ascii"

    def isatty(self) -> bool:
        return True


def test_the_console_colours_terminals_only_and_lets_no_text_control_them(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    terminal, pipe = Terminal(), io.StringIO()
    Console(terminal).say("over ━ budget", "critical")
    Console(pipe).say("over\x1b[2J \ud800\tbudget", "critical")
    assert terminal.getvalue() == "\x1b[31;1mover \\u2501 budget\x1b[0m\n"
    assert pipe.getvalue() == "over\\x1b[2J \\ud800    budget\n"
    monkeypatch.setenv("NO_COLOR", "1")
    quiet = Terminal()
    Console(quiet).say("over", "critical")
    assert quiet.getvalue() == "over\n"
