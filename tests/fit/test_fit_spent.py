"""Results that are no longer needed: the caller names their calls, or the session's account has pruned them."""

from __future__ import annotations

from typing import Any

import pytest
from support.session import Session

from ctxbudget_client import edited_messages, illegal_messages

LIMIT = 20_000


def log(number: int) -> str:
    return "".join(f"{number}.{line} request served by worker_{number}\n" for line in range(100))


def conversation(turns: int) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = [{"role": "user", "content": "Which worker is slow?"}]
    for n in range(turns):
        messages += [
            {"role": "assistant", "content": [{"type": "tool_use", "id": f"c{n}", "name": "read", "input": {"n": n}}]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": f"c{n}", "content": log(n)}]},
        ]
    return messages


def results(messages: list[dict[str, Any]]) -> dict[str, str]:
    blocks = [block for message in messages[1:] for block in message["content"]]
    return {block["tool_use_id"]: block["content"] for block in blocks if block["type"] == "tool_result"}


def fit(session: Session, turns: int, **params: Any) -> dict[str, Any]:
    given = {"format": "anthropic", "maxTokens": LIMIT, "messages": conversation(turns), **params}
    return session.call("context/fit", **given)


def test_named_results_are_reduced_where_there_is_room(session: Session) -> None:
    whole = fit(session, 6)
    assert whole["unchanged"]

    cut = fit(session, 6, spent=["c1", "c3", "c5", "none"])

    given = conversation(6)
    told = results(cut["messages"])
    assert [name for name, text in told.items() if text != log(int(name[1:]))] == ["c1", "c3"], (
        "c5 is of the latest turns"
    )
    assert illegal_messages(cut["messages"], "anthropic") == []
    assert [(what["callId"], what["reason"]) for what in cut["removed"]] == [("c1", "requested"), ("c3", "requested")]
    assert "(no longer needed)" in told["c1"]
    assert cut["fits"] and cut["firstChanged"] == 4 and cut["tokens"] < whole["tokens"]
    for what in cut["removed"]:
        assert session.call("context/get", itemId=what["id"])["content"] == results(given)[what["callId"]]
    edits = fit(session, 6, spent=["c1", "c3"], answer="edits")["edits"]
    assert edited_messages(given, edits) == cut["messages"]


def test_a_pin_outweighs_it(session: Session) -> None:
    cut = fit(session, 6, spent=["c1", "c3"], pins=["c1"])
    assert [what["callId"] for what in cut["removed"]] == ["c3"]


def test_they_go_first_where_there_is_no_room(session: Session) -> None:
    cut = fit(session, 8, spent=["c4"], maxTokens=9_000, minReclaim=0)
    assert "c4" in [what["callId"] for what in cut["removed"]]
    assert len(cut["removed"]) < 6


@pytest.mark.parametrize("continued", [{}, {"continue": True}])
def test_what_the_account_prunes_is_gone_from_the_next_call_on(session: Session, continued: dict[str, Any]) -> None:
    fit(session, 5, **continued)
    (item,) = [
        name for name, one in session.items(state="retained").items() if one["tokens"] > 400 and "2" in one["title"]
    ]
    spent = session.call("context/get", itemId=item)["content"]
    call = next(name for name, text in results(conversation(5)).items() if text == spent)

    session.call("context/prune", target={"items": [item]})
    after = [fit(session, turns, **continued) for turns in (5, 6, 7)]

    for answer in after:
        assert [(what["callId"], what["reason"]) for what in answer["removed"]] == [(call, "requested")]
        assert results(answer["messages"])[call].startswith(f"[ctxbudget {item}: ")
        assert session.call("context/get", itemId=item)["content"] == spent
    assert after[1]["messages"][: len(after[0]["messages"])] == after[0]["messages"]
    assert session.items()[item]["state"] == "reduced"
    assert abs(session.retained() - after[-1]["tokens"]) < 400


def test_a_phase_that_is_over_takes_its_results_along(session: Session) -> None:
    session.open(policy="aggressive")
    session.call("workflow/startPhase", phase=1, name="research")
    fit(session, 5)
    session.call("workflow/completePhase", phase=1)

    cut = fit(session, 6)

    assert {what["callId"] for what in cut["removed"]} == {"c0", "c1", "c2", "c3"}
    assert cut["messages"][0] == conversation(0)[0]
    assert illegal_messages(cut["messages"], "anthropic") == []
