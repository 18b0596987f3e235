"""Hostile text at every place where a person reads: it is shown, and does nothing."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from presentation.hostile import FILE_NAMES, UTF8, WORDS, faults

from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.agents.hosts import answer, event_of
from ctxbudget_server.agents.model import Reaction
from ctxbudget_server.agents.session_choice import Choice
from ctxbudget_server.cli import main
from ctxbudget_server.mcp.tools import TOOLS
from ctxbudget_server.mcp.tools import answer as tool_answer
from ctxbudget_server.service.service import BudgetService, Options

FEW = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
MORE = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
ARGUMENT = WORDS.map(lambda words: os.fsdecode(os.fsencode(words.replace("\0", "").replace("\ud800", "?")))).filter(
    lambda words: not words.startswith("-") and words not in ("", "-")
)


def run(*arguments: str) -> tuple[int, str, str]:
    """The command in this process: exit code, stdout, stderr, both as a terminal gets them."""
    kept = sys.stdout, sys.stderr, sys.excepthook
    streams = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="strict") for _ in range(2)]
    sys.stdout, sys.stderr = streams
    try:
        code = main(arguments)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    finally:
        sys.stdout, sys.stderr, sys.excepthook = kept
    out, err = ((stream.flush(), stream.buffer.getvalue().decode())[1] for stream in streams)  # type: ignore[attr-defined]
    return code, out, err


def spawn(folder: Path, *arguments: str | bytes, stdin: bytes = b"") -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    command = [sys.executable, "-m", "ctxbudget_server", *arguments]
    env = {**os.environ, "CTXBUDGET_SOCKET": "off", "PYTHONUTF8": "1"}
    done = subprocess.run(command, input=stdin, capture_output=True, cwd=folder, env=env, check=False, timeout=120)
    return subprocess.CompletedProcess([], done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace."""
    return tmp_path_factory.mktemp("place")


@pytest.fixture(scope="module")
def services(place: Path) -> BudgetService:
    """The services of a workspace whose names are all hostile."""
    return BudgetService(Options(workspace=str(place), store=str(place / "s.db"), durability="fast"), actor="test")


NUMBERS = count()


def fill(services: BudgetService, session: str, words: str) -> None:
    """A session in which everything that a caller may name has this name."""
    for method, params in (
        ("session/open", {}),
        ("budget/reserve", {"tokens": 10, "holder": words[:100] or "holder"}),
        ("workflow/startPhase", {"phase": 1, "name": words[:100] or None}),
        ("context/add", {"items": [
            {"layer": "transient", "kind": "report", "phase": 1, "title": words[:200], "content": f"# {words}"},
            {"layer": "transient", "kind": "report", "phase": 1, "title": words[:200] or None, "tokens": 9_000},
        ]}),
    ):  # fmt: skip
        services.call(method, {"sessionId": session, **params}, Cancellation())


@given(UTF8)
@FEW
def test_a_report_of_hostile_names(services: BudgetService, place: Path, words: str) -> None:
    session = f"s{next(NUMBERS)}"
    fill(services, session, words)

    where = ("--workspace", str(place), "--store", str(place / "s.db"))
    code, out, err = run("report", session, *where)
    assert (code, faults(out), err) == (0, [], "")
    assert sum(line.startswith("| 1") for line in out.splitlines()) == 1, "no name makes a row of its own"
    assert sum(line.startswith("#") for line in out.splitlines()) <= 7, "nor a heading"
    code, out, err = run("report", session, "--json", *where)
    assert out.isascii() and json.loads(out)["phases"][0]["name"] == (words[:100] or None), "exact for programs"

    def ask(method: str, **params: Any) -> dict[str, Any]:
        return services.call(method, params, Cancellation())

    for tool, given_ in (
        ("budget_status", {}),
        ("budget_report", {}),
        ("context_search", {"query": words[:50] or "x"}),
    ):
        assert not faults(tool_answer(ask, Choice(session, "changedLast"), TOOLS, tool, given_)), tool


@given(ARGUMENT)
@FEW
def test_errors_of_every_command(place: Path, words: str) -> None:
    here = Path.cwd()
    os.chdir(place)
    try:
        for command in (
            ["count", words], ["count", "--nonsense" + words, "a"], ["count", "a", "--fits", words],
            ["fit", words, "--max", "10"], ["fit", words, "--max", words],
            ["replay", words], ["replay", "a", "--policy", words],
            ["report", words[:40], "--workspace", str(place), "--store", str(place / "s.db")],
            ["report", "--workspace", words, "--store", str(place / "s.db")],
            ["sessions", "--workspace", words, "--store", str(place / "s.db")],
            ["where", "--workspace", words, "--session", words, "--store", str(place / "s.db")],
            ["store", "--store", f"/nowhere/{words}"],
            ["store", "--retain", words, "--store", str(place / "s.db")],
            ["demo", f"/nowhere/{words}"], ["bash-client", words], ["editor-client", words], [words], ["serve", words],
            ["sidecar", "--idle", f"no number {words}"], ["mcp", words], ["evaluate", f"/nowhere/{words}"],
        ):  # fmt: skip
            _, out, err = run(*command)
            assert (faults(out), faults(err)) == ([], []), command
            assert "\n# forged" not in err and "\nctxbudget: all is well" not in err, "a name makes no line of its own"
    finally:
        os.chdir(here)


