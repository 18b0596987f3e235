"""What people see on terminals of any width, and what programs get in a pipe."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from cli.terminals import ESCAPES, ctxbudget, on_terminal
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from ctxbudget_server.cli import columns as tables
from ctxbudget_server.presentation.look import elided, gauge, wrapped

WORDS = st.text(st.sampled_from("abcdé漢字-_/ ."), max_size=60).map(lambda text: text.strip() or "x")


@given(
    st.integers(2, 9).flatmap(
        lambda wide: st.lists(st.lists(WORDS, min_size=wide, max_size=wide), min_size=2, max_size=6)
    ),
    st.sets(st.integers(1, 8)),
    st.integers(60, 200),
)
def test_a_table_fits_the_terminal_and_no_figure_is_shortened(
    rows: list[list[str]], right: set[int], width: int
) -> None:
    figures = [[f"{len(cell):,}" if at in right else cell for at, cell in enumerate(row)] for row in rows]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(tables, "terminal_width", lambda: width)
        shown = tables.columns(figures, right)

    assert max(map(cell_len, shown)) <= width
    words = " ".join(shown).split()
    for row in figures:
        for at in right & set(range(len(row))):
            assert row[at] in words


@given(WORDS, st.integers(20, 80))
def test_a_shortened_name_keeps_its_beginning_and_its_end(name: str, width: int) -> None:
    shown = elided(name, width)

    assert cell_len(shown) <= width
    assert shown == name if cell_len(name) <= width else (shown[0], shown[-1]) == (name[0], name[-1])


@given(st.text(st.sampled_from("abc de-,"), max_size=300), st.integers(60, 200))
def test_running_text_is_broken_at_spaces_alone(text: str, width: int) -> None:
    text = text.strip()
    lines = wrapped(text, width)

    assert " ".join(lines).split() == text.split()
    assert all(len(each) <= width or " " not in each.strip() for each in lines)


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(60, 200))
def test_a_gauge_stays_within_its_width(filled: int, of: int, width: int) -> None:
    marks = [("warn", of * 3 // 4), ("critical", of * 95 // 100), ("budget", of)]

    assert all(len(each) <= width for each in gauge(filled, of, marks, width))


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace whose session has long names, and a phase over its allocation."""
    folder = tmp_path_factory.mktemp("account")
    session = "a-nightly-build-with-a-rather-long-name"
    for method, params in (
        ("session/open", {}),
        ("budget/allocate", {"strategy": "fixed", "scope": "full-implementation"}),
        ("workflow/startPhase", {"phase": 1}),
        ("context/add", {"items": [{
            "layer": "transient", "tokens": 1234567, "agent": f"research-of-everything-{number}", "tool": "Read",
            "file": f"src/server/handlers/of/all/requests/handler_{number}.py", "title": f"handler {number}",
        } for number in range(3)]}),
    ):  # fmt: skip
        given = json.dumps({"sessionId": session, **params})
        subprocess.run(ctxbudget(folder, "call", method, given), check=True, capture_output=True)
    return folder


COMMANDS = (
    ["report"],
    ["history"],
    ["sessions"],
    ["timeline"],
    ["diagnose"],
    ["breakdown", "a-nightly-build-with-a-rather-long-name"],
)


@pytest.mark.parametrize("width", [60, 80, 120, 200])
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_on_a_terminal_nothing_is_wider_than_it(command: list[str], width: int, account: Path) -> None:
    shown = on_terminal(ctxbudget(account, *command), {"COLUMNS": str(width), "TERM": "xterm"})

    lines = ESCAPES.sub("", shown).splitlines()
    assert len(lines) > 1
    assert not [each for each in lines if cell_len(each) > width and " " in each.strip()]
    assert "1,234,567" in shown or "3,703,701" in shown


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_in_a_pipe_output_is_plain_and_the_same_at_any_width(command: list[str], account: Path) -> None:
    def piped(columns: str) -> str:
        environment = {"COLUMNS": columns, "PATH": "/usr/bin:/bin", "HOME": str(account)}
        done = subprocess.run(
            ctxbudget(account, *command), capture_output=True, text=True, env=environment, check=False
        )
        return re.sub(r"\d+ (?:s|min)\b( ago)?", "AGE", done.stdout)

    assert piped("60") == piped("200")
    assert "\x1b" not in piped("60") and "…" not in piped("60")


def test_no_color_is_respected(account: Path) -> None:
    shown = on_terminal(ctxbudget(account, "history"), {"TERM": "xterm"})
    plain = on_terminal(ctxbudget(account, "history"), {"TERM": "xterm", "NO_COLOR": "1"})

    assert "\x1b[1m" in shown
    assert plain == ESCAPES.sub("", shown)


def test_the_report_begins_with_what_happened_and_what_costs_most(tmp_path: Path) -> None:
    config = {"contextWindow": 20_000, "targetShare": 0.5}
    items = [
        {"layer": "transient", "tokens": tokens, "title": title, "tool": "Bash"}
        for title, tokens in (("npm test", 4_000), ("\x1b[31m[red]ls -R[/]", 5_000))
    ]
    for method, params in (("session/open", {"config": config}), ("context/add", {"items": items})):
        subprocess.run(ctxbudget(tmp_path, "call", method, json.dumps(params)), check=True, capture_output=True)
    report = json.loads(subprocess.run(ctxbudget(tmp_path, "report", "--json"), check=True, capture_output=True).stdout)

    shown = on_terminal(ctxbudget(tmp_path, "report"), {"COLUMNS": "80", "TERM": "xterm"})

    lines = ESCAPES.sub("", shown).splitlines()
    assert lines[0] == f"default: open, policy {report['policy']}, level {report['status']['level']}"
    assert "9,000 tokens came in, and 9,000 are in the context now" in " ".join(lines)
    (bar,) = [each for each in lines if "█" in each]
    assert bar.count("█") == round(48 * report["status"]["ofBudget"])
    costly = lines[lines.index(next(each for each in lines if each.startswith("costs most"))) + 1 :]
    assert costly[0].split() == ["5,000", "transient", "\\x1b[31m[red]ls", "-R[/]"]
    assert costly[1].split() == ["4,000", "transient", "npm", "test"]


def test_in_a_pipe_the_report_is_markdown(account: Path) -> None:
    piped = subprocess.run(ctxbudget(account, "report"), check=True, capture_output=True, text=True).stdout

    assert piped.startswith("# Context budget report: ")
    asked = subprocess.run(ctxbudget(account, "report", "--format", "md"), check=True, capture_output=True, text=True)
    assert asked.stdout == piped
