"""A server that crashes: what it left unanswered is asked again, nothing is lost and nothing is counted twice."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, strategies
from support.session import serve_command

from ctxbudget_client import (
    AsyncClient,
    Client,
    ConnectionLostError,
    Reconnected,
    RequestTimeoutError,
    ServerError,
    restarts,
)
from ctxbudget_client.namespaces import decode

FAKE = [sys.executable, str(Path(__file__).with_name("client_fake_server.py"))]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="kills processes by signal")


def spawn(folder: Path, **options: object) -> Client:
    return Client.spawn(serve_command(folder), cwd=folder, root=folder, **options)


def test_adds_survive_kills_and_count_once(tmp_path: Path) -> None:
    """Agents add while the server is killed twice: the account is what they were answered, to the token."""
    with spawn(tmp_path, restarts=5) as client:
        run = client.for_session("crash")
        run.session.open(config={"contextWindow": 10_000_000})
        first = client.pid
        back = threading.Semaphore(0)
        client.on("ctxbudget/reconnected", lambda said: back.release())

        added = threading.Semaphore(0)

        def add() -> str:
            item = run.context.add(items=[{"layer": "transient", "tokens": 1}]).items[0].id
            added.release()
            return item

        def agent(number: int) -> list[str]:
            return [add() for _ in range(40)]

        with ThreadPoolExecutor(4) as pool:
            futures = [pool.submit(agent, number) for number in range(4)]
            for _ in range(2):
                for _ in range(20):
                    assert added.acquire(timeout=60)
                os.kill(client.pid, signal.SIGKILL)
                assert back.acquire(timeout=60)
            ids = [item for future in futures for item in future.result(60)]

        assert client.pid != first
        assert len(set(ids)) == 160
        assert run.budget.status().retained == 160
        assert run.context.list().total == 160


def test_a_write_that_was_committed_before_the_crash_is_answered_with_its_first_result(tmp_path: Path) -> None:
    with spawn(tmp_path) as client:
        client.session.open(session_id="once")
        pending = client.send("context/add", {"sessionId": "once", "items": [{"layer": "transient", "tokens": 7}]})
        os.kill(client.pid, signal.SIGKILL)
        added = pending.result(30)
        again = client.request("context/add", {**pending.params})
        assert again == added
        assert client.budget.status(session_id="once").retained == 7


def test_watched_sessions_are_watched_again(tmp_path: Path) -> None:
    changed, back = threading.Event(), threading.Event()
    told: list[Reconnected] = []
    with spawn(tmp_path) as client, spawn(tmp_path) as other:
        client.on("budget/didChange", lambda note: changed.set())
        client.on("ctxbudget/reconnected", told.append)
        client.on("ctxbudget/reconnected", lambda said: back.set())
        client.session.open(session_id="watched", watch=True)
        os.kill(client.pid, signal.SIGKILL)
        assert back.wait(30)
        assert (told[0].restarts_left, repr(told[0])) == (2, "Reconnected(restarts_left=2)")
        changed.clear()
        other.for_session("watched").context.add(items=[{"layer": "transient", "tokens": 3}])
        assert changed.wait(10)


def test_restarts_are_limited(tmp_path: Path) -> None:
    with spawn(tmp_path, restarts=1) as client:
        os.kill(client.pid, signal.SIGKILL)
        assert client.budget.status().retained == 0
        os.kill(client.pid, signal.SIGKILL)
        with pytest.raises(ConnectionLostError, match="exit code -9"):
            for _ in range(100):
                client.budget.status()
                time.sleep(0.05)


def test_restarts_are_renewed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that gave up is of use again when its last restart is some minutes ago."""
    with spawn(tmp_path, restarts=1) as client:
        run = client.for_session("weeks")
        run.session.open()
        os.kill(client.pid, signal.SIGKILL)
        run.context.add(items=[{"layer": "transient", "tokens": 1}])
        assert client.link.restarts_left == 0
        os.kill(client.pid, signal.SIGKILL)
        with pytest.raises(ConnectionLostError, match="no more than 1 within 180 s; later requests try again"):
            for _ in range(100):
                run.context.add(items=[{"layer": "transient", "tokens": 0}])
                time.sleep(0.05)

        monkeypatch.setattr(restarts, "RENEWAL_SECONDS", 0.0)
        with ThreadPoolExecutor(4) as pool:
            adds = [pool.submit(run.context.add, items=[{"layer": "transient", "tokens": 1}]) for _ in range(20)]
            assert len({add.result(30).items[0].id for add in adds}) == 20
        assert run.budget.status().retained == 21
        assert client.link.restarts_left == 1
    with pytest.raises(ConnectionLostError, match="closed"):
        client.budget.status()


