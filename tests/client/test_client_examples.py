"""The LangChain middleware in an agent with a fake model and a real server."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.outputs import ChatResult
from langchain_core.tools import tool
from pydantic import Field
from support.session import serve_command

from ctxbudget_client import Client

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "clients" / "python" / "examples"
sys.path.insert(0, str(EXAMPLES))

from langchain_middleware import FitContext  # noqa: E402 (an example is no package)


class Listening(GenericFakeChatModel):
    """A fake model that remembers what it was given."""

    heard: list[list[BaseMessage]] = Field(default_factory=list)

    def _generate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:
        self.heard.append(list(messages))
        return super()._generate(messages, *args, **kwargs)

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> Any:
        return self


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
    agent = create_agent(model, tools=[read_log, fit.fetch], middleware=[fit])

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
    fetched = {fit.fetch.invoke({"item_id": item.id}) for item in gone}
    assert {message.content for message in whole} & fetched
    assert client.budget.status(session_id="chain").retained <= limit


def test_messages_that_fit_are_left_alone(client: Client) -> None:
    model = Listening(messages=iter([AIMessage("hello")]))
    fit = FitContext(client, session_id="short", max_tokens=10_000)
    question = HumanMessage("Hi", id="q1")

    create_agent(model, middleware=[fit]).invoke({"messages": [question]})

    assert model.heard[-1][0] == question
