"""A LangChain middleware that fits the messages to a limit before each model call; the model can fetch back the rest.

    with Client.spawn() as client:
        fit = FitContext(client, session_id="run-7", max_tokens=100_000)
        agent = create_agent(model, tools=[*tools, fit.fetch], middleware=[fit])

The agent's own state keeps every message. What the model does not get is in the session, and `context_get` gives it
back by the id in the marker that stands in its place.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from langchain.agents.middleware import AgentMiddleware, ModelRequest, ModelResponse
from langchain_core.messages import AnyMessage, convert_to_messages, convert_to_openai_messages
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
        plain = convert_to_openai_messages(request.messages)
        fitted = self._run.context.fit(
            messages=plain, format="openai-chat", max_tokens=self._max_tokens, keep_turns=self._keep_turns
        )
        return handler(request.override(messages=_restored(request.messages, plain, fitted.messages)))


def _restored(
    messages: list[AnyMessage], plain: list[dict[str, Any]], fitted: list[dict[str, Any]]
) -> list[AnyMessage]:
    """The messages that were left alone as they are, ids and all; the others made from their fitted form."""
    left = {json.dumps(form, sort_keys=True): message for form, message in zip(plain, messages, strict=True)}
    kept = [left.get(json.dumps(form, sort_keys=True)) for form in fitted]
    made: list[Any] = convert_to_messages(fitted)
    return [message or new for message, new in zip(kept, made, strict=True)]


def _fetch_tool(context: Any) -> BaseTool:
    @tool
    def context_get(item_id: str) -> str:
        """Get back a result or turn that was taken out, by the id in its marker."""
        return str(context.get(item_id=item_id).content)

    return context_get