@given(
    allowed=strategies.integers(0, 5),
    waits=strategies.lists(strategies.floats(0, 2 * restarts.RENEWAL_SECONDS), max_size=60),
)
def test_no_three_minutes_have_more_restarts_than_are_allowed(allowed: int, waits: list[float]) -> None:
    now = 0.0
    allowance = restarts.Allowance(allowed, lambda: now)
    made: list[float] = []
    for wait in waits:
        now += wait
        recent = sum(now - at < restarts.RENEWAL_SECONDS for at in made)
        assert allowance.left == allowed - recent
        if allowance.take():
            made.append(now)
        else:
            assert recent == allowed
    for first, last in zip(made, made[allowed:], strict=False):
        assert last - first >= restarts.RENEWAL_SECONDS


def test_a_server_that_cannot_come_back_fails_what_waits(tmp_path: Path) -> None:
    """The command works once: the second start fails, and nobody waits for ever."""
    flag = tmp_path / "started"
    script = (
        f"import pathlib, runpy, sys; f = pathlib.Path({str(flag)!r}); f.exists() and sys.exit(9); f.touch();"
        f"sys.argv = [{FAKE[1]!r}]; runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    with Client.spawn([sys.executable, "-c", script], timeout=20, restarts=2) as client:
        waiting = client.send("budget/status")
        assert client.request("echo", {"up": True}) == {"up": True}
        os.kill(client.pid, signal.SIGKILL)
        with pytest.raises(ConnectionLostError, match="exit code 9"):
            waiting.result(20)
        with pytest.raises(ConnectionLostError):
            client.request("echo")


def test_what_is_not_in_the_table_is_not_asked_again() -> None:
    with Client.spawn(FAKE, timeout=20) as client:
        held = client.send("hold")
        with pytest.raises(ConnectionLostError, match="exit code 7"):
            client.request("die")
        with pytest.raises(ConnectionLostError):
            held.result(5)
        assert client.request("echo", {"again": 1}) == {"again": 1}


@pytest.mark.parametrize("end", [Client.kill, Client.close])
def test_closing_while_a_renewed_start_hangs_leaves_nothing_behind(
    tmp_path: Path, end: Callable[[Client], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second start fails, the third never answers `initialize`."""
    monkeypatch.setattr(restarts, "RENEWAL_SECONDS", 3600.0)
    pid, starts = tmp_path / "pid", tmp_path / "starts"
    script = (
        f"import os, pathlib, runpy, sys, time; f = pathlib.Path({str(starts)!r});"
        f"n = f.exists() and len(f.read_text()); f.write_text('x' * (n + 1)); n == 1 and sys.exit(9);"
        f"n == 2 and (pathlib.Path({str(pid)!r}).write_text(str(os.getpid())), time.sleep(600));"
        f"sys.argv = [{FAKE[1]!r}]; runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    client = Client.spawn([sys.executable, "-c", script], timeout=60, restarts=1)
    os.kill(client.pid, signal.SIGKILL)
    with pytest.raises(ConnectionLostError, match="exit code 9"):
        client.send("budget/status").result(30)
    monkeypatch.setattr(restarts, "RENEWAL_SECONDS", 0.0)
    waiting = client.send("budget/status")
    deadline = time.monotonic() + 30
    while not (pid.exists() and pid.read_text()) and time.monotonic() < deadline:
        time.sleep(0.02)
    end(client)
    with pytest.raises(ConnectionLostError):
        waiting.result(20)
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)
    assert "ctxbudget-restart" not in {thread.name for thread in threading.enumerate()}


@pytest.mark.parametrize("end", [Client.kill, Client.close])
def test_closing_while_it_restarts_leaves_nothing_behind(tmp_path: Path, end: Callable[[Client], object]) -> None:
    """The second server says its id, and never answers `initialize`: the client is closed meanwhile."""
    pid = tmp_path / "pid"
    script = (
        f"import os, pathlib, runpy, sys, time; f = pathlib.Path({str(tmp_path / 'started')!r}); again = f.exists();"
        f"f.touch(); again and (pathlib.Path({str(pid)!r}).write_text(str(os.getpid())), time.sleep(600));"
        f"sys.argv = [{FAKE[1]!r}]; runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    client = Client.spawn([sys.executable, "-c", script], timeout=60)
    os.kill(client.pid, signal.SIGKILL)
    waiting = client.send("budget/status")
    deadline = time.monotonic() + 30
    while not (pid.exists() and pid.read_text()) and time.monotonic() < deadline:
        time.sleep(0.02)
    end(client)
    with pytest.raises(ConnectionLostError):
        waiting.result(20)
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)


def test_a_request_that_kills_each_server_is_given_up() -> None:
    """It is asked three times; one that comes after finds a server that stays."""
    changed = Path(FAKE[1]).read_text(encoding="utf-8")
    changed = changed.replace('case "die"', 'case "budget/report"').replace('case "echo"', 'case "budget/status"')
    with Client.spawn([sys.executable, "-c", changed], timeout=20) as client:
        with pytest.raises(ConnectionLostError, match="exit code 7"):
            client.request("budget/report")
        assert client.request("budget/status", {"n": 1}) == {"n": 1}
        assert client.link.restarts_left == 0


def test_what_is_asked_during_a_restart_goes_out_after_it_in_order() -> None:
    with Client.spawn(FAKE, timeout=20) as client:
        client.notifications.take()
        os.kill(client.pid, signal.SIGKILL)
        asked = []
        while not (back := client.notifications.take("ctxbudget/reconnected")):
            asked.append(client.send("hold", {"n": len(asked)}))
            time.sleep(0.005)
        assert back[0].record == decode(Reconnected, back[0].params)
        client.request("letGo")
        answers = []
        for one in asked:
            with contextlib.suppress(ConnectionLostError):  # sent before the death was seen
                answers.append(one.result(10)["n"])
        assert answers
        assert answers == list(range(answers[0], len(asked)))


def test_a_session_that_was_deleted_does_not_come_back(tmp_path: Path) -> None:
    with spawn(tmp_path) as client:
        client.session.open(session_id="gone", watch=True)
        client.session.open(watch=True)
        client.session.delete(session_id="gone")
        os.kill(client.pid, signal.SIGKILL)
        assert [session.session_id for session in client.session.list().sessions] == ["default"]


def test_the_async_client_asks_in_parallel_and_survives_too(tmp_path: Path) -> None:
    async def work() -> tuple[int, int]:
        alerts: list[int] = []

        async def alerted(note: object) -> None:
            alerts.append(note.alert.retained)  # type: ignore[attr-defined]

        options = {"cwd": tmp_path, "root": tmp_path}
        async with await AsyncClient.spawn(serve_command(tmp_path), **options) as client:
            run = client.for_session("async")
            await run.session.open(watch=True)
            client.on("budget/alert", alerted)
            adds = [run.context.add(items=[{"layer": "transient", "tokens": 100}]) for _ in range(60)]
            together = asyncio.gather(*adds)
            await asyncio.sleep(0.05)
            os.kill(client.sync.pid, signal.SIGKILL)
            await together
            status = await run.budget.status()
            with pytest.raises(ServerError, match="has no item"):
                await run.context.get(item_id="none")
            for _ in range(100):
                if alerts:
                    break
                await asyncio.sleep(0.05)
            return status.retained, len(alerts)

    retained, alerts = asyncio.run(work())
    assert retained == 6000
    assert alerts <= 1, "one alert a crossing; the crash may have swallowed it"


def test_async_time_outs_and_cancels_reach_the_server() -> None:
    async def work() -> list[int]:
        async with await AsyncClient.spawn(FAKE, timeout=20) as client:
            with pytest.raises(RequestTimeoutError):
                await client.request("silence", timeout=0.1)
            task = asyncio.create_task(client.request("silence"))
            await asyncio.sleep(0)  # it is sent
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            return await client.request("cancelled")

    assert len(asyncio.run(work())) == 2


def test_async_callbacks_that_fail_are_said() -> None:
    async def work() -> list[str]:
        said: list[str] = []
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: said.append(str(context["exception"])))

        async def later(note: object) -> None:
            raise RuntimeError("later")

        def at_once(note: object) -> None:
            raise RuntimeError("at once")

        async with await AsyncClient.spawn(FAKE, timeout=20) as client:
            client.on("budget/alert", later)
            client.on("budget/alert", at_once)
            await client.request("tell", {"method": "budget/alert", "times": 1})
            while len(said) < 2:
                await asyncio.sleep(0.01)
        return said

    assert sorted(asyncio.run(asyncio.wait_for(work(), 30))) == ["at once", "later"]


def test_an_async_spawn_that_is_cancelled_leaves_no_server(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    script = f"import os,time,pathlib; pathlib.Path({str(pid)!r}).write_text(str(os.getpid())); time.sleep(600)"

    async def work() -> None:
        starting = asyncio.create_task(AsyncClient.spawn([sys.executable, "-c", script], timeout=4))
        while not (pid.exists() and pid.read_text()):
            await asyncio.sleep(0.01)
        starting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await starting

    asyncio.run(work())
    deadline = time.monotonic() + 30
    with pytest.raises(ProcessLookupError):
        while time.monotonic() < deadline:
            os.kill(int(pid.read_text()), 0)
            time.sleep(0.05)


def test_typed_methods_have_time_outs_of_their_own() -> None:
    """The fake server knows no `budget/status`, and says nothing."""

    async def work() -> None:
        async with await AsyncClient.spawn(FAKE, timeout=20) as client:
            with pytest.raises(RequestTimeoutError):
                await client.with_timeout(0.05).budget.status()
            with pytest.raises(RequestTimeoutError):
                await client.for_session("s", timeout=0.05).budget.status()

    asyncio.run(work())
    with Client.spawn(FAKE, timeout=20) as client:
        with pytest.raises(RequestTimeoutError, match=r"within 0\.05 s"):
            client.with_timeout(0.05).budget.status()
        with pytest.raises(RequestTimeoutError):
            client.for_session("s", timeout=0.05).budget.status()
