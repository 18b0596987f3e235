"""Conversations as agents have them, made by hypothesis, in each provider's shape."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from hypothesis import strategies as st

WORDS = st.sampled_from(
    ["the", "cache", "holds", "parse_config", "src/app/main.py", "refreshToken", "MAX_RETRIES", "4096", "in", "test"]
) | st.sampled_from(["server.handle_request", "\\n", "\u65e5\u672c", '"quoted"', "{json:", "1}", "<tag>"])
TEXT = st.lists(WORDS, min_size=1, max_size=12).map(" ".join)
RESULT = st.tuples(st.lists(WORDS, min_size=0, max_size=10).map(" ".join), st.sampled_from([1, 3, 40, 200])).map(
    lambda made: "\n".join(f"{line}: {made[0]}" for line in range(made[1])) if made[0] else ""
)
PATHS = st.sampled_from(["src/a.py", "src/b.py", "docs/c.md"])


class Use(NamedTuple):
    """A call and its result."""

    tool: str
    arguments: dict[str, Any]
    result: str
    failed: bool


class Step(NamedTuple):
    """A turn: what the agent says and calls, and what a person says then."""

    said: str
    uses: list[Use]
    person: str
    thinking: bool
    image: bool
    unusual: bool
    """What only some agents do: a server's tools, cache breakpoints, notes of the system, computers and shells."""


USE = st.one_of(
    st.builds(Use, st.just("Read"), PATHS.map(lambda p: {"file_path": p}), RESULT, st.booleans()),
    st.builds(Use, st.just("Edit"), PATHS.map(lambda p: {"file_path": p, "new": "x" * 40}), RESULT, st.booleans()),
    st.builds(Use, st.just("Bash"), TEXT.map(lambda c: {"command": c}), RESULT, st.booleans()),
)
STEP = st.builds(
    Step,
    TEXT,
    st.lists(USE, max_size=3),
    st.one_of(st.just(""), TEXT),
    st.booleans(),
    st.booleans(),
    st.sampled_from([False, False, True]),
)
STEPS = st.lists(STEP, min_size=1, max_size=14)

IMAGE = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBOR" * 400}}


def anthropic(steps: list[Step]) -> list[dict[str, Any]]:
    """The conversation up to where a person or a tool spoke last."""
    messages: list[dict[str, Any]] = [{"role": "user", "content": "Please do it, by the rules."}]
    breakpoints = 0
    for number, step in enumerate(steps):
        blocks: list[dict[str, Any]] = []
        if step.thinking:
            blocks.append({"type": "thinking", "thinking": step.said, "signature": "c2ln"})
        if step.unusual:
            blocks.append(
                {"type": "server_tool_use", "id": f"srv_{number}", "name": "web_search", "input": {"query": "q"}}
            )
            blocks.append({"type": "web_search_tool_result", "tool_use_id": f"srv_{number}", "content": []})
        blocks.append({"type": "text", "text": step.said})
        answers: list[dict[str, Any]] = []
        for position, use in enumerate(step.uses):
            call = f"toolu_{number}_{position}"
            blocks.append({"type": "tool_use", "id": call, "name": use.tool, "input": use.arguments})
            content: Any = use.result if position != 1 else [{"type": "text", "text": use.result or "-"}]
            if position == 1 and step.image:
                content = [*content, IMAGE]
            answers.append({"type": "tool_result", "tool_use_id": call, "content": content, "is_error": use.failed})
        if step.unusual and answers and breakpoints < 4:
            answers[-1]["cache_control"] = {"type": "ephemeral"}
            breakpoints += 1
        if step.person or not answers:
            answers.append({"type": "text", "text": step.person or "go on"})
        messages += [{"role": "assistant", "content": blocks}, {"role": "user", "content": answers}]
    return messages


def chat(steps: list[Step]) -> list[dict[str, Any]]:
    """The same for OpenAI's chat completions."""
    messages: list[dict[str, Any]] = [
        {"role": "system", "content": "You are careful."},
        {"role": "user", "content": "Please do it, by the rules."},
    ]
    for number, step in enumerate(steps):
        message: dict[str, Any] = {"role": "assistant", "content": step.said}
        calls = [
            {
                "id": f"c{number}_{i}",
                "type": "function",
                "function": {"name": u.tool, "arguments": json.dumps(u.arguments)},
            }
            for i, u in enumerate(step.uses)
        ]
        messages.append({**message, "tool_calls": calls} if calls else message)
        messages += [
            {"role": "tool", "tool_call_id": f"c{number}_{i}", "content": u.result} for i, u in enumerate(step.uses)
        ]
        if step.unusual:
            messages.append({"role": "developer", "content": "The budget is short."})
        if step.person or not calls:
            messages.append({"role": "user", "content": step.person or "go on"})
    return messages


