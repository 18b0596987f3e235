"""A conversation that grows: what a provider has cached of the fitted array stays as it is."""

from __future__ import annotations

import json
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
    taken, before = 0, None
    for messages in whole:
        new = messages[taken:]
        array = messages if resent == "whole" else [*sent, *new]

        found = ask(client, array, limit, form)

        assert not faults(form, found["messages"])
        if before is not None and before["fits"]:
            grown = [*sent, *new]
            if counted(client, grown) <= limit and "image" not in json.dumps(grown):
                assert found["messages"] == grown
            elif resent == "fitted" and found["firstChanged"] is not None:
                assert found["messages"][: found["firstChanged"]] == array[: found["firstChanged"]]
        sent, taken, before = found["messages"], len(messages), found


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
