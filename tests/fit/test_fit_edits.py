"""`answer: "edits"`: done to the given messages, they give exactly the array that `answer: "messages"` gives."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fit_conversations import MAKERS, STEPS, Step
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.client import Client
from support.session import conforms
from test_fit_growth import ask, counted
from test_fit_properties import SHARES, fitted, limit_of
from test_fit_shapes import PLACES, conversation

from ctxbudget_client import edited_messages
from ctxbudget_client.namespaces import decode
from ctxbudget_protocol.methods.context.fit import FitResult
from ctxbudget_server.fit.edits import Insert, Remove, ReplaceResult, edit_steps
from ctxbudget_server.fit.shape import with_value
from ctxbudget_server.fit.shapes import SHAPES

FORMS = pytest.mark.parametrize("form", MAKERS)


@FORMS
@settings(max_examples=15, deadline=None)
@given(steps=STEPS, share=SHARES, keep=st.integers(0, 2), again=st.sampled_from([None, 0.6]))
def test_the_steps_lead_to_the_fitted_array(
    form: str, steps: list[Step], share: float, keep: int, again: float | None
) -> None:
    messages = MAKERS[form](steps)
    found = fitted(form, messages, limit_of(messages, share), keep_turns=keep)
    if again is not None:
        messages = found.messages
        found = fitted(form, messages, limit_of(messages, again), keep_turns=keep)
    array = list(messages)
    for step in reversed(edit_steps(SHAPES[form], messages, found.edits)):
        match step:
            case Insert():
                array.insert(step.at, step.message)
            case Remove():
                del array[step.at : step.end]
            case ReplaceResult():
                array[step.at] = with_value(array[step.at], step.place, step.value)
    assert array == found.messages


@FORMS
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, share=st.sampled_from([0.1, 0.4, 0.7]))
def test_the_clients_edits_give_the_same_messages(client: Client, form: str, steps: list[Step], share: float) -> None:
    messages = MAKERS[form](steps)
    limit = max(1, int(counted(client, messages) * share))
    params = {"messages": messages, "format": form, "maxTokens": limit, "keepTurns": 1}
    whole = client.request("context/fit", params)
    assert whole["edits"] is None

    answer = client.request("context/fit", {**params, "answer": "edits"})

    conforms("context/fit", answer)
    assert answer["messages"] is None
    assert {**answer, "messages": 0, "edits": 0, "revision": 0} == {**whole, "messages": 0, "edits": 0, "revision": 0}
    result = decode(FitResult, answer)
    before = json.dumps(messages)
    assert edited_messages(messages, result.edits or []) == whole["messages"]
    assert edited_messages(messages, answer["edits"]) == whole["messages"], "plain objects do as well"
    assert json.dumps(messages) == before, "the caller's objects are not changed"


@pytest.mark.parametrize("form", PLACES)
def test_a_host_needs_no_shape_to_edit_its_own_objects(client: Client, form: str) -> None:
    messages = conversation(form, 12)
    found = ask(client, messages, 1_500, form, answer="edits", keepTurns=1)
    ops = {edit["op"] for edit in found["edits"]}
    assert {"insert", "remove"} <= ops
    for edit in found["edits"]:
        if edit["op"] == "insert":
            assert edit["role"] in ("user", "assistant")
            assert edit["text"].startswith(("[ctxbudget record", "(Earlier turns"))
        elif edit["op"] == "replaceResult":
            assert edit["text"].startswith("[ctxbudget ")
            assert edit["callId"]
        else:
            assert edit["index"] < edit["end"] <= len(messages)


def test_what_people_said_stays_their_own_objects(client: Client) -> None:
    messages: list[dict[str, Any]] = conversation("neutral", 12)
    found = ask(client, messages, 1_500, "neutral", answer="edits", keepTurns=1)
    gone = {i for edit in found["edits"] if edit["op"] == "remove" for i in range(edit["index"], edit["end"])}
    assert gone
    assert not [i for i in gone if messages[i]["role"] == "user"]


def test_an_array_that_fits_has_no_edits(client: Client) -> None:
    found = ask(client, conversation("neutral", 1), 100_000, "neutral", answer="edits")
    assert (found["unchanged"], found["edits"], found["messages"]) == (True, [], None)
