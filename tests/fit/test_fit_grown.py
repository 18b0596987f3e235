"""A last message that grows between calls: what was sent of it before is the beginning of what is answered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fit_legal import faults
from support.client import Client

from ctxbudget_server.account import continuing, fit_memory
from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.service.service import BudgetService, Options

Messages = list[dict[str, Any]]
LISTS = {"vercel-ui": "parts", "neutral": "results"}


def long(number: int) -> str:
    return "\n".join(f"row{number}_{line}: value {line * 7919 % 1000} handler_{number}_{line}" for line in range(60))


def grown(form: str, steps: int) -> Messages:
    """One message of the agent, with so many calls and their results."""
    if form == "neutral":
        calls = [{"id": f"c{n}", "tool": "read", "arguments": {"path": f"f{n}.py"}} for n in range(steps)]
        results = [{"callId": f"c{n}", "text": long(n)} for n in range(steps)]
        agent = {"id": "a", "role": "assistant", "text": "I read.", "calls": calls, "results": results}
        return [{"id": "u", "role": "user", "text": "Port the service."}, agent]
    parts: Messages = []
    for n in range(steps):
        call = {"type": "tool-read", "toolCallId": f"c{n}", "state": "output-available", "input": {"path": f"f{n}.py"}}
        parts += [{"type": "step-start"}, {"type": "text", "text": f"Step {n}."}, {**call, "output": long(n)}]
    person = {"id": "u", "role": "user", "parts": [{"type": "text", "text": "Port the service."}]}
    return [person, {"id": "a", "role": "assistant", "metadata": {"steps": steps}, "parts": parts}]


@pytest.mark.parametrize("form", LISTS)
@pytest.mark.parametrize("restarts", [False, True])
@pytest.mark.parametrize("more", [{"continue": True, "conversation": "ui"}, {}])
def test_a_message_that_grew_keeps_what_was_sent_of_it(
    tmp_path: Path, form: str, restarts: bool, more: dict[str, Any]
) -> None:
    def start() -> BudgetService:
        fit_memory.forget()
        continuing._known.clear()
        return BudgetService(Options(str(tmp_path), str(tmp_path / "store.db"), "fast"), actor="test")

    services = start()
    before: Messages = []
    cuts = rewritten = 0
    for steps in range(1, 16):
        if restarts:
            services.close()
            services = start()
        params = {"messages": grown(form, steps), "format": form, "maxTokens": 6000, "sessionId": "s", **more}
        found = services.call("context/fit", params, Cancellation())
        assert found["fits"]
        assert not faults(form, found["messages"])
        now = found["messages"][1][LISTS[form]]
        same = next((at for at, (old, new) in enumerate(zip(before, now, strict=False)) if old != new), len(before))
        if more and before and (cuts or not restarts):
            assert (found["continues"], found["known"]) == ("given", 1)
        cuts += same < len(before)
        rewritten += found["rewrites"]
        if cuts > 1 and same < len(before) and not found["rewrites"]:
            reduced = [at for at, part in enumerate(before) if "[ctxbudget" in str(part)]
            assert same > max(reduced), "the earlier cut is before what changed"
        before = now
    services.close()
    assert cuts > 2
    if form == "vercel-ui":  # it tells the steps of a message: results of old ones go first
        assert rewritten <= 1, "only a first cut without a known growth may have been too mild"
    else:
        assert cuts < 9, "what was cut stays while there is room"


def test_a_last_message_with_more_blocks_keeps_its_cut(client: Client) -> None:
    """A host that puts what a person says beside the results, in one message."""
    uses = [{"toolUse": {"toolUseId": f"c{n}", "name": "read", "input": {"path": f"f{n}.py"}}} for n in range(4)]
    results = [
        {"toolResult": {"toolUseId": f"c{n}", "content": [{"text": long(n)}], "status": "success"}} for n in range(4)
    ]
    messages: Messages = [
        {"role": "user", "content": [{"text": "Port the service."}]},
        {"role": "assistant", "content": uses},
        {"role": "user", "content": results},
    ]
    params = {"format": "bedrock", "maxTokens": 2500, "sessionId": "bedrock-grown", "continue": True}
    first = client.request("context/fit", {**params, "messages": messages})
    assert first["removed"]
    messages[2] = {"role": "user", "content": [*results, {"text": "And be quick."}]}
    second = client.request("context/fit", {**params, "messages": messages})
    assert (second["continues"], second["known"], second["rewrites"]) == ("given", 2, False)
    assert second["messages"][2]["content"][:4] == first["messages"][2]["content"]
    assert second["messages"][2]["content"][4] == {"text": "And be quick."}


def test_a_fork_before_the_first_cut_continues_what_was_given(client: Client) -> None:
    said = [{"role": role, "text": f"{role} {n}"} for n in range(6) for role in ("user", "assistant")]
    params = {"format": "neutral", "maxTokens": 100_000, "conversation": "fork", "continue": True}
    assert client.request("context/fit", {**params, "messages": said})["continues"] == "nothing"
    fork = [*said[:4], {"role": "user", "text": "No, another way."}]
    found = client.request("context/fit", {**params, "messages": fork})
    assert (found["continues"], found["known"]) == ("given", 4)
    other = [{"role": "user", "text": "Something else."}, *said[1:]]
    found = client.request("context/fit", {**params, "messages": other})
    assert (found["continues"], found["known"]) == ("nothing", 0)
