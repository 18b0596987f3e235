"""What the fitter writes is of the providers' own types, and it knows every type that their SDKs know."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, get_args, get_type_hints

import pytest
from fit_conversations import MAKERS, STEPS, Step
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter
from test_fit_properties import SHARES, fitted, limit_of

from ctxbudget_server.fit.shapes import SHAPES

anthropic = pytest.importorskip("anthropic.types.beta")
chat = pytest.importorskip("openai.types.chat")
responses = pytest.importorskip("openai.types.responses")

TYPES: dict[str, Any] = {
    "anthropic": anthropic.BetaMessageParam,
    "openai-chat": chat.ChatCompletionMessageParam,
    "openai-responses": responses.ResponseInputItemParam,
}


@pytest.mark.parametrize("form", TYPES)
@settings(max_examples=20, deadline=None)
@given(steps=STEPS, share=SHARES, keep=st.integers(0, 2))
def test_what_is_written_is_of_the_providers_types(form: str, steps: list[Step], share: float, keep: int) -> None:
    messages = MAKERS[form](steps)
    found = fitted(form, messages, limit_of(messages, share), keep_turns=keep)
    for message in found.messages:
        if message not in messages:
            adapter(form).validate_python(message, strict=False)


@cache
def adapter(form: str) -> TypeAdapter[Any]:
    """What checks messages of this form; it takes a second to make."""
    return TypeAdapter(TYPES[form])


def members(union: Any) -> Iterator[Any]:
    """The object types of a union of params, however nested; the SDK's models of answers are left out."""
    for one in get_args(union) or [union]:
        if hasattr(one, "__required_keys__"):
            yield one
        elif get_args(one):
            yield from members(one)


def kinds(union: Any) -> set[str]:
    """The values of `type` in the object types of a union."""
    hints = [get_type_hints(one).get("type") for one in members(union)]
    return {kind for hint in hints for kind in _literals(hint) if isinstance(kind, str)}


def _literals(hint: Any) -> Iterator[Any]:
    for one in get_args(hint):
        yield from _literals(one) if get_args(one) else [one]


def test_every_block_of_anthropics_sdk_is_known() -> None:
    union = anthropic.BetaContentBlockParam
    assert {"text", "tool_use", "compaction"} <= kinds(union)
    for kind in sorted(kinds(union)):
        message = {"role": "assistant", "content": [{"type": kind}]}
        assert not SHAPES["anthropic"].has_unknown(message), kind


def test_every_part_of_openais_chat_is_known() -> None:
    union = chat.ChatCompletionContentPartParam
    assert {"text", "image_url", "file"} <= kinds(union)
    for kind in sorted(kinds(union)):
        message = {"role": "user", "content": [{"type": kind}]}
        assert not SHAPES["openai-chat"].has_unknown(message), kind


def test_every_item_of_openais_responses_is_known() -> None:
    found = kinds(responses.ResponseInputItemParam)
    assert {"message", "function_call", "compaction", "reasoning"} <= found
    for kind in sorted(found):
        assert not SHAPES["openai-responses"].has_unknown({"type": kind, "role": "user"}), kind
        fault = SHAPES["openai-responses"].fault({"type": kind})
        assert fault is None or fault.where != ("type",), kind
