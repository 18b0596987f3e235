"""A LangChain middleware that fits the messages to a limit before each model call.

    with Client.spawn() as client:
        fit = FitContext(client, session_id="run-7", max_tokens=100_000)
        agent = create_agent(model, tools, middleware=[fit])

The agent's own state keeps every message. What the model does not get is in the session, and the tool `context_get`,
which the middleware adds, gives it back by the id in the marker that replaces it. In a LangGraph graph of your own,
call `fit.fitted(messages)` in the node that calls the model, and give it the tools in `fit.tools`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Unpack

from langchain.agents.middleware import AgentMiddleware, ModelRequest, ModelResponse
from langchain_core.messages import (
    AIMessage,
    AnyMessage,
    SystemMessage,
    ToolMessage,
    convert_to_messages,
    convert_to_openai_messages,
)
from langchain_core.tools import StructuredTool

from ctxbudget_client.client import Client
from ctxbudget_client.plugs.conversation import LOGGER, TOOL_DESCRIPTION, ConversationFit, FitOptions, Row


class FitContext(AgentMiddleware[Any, Any]):
    """Cuts what the model gets to `max_tokens` tokens. `session_id` is the account that everything is on."""

    def __init__(self, client: Client, *, session_id: str, max_tokens: int, **options: Unpack[FitOptions]) -> None:
        super().__init__()
        self._fit = ConversationFit(client, session_id, max_tokens, "openai-chat", **options)
        self.tools = [StructuredTool.from_function(self._fit.fetch, name="context_get", description=TOOL_DESCRIPTION)]

    def wrap_model_call(
        self, request: ModelRequest[Any], handler: Callable[[ModelRequest[Any]], ModelResponse[Any]]
    ) -> ModelResponse[Any]:
        """Call the model with messages that fit."""
        return handler(self._fitting(request))

    async def awrap_model_call(
        self, request: ModelRequest[Any], handler: Callable[[ModelRequest[Any]], Awaitable[ModelResponse[Any]]]
    ) -> ModelResponse[Any]:
        """The same for `ainvoke` and `astream`; the event loop goes on meanwhile."""
        return await handler(await asyncio.to_thread(self._fitting, request))

    def fitted(self, messages: Sequence[AnyMessage], system: SystemMessage | None = None) -> list[AnyMessage]:
        """The messages that fit, beside the system message; those that were left alone are the same objects."""
        whole: list[AnyMessage] = [*([system] if system is not None else []), *messages]
        try:
            return [message for message in self._fitted(whole) if message is not system]
        except Exception:
            LOGGER.exception("the messages could not be converted, and are sent as they are")
            return list(messages)

    def _fitting(self, request: ModelRequest[Any]) -> ModelRequest[Any]:
        return request.override(messages=self.fitted(request.messages, request.system_message))

    def _fitted(self, whole: list[AnyMessage]) -> list[AnyMessage]:
        rows: list[Row] = []
        owners: dict[int, list[AnyMessage]] = {}
        pins: list[int] = []
        for message in whole:
            converted: Any = convert_to_openai_messages([message])
            if len(converted) > 1:  # several results in one message: it stays whole
                pins += range(len(rows), len(rows) + len(converted))
            owners |= {id(row): [] if position else [message] for position, row in enumerate(converted)}
            rows += converted
        fitted = self._fit.fitted(rows, pins=pins, billed=_billed(whole))
        results = {message.tool_call_id: message for message in whole if isinstance(message, ToolMessage)}
        return [message for row in fitted for message in _restored(row, owners, results)]


def _restored(row: Row, owners: dict[int, list[AnyMessage]], results: dict[str, ToolMessage]) -> list[AnyMessage]:
    """The message that a row was made of; a shortened result with its name, status and artifact; or a record."""
    if id(row) in owners:
        return owners[id(row)]
    if result := results.get(row.get("tool_call_id", "")):
        return [result.model_copy(update={"content": row["content"]})]
    made: list[Any] = convert_to_messages([dict(row)])
    return made


def _billed(messages: Sequence[AnyMessage]) -> int | None:
    """Input tokens of the request that the latest answer replied to."""
    last = next((message for message in reversed(messages) if isinstance(message, AIMessage)), None)
    return last.usage_metadata["input_tokens"] if last is not None and last.usage_metadata else None
