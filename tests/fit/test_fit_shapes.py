"""The shapes of hosts: what stands in for a result, what is refused, and which shape an array has that nobody named."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from fit_conversations import MAKERS, STEPS, Step
from fit_legal import faults
from hypothesis import given
from support.client import Client

from ctxbudget_server.fit import Options, recognised
from ctxbudget_server.fit.conversation import Conversation
from ctxbudget_server.fit.shapes import SHAPES

Messages = list[dict[str, Any]]
LONG = "\n".join(f"row_{line}: value {line * 7919 % 1000}" for line in range(60))


def ask(client: Client, messages: Messages, limit: int, **more: Any) -> Any:
    return client.request("context/fit", {"messages": messages, "maxTokens": limit, **more})


def text(form: str, role: str, said: str) -> dict[str, Any]:
    """A message that only says something."""
    match form:
        case "gemini":
            return {"role": {"assistant": "model"}.get(role, role), "parts": [{"text": said}]}
        case "bedrock":
            return {"role": role, "content": [{"text": said}]}
        case "vercel-ui":
            return {"id": said, "role": role, "parts": [{"type": "text", "text": said}]}
        case "neutral":
            return {"role": role, "text": said}
    return {"role": role, "content": said}


def use(form: str, call: str, result: str) -> Messages:
    """A call and its result."""
    given = {"path": f"{call}.py"}
    match form:
        case "vercel":
            named = {"toolCallId": call, "toolName": "read"}
            output = {"type": "text", "value": result}
            asked = {"role": "assistant", "content": [{"type": "tool-call", **named, "input": given}]}
            return [asked, {"role": "tool", "content": [{"type": "tool-result", **named, "output": output}]}]
        case "gemini":
            called = {"functionCall": {"name": "read", "args": given}, "thoughtSignature": "c2ln"}
            answer = {"functionResponse": {"name": "read", "response": {"output": result}}}
            return [{"role": "model", "parts": [called]}, {"role": "user", "parts": [answer]}]
        case "bedrock":
            asked = {"toolUse": {"toolUseId": call, "name": "read", "input": given}}
            answer = {"toolResult": {"toolUseId": call, "content": [{"text": result}], "status": "success"}}
            return [{"role": "assistant", "content": [asked]}, {"role": "user", "content": [answer]}]
        case "vercel-ui":
            part = {"type": "tool-read", "toolCallId": call, "state": "output-available", "input": given}
            parts = [{"type": "step-start"}, {**part, "output": result}]
            return [{"id": call, "role": "assistant", "parts": parts}]
    calls = [{"id": call, "tool": "read", "arguments": given}]
    return [{"role": "assistant", "calls": calls}, {"role": "tool", "results": [{"callId": call, "text": result}]}]


def conversation(form: str, count: int = 5) -> Messages:
    messages = [text(form, "user", "Port the service.")]
    for number in range(count):
        messages += use(form, f"c{number}", LONG.replace("row", f"row{number}"))
        if form != "vercel-ui":
            messages.append(text(form, "assistant", f"File {number} is read."))
        messages.append(text(form, "user", f"Go on {number}."))
    return messages


PLACES = {
    "vercel": ("content", 0, "output", "value"),
    "gemini": ("parts", 0, "functionResponse", "response", "output"),
    "bedrock": ("content", 0, "toolResult", "content", 0, "text"),
    "vercel-ui": ("parts", 1, "output"),
    "neutral": ("results", 0, "text"),
}
NEW = pytest.mark.parametrize("form", PLACES)


@NEW
def test_a_stand_in_has_the_form_of_its_shape_and_leads_back(client: Client, form: str) -> None:
    messages = conversation(form)
    whole = ask(client, messages, 100_000)
    assert (whole["format"], whole["unchanged"], whole["messages"]) == (form, True, messages)

    found = ask(client, messages, whole["tokens"] * 8 // 10)

    assert found["format"] == form
    assert not faults(form, found["messages"])
    gone = next(one for one in found["removed"] if one["kind"] == "result")
    value: Any = found["messages"][gone["index"]]
    for step in PLACES[form]:
        value = value[step]
    assert value.startswith(f"[ctxbudget {gone['id']}: ")
    kept = client.request("context/get", {"sessionId": "archive", "itemId": gone["id"]})["content"]
    assert kept == LONG.replace("row", f"row{int(gone['title'][-4])}"), "the very text"
    again = ask(client, found["messages"], whole["tokens"] * 8 // 10)
    assert again["unchanged"]


@NEW
def test_a_record_has_the_form_of_its_shape(client: Client, form: str) -> None:
    messages = conversation(form, 12)
    found = ask(client, messages, 900, keepTurns=1)
    assert any(gone["kind"] == "turn" for gone in found["removed"])
    assert not faults(form, found["messages"])
    assert "[ctxbudget record" in json.dumps(found["messages"])
    assert messages[-1] in found["messages"]


def test_calls_without_ids_pair_with_responses_by_order_and_name() -> None:
    def called(name: str, number: int) -> dict[str, Any]:
        return {"functionCall": {"name": name, "args": {"n": number}}}

    def told(name: str, number: int) -> dict[str, Any]:
        return {"functionResponse": {"name": name, "response": {"output": f"{name} {number}"}}}

    messages = [
        {"role": "user", "parts": [{"text": "Go."}]},
        {"role": "model", "parts": [called("read", 1), called("list", 2), called("read", 3)]},
        {"role": "user", "parts": [told("list", 2), told("read", 1), told("read", 3)]},
        {"role": "model", "parts": [called("read", 4)]},
        {"role": "user", "parts": [told("read", 4)]},
    ]
    talk = Conversation(SHAPES["gemini"], messages, Options(1))
    for result in talk.results:
        number = json.loads(talk.calls[result.call_id].arguments)["n"]
        assert result.text.endswith(str(number))
        assert result.named_id in ("read", "list")
    assert len(talk.calls) == 4
    assert len(talk.turns) == 2


def test_an_id_that_only_the_call_has_is_no_hindrance() -> None:
    messages = [
        {"role": "user", "parts": [{"text": "Go."}]},
        {"role": "model", "parts": [{"function_call": {"id": "x", "name": "read", "args": {}}}]},
        {"role": "user", "parts": [{"function_response": {"name": "read", "response": {"output": "y"}}}]},
    ]
    talk = Conversation(SHAPES["gemini"], messages, Options(1))
    assert [result.call_id for result in talk.results] == ["x"]


def test_the_signature_stays_with_its_call(client: Client) -> None:
    messages = conversation("gemini", 12)
    found = ask(client, messages, 2_000)
    for message in found["messages"]:
        for part in message["parts"]:
            assert ("functionCall" in part) == ("thoughtSignature" in part)


def test_what_a_provider_did_itself_goes_whole(client: Client) -> None:
    served = {"toolCallId": "s", "toolName": "web_search"}
    searched = {
        "role": "assistant",
        "content": [
            {"type": "tool-call", **served, "input": {}, "providerExecuted": True},
            {"type": "tool-result", **served, "output": {"type": "json", "value": [{"page": LONG}]}},
        ],
    }
    messages = [text("vercel", "user", "Go."), searched, text("vercel", "user", "On."), *conversation("vercel")[1:]]
    for limit in (3_000, 1_500, 600):
        kept = json.dumps(ask(client, messages, limit)["messages"])
        assert ("web_search" in kept) == (json.dumps(searched) in kept), "whole or not at all"


def test_a_fixed_message_of_few_fields_stays(client: Client) -> None:
    messages = conversation("neutral", 8)
    messages[2]["fixed"] = True
    found = ask(client, messages, 900)
    assert messages[2] in found["messages"]
    assert not faults("neutral", found["messages"])


def test_clines_bare_outputs_are_read_and_answered_bare(client: Client) -> None:
    messages = conversation("vercel", 6)
    for message in messages:
        if message["role"] == "tool":
            message["content"][0]["output"] = message["content"][0]["output"]["value"]
    whole = ask(client, messages, 100_000)["tokens"]
    found = ask(client, messages, whole * 8 // 10, format="vercel")
    results = [one["content"][0]["output"] for one in found["messages"] if one["role"] == "tool"]
    assert any(result.startswith("[ctxbudget ") for result in results)


def test_what_no_model_is_shown_counts_nothing(client: Client) -> None:
    messages = conversation("vercel-ui", 1)
    bare = ask(client, messages, 100_000)["tokens"]
    messages[1]["metadata"] = {"note": LONG}
    messages[1]["parts"] += [{"type": "data-log", "data": LONG}, {"type": "source-url", "sourceId": "s", "url": LONG}]
    assert ask(client, messages, 100_000)["tokens"] == bare


# ------------------------------------------------------------------ pictures and files

PNG = base64.b64encode(
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + (1000).to_bytes(4, "big") + (800).to_bytes(4, "big") + b"\x08" * 2000
).decode()
PDF = base64.b64encode(b"%PDF-1.7 " + b"/Type /Page " * 3 + b"x" * 3000).decode()
TILES, PATCHES, CROPS = 765, 1044, 1032
"""Tokens of a picture of 1000 x 800 pixels: OpenAI's tiles, Anthropic's patches, Gemini's crops."""