def responses(steps: list[Step]) -> list[dict[str, Any]]:
    """The same for OpenAI's responses."""
    items: list[dict[str, Any]] = [{"role": "user", "content": "Please do it, by the rules."}]
    for number, step in enumerate(steps):
        after: dict[str, Any] = {}
        if step.thinking:
            items.append({"type": "reasoning", "id": f"rs_{number}", "summary": [], "encrypted_content": "eA=="})
            after = {"after": f"rs_{number}"}
        said = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": step.said}]}
        items.append({**said, **after})
        made = [_responses_use(f"c{number}_{i}", use, step.unusual) for i, use in enumerate(step.uses)]
        items += [{**call, **after} for call, _ in made]
        items += [output for _, output in made]
        if step.person or not step.uses:
            items.append({"role": "user", "content": [{"type": "input_text", "text": step.person or "go on"}]})
    return items


def _responses_use(call: str, use: Use, unusual: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    if not unusual:
        asked = {"type": "function_call", "call_id": call, "name": use.tool, "arguments": json.dumps(use.arguments)}
        return asked, {"type": "function_call_output", "call_id": call, "output": use.result}
    if use.tool == "Bash":
        printed = [{"stdout": use.result, "stderr": "", "outcome": {"type": "exit", "exit_code": 0}}]
        asked = {"type": "shell_call", "call_id": call, "action": {"commands": [use.arguments["command"]]}}
        return asked, {"type": "shell_call_output", "call_id": call, "output": printed}
    screen = {"type": "computer_screenshot", "image_url": "data:image/png;base64," + "iVBOR" * 80}
    asked = {"type": "computer_call", "call_id": call, "action": {"type": "screenshot"}}
    return asked, {"type": "computer_call_output", "call_id": call, "output": screen}


def vercel(steps: list[Step]) -> list[dict[str, Any]]:
    """The same for the Vercel AI SDK."""
    messages: list[dict[str, Any]] = [
        {"role": "system", "content": "You are careful."},
        {"role": "user", "content": "Please do it, by the rules."},
    ]
    for number, step in enumerate(steps):
        blocks: list[dict[str, Any]] = [{"type": "reasoning", "text": step.said}] if step.thinking else []
        if step.unusual:
            served = {"toolCallId": f"srv_{number}", "toolName": "web_search"}
            found = {"type": "json", "value": [{"url": "https://e.org", "encryptedContent": "q" * 90}]}
            blocks.append({"type": "tool-call", **served, "input": {"query": "q"}, "providerExecuted": True})
            blocks.append({"type": "tool-result", **served, "output": found})
        blocks.append({"type": "text", "text": step.said})
        results = []
        for position, use in enumerate(step.uses):
            call = {"toolCallId": f"c{number}_{position}", "toolName": use.tool}
            blocks.append({"type": "tool-call", **call, "input": use.arguments})
            results.append({"type": "tool-result", **call, "output": _vercel_output(use, step, position)})
        messages.append({"role": "assistant", "content": blocks})
        if results and step.image:
            messages += [{"role": "tool", "content": [result]} for result in results]
        elif results:
            messages.append({"role": "tool", "content": results})
        if step.person or not results:
            said: Any = step.person or "go on"
            messages.append({"role": "user", "content": [{"type": "text", "text": said}] if step.thinking else said})
    return messages


def _vercel_output(use: Use, step: Step, position: int) -> dict[str, Any]:
    if position == 1:
        picture = {"type": "image-data", "mediaType": "image/png", "data": "iVBOR" * 400}
        text = {"type": "text", "text": use.result}
        return {"type": "content", "value": [text, picture] if step.image else [text]}
    if step.unusual:
        return {"type": "error-json" if use.failed else "json", "value": {"lines": use.result.split("\n"), "ok": True}}
    return {"type": "error-text" if use.failed else "text", "value": use.result}


def vercel_ui(steps: list[Step]) -> list[dict[str, Any]]:
    """The same as the Vercel AI SDK's UI messages."""
    messages: list[dict[str, Any]] = [
        {"id": "sys", "role": "system", "parts": [{"type": "text", "text": "You are careful."}]},
        {"id": "go", "role": "user", "parts": [{"type": "text", "text": "Please do it, by the rules."}]},
    ]
    parts: list[dict[str, Any]] = []
    for number, step in enumerate(steps):
        parts.append({"type": "step-start"})
        if step.thinking:
            parts.append({"type": "reasoning", "text": step.said, "state": "done"})
        parts.append({"type": "text", "text": step.said, "state": "done"})
        for position, use in enumerate(step.uses):
            named = {"type": "dynamic-tool", "toolName": use.tool} if position else {"type": f"tool-{use.tool}"}
            output: Any = {"stdout": use.result, "code": 0} if step.unusual else use.result
            ended = {"state": "output-error", "errorText": use.result} if use.failed else {"output": output}
            call = {"toolCallId": f"c{number}_{position}", "input": use.arguments}
            parts.append({**named, "state": "output-available", **call, **ended})
        if step.image:
            parts += [{"type": "data-progress", "data": {"done": number}}, {"type": "source-url", **SOURCE}]
        if step.person or number == len(steps) - 1:
            said = {"type": "text", "text": step.person or "go on"}
            messages.append({"id": f"a{number}", "role": "assistant", "parts": parts, "metadata": {"n": number}})
            messages.append({"id": f"u{number}", "role": "user", "parts": [said]})
            parts = []
    return messages


SOURCE = {"sourceId": "s", "url": "https://e.org"}


def gemini(steps: list[Step]) -> list[dict[str, Any]]:
    """The same as Gemini's contents."""
    messages: list[dict[str, Any]] = [{"role": "user", "parts": [{"text": "Please do it, by the rules."}]}]
    for number, step in enumerate(steps):
        parts: list[dict[str, Any]] = [{"text": step.said, "thought": True}] if step.thinking else []
        parts.append({"text": step.said})
        answers: list[dict[str, Any]] = []
        for position, use in enumerate(step.uses):
            own = {"id": f"c{number}_{position}"} if step.unusual else {}
            signed = {"thoughtSignature": "c2ln" * 20} if position == 0 else {}
            parts.append({"functionCall": {**own, "name": use.tool, "args": use.arguments}, **signed})
            told: dict[str, Any] = {"error" if use.failed else "output": use.result}
            if step.unusual:
                told = {"stdout": use.result, "exitCode": 1 if use.failed else 0}
            answer: dict[str, Any] = {**own, "name": use.tool, "response": told}
            if position == 1 and step.image:
                answer["parts"] = [{"inlineData": {"mimeType": "image/png", "data": "iVBOR" * 400}}]
            answers.append({"functionResponse": answer})
        if step.person or not answers:
            answers.append({"text": step.person or "go on"})
        messages += [{"role": "model", "parts": parts}, {"role": "user", "parts": answers}]
    return messages


def bedrock(steps: list[Step]) -> list[dict[str, Any]]:
    """The same for Bedrock's Converse."""
    messages: list[dict[str, Any]] = [{"role": "user", "content": [{"text": "Please do it, by the rules."}]}]
    points = 0
    for number, step in enumerate(steps):
        blocks: list[dict[str, Any]] = []
        if step.thinking:
            blocks.append({"reasoningContent": {"reasoningText": {"text": step.said, "signature": "c2ln"}}})
        blocks.append({"text": step.said})
        answers: list[dict[str, Any]] = []
        for position, use in enumerate(step.uses):
            call = f"c{number}_{position}"
            blocks.append({"toolUse": {"toolUseId": call, "name": use.tool, "input": use.arguments}})
            content: list[dict[str, Any]] = [{"text": use.result or "-"}]
            if step.unusual:
                content = [{"json": {"lines": use.result.split("\n")}}]
            if position == 1 and step.image:
                content.append({"image": {"format": "png", "source": {"bytes": "iVBOR" * 400}}})
            status = {"status": "error"} if use.failed else {}
            answers.append({"toolResult": {"toolUseId": call, "content": content, **status}})
        if step.unusual and answers and points < 4:
            answers.append({"cachePoint": {"type": "default"}})
            points += 1
        if step.person or not answers:
            answers.append({"text": step.person or "go on"})
        messages += [{"role": "assistant", "content": blocks}, {"role": "user", "content": answers}]
    return messages


def neutral(steps: list[Step]) -> list[dict[str, Any]]:
    """The same in few fields; results beside their calls, or behind them."""
    messages: list[dict[str, Any]] = [
        {"id": "sys", "role": "system", "text": "You are careful."},
        {"id": "go", "role": "user", "text": "Please do it, by the rules."},
    ]
    for number, step in enumerate(steps):
        uses = list(enumerate(step.uses))
        calls = [{"id": f"c{number}_{i}", "tool": use.tool, "arguments": use.arguments} for i, use in uses]
        results = [{"callId": f"c{number}_{i}", "text": use.result, "failed": use.failed} for i, use in uses]
        said: dict[str, Any] = {"id": f"m{number}", "role": "assistant", "text": step.said}
        if step.unusual:
            messages.append({**said, "calls": calls, "results": results})
        elif calls:
            messages += [{**said, "calls": calls}, {"role": "tool", "results": results}]
        else:
            messages.append({**said, "fixed": True} if step.image else said)
        if step.person or not calls:
            messages.append({"id": f"u{number}", "role": "user", "text": step.person or "go on"})
    return messages


MAKERS = {
    "anthropic": anthropic,
    "openai-chat": chat,
    "openai-responses": responses,
    "vercel": vercel,
    "gemini": gemini,
    "bedrock": bedrock,
    "vercel-ui": vercel_ui,
    "neutral": neutral,
}
