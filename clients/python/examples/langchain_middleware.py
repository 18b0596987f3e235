"""A LangChain middleware that fits the messages to a limit before each model call; the model can fetch back the rest.

    with Client.spawn() as client:
        fit = FitContext(client, session_id="run-7", max_tokens=100_000)
        agent = create_agent(model, tools=[*tools, fit.fetch], middleware=[fit])

The agent's own state keeps every message. What the model does not get is in the session, and `context_get` gives it
back by the id in the marker that replaces it. In a LangGraph graph of your own, call `fit.fitted(messages)` in
the node that calls the model.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from langchain.agents.middleware import AgentMiddleware, ModelRequest, ModelResponse
from langchain_core.messages import (
    AnyMessage,
    SystemMessage,
    ToolMessage,
    convert_to_messages,
    convert_to_openai_messages,
)
from langchain_core.tools import BaseTool, tool

from ctxbudget_client import Client


class FitContext(AgentMiddleware[Any, Any]):
    """Cuts what the model gets to `max_tokens` tokens. `session_id` is the account that everything is on."""

    def __init__(self, client: Client, *, session_id: str, max_tokens: int, keep_turns: int = 2) -> None:
        super().__init__()
        self._run = client.for_session(session_id)
        self._max_tokens = max_tokens
        self._keep_turns = keep_turns
        self._run.session.open()
        self.fetch = _fetch_tool(self._run.context)

    def wrap_model_call(
        self, request: ModelRequest[Any], handler: Callable[[ModelRequest[Any]], ModelResponse[Any]]
    ) -> ModelResponse[Any]:
        """Call the model with messages that fit; with the very same messages when they fit already."""
        return handler(self._fitting(request))

    async def awrap_model_call(
        self, request: ModelRequest[Any], handler: Callable[[ModelRequest[Any]], Awaitable[ModelResponse[Any]]]
    ) -> ModelResponse[Any]:
        """The same for `ainvoke` and `astream`; the event loop goes on meanwhile."""
        return await handler(await asyncio.to_thread(self._fitting, request))

    def fitted(self, messages: Sequence[AnyMessage], system: SystemMessage | None = None) -> list[AnyMessage]:
        """The messages that fit, beside the system message; those that were left alone are the same objects."""
        whole: list[AnyMessage] = [*([system] if system is not None else []), *messages]
        forms = [_openai(message) for message in whole]
        answer = self._run.context.fit(
            messages=[one for form in forms for one in form],
            format="openai-chat",
            max_tokens=self._max_tokens,
            keep_turns=self._keep_turns,
        )
        restored = _restored(whole, forms, answer.messages or [])
        return [message for message in restored if message is not system]

    def _fitting(self, request: ModelRequest[Any]) -> ModelRequest[Any]:
        return request.override(messages=self.fitted(request.messages, request.system_message))


def _restored(
    messages: list[AnyMessage], forms: list[list[dict[str, Any]]], fitted: list[dict[str, Any]]
) -> list[AnyMessage]:
    """The messages that were left alone as they are; a shortened result with its name, status and artifact."""
    left: defaultdict[str, deque[AnyMessage]] = defaultdict(deque)
    for message, own in zip(messages, forms, strict=True):
        if len(own) == 1:
            left[_key(own[0])].append(message)
    results = {message.tool_call_id: message for message in messages if isinstance(message, ToolMessage)}
    restored: list[AnyMessage] = []
    for form in fitted:
        if same := left[_key(form)]:
            restored.append(same.popleft())
        elif result := results.get(form.get("tool_call_id", "")):
            restored.append(result.model_copy(update={"content": form["content"]}))
        else:
            made: list[Any] = convert_to_messages([form])
            restored += made
    return restored


def _openai(message: AnyMessage) -> list[dict[str, Any]]:
    """One message, or several where it holds several results."""
    converted: Any = convert_to_openai_messages([message])
    return list(converted)


def _key(form: dict[str, Any]) -> str:
    return json.dumps(form, sort_keys=True)


def _fetch_tool(context: Any) -> BaseTool:
    @tool
    def context_get(item_id: str) -> str:
        """Get back a result or turn that was taken out, by the id in its marker."""
        return str(context.get(item_id=item_id).content)

    return context_get