@pytest.mark.parametrize(
    ("form", "part", "model", "tokens"),
    [
        ("vercel", {"type": "file", "mediaType": "image/png", "data": PNG}, None, TILES),
        ("vercel", {"type": "file", "mediaType": "image/png", "data": {"type": "data", "data": PNG}}, None, TILES),
        ("vercel", {"type": "image", "image": PNG}, "claude-sonnet-4-5", PATCHES),
        ("vercel", {"type": "image", "image": f"data:image/png;base64,{PNG}"}, "gemini-3-pro", CROPS),
        ("vercel", {"type": "file", "mediaType": "application/pdf", "data": PDF}, None, 3 * 1600),
        ("vercel", {"type": "image", "image": "https://e.org/x.png"}, None, 1600),
        ("gemini", {"inlineData": {"mimeType": "image/png", "data": PNG}}, None, CROPS),
        ("gemini", {"inline_data": {"mime_type": "application/pdf", "data": PDF}}, None, 3 * 258),
        ("gemini", {"fileData": {"mimeType": "image/png", "fileUri": "https://e.org/f"}}, None, 1600),
        ("bedrock", {"image": {"format": "png", "source": {"bytes": PNG}}}, None, PATCHES),
        ("bedrock", {"document": {"format": "pdf", "name": "a", "source": {"bytes": PDF}}}, None, 3 * 1600),
        ("bedrock", {"image": {"format": "png", "source": {"s3Location": {"uri": "s3://bucket/x"}}}}, None, 1600),
        ("vercel-ui", {"type": "file", "mediaType": "image/png", "url": f"data:image/png;base64,{PNG}"}, None, TILES),
        ("vercel-ui", {"type": "file", "mediaType": "image/png", "url": "https://e.org/x.png"}, None, 1600),
    ],
)
def test_pictures_and_files_cost_what_providers_document(
    client: Client, form: str, part: dict[str, Any], model: str | None, tokens: int
) -> None:
    member = "parts" if form in ("gemini", "vercel-ui") else "content"
    said = text(form, "user", "Look.")
    beside = said[member] if isinstance(said[member], list) else [{"type": "text", "text": "Look."}]
    messages = [{**said, member: [*beside, part]}]
    found = ask(client, messages, 100_000, **({"model": model} if model else {}))
    assert found["provenance"] == "estimated"
    assert tokens < found["tokens"] < tokens + 120


