"""Whatever the conversation: legal, within its limit, what must stay byte for byte, and nothing done twice."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from fit_conversations import MAKERS, STEPS, Step
from fit_legal import faults
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxbudget_server.extract import index_entries, stands_in
from ctxbudget_server.fit import Fitted, Options, Retrieval, Tools, fit
from ctxbudget_server.fit.conversation import Conversation
from ctxbudget_server.fit.shapes import SHAPES


def count(text: str) -> int:
    """A counter that needs no vocabulary, and is as additive as the real one is."""
    return -(-len(text) // 4)


TOOLS = Tools(
    count=count,
    total=lambda pieces: count("".join(pieces)),
    names=index_entries,
    stands_in=stands_in,
    lead=lambda text, limit, focus: text[: 4 * limit],
    verdict=lambda text: "",
    check=lambda: None,
)
FORMS = pytest.mark.parametrize("form", MAKERS)
SHARES = st.sampled_from([0.05, 0.2, 0.4, 0.7, 0.95, 1.2])


def fitted(form: str, messages: list[dict[str, Any]], limit: int, **options: Any) -> Fitted:
    chosen = Options(limit, **{"min_reclaim": limit // 10, "retrieval": Retrieval("archive"), **options})
    return fit(messages, form, chosen, TOOLS, lambda number, original: f"i482915036{number + 1:06}")


def limit_of(messages: list[dict[str, Any]], share: float) -> int:
    return max(1, int(count(json.dumps(messages, ensure_ascii=False)) * share))


@FORMS
@settings(max_examples=25)
@given(steps=STEPS, share=SHARES)
def test_legal_and_within_the_limit(form: str, steps: list[Step], share: float) -> None:
    messages = MAKERS[form](steps)
    assert not faults(form, messages), "the generator makes legal arrays"
    limit = limit_of(messages, share)

    found = fitted(form, messages, limit)

    assert not faults(form, found.messages)
    assert found.fits == (found.tokens <= limit)
    assert found.tokens <= found.source_tokens
    assert (found.first_changed is None) == (found.messages == messages)


@FORMS
@settings(max_examples=25)
@given(steps=STEPS, share=SHARES, pin=st.integers(0, 30), keep=st.integers(0, 3))
def test_what_must_stay_stays_byte_for_byte(form: str, steps: list[Step], share: float, pin: int, keep: int) -> None:
    messages = MAKERS[form](steps)
    limit = limit_of(messages, share)

    found = fitted(form, messages, limit, pins=frozenset([pin]), keep_turns=keep)

    assert not faults(form, found.messages)
    talk = Conversation(SHAPES[form], messages, Options(limit, keep_turns=keep))
    tail = messages[talk.turns[-keep:][0].start :] if keep and talk.turns else []
    in_steps = form == "vercel-ui"  # results of a message's earlier steps are old ones
    yielded = {
        gone.index for gone in found.removals if gone.reason == "newestResult" or (in_steps and gone.kind == "result")
    }
    first = len(messages) - len(tail)
    for index, (before, after) in enumerate(zip(tail, found.messages[len(found.messages) - len(tail) :], strict=True)):
        assert first + index in yielded or json.dumps(before) == json.dumps(after)
    kept = [json.dumps(message) for message in found.messages]
    people = [m for m in messages if SHAPES[form].role(m) == "user"]
    rules = [m for m in messages if m.get("role") == "system"]
    for message in [*messages[pin : pin + 1], *rules]:
        assert json.dumps(message) in kept
    assert json.dumps(people[-1]) in kept or messages.index(people[-1]) in yielded
    prefix = found.first_changed if found.first_changed is not None else len(messages)
    assert found.messages[:prefix] == messages[:prefix]


@FORMS
@settings(max_examples=25)
@given(steps=STEPS, share=SHARES, again=st.sampled_from([1.0, 0.8, 0.5]))
def test_a_fitted_array_is_left_alone_and_fits_again(form: str, steps: list[Step], share: float, again: float) -> None:
    messages = MAKERS[form](steps)
    limit = limit_of(messages, share)
    once = fitted(form, messages, limit)

    twice = fitted(form, once.messages, limit)
    assert twice.messages == once.messages

    tighter = fitted(form, once.messages, max(1, int(limit * again)))
    assert not faults(form, tighter.messages)
    for removal in tighter.removals:
        assert removal.kind == "turn" or "[ctxbudget" not in removal.original, "no marker is archived as a result"


def pieces_of(original: str) -> list[str]:
    """The JSON of a result as it stands in its message, where it may have other members between its own."""
    value = json.loads(original)
    return [json.dumps(one, ensure_ascii=False) for one in value.values()] if isinstance(value, dict) else [original]


@FORMS
@settings(max_examples=25)
@given(steps=STEPS, share=SHARES)
def test_what_is_said_to_be_removed_is_what_stood_there(form: str, steps: list[Step], share: float) -> None:
    messages = MAKERS[form](steps)

    found = fitted(form, messages, limit_of(messages, share))

    source = json.dumps(messages, ensure_ascii=False)
    for removal in found.removals:
        if removal.kind == "turn":
            turn = json.loads(removal.original)
            assert turn == messages[removal.index : removal.index + len(turn)]
        elif removal.is_json:
            assert all(piece in source for piece in pieces_of(removal.original))
        else:
            assert json.dumps(removal.original, ensure_ascii=False) in source
    assert [removal.number for removal in found.removals] == list(range(len(found.removals)))
    text = json.dumps(found.messages)
    told = {int(number) for number in re.findall(r"i482915036(\d{6})", text)}
    for first, last in re.findall(r"i482915036(\d{6})\.\.i482915036(\d{6})", text):
        told.update(range(int(first), int(last)))
    if "in short" not in text and "context/get" in text:
        assert told >= {removal.number + 1 for removal in found.removals}, "only the smallest array tells no ids"


@FORMS
@settings(max_examples=25)
@given(steps=STEPS, share=SHARES)
def test_without_an_archive_nothing_is_promised(form: str, steps: list[Step], share: float) -> None:
    messages = MAKERS[form](steps)
    limit = limit_of(messages, share)

    found = fit(messages, form, Options(limit, retrieval=None), TOOLS, lambda number, original: None)

    text = json.dumps(found.messages)
    assert "context/get" not in text
    assert "archived" not in text
    assert not faults(form, found.messages)


@FORMS
@settings(max_examples=25)
@given(steps=STEPS, share=SHARES)
def test_only_what_must_stay_excuses_an_array_over_the_limit(form: str, steps: list[Step], share: float) -> None:
    messages = MAKERS[form](steps)
    limit = limit_of(messages, share)

    found = fitted(form, messages, limit)

    talk = Conversation(SHAPES[form], messages, Options(limit))
    gone = [index for index in range(len(messages)) if index not in talk.needed]
    gaps = sum(index - 1 not in gone for index in gone)
    joints = sum(count(json.dumps(m)) for m in SHAPES[form].record("x" * 70, [], ("user", "assistant"))) + 4
    assert found.fits or found.untouchable + gaps * joints > limit


@FORMS
@settings(max_examples=20)
@given(steps=STEPS, share=st.sampled_from([0.1, 0.3, 0.6]), batch=st.integers(1, 4), keep=st.integers(0, 2))
def test_nothing_is_lost_however_often_a_growing_array_is_fitted(
    form: str, steps: list[Step], share: float, batch: int, keep: int
) -> None:
    whole = MAKERS[form](steps)
    limit = limit_of(whole, share)
    ends = [len(MAKERS[form](steps[:length])) for length in range(batch, len(steps), batch)] + [len(whole)]
    array: list[dict[str, Any]] = []
    archive: list[str] = []
    for start, end in zip([0, *ends[:-1]], ends, strict=True):
        found = fitted(form, [*array, *whole[start:end]], limit, keep_turns=keep)
        assert not faults(form, found.messages)
        archive += [removal.original for removal in found.removals]
        array = found.messages

    def escaped(text: Any) -> str:
        return json.dumps(text, ensure_ascii=False)

    kept = escaped(array) + "".join(escaped(one) + one for one in archive)
    for index, message in enumerate(whole):
        for part in SHAPES[form].parts(index, message):
            text = part.original if part.kind == "result" else part.text or part.arguments
            pieces = pieces_of(text) if part.is_json else [text]
            assert text in kept or all(piece in kept or escaped(piece)[1:-1] in kept for piece in pieces)


UNUSUAL: dict[str, list[list[dict[str, Any]]]] = {
    "anthropic": [
        [{"role": "user", "content": ""}, {"role": "assistant", "content": []}],
        [{"role": "user", "content": [{"type": "tool_result", "tool_use_id": "none", "content": "x" * 4000}]}],
        [{"role": "user", "content": "a"}, {"role": "user", "content": "b" * 4000}, {"role": "user", "content": "c"}],
        [
            {"role": "user", "content": "a"},
            {"role": "assistant", "content": [{"type": "tool_use", "id": "t", "name": "Read", "input": {"p": 1}}]},
        ],
        [{"role": "assistant", "content": "before anybody asked " * 300}, {"role": "user", "content": "hm"}],
        [
            {"role": "user", "content": None},
            {"role": "assistant", "content": [{"type": "new_kind", "data": "x" * 4000}]},
        ],
    ],
    "openai-chat": [
        [{"role": "tool", "tool_call_id": "none", "content": "x" * 4000}, {"role": "user", "content": "a"}],
        [{"role": "developer", "content": "d" * 4000}, {"role": "user", "content": None}],
        [{"role": "user", "content": "a"}, {"role": "assistant", "content": None, "tool_calls": [{}]}],
        [
            {"role": "user", "content": "a"},
            {"role": "assistant", "refusal": "no " * 2000},
            {"role": "user", "content": ""},
        ],
    ],
    "openai-responses": [
        [{"type": "function_call_output", "call_id": "none", "output": "x" * 4000}],
        [{"type": "reasoning", "summary": []}, {"type": "item_reference", "id": "m" * 4000}],
        [{"role": "user", "content": "a"}, {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"}],
    ],
}


@pytest.mark.parametrize(("form", "messages"), [(form, one) for form, many in UNUSUAL.items() for one in many])
@pytest.mark.parametrize("keep", [0, 1, 2])
def test_what_no_provider_takes_is_no_fault_of_ours(form: str, messages: list[dict[str, Any]], keep: int) -> None:
    for limit in (1, 200, 100_000):
        found = fitted(form, messages, limit, keep_turns=keep)
        assert found.tokens <= found.source_tokens
        assert found.fits == (found.tokens <= limit)
