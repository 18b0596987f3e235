"""What the demo says when there is nothing to show, and what it leaves when it is ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from .demo_run import run_demo


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda folder: folder.mkdir(), "has no documents: files that end in .log, .markdown, .md, .txt"),
        (lambda folder: None, "No such file or directory"),
        (lambda folder: folder.write_text("# A file"), "Not a directory"),
        (lambda folder: (folder.mkdir(), (folder / "x.png").touch()), "has no documents"),
        (lambda folder: (folder.mkdir(), (folder / "x.md").write_bytes(b"\0")), "none of the 1 files"),
    ],
)
def test_a_folder_with_nothing_in_it(tmp_path, make, said):
    make(tmp_path / "folder")
    demo = run_demo(tmp_path / "run", tmp_path / "folder", traced=False)
    assert demo.code == 1
    assert demo.stderr.startswith("ctxbudget demo: ")
    assert said in demo.stderr
    assert str(tmp_path / "folder") in demo.stderr
    assert demo.stderr.count("\n") == 1
    assert list((demo.scratch / "tmp").iterdir()) == []


def test_a_trace_that_cannot_be_written(tmp_path):
    demo = run_demo(tmp_path / "run", "--trace", tmp_path / "nowhere" / "trace.jsonl", traced=False)
    assert demo.code == 1
    assert "nowhere/trace.jsonl cannot be written: No such file or directory" in demo.stderr
    assert demo.stdout == ""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_ended_in_the_middle_it_leaves_nothing_behind(tmp_path, number, code):
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-m", "ctxbudget_server", "demo", "-v"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
        assert process.stdout and process.stderr
        while b"== Session" not in process.stdout.readline():
            assert process.poll() is None
        process.send_signal(number)
        process.stdout.read()
        assert b"Traceback" not in process.stderr.read()
        assert process.wait(30) == code
    assert list(tmp_path.iterdir()) == []
