"""`ctxbudget fit` and `ctxbudget replay`, as a person types them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from fit.fit_legal import faults
from recordings import long_session
from report.pages import Page


def run(folder: Path, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[str]:
    """The command in a folder of its own."""
    command = [sys.executable, "-m", "ctxbudget_server", *arguments]
    if arguments[0] in ("fit", "call"):
        command += ["--workspace", str(folder), "--store", str(folder / "store.db")]
    done = subprocess.run(command, input=stdin, capture_output=True, cwd=folder, check=False)
    return subprocess.CompletedProcess(command, done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture
def transcript(tmp_path: Path) -> Path:
    """A session of 20 calls in a folder of its own."""
    path = tmp_path / "session.jsonl"
    path.write_text(long_session().text(), encoding="utf-8")
    return path


def test_what_went_is_a_table_and_every_part_comes_back(tmp_path: Path, transcript: Path) -> None:
    before = transcript.read_bytes()

    done = run(tmp_path, "fit", "session.jsonl", "--max", "9000", "--out", "fitted.json")

    assert (done.returncode, done.stderr) == (0, "")
    head, *rows = done.stdout.split("\n\n")[0].splitlines()
    assert head.split() == ["index", "kind", "reason", "before", "after", "id", "what"]
    fitted = json.loads((tmp_path / "fitted.json").read_text())
    assert not faults("anthropic", fitted)
    assert (
        json.loads(run(tmp_path, "call", "tokens/count", json.dumps({"texts": [json.dumps(fitted)]})).stdout)["total"]
        <= 9000
    )
    first = next(row.split() for row in rows if " result " in row)
    kept = run(tmp_path, "call", "context/get", json.dumps({"sessionId": "archive", "itemId": first[6]}))
    assert json.loads(kept.stdout)["content"].startswith("0: queue_0.take_0_0() waits")
    assert transcript.read_bytes() == before
    assert "any part comes back exactly: ctxbudget call context/get" in done.stdout

    again = run(tmp_path, "fit", "fitted.json", "--max", "9000")
    assert "fits as it is: nothing goes" in again.stdout


def test_a_dry_run_writes_nothing(tmp_path: Path, transcript: Path) -> None:
    done = run(tmp_path, "fit", "session.jsonl", "--max", "9000", "--dry-run", "--out", "fitted.json")

    assert done.returncode == 0
    assert done.stdout.endswith("dry run: nothing was kept or written\n")
    assert not (tmp_path / "fitted.json").exists()
    assert json.loads(run(tmp_path, "call", "session/list").stdout)["sessions"] == []
    real = run(tmp_path, "fit", "session.jsonl", "--max", "9000")
    assert _parts(done.stdout) == _parts(real.stdout) > [], "the dry run says what will go"


def test_a_dry_run_creates_no_store_and_says_that_its_ids_lead_nowhere(tmp_path: Path, transcript: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    table = run(tmp_path, "fit", "session.jsonl", "--max", "9000", "--dry-run")
    text = run(tmp_path, "fit", "session.jsonl", "--max", "2000", "--dry-run", "--text")

    assert table.stdout.endswith("dry run: nothing was kept or written\n")
    assert text.stdout.startswith("[ctxbudget summary: ")
    assert text.stderr == "dry run: nothing was kept or written; no item has the ids in the text\n"
    assert sorted(tmp_path.rglob("*")) == before


def _parts(printed: str) -> list[list[str]]:
    """Index, kind and reason of each part."""
    return [line.split()[:4] for line in printed.split("\n\n", maxsplit=1)[0].splitlines()[1:-1]]


def test_an_array_for_a_pipe(tmp_path: Path, transcript: Path) -> None:
    done = run(tmp_path, "fit", "-", "--max", "9000", "--out", "-", stdin=transcript.read_bytes())
    assert not faults("anthropic", json.loads(done.stdout))
    assert "21 parts" in done.stderr or "parts" in done.stderr

    answer = json.loads(run(tmp_path, "fit", "session.jsonl", "--max", "9000", "--json").stdout)
    assert answer["messages"] == json.loads(done.stdout)


def test_room_for_the_rest_and_the_words_of_the_host(tmp_path: Path, transcript: Path) -> None:
    options = ("--max", "9000", "--overhead", "2500", "--retrieve", "context_get {itemId}", "--json")
    answer = json.loads(run(tmp_path, "fit", "session.jsonl", *options).stdout)
    assert (answer["limit"], answer["overhead"], answer["overheadSource"]) == (6500, 2500, "given")
    assert answer["tokens"] <= 6500
    assert "context_get i" in json.dumps(answer["messages"])


@pytest.mark.parametrize("out", [None, "-", "told.txt"])
def test_a_conversation_as_one_text(tmp_path: Path, transcript: Path, out: str | None) -> None:
    done = run(tmp_path, "fit", "session.jsonl", "--max", "900", "--text", *(["--out", out] if out else []))
    assert (done.returncode, done.stderr) == (0, "")
    text = (tmp_path / "told.txt").read_text() if out == "told.txt" else done.stdout
    assert text.startswith("[ctxbudget summary: ") and text.endswith("[ctxbudget summary ends]\n")
    counted = json.loads(run(tmp_path, "call", "tokens/count", json.dumps({"texts": [text.rstrip()]})).stdout)
    assert counted["total"] <= 900


def test_what_cannot_fit_says_why(tmp_path: Path, transcript: Path) -> None:
    done = run(tmp_path, "fit", "session.jsonl", "--max", "50")
    assert done.returncode == 1
    assert "does not fit: what must stay takes" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["fit", "none.jsonl", "--max", "9"], "none.jsonl: No such file or directory"),
        (["fit", "none.jsonl", "--max", "9", "--json"], "none.jsonl: No such file or directory"),
        (["replay", "none.jsonl", "none.json", "--json"], "none.json: No such file or directory"),
        (["fit", "session.jsonl", "--max", "0"], "--max: must be at least 1"),
        (["fit", "session.jsonl", "--max", "9", "--keep-turns", "-1"], "--keep-turns: must be at least 0"),
        (["fit", "session.jsonl", "--max", "9", "--out", "session.jsonl"], "is the transcript itself"),
        (["replay", "session.jsonl", "--html", "session.jsonl"], "is the transcript itself"),
        (["fit", "empty.jsonl", "--max", "9"], "empty.jsonl is empty"),
        (["fit", "binary", "--max", "9"], "binary"),
        (["replay", "empty.jsonl"], "empty.jsonl is empty"),
        (["replay", "session.jsonl", "--policy", "shrink"], "unknown policy 'shrink': must be one of none, clear"),
        (["replay", "session.jsonl", "--cache-read", "0"], "--cache-read must be above 0 and at most 100, not 0"),
        (["replay", "session.jsonl", "--html", "no/such/folder.html"], "No such file or directory"),
    ],
)
def test_failures_are_said_in_words(tmp_path: Path, transcript: Path, arguments: list[str], why: str) -> None:
    (tmp_path / "empty.jsonl").touch()
    (tmp_path / "binary").write_bytes(b"\0\x01\xff\xfe" * 20)
    before = transcript.read_bytes()

    done = run(tmp_path, *arguments)

    assert done.returncode == 2
    assert done.stderr.startswith(f"ctxbudget {arguments[0]}: ")
    assert why in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert transcript.read_bytes() == before


def test_a_replay_compares_policies(tmp_path: Path, transcript: Path) -> None:
    done = run(
        tmp_path,
        "replay",
        "session.jsonl",
        "--policy",
        "clear:4",
        "reduce:4",
        "--policy",
        "fit:9000",
        "--html",
        "plot.html",
    )

    assert (done.returncode, done.stderr) == (0, "")
    table = [line.split() for line in done.stdout.splitlines() if line.startswith(("none", "clear", "reduce", "fit"))]
    assert [row[0] for row in table] == ["none", "clear:4", "reduce:4", "fit:9000"]
    assert "\x1b" not in done.stdout, "no colours where no person watches"
    assert [one["name"] for one in Page((tmp_path / "plot.html").read_text("utf-8")).json("charts")] == ["sent"]

    figures = json.loads(run(tmp_path, "replay", "session.jsonl", "--policy", "clear:4", "--json").stdout)
    none, clear = figures["policies"]
    assert figures["calls"] == len(none["tokens"]) == len(clear["tokens"]) == 21
    assert none["tokenTurns"] - clear["tokenTurns"] == clear["savedTokenTurns"] > 0
    assert clear["saved"] == pytest.approx(clear["savedTokenTurns"] / none["tokenTurns"])
    assert f"{clear['saved']:.1%}" == table[1][2]
    assert clear["names"]["lost"] == clear["names"]["used"] > 0


def test_a_running_session_is_read_up_to_its_last_whole_line(tmp_path: Path, transcript: Path) -> None:
    torn = transcript.read_bytes()[:-40]
    done = run(tmp_path, "replay", "-", "--policy", "none", stdin=torn)
    assert done.returncode == 0
    assert "the last one, is torn and was left out" in done.stderr
