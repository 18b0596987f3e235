"""The client against a tiny server: answers, errors, notifications, several requests at once, the trace."""

from __future__ import annotations

import asyncio
import io
import json
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ctxbudget_client import AsyncClient, Client, RequestTimeoutError, ServerError

FAKE = [sys.executable, str(Path(__file__).with_name("client_fake_server.py"))]


@pytest.fixture
def client() -> Iterator[Client]:
    with Client.spawn(FAKE, timeout=15) as client:
        yield client
    assert client.close() == 0


def test_a_result_comes_back_as_it_is(client):
    params = {"text": "Gezeiten ✓ \ud800 \u2028", "figures": [1, 2.5, None, True]}
    assert client.request("echo", params) == params


def test_initialize_says_who_asks(tmp_path):
    with Client.spawn(FAKE, root=tmp_path, options={"protocolVersion": "1.0"}, timeout=15) as client:
        said = client.initialize_result["params"]
        assert client.pid > 0
    assert said["rootUri"] == tmp_path.resolve().as_uri()
    assert said["initializationOptions"] == {"protocolVersion": "1.0"}
    assert said["clientInfo"]["name"] == "ctxbudget-client"


def test_cwd_and_environment_reach_the_server(tmp_path):
    with Client.spawn(FAKE, cwd=tmp_path, env={"TIDE": "high"}, timeout=15) as client:
        found = client.request("environment", {"name": "TIDE"})
    assert found == {"cwd": str(tmp_path.resolve()), "value": "high", "PATH": True}


def test_an_error_says_code_message_data_and_name(client):
    with pytest.raises(ServerError) as caught:
        client.request("fail", {"name": "budgetExceeded", "retryable": True, "available": 3})
    error = caught.value
    assert (error.code, error.message, error.name, error.retryable) == (1001, "does not fit", "budgetExceeded", True)
    assert error.data["available"] == 3
    assert error.method == "fail"


@pytest.mark.parametrize("data", [None, [], {}, {"name": 7}])
def test_an_error_without_a_name_has_an_empty_one(client, data):
    with pytest.raises(ServerError) as caught:
        client.request("fail", data)
    assert caught.value.name == ""
    assert caught.value.retryable is False


def test_several_requests_are_in_flight_and_answers_find_their_own(client):
    held = [client.send("hold", {"n": n}) for n in range(5)]
    assert not any(one.done for one in held)
    assert client.request("letGo") == 5
    assert [one.result() for one in held] == [{"n": n} for n in range(5)]
    assert held[0].result() == {"n": 0}, "a result can be taken twice"


def test_threads_share_a_client(client):
    barrier = threading.Barrier(8)

    def agent(number: int) -> list[int]:
        barrier.wait(10)
        return [client.request("echo", {"n": number * 1000 + i})["n"] for i in range(50)]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(agent, range(8))) == [[n * 1000 + i for i in range(50)] for n in range(8)]


def test_a_late_answer_raises_and_cancels(client):
    with pytest.raises(RequestTimeoutError, match=r"silence: no answer within 0\.1 s"):
        client.request("silence", timeout=0.1)
    silent = client.send("silence")
    with pytest.raises(TimeoutError):
        silent.result(0.05)
    assert not silent.done
    silent.cancel()
    assert client.request("cancelled") == [silent.id - 1, silent.id]


@pytest.mark.parametrize(("key", "released"), [({}, 1), ({"requestKey": "mine"}, 0)])
def test_a_lease_that_nobody_waits_for_is_released(key, released):
    """It was taken just as its caller gave up; a caller with a key of its own may still ask for it."""
    fake = Path(FAKE[1]).read_text("utf-8").replace('case "hold"', 'case "hold" | "budget/reserve" | "budget/release"')

    async def give_up(asked: dict) -> list[int]:
        async with await AsyncClient.spawn([sys.executable, "-c", fake], timeout=15) as client:
            task = asyncio.create_task(client.request("budget/reserve", asked))
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            return [await client.request("letGo"), await client.request("letGo")]

    asked = {"leaseId": "l1", "sessionId": "s", **key}
    with Client.spawn([sys.executable, "-c", fake], timeout=15) as client:
        with pytest.raises(RequestTimeoutError):
            client.request("budget/reserve", asked, timeout=0.1)
        assert [client.request("letGo"), client.request("letGo")] == [1, released]
    assert asyncio.run(give_up(asked)) == [1, released]


