"""Order within a lane, freedom between lanes, limits, and cancellation."""

from __future__ import annotations

import time

import pytest
from support.client import Client, MessageId, call, frame

from rpc.conftest import Start


def add(server: Client, session: str, n: int, **how: object) -> MessageId:
    return server.send_request("context/add", {"sessionId": session, "n": n, **how})


def notes(server: Client, session: str) -> list[int]:
    return server.request("context/list", {"sessionId": session})["notes"]


def test_one_lane_is_worked_on_in_order(shared: Client) -> None:
    ids = [add(shared, "order", n, ms=5 if n % 7 == 0 else 0) for n in range(100)]
    listed = shared.send_request("context/list", {"sessionId": "order"})
    for n, message_id in enumerate(ids):
        assert shared.result(message_id) == {"n": n}
    assert shared.result(listed)["notes"] == list(range(100))


def test_quick_work_needs_few_threads(server: Client) -> None:
    for _ in range(300):
        server.request("budget/status")
    assert server.request("session/list")["threads"] < 10


def test_lanes_do_not_wait_for_each_other(server: Client) -> None:
    slow, behind = add(server, "slow", 1, ms=2500), add(server, "slow", 2)
    before = time.monotonic()
    assert server.result(add(server, "quick", 3))
    assert server.request("budget/status")
    assert time.monotonic() - before < 2
    assert server.result(slow) and server.result(behind)
    assert notes(server, "slow") == [1, 2]


def test_a_failure_does_not_hold_up_its_lane(server: Client) -> None:
    failing = [server.send_request("context/prune", {"kind": "system-exit"}) for _ in range(3)]
    after = server.send_request("context/add", {"n": 1})
    assert all(server.error(i)["data"]["name"] == "internalError" for i in failing)
    assert server.result(after) == {"n": 1}


def test_many_slow_requests_leave_the_server_responsive(server: Client) -> None:
    slow = [server.send_request("metadata/extract", {"ms": 4000}) for _ in range(120)]
    before = time.monotonic()
    assert server.request("budget/status")["warm"]
    assert time.monotonic() - before < 3
    for message_id in slow:
        server.cancel(message_id)
        assert server.error(message_id)["code"] == -32800


def test_more_than_the_limit_in_flight(start: Start) -> None:
    """What is too much waits; it is neither refused nor forgotten, and a cancel gets through."""
    with start(env={"FAKE_LIMITS": '{"max_requests_in_flight": 3}'}) as c:
        slow = [c.send_request("tokens/count", {"ms": 60_000}) for _ in range(3)]
        waiting = [c.send_request("budget/status", {"n": n}) for n in range(200)]
        c.quiet(0.3)
        c.cancel(waiting[7])
        assert c.error(waiting[7])["code"] == -32800
        c.cancel(slow.pop())
        assert c.error(slow[-1] + 1)["code"] == -32800
        for n, message_id in enumerate(waiting):
            if n != 7:
                assert c.result(message_id)["params"] == {"n": n}
        for message_id in slow:
            c.cancel(message_id)
            assert c.error(message_id)["code"] == -32800


def test_cancelled_work_that_goes_on_still_counts(start: Start) -> None:
    with start(env={"FAKE_LIMITS": '{"max_requests_in_flight": 2}'}) as c:
        for _ in range(2):
            deaf = c.send_request("metadata/extract", {"ms": 1500})
            time.sleep(0.2)  # it has begun: what has not is not begun any more
            c.cancel(deaf)
            assert c.error(deaf)["code"] == -32800
        waits = c.send_request("budget/status")
        c.quiet(0.3)
        assert c.result(waits)["warm"]


def test_what_waits_keeps_its_order(start: Start) -> None:
    """Also behind a message so large that a worker decodes it."""
    with start(env={"FAKE_LIMITS": '{"max_requests_in_flight": 2}'}) as c:
        ids = [add(c, "s", n, text="x" * (300_000 if n % 5 == 0 else 10)) for n in range(60)]
        for n, message_id in enumerate(ids):
            assert c.result(message_id) == {"n": n}
        assert notes(c, "s") == list(range(60))


