"""An input filter for the OpenAI Agents SDK that fits the items to a limit before each model call.

    with Client.spawn() as client:
        fit = FitContext(client, session_id="run-7", max_tokens=100_000)
        agent = Agent("worker", tools=[*tools, *fit.tools])
        await Runner.run(agent, question, run_config=RunConfig(call_model_input_filter=fit), hooks=fit.hooks)

Only the call is cut; the run and its session keep every item. `fit.hooks` is optional: with it the provider's bill of
each call says how much room instructions and tools take.
"""

from __future__ import annotations

import asyncio
from typing import Any, Unpack, cast

from agents import FunctionTool, RunContextWrapper, RunHooks, function_tool
from agents.items import ModelResponse, TResponseInputItem
from agents.run import CallModelData, ModelInputData

from ctxbudget_client.client import Client
from ctxbudget_client.plugs.conversation import LOGGER, TOOL_DESCRIPTION, ConversationFit, FitOptions, Row


class FitContext:
    """Cuts what the model gets to `max_tokens` tokens. `session_id` is the account that everything is on."""

    def __init__(self, client: Client, *, session_id: str, max_tokens: int, **options: Unpack[FitOptions]) -> None:
        self._fit = ConversationFit(client, session_id, max_tokens, "openai-responses", **options)
        self.hooks = _Bills()
        """Remembers the provider's bills, by agent: for `hooks` of `Runner.run`."""
        fetch = function_tool(self._fit.fetch, name_override="context_get", description_override=TOOL_DESCRIPTION)
        self.tools: list[FunctionTool] = [fetch]

    async def __call__(self, data: CallModelData[Any]) -> ModelInputData:
        """The input of a model call, cut to fit; the event loop goes on meanwhile."""
        given = data.model_data
        billed = self.hooks.billed.get(data.agent.name)
        items = await asyncio.to_thread(self.fitted, given.input, billed)
        return ModelInputData(input=items, instructions=given.instructions)

    def fitted(self, items: list[TResponseInputItem], billed: int | None = None) -> list[TResponseInputItem]:
        """The items that fit; those that were left alone are the same objects."""
        try:
            return cast(list[TResponseInputItem], list(self._fit.fitted(cast(list[Row], items), billed=billed)))
        except Exception:
            LOGGER.exception("the items could not be fitted, and are sent as they are")
            return items


class _Bills(RunHooks[Any]):
    """Input tokens of each agent's latest call."""

    def __init__(self) -> None:
        self.billed: dict[str, int] = {}

    async def on_llm_end(self, context: RunContextWrapper[Any], agent: Any, response: ModelResponse) -> None:
        """Remember the bill."""
        if response.usage.input_tokens:
            self.billed[agent.name] = response.usage.input_tokens
