"""Writers of one store wait in a line: nobody is refused for it, and no stopped or killed process holds others up."""

from __future__ import annotations

import contextlib
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sidecar.sidecar_place import eventually

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.service.service import BudgetService, Options
from ctxbudget_server.store import write_queue
from ctxbudget_server.store.write_queue import WriteQueue

ADD = {"items": [{"layer": "transient", "tokens": 1}]}

WRITER = """
import sys
from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.service.service import Options, BudgetService
services = BudgetService(Options(workspace=".", store=sys.argv[1]), actor="test")
for n in range(int(sys.argv[2])):
    services.call("context/add", {"items": [{"layer": "transient", "tokens": 1}]}, Cancellation())
"""
HOLDER = """
import os, sqlite3, sys, time
from pathlib import Path
from ctxbudget_server.store.write_queue import _ProcessLine
what, store = sys.argv[1:3]
if what == "line":
    place = _ProcessLine(Path(store + ".queue")).wait(time.monotonic() + 60)
    assert place
else:
    connection = sqlite3.connect(store, isolation_level=None, timeout=60)
    connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
time.sleep(600)
"""


@pytest.fixture
def services(tmp_path: Path) -> BudgetService:
    made = BudgetService(Options(workspace=str(tmp_path), store=str(tmp_path / "store.db")), actor="test")
    made.call("session/open", {}, Cancellation())
    return made


def add(services: BudgetService) -> None:
    services.call("context/add", ADD, Cancellation())


def retained(services: BudgetService) -> int:
    return int(services.call("budget/status", {}, Cancellation())["retained"])


@contextlib.contextmanager
def holder(what: str, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the head of the `line`, or SQLite's `lock`, until it is killed."""
    command = [sys.executable, "-c", HOLDER, what, str(folder / "store.db")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_processes_and_threads_that_write_at_once_are_all_served(
    services: BudgetService, tmp_path: Path, long_run: bool
) -> None:
    processes, threads, each = (8, 4, 1_000) if long_run else (8, 4, 25)
    command = [sys.executable, "-c", WRITER, str(tmp_path / "store.db"), str(each)]
    started = [subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE) for _ in range(processes)]
    refused: list[ProtocolError] = []

    def work() -> None:
        try:
            for _ in range(each):
                add(services)
        except ProtocolError as error:
            refused.append(error)

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(600)
    outcomes = [(process.communicate(timeout=600)[1], process.returncode) for process in started]
    assert (outcomes, refused) == ([(b"", 0)] * processes, [])
    assert retained(services) == (processes + threads) * each


def test_a_process_that_was_stopped_at_the_head_of_the_line_is_passed(services: BudgetService, tmp_path: Path) -> None:
    with holder("line", tmp_path) as process:
        process.send_signal(signal.SIGSTOP)
        begun = time.monotonic()
        add(services)
        first = time.monotonic() - begun
        for _ in range(20):
            add(services)
        assert time.monotonic() - begun < first + write_queue.LINE_SECONDS * 10, "only the first one waits"
        assert retained(services) == 21
    add(services)
    assert retained(services) == 22


def test_a_killed_process_leaves_the_line(services: BudgetService, tmp_path: Path) -> None:
    with holder("line", tmp_path) as process:
        waiting = threading.Thread(target=add, args=(services,))
        waiting.start()
        process.kill()
        waiting.join(60)
    assert retained(services) == 1


def test_a_stopped_process_in_a_transaction_is_waited_for_and_no_longer_than_asked(
    services: BudgetService, tmp_path: Path
) -> None:
    with holder("lock", tmp_path) as process:
        process.send_signal(signal.SIGSTOP)
        for patience in (0.0, 0.3):
            begun = time.monotonic()
            with pytest.raises(ProtocolError) as caught, services.store.write(lambda: None, begun + patience):
                raise AssertionError("it cannot have begun")
            waited = caught.value.data()["waitedMs"] / 1000
            assert caught.value.name == "storeBusy"
            assert patience <= waited <= time.monotonic() - begun + 0.001
        assert retained(services) == 0, "those who read go on"
        waiting = threading.Thread(target=add, args=(services,))
        waiting.start()
        time.sleep(0.2)
        process.kill()
        waiting.join(60)
    assert retained(services) == 1


def test_those_behind_stay_in_line_while_its_head_lives(services: BudgetService, tmp_path: Path) -> None:
    """A transaction that takes longer than `LINE_SECONDS` breaks nobody's line."""
    store = tmp_path / "store.db"
    command = [sys.executable, "-c", WRITER, str(store), "1"]
    with holder("lock", tmp_path) as process:
        started = [subprocess.Popen(command, cwd=tmp_path) for _ in range(3)]
        time.sleep(write_queue.LINE_SECONDS * 2.5)
        process.kill()
    assert [one.wait(60) for one in started] == [0, 0, 0]
    assert retained(services) == 3


def test_threads_come_in_their_order(tmp_path: Path) -> None:
    queue = WriteQueue(tmp_path / "store.db")
    order: list[int] = []
    holding = sqlite3.connect(tmp_path / "store.db", isolation_level=None, check_same_thread=False)
    holding.execute("BEGIN IMMEDIATE")

    def work(n: int) -> None:
        with contextlib.closing(sqlite3.connect(tmp_path / "store.db", isolation_level=None)) as connection:
            queue.begin(connection, time.monotonic() + 60)
            order.append(n)
            connection.execute("COMMIT")

    workers = [threading.Thread(target=work, args=(n,)) for n in range(10)]
    for n, worker in enumerate(workers):
        worker.start()
        eventually(lambda n=n: queue._threads._taken and len(queue._threads._waiting) == n, "its place in the line")
    holding.execute("COMMIT")
    holding.close()
    for worker in workers:
        worker.join(60)
    assert order == list(range(10))


def test_the_file_of_the_line_is_private(services: BudgetService, tmp_path: Path) -> None:
    add(services)
    assert stat.S_IMODE((tmp_path / "store.db.queue").stat().st_mode) == 0o600


def test_without_a_line_writers_go_on(services: BudgetService, tmp_path: Path) -> None:
    (tmp_path / "store.db.queue").unlink()
    (tmp_path / "store.db.queue").mkdir()
    command = [sys.executable, "-c", WRITER, str(tmp_path / "store.db"), "10"]
    started = [subprocess.Popen(command, cwd=tmp_path) for _ in range(4)]
    assert [process.wait(60) for process in started] == [0] * 4
    assert retained(services) == 40
