"""A conversation that grows: what a provider has cached of the fitted array stays as it is."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from fit_conversations import MAKERS, STEPS, Step
from fit_legal import faults
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.client import Client
from test_fit_service import ask, counted, long_conversation

GROWTH = settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize("form", MAKERS)
@GROWTH
@given(steps=STEPS, share=st.sampled_from([0.3, 0.5, 0.8]), resent=st.sampled_from(["whole", "fitted"]))
def test_what_was_sent_stays_while_it_is_enough(
    client: Client, form: str, steps: list[Step], share: float, resent: str
) -> None:
    """Both as harnesses do it: the whole conversation again with new turns, or what the last fit answered with them."""
    whole = [MAKERS[form](steps[: length + 1]) for length in range(len(steps))]
    limit = max(1, int(counted(client, whole[-1]) * share))
    sent: list[dict[str, Any]] = []
    past: list[dict[str, Any]] = []
    taken, before = 0, None
    for messages in whole:
        if messages[:taken] != past:  # an agent's message may hold several of its steps
            sent, taken, before = [], 0, None
        past = messages
        new = messages[taken:]
        array = messages if resent == "whole" else [*sent, *new]

        found = ask(client, array, limit, form)

        assert not faults(form, found["messages"])
        if before is not None and before["fits"]:
            grown = [*sent, *new]
            if counted(client, grown) <= limit and "image" not in json.dumps(grown):
                assert found["messages"] == grown
            elif found["messages"] != grown and found["firstChanged"] is not None:
                assert found["messages"][: found["firstChanged"]] == grown[: found["firstChanged"]]
                assert found["rewrites"] == (found["firstChanged"] < end_of_earlier(grown))
        sent, taken, before = found["messages"], len(messages), found


OURS = re.compile(r"\[ctxbudget (?:record: |i[a-z]*\d+: \d+ tokens archived)|\[ctxbudget: shortened from")


def end_of_earlier(array: list[dict[str, Any]]) -> int:
    """Index of the first message behind what the fitter wrote."""
    return max((n + 1 for n, message in enumerate(array) if OURS.search(json.dumps(message))), default=0)


@pytest.mark.parametrize("resent", ["whole", "fitted"])
@pytest.mark.parametrize("reclaim", ["auto", 0, 500])
def test_later_cuts_leave_what_earlier_ones_wrote(client: Client, resent: str, reclaim: Any) -> None:
    """Forty calls, one by one: what was given stays byte for byte, but where the answer says that there was no room."""
    whole = long_conversation(turns=40, mark=f"grow-{resent}-{reclaim}")
    limit = counted(client, whole) // 3
    sent: list[dict[str, Any]] = []
    cuts, rewritten, taken = 0, 0, 0
    for length in range(2, len(whole) + 1, 2):
        new = whole[taken:length]
        grown, taken = [*sent, *new], length

        found = ask(client, whole[:length] if resent == "whole" else grown, limit, minReclaim=reclaim)

        assert found["fits"]
        answer, changed = found["messages"], found["firstChanged"]
        if answer == grown:
            assert not found["rewrites"]
        else:
            cuts += 1
            rewritten += found["rewrites"]
            assert answer[:changed] == grown[:changed]
            assert found["rewrites"] == (changed < end_of_earlier(grown))
            stand_ins = {json.dumps(one) for one in grown if OURS.search(json.dumps(one))}
            if not found["rewrites"]:
                assert stand_ins <= {json.dumps(one) for one in answer}
        sent = answer
    assert cuts >= 4 and rewritten < cuts / 2


def test_the_same_parts_are_told_as_removed_under_the_same_ids(client: Client) -> None:
    messages = long_conversation(mark="grow")
    first = ask(client, messages, 6000)
    reply = [{"role": "assistant", "content": "Good."}, {"role": "user", "content": "Go on."}]

    after = ask(client, [*messages, *reply], 6000)

    assert after["messages"] == [*first["messages"], *reply]
    assert after["removed"] == first["removed"]
    assert after["firstChanged"] == first["firstChanged"]
    assert after["stablePrefixTokens"] == first["stablePrefixTokens"]
    assert after["sourceTokens"] == counted(client, [*messages, *reply])


def test_a_new_pin_is_kept_all_the_same(client: Client) -> None:
    messages = long_conversation(mark="pin-later")
    first = ask(client, messages, 6000)
    index = first["removed"][0]["index"]

    after = ask(client, messages, 6000, pins=[index])

    assert messages[index] in after["messages"]


def test_ids_of_a_deleted_archive_are_not_named_again(client: Client) -> None:
    messages = long_conversation(mark="deleted")
    ask(client, messages, 6000)
    client.request("session/delete", {"sessionId": "archive"})

    after = ask(client, messages, 6000)

    for gone in after["removed"]:
        assert client.request("context/get", {"sessionId": "archive", "itemId": gone["id"]})["content"]
        assert gone["id"] in json.dumps(after["messages"])


def test_without_an_archive_it_holds_too(client: Client) -> None:
    messages = long_conversation(mark="no-archive")
    first = ask(client, messages, 6000, archive=False)
    reply = [{"role": "assistant", "content": "Good."}, {"role": "user", "content": "Go on."}]
    assert ask(client, [*messages, *reply], 6000, archive=False)["messages"] == [*first["messages"], *reply]


def test_a_conversation_that_is_seen_to_grow_is_cut_deeper_than_one_that_comes_as_a_whole(client: Client) -> None:
    messages = long_conversation(turns=20, mark="depth")
    limit = counted(client, messages) - 100

    once = ask(client, messages, limit)
    within = ask(client, messages[:-2], limit, keepTurns=1)
    grown = ask(client, messages, limit, keepTurns=1)

    assert within["unchanged"]
    assert once["reclaimed"] <= limit // 10 < limit // 5 <= grown["reclaimed"]


@pytest.mark.parametrize("first", [{"overhead": 3000}, {"retrieve": "fetch {itemId}"}])
def test_a_call_that_leaves_other_room_or_speaks_otherwise_is_decided_by_itself(client: Client, first: Any) -> None:
    messages = long_conversation(mark=f"apart-{[*first]}")
    limit = counted(client, messages) // 2

    ask(client, messages, limit, **first)
    after = ask(client, messages, limit)

    assert after["tokens"] >= 0.9 * (limit - after["reclaimed"]) or after["heldOut"] is not None
    assert "fetch" not in json.dumps(after["messages"])