@given(UTF8)
@MORE
def test_what_a_hook_lets_a_person_read(words: str) -> None:
    payload = {"hook_event_name": "PostToolUse", "session_id": "s", "tool_name": words}
    told = json.loads(answer(event_of("PostToolUse", payload, None), Reaction(message=words or "x")))

    assert not faults(told["systemMessage"]) and "\n" not in told["systemMessage"]


def hostile_folder(place: Path, content: bytes = b"# Title\n\nSome words of a report.\n") -> list[bytes]:
    """Files with hostile names; those that the file system takes."""
    made = []
    for name in FILE_NAMES:
        try:
            with open(os.path.join(os.fsencode(place), name), "wb") as file:  # noqa: PTH118, PTH123
                file.write(content)
        except OSError:  # macOS takes UTF-8 alone
            continue
        made.append(name)
    return made


def test_counts_of_hostile_file_names(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    made = hostile_folder(folder)

    tree = spawn(tmp_path, "count", "folder")
    assert (tree.returncode, tree.stderr, faults(tree.stdout)) == (0, "", [])
    assert len(tree.stdout.splitlines()) == len(made) + 1, "a line for each"
    columns = spawn(folder, "count", *made)
    assert (columns.returncode, columns.stderr, faults(columns.stdout)) == (0, "", [])
    assert len(columns.stdout.splitlines()) == len(made) + 1
    exact = spawn(folder, "count", "--json", *made)
    assert [os.fsencode(row["path"]) for row in json.loads(exact.stdout)["counts"]] == made
    narrow = subprocess.run(
        [sys.executable, "-m", "ctxbudget_server", "count", "folder"], cwd=tmp_path, capture_output=True, check=False,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    assert narrow.returncode == 0 and b"\\u8a08" in narrow.stdout, "an ASCII terminal sees all of it too"


def test_files_that_cannot_be_counted_are_named_harmlessly(tmp_path: Path) -> None:
    made = hostile_folder(tmp_path, b"\xff\xfe\x00 not text")

    done = spawn(tmp_path, "count", *made)

    assert done.returncode == 2 and not faults(done.stderr)
    assert len(done.stderr.splitlines()) == len(made)


def test_the_demo_over_a_hostile_folder(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    hostile_folder(
        folder, "# \x1b[2J[a](command:x) \u202e\n\n- \x9b31m | b\n\n## Recommendations\n\n\x1b]0;x\x07 do.\n".encode()
    )

    done = spawn(tmp_path, "demo", "folder")

    assert (faults(done.stdout), faults(done.stderr)) == ([], [])


@pytest.mark.parametrize("command", ["hook", "statusline"])
def test_hooks_and_status_lines_of_hostile_payloads(tmp_path: Path, command: str) -> None:
    store = ("--workspace", str(tmp_path), "--store", str(tmp_path / "s.db"))
    hostile = "\x1b[2J\u202eevent\x9b31m\x7f\nctxbudget: forged"
    body = json.dumps({"hook_event_name": hostile, "session_id": hostile, "model": {"id": hostile}}).encode()
    for arguments in ([hostile], ["--host", hostile, "--session", hostile], ["--workspace", f"/nowhere/{hostile}"]):
        done = spawn(tmp_path, command, *arguments, *store[2:], stdin=body)
        assert done.returncode == 0
        assert (faults(done.stdout, colours=True), faults(done.stderr)) == ([], []), arguments
        assert len(done.stderr.splitlines()) <= 1


def test_fit_and_replay_of_a_hostile_recording(tmp_path: Path) -> None:
    hostile = "\x1b[2J\u202e\x9b31m\nforged"
    messages: list[dict[str, Any]] = []
    for n in range(8):
        use = {"type": "tool_use", "id": f"t{n}", "name": hostile, "input": {"file_path": hostile, "command": hostile}}
        result = {"type": "tool_result", "tool_use_id": f"t{n}", "content": f"{hostile} {n} " * 300}
        messages += [{"role": "user", "content": hostile}] if n == 0 else []
        messages += [{"role": "assistant", "content": [use]}, {"role": "user", "content": [result]}]
    name = "rec\x1b[2J\nording.json"
    (tmp_path / name).write_text(json.dumps(messages))

    fitted = spawn(
        tmp_path, "fit", name, "--max", "6000", "--workspace", str(tmp_path), "--store", str(tmp_path / "s.db")
    )
    assert (faults(fitted.stdout), faults(fitted.stderr)) == ([], [])
    assert "parts" in fitted.stdout, fitted.stderr
    replayed = spawn(tmp_path, "replay", name, "--policy", "clear")
    assert (replayed.returncode, faults(replayed.stdout), faults(replayed.stderr)) == (0, [], [])


@given(st.binary(max_size=30))
@FEW
def test_recordings_that_are_not_understood(place: Path, body: bytes) -> None:
    (place / "r\x1b[2J.json").write_bytes(body + b"\x1b[2J\xff")
    for command in ("fit", "replay"):
        code, out, err = run(command, str(place / "r\x1b[2J.json"), *(["--max", "9"] if command == "fit" else []))
        assert code == 2 and not faults(out) and not faults(err) and len(err.splitlines()) == 1
