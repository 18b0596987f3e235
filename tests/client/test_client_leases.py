"""Leases as `with` blocks, and handing over a file in one call; both clients, on a real server."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.documents import REPORT
from support.session import serve_command

import ctxbudget_client
from ctxbudget_client import AsyncClient, AsyncRun, Client, LeaseExpiredError, Run, ServerError


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace, with a report in it."""
    folder = tmp_path_factory.mktemp("leases")
    (folder / "report.md").write_text(REPORT, "utf-8")
    return folder


@pytest.fixture(scope="module")
def live(folder: Path) -> Iterator[Client]:
    """A client of a real server."""
    with Client.spawn(serve_command(folder), cwd=folder, root=folder) as client:
        yield client


@pytest.fixture
def run(live: Client, request: pytest.FixtureRequest) -> Run:
    """A new session."""
    run = live.for_session(f"run-{request.node.name[:80]}".replace("[", ".").replace("]", ""))
    run.session.open()
    return run


def leases(run: Run) -> tuple[int, int, int]:
    """(in flight, used, refunded) tokens of all leases of a session."""
    told = run.budget.report().leases
    return told.open, told.used, told.refunded


def test_a_lease_holds_its_tokens_until_the_block_ends(run: Run) -> None:
    with run.lease(tokens=900, holder="research-1") as lease:
        assert [each.lease_id for each in run.budget.status().leases] == [lease.lease_id]
        assert lease.outcome is None

    assert leases(run) == (0, 0, 900)


def test_it_is_settled_with_what_was_said(run: Run) -> None:
    with run.lease(tokens=900, holder="research-1") as lease:
        settled = lease.settle(used=250)

    assert (settled.used, settled.refunded) == (250, 650)
    assert lease.outcome == settled
    assert leases(run) == (0, 250, 650)


def test_it_is_settled_with_what_was_added_under_it(run: Run) -> None:
    run.workflow.start_phase(phase=2)
    with run.lease(tokens=900, holder="research-1", phase=2) as lease:
        added = lease.add(items=[{"layer": "transient", "tokens": 500}, {"layer": "phase", "tokens": 20, "agent": "x"}])
        lease.add(items=[{"tokens": 80, "reduces": [added.items[0].id]}])
        run.context.add(items=[{"layer": "transient", "tokens": 1_000}])
        assert lease.used == 100, "what was replaced is not in the context any more"

    assert leases(run) == (0, 100, 800)
    first, second = run.context.list().items[:2]
    assert (first.agent, first.phase, second.agent) == ("research-1", 2, "x")


def test_it_is_released_if_the_work_fails(run: Run) -> None:
    with pytest.raises(ZeroDivisionError), run.lease(tokens=900, holder="research-1") as lease:
        _ = 1 / 0

    assert type(lease.outcome).__name__ == "ReleaseResult"
    assert leases(run) == (0, 0, 900)


def test_what_was_added_before_the_failure_is_settled(run: Run) -> None:
    """Released would mean that nothing was used, and it is in the context."""
    with pytest.raises(ZeroDivisionError), run.lease(tokens=900, holder="research-1") as lease:
        lease.add(items=[{"layer": "transient", "tokens": 300}])
        _ = 1 / 0

    assert leases(run) == (0, 300, 600)


def test_without_room_the_block_does_not_begin(run: Run) -> None:
    with pytest.raises(ServerError) as caught, run.lease(tokens=7_501, holder="research-1"):
        pytest.fail("there is no room")
    assert (caught.value.name, caught.value.retryable) == ("budgetExceeded", False)


def test_an_expired_lease_is_a_clear_error(run: Run) -> None:
    with (
        pytest.raises(LeaseExpiredError, match=r"'slow' \(900 tokens\) expired at 20.*`lease\.renew\(\)`") as caught,
        run.lease(tokens=900, holder="slow", ttl_ms=1) as lease,
    ):
        time.sleep(0.05)
        lease.add(items=[{"layer": "transient", "tokens": 30}])

    assert (caught.value.settled.used, caught.value.settled.expired) == (30, True)
    assert leases(run)[1] == 30, "it is on record all the same"
    with run.lease(tokens=900, holder="slow", ttl_ms=1) as lease:
        time.sleep(0.05)
        lease.renew()


