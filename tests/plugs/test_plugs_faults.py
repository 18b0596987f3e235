"""A plug-in never ends a run: without a server the last decision stands, and what came since is whole."""

from __future__ import annotations

import itertools
import logging
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage
from support.session import serve_command

from ctxbudget_client import Client
from ctxbudget_client.plugs.conversation import ConversationFit
from ctxbudget_client.plugs.langchain import FitContext


def turn(n: int) -> list[AnyMessage]:
    text = f"log {n}\n" + "".join(f"{n}.{line} request served by worker_{n}\n" for line in range(200))
    call = {"name": "read_log", "args": {"number": n}, "id": f"c{n}"}
    return [AIMessage("", tool_calls=[call]), ToolMessage(text, tool_call_id=f"c{n}")]


def grown(turns: int) -> list[AnyMessage]:
    return [HumanMessage("Which worker is slow?"), *(message for n in range(turns) for message in turn(n))]


def test_a_dead_server_means_the_last_decision_and_the_new_messages(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Client.spawn(serve_command(tmp_path), cwd=tmp_path, root=tmp_path) as client:
        fit = FitContext(client, session_id="dies", max_tokens=9_000)
        before = fit.fitted(grown(6))
    caplog.set_level(logging.WARNING)

    after = fit.fitted(grown(8))

    assert after[: len(before)] == before
    assert after[len(before) :] == grown(8)[-4:]
    assert "were not fitted" in caplog.text
    other = [HumanMessage("Something else"), *turn(1)]
    assert fit.fitted(other) == other
    assert "cannot be reached" in fit.tools[0].invoke({"item_id": "i1"})


def test_what_cannot_fit_is_sent_as_small_as_it_gets_and_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with Client.spawn(serve_command(tmp_path), cwd=tmp_path, root=tmp_path) as client:
        fit = FitContext(client, session_id="small", max_tokens=60)
        whole = [HumanMessage("Which worker is slow? " * 40), *turn(1), *turn(2), *turn(3)]

        fitted = fit.fitted(whole)

        assert fitted[0].content == whole[0].content
        assert len(str(fitted)) < len(str(whole)) / 2
        assert "over its limit of 60" in caplog.text


def test_a_limit_that_instructions_exceed_is_that_of_the_messages(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Client.spawn(serve_command(tmp_path), cwd=tmp_path, root=tmp_path) as client:
        fit = FitContext(client, session_id="beside", max_tokens=6_000)
        fit.fitted(grown(1))
        whole = grown(6)
        bill: Any = {"input_tokens": 90_000, "output_tokens": 1, "total_tokens": 90_001}
        whole[-2] = whole[-2].model_copy(update={"usage_metadata": bill})

        fitted = fit.fitted(whole)

        assert "the messages alone get the limit" in caplog.text
        assert client.tokens.count(texts=[str(one.content) for one in fitted]).total < 6_000


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"max_tokens": 0}, "max_tokens must be an integer of at least 1, not 0"),
        ({"max_tokens": True}, "max_tokens"),
        ({"max_tokens": "9000"}, "max_tokens"),
        ({"keep_turns": -1}, "keep_turns must be an integer of at least 0, not -1"),
        ({"keep_turn": 3}, "keep_turn is not an option: there are keep_turns, model"),
        ({"seconds": 0}, "seconds must be more than 0"),
        ({"session_id": "a b"}, "session_id must be 1 to 128 letters"),
        ({"conversation": "a/b"}, "conversation must be 1 to 128 letters"),
    ],
)
def test_options_that_no_call_could_use_are_refused_at_once(tmp_path: Path, more: dict[str, Any], why: str) -> None:
    client = Client.spawn(serve_command(tmp_path), cwd=tmp_path, root=tmp_path)
    with client, pytest.raises((TypeError, ValueError), match=why):
        FitContext(client, **{"session_id": "wrong", "max_tokens": 9_000, **more})


def test_messages_of_an_unknown_kind_are_sent_as_they_are(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with Client.spawn(serve_command(tmp_path), cwd=tmp_path, root=tmp_path) as client:
        fit = FitContext(client, session_id="odd", max_tokens=60)
        odd: Any = [object()]
        assert fit.fitted(odd) == odd
        assert "sent as they are" in caplog.text
        fit.fitted(grown(1))
        assert "unknownItem" in fit.tools[0].invoke({"item_id": "i000000000000001"})


def test_one_plug_serves_conversations_that_take_turns(tmp_path: Path) -> None:
    with Client.spawn(serve_command(tmp_path), cwd=tmp_path, root=tmp_path) as client:
        fit = ConversationFit(client, "both", 4_500, "neutral")
        sent: dict[str, list[list[Any]]] = {"left": [], "right": []}
        rows: dict[str, list[dict[str, Any]]] = {
            name: [{"id": "0", "role": "user", "text": f"Look at the {name} worker."}] for name in sent
        }
        for n in range(1, 13):
            for name, its in rows.items():
                call = {"id": f"{name}{n}", "tool": "read", "arguments": {"number": n}}
                text = "".join(f"{name} {n}.{line} request served\n" for line in range(60))
                its.append({"id": f"a{n}", "role": "assistant", "text": "", "calls": [call]})
                its.append({"id": f"r{n}", "role": "tool", "results": [{"callId": f"{name}{n}", "text": text}]})
                sent[name].append(list(fit.fitted(its)))
        for arrays in sent.values():
            continued = [after[: len(before)] == before for before, after in itertools.pairwise(arrays)]
            assert sum(continued) >= len(continued) / 2
        assert "right" not in str(sent["left"])