def test_notifications_are_kept_until_they_are_taken(client):
    client.request("tell", {"method": "budget/alert", "times": 3})
    client.request("tell", {"method": "budget/didChange", "times": 1})
    second = client.wait_notification("budget/alert", 5, lambda note: note.params["number"] == 1)
    assert second is not None
    assert [note.params["number"] for note in client.notifications.take("budget/alert")] == [0, 2]
    assert [note.method for note in client.notifications.take()] == ["budget/didChange"]
    assert client.wait_notification("budget/alert", 0.05) is None


def test_notifications_have_records(client):
    records = []
    client.on("window/logMessage", records.append)
    client.on("textDocument/publishDiagnostics", records.append)
    client.request("tell", {"method": "window/logMessage", "times": 1})
    client.request("tell", {"method": "textDocument/publishDiagnostics", "times": 1})
    client.request("tell", {"method": "budget/alert", "times": 1})
    (kept,) = client.notifications.take()
    assert [type(each).__name__ for each in (*records, kept.record)] == ["Message", "dict", "AlertNote"]
    assert records[0].to_dict() == records[1] == kept.record.unknown == kept.params == {"number": 0}


def test_a_notification_that_is_waited_for_wakes_the_waiter(client):
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(client.wait_notification, "budget/alert", 10)
        client.request("tell", {"method": "budget/alert", "times": 1})
        assert waiting.result(10).params == {"number": 0}


def test_notifications_by_callback():
    heard = []
    with Client.spawn(FAKE, on_notification=lambda *note: heard.append(note), timeout=15) as client:
        client.request("tell", {"method": "budget/alert", "times": 2})
        assert client.notifications.take() == []
    assert heard == [("budget/alert", {"number": 0}), ("budget/alert", {"number": 1})]


def test_a_request_of_the_server_is_refused_not_ignored(client):
    (reply,) = client.request("askBack")
    assert reply["id"] == "s1"
    assert reply["error"]["code"] == -32601


def test_params_that_are_no_json_are_the_callers_fault(client):
    for bad in ({"x": object()}, {"x": float("nan")}):
        with pytest.raises((TypeError, ValueError)):
            client.request("echo", bad)
    assert client.request("echo", {"x": 1}) == {"x": 1}


def test_a_message_larger_than_any_pipe(client):
    text = "x" * 5_000_000
    assert client.request("echo", {"text": text}) == {"text": text}


def test_the_trace_has_every_frame_in_both_directions():
    file, entries = io.StringIO(), []
    for sink in (file, entries.append):
        with Client.spawn(FAKE, trace=sink, timeout=15) as client:
            client.request("echo", {"a": 1})
            client.request("tell", {"method": "budget/alert", "times": 1})
    lines = [json.loads(line) for line in file.getvalue().splitlines()]
    for trace in (lines, entries):
        assert all(set(entry) == {"at", "direction", "message"} for entry in trace)
        assert [entry["at"] for entry in trace] == sorted(entry["at"] for entry in trace)
        sent = [entry["message"]["method"] for entry in trace if entry["direction"] == "sent"]
        assert sent == ["initialize", "initialized", "echo", "tell", "shutdown", "exit"]
        received = [entry["message"] for entry in trace if entry["direction"] == "received"]
        assert [message.get("method", message.get("id")) for message in received] == [1, 2, "budget/alert", 3, 4]


def test_a_trace_that_fails_does_not_stop_the_conversation():
    def full(entry):
        raise OSError(28, "No space left on device")

    with Client.spawn(FAKE, trace=full, timeout=15) as client:
        assert client.request("echo", {"a": 1}) == {"a": 1}
        assert "No space left" in str(client.trace_fault)
