"""What a long-lived server remembers has a bound in bytes, and not only in number."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.client import Client
from support.session import serve_command

from ctxbudget_server.account import earlier_fits, fit_memory
from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.runtime.workers import CORE_THREADS, IDLE_SECONDS
from ctxbudget_server.service.changes import MAX_GONE
from ctxbudget_server.service.service import BudgetService, Options

SOAK = Path(__file__).parents[2] / "benchmarks" / "soak.py"


def conversation(turns: int, mark: str) -> list[dict[str, Any]]:
    """Results that do not compress."""
    messages: list[dict[str, Any]] = [{"role": "user", "content": "Find the leak."}]
    for n in range(turns):
        use = {"type": "tool_use", "id": f"{mark}-{n}", "name": "Read", "input": {"file_path": f"f{n}"}}
        text = "\n".join(os.urandom(30).hex() for _ in range(160))
        result = {"type": "tool_result", "tool_use_id": f"{mark}-{n}", "content": text}
        messages += [{"role": "assistant", "content": [use]}, {"role": "user", "content": [result]}]
    return messages


@pytest.fixture
def services(tmp_path: Path) -> BudgetService:
    """The services in this process, on a store of their own."""
    options = Options(workspace=str(tmp_path), store=str(tmp_path / "store.db"), durability="fast")
    return BudgetService(options, actor="test")


def test_fits_are_remembered_within_a_bound_of_bytes(services: BudgetService, monkeypatch: pytest.MonkeyPatch) -> None:
    known = ((fit_memory._texts, fit_memory._size, 100_000), (earlier_fits._earlier, earlier_fits._size, 400_000))
    for cache, _, most in known:
        monkeypatch.setattr(cache, "_Cache__maxsize", most)
        cache.clear()
    monkeypatch.setattr(earlier_fits, "MAX_BYTES", 400_000)

    for n in range(12):
        messages = conversation(8, f"c{n}")
        found = services.call(
            "context/fit", {"messages": messages, "format": "anthropic", "maxTokens": 40_000}, Cancellation()
        )
        assert found["removed"]
        again = services.call(
            "context/fit", {"messages": messages, "format": "anthropic", "maxTokens": 40_000}, Cancellation()
        )
        assert (again["messages"], again["removed"]) == (found["messages"], found["removed"])

    for cache, size, most in known:
        assert 0 < sum(map(size, cache.values())) <= most


def test_deleted_sessions_are_not_watched_for_ever(services: BudgetService) -> None:
    ask: Callable[..., Any] = lambda method, **params: services.call(method, params, Cancellation())  # noqa: E731
    for n in range(MAX_GONE + 20):
        ask("session/open", sessionId=f"s{n}", watch=True)
        ask("session/delete", sessionId=f"s{n}")
    ask("session/open", sessionId="stays", watch=True)
    told = [params["sessionId"] for _, params in services.changes()]
    assert "s0" in told
    ask("session/open", sessionId="s0")
    ask("session/open", sessionId=f"s{MAX_GONE + 19}")
    ask("context/add", sessionId="stays", items=[{"layer": "phase", "tokens": 1}])

    told = [params["sessionId"] for _, params in services.changes()]

    assert told == [f"s{MAX_GONE + 19}", "stays"]
    assert len(services._changes_of_sessions()._seen) == MAX_GONE + 1


def test_threads_that_end_give_their_descriptors_back(tmp_path: Path, long_run: bool) -> None:
    """Each worker thread has a connection with the store, and its files open.

    SQLite keeps the database itself open for the next connection, lest POSIX locks be lost, so that is not counted.
    """
    with Client(serve_command(tmp_path), cwd=tmp_path, root=tmp_path, ignore={"budget/didChange"}) as client:
        descriptors = Path(f"/proc/{client.process.pid}/fd")
        if not descriptors.is_dir():
            pytest.skip("there is no /proc here to count descriptors in")

        def opened() -> int:
            targets = [str(each.readlink()) for each in descriptors.iterdir() if each.is_symlink()]
            return sum(not target.endswith("store.db") for target in targets)

        client.request("context/add", {"items": [{"layer": "phase", "content": "x\n" * 1_000}]})
        few = opened()
        for n in range(100 if long_run else 5):
            client.request("session/open", {"sessionId": f"s{n}", "watch": True})
            asked = [client.send_request("context/search", {"query": "x"}) for _ in range(64)]
            for message_id in asked:
                client.result(message_id)
            client.request("session/delete", {"sessionId": f"s{n}"})

        deadline = time.monotonic() + 6 * IDLE_SECONDS
        while opened() > few + 2 * CORE_THREADS + 2:
            assert time.monotonic() < deadline, f"{few} descriptors were open, and {opened()} stay open"
            time.sleep(0.2)


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="the soak reads /proc, which is Linux's")
def test_the_soak_runs(tmp_path: Path) -> None:
    """A few rounds: every part of its workload is answered as it should be. The figures take an hour."""
    samples = tmp_path / "samples.tsv"
    command = [sys.executable, str(SOAK), "--rounds", "3", "--fill", "1", "--share", "1", "--samples", str(samples)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "one-shot " in done.stdout
    assert samples.read_text().startswith("seconds\tpss\t")