def test_an_expired_lease_does_not_hide_why_the_work_failed(run: Run) -> None:
    with pytest.raises(ZeroDivisionError) as caught, run.lease(tokens=900, holder="slow", ttl_ms=1) as lease:
        time.sleep(0.05)
        lease.add(items=[{"layer": "transient", "tokens": 30}])
        _ = 1 / 0
    assert "the lease of 'slow'" in caught.value.__notes__[0]


def test_a_lease_that_ended_elsewhere_is_an_error(run: Run) -> None:
    with pytest.raises(ServerError) as caught, run.lease(tokens=900, holder="a") as lease:
        run.budget.release(lease_id=lease.lease_id)
    assert caught.value.name == "leaseClosed"


def test_a_lease_is_taken_once_and_by_its_block(run: Run) -> None:
    lease = run.lease(tokens=900, holder="a")
    with pytest.raises(RuntimeError, match="when its `with` block begins"):
        lease.settle()
    assert "not taken" in repr(lease)
    with lease:
        pass
    with pytest.raises(RuntimeError, match=r"call `run\.lease"), lease:
        pass


@pytest.mark.parametrize("as_path", [str, Path])
def test_a_file_is_handed_over_in_one_call(run: Run, folder: Path, as_path: type) -> None:
    handed = run.hand_over(as_path(folder / "report.md"), max_tokens=100)

    assert handed.metadata is not None
    assert (handed.item.state, handed.item.provenance, handed.metadata.provenance) == ("reduced", "exact", "exact")
    assert run.context.get(item_id=handed.metadata.id).content == handed.text
    assert run.budget.status().retained == handed.status.retained == handed.metadata.tokens <= 100
    assert run.hand_over("report.md", max_tokens=100).text.splitlines()[0] == handed.text.splitlines()[0]


def test_a_hand_over_that_fails_leaves_nothing(run: Run) -> None:
    run.context.add(items=[{"layer": "transient", "tokens": 7_490}])
    for path in ("report.md", "none.md", "/etc/passwd"):
        with pytest.raises(ServerError):
            run.hand_over(path)
        with pytest.raises(ServerError), run.lease(tokens=10, holder="a") as lease:
            lease.hand_over(path)

    assert run.context.list().total == 1
    assert leases(run) == (0, 0, 30)


def test_a_hand_over_under_a_lease_takes_its_room(run: Run) -> None:
    with run.lease(tokens=100, holder="research-1") as lease, run.lease(tokens=7_400, holder="research-2"):
        handed = lease.hand_over("report.md", max_tokens=100, request_key="once")
        again = lease.hand_over("report.md", max_tokens=100, request_key="once")

    assert handed.metadata is not None
    assert again == handed
    assert leases(run)[1] == lease.used == handed.metadata.tokens
    assert run.context.list(agent="research-1").total == 2


@pytest.mark.skipif(os.name == "nt", reason="kills a process by signal")
def test_a_hand_over_survives_a_crash_and_counts_once(tmp_path: Path) -> None:
    with Client.spawn(serve_command(tmp_path), cwd=tmp_path, root=tmp_path) as client:
        run = client.for_session("crash")
        run.session.open()
        with run.lease(tokens=300, holder="a") as lease:
            os.kill(client.pid, signal.SIGKILL)
            handed = lease.hand_over(content=REPORT)
            os.kill(client.pid, signal.SIGKILL)

        assert handed.metadata is not None
        assert run.context.list().total == 2
        assert leases(run) == (0, handed.metadata.tokens, 300 - handed.metadata.tokens)


