"""The capability for Pydantic AI, in an agent with a fake model and a real server."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic_ai import Agent, BinaryContent
from pydantic_ai.capabilities import ProcessHistory
from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.models.function import AgentInfo, FunctionModel
from support.session import serve_command

from ctxbudget_client import Client
from ctxbudget_client.plugs.pydantic_ai import FitContext

LIMIT = 9_000


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    with Client.spawn(serve_command(tmp_path), cwd=tmp_path, root=tmp_path) as client:
        yield client


class Model:
    """Reads a log so many times, then fetches what the first marker names, then ends."""

    def __init__(self, calls: int) -> None:
        self.calls = calls
        self.heard: list[list[ModelMessage]] = []
        self.asked = ""

    def answer(self, messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        self.heard.append(list(messages))
        step = len(self.heard)
        if step <= self.calls:
            call = ToolCallPart("read_log", {"number": step}, tool_call_id=f"c{step}")
            return ModelResponse(parts=[ThinkingPart("I look.", signature="s"), call])
        marker = re.search(r"context_get (i\w+)", "\n".join(map(str, results(messages).values())))
        if marker and not self.asked:
            self.asked = marker[1]
            return ModelResponse(parts=[ToolCallPart("context_get", {"item_id": self.asked}, tool_call_id="get")])
        return ModelResponse(parts=[TextPart("done")])


def read_log(number: int) -> str:
    """Read a log."""
    return f"log {number}\n" + "".join(f"{number}.{n} request served by worker_{number}\n" for n in range(200))


def results(messages: list[ModelMessage]) -> dict[str, object]:
    """The results in a request, by call."""
    parts = [part for message in messages for part in message.parts]
    return {part.tool_call_id: part.content for part in parts if isinstance(part, ToolReturnPart)}


def paired(messages: list[ModelMessage]) -> bool:
    """Whether each call is answered in the next message, and nothing else is."""
    for answer, request in zip(messages, [*messages[1:], None], strict=True):
        if isinstance(answer, ModelResponse):
            called = {part.tool_call_id for part in answer.parts if isinstance(part, ToolCallPart)}
            given = set(results([request])) if request is not None else set()
            if called != given:
                return False
    return True


def test_requests_are_cut_and_the_history_is_whole(client: Client) -> None:
    model = Model(calls=10)
    fit = FitContext(client, session_id="run", max_tokens=LIMIT)
    agent = Agent(FunctionModel(model.answer), capabilities=[fit], tools=[read_log])

    outcome = asyncio.run(agent.run("Which worker is slow?"))

    assert outcome.output == "done"
    history = results(outcome.all_messages())
    assert all(history[f"c{n}"] == read_log(n) for n in range(1, 11))
    assert history["get"] in [read_log(n) for n in range(1, 11)], "the model got a whole result back by its id"
    assert all(paired(messages) for messages in model.heard)
    last = results(model.heard[-1])
    assert len("".join(map(str, last.values()))) < len("".join(map(str, history.values()))) / 2
    assert isinstance(model.heard[-1][0], ModelRequest)
    assert model.heard[-1][0].parts[0].content == "Which worker is slow?"
    # The model's thinking goes back as it came, since it is the very same object.
    assert model.heard[-1][-4] in outcome.all_messages()
    assert any(isinstance(part, ThinkingPart) and part.signature for part in model.heard[-1][-4].parts)
    assert client.budget.status(session_id="run").retained <= LIMIT


def test_what_was_sent_is_the_beginning_of_what_is_sent_next(client: Client) -> None:
    model = Model(calls=12)
    fit = FitContext(client, session_id="run", max_tokens=2 * LIMIT)
    agent = Agent(FunctionModel(model.answer), capabilities=[fit], tools=[read_log])
    asyncio.run(agent.run("Which worker is slow?"))

    kept = [
        sum(1 for one, two in zip(before, after, strict=False) if one == two) == len(before)
        for before, after in zip(model.heard, model.heard[1:], strict=False)
    ]
    assert sum(kept) >= len(kept) / 2


def test_pictures_stay_and_so_do_system_prompts(client: Client) -> None:
    picture = BinaryContent(b"\x89PNG", media_type="image/png")
    fit = FitContext(client, session_id="pictures", max_tokens=2_500, keep_turns=1)
    messages: list[ModelMessage] = [ModelRequest(parts=[UserPromptPart(["What is this?", picture])])]
    for n in range(4):
        call = ToolCallPart("read_log", {"number": n}, tool_call_id=f"c{n}")
        messages += [
            ModelResponse(parts=[call]),
            ModelRequest(parts=[ToolReturnPart("read_log", read_log(n), f"c{n}")]),
        ]

    fitted = fit.fitted(messages)

    assert fitted[0] is messages[0]
    assert len(str(fitted)) < len(str(messages)) / 2


def test_it_serves_process_history_as_well(client: Client) -> None:
    model = Model(calls=6)
    fit = FitContext(client, session_id="kept", max_tokens=LIMIT)
    agent = Agent(FunctionModel(model.answer), capabilities=[ProcessHistory(fit.fitted)], tools=[read_log])

    history = asyncio.run(agent.run("Which worker is slow?")).all_messages()

    assert len(str(history)) < 6 * len(read_log(1)), "here the history is cut, too"
    assert all(paired(messages) for messages in model.heard)