def test_a_burst_of_thousands_is_done(shared: Client) -> None:
    ids = [add(shared, "burst", n) for n in range(5000)]
    for n, message_id in enumerate(ids):
        assert shared.result(message_id) == {"n": n}


def test_large_bodies_are_worked_on_a_few_at_a_time(start: Start) -> None:
    """Those that are not worked on yet can be cancelled as any other, in whatever order."""
    with start() as c:
        text = "x" * (20 << 20)
        ids = [c.send_request("tokens/count", {"ms": 60_000, "text": text}) for _ in range(4)]
        c.cancel(ids[3])
        assert c.error(ids[3])["code"] == -32800
        for message_id in ids[:3]:
            c.cancel(message_id)
            assert c.error(message_id)["code"] == -32800
        assert c.request("budget/status")["warm"]


def test_what_waits_is_answered_when_the_server_ends(start: Start) -> None:
    with start(env={"FAKE_LIMITS": '{"max_requests_in_flight": 1}'}) as c:
        slow = c.send_request("tokens/count", {"ms": 60_000})
        waiting = [c.send_request("budget/status") for _ in range(20)]
        large = c.send_request("budget/status", {"text": "x" * 100_000})
        c.shutdown()
        c.notify("exit")
        for message_id in (slow, *waiting, large):
            assert c.error(message_id)["code"] == -32800


def test_a_client_that_leaves_while_its_requests_wait(start: Start, transport: dict[str, str]) -> None:
    with start(env={"FAKE_LIMITS": '{"max_requests_in_flight": 1}', **transport}, exit_code=1) as c:
        ids = [c.send_request("tokens/count", {"ms": 60_000, "text": "x" * 50_000}) for _ in range(43)]
        c.close_stdin()
        for message_id in ids:
            assert c.error(message_id)["code"] == -32800
        assert c.wait() == 1


def test_shutdown_is_let_in_when_all_is_full(start: Start) -> None:
    with start(env={"FAKE_LIMITS": '{"max_requests_in_flight": 1}'}) as c:
        slow = c.send_request("tokens/count", {"ms": 300})
        c.shutdown()
        assert c.result(slow)["slept"]


@pytest.mark.parametrize("method", ["tokens/count", "metadata/extract"])
def test_cancelling_what_runs(server: Client, method: str) -> None:
    """Also of work that does not notice: its late result is dropped."""
    running = server.send_request(method, {"ms": 1000})
    time.sleep(0.1)
    before = time.monotonic()
    server.cancel(running)
    error = server.error(running)
    assert time.monotonic() - before < 0.5  # 100 ms is the aim; this machine may be busy
    assert (error["code"], error["data"]["name"]) == (-32800, "requestCancelled")
    server.cancel(running)
    server.quiet(1.5)


def test_cancelling_what_waits_in_its_lane(server: Client) -> None:
    first, second, third = add(server, "queue", 1, ms=1000), add(server, "queue", 2), add(server, "queue", 3)
    before = time.monotonic()
    server.cancel(second)
    assert server.error(second)["code"] == -32800
    assert time.monotonic() - before < 0.8
    assert server.result(first) and server.result(third)
    assert notes(server, "queue") == [1, 3]


def test_cancelling_after_the_commit_is_too_late(server: Client) -> None:
    committed = add(server, "commit", 1, ms=500, commitFirst=True)
    time.sleep(0.2)
    server.cancel(committed)
    assert server.result(committed) == {"n": 1}
    assert notes(server, "commit") == [1]


def test_cancelling_in_the_same_breath(shared: Client) -> None:
    for n in range(200):
        shared.expect_answer(f"breath-{n}")
        shared.send_raw(
            frame(call(f"breath-{n}", "tokens/count", {"ms": n % 3}))
            + frame({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": f"breath-{n}"}})
        )
    for n in range(200):
        response = shared.response(f"breath-{n}")
        assert "result" in response or response["error"]["code"] == -32800


def test_a_cancelled_id_can_be_used_again(server: Client) -> None:
    server.send_request("metadata/extract", {"ms": 500}, message_id="again")
    server.cancel("again")
    assert server.error("again")["code"] == -32800
    server.send_request("budget/status", message_id="again")
    assert server.result("again")["warm"]
    server.quiet(0.8)
