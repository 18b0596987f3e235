"""`ctxbudget call`, `count` and `report`, as hooks and scripts use them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest


def run(folder: Path, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """The command in a folder of its own."""
    command = [sys.executable, "-m", "ctxbudget_server", *arguments]
    if arguments[0] in ("call", "report"):
        command += ["--workspace", str(folder), "--store", str(folder / "s.db")]
    return subprocess.run(command, input=stdin, capture_output=True, cwd=folder, check=False)


def test_a_call_prints_its_result(tmp_path: Path) -> None:
    done = run(tmp_path, "call", "context/add", '{"items": [{"layer": "transient", "tokens": 10}]}')

    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["status"]["retained"] == 10
    assert json.loads(run(tmp_path, "call", "budget/status").stdout)["retained"] == 10


def test_params_come_from_stdin(tmp_path: Path) -> None:
    params = json.dumps({"items": [{"layer": "transient", "content": "word " * 50_000}]}).encode()

    done = run(tmp_path, "call", "context/add", "-", stdin=params)

    assert json.loads(done.stdout)["items"][0]["tokens"] == 50_001


def test_an_item_may_be_estimated_now_and_counted_later(tmp_path: Path) -> None:
    params = {
        "items": [{"layer": "transient", "content": "The cache is warmed at start. " * 50}],
        "allowEstimate": True,
    }
    run(tmp_path, "call", "context/add", json.dumps(params))
    item = json.loads(run(tmp_path, "call", "context/list").stdout)["items"][0]
    assert (item["provenance"], item["encoding"]) == ("estimated", None)

    assert json.loads(run(tmp_path, "call", "session/recalibrate").stdout)["items"] == 1
    item = json.loads(run(tmp_path, "call", "context/list").stdout)["items"][0]
    assert (item["provenance"], item["encoding"], item["tokens"]) == ("exact", "o200k_base", 351)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["context/get", '{"itemId": "none"}'], "unknownItem"),
        (["context/add", '{"items": [{"layer": "upper", "tokens": 1}]}'], "invalidParams"),
        (["no/such", "{}"], "methodNotFound"),
        (["budget/didChange", "{}"], "methodNotFound"),
        (["budget/status", "{"], "parseError"),
        (["budget/status", '{"x": NaN}'], "parseError"),
        (["budget/status", "3"], "invalidParams"),
    ],
)
def test_failure_is_json_and_an_exit_code(tmp_path: Path, arguments: list[str], name: str) -> None:
    done = run(tmp_path, "call", *arguments)

    assert (done.returncode, done.stdout) == (1, b"")
    error = json.loads(done.stderr)
    assert error["data"]["name"] == name
    assert error["message"]


def test_a_result_that_cannot_be_written_is_an_error_too(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "ctxbudget_server", "call", "budget/status", "--store", str(tmp_path / "s.db")]
    with open("/dev/full", "wb") as full:  # noqa: PTH123 (a device)
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, cwd=tmp_path, check=False)

    assert done.returncode == 1
    assert "carried out" in json.loads(done.stderr)["message"]


def test_a_call_that_counts_nothing_imports_no_server_and_no_pydantic(tmp_path: Path) -> None:
    script = (
        "import sys\nfrom ctxbudget_server.cli import main\n"
        'assert main([\'call\', \'context/add\', \'{"items": [{"layer": "phase", "tokens": 1}]}\','
        f" '--workspace', {str(tmp_path)!r}, '--store', {str(tmp_path / 's.db')!r}]) == 0\n"
        "heavy = {'pygls', 'lsprotocol', 'pydantic', 'tiktoken', 'asyncio', 'markdown_it'} & sys.modules.keys()\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)

    assert done.returncode == 0, done.stderr


def test_count_prints_a_line_a_file_and_a_total(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("hello world")
    (tmp_path / "b.md").write_text("one two three")

    done = run(tmp_path, "count", "a.md", "b.md")
    assert done.stdout.decode().split() == ["2", "a.md", "3", "b.md", "5", "total"]

    piped = run(tmp_path, "count", "-", "--json", stdin=b"hello world")
    assert json.loads(piped.stdout)["counts"] == [{"path": "-", "tokens": 2, "bytes": 11, "provenance": "exact"}]

    missing = run(tmp_path, "count", "a.md", "none.md")
    assert (missing.returncode, b"none.md" in missing.stderr) == (2, True)


def test_a_folder_is_a_sorted_tree_without_what_git_ignores(tmp_path: Path) -> None:
    (tmp_path / "docs" / "deep").mkdir(parents=True)
    (tmp_path / "build").mkdir()
    (tmp_path / ".gitignore").write_text("build/\n*.log\n")
    (tmp_path / "docs" / ".gitignore").write_text("!kept.log\n")
    for name, words in {
        "docs/small.md": 5, "docs/deep/large.md": 50, "docs/kept.log": 20, "a.log": 9, "build/out.md": 9, "z.md": 1,
    }.items():  # fmt: skip
        (tmp_path / name).write_text("word " * words)
    (tmp_path / "image.png").write_bytes(b"\x89PNG\0")

    lines = run(tmp_path, "count", "docs").stdout.decode().splitlines()
    assert [line.split()[1] for line in lines] == ["docs/", "deep/", "large.md", "kept.log", "small.md", ".gitignore"]
    every = run(tmp_path, "count", ".", "--json")
    assert every.returncode == 0
    names = {row["path"] for row in json.loads(every.stdout)["counts"]}
    assert names == {".gitignore", "docs/.gitignore", "docs/small.md", "docs/deep/large.md", "docs/kept.log", "z.md"}


def test_fits_is_an_exit_code(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("hello world")

    assert run(tmp_path, "count", "a.md", "--fits", "2").returncode == 0
    over = run(tmp_path, "count", "a.md", "--fits", "1")
    assert (over.returncode, b"does not fit: 1 too many" in over.stderr) == (1, True)


def test_an_estimate_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("hello world")

    done = run(tmp_path, "count", "a.md", "--model", "claude-sonnet-4-5")

    assert b"estimated" in done.stderr


def test_report_prints_markdown_or_json(tmp_path: Path) -> None:
    run(tmp_path, "call", "context/add", '{"items": [{"layer": "transient", "tokens": 8000}]}')

    assert "Retained **8,000** tokens" in run(tmp_path, "report").stdout.decode()
    assert json.loads(run(tmp_path, "report", "--json").stdout)["status"]["retained"] == 8_000
    assert run(tmp_path, "report", "no-such-session").returncode == 1


def test_the_version_and_no_command(tmp_path: Path) -> None:
    assert run(tmp_path, "--version").stdout.startswith(b"ctxbudget ")
    assert run(tmp_path, "serve", "--version").stdout.startswith(b"ctxbudget ")
    nothing = subprocess.run([sys.executable, "-m", "ctxbudget_server"], capture_output=True, check=False)
    assert (nothing.returncode, nothing.stdout) == (2, b"")
