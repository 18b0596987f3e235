"""The LangChain middleware in an agent with a fake model and a real server."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    AnyMessage,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_core.tools import tool
from langgraph.graph import START, MessagesState, StateGraph
from pydantic import Field
from support.session import serve_command

from ctxbudget_client import Client
from ctxbudget_client.plugs.langchain import FitContext

ROOT = Path(__file__).parents[2]


class Listening(GenericFakeChatModel):
    """A fake model that remembers what it was given."""

    heard: list[list[BaseMessage]] = Field(default_factory=list)

    def _generate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:
        self.heard.append(list(messages))
        return super()._generate(messages, *args, **kwargs)

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> Any:
        return self


class Streaming(Listening):
    """The same, in chunks."""

    def _stream(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> Iterator[ChatGenerationChunk]:
        self.heard.append(list(messages))
        message: Any = next(self.messages)
        for word in message.content.split(" "):
            yield ChatGenerationChunk(message=AIMessageChunk(word, tool_calls=message.tool_calls))


@tool
def read_log(number: int) -> str:
    """Read a log."""
    return f"log {number}\n" + "".join(f"{number}.{n} request served by worker_{number}\n" for n in range(400))


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    with Client.spawn(serve_command(tmp_path), cwd=tmp_path, root=tmp_path) as client:
        yield client


def test_the_model_gets_what_fits_and_fetches_back_the_rest(client: Client) -> None:
    limit = 12_000
    calls = [
        AIMessage("", tool_calls=[{"name": "read_log", "args": {"number": n}, "id": f"call_{n}"}]) for n in range(8)
    ]
    model = Listening(messages=iter([*calls, AIMessage("done")]))
    fit = FitContext(client, session_id="chain", max_tokens=limit)
    agent = create_agent(model, tools=[read_log], middleware=[fit])

    state = agent.invoke({"messages": [HumanMessage("Which worker is slow?")]}, {"recursion_limit": 100})

    whole = [message for message in state["messages"] if isinstance(message, ToolMessage)]
    assert len(whole) == 8
    last = model.heard[-1]
    assert last[0].content == "Which worker is slow?"
    results = [message for message in last if isinstance(message, ToolMessage)]
    assert [message.tool_call_id for message in results][-2:] == ["call_6", "call_7"]
    assert results[-1].content == whole[-1].content, "recent results are left as they are"
    for heard in model.heard:
        assert len(heard) <= 18
    gone = [item for item in client.for_session("chain").context.list().items if item.state != "retained"]
    assert gone
    fetched = {fit.tools[0].invoke({"item_id": item.id}) for item in gone}
    assert {message.content for message in whole} & fetched
    assert client.budget.status(session_id="chain").retained <= limit


def test_messages_that_fit_are_left_alone(client: Client) -> None:
    model = Listening(messages=iter([AIMessage("hello")]))
    fit = FitContext(client, session_id="short", max_tokens=10_000)
    question = HumanMessage("Hi", id="q1")

    create_agent(model, middleware=[fit]).invoke({"messages": [question]})

    assert model.heard[-1][0] == question


def test_async_agents_and_their_system_message(client: Client) -> None:
    """The system message counts, and stays; a streamed answer goes the same way."""
    limit = 6_000
    calls = [
        AIMessage("", tool_calls=[{"name": "read_log", "args": {"number": n}, "id": f"call_{n}"}]) for n in range(3)
    ]
    model = Streaming(messages=iter([*calls, AIMessage("all are slow")]))
    fit = FitContext(client, session_id="async", max_tokens=limit, keep_turns=1)
    agent = create_agent(model, tools=[read_log], middleware=[fit], system_prompt="Be brief. " * 300)

    async def work() -> list[str]:
        question = {"messages": [HumanMessage("Which worker is slow?")]}
        parts = agent.astream(question, {"recursion_limit": 100}, stream_mode="messages")
        return [chunk.content async for chunk, about in parts if about["langgraph_node"] == "model"]

    assert "".join(asyncio.run(work())) == "allareslow"
    for heard in model.heard:
        assert isinstance(heard[0], SystemMessage)
        assert sum(isinstance(message, SystemMessage) for message in heard) == 1
    assert model.heard[-1] != model.heard[-2]
    # What the model got last has the length that the limit allows, system message and all.
    texts = [str(message.content) for message in model.heard[-1]]
    counts = client.tokens.count(texts=texts)
    assert counts.total <= limit


def test_a_shortened_result_keeps_its_artifact(client: Client) -> None:
    fit = FitContext(client, session_id="artifact", max_tokens=3_000, keep_turns=1)
    messages = [HumanMessage("go", id="same"), HumanMessage("go", id="other")]
    for n in range(4):
        call = {"name": "read_log", "args": {"number": n}, "id": f"c{n}"}
        log = read_log.invoke({"number": n})[:6000]
        messages += [AIMessage("", tool_calls=[call]), ToolMessage(log, tool_call_id=f"c{n}", artifact={"n": n})]

    fitted = fit.fitted(messages)

    assert [message.id for message in fitted[:2]] == ["same", "other"]
    results = [message for message in fitted if isinstance(message, ToolMessage)]
    shortened = [
        result for result in results if result.content != messages[3 + 2 * int(result.tool_call_id[1])].content
    ]
    assert shortened
    assert all(result.artifact == {"n": int(result.tool_call_id[1])} for result in results)


def test_a_graph_of_ones_own(client: Client) -> None:
    """The node that `docs/frameworks.md` shows."""
    page = (ROOT / "docs" / "frameworks.md").read_text(encoding="utf-8")
    node = re.search(r"```python\n(def call_model.*?)```", page, re.DOTALL)[1]  # type: ignore[index]
    model = Listening(messages=iter([AIMessage("done")]))
    fit = FitContext(client, session_id="graph", max_tokens=3_000, keep_turns=1)
    names: dict[str, Any] = {"model": model, "fit": fit, "AnyMessage": AnyMessage, "MessagesState": MessagesState}
    exec(node, names)
    graph = StateGraph(MessagesState).add_node(names["call_model"]).add_edge(START, "call_model").compile()
    history: list[Any] = [HumanMessage("go")]
    for n in range(4):
        call = {"name": "read_log", "args": {"number": n}, "id": f"c{n}"}
        history += [AIMessage("", tool_calls=[call]), ToolMessage(read_log.invoke({"number": n}), tool_call_id=f"c{n}")]

    state = graph.invoke({"messages": history})

    assert len(state["messages"]) == len(history) + 1
    sizes = [sum(len(str(one.content)) for one in messages) for messages in (model.heard[-1], history)]
    assert sizes[0] < sizes[1]
