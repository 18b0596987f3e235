"""Requests that the event loop answers itself, without a worker."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from support.client import Client, call, frame
from support.session import serve_command

from ctxbudget_server.rpc.transport import Outlet
from rpc.conftest import Start

HOSTILE: list[object] = [5, None, "a text", [1], [None], [["x"]], {}, ["x", 2]]


def test_they_are_answered_in_order_of_arrival(shared: Client) -> None:
    ids = [f"quick-{n}" for n in range(500)]
    for message_id in ids:
        shared.expect_answer(message_id)
    shared.send_raw(b"".join(frame(call(i, "budget/status", {"quick": True, "n": i})) for i in ids))
    for message_id in ids:
        assert shared.result(message_id)["params"]["n"] == message_id


def test_they_do_not_wait_for_slow_work(shared: Client) -> None:
    slow = shared.send_request("metadata/extract", {"ms": 60_000})
    assert shared.request("budget/status", {"quick": True})["warm"]
    shared.cancel(slow)
    assert shared.error(slow)["code"] == -32800


def test_those_behind_a_write_find_what_it_began(shared: Client) -> None:
    """A cancellation in the same breath still reaches what was sent before it."""
    for n in range(50):
        slow, quick = f"slow-{n}", f"quick-{n}"
        shared.expect_answer(slow)
        shared.expect_answer(quick)
        shared.send_raw(
            frame(call(slow, "tokens/count", {"ms": 60_000}))
            + frame(call(quick, "budget/status", {"quick": True}))
            + frame({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": slow}})
        )
        assert shared.result(quick)["warm"]
        assert shared.error(slow)["code"] == -32800


@pytest.mark.parametrize("kind", ["crash", "system-exit", "bad-error", "cancelled"])
def test_one_that_fails_is_answered(shared: Client, kind: str) -> None:
    error = shared.request_error("context/prune", {"kind": kind, "quick": True})
    assert error == shared.request_error("context/prune", {"kind": kind})
    assert shared.request("budget/status", {"quick": True})["warm"]


def test_they_wait_like_others_when_too_much_is_worked_on(start: Start) -> None:
    with start(env={"FAKE_LIMITS": '{"max_requests_in_flight": 1}'}) as c:
        slow = c.send_request("tokens/count", {"ms": 60_000})
        quick = c.send_request("budget/status", {"quick": True})
        c.quiet(0.3)
        c.cancel(slow)
        assert c.error(slow)["code"] == -32800
        assert c.result(quick)["warm"]


def test_quick_counts_are_the_slow_ones(tmp_path: Path) -> None:
    """The same params with and without what makes a count quick."""
    with Client(serve_command(tmp_path), cwd=tmp_path) as c:
        c.request("tokens/count", {"texts": ["x" * 5_000]})
        for texts in (["a few words"], [], ["", "\ud800 \x00"], ["a" * 2_000], ["x"] * 10, ["x"] * 11, ["a" * 2_001]):
            assert c.request("tokens/count", {"texts": texts}) == c.request(
                "tokens/count", {"texts": texts, "allowEstimate": False}
            )
        for hostile in HOSTILE:
            assert c.request_error("tokens/count", {"texts": hostile}) == c.request_error(
                "tokens/count", {"texts": hostile, "allowEstimate": False}
            )


class Written(asyncio.WriteTransport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[bytes] = []

    def write(self, data: bytes) -> None:  # type: ignore[override]
        self.pieces.append(data)

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Nothing is buffered."""


def test_what_is_written_together_leaves_together() -> None:
    async def write() -> list[bytes]:
        outlet, written = Outlet(), Written()
        outlet.connection_made(written)
        outlet.write(b"0")
        with outlet.gathered():
            outlet.write(b"1")
            with outlet.gathered():
                outlet.write(b"2")
            outlet.write(b"3")
        with outlet.gathered():
            pass
        with pytest.raises(ValueError, match="broken"), outlet.gathered():
            outlet.write(b"4")
            raise ValueError("broken")
        outlet.write(b"5")
        return written.pieces

    assert asyncio.run(write()) == [b"0", b"123", b"4", b"5"]
