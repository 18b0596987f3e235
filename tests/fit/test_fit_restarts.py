"""What fits decided is in the store: a host that starts a process for each prompt goes on as if it were one."""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from fit_conversations import MAKERS, STEPS, Step
from fit_legal import faults
from hypothesis import given, settings
from hypothesis import strategies as st
from support.client import Client
from support.session import serve_command
from test_fit_growth import end_of_earlier
from test_fit_properties import fitted, limit_of
from test_fit_service import ask, counted, long_conversation

from ctxbudget_server.fit.decisions import decided, decision_of
from ctxbudget_server.fit.shapes import SHAPES

ID = re.compile(r"\bi\d{12,}\b")


class Restarted:
    """Requests to a server that is restarted after every so many of them; None: never."""

    def __init__(self, folder: Path, every: int | None) -> None:
        self._folder, self._every = folder, every
        self._asked = 0
        self._stack = contextlib.ExitStack()
        self._client: Client | None = None

    def fit(self, messages: list[dict[str, Any]], limit: int, form: str = "anthropic", **more: Any) -> dict[str, Any]:
        """One `context/fit`."""
        if self._every is not None and self._asked % self._every == 0:
            self.close()
        self._asked += 1
        return dict(ask(self.client, messages, limit, form, **more))

    @property
    def client(self) -> Client:
        """The server that runs now."""
        if self._client is None:
            self._client = self._stack.enter_context(
                Client(serve_command(self._folder), cwd=self._folder, root=self._folder)
            )
        return self._client

    def close(self) -> None:
        """End the server."""
        self._stack.close()
        self._client = None


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[tuple[Restarted, Restarted]]:
    """A server that is restarted after every fifth request and one that never is, each with its own store."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    both = Restarted(tmp_path / "a", 5), Restarted(tmp_path / "b", None)
    yield both
    for one in both:
        one.close()


def without_ids(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer without what two stores have differently."""
    text = ID.sub("ID", json.dumps({**answer, "revision": None, "status": None, "alerts": []}))
    return dict(json.loads(text))


@pytest.mark.parametrize(("resent", "session"), [("whole", None), ("whole", "run"), ("fitted", "run")])
def test_a_conversation_goes_on_over_restarts(
    servers: tuple[Restarted, Restarted], resent: str, session: str | None
) -> None:
    whole = long_conversation(turns=24, mark=f"restarts-{resent}")
    limit = counted(servers[1].client, whole) // 3
    more = {} if session is None else {"sessionId": session}
    sent: list[list[dict[str, Any]]] = [[], []]
    cuts = taken = 0
    for length in range(2, len(whole) + 1, 2):
        answers = []
        for n, server in enumerate(servers):
            if length == 2 and session is not None:
                server.client.request("session/open", {"sessionId": session})
            grown = [*sent[n], *whole[taken:length]]

            found = server.fit(whole[:length] if resent == "whole" else grown, limit, **more)

            assert found["fits"]
            changed = found["firstChanged"]
            if found["messages"] != grown:
                cuts += 1
                assert found["messages"][:changed] == grown[:changed]
                assert found["rewrites"] == (changed < end_of_earlier(grown))
            sent[n] = found["messages"]
            answers.append(without_ids(found))
        assert answers[0] == answers[1]
        taken = length
    assert cuts >= 6


@pytest.mark.parametrize("form", MAKERS)
@settings(max_examples=10, deadline=None)
@given(steps=STEPS, share=st.sampled_from([0.1, 0.3, 0.6]), keep=st.integers(0, 2))
def test_a_decision_that_was_kept_is_the_same(form: str, steps: list[Step], share: float, keep: int) -> None:
    messages = MAKERS[form](steps)
    found = fitted(form, messages, limit_of(messages, share), keep_turns=keep)
    kept = json.loads(json.dumps(decision_of(SHAPES[form], messages, found)))
    again = decided(kept, messages)
    assert again.edits == found.edits
    bare = [(what.index, what.kind, what.reason, what.stand_in, what.title, what.number) for what in found.removals]
    read = [(what.index, what.kind, what.reason, what.stand_in, what.title, what.number) for what in again.removals]
    assert read == bare


@pytest.mark.parametrize(
    "broken", [{}, {"edits": 5}, {"edits": [[0, [[["x"], 1]]]], "removals": []}, {"removals": [1]}]
)
def test_what_is_no_decision_is_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="not a decision"):
        decided(broken, [{"role": "user", "content": "x"}])


def test_two_processes_go_on_with_one_conversation(tmp_path: Path) -> None:
    """Both cut it at once, and take turns afterwards: all answers are legal, and name what is there."""
    whole = long_conversation(turns=30, mark="two")
    with (
        Client(serve_command(tmp_path), cwd=tmp_path, root=tmp_path) as first,
        Client(serve_command(tmp_path), cwd=tmp_path, root=tmp_path) as second,
    ):
        limit = counted(first, whole) // 3
        for length in range(13, len(whole) + 1, 6):
            found: dict[int, dict[str, Any]] = {}

            def fit(n: int, client: Client, length: int = length, found: dict[int, dict[str, Any]] = found) -> None:
                found[n] = ask(client, whole[: length + 2 * n], limit)

            threads = [threading.Thread(target=fit, args=(n, client)) for n, client in enumerate((first, second))]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            for answer in found.values():
                assert answer["fits"]
                assert not faults("anthropic", answer["messages"])
                for item in set(ID.findall(json.dumps(answer["messages"]))):
                    assert first.request("context/get", {"sessionId": "archive", "itemId": item})["content"]
        last = [ask(client, whole, limit)["messages"] for client in (first, second)]
        assert last[0] == last[1]


def kept(folder: Path, query: str, *values: Any) -> Sequence[tuple[Any, ...]]:
    """Rows of a store."""
    with contextlib.closing(sqlite3.connect(next(folder.rglob("store.db")), isolation_level=None)) as connection:
        return connection.execute(query, values).fetchall()


def test_decisions_go_with_their_session_and_with_its_content(tmp_path: Path) -> None:
    server = Restarted(tmp_path, None)
    with contextlib.closing(server):
        for session in ("gone", "stays"):
            server.client.request("session/open", {"sessionId": session})
            server.fit(long_conversation(mark=session), 6000, sessionId=session)
        counts = "SELECT session_id, count(*) FROM fits GROUP BY session_id ORDER BY 1"
        assert kept(tmp_path, counts) == [("gone", 1), ("stays", 1)]
        server.client.request("session/delete", {"sessionId": "gone"})
        assert kept(tmp_path, counts) == [("stays", 1)]


def test_a_decision_that_cannot_be_read_is_made_again(tmp_path: Path) -> None:
    messages = long_conversation(mark="broken")
    server = Restarted(tmp_path, 1)
    with contextlib.closing(server):
        first = server.fit(messages, 6000)
        for body in (b"", b"\x01nothing", b"\x01" + b"\x03\x00"):
            server.close()
            kept(tmp_path, "UPDATE fits SET body = ?", body)
            again = server.fit(messages, 6000)
            assert again["messages"] == first["messages"]


def test_only_the_latest_decisions_are_kept(tmp_path: Path) -> None:
    server = Restarted(tmp_path, None)
    with contextlib.closing(server):
        for turns in range(12, 32):
            server.fit(long_conversation(turns=turns, mark="many"), 6000, minReclaim=0)
        lengths = [row[0] for row in kept(tmp_path, "SELECT length FROM fits ORDER BY revision")]
    assert len(lengths) == 16
    assert lengths == sorted(lengths)
    assert lengths[-1] == 1 + 2 * 31
