"""Runs an agent of the OpenAI Agents SDK with a fake model: `FOLDER CALLS LIMIT BILLED`. Prints what the model heard.

A program of its own, since the SDK's package `agents` has the name of a folder of these tests.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from typing import Any

from agents import Agent, ModelResponse, RunConfig, Runner, Usage, function_tool, set_tracing_disabled
from agents.models.interface import Model
from openai.types.responses import ResponseFunctionToolCall, ResponseOutputMessage, ResponseOutputText

from ctxbudget_client import Client
from ctxbudget_client.plugs.openai_agents import FitContext


class Reader(Model):
    """Reads a log so many times, then fetches what the first marker names, then ends."""

    def __init__(self, calls: int, billed: int) -> None:
        self.calls = calls
        self.billed = billed
        self.heard: list[list[Any]] = []
        self.asked = ""

    async def get_response(self, system_instructions: Any, input: Any, *args: Any, **kwargs: Any) -> ModelResponse:
        self.heard.append(list(input))
        step = len(self.heard)
        marker = re.search(r"context_get (i\w+)", json.dumps(input))
        if step <= self.calls:
            output: Any = call("read_log", {"number": step}, f"c{step}")
        elif marker and not self.asked:
            self.asked = marker[1]
            output = call("context_get", {"item_id": self.asked}, "get")
        else:
            text = ResponseOutputText(type="output_text", text="done", annotations=[])
            output = ResponseOutputMessage(id="m", type="message", role="assistant", status="completed", content=[text])
        bill = self.billed + len(json.dumps(input)) // 3 if self.billed else 0
        return ModelResponse(output=[output], usage=Usage(requests=1, input_tokens=bill), response_id=None)

    def stream_response(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError


def call(name: str, arguments: dict[str, Any], call_id: str) -> ResponseFunctionToolCall:
    return ResponseFunctionToolCall(type="function_call", name=name, arguments=json.dumps(arguments), call_id=call_id)


@function_tool
def read_log(number: int) -> str:
    """Read a log."""
    return f"log {number}\n" + "".join(f"{number}.{n} request served by worker_{number}\n" for n in range(200))


def main(folder: str, calls: str, limit: str, billed: str) -> None:
    set_tracing_disabled(True)
    model = Reader(int(calls), int(billed))
    with Client.spawn(cwd=folder, root=folder) as client:
        fit = FitContext(client, session_id="run", max_tokens=int(limit))
        agent = Agent("worker", model=model, tools=[read_log, *fit.tools])
        run = Runner.run(
            agent,
            "Which worker is slow?",
            run_config=RunConfig(call_model_input_filter=fit),
            hooks=fit.hooks,
            max_turns=int(calls) + 5,
        )
        outcome = asyncio.run(run)
        retained = client.budget.status(session_id="run").retained
    told = {
        "output": outcome.final_output,
        "items": outcome.to_input_list(),
        "heard": model.heard,
        "retained": retained,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
