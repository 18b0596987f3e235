"""`context/fit` with `sessionId`: the account speaks of the real conversation."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.client import Client
from support.session import Session
from test_fit_service import long_conversation


def fit(session: Session, messages: list[dict[str, Any]], limit: int, **more: Any) -> dict[str, Any]:
    return session.call("context/fit", messages=messages, format="anthropic", maxTokens=limit, **more)


def test_the_account_follows_the_array(session: Session) -> None:
    messages = long_conversation()
    whole = fit(session, messages, 1_000_000)
    assert whole["unchanged"]
    assert whole["status"]["retained"] == session.retained()
    assert whole["status"]["retained"] == pytest.approx(whole["sourceTokens"], rel=0.1)
    assert whole["status"]["saved"] == 0

    found = fit(session, messages, 5000)

    assert found["status"]["retained"] == pytest.approx(found["tokens"], rel=0.1)
    assert found["status"]["processed"] == whole["status"]["processed"], "nothing entered twice"
    assert found["status"]["saved"] == found["status"]["processed"] - found["status"]["retained"]
    kinds = {item["layer"] for item in session.items().values()}
    assert {"transient", "phase", "metadata"} <= kinds


def test_what_went_comes_back_from_the_session(session: Session) -> None:
    messages = long_conversation()
    found = fit(session, messages, 7000)
    results = [gone for gone in found["removed"] if gone["kind"] == "result"]
    assert found["sessionId"] == session.id
    assert results
    items = session.items()
    for gone in results:
        assert (
            session.call("context/get", itemId=gone["id"])["content"]
            == (messages[gone["index"]]["content"][0]["content"])
        )
        assert items[gone["id"]]["state"] == "reduced"
        assert items[items[gone["id"]]["standIn"]]["state"] == "retained"
    assert json.dumps({"sessionId": session.id})[1:-1] in json.dumps(found["messages"]).replace('\\"', '"')


def test_a_fitted_array_that_grows_is_the_same_conversation(session: Session) -> None:
    found = fit(session, long_conversation(), 5000)
    reply = {"role": "assistant", "content": "Good."}
    grown = [*found["messages"], reply, {"role": "user", "content": "Go on."}]

    after = fit(session, grown, 5000)

    assert after["unchanged"]
    assert after["messages"] == grown
    entered = after["status"]["processed"] - found["status"]["processed"]
    assert 0 < entered < 60, "only what is new entered"
    assert after["status"]["retained"] == found["status"]["retained"] + entered


def test_an_array_that_comes_whole_again_gets_the_same_ids(session: Session) -> None:
    messages = long_conversation()
    first = fit(session, messages, 7000)
    again = fit(session, messages, 7000)
    assert again["messages"] == first["messages"]
    assert [gone["id"] for gone in again["removed"]] == [gone["id"] for gone in first["removed"]]
    assert again["status"]["retained"] == first["status"]["retained"]
    assert again["status"]["processed"] == first["status"]["processed"]


def test_parts_are_called_by_their_tool_and_target(session: Session) -> None:
    fit(session, long_conversation(turns=2), 1_000_000)
    titles = [item["title"] for item in session.items().values()]
    assert titles == [None, "Read pkg/file_0.py", "Read pkg/file_0.py", "Read pkg/file_1.py", "Read pkg/file_1.py"]


def test_a_session_always_keeps_what_went(session: Session) -> None:
    error = session.error(
        "context/fit", messages=long_conversation(), format="anthropic", maxTokens=5000, archive=False
    )
    assert error["errors"][0]["loc"] == ["archive"]


def test_pinned_items_stay_in_the_array(session: Session) -> None:
    messages = long_conversation()
    fit(session, messages, 1_000_000)
    kept = next(one for one in session.items().values() if one["kind"] == "tool-output")
    content = session.call("context/get", itemId=kept["id"])["content"]
    assert content not in json.dumps(fit(session, messages, 7000, dryRun=True)["messages"]).replace("\\n", "\n")
    session.call("context/update", itemId=kept["id"], pinned=True)

    found = fit(session, messages, 7000)

    results = [
        block["content"] for message in found["messages"] for block in message["content"] if "tool_use_id" in block
    ]
    assert content in results
    assert session.items()[kept["id"]]["state"] == "retained"


def test_a_whole_window_leaves_nothing_else_on_the_account(session: Session) -> None:
    def added(title: str, **more: Any) -> str:
        item = {"layer": "transient", "kind": "tool-output", "title": title, "content": title * 50, **more}
        return str(session.call("context/add", items=[item])["items"][0]["id"])

    gone, pinned = added("read otherwise"), added("rules", pinned=True)
    permanent = added("instructions", layer="permanent")

    fit(session, long_conversation(), 5000)
    assert session.items()[gone]["state"] == "retained"
    found = fit(session, long_conversation(), 5000, wholeWindow=True)

    items = session.items()
    assert [items[one]["state"] for one in (gone, pinned, permanent)] == ["pruned", "retained", "retained"]
    beside = items[pinned]["tokens"] + items[permanent]["tokens"]
    assert found["status"]["retained"] == pytest.approx(found["tokens"] + beside, rel=0.1)


def test_a_whole_window_is_about_a_session(client: Client) -> None:
    params = {"messages": long_conversation(), "maxTokens": 5000, "wholeWindow": True}
    error = client.request_error("context/fit", params)
    assert error["data"]["errors"][0]["loc"] == ["wholeWindow"]
