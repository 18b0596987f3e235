"""The client's rules of legality: each breaks exactly where a provider would answer 400."""

from __future__ import annotations

from typing import Any

import pytest

from ctxbudget_client import illegal_messages


def use(call: str) -> dict[str, Any]:
    return {"type": "tool_use", "id": call, "name": "Read", "input": {}}


def result(call: str, content: Any = "done") -> dict[str, Any]:
    return {"type": "tool_result", "tool_use_id": call, "content": content}


def text(words: str, **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": words, **more}


def user(*content: Any) -> dict[str, Any]:
    return {"role": "user", "content": list(content)}


def agent(*content: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": list(content)}


GO = {"role": "user", "content": "Go."}
SEARCH = {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}}
FOUND = {"type": "web_search_tool_result", "tool_use_id": "s", "content": []}
THOUGHT = {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"}


@pytest.mark.parametrize(
    "messages",
    [
        [GO],
        [GO, agent(THOUGHT, text("I look."), use("a"), use("b")), user(result("b"), result("a"), text("And?"))],
        [GO, agent(SEARCH, FOUND, text("Found."))],
        [GO, {"role": "system", "content": "Be brief."}, agent(text("Yes.")), user(text("More."))],
        [GO, agent()],
        [GO, agent({"type": "compaction", "content": "All before."}), user({"type": "unknown", "x": 1})],
        [user(*(text("x", cache_control={"type": "ephemeral"}) for _ in range(4)))],
        [GO, GO],
    ],
)
def test_legal_for_anthropic(messages: list[dict[str, Any]]) -> None:
    assert illegal_messages(messages, "anthropic") == []


@pytest.mark.parametrize(
    ("messages", "index", "why"),
    [
        ([], 0, "no message"),
        ([agent(text("Hi."))], 0, "not the user's"),
        ([GO, {"role": "model", "content": "x"}], 1, "no such role"),
        ([GO, agent(use("a")), user(text("no"))], 2, "calls without their results"),
        ([GO, agent(use("a"))], 1, "calls without their results"),
        ([GO, agent(text("x")), user(result("a"))], 2, "results without their calls"),
        ([GO, agent(use("a")), user(result("a"), result("a"))], 2, "two results"),
        ([GO, agent(use("a")), user(text("x"), result("a"))], 2, "after something else"),
        ([GO, agent(use("a")), user(result("a")), agent(use("a")), user(result("a"))], 3, "twice"),
        ([GO, agent(use("a")), user(result("a", [text(" ")]))], 2, "empty text in a result"),
        ([user(text(" \n"))], 0, "empty text"),
        ([user()], 0, "empty"),
        ([{"role": "user", "content": None}], 0, "neither"),
        ([user({"text": "x"})], 0, "without a type"),
        ([GO, agent(text("x"), THOUGHT)], 1, "thinking is last"),
        ([user(THOUGHT)], 0, "that is the user's"),
        ([GO, agent(FOUND)], 1, "without their calls"),
        ([user(*(text("x", cache_control={}) for _ in range(5)))], 0, "cache_control"),
    ],
)
def test_illegal_for_anthropic(messages: list[dict[str, Any]], index: int, why: str) -> None:
    found = illegal_messages(messages, "anthropic")
    assert any(fault.index == index and why in fault.why for fault in found), found


def call(name: str) -> dict[str, Any]:
    return {"id": name, "type": "function", "function": {"name": "read", "arguments": "{}"}}


CALLED = {"role": "assistant", "content": None, "tool_calls": [call("a"), call("b")]}


def told(name: str) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": name, "content": "done"}


@pytest.mark.parametrize(
    "messages",
    [
        [{"role": "system", "content": "Rules."}, GO, CALLED, told("b"), told("a"), GO],
        [
            GO,
            {"role": "assistant", "content": None, "function_call": {"name": "read", "arguments": "{}"}},
            {"role": "function", "name": "read", "content": None},
        ],
        [GO, {"role": "assistant", "refusal": "No."}],
    ],
)
def test_legal_for_chat(messages: list[dict[str, Any]]) -> None:
    assert illegal_messages(messages, "openai-chat") == []


@pytest.mark.parametrize(
    ("messages", "index", "why"),
    [
        ([GO, CALLED, told("a")], 2, "calls without"),
        ([GO, CALLED, told("a"), GO], 3, "calls without"),
        ([GO, told("a")], 1, "a result without"),
        ([GO, CALLED, told("a"), told("b"), told("b")], 4, "a result without"),
        ([GO, {"role": "function", "name": "read", "content": "x"}], 1, "function_call"),
        ([GO, {"role": "assistant", "content": None}], 1, "neither content nor calls"),
        ([GO, {"role": "assistant", "content": "x", "tool_calls": []}], 1, "empty list"),
        ([{"role": "human", "content": "x"}], 0, "no such role"),
        ([{"role": "user", "content": []}], 0, "something in it"),
        ([{"role": "user", "content": [{"text": "x"}]}], 0, "without a type"),
    ],
)
def test_illegal_for_chat(messages: list[dict[str, Any]], index: int, why: str) -> None:
    found = illegal_messages(messages, "openai-chat")
    assert any(fault.index == index and why in fault.why for fault in found), found


def item(kind: str, name: str = "a", **more: Any) -> dict[str, Any]:
    return {"type": kind, "call_id": name, **more}


REASONING = {"type": "reasoning", "id": "rs", "summary": []}
SAID = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Yes."}]}
ASKED = {"type": "mcp_approval_request", "id": "m", "name": "f", "arguments": "{}", "server_label": "s"}
APPROVED = {"type": "mcp_approval_response", "approval_request_id": "m", "approve": True}


@pytest.mark.parametrize(
    "items",
    [
        [GO, REASONING, item("function_call"), item("function_call_output", output="x"), SAID],
        [GO, item("shell_call"), item("shell_call_output", output=[]), {"type": "new_kind"}],
        [GO, ASKED, APPROVED, {"type": "compaction", "encrypted_content": "eA=="}],
        [GO, {"type": "item_reference", "id": "fc_1"}, item("function_call_output", output="x")],
        [GO, item("tool_search_call"), {"type": "tool_search_output", "tools": []}],
    ],
)
def test_legal_for_responses(items: list[dict[str, Any]]) -> None:
    assert illegal_messages(items, "openai-responses") == []


@pytest.mark.parametrize(
    ("items", "index", "why"),
    [
        ([GO, item("function_call")], 1, "without its output"),
        ([GO, item("function_call_output", output="x")], 1, "without its call"),
        ([GO, item("shell_call"), item("function_call_output", output="x")], 2, "of another kind"),
        ([GO, REASONING, GO], 1, "what it led to"),
        ([GO, REASONING], 1, "what it led to"),
        ([GO, APPROVED], 1, "without what it answers"),
        ([GO, {"type": "program_output", "call_id": "p", "result": ""}], 1, "without what it answers"),
        ([{"role": "tool", "content": "x"}], 0, "no such role"),
        ([{"role": "user", "content": None}], 0, "neither"),
        ([{"role": "user", "content": []}], 0, "empty"),
        ([{"role": "user", "content": [{"text": "x"}]}], 0, "without a type"),
    ],
)
def test_illegal_for_responses(items: list[dict[str, Any]], index: int, why: str) -> None:
    found = illegal_messages(items, "openai-responses")
    assert any(fault.index == index and why in fault.why for fault in found), found


def part(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "toolCallId": "c", "toolName": "read", **more}


OUTPUT = {"type": "text", "value": "done"}
V_CALL = {"role": "assistant", "content": [part("tool-call", input={})]}
V_TOLD = {"role": "tool", "content": [part("tool-result", output=OUTPUT)]}
V_SERVED = {"role": "assistant", "content": [part("tool-call", input={}), part("tool-result", output=OUTPUT)]}


def ui(*parts: Any, role: str = "assistant") -> dict[str, Any]:
    return {"id": "m", "role": role, "parts": list(parts)}


UI_GO = ui({"type": "text", "text": "Go."}, role="user")
UI_DONE = {"type": "tool-read", "toolCallId": "c", "state": "output-available", "input": {}, "output": "x"}


def contents(role: str, *parts: Any) -> dict[str, Any]:
    return {"role": role, "parts": list(parts)}


G_GO = contents("user", {"text": "Go."})
G_CALL = contents("model", {"functionCall": {"name": "read", "args": {}}})
G_TOLD = contents("user", {"functionResponse": {"name": "read", "response": {"output": "x"}}})


def blocks(role: str, *content: Any) -> dict[str, Any]:
    return {"role": role, "content": list(content)}


B_GO = blocks("user", {"text": "Go."})
B_CALL = blocks("assistant", {"toolUse": {"toolUseId": "c", "name": "read", "input": {}}})
B_TOLD = blocks("user", {"toolResult": {"toolUseId": "c", "content": [{"text": "x"}]}})
N_GO = {"role": "user", "text": "Go."}
N_CALL = {"role": "assistant", "calls": [{"id": "c", "tool": "read", "arguments": {}}]}
N_TOLD = {"role": "tool", "results": [{"callId": "c", "text": "x"}]}


@pytest.mark.parametrize(
    ("form", "messages"),
    [
        ("vercel", [{"role": "system", "content": "Rules."}, GO, V_CALL, V_TOLD, GO]),
        ("vercel", [GO, V_SERVED, GO]),
        ("vercel-ui", [UI_GO, ui({"type": "step-start"}, UI_DONE)]),
        ("vercel-ui", [UI_GO, ui({**UI_DONE, "state": "approval-requested"})]),
        ("gemini", [G_GO, G_CALL, G_TOLD]),
        ("bedrock", [B_GO, B_CALL, B_TOLD]),
        ("neutral", [N_GO, N_CALL, N_TOLD, N_GO]),
        ("neutral", [N_GO, {**N_CALL, **N_TOLD, "role": "assistant"}]),
    ],
)
def test_legal_for_hosts(form: Any, messages: list[dict[str, Any]]) -> None:
    assert illegal_messages(messages, form) == []


@pytest.mark.parametrize(
    ("form", "messages", "index", "why"),
    [
        ("vercel", [GO, V_CALL], 1, "calls without"),
        ("vercel", [GO, V_CALL, GO], 2, "calls without"),
        ("vercel", [GO, V_TOLD], 1, "results without"),
        ("vercel", [GO, V_CALL, V_TOLD, V_CALL, V_TOLD], 3, "twice"),
        ("vercel", [{"role": "tool", "content": "x"}], 0, "neither"),
        ("vercel", [{"role": "user", "content": [part("tool-call")]}], 0, "no such part"),
        ("vercel", [GO, V_CALL, {"role": "tool", "content": [part("tool-result", output="x")]}], 2, "no such output"),
        ("vercel-ui", [UI_GO, ui({**UI_DONE, "state": "input-available"}), UI_GO], 1, "without its result"),
        ("vercel-ui", [{"role": "user", "parts": []}], 0, "without an id"),
        ("vercel-ui", [UI_GO, ui(UI_DONE, UI_DONE)], 1, "twice"),
        ("gemini", [G_CALL, G_TOLD], 0, "not the user's"),
        ("gemini", [G_GO, G_GO], 1, "take turns"),
        ("gemini", [G_GO, G_CALL, G_GO], 2, "without their responses"),
        ("gemini", [G_GO, G_CALL, contents("user", *G_TOLD["parts"], *G_TOLD["parts"])], 2, "without their calls"),
        ("gemini", [contents("user", {"text": "x", "functionCall": {"name": "f"}})], 0, "one of its data"),
        ("gemini", [contents("user")], 0, "no parts"),
        ("bedrock", [B_GO, B_GO], 1, "take turns"),
        ("bedrock", [B_GO, B_CALL, B_GO], 2, "calls without"),
        ("bedrock", [B_GO, blocks("assistant", {"text": "x"}), B_TOLD], 2, "results without"),
        ("bedrock", [blocks("user", {"text": " "})], 0, "empty text"),
        ("bedrock", [blocks("user", {"document": {"name": "a"}})], 0, "without a text"),
        ("bedrock", [blocks("user", {"text": "x", "json": {}})], 0, "one member"),
        ("neutral", [N_GO, N_CALL, N_GO], 2, "calls without"),
        ("neutral", [N_GO, N_TOLD], 1, "results without"),
        ("neutral", [{"role": "user"}], 0, "neither text"),
    ],
)
def test_illegal_for_hosts(form: Any, messages: list[dict[str, Any]], index: int, why: str) -> None:
    found = illegal_messages(messages, form)
    assert any(fault.index == index and why in fault.why for fault in found), found


def test_another_format_is_an_error() -> None:
    with pytest.raises(ValueError, match="langchain"):
        illegal_messages([GO], "langchain")  # type: ignore[arg-type]
