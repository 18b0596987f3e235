"""A capability for Pydantic AI that fits the messages to a limit before each model request.

    with Client.spawn() as client:
        agent = Agent(model, capabilities=[FitContext(client, session_id="run-7", max_tokens=100_000)])

Only the request is cut; the history of the run keeps every message. The capability adds the tool `context_get`.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from pydantic_ai import FunctionToolset, RunContext
from pydantic_ai.capabilities import AbstractCapability
from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    RetryPromptPart,
    SystemPromptPart,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.models import ModelRequestContext

from ctxbudget_client.client import Client
from ctxbudget_client.plugs.conversation import LOGGER, TOOL_DESCRIPTION, ConversationFit, FitOptions, Row


class FitContext(AbstractCapability[Any]):
    """Cuts what the model gets to `max_tokens` tokens. `session_id` is the account that everything is on."""

    def __init__(self, client: Client, *, session_id: str, max_tokens: int, **options: Unpack[FitOptions]) -> None:
        self._fit = ConversationFit(client, session_id, max_tokens, "neutral", **options)

    def get_toolset(self) -> FunctionToolset[Any]:
        """The tool `context_get`."""
        toolset: FunctionToolset[Any] = FunctionToolset()
        toolset.add_function(self._fit.fetch, name="context_get", description=TOOL_DESCRIPTION)
        return toolset

    async def before_model_request(
        self, ctx: RunContext[Any], request_context: ModelRequestContext
    ) -> ModelRequestContext:
        """The request with messages that fit; the event loop goes on meanwhile."""
        messages = await asyncio.to_thread(self.fitted, request_context.messages)
        return dataclasses.replace(request_context, messages=messages)

    def fitted(self, messages: Sequence[ModelMessage]) -> list[ModelMessage]:
        """The messages that fit; those that were left alone are the same objects. Also for `ProcessHistory`."""
        try:
            rows = [_row(index, message) for index, message in enumerate(messages)]
            owners = {id(row): message for row, message in zip(rows, messages, strict=True)}
            fitted = self._fit.fitted(rows, billed=_billed(messages))
            return [owners[id(row)] if id(row) in owners else _restored(row, messages) for row in fitted]
        except Exception:
            LOGGER.exception("the messages could not be converted, and are sent as they are")
            return list(messages)


def _row(index: int, message: ModelMessage) -> Row:
    """A message in the format `neutral`. It is fixed if it has what these members do not express."""
    if isinstance(message, ModelRequest):
        return _request(index, message)
    texts = [part.content for part in message.parts if isinstance(part, TextPart)]
    calls = [
        {"id": part.tool_call_id, "tool": part.tool_name, "arguments": part.args_as_json_str()}
        for part in message.parts
        if isinstance(part, ToolCallPart)
    ]
    known = all(isinstance(part, TextPart | ThinkingPart | ToolCallPart) for part in message.parts)
    row: dict[str, Any] = {"id": str(index), "role": "assistant", "text": "\n".join(texts)}
    thinking = [part.content for part in message.parts if isinstance(part, ThinkingPart) and part.content]
    return {
        **row,
        **({"thinking": "\n".join(thinking)} if thinking else {}),
        **({"calls": calls} if calls else {}),
        **({} if known else {"fixed": True}),
    }


def _request(index: int, message: ModelRequest) -> Row:
    texts: list[str] = []
    results: list[dict[str, Any]] = []
    fixed = False
    for part in message.parts:
        if isinstance(part, UserPromptPart) and isinstance(part.content, str):
            texts.append(part.content)
        elif isinstance(part, ToolReturnPart):
            # What a typed part holds, and files, cannot be replaced by a text.
            stays = type(part) is not ToolReturnPart or bool(part.files)
            failed = part.outcome != "success"
            text = part.model_response_str()
            results.append({"callId": part.tool_call_id, "text": text, "failed": failed, "fixed": stays})
        elif isinstance(part, RetryPromptPart) and part.tool_name is not None:
            results.append({"callId": part.tool_call_id, "text": part.model_response(), "failed": True, "fixed": True})
        else:
            texts += [part.content] if isinstance(part, SystemPromptPart) else []
            fixed = True
    row: dict[str, Any] = {"id": str(index), "role": "user", "text": "\n".join(texts)}
    return {**row, **({"results": results} if results else {}), **({"fixed": True} if fixed else {})}


def _restored(row: Row, messages: Sequence[ModelMessage]) -> ModelMessage:
    """The message whose results a row shortens, or a record."""
    if "id" not in row:
        if row["role"] == "assistant":
            return ModelResponse(parts=[TextPart(row["text"])])
        return ModelRequest(parts=[UserPromptPart(row["text"])])
    message = messages[int(row["id"])]
    if not isinstance(message, ModelRequest):
        return message
    texts: Mapping[str, str] = {result["callId"]: result["text"] for result in row["results"]}
    parts = [_shortened(part, texts) if isinstance(part, ToolReturnPart) else part for part in message.parts]
    return dataclasses.replace(message, parts=parts)


def _shortened(part: ToolReturnPart[Any], texts: Mapping[str, str]) -> ToolReturnPart[Any]:
    """The part with the text that replaces it; the same object if there is none."""
    text = texts[part.tool_call_id]
    return part if text == part.model_response_str() else dataclasses.replace(part, content=text)


def _billed(messages: Sequence[ModelMessage]) -> int | None:
    """Input tokens of the request that the latest answer replied to."""
    last = next((message for message in reversed(messages) if isinstance(message, ModelResponse)), None)
    return last.usage.input_tokens or None if last is not None else None
