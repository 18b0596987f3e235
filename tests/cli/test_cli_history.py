"""`ctxbudget history`: past runs as a table, side by side, as CSV and JSON; and the examples of `docs/history.md`."""

from __future__ import annotations

import csv
import json
import re
import shlex
import shutil
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from support.client import Client
from support.session import Session, serve_command

PAGE = (Path(__file__).parents[2] / "docs" / "history.md").read_text("utf-8")
SHOWN = re.findall(r"^\$ ctxbudget ((?:history|plan).*)\n((?:.*\n)*?)```$", PAGE, re.M)
PLAN = "# Rate limits\n\n## Phase 1: Research\n- [ ] a\n\n## Phase 2: Plan\n- [ ] b\n\n## Phase 3: Rollout\n- [ ] c\n"
BEGAN = re.compile(r"\d{4}-\d\d-\d\d([ T])\d\d:\d\d(:\d\d\.\d+Z)?")
PROGRAM = re.search(r"^```python\n(.*?)^```$", PAGE, re.M | re.S)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with four runs, of which three are closed, and a plan."""
    folder = tmp_path_factory.mktemp("runs")
    (folder / "plan.md").write_text(PLAN, "utf-8")
    with Client(serve_command(folder), cwd=folder, root=folder) as client:
        for n, used in enumerate([(1_400, 4_800), (1_600, 8_100), (1_700, 5_200), (1_300, 4_000)], 1):
            session = Session(client, f"feature-{n}")
            session.open(scope="research-and-plan", policy="minimal")
            phases = [
                {"phase": 1, "name": "research", "complexity": 1},
                {"phase": 2, "name": "plan", "complexity": 3.6875},
            ]
            session.call("budget/allocate", strategy="dynamic", phases=phases)
            session.call("workflow/startPhase", phase=1)
            session.add("metadata", tokens=used[0])
            session.call("workflow/completePhase", phase=1)
            if n != 2:
                cost = {"amount": (4 + n) / 10, "currency": "USD"}
                session.call(
                    "usage/bill", model="claude-sonnet-4-5", tokens={"input": 20_000, "output": 900}, cost=cost
                )
            session.call("workflow/startPhase", phase=2)
            kept = session.add(tokens=used[1])
            if n < 4:
                session.call("workflow/completePhase", phase=2)
                session.call("session/close")
            else:
                session.add(tokens=2_000)
                session.call("context/prune", target={"items": [kept]})
    return folder


def command(workspace: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The command in the workspace."""
    store = str(workspace / "state" / "store.db")
    return subprocess.run(
        [sys.executable, "-m", "ctxbudget_server", *words, "--store", store],
        cwd=workspace, capture_output=True, text=True, check=False,
    )  # fmt: skip


def printed(workspace: Path, *words: str) -> str:
    """What `ctxbudget history` prints, which must succeed."""
    return output(workspace, "history", *words)


def output(workspace: Path, *words: str) -> str:
    """What the command prints, which must succeed."""
    done = command(workspace, *words)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def sameday(text: str) -> str:
    """The text with the page's time."""
    return BEGAN.sub(lambda found: f"2026-01-31{found[1]}12:00{':00.000Z' if found[2] else ''}", text)


@pytest.mark.parametrize(("line", "shown"), SHOWN, ids=[line for line, _ in SHOWN])
def test_the_page_shows_what_the_command_prints(workspace: Path, line: str, shown: str) -> None:
    assert sameday(output(workspace, *line.split())) == shown


def test_the_request_of_the_page_is_answered(workspace: Path, tmp_path: Path) -> None:
    shutil.copytree(workspace, tmp_path, dirs_exist_ok=True)
    lines = re.findall(r"^ctxbudget (call .*)$", PAGE, re.M)
    _, answer = (json.loads(output(tmp_path, *shlex.split(line))) for line in lines)
    assert answer["sessionId"] == "feature-5"
    assert [row["past"]["runs"] for row in answer["allocations"]] == [3, 3]


def test_the_program_of_the_page_runs(workspace: Path) -> None:
    assert PROGRAM is not None
    source = PROGRAM[1].replace("Client.spawn()", f"Client.spawn({serve_command(workspace)!r})")
    done = subprocess.run(
        [sys.executable, "-c", source], cwd=workspace, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] == "feature-1 6200 7500 [0, 0]"