# ------------------------------------------------------------------ refused, recognised

GO = {form: text(form, "user", "Go.") for form in PLACES}
REFUSED: list[tuple[str, dict[str, Any], str]] = [
    *((form, {**GO[form], "role": "robot"}, "role") for form in PLACES),
    *((form, {"type": "user", "message": {"role": "user", "content": "x"}}, "message") for form in PLACES),
    ("vercel", {"role": "user", "content": None}, "content"),
    ("vercel", {"role": "tool", "content": "x"}, "content"),
    ("vercel", {"role": "assistant", "content": [{"type": "tool_use", "id": "a"}]}, "content[0].type"),
    ("vercel", {"role": "assistant", "content": [{"type": "tool-call", "toolName": "f"}]}, "content[0].toolCallId"),
    (
        "vercel",
        {"role": "tool", "content": [{"type": "tool-result", "toolCallId": "a", "toolName": "f", "result": 1}]},
        "content[0].output",
    ),
    (
        "vercel",
        {"role": "tool", "content": [{"type": "tool-result", "toolCallId": "a", "toolName": "f", "output": {}}]},
        "content[0].output.type",
    ),
    ("vercel", GO["vercel-ui"], "parts"),
    ("gemini", {"role": "user", "content": "x"}, "content"),
    ("gemini", {"role": "user", "parts": "x"}, "parts"),
    ("gemini", {"role": "user", "parts": [{"type": "text", "text": "x"}]}, "parts[0].type"),
    ("gemini", {"role": "model", "parts": [{"functionCall": {"args": {}}}]}, "parts[0].functionCall.name"),
    (
        "gemini",
        {"role": "user", "parts": [{"functionResponse": {"name": "f", "response": "x"}}]},
        "parts[0].functionResponse.response",
    ),
    ("bedrock", {"role": "user", "content": "x"}, "content"),
    ("bedrock", {"role": "user", "content": [{"type": "text", "text": "x"}]}, "content[0].type"),
    ("bedrock", {"role": "assistant", "content": [{"toolUse": {"name": "f"}}]}, "content[0].toolUse.toolUseId"),
    ("bedrock", {"role": "user", "content": [{"toolResult": {"toolUseId": "a"}}]}, "content[0].toolResult.content"),
    ("vercel-ui", {"id": "1", "role": "user", "parts": [{"text": "x"}]}, "parts[0].type"),
    ("vercel-ui", {"id": "1", "role": "assistant", "parts": [{"type": "tool-x", "state": "y"}]}, "parts[0].toolCallId"),
    ("neutral", {"role": "user", "content": "x"}, "content"),
    ("neutral", {"role": "user"}, "text"),
    ("neutral", {"role": "assistant", "calls": [{"tool": "x"}]}, "calls[0].id"),
    ("neutral", {"role": "tool", "results": [{"callId": "x"}]}, "results[0].text"),
]


