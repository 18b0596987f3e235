"""What a session file, or another record of a conversation, is read as."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fit.fit_conversations import MAKERS, STEPS, Step
from fit.fit_legal import faults
from hypothesis import given, settings
from hypothesis import strategies as st
from recordings import Recording, call, text

from ctxbudget_server.transcripts.claude_code_messages import without_signatures
from ctxbudget_server.transcripts.detection import read_transcript
from ctxbudget_server.transcripts.model import Transcript, TranscriptError


def read(recording: Recording) -> Transcript:
    return read_transcript(recording.text())


def said(messages: list[dict[str, Any]]) -> list[tuple[str, list[str]]]:
    """Roles with the kinds of their blocks."""
    return [(message["role"], [block["type"] for block in message["content"]]) for message in messages]


def test_an_answer_in_several_rows_is_one_message_also_around_its_first_result() -> None:
    made = Recording()
    made.person("Look.")
    made.says("a", {"type": "thinking", "thinking": "hm", "signature": "c2ln"})
    made.says("a", text("Both files."))
    made.says("a", call("c1", "Read", path="x"))
    made.result("c1", "one")
    made.says("a", call("c2", "Read", path="y"))
    made.result("c2", [{"type": "text", "text": "two"}])
    made.says("b", text("Done."))

    found = read(made).messages

    assert said(found) == [
        ("user", ["text"]),
        ("assistant", ["thinking", "text", "tool_use", "tool_use"]),
        ("user", ["tool_result", "tool_result"]),
        ("assistant", ["text"]),
    ]
    assert not faults("anthropic", found)
    assert "signature" not in json.dumps(without_signatures(found))


def test_side_chains_repeated_rows_and_the_host_s_own_answers_are_left_out() -> None:
    made = Recording()
    made.person("Begin.")
    made.person("asked of a helper", isSidechain=True)
    made.says("s", text("a helper's answer"), isSidechain=True)
    made.says("a", text("Here."))
    made.rows.append(made.rows[-1])
    made.says("e", text("API Error"), isApiErrorMessage=True)
    made.row("progress", data={})
    made.row("summary", summary="a title")
    made.person("Go on.")

    assert [m["content"][0]["text"] for m in read(made).messages] == ["Begin.", "Here.", "Go on."]


def test_a_file_of_side_chains_alone_is_the_helper_s_conversation() -> None:
    made = Recording()
    made.person("Find it.", isSidechain=True)
    made.says("a", text("There."), isSidechain=True)

    assert len(read(made).messages) == 2


def test_a_compaction_begins_a_new_array() -> None:
    made = Recording()
    made.person("Begin.")
    made.says("a", text("Yes."))
    made.compaction("Until now: a beginning.")
    made.says("b", text("Going on."))

    found = read(made)

    assert [len(segment.messages) for segment in found.segments] == [2, 2]
    assert found.messages[0]["content"][0]["text"] == "Until now: a beginning."


def test_who_goes_back_in_time_leaves_what_came_after() -> None:
    made = Recording()
    made.person("Begin.")
    kept = made.says("a", text("Which way?"))
    made.person("Left.")
    made.says("b", text("Left it is."))
    made.person("No, right.", parentUuid=kept)
    made.says("c", text("Right it is."))

    found = read(made)

    assert [(len(segment.messages), segment.shared) for segment in found.segments] == [(4, 0), (4, 2)]
    assert "Left" not in json.dumps(found.messages)


def test_a_message_without_a_parent_begins_anew() -> None:
    made = Recording()
    made.person("Plan it.")
    made.says("a", text("A plan."))
    made.person("Carry the plan out.", parentUuid=None)
    made.says("b", text("Yes."))

    assert [len(segment.messages) for segment in read(made).segments] == [2, 2]


def test_calls_without_results_and_results_without_calls_are_not_sent() -> None:
    made = Recording()
    made.person("Begin.")
    made.result("never-called", "from nowhere")
    made.says("a", text("Two calls."), call("c1", "Read"), call("c2", "Read"))
    made.result("c1", "one")
    made.person("Stop!")
    made.says("b", call("c3", "Bash"))

    found = read(made).messages

    assert not faults("anthropic", found)
    assert "c2" not in json.dumps(found)
    assert "c3" not in json.dumps(found)


@pytest.mark.parametrize(
    ("torn", "told"),
    [
        ([3], "line 4, the last one, is torn and was left out"),
        ([0], "line 1 is torn and was left out"),
        ([1, 2], "lines 2 and 3 are torn and were left out"),
    ],
)
def test_torn_lines_anywhere_are_left_out_and_told(torn: list[int], told: str) -> None:
    made = Recording()
    made.person("Begin.")
    made.says("a", text("Yes."))
    made.person("Go on.")
    lines = made.text().splitlines()
    for at in torn:
        lines.insert(at, '{"type": "user", "mess')

    found = read_transcript("\n".join(lines))

    assert len(found.messages) == 3
    assert found.warnings == (told,)


def test_what_a_crash_leaves_in_a_file_does_not_stop_the_reading() -> None:
    made = Recording()
    made.person("Begin.")
    made.says("a", text("Ja – gut."))
    made.person("Go on.")
    first, second, third = (line.encode() for line in made.text().splitlines())
    half = first[:-30] + "–".encode()[:1]

    found = read_transcript([b"\xef\xbb\xbf" + first + second, b"\0\0\0", half, b"\0\0" + third])

    assert [m["content"][0]["text"] for m in found.messages] == ["Begin.", "Ja – gut.", "Go on."]
    assert found.warnings == ("line 3 is torn and was left out",)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "is empty"),
        (" \n\n", "is empty"),
        ("hello", "is neither JSON"),
        ("[]", "holds no messages"),
        ("[1]", "is not a list of objects"),
        ("3", "is not a list of objects"),
        ('{"a": 1}', "holds an object without a list of messages"),
        ('{"type": "user"', "is neither JSON"),
        ('{"role": "user"}\n{torn\n{torn', "is neither JSON"),
        ('{"type": "result", "result": "x"}\n{"type": "system", "uuid": "u"}', "messages[0].type is"),
        ('[{"role": "user", "content": 3}]', "messages[0].content is neither a text nor a list"),
        ('[{"content": "x"}]', "messages[0].role is missing"),
        ('{"type": "user", "message": {"role": "user", "content": ""}}', "holds no messages of a user"),
    ],
)
def test_what_is_no_transcript_is_refused_in_words(content: str, why: str) -> None:
    with pytest.raises(TranscriptError) as fault:
        read_transcript(content)
    assert why in str(fault.value)


def as_rows(messages: list[dict[str, Any]]) -> str:
    """The rows of a session in which each block came in a row of its own."""
    made = Recording()
    for number, message in enumerate(messages):
        content = message["content"]
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        for block in blocks:
            if message["role"] == "assistant":
                made.says(f"msg-{number}", block)
            else:
                made.row("user", message={"role": "user", "content": [block]})
    return made.text()


@settings(max_examples=40)
@given(steps=STEPS)
def test_rows_give_back_the_array_that_they_were_made_of(steps: list[Step]) -> None:
    messages = MAKERS["anthropic"](steps)

    found = read_transcript(as_rows(messages))

    assert found.source == "claude-code"
    assert found.messages[1:] == messages[1:]
    assert not faults("anthropic", found.messages)


@pytest.mark.parametrize("form", ["anthropic", "openai-chat", "openai-responses"])
@settings(max_examples=40)
@given(steps=STEPS, wrapped=st.sampled_from(["plain", "object", "lines"]))
def test_arrays_of_requests_are_found_out(form: str, steps: list[Step], wrapped: str) -> None:
    messages = MAKERS[form](steps)
    member = "input" if form == "openai-responses" else "messages"
    content = {
        "plain": json.dumps(messages, indent=1),
        "object": json.dumps({"model": "m", member: messages}),
        "lines": "\n".join(map(json.dumps, messages)),
    }[wrapped]

    found = read_transcript(content)

    assert found.messages == messages
    assert found.shape == form or not any(step.uses for step in steps), "without calls all shapes are one"