def test_a_run_has_the_figures_of_its_report(workspace: Path) -> None:
    found = json.loads(printed(workspace, "--json"))
    assert [run["sessionId"] for run in found["runs"]] == ["feature-4", "feature-3", "feature-2", "feature-1"]
    assert found["total"] == 4
    for run in found["runs"]:
        done = command(workspace, "report", run["sessionId"], "--json")
        report = json.loads(done.stdout)
        status = report["status"]
        assert {name: run[name] for name in ("budget", "retained", "peak", "processed")} == {
            name: status[name] for name in ("budget", "retained", "peak", "processed")
        }
        assert (run["netSavings"], run["savingsShare"]) == (report["netSavings"], report["savingsShare"])
        for phase, reported in zip(run["phases"], report["phases"], strict=True):
            assert phase == {name: reported[name] for name in phase}
        assert run["overrun"] == sum(phase["overrun"] for phase in report["phases"])


def test_csv_is_what_json_says(workspace: Path) -> None:
    rows = list(csv.DictReader(StringIO(printed(workspace, "--csv"))))
    runs = json.loads(printed(workspace, "--json"))["runs"]
    assert [[row["sessionId"], int(row["used"]), int(row["overrun"])] for row in rows] == [
        [run["sessionId"], run["used"], run["overrun"]] for run in runs
    ]
    assert [(row["cost"], row["currency"]) for row in rows] == [
        ("0.8", "USD"),
        ("0.7", "USD"),
        ("unknown", ""),
        ("0.5", "USD"),
    ]
    assert [row["closedAt"] for row in rows] == ["", *(run["closedAt"] for run in runs[1:])], "empty, not null or 0"
    phases = list(csv.DictReader(StringIO(printed(workspace, "--csv", "--phases"))))
    assert [(row["sessionId"], int(row["used"])) for row in phases] == [
        (run["sessionId"], phase["used"]) for run in runs for phase in run["phases"]
    ]


def test_filters(workspace: Path) -> None:
    def ids(*words: str) -> list[str]:
        return [run["sessionId"] for run in json.loads(printed(workspace, "--json", *words))["runs"]]

    assert ids("--state", "open") == ["feature-4"]
    assert ids("--since", "2020-01-01") == ["feature-4", "feature-3", "feature-2", "feature-1"]
    assert ids("--since", "2100-01-01") == ids("--scope", "debug-only") == []
    assert printed(workspace, "--scope", "debug-only") == "no run matches\n"


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["nobody"], 1, "there is no session 'nobody'; ctxbudget history lists the runs of the workspace"),
        (["--since", "last week"], 1, "--since: 'last week' is not a time such as 2026-01-31 or 2026-01-31T12:00:00Z"),
        (
            ["--since", "2026-02-30"],
            1,
            "--since: '2026-02-30' is not a time such as 2026-01-31 or 2026-01-31T12:00:00Z",
        ),
        (["--phases"], 2, "--phases is for --csv; --json has the phases in any case"),
        (["feature-1", "--state", "open"], 2, "--state filters all runs; sessions are named without it"),
    ],
)
def test_what_is_wrong_is_said(workspace: Path, words: list[str], code: int, told: str) -> None:
    done = command(workspace, "history", *words)

    assert (done.returncode, done.stdout, done.stderr) == (code, "", f"ctxbudget history: {told}\n")


def test_a_workspace_without_an_account_has_no_runs_and_gets_none(tmp_path: Path) -> None:
    done = command(tmp_path, "history", "--workspace", str(tmp_path))

    told = f"there is no session yet of {tmp_path} in the store {tmp_path}/state/store.db\n"
    assert (done.returncode, done.stdout) == (0, told)
    assert json.loads(command(tmp_path, "history", "--json").stdout)["runs"] == []
    assert list(tmp_path.iterdir()) == []


def test_without_a_division_there_is_no_buffer_to_draw_on(tmp_path: Path) -> None:
    with Client(serve_command(tmp_path), cwd=tmp_path, root=tmp_path) as client:
        for name in ("a", "b"):
            session = Session(client, name)
            session.open()
            session.call("workflow/startPhase", phase=1, name="work")
            session.add(tokens=597)

    assert re.search(r"^  1 work +597 / none +597 / none$", printed(tmp_path, "a", "b"), re.M)


def test_the_help_says_where_runs_are_that_are_shown_as_finished(tmp_path: Path) -> None:
    assert "runs shown as finished are open ones" in " ".join(command(tmp_path, "history", "--help").stdout.split())


def test_names_are_harmless_in_a_spreadsheet_and_on_a_terminal(tmp_path: Path) -> None:
    with Client(serve_command(tmp_path), cwd=tmp_path, root=tmp_path) as client:
        session = Session(client, "run")
        session.open()
        session.call("workflow/startPhase", phase=1, name='=HYPERLINK("evil", 1)\n\x1b[31m')
        session.add(tokens=3)
    (row,) = csv.DictReader(StringIO(printed(tmp_path, "--csv", "--phases")))

    assert row["name"] == '\'=HYPERLINK("evil", 1)\\n\\x1b[31m'
    assert "\x1b" not in printed(tmp_path, "run")