@pytest.mark.parametrize(("form", "message", "member"), REFUSED)
def test_what_is_not_understood_is_refused_with_its_place(
    client: Client, form: str, message: dict[str, Any], member: str
) -> None:
    params = {"messages": [GO[form], message], "format": form, "maxTokens": 1_000_000}
    data = client.request_error("context/fit", params)["data"]
    assert (data["name"], data["format"], data["index"], data["member"]) == ("unknownFormat", form, 1, member)


def test_another_format_that_reads_the_array_is_named(client: Client) -> None:
    params = {"messages": conversation("vercel"), "format": "anthropic", "maxTokens": 10}
    error = client.request_error("context/fit", params)
    assert error["data"]["formats"] == ["vercel"]
    assert "vercel" in error["message"]


@pytest.mark.parametrize("form", MAKERS)
@given(steps=STEPS)
def test_a_conversation_with_calls_is_recognised(form: str, steps: list[Step]) -> None:
    messages = MAKERS[form](steps)
    if any(step.uses for step in steps) or form in ("gemini", "bedrock", "vercel-ui", "neutral"):
        assert recognised(messages) == form
    else:
        found = recognised(messages)
        assert isinstance(found, str)
        assert SHAPES[found].fault(messages[0]) is None


def said(content: Any) -> Messages:
    return [{"role": role, "content": content} for role in ("user", "assistant") * 40]


@pytest.mark.parametrize("content", ["A plain text. " * 20, [{"type": "text", "text": "A block of text. " * 20}]])
def test_plain_text_comes_back_in_the_shape_of_its_members(client: Client, content: Any) -> None:
    messages = said(content)
    found = ask(client, messages, 1_200)
    assert found["removed"]
    kind = type(content)
    assert all(isinstance(one["content"], kind) for one in found["messages"])
    assert found["format"] in SHAPES
    assert not faults(found["format"], found["messages"])
    for form in (
        "anthropic",
        "openai-chat",
        "vercel",
    ):  # Anthropic's API joins messages of one role that follow each other
        assert set(faults(form, found["messages"])) <= {"roles do not take turns"}


@pytest.mark.parametrize(
    ("messages", "index", "member", "formats"),
    [
        ([*conversation("vercel"), *conversation("gemini")], 21, "parts", ["vercel"]),
        ([{"role": "user", "content": "x"}, {"role": "robot", "content": "y"}], 1, "role", None),
        ([{"role": "user", "content": [{"type": "hologram", "x": 1}]}], 0, "content[0].type", None),
        ([{"role": "user", "parts": []}], 0, "parts", ["vercel-ui", "gemini"]),
    ],
)
def test_what_is_not_recognised_with_certainty_is_refused(
    client: Client, messages: Messages, index: int, member: str, formats: list[str] | None
) -> None:
    error = client.request_error("context/fit", {"messages": messages, "maxTokens": 1_000_000})
    data = error["data"]
    assert (data["name"], data["format"], data["index"], data["member"]) == ("unknownFormat", None, index, member)
    assert data["errors"][0]["loc"][:2] == ["messages", index]
    if formats is not None:
        assert data["formats"] == formats
    assert all(name in SHAPES for name in data["formats"])


def test_each_answer_of_an_agent_whose_results_are_in_its_messages_is_a_turn() -> None:
    call = {"id": "c", "tool": "read", "arguments": {}}
    asked = {"role": "assistant", "calls": [call], "results": [{"callId": "c", "text": "x"}]}
    done = {"role": "assistant", "text": "Done."}
    messages = [text("neutral", "user", "Go."), *[json.loads(json.dumps(asked)) for _ in range(3)], done, done]
    for number in range(3):
        messages[number + 1]["calls"][0]["id"] = messages[number + 1]["results"][0]["callId"] = f"c{number}"
    talk = Conversation(SHAPES["neutral"], messages, Options(1))
    assert [(turn.start, turn.end) for turn in talk.turns] == [(1, 2), (2, 3), (3, 4), (4, 6)]
