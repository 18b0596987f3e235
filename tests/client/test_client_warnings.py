"""Real processes in Python's development mode, every warning an error: nothing is left open, nothing is said."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

STRICT = [sys.executable, "-X", "dev", "-W", "error"]
SERVER = (
    "import logging, sys\n"
    "logging.getLogger('asyncio').addFilter(lambda record: ' took ' not in record.msg)\n"
    "from ctxbudget_server.cli import main\n"
    "sys.exit(main())\n"
)
"""In this mode asyncio says what took long, and on a busy machine much does."""
CONVERSATION = """
import subprocess, sys
from ctxbudget_client import Client
command = ["/bin/sh", "-c", 'exec "$@" 2>server.err', "sh", *sys.argv[1:]]
with Client.spawn(command) as client:
    run = client.for_session("strict")
    run.session.open(config={"policy": "aggressive"}, watch=True)
    run.workflow.start_phase(phase=1)
    run.context.add(items=[{"layer": "transient", "content": "# Report\\n\\nIt is long.\\n" * 100}])
    run.workflow.complete_phase(phase=1)
    lease = run.budget.reserve(tokens=90, holder="one")
    run.budget.settle(lease_id=lease.lease_id, used=25)
    subprocess.run([sys.executable, *%r, "call", "budget/status", "--store", "s.db"], check=True)
assert client.close() == 0
"""
ALONE = (("call", "budget/status"), ("call", "context/get", '{"itemId": "none"}'), ("report",), ("statusline",))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace."""
    (tmp_path / "ctxbudget.toml").touch()
    return tmp_path


def strictly(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run Python where every warning is an error."""
    return subprocess.run(
        [*STRICT, *words],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        text=True,
        capture_output=True,
        timeout=120,
        check=False,
    )


def test_a_conversation_says_nothing_on_stderr(folder: Path) -> None:
    program = CONVERSATION % (["-X", "dev", "-W", "error", "-m", "ctxbudget_server"],)
    done = strictly(folder, "-c", program, *STRICT, "-c", SERVER, "serve", "--store", "s.db")
    assert (done.returncode, done.stderr) == (0, "")
    assert (folder / "server.err").read_text() == ""


@pytest.mark.parametrize("words", ALONE, ids=lambda words: " ".join(words[:2]))
def test_a_command_leaves_nothing_open(folder: Path, words: tuple[str, ...]) -> None:
    done = strictly(folder, "-m", "ctxbudget_server", *words, "--store", "s.db")
    if "context/get" in words:
        assert json.loads(done.stderr)["data"]["name"] == "unknownItem"
    elif "report" in words:
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == f"ctxbudget report: there is no session yet of {folder} in the store {folder}/s.db\n"
    else:
        assert (done.returncode, done.stderr) == (0, "")


THREADS = """
import os, threading
from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.service.service import Options, BudgetService

def write():
    services.call("context/add", {"items": [{"layer": "phase", "tokens": 1}]}, Cancellation())

def open_after_threads(count):
    for _ in range(count):
        thread = threading.Thread(target=write)
        thread.start()
        thread.join()
    return len(os.listdir("/dev/fd"))

services = BudgetService(Options(store="s.db"), actor="test")
write()
first = open_after_threads(2)  # SQLite itself keeps one descriptor for the next connection
later = open_after_threads(5)
assert later <= first, (first, later)
services.close()
"""


def test_a_thread_that_ends_leaves_no_connection_open(folder: Path) -> None:
    done = strictly(folder, "-c", THREADS)
    assert (done.returncode, done.stderr) == (0, "")