def test_asyncio_has_the_same(folder: Path) -> None:
    async def agent(run: AsyncRun, number: int) -> int:
        async with run.lease(tokens=100, holder=f"research-{number}") as lease:
            await lease.add(items=[{"layer": "phase", "tokens": 1}])
            await lease.renew()
            await lease.hand_over(folder / "report.md", max_tokens=90)
        return lease.used

    async def fails(run: AsyncRun) -> None:
        async with run.lease(tokens=100, holder="fails"):
            await asyncio.sleep(60)

    async def late(run: AsyncRun) -> None:
        async with run.lease(tokens=100, holder="late", ttl_ms=1):
            await asyncio.sleep(0.05)

    async def work() -> None:
        async with await AsyncClient.spawn(serve_command(folder), cwd=folder, root=folder) as client:
            run = client.for_session("async")
            await run.session.open()
            used = await asyncio.gather(*(agent(run, number) for number in range(4)))
            task = asyncio.create_task(fails(run))
            while not (await run.budget.status()).leases:
                await asyncio.sleep(0.01)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            with pytest.raises(LeaseExpiredError):
                await late(run)
            told = (await run.budget.report()).leases
            assert (told.open, told.used) == (0, sum(used))
            handed = await run.hand_over("report.md")
            assert handed.status.level == "ok"

    asyncio.run(work())


USER = """
import asyncio
from pathlib import Path
from ctxbudget_client import AsyncClient, AsyncLease, AsyncRun, Client, Lease, Reconnected, Run, ServerError
from ctxbudget_protocol.methods.budget.alert import AlertNote

def back(note: Reconnected) -> None:
    print(note.restarts_left + 1)

def work(run: Run, report: Path) -> str:
    with run.lease(tokens=300, holder="a", phase=1) as lease:
        handed = lease.hand_over(report, max_tokens=300)
        lease.add(items=[{"layer": "metadata", "content": "x"}])
    total: int = lease.used
    text: str = run.hand_over("report.md", focus="cache").text
    as_json: dict[str, object] = handed.to_dict()
    return text + handed.text + str(total) + str(as_json)

async def later(run: AsyncRun) -> int:
    async with run.lease(tokens=300, holder="a") as lease:
        handed = await lease.hand_over(content="text")
    return handed.item.tokens + (await run.hand_over("b")).item.tokens

def hear(client: Client) -> None:
    client.on("ctxbudget/reconnected", back)
    client.on("budget/alert", lambda note: print(note.alert.of_budget + 0.5))
    client.on("budget/didChange", lambda note: print(note.status))

def wrong(run: Run) -> None:
    run.lease(tokens="300", holder="a")  # type: ignore[arg-type]
    run.lease(tokens=300)  # type: ignore[call-arg]
    run.hand_over(7)  # type: ignore[arg-type]
    run.hand_over("a", focsu="b")  # type: ignore[call-arg]
    run.budget.status().retaind  # type: ignore[attr-defined]
"""


def test_a_users_program_is_checked_strictly(tmp_path: Path) -> None:
    """As a user has it: the packages installed, mypy strict, and each line that is marked wrong."""
    pytest.importorskip("mypy")
    (tmp_path / "user.py").write_text(USER, "utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), "user.py"]

    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.stdout.startswith("Success"), done.stdout


def test_everything_that_is_exported_is_there() -> None:
    for name in ctxbudget_client.__all__:
        assert getattr(ctxbudget_client, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'Clinet'"):
        ctxbudget_client.Clinet  # type: ignore[attr-defined] # noqa: B018


def test_asyncio_is_imported_by_who_uses_it() -> None:
    program = "import sys, ctxbudget_client; assert 'asyncio' not in sys.modules; ctxbudget_client.AsyncClient"
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize(("wanted", "missing"), [({"tokens": 5}, "holder"), ({"holder": "a"}, "tokens")])
def test_a_lease_says_what_it_needs(run: Run, wanted: dict[str, object], missing: str) -> None:
    with pytest.raises(TypeError, match=f"a lease needs {missing}: lease"):
        run.lease(**wanted)  # type: ignore[arg-type]
