"""`context/fit` over stdio: figures that agree with `tokens/count`, and everything that went comes back exactly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fit_conversations import MAKERS, STEPS, Step
from fit_legal import faults
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.client import Client
from support.session import conforms, serve_command

OVER_STDIO = settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])


def ask(client: Client, messages: list[dict[str, Any]], limit: int, form: str = "anthropic", **more: Any) -> Any:
    result = client.request("context/fit", {"messages": messages, "format": form, "maxTokens": limit, **more})
    conforms("context/fit", result)
    return result


def counted(client: Client, messages: list[dict[str, Any]]) -> int:
    text = json.dumps(messages, ensure_ascii=False)
    return client.request("tokens/count", {"texts": [text]})["total"]


def long_conversation(turns: int = 12, lines: int = 60, mark: str = "x") -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = [{"role": "user", "content": "Find the leak, and keep to the rules."}]
    for n in range(turns):
        call = f"toolu_{mark}_{n}"
        text = "\n".join(f"{i}: handler_{n}.step_{i}() in pkg/file_{n}.py \u2713 {mark}" for i in range(lines))
        use = {"type": "tool_use", "id": call, "name": "Read", "input": {"file_path": f"pkg/file_{n}.py"}}
        messages.append({"role": "assistant", "content": [{"type": "text", "text": f"Now file {n}."}, use]})
        result = {"type": "tool_result", "tool_use_id": call, "content": text}
        messages.append({"role": "user", "content": [result]})
    return messages


@pytest.mark.parametrize("form", MAKERS)
@OVER_STDIO
@given(steps=STEPS, share=st.sampled_from([0.2, 0.4, 0.8]))
def test_every_prefix_is_legal_and_within_its_limit(client: Client, form: str, steps: list[Step], share: float) -> None:
    for length in range(1, len(steps) + 1, 3):
        messages = MAKERS[form](steps[:length])
        source = ask(client, messages, 10_000_000, form)
        assert source["unchanged"]
        assert source["messages"] == messages
        limit = max(1, int(source["tokens"] * share))

        found = ask(client, messages, limit, form)

        assert not faults(form, found["messages"])
        assert found["fits"] == (found["tokens"] <= limit)
        for gone in found["removed"]:
            kept = client.request("context/get", {"sessionId": found["sessionId"], "itemId": gone["id"]})["content"]
            if gone["kind"] == "turn":
                turn = json.loads(kept)
                assert turn == messages[gone["index"] : gone["index"] + len(turn)]
            else:
                assert json.dumps(kept)[1:-1] in json.dumps(messages[gone["index"]]) or gone["encoding"] == "json"


def test_figures_are_those_of_tokens_count(client: Client) -> None:
    messages = long_conversation()
    source = counted(client, messages)

    found = ask(client, messages, source // 3)

    assert found["sourceTokens"] == source
    assert found["tokens"] == counted(client, found["messages"]) <= source // 3
    assert found["stablePrefixTokens"] < found["tokens"]
    assert found["messages"][: found["firstChanged"]] == messages[: found["firstChanged"]]
    assert found["provenance"] == "exact"


def test_room_is_won_at_once_so_that_the_next_turns_need_no_change(client: Client) -> None:
    messages = long_conversation()
    limit = counted(client, messages) // 2

    found = ask(client, messages, limit)
    assert found["tokens"] <= limit - limit // 10

    grown = [*found["messages"], {"role": "assistant", "content": "Good."}, {"role": "user", "content": "Go on."}]
    after = ask(client, grown, limit)
    assert after["unchanged"]
    assert after["messages"] == grown

    bare = ask(client, messages, limit, minReclaim=0)
    assert bare["tokens"] > limit - limit // 10, "no more goes than was asked for"


def test_the_break_even_follows_the_prices(client: Client) -> None:
    messages = long_conversation()
    limit = counted(client, messages) // 2
    documented = ask(client, messages, limit)
    dear = ask(client, messages, limit, cachePrices={"read": 0.1, "write": 2.0})
    free = ask(client, messages, limit, cachePrices={"read": 1.0, "write": 1.0})

    gain = 0.1 * (documented["sourceTokens"] - documented["tokens"])
    cost = 1.15 * (documented["tokens"] - documented["stablePrefixTokens"])
    assert documented["breakEvenTurns"] == -int(-cost // gain)
    assert dear["breakEvenTurns"] > documented["breakEvenTurns"]
    assert free["breakEvenTurns"] == 1


def test_what_went_survives_the_server(tmp_path: Path) -> None:
    messages = long_conversation()
    with Client(serve_command(tmp_path), cwd=tmp_path, root=tmp_path) as client:
        found = ask(client, messages, 4000)
        listed = client.request("budget/status", {"sessionId": "archive"})
        assert (listed["retained"], listed["processed"], listed["saved"]) == (0, 0, 0)
    with Client(serve_command(tmp_path), cwd=tmp_path, root=tmp_path) as client:
        for gone in found["removed"]:
            kept = client.request("context/get", {"sessionId": "archive", "itemId": gone["id"]})["content"]
            original = messages[gone["index"]]["content"][0]
            assert (kept == original.get("content")) if gone["kind"] == "result" else json.loads(kept)
        assert found["removed"]


def test_without_an_archive_nothing_is_written(tmp_path: Path) -> None:
    with Client(serve_command(tmp_path), cwd=tmp_path, root=tmp_path) as client:
        found = ask(client, long_conversation(), 4000, archive=False)

        assert found["fits"]
        assert found["sessionId"] is None
        assert {gone["id"] for gone in found["removed"]} == {None}
        assert "context/get" not in json.dumps(found["messages"])
        assert client.request("session/list", {})["sessions"] == []
        assert ask(client, long_conversation(2, 3), 4000)["unchanged"]
        assert client.request("session/list", {})["sessions"] == [], "nothing removed, nothing written"


def test_a_retry_with_the_same_key_removes_nothing_twice(client: Client) -> None:
    messages = long_conversation(mark="retry")
    first = ask(client, messages, 4000, requestKey="fit-once")
    again = ask(client, messages, 4000, requestKey="fit-once")
    assert again == first
    assert ask(client, messages, 4000)["revision"] == first["revision"], "nothing new is kept, so nothing is written"


def test_pins_hold_calls_and_messages(client: Client) -> None:
    messages = long_conversation(mark="pins")
    found = ask(client, messages, 4000, pins=["toolu_pins_1", 5])
    for index in (3, 4, 5):
        assert messages[index] in found["messages"]
    assert found["fits"] or found["untouchable"] > 4000


def test_focus_decides_which_names_stay(client: Client) -> None:
    messages = long_conversation(turns=30, mark="focus")
    found = ask(client, messages, 6000, focus="what does step_55 of handler_3 do?")
    assert "handler_3.step_55" in json.dumps(found["messages"])


@pytest.mark.parametrize(
    ("message", "where"),
    [
        ({"content": "x"}, "role"),
        ({"role": "user", "content": 7}, "content"),
        ({"role": "user", "content": [1]}, "content"),
    ],
)
def test_a_message_that_cannot_be_read_is_named(client: Client, message: dict[str, Any], where: str) -> None:
    params = {"messages": [{"role": "user", "content": "a"}, message], "format": "anthropic", "maxTokens": 5}
    error = client.request_error("context/fit", params)
    assert error["data"]["errors"][0]["loc"][:3] == ["messages", 1, where]


@pytest.mark.parametrize("pin", [2, -1])
def test_a_pin_of_no_message_is_named(client: Client, pin: int) -> None:
    messages = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
    params = {"messages": messages, "format": "anthropic", "maxTokens": 5, "pins": [0, pin]}
    error = client.request_error("context/fit", params)
    assert error["data"]["errors"][0]["loc"] == ["pins", 1]


def test_an_array_in_which_no_agent_speaks_is_answered(client: Client) -> None:
    messages = [{"role": "user", "content": "words " * 400}, {"role": "user", "content": "and more " * 400}]
    found = ask(client, messages, 1000)
    assert found["fits"]
    assert found["messages"][-1] == messages[-1]
    assert not faults("anthropic", found["messages"])
    assert ask(client, messages, 300)["untouchable"] > 300, "the last message of the user stays whatever the limit"


def test_a_command_on_something_else_is_no_retry(client: Client) -> None:
    messages: list[dict[str, Any]] = [{"role": "user", "content": "Look."}]
    for n, command in enumerate(("cd /repo && make test", "cd /repo && ls", "cd /repo && make test -k", "make lint")):
        call = {"type": "tool_use", "id": f"t{n}", "name": "Bash", "input": {"command": command}}
        result = {
            "type": "tool_result",
            "tool_use_id": f"t{n}",
            "content": f"{command}: line\n" * 150,
            "is_error": n != 2,
        }
        messages += [{"role": "assistant", "content": [call]}, {"role": "user", "content": [result]}]
    found = ask(client, messages, counted(client, messages) * 6 // 10, keepTurns=1, minReclaim=0)
    assert {gone["callId"]: gone["reason"] for gone in found["removed"]}["t0"] == "retried"
    del messages[5:7]
    found = ask(client, messages, counted(client, messages) * 6 // 10, keepTurns=1, minReclaim=0)
    assert {gone["callId"]: gone["reason"] for gone in found["removed"]}["t0"] == "oldResult"


def test_a_record_of_another_session_keeps_leading_there(client: Client) -> None:
    """Its ids mean nothing in this session: the record is kept as it was, and with it the way to what it names."""
    client.request("session/open", {"sessionId": "elsewhere"})
    messages = long_conversation(turns=30, mark="two")
    first = ask(client, messages, 3500)
    assert any(gone["kind"] == "turn" for gone in first["removed"])

    second = ask(
        client, [*first["messages"], *long_conversation(turns=20, mark="more")[1:]], 3500, sessionId="elsewhere"
    )

    kept = [
        client.request("context/get", {"sessionId": "elsewhere", "itemId": gone["id"]})["content"]
        for gone in second["removed"]
    ]
    record = next(one["content"] for one in first["messages"] if "record:" in json.dumps(one["content"]))
    told = record if isinstance(record, str) else record[0]["text"]
    assert any(json.dumps(told, ensure_ascii=False) in one for one in [json.dumps(second["messages"]), *kept])
