"""Slow work blocks nobody, can be cancelled, and leaves nothing behind then."""

from __future__ import annotations

import random
import time

import pytest
from support.client import Client
from support.session import Session

CANCELLED = -32800


@pytest.fixture(scope="module")
def big() -> str:
    """Text that takes seconds to count and to extract."""
    words = [f"word{n}" for n in range(5_000)]
    shuffled = random.Random(7)
    return "\n".join(" ".join(shuffled.choices(words, k=12)) + "." for _ in range(120_000))


def slow_requests(session: Session, big: str) -> list[tuple[str, dict]]:
    """Requests that keep a worker busy for a while."""
    return [
        ("context/add", {"sessionId": session.id, "items": [{"layer": "transient", "content": big}]}),
        ("metadata/extract", {"content": big, "maxTokens": 300}),
        ("tokens/count", {"texts": [big]}),
    ]


@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_status_does_not_wait_for_slow_work(client: Client, session: Session, big: str, which: int) -> None:
    client.request("tokens/count", {"texts": ["warm"]})
    method, params = slow_requests(session, big)[which]
    slow = client.send_request(method, params)
    time.sleep(0.3)

    start = time.monotonic()
    client.request("budget/status", {"sessionId": session.id})
    waited = time.monotonic() - start
    client.result(slow, timeout=120)

    assert waited < (time.monotonic() - start) / 2 + 0.05


@pytest.mark.parametrize("which", [0, 1, 2])
def test_cancelled_work_answers_at_once_and_leaves_nothing(
    client: Client, session: Session, big: str, which: int
) -> None:
    before = session.status()
    method, params = slow_requests(session, big)[which]
    slow = client.send_request(method, params)
    time.sleep(0.15)

    client.cancel(slow)

    assert client.error(slow)["code"] == CANCELLED
    time.sleep(0.2)
    assert session.status() == before
    assert session.call("context/list")["total"] == 0
    session.add(tokens=1)


def test_a_big_prune_can_be_cancelled(client: Client, session: Session, big: str) -> None:
    part = len(big) // 3
    for n in range(3):
        session.add(content=big[n * part : (n + 1) * part], kind="report", phase=1)
    before = session.status()
    prune = client.send_request("context/prune", {"sessionId": session.id, "target": {"phase": 1}})
    time.sleep(0.2)
    assert client.request("budget/status", {"sessionId": session.id}) == before

    client.cancel(prune)

    answer = client.response(prune, timeout=120)
    if "error" in answer:
        assert answer["error"]["code"] == CANCELLED
        assert session.status() == before
    else:
        assert session.status()["retained"] < before["retained"]


def test_writes_to_one_session_keep_their_order(client: Client, session: Session) -> None:
    asked = [
        client.send_request("workflow/startPhase", {"sessionId": session.id, "phase": 1}),
        client.send_request(
            "context/add", {"sessionId": session.id, "items": [{"layer": "phase", "content": "x " * 20_000}]}
        ),
        client.send_request("workflow/completePhase", {"sessionId": session.id, "phase": 1}),
        client.send_request("workflow/startPhase", {"sessionId": session.id, "phase": 2}),
    ]

    revisions = [client.result(message_id)["revision"] for message_id in asked]

    assert revisions == sorted(revisions)
