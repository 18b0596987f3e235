"""A limit takes no more than it needs: a larger one keeps all that a smaller one keeps, and people's words go last."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from fit_conversations import MAKERS, STEPS, Step
from fit_legal import faults
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxbudget_server.account.counter import Counter
from ctxbudget_server.account.fit_memory import tools_for
from ctxbudget_server.fit import Fitted, Options, Retrieval, fit
from ctxbudget_server.fit.conversation import Conversation
from ctxbudget_server.fit.shapes import SHAPES

TOOLS = tools_for(Counter(None), lambda: None)
FORMS = pytest.mark.parametrize("form", MAKERS)
LIMITS = [0.06, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9, 0.98]
"""Of what the array costs."""


def fitted(form: str, messages: list[dict[str, Any]], limit: int, nonce: str = "482915036", **options: Any) -> Fitted:
    chosen = Options(limit, **{"min_reclaim": limit // 10, "retrieval": Retrieval("archive"), **options})
    return fit(messages, form, chosen, TOOLS, lambda number, original: f"i{nonce}{number + 1:06d}")


def size(form: str, messages: list[dict[str, Any]]) -> int:
    return fitted(form, messages, 10**9).tokens


def words_in(form: str, messages: list[dict[str, Any]]) -> list[str]:
    talk = Conversation(SHAPES[form], messages, Options(1))
    return [
        part.text
        for index, parts in enumerate(talk.parts)
        for part in parts
        if part.kind == "text" and part.key.slot in talk.words(index)
    ]


def kept_words(form: str, messages: list[dict[str, Any]], found: Fitted) -> int:
    """How many of the texts that people wrote stand word for word."""
    text = json.dumps(found.messages)
    return sum(json.dumps(said)[1:-1] in text for said in words_in(form, messages))


@FORMS
@settings(max_examples=25)
@given(steps=STEPS)
def test_a_larger_limit_keeps_all_that_a_smaller_one_keeps(form: str, steps: list[Step]) -> None:
    messages = MAKERS[form](steps)
    source = size(form, messages)
    before = whole = -1
    for share in LIMITS:
        found = fitted(form, messages, max(1, int(source * share)))
        if not found.fits:
            continue
        words = kept_words(form, messages, found)
        unchanged = sum(any(one is message for message in found.messages) for one in messages)
        assert words >= before
        assert unchanged >= whole
        before, whole = words, unchanged


@FORMS
@settings(max_examples=25)
@given(steps=STEPS, share=st.sampled_from(LIMITS))
def test_the_limit_is_filled_or_one_part_explains_why_not(form: str, steps: list[Step], share: float) -> None:
    messages = MAKERS[form](steps)
    limit = max(1, int(size(form, messages) * share))

    found = fitted(form, messages, limit)

    assert 0 <= found.reclaimed <= limit // 10
    if found.fits and found.tokens < 0.9 * (limit - found.reclaimed):
        assert found.held_out is not None
        part = [gone for gone in found.removals if gone.index <= found.held_out]
        assert max(gone.tokens_before for gone in part) > 0


@FORMS
@settings(max_examples=25)
@given(steps=STEPS, share=st.sampled_from(LIMITS))
def test_room_is_not_won_from_what_people_said(form: str, steps: list[Step], share: float) -> None:
    messages = MAKERS[form](steps)
    limit = max(1, int(size(form, messages) * share))
    bare = fitted(form, messages, limit, min_reclaim=0)
    assert bare.reclaimed == 0
    assert kept_words(form, messages, fitted(form, messages, limit)) == kept_words(form, messages, bare)


@FORMS
@settings(max_examples=25)
@given(steps=STEPS, share=st.sampled_from(LIMITS))
def test_ids_do_not_move_cuts(form: str, steps: list[Step], share: float) -> None:
    messages = MAKERS[form](steps)
    limit = max(1, int(size(form, messages) * share))
    one, two = fitted(form, messages, limit), fitted(form, messages, limit, nonce="000000007")
    own = re.compile(r"ctxbudget-\d{15}")  # ids of our own messages follow from their texts
    written = own.sub("", json.dumps(one.messages).replace("482915036", "000000007"))
    assert written == own.sub("", json.dumps(two.messages))
    assert (one.tokens, one.reclaimed) == (two.tokens, two.reclaimed)
    assert json.dumps(fitted(form, messages, limit).messages) == json.dumps(one.messages)


@FORMS
@settings(max_examples=25)
@given(steps=STEPS, share=st.sampled_from(LIMITS))
def test_replacements_are_worth_their_tokens(form: str, steps: list[Step], share: float) -> None:
    messages = MAKERS[form](steps)
    found = fitted(form, messages, max(1, int(size(form, messages) * share)))
    for gone in found.removals:
        if gone.stand_in is None:
            continue
        assert gone.tokens_after < gone.tokens_before
        *said, names = gone.stand_in.split("\n")
        assert not any(line.startswith("Names: ") for line in said)
        for name in names.removeprefix("Names: ").split(" ") if names.startswith("Names: ") else ():
            assert name not in "\n".join(said)
            assert re.search(rf"(?<![\w]){re.escape(name)}(?![\w])", json.dumps(messages, ensure_ascii=False))


def test_a_name_that_is_a_part_of_another_word_is_indexed_all_the_same() -> None:
    """The result begins with `maxCommitsPerBranch`, which does not tell that there is a `maxCommits` too."""
    lines = ["var maxCommitsPerBranch, maxDepthPerBranch = 50, 9", *[f"the line of number {n}" for n in range(200)]]
    lines[100] = "const maxCommits = 100"
    use = {"type": "tool_use", "id": "c1", "name": "Read", "input": {"file_path": "log.go"}}
    result = {"type": "tool_result", "tool_use_id": "c1", "content": "\n".join(lines)}
    messages: list[dict[str, Any]] = [
        {"role": "user", "content": "Look."},
        {"role": "assistant", "content": [use]},
        {"role": "user", "content": [result]},
        {"role": "assistant", "content": "Done."},
        {"role": "user", "content": "Go on."},
    ]
    found = fitted("anthropic", messages, size("anthropic", messages) // 3, keep_turns=0)
    assert "maxCommitsPerBranch" in str(found.messages[2])
    assert re.search(r"maxCommits\b", str(found.messages[2]))


WORDS = ["keep", "every", "retry", "in", "the", "queue", "and", "report", "a", "timeout", "before", "it", "closes"]


def said(number: int, length: int) -> str:
    return f"RULE{number}: " + " ".join(WORDS[(number * 7 + place * 5) % len(WORDS)] for place in range(length))


def chat(length: int) -> list[dict[str, Any]]:
    messages = []
    for number in range(60):
        messages.append({"role": "user", "content": said(number, length)})
        messages.append({"role": "assistant", "content": f"Noted, {number}."})
    return [*messages, {"role": "user", "content": "Go on with the last one."}]


@pytest.mark.parametrize("form", ["anthropic", "openai-chat", "openai-responses"])
def test_a_chat_just_over_its_limit_loses_little(form: str) -> None:
    messages = chat(40)
    limit = size(form, messages) - 66

    found = fitted(form, messages, limit)

    assert found.tokens > 0.97 * limit
    assert found.reclaimed == 0
    assert kept_words(form, messages, found) >= 50
    text = json.dumps(found.messages)
    assert all(f"RULE{number}: " in text for number in range(60)), "what is not whole stands as a lead"


def agent(turns: int) -> list[dict[str, Any]]:
    """After each step of the agent a person says something."""
    messages: list[dict[str, Any]] = [{"role": "user", "content": said(0, 12)}]
    for n in range(1, turns):
        use = {"type": "tool_use", "id": f"c{n}", "name": "Read", "input": {"file_path": f"src/mod_{n}.py"}}
        text = "\n".join(f"def step_{n}_{line}(): return {WORDS[line % 9]}" for line in range((5, 12, 40)[n % 3]))
        messages += [
            {"role": "assistant", "content": [{"type": "text", "text": "I look."}, use]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": f"c{n}", "content": text}]},
            {"role": "assistant", "content": "Done: " + " ".join(WORDS)},
            {"role": "user", "content": said(n, 25)},
        ]
    return messages


@pytest.mark.parametrize("share", [0.6, 0.5, 0.4, 0.3])
def test_a_mixed_session_keeps_what_people_said(share: float) -> None:
    messages = agent(41)
    limit = int(size("anthropic", messages) * share)
    found = fitted("anthropic", messages, limit)
    assert kept_words("anthropic", messages, found) == 41
    assert found.tokens >= 0.9 * (limit - found.reclaimed)


def test_where_even_words_have_no_room_their_beginnings_stay() -> None:
    messages = agent(41)
    found = fitted("anthropic", messages, int(size("anthropic", messages) * 0.12))
    text = json.dumps(found.messages)
    assert kept_words("anthropic", messages, found) < 41
    assert [number for number in range(41) if f"RULE{number}: " not in text] == []


@pytest.mark.parametrize("limit", [6000, 3000])
def test_a_conversation_that_is_cut_again_and_again_keeps_what_people_said(limit: int) -> None:
    messages = agent(38)
    array: list[dict[str, Any]] = []
    cuts = 0
    for start in range(0, len(messages), 4):
        sent = [*array, *messages[start : start + 4]]
        found = fitted("anthropic", sent, limit, nonce=f"{start:09d}")
        text = json.dumps(found.messages)
        people = words_in("anthropic", messages[: start + 4])
        assert [one for one in people if json.dumps(one)[1:-1] not in text] == []
        assert found.fits
        cuts += bool(found.removals)
        array = found.messages
    assert cuts > 8


def test_where_words_no_longer_fit_each_cut_takes_only_what_it_must() -> None:
    """In the end nothing is left before the newest turns but a record: its lines go one by one, not all at once."""
    messages = agent(70)
    array: list[dict[str, Any]] = []
    filled = []
    for start in range(0, len(messages), 4):
        found = fitted("anthropic", [*array, *messages[start : start + 4]], 2_500, nonce=f"{start:09d}")
        assert found.fits
        array = found.messages
        if found.removals:
            filled.append(found.tokens / (2_500 - found.reclaimed))
    assert len(filled) > 20
    assert min(filled) >= 0.9
    assert "RULE60: " in json.dumps(array)


def test_short_words_stay_whole_rather_than_nearly_whole() -> None:
    messages = chat(30)
    found = fitted("openai-chat", messages, int(size("openai-chat", messages) * 0.75))
    assert kept_words("openai-chat", messages, found) >= 30


def huge(lines: int, uses: int = 1) -> list[dict[str, Any]]:
    """In the last turn a result that is larger than any limit."""
    messages: list[dict[str, Any]] = [{"role": "user", "content": "Why does worker_77 stop?"}]
    for n in range(3):
        use = {"type": "tool_use", "id": f"c{n}", "name": "Read", "input": {"file_path": f"a{n}"}}
        result = {"type": "tool_result", "tool_use_id": f"c{n}", "content": said(n, 200)}
        messages += [{"role": "assistant", "content": [use]}, {"role": "user", "content": [result]}]
    calls = [{"type": "tool_use", "id": f"big{n}", "name": "Read", "input": {"file_path": "log"}} for n in range(uses)]
    log = [f"12:00:{n:05d} worker_{n % 900} {' '.join(WORDS)}" for n in range(lines)]
    log[lines // 2] = "12:00 worker_77 is out of memory"
    results = [{"type": "tool_result", "tool_use_id": call["id"], "content": "\n".join(log)} for call in calls]
    return [*messages, {"role": "assistant", "content": calls}, {"role": "user", "content": results}]


@pytest.mark.parametrize("limit", [20_000, 8_000, 2_000, 700])
@pytest.mark.parametrize("uses", [1, 2])
def test_the_newest_result_yields_where_nothing_else_can(limit: int, uses: int) -> None:
    messages = huge(1200, uses)
    assert size("anthropic", messages) > 26_000

    found = fitted("anthropic", messages, limit)

    assert found.fits
    assert found.untouchable <= limit
    assert [gone.call_id for gone in found.removals if gone.reason == "newestResult"][-1] == f"big{uses - 1}"
    assert limit < 1000 or "out of memory" in json.dumps(found.messages[-1]), "what was asked about stays"
    assert found.messages[-2] is messages[-2]
    assert found.tokens >= 0.9 * (limit - found.reclaimed)


def test_a_newest_result_stays_while_older_parts_can_go() -> None:
    messages = [*agent(20), *huge(60)[-2:]]
    newest = messages[-1]
    for limit in (6000, 5000, 4000):
        assert fitted("anthropic", messages, limit).messages[-1] is newest


def test_a_pinned_result_does_not_yield() -> None:
    messages = huge(1200)
    for pin in ("big0", len(messages) - 1):
        found = fitted("anthropic", messages, 8_000, pins=frozenset([pin]))
        assert not found.fits
        assert found.untouchable > 8_000
        assert found.messages[-1] is messages[-1]


def test_a_result_beside_a_pinned_one_yields() -> None:
    """A pin is a call with its result, not all that stands in the same message."""
    messages = huge(600, uses=2)
    whole = messages[-1]["content"][0]
    for later in ([], [{"role": "assistant", "content": "I see."}, {"role": "user", "content": "Go on."}] * 3):
        sent = [*messages, *later]
        limit = size("anthropic", sent) * 3 // 4
        found = fitted("anthropic", sent, limit, pins=frozenset(["big0"]))
        assert found.fits
        kept = next(
            message for message in found.messages if "big1" in json.dumps(message) and message["role"] == "user"
        )
        assert kept["content"][0] == whole
        assert kept["content"][1]["content"].startswith("[ctxbudget ")


PICTURE = "iVBORw0KGgo" + "A" * 4_000


def shown(form: str, blocks: list[dict[str, Any] | str], uses: int = 1) -> list[dict[str, Any]]:
    """Results of the last turn, each made of pictures (dicts) and texts."""
    ask = {"role": "user", "content": "Why does worker_77 stop?"}
    if form == "anthropic":
        content = [{"type": "text", "text": one} if isinstance(one, str) else one for one in blocks]
        calls = [{"type": "tool_use", "id": f"c{n}", "name": "Shot", "input": {}} for n in range(uses)]
        results = [{"type": "tool_result", "tool_use_id": f"c{n}", "content": content} for n in range(uses)]
        return [ask, {"role": "assistant", "content": calls}, {"role": "user", "content": results}]
    kind = "input_text" if form == "openai-responses" else "text"
    content = [{"type": kind, "text": one} if isinstance(one, str) else one for one in blocks]
    if form == "openai-chat":
        tools = [{"id": f"c{n}", "type": "function", "function": {"name": "f", "arguments": "{}"}} for n in range(uses)]
        answers = [{"role": "tool", "tool_call_id": f"c{n}", "content": content} for n in range(uses)]
        return [ask, {"role": "assistant", "content": None, "tool_calls": tools}, *answers]
    made = [{"type": "function_call", "call_id": f"c{n}", "name": "f", "arguments": "{}"} for n in range(uses)]
    outputs = [{"type": "function_call_output", "call_id": f"c{n}", "output": content} for n in range(uses)]
    return [ask, *made, *outputs]


PICTURES: dict[str, dict[str, Any]] = {
    "anthropic": {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PICTURE}},
    "openai-chat": {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PICTURE}"}},
    "openai-responses": {"type": "input_image", "image_url": f"data:image/png;base64,{PICTURE}"},
}


def contents_of(message: dict[str, Any]) -> list[list[dict[str, Any]]]:
    if "output" in message:
        return [message["output"]]
    blocks = message["content"]
    return [one["content"] for one in blocks] if blocks[0]["type"] == "tool_result" else [blocks]


@pytest.mark.parametrize("form", PICTURES)
@pytest.mark.parametrize("uses", [1, 2])
def test_a_newest_result_with_a_picture_yields_its_texts(form: str, uses: int) -> None:
    picture = PICTURES[form]
    lines = [f"12:00:{n:05d} worker_{n % 900} {' '.join(WORDS)}" for n in range(400)]
    lines[200] = "12:00 worker_77 is out of memory"
    messages = shown(form, ["\n".join(lines[:300]), picture, "\n".join(lines[300:])], uses)
    pictures = size(form, shown(form, ["-", picture], uses))
    limit = pictures + 2_500
    assert size(form, messages) > 2 * limit

    found = fitted(form, messages, limit)

    assert found.fits
    assert faults(form, found.messages) == []
    assert found.tokens >= 0.9 * (limit - found.reclaimed)
    assert found.untouchable <= limit
    assert {gone.reason for gone in found.removals} == {"newestResult"}
    contents = [
        content
        for message in found.messages[2 if form != "openai-responses" else 1 + uses :]
        for content in contents_of(message)
    ]
    assert len(contents) == uses
    for content, gone in zip(contents, found.removals, strict=True):
        text, kept = content
        assert kept == picture
        assert text["text"] == gone.stand_in
        assert "out of memory" in text["text"], "what was asked about stays"
        assert gone.tokens_after < gone.tokens_before < size(form, messages) - pictures + 50, "the picture did not go"
        assert json.loads(gone.original)[1] == picture
    assert fitted(form, found.messages, limit).messages == found.messages


@pytest.mark.parametrize("form", PICTURES)
def test_a_newest_picture_alone_stays(form: str) -> None:
    messages = shown(form, [PICTURES[form]])
    found = fitted(form, messages, size(form, messages) - 100)
    assert not found.fits
    assert found.messages == messages


RUNS = {
    "passed": "collected 12 items\n\n"
    + "".join(f"tests/test_{n}.py::test_it PASSED   [ {n} %]\n" for n in range(60))
    + "\n============ 60 passed in 3.21s ============\n",
    "failed": "ok  \texample.org/app/store\t0.3s\n" * 60
    + "--- FAIL: TestKeep (0.00s)\nFAIL\texample.org/app\t0.1s\nFAIL\n",
}


@pytest.mark.parametrize("status", RUNS)
@pytest.mark.parametrize("share", [0.8, 0.6, 0.5])
def test_test_runs_keep_their_verdict(status: str, share: float) -> None:
    use = {"type": "tool_use", "id": "run", "name": "Bash", "input": {"command": "make test"}}
    result = {"type": "tool_result", "tool_use_id": "run", "content": RUNS[status]}
    messages = [
        {"role": "user", "content": "Test it."},
        {"role": "assistant", "content": [use]},
        {"role": "user", "content": [result]},
        *agent(8)[1:],
    ]
    found = fitted("anthropic", messages, int(size("anthropic", messages) * share))
    assert any(gone.index in (1, 2) for gone in found.removals)
    assert f"Tests: {status}" in json.dumps(found.messages)
