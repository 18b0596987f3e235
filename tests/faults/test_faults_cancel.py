"""Cancelled work stops, whatever it is at: it answers -32800, changes nothing, and leaves the processor alone."""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.client import Client
from support.session import serve_command

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the processor time is read from /proc")

WORDS = [f"word{n}" for n in range(5_000)]
SHORT, LONG = 6_000, 100_000
"""Items of the session."""
MAX_BUSY_SECONDS = 0.5
"""Of processor time in the second after the answer; what is not stopped takes all of it."""
ROUNDS = 3


@pytest.fixture(scope="module")
def scale(long_run: bool) -> int:
    """Items of the session, and a thousandth of the megabytes of the document."""
    return LONG if long_run else SHORT


@pytest.fixture(scope="module")
def document(scale: int) -> str:
    """A text that takes a while."""
    dice = random.Random(7)
    lines = min(12_000_000, scale * 400) // 100
    return "\n".join(" ".join(dice.choices(WORDS, k=12)) + "." for _ in range(lines))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, scale: int, document: str) -> Iterator[Client]:
    """A server with a session of many items, and one with a large document."""
    folder = tmp_path_factory.mktemp("cancel")
    with Client(serve_command(folder), cwd=folder, root=folder, timeout=600) as client:
        for session in ("many", "pruned", "doomed"):
            client.request("session/open", {"sessionId": session, "config": {"contextWindow": 1_000_000}})
            for start in range(0, scale, 2_000):
                items = [
                    {"layer": "transient", "kind": "tool-output", "tokens": 3, "title": f"item {n}"}
                    for n in range(start, min(start + 2_000, scale))
                ]
                client.request("context/add", {"sessionId": session, "items": items})
        client.request("session/open", {"sessionId": "large"})
        client.request("context/add", {"sessionId": "large", "items": [{"layer": "transient", "content": document}]})
        yield client


MANY = {"sessionId": "many"}
CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "prune": ("context/prune", {**MANY, "target": {"workflow": True}}),
    "dry run": ("context/prune", {**MANY, "target": {"workflow": True}, "dryRun": True}),
    "close": ("session/close", MANY),
    "report": ("budget/report", {**MANY, "format": "markdown"}),
    "list": ("context/list", {**MANY, "limit": 10_000}),
    "render": ("context/render", {"sessionId": "large", "maxTokens": 5_000}),
    "search": ("context/search", {"sessionId": "large", "query": "word17 word4000"}),
    "delete": ("session/delete", {"sessionId": "doomed"}),
    "recalibrate": ("session/recalibrate", {"sessionId": "large"}),
}
WITH_DOCUMENT: dict[str, tuple[str, str]] = {
    "count": ("tokens/count", "texts"),
    "extract": ("metadata/extract", "content"),
    "add": ("context/add", "items"),
    "fit": ("context/fit", "messages"),
}


def processor_seconds(process: int) -> float:
    """Processor time that a process has used so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def check_stops(server: Client, method: str, params: dict[str, Any], dice: random.Random) -> bool:
    """Cancel one request some time after it was sent; whether that came before its end."""
    request = server.send_request(method, params)
    time.sleep(dice.uniform(0.02, 0.6))
    server.cancel(request)
    answer = server.response(request)
    if "result" in answer:  # too late: that is legal, and tells nothing
        return False
    assert answer["error"]["code"] == -32800
    before = processor_seconds(server.process.pid)
    time.sleep(1)
    busy = processor_seconds(server.process.pid) - before
    assert busy < MAX_BUSY_SECONDS, f"{method} went on for {busy:.2f} s of processor time"
    return True


def given_as(member: str, document: str) -> dict[str, Any]:
    """Params that carry the document in this member."""
    if member == "texts":
        return {"texts": [document]}
    if member == "content":
        return {"content": document}
    if member == "items":
        return {"sessionId": "large", "items": [{"layer": "phase", "content": document}]}
    pieces = [document[start : start + 20_000] for start in range(0, len(document), 20_000)]
    roles = ("user", "assistant")
    messages = [{"role": roles[number % 2], "content": piece} for number, piece in enumerate(pieces)]
    return {"sessionId": "large", "format": "anthropic", "messages": messages, "maxTokens": 20_000}


def check_stops_in_rounds(server: Client, case: str, method: str, params: dict[str, Any]) -> None:
    """Cancel it a few times; nothing of it may be found in the account."""
    dice = random.Random(case)
    before = server.request("session/list")
    for _ in range(ROUNDS):
        if not check_stops(server, method, params, dice):
            break
        assert server.request("session/list") == before, "what was cancelled changed nothing"


@pytest.mark.parametrize("case", [*CASES, *WITH_DOCUMENT])
def test_what_is_cancelled_stops(server: Client, document: str, case: str) -> None:
    if case in CASES:
        method, params = CASES[case]
    else:
        method, member = WITH_DOCUMENT[case]
        params = given_as(member, document)
    check_stops_in_rounds(server, case, method, params)


def test_an_undo_that_is_cancelled_stops(server: Client) -> None:
    pruned = server.request("context/prune", {"sessionId": "pruned", "target": {"workflow": True}})

    check_stops_in_rounds(server, "undo", "context/undo", {"sessionId": "pruned", "undo": pruned["undo"]})
