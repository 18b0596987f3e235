"""What the recordings of each host are read as."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import pytest
from recordings import Recording, call, text

from ctxbudget_client import illegal_messages
from ctxbudget_client.legality import Format
from ctxbudget_server.transcripts.claude_code_messages import NO_PROMPT
from ctxbudget_server.transcripts.detection import read_transcript
from ctxbudget_server.transcripts.model import CLEARED, Transcript, TranscriptError

Json = dict[str, Any]


def read(value: Any) -> Transcript:
    """A transcript of a value, or of a list of records as lines; it must be legal for its provider."""
    found = read_transcript("\n".join(map(json.dumps, value)) if isinstance(value, list) else json.dumps(value))
    for segment in found.segments:
        assert not illegal_messages(segment.messages, cast(Format, found.shape))
    return found


# ---------------------------------------------------------------- Claude Code


def streamed(kind: str, *blocks: Json, agent: str | None = None, answer: str = "") -> Json:
    """A row of what Claude Code streams."""
    message = {"role": kind, "content": list(blocks), **({"id": answer} if answer else {})}
    return {"type": kind, "message": message, "session_id": "s", "parent_tool_use_id": agent}


def result(call_id: str, content: Any) -> Json:
    return {"type": "tool_result", "tool_use_id": call_id, "content": content}


def stream(*, prompt: bool) -> list[Json]:
    rows = [streamed("user", text("Look."))] if prompt else []
    return [
        {"type": "system", "subtype": "init", "session_id": "s", "tools": []},
        *rows,
        streamed("assistant", call("c1", "Agent", prompt="x"), answer="a"),
        streamed("user", text("asked of a helper"), agent="c1"),
        streamed("assistant", call("inner", "Read"), agent="c1", answer="s"),
        streamed("user", result("inner", "of a helper"), agent="c1"),
        streamed("user", result("c1", "There.")),
        streamed("assistant", text("Done."), answer="b"),
        {"type": "result", "subtype": "success", "result": "Done.", "usage": {}, "session_id": "s"},
    ]


@pytest.mark.parametrize("prompt", [True, False])
@pytest.mark.parametrize("wrapped", [list, tuple])
def test_a_stream_is_read_without_its_subagents(prompt: bool, wrapped: type) -> None:
    rows = stream(prompt=prompt)
    found = read(rows) if wrapped is list else read_transcript(json.dumps(rows))

    said = json.dumps(found.messages)
    assert found.source == "claude-code"
    assert [m["role"] for m in found.messages] == ["user", "assistant", "user", "assistant"]
    assert "helper" not in said
    assert found.messages[0]["content"][0]["text"] == ("Look." if prompt else NO_PROMPT)
    assert ("the prompt is not in the file" in " ".join(found.warnings)) is not prompt


def test_of_several_subagents_in_a_file_the_first_is_read() -> None:
    found = read(
        [
            streamed("user", text("Find one."), agent="c1"),
            streamed("user", text("Find two."), agent="c2"),
            streamed("assistant", text("One."), agent="c1", answer="a"),
            streamed("assistant", text("Two."), agent="c2", answer="b"),
        ]
    )

    assert [m["content"][0]["text"] for m in found.messages] == ["Find one.", "One."]
    assert found.warnings == ("2 messages of further subagents were left out: only the first one's are read",)


def test_results_that_the_host_cleared_were_whole_until_then() -> None:
    made = Recording()
    made.person("Look.")
    for number in range(2):
        made.says(f"a{number}", call(f"c{number}", "Read"))
        made.result(f"c{number}", f"whole {number}")
    made.row("system", subtype="microcompact_boundary", microcompactMetadata={"compactedToolIds": ["c0"]})
    made.says("b", text("Go on."))

    before, after = read(made.rows).segments

    assert "whole 0" in json.dumps(before.messages)
    assert after.messages[2]["content"][0]["content"] == CLEARED
    assert after.messages[4]["content"][0]["content"] == "whole 1"
    assert after.shared == len(before.messages) == 5


def test_a_text_that_stood_for_a_result_is_what_the_model_read() -> None:
    made = Recording()
    made.person("Look.")
    made.says("a", call("c1", "Bash"), call("c2", "Bash"))
    made.result("c1", "all of it")
    made.result("c2", "short")
    made.rows.append(
        {
            "type": "content-replacement",
            "replacements": [{"kind": "tool-result", "toolUseId": "c1", "replacement": "its beginning"}],
        }
    )

    (results,) = [m["content"] for m in read(made.rows).messages[2:]]

    assert [one["content"] for one in results] == ["its beginning", "short"]


@pytest.mark.parametrize("form", ["stretch", "ids"])
def test_what_a_compaction_kept_stands_behind_its_summary(form: str) -> None:
    made = Recording()
    made.person("Begin.")
    made.says("a", text("Yes."))
    first = made.person("Now this.")
    last = made.says("b", text("This it is."))
    told = {
        "stretch": {"preservedSegment": {"headUuid": first, "tailUuid": last}},
        "ids": {"preservedMessages": {"uuids": [first, last]}},
    }[form]
    made.row("system", subtype="compact_boundary", compactMetadata=told)
    made.person("Until now: a beginning.", isCompactSummary=True)
    made.person("Go on.")

    found = read(made.rows)

    said = [b["text"] for m in found.messages for b in m["content"]]
    assert said == ["Until now: a beginning.", "Now this.", "This it is.", "Go on."]
    assert [m["role"] for m in found.messages[: found.segments[-1].shared]] == ["user", "assistant"]


# ---------------------------------------------------------------- Codex


def item(kind: str, **members: Any) -> Json:
    """A line of a rollout that holds an item."""
    return {"timestamp": "2026-11-30T10:00:00Z", "type": "response_item", "payload": {"type": kind, **members}}


def said(role: str, words: str) -> Json:
    kind = "output_text" if role == "assistant" else "input_text"
    return item("message", role=role, content=[{"type": kind, "text": words}])


def rollout() -> list[Json]:
    """A rollout of one call."""
    return [
        {"type": "session_meta", "payload": {"id": "s", "cwd": "/w", "cli_version": "0.169.0"}},
        said("user", "<environment_context>\n  <cwd>/w</cwd>\n</environment_context>"),
        said("user", "Look."),
        {"type": "event_msg", "payload": {"type": "user_message", "message": "Look."}},
        item("reasoning", summary=[], encrypted_content="g"),
        item(
            "function_call", name="shell", arguments="{}", call_id="c1", internal_chat_message_metadata_passthrough={}
        ),
        {"type": "event_msg", "payload": {"type": "token_count", "info": {"model_context_window": 272_000}}},
        item("function_call_output", call_id="c1", output="found"),
        item("ghost_snapshot", ghost_commit={}),
        said("assistant", "There."),
    ]


def kinds(found: Transcript) -> list[str]:
    return [str(one.get("type")) for one in found.messages]


def test_a_rollout_of_codex_holds_what_was_sent_and_no_event() -> None:
    found = read(rollout())

    assert (found.source, found.shape) == ("codex", "openai-responses")
    assert kinds(found) == ["message", "message", "reasoning", "function_call", "function_call_output", "message"]
    assert "internal" not in json.dumps(found.messages)


def test_calls_of_codex_without_an_output_are_not_sent_nor_is_the_thought_before_them() -> None:
    lines = rollout()
    del lines[7]
    assert kinds(read(lines)) == ["message", "message", "message"]


@pytest.mark.parametrize("told", [True, False])
def test_a_compaction_of_codex_begins_a_new_array(told: bool) -> None:
    kept = [said("user", "Look.")["payload"], said("user", "Until now: it was found.")["payload"]]
    payload = {"message": "Until now: it was found.", **({"replacement_history": kept} if told else {})}

    found = read([*rollout(), {"type": "compacted", "payload": payload}, said("assistant", "Going on.")])

    words = [one["content"][0]["text"] for one in found.messages]
    assert words[-3:] == ["Look.", "Until now: it was found.", "Going on."]
    assert len(found.segments) == 2
    assert bool(found.warnings) is not told


def test_turns_that_a_person_of_codex_took_back_are_gone() -> None:
    back = {"type": "event_msg", "payload": {"type": "thread_rolled_back", "num_turns": 1}}

    found = read([*rollout(), said("user", "Left."), said("assistant", "Left it is."), back, said("user", "Right.")])

    assert [(len(one.messages), one.shared) for one in found.segments] == [(8, 0), (7, 6)]
    assert "Left" not in json.dumps(found.messages)


def test_an_early_rollout_of_bare_items_is_read() -> None:
    head = {"id": "s", "timestamp": "2025-05-01T10:00:00Z", "instructions": None, "git": {}}
    lines = [one["payload"] for one in rollout() if one["type"] == "response_item"]

    found = read([head, *lines[:3], {"record_type": "state"}, *lines[3:]])

    assert (found.source, found.warnings) == ("codex", ())
    assert kinds(found) == kinds(read(rollout()))


# ---------------------------------------------------------------- Gemini CLI


def gemini_call(output: str = "found") -> Json:
    response = {"id": "t1", "name": "read_file", "response": {"output": output}}
    return {"id": "t1", "name": "read_file", "args": {"path": "x"}, "result": [{"functionResponse": response}]}


def chat() -> list[Json]:
    """A chat of one call, as lines."""
    asked = {"id": "m2", "type": "gemini", "content": "", "thoughts": [{"subject": "s", "description": "d"}]}
    return [
        {"sessionId": "s", "projectHash": "p", "startTime": "2026-11-30T10:00:00Z", "kind": "main"},
        {
            "$set": {
                "messages": [
                    {"id": "m0", "type": "user", "content": [{"text": "<session_context>…</session_context>"}]}
                ]
            }
        },
        {"id": "m1", "type": "user", "content": [{"text": "Look."}]},
        {"$set": {"lastUpdated": "2026-11-30T10:00:01Z"}},
        {"id": "i1", "type": "info", "content": "told to the person"},
        asked,
        {**asked, "toolCalls": [{**gemini_call(), "resultDisplay": "shown"}]},
        {"id": "m3", "type": "user", "content": gemini_call()["result"]},
        {"id": "m4", "type": "gemini", "content": "There.", "model": "gemini-x"},
    ]


def test_a_chat_of_gemini_cli_is_read_with_each_result_once() -> None:
    found = read(chat())

    whole = json.dumps(found.messages)
    assert (found.source, found.shape) == ("gemini-cli", "gemini")
    assert whole.count("found") == 1
    assert "told to the person" not in whole
    assert "Look." in whole
    assert "There." in whole


def test_a_chat_of_an_older_gemini_cli_is_one_object() -> None:
    messages = [
        {"id": "1", "type": "user", "content": "Look."},
        {"id": "2", "type": "gemini", "content": "", "toolCalls": [gemini_call()]},
        {"id": "3", "type": "gemini", "content": "", "toolCalls": [{"id": "t2", "name": "open", "args": {}}]},
    ]
    found = read({"sessionId": "s", "projectHash": "p", "messages": messages})

    assert found.source == "gemini-cli"
    assert json.dumps(found.messages).count("found") == 1
    assert "t2" not in json.dumps(found.messages), "a call that was never answered"


def test_a_person_of_gemini_cli_goes_back() -> None:
    found = read([*chat(), {"$rewindTo": "m4"}, {"id": "m5", "type": "gemini", "content": "Elsewhere."}])

    first, second = found.segments
    assert "There." in json.dumps(first.messages)
    assert "There." not in json.dumps(second.messages)
    assert second.shared == len(second.messages) - 1


def test_results_that_gemini_cli_masked_were_whole_until_then() -> None:
    rows = chat()
    masked = [rows[1]["$set"]["messages"][0], rows[2], {**rows[6], "toolCalls": [gemini_call("masked")]}, rows[8]]
    masked.insert(3, {"id": "m3", "type": "user", "content": gemini_call("masked")["result"]})

    first, second = read([*rows, {"$set": {"messages": masked}}]).segments

    assert "found" in json.dumps(first.messages)
    assert "found" not in json.dumps(second.messages)
    assert second.shared == len(second.messages) == len(first.messages)


# ---------------------------------------------------------------- opencode


def opencode_message(id: str, role: str, *parts: Json, **info: Any) -> Json:
    return {"info": {"id": id, "role": role, "sessionID": "ses_1", **info}, "parts": list(parts)}


def tool_part(id: str, status: str = "completed", **state: Any) -> Json:
    state = {"status": status, "input": {"command": id}, "time": {"start": 1}, **state}
    return {"type": "tool", "callID": id, "tool": "bash", "state": state}


def opencode_session() -> list[Json]:
    return [
        opencode_message("m1", "user", {"type": "text", "text": "Look."}),
        opencode_message(
            "m2",
            "assistant",
            {"type": "step-start"},
            {"type": "reasoning", "text": "hm"},
            {"type": "text", "text": "Two calls."},
            tool_part("c1", output="found"),
            tool_part("c2", output="long ago", time={"start": 1, "compacted": 2}),
            tool_part("c3", "running"),
            {"type": "step-finish"},
            {"type": "step-start"},
            tool_part("c4", "error", error="not there"),
            {"type": "text", "text": "Done."},
        ),
    ]


@pytest.mark.parametrize("form", ["export", "messages"])
def test_a_session_of_opencode_has_calls_and_results_in_one_part(form: str) -> None:
    messages = opencode_session()
    found = read({"info": {"id": "ses_1"}, "messages": messages}) if form == "export" else read(messages)

    assert (found.source, found.shape) == ("opencode", "openai-chat")
    roles = [m["role"] for m in found.messages]
    assert roles == ["user", "assistant", "tool", "tool", "assistant", "tool", "assistant"]
    assert [m["content"] for m in found.messages if m["role"] == "tool"] == ["found", CLEARED, "not there"]
    assert "c3" not in json.dumps(found.messages), "a call that never ended"


def test_a_compaction_of_opencode_keeps_its_last_turns_behind_the_summary() -> None:
    messages = [
        *opencode_session(),
        opencode_message("m3", "user", {"type": "text", "text": "Now this."}),
        opencode_message("m4", "assistant", {"type": "text", "text": "This it is."}, parentID="m3"),
        opencode_message("m5", "user", {"type": "compaction", "auto": True, "tail_start_id": "m3"}),
        opencode_message("m6", "assistant", text("Until now: found."), parentID="m5", summary=True, finish="stop"),
        opencode_message("m7", "user", {"type": "text", "text": "Go on."}),
    ]
    found = read({"info": {}, "messages": messages})

    first, second = found.segments
    assert "found" in json.dumps(first.messages)
    words = [m["content"] for m in second.messages]
    assert words == ["What did we do so far?", "Until now: found.", "Now this.", "This it is.", "Go on."]
    assert second.shared == 4


def test_what_a_person_of_opencode_took_back_is_gone() -> None:
    messages = [*opencode_session(), opencode_message("m3", "user", {"type": "text", "text": "Left."})]
    found = read({"info": {"revert": {"messageID": "m3"}}, "messages": messages})
    assert "Left" not in json.dumps(found.messages)


# ---------------------------------------------------------------- requests of any program


def test_requests_logged_a_line_each_are_one_conversation_while_they_grow() -> None:
    messages: list[Json] = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Look."},
        {"role": "assistant", "content": "There."},
        {"role": "user", "content": "Go on."},
    ]
    cut = [messages[0], {"role": "user", "content": "Until now: found."}]
    found = read([{"model": "m", "messages": one} for one in (messages[:2], messages, cut)])

    assert [one.messages for one in found.segments] == [messages, cut]
    assert [one.shared for one in found.segments] == [0, 1]


def test_requests_of_gemini_are_read_by_their_contents() -> None:
    contents = [{"role": "user", "parts": [{"text": "Look."}]}, {"role": "model", "parts": [{"text": "There."}]}]
    assert read({"contents": contents, "generationConfig": {}}).shape == "gemini"
    assert read([{"contents": contents[:1]}, {"contents": contents}]).messages == contents


def test_arrays_of_other_formats_are_refused_with_the_name_of_theirs() -> None:
    contents = [{"role": "user", "parts": [{"text": "Look."}]}]
    with pytest.raises(TranscriptError, match=r"messages\[0\]\.parts .* --format gemini reads it"):
        read_transcript(json.dumps(contents))
    assert read_transcript(json.dumps(contents), "gemini").shape == "gemini"


def test_a_request_that_is_not_understood_is_refused_with_its_line() -> None:
    rows = [{"messages": [{"role": "user", "content": "a"}]}, {"messages": [{"role": "user", "content": 3}]}]
    with pytest.raises(TranscriptError, match=r"line 2: messages\[0\]\.content"):
        read_transcript("\n".join(map(json.dumps, rows)))


# ---------------------------------------------------------------- large files

PEAK = """
import sys, tracemalloc
from ctxbudget_server.cli.recording import read_recording
tracemalloc.start()
found = read_recording(sys.argv[1], "auto", "fit")
print(len(found.messages), tracemalloc.get_traced_memory()[1])
"""


def test_a_file_of_55_megabytes_takes_less_memory_than_its_size(tmp_path: Path) -> None:
    body = "\n".join(f"{line}: queue.take_{line}() waits for lock_{line}" for line in range(2_000))
    path = tmp_path / "session.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number in range(300):
            made = Recording()
            made.says(f"a{number}", call(f"c{number}", "Read"))
            made.result(f"c{number}", body, toolUseResult={"stdout": body})
            made.row("progress", data="x" * 20_000)
            file.write(made.text().replace('"row-', f'"row-{number}-'))
    size = path.stat().st_size
    assert size > 55_000_000

    done = subprocess.run([sys.executable, "-c", PEAK, path], capture_output=True, check=True, text=True)

    messages, peak = map(int, done.stdout.split())
    assert messages > 500
    assert peak < size
