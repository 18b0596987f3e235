"""Conversations full of what only providers understand: legal at every limit, and nothing of it is lost."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from fit_legal import faults
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from test_fit_properties import SHARES, TOOLS, fitted, limit_of

from ctxbudget_server.fit import Options, Retrieval, fit
from ctxbudget_server.fit.conversation import first_sent
from ctxbudget_server.fit.model import edited
from ctxbudget_server.fit.shapes import SHAPES

Messages = list[dict[str, Any]]


def words(dice: Random, count: int) -> str:
    return " ".join(f"name_{dice.randrange(9999)}" for _ in range(count))


def block_of_anthropic(dice: Random, number: int) -> list[dict[str, Any]]:
    """What an agent's message may begin with."""
    served = f"srv{number}"
    search = {"type": "web_search_result", "url": "https://e.org", "encrypted_content": "q" * 200}
    return dice.choice(
        [
            [],
            [],
            [{"type": "compaction", "content": dice.choice(["All that was said. " * 3, None])}],
            [
                {"type": "server_tool_use", "id": served, "name": "web_search", "input": {}},
                {"type": "web_search_tool_result", "tool_use_id": served, "content": [search]},
            ],
            [
                {"type": "server_tool_use", "id": served, "name": "tool_search_tool_bm25", "input": {}},
                {"type": "tool_search_tool_result", "tool_use_id": served, "content": {"tool_references": []}},
            ],
            [{"type": "mcp_tool_listing", "mcp_server_name": "m", "tools": []}],
            [{"type": "hologram", "layers": words(dice, 20)}],
            [{"type": "thinking", "thinking": words(dice, 9), "signature": "c2ln"}],
        ]
    )


def anthropic(dice: Random, turns: int) -> Messages:
    messages: Messages = [{"role": "user", "content": "Go."}]
    for number in range(turns):
        said: list[dict[str, Any]] = [*block_of_anthropic(dice, number), {"type": "text", "text": f"Step {number}."}]
        answers: list[dict[str, Any]] = []
        for position in range(dice.randrange(3)):
            call = f"t{number}_{position}"
            said.append({"type": "tool_use", "id": call, "name": "Read", "input": {"file_path": f"{position}.py"}})
            text = words(dice, dice.choice([2, 30, 200]))
            content = dice.choice(
                [
                    text,
                    text,
                    [{"type": "tool_reference", "tool_name": "x"}],
                    [{"type": "new"}, {"type": "text", "text": text}],
                ]
            )
            answers.append({"type": "tool_result", "tool_use_id": call, "content": content})
        if not answers or dice.random() < 0.3:
            answers.append({"type": "text", "text": dice.choice(["<Button> is red.", words(dice, 8)])})
        if dice.random() < 0.1:
            answers.append({"type": "container_upload", "file_id": f"file{number}"})
        messages += [{"role": "assistant", "content": said}, {"role": "user", "content": answers}]
    return messages


def items_of_responses(dice: Random, number: int, after: dict[str, Any]) -> Messages:
    """What a step of the agent may hold beside its calls."""
    program, call = f"p{number}", f"pc{number}"
    said = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": f"Step {number}."}]}
    return dice.choice(
        [
            [{**said, **after}],
            [{**said, **after}],
            [] if after else [{"type": "compaction", "id": f"cmp{number}", "encrypted_content": "eA" * 50}],
            [
                {"type": "code_interpreter_call", "id": f"ci{number}", "code": words(dice, 20), "outputs": [], **after}
                | {"container_id": dice.choice("xy")}
            ],
            [
                {
                    "type": "mcp_approval_request",
                    "id": call,
                    "name": "f",
                    "arguments": "{}",
                    "server_label": "s",
                    **after,
                },
                {"type": "mcp_approval_response", "approval_request_id": call, "approve": True},
            ],
            [
                {"type": "tool_search_call", "call_id": call, "arguments": {}, **after},
                {"type": "tool_search_output", "call_id": call, "tools": []},
            ],
            [
                {"type": "program", "id": program, "call_id": call, "code": "x", "fingerprint": "f", **after},
                {"type": "function_call", "call_id": f"in{call}", "name": "f", "arguments": "{}"},
                {"type": "function_call_output", "call_id": f"in{call}", "output": words(dice, 50)},
                {"type": "program_output", "id": f"o{program}", "call_id": call, "result": words(dice, 30)},
            ],
        ]
    )


def responses(dice: Random, turns: int) -> Messages:
    items: Messages = [{"role": "user", "content": "Go."}]
    for number in range(turns):
        after: dict[str, Any] = {}
        if dice.random() < 0.3:
            items.append({"type": "reasoning", "id": f"rs{number}", "summary": [], "encrypted_content": "eA==" * 20})
            after = {"after": f"rs{number}"}
        items += items_of_responses(dice, number, after)
        for position in range(dice.randrange(3)):
            call, kind = f"c{number}_{position}", dice.choice(["function", "shell"])
            items.append({"type": f"{kind}_call", "call_id": call, "name": "f", "arguments": "{}", "action": {}})
            text = words(dice, dice.choice([3, 80]))
            output: Any = text if kind == "function" else [{"stdout": text, "stderr": ""}]
            items.append({"type": f"{kind}_call_output", "call_id": call, "output": output})
        if dice.random() < 0.6:
            items.append({"role": "user", "content": words(dice, 6)})
    return items


@pytest.mark.parametrize(("form", "make"), [("anthropic", anthropic), ("openai-responses", responses)])
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), turns=st.integers(1, 12), share=SHARES, keep=st.integers(0, 2))
def test_providers_keep_what_is_theirs(form: str, make: Any, seed: int, turns: int, share: float, keep: int) -> None:
    messages = make(Random(seed), turns)
    assume(not faults(form, messages))
    limit = limit_of(messages, share)

    found = fitted(form, messages, limit, keep_turns=keep)

    assert not faults(form, found.messages)
    shape = SHAPES[form]
    for index in range(first_sent(shape, messages), len(messages)):
        if any(part.stays for part in shape.parts(index, messages[index])):
            assert messages[index] in found.messages
    again = fitted(form, found.messages, limit, keep_turns=keep)
    assert json.dumps(again.messages) == json.dumps(found.messages)


@pytest.mark.parametrize(("form", "make"), [("anthropic", anthropic), ("openai-responses", responses)])
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), turns=st.integers(2, 12), keep=st.integers(0, 2), smaller=SHARES)
@example(seed=3473, turns=4, keep=0, smaller=0.05)
def test_a_smaller_limit_later_starts_from_what_was_decided(
    form: str, make: Any, seed: int, turns: int, keep: int, smaller: float
) -> None:
    """Whether the cut is of what was decided or of the whole again, and also where nothing fits."""
    messages = make(Random(seed), turns)
    assume(not faults(form, messages))
    first = fitted(form, messages, limit_of(messages, 0.3), keep_turns=keep)
    options = Options(limit_of(messages, smaller), keep_turns=keep, retrieval=Retrieval("archive"))

    later = fit(messages, form, options, TOOLS, lambda number, original: f"i482915036{number + 1:06}", earlier=first)

    assert not faults(form, later.messages)
    assert edited(messages, later.edits) == later.messages
