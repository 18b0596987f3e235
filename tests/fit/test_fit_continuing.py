"""`continue: true`: a host names its conversation, sends what is new in it, and gets on as before."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from fit_legal import faults
from support.client import Client
from support.session import conforms
from test_fit_growth import end_of_earlier
from test_fit_restarts import Restarted, servers, without_ids  # noqa: F401 (a fixture)
from test_fit_service import ask, counted, long_conversation

from ctxbudget_client import edited_messages
from ctxbudget_client.namespaces import decode
from ctxbudget_protocol.methods.context.fit import FitResult
from ctxbudget_server import extract as summarizer
from ctxbudget_server.account import fit_memory, preparing
from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.service.service import BudgetService, Options


def go_on(client: Client, messages: list[dict[str, Any]], limit: int, name: str, **more: Any) -> dict[str, Any]:
    """One call of a host that continues."""
    return dict(ask(client, messages, limit, **{"continue": True, "conversation": name, **more}))


@pytest.mark.parametrize("how", ["whole", "since", "new", "answered"])
def test_forty_calls_of_every_way_of_going_on(client: Client, how: str) -> None:
    whole = long_conversation(turns=40, mark=f"go-{how}")
    limit = counted(client, whole) // 3
    sent: list[dict[str, Any]] = []
    cuts = taken = rewritten = 0
    was_cut = False
    for length in range(3, len(whole) + 1, 2):
        new = whole[taken:length]
        given = {"whole": whole[:length], "answered": [*sent, *new]}.get(how, new)
        more = {"since": taken} if how == "since" else {}

        found = go_on(client, given, limit, f"go-{how}", **more)

        assert found["fits"] and not faults("anthropic", found["messages"])
        changed, grown = found["firstChanged"], [*sent, *new]
        cut = found["messages"] != grown
        if cut:
            cuts += 1
            rewritten += found["rewrites"]
            assert found["messages"][:changed] == grown[:changed]
            assert found["rewrites"] == (changed < end_of_earlier(grown))
        if taken:
            assert found["continues"] == ("answered" if how == "answered" and was_cut else "given")
            assert found["known"] == (len(sent) if how == "answered" else taken)
        sent, taken, was_cut = found["messages"], length, cut
    assert cuts >= 4 and rewritten <= 1


@pytest.mark.parametrize("resent", ["whole", "answered"])
def test_it_goes_on_over_restarts(
    servers: tuple[Restarted, Restarted],  # noqa: F811
    resent: str,
) -> None:
    whole = long_conversation(turns=24, mark=f"go-restarts-{resent}")
    limit = counted(servers[1].client, whole) // 3
    sent: list[dict[str, Any]] = []
    taken = cuts = 0
    for length in range(3, len(whole) + 1, 2):
        grown = [*sent, *whole[taken:length]]
        found = servers[0].fit(whole[:length] if resent == "whole" else grown, limit, **{"continue": True})
        if found["messages"] != grown:
            cuts += 1
            assert found["messages"][: found["firstChanged"]] == grown[: found["firstChanged"]]
            assert found["rewrites"] == (found["firstChanged"] < end_of_earlier(grown))
        elif cuts:
            assert found["continues"] == "given" or resent == "answered"
            assert found["continues"] != "nothing"
        sent, taken = found["messages"], length
    assert cuts >= 4


def test_edits_with_new_messages_alone_are_those_of_the_hosts_whole_array(client: Client) -> None:
    whole = long_conversation(turns=24, mark="go-edits")
    limit = counted(client, whole) // 3
    taken = 0
    for length in range(3, len(whole) + 1, 2):
        more = {"since": taken} if taken else {}
        found = go_on(client, whole[taken:length], limit, "go-edits", answer="edits", **more)
        taken = length
        mirror = go_on(client, whole[:length], limit, "go-mirror")
        bare = edited_messages(whole[:length], decode(FitResult, found).edits or [])
        assert bare == mirror["messages"]


def test_other_params_do_not_make_it_start_afresh(client: Client) -> None:
    whole = long_conversation(turns=20, mark="go-params")
    first = go_on(client, whole, 9000, "go-params")
    assert first["removed"]

    after = go_on(client, whole, 9500, "go-params", focus="queue", keepTurns=3, minReclaim=100)

    assert after["messages"] == first["messages"]


def test_a_fork_goes_on_from_what_still_holds(client: Client) -> None:
    whole = long_conversation(turns=20, mark="go-fork")
    first = go_on(client, whole, 8000, "go-fork")
    other = [*whole[:-2], {"role": "assistant", "content": "Otherwise."}, {"role": "user", "content": "Go on."}]

    after = go_on(client, other, 8000, "go-fork")

    assert (after["continues"], after["known"]) == ("given", len(whole) - 2)
    stand_ins = [one for one in first["messages"] if "[ctxbudget" in json.dumps(one)]
    assert stand_ins
    assert [one for one in after["messages"] if "[ctxbudget" in json.dumps(one)][: len(stand_ins)] == stand_ins


def test_another_conversation_under_the_same_name_starts_afresh(client: Client) -> None:
    go_on(client, long_conversation(mark="go-one"), 6000, "go-same")

    other = [{"role": "user", "content": "Something else."}, {"role": "assistant", "content": "Yes?"}]
    after = go_on(client, other, 6000, "go-same")

    assert (after["continues"], after["known"], after["messages"]) == ("nothing", 0, other)


@pytest.mark.parametrize("first", ["user", "assistant", "system"])
def test_a_conversation_may_begin_empty(client: Client, first: str) -> None:
    name = f"go-empty-{first}"
    go_on(client, [], 6000, name, format="openai-chat")

    after = go_on(client, [{"role": first, "content": "Yes?"}], 6000, name, format="openai-chat")

    assert (after["continues"], after["messages"]) == ("given", [{"role": first, "content": "Yes?"}])


def test_new_messages_without_a_base_are_refused_so_that_the_whole_is_sent(tmp_path: Path) -> None:
    whole = long_conversation(mark="go-base")
    server = Restarted(tmp_path, None)
    server.fit(whole[:21], 6000, **{"continue": True})
    server.close()
    params = {"messages": whole[21:], "format": "anthropic", "maxTokens": 6000, "continue": True, "since": 21}

    error = server.client.request_error("context/fit", params)

    assert error["data"]["name"] == "unknownBase"
    assert (error["data"]["conversation"], error["data"]["known"]) == ("main", 0)
    assert error["data"]["errors"][0]["loc"] == ["since"]
    assert server.fit(whole, 6000, **{"continue": True})["continues"] == "given"
    error = server.client.request_error("context/fit", {**params, "since": 99})
    assert error["data"]["known"] == len(whole)
    server.close()


@pytest.mark.parametrize("name", ["conversation", "since"])
def test_what_only_continuing_takes(client: Client, name: str) -> None:
    value = {"conversation": "x", "since": 1}[name]
    error = client.request_error("context/fit", {"messages": [], "maxTokens": 10, name: value})
    assert (error["data"]["name"], error["data"]["errors"][0]["loc"]) == ("invalidParams", [name])


def test_sessions_and_names_keep_conversations_apart(client: Client) -> None:
    whole = long_conversation(mark="go-apart")
    go_on(client, whole, 6000, "go-apart")
    assert go_on(client, whole, 6000, "go-apart-2")["continues"] == "nothing"
    assert go_on(client, whole, 6000, "go-apart", sessionId="go-apart")["continues"] == "nothing"
    assert go_on(client, whole, 6000, "go-apart", sessionId="go-apart")["continues"] == "given"


def test_a_dry_run_and_no_archive(client: Client) -> None:
    whole = long_conversation(mark="go-dry")
    assert go_on(client, whole, 6000, "go-dry", dryRun=True)["continues"] == "nothing"
    assert go_on(client, whole, 6000, "go-dry", archive=False)["continues"] == "nothing"
    after = go_on(client, whole, 6000, "go-dry", archive=False)
    assert after["continues"] == "given"


# ---------------------------------------------------------------- room beside the messages


def test_overhead_leaves_room(client: Client) -> None:
    whole = long_conversation(mark="overhead")
    found = ask(client, whole, 8000, overhead=2000)
    assert found["tokens"] <= 6000
    assert (found["limit"], found["overhead"], found["overheadSource"]) == (6000, 2000, "given")
    assert found["messages"] == ask(client, whole, 6000)["messages"] or found["tokens"] > 5000


def test_the_bill_tells_the_overhead(client: Client) -> None:
    """The bill is of what was sent before the agent spoke last: with what was decided by then."""
    whole = long_conversation(turns=20, mark="bill")
    first = go_on(client, whole[:-2], 8000, "bill")
    assert first["removed"]
    bill = {"inputTokens": counted(client, first["messages"]) + 3000}

    found = go_on(client, whole, 8000, "bill", reported=bill)

    assert (found["limit"], found["overhead"], found["overheadSource"]) == (5000, 3000, "reported")
    assert found["tokens"] <= 5000
    small = go_on(client, whole, 8000, "bill", reported={"inputTokens": 5, "window": 7000})
    assert (small["limit"], small["overhead"]) == (7000, 0)


def _next_step(form: str, parts: list[dict[str, Any]], number: int) -> dict[str, Any]:
    """What an agent adds in its step `number`, in messages of its own alone; `parts` has those of earlier steps."""
    call, said = f"c{number}", f"word{number} " * 200
    if form == "neutral":
        called = [{"id": call, "tool": "read", "arguments": {"path": call}}]
        return {"role": "assistant", "calls": called, "results": [{"callId": call, "text": said}]}
    if form == "vercel-ui":
        tool = {"type": "tool-read", "toolCallId": call, "state": "output-available", "input": {}, "output": said}
        return {"id": "a", "role": "assistant", "parts": [*parts, {"type": "step-start"}, tool]}
    if form == "vercel":
        named = {"toolCallId": call, "toolName": "web"}
        output = {"type": "text", "value": said}
        used = [{"type": "tool-call", **named, "input": {}, "providerExecuted": True}]
        return {"role": "assistant", "content": [*used, {"type": "tool-result", **named, "output": output}]}
    return {"role": "assistant", "content": said}


@pytest.mark.parametrize("form", ["neutral", "vercel", "vercel-ui", "openai-chat", "anthropic"])
def test_the_bill_is_of_all_before_the_last_answer(client: Client, form: str) -> None:
    """Where the agent's messages follow each other, the overhead stays what it is."""
    first: dict[str, Any] = {"role": "user", "content": [{"type": "text", "text": "Go."}]}
    if form == "vercel-ui":
        first = {"id": "u", "role": "user", "parts": [{"type": "text", "text": "Go."}]}
    whole = [{"role": "user", "text": "Go."} if form == "neutral" else first]
    sent, overheads = 0, []
    for number in range(5):
        bill = {"reported": {"inputTokens": sent + 3000}} if sent else {}
        found = go_on(client, whole, 100_000, f"bill-{form}", format=form, **bill)
        overheads.append(found["overhead"])
        sent = found["tokens"]
        if form == "vercel-ui" and number:
            whole = [whole[0], _next_step(form, whole[-1]["parts"], number)]
        else:
            whole = [*whole, _next_step(form, [], number)]
    assert overheads == [0, 3000, 3000, 3000, 3000]


@pytest.mark.parametrize(
    "more", [{"overhead": 8000}, {"reported": {"inputTokens": 90_000}}, {"overhead": 1, "reported": {"inputTokens": 1}}]
)
def test_room_that_is_not_there_is_refused(client: Client, more: dict[str, Any]) -> None:
    params = {"messages": long_conversation(2), "format": "anthropic", "maxTokens": 8000, **more}
    error = client.request_error("context/fit", params)
    assert error["data"]["name"] == "invalidParams"
    assert error["data"]["errors"][0]["loc"] == [next(iter(more))]


# ---------------------------------------------------------------- sessions and the words of hosts


def test_a_session_that_is_not_open_is_opened(client: Client) -> None:
    whole = long_conversation(mark="opened")
    first = ask(client, whole, 6000, sessionId="opened-by-fit")
    assert (first["opened"], first["sessionId"]) == (True, "opened-by-fit")
    assert client.request("budget/status", {"sessionId": "opened-by-fit"})["retained"] > 0
    assert not ask(client, whole, 6000, sessionId="opened-by-fit")["opened"]
    client.request("session/close", {"sessionId": "opened-by-fit"})

    dry = ask(client, whole, 6000, sessionId="opened-by-fit", dryRun=True)
    assert not dry["opened"]
    again = ask(client, whole, 6000, sessionId="opened-by-fit")

    assert again["opened"] and again["messages"] == first["messages"]
    (session,) = [one for one in client.request("session/list")["sessions"] if one["sessionId"] == "opened-by-fit"]
    assert session["state"] == "open"


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("context_get {itemId}", "context_get {id} returns"),
        (
            "mcp__ctxbudget__context_get",
            'mcp__ctxbudget__context_get {{"sessionId": "archive", "itemId": "{id}"}} returns',
        ),
        ("get {sessionId}/{itemId}", "get archive/{id} returns"),
    ],
)
def test_markers_speak_as_the_host_does(client: Client, words: str, shown: str) -> None:
    messages = long_conversation(turns=20, mark=words[:5])
    found = ask(client, messages, 6000, retrieve=words)
    text = json.dumps(found["messages"]).replace('\\"', '"')
    results = [gone for gone in found["removed"] if gone["kind"] == "result" and gone["id"] in text]
    assert results and not faults("anthropic", found["messages"])
    for gone in results:
        assert shown.format(id=gone["id"]) in text
    assert "context/get" not in text

    smaller = ask(client, found["messages"], 2500, retrieve=words)
    more = long_conversation(turns=12, mark=f"{words[:5]}-2")[1:]
    after = ask(client, [*smaller["messages"], *more], 2500, retrieve=words)

    assert not [gone for gone in after["removed"] if "[ctxbudget" in gone["title"]]
    records = re.findall(r"\[ctxbudget record: [^\]]*\]", json.dumps(after["messages"]).replace('\\"', '"'))
    assert records and shown.format(id="ID").replace('"ID"', "ID").split(" returns")[0] in records[0]
    conforms("context/fit", after)


@pytest.mark.parametrize("words", ["", "two\nlines", "x" * 81, "closed]", "\u0000"])
def test_words_that_would_break_a_marker_are_refused(client: Client, words: str) -> None:
    params = {"messages": [], "format": "anthropic", "maxTokens": 8000, "retrieve": words}
    error = client.request_error("context/fit", params)
    assert (error["data"]["name"], error["data"]["errors"][0]["loc"]) == ("invalidParams", ["retrieve"])


def test_the_account_is_the_same_as_if_all_had_been_sent_each_time(client: Client) -> None:
    """Texts that come again, texts that were added before, and changes by others between two calls."""
    whole = long_conversation(turns=14, mark="go-account")
    for index in range(4, len(whole), 6):  # the same result once more
        whole[index]["content"][0]["content"] = whole[2]["content"][0]["content"]
    again = {"role": "assistant", "content": "Go on."}
    ask_again = {"role": "user", "content": "Go on."}
    whole = [*whole[:9], again, ask_again, *whole[9:15], again, ask_again, *whole[15:]]
    accounts = []
    for name in ("account-new", "account-all"):
        client.request("session/open", {"sessionId": name})
        text = whole[20]["content"][0]["content"] if isinstance(whole[20]["content"], list) else whole[20]["content"]
        client.request(
            "context/add", {"sessionId": name, "items": [{"layer": "transient", "content": text} for _ in range(2)]}
        )
        taken = 0
        for length in range(3, len(whole) + 1, 2):
            if length == 15:
                client.request(
                    "context/add", {"sessionId": name, "items": [{"layer": "transient", "content": "another's"}]}
                )
            new = {"messages": whole[taken:length], "since": taken}
            given = new if name == "account-new" else {"messages": whole[:length]}
            answer = client.request(
                "context/fit",
                {**given, "format": "anthropic", "maxTokens": 7000, "sessionId": name, "continue": True},
            )
            taken = length
            if name == "account-all":  # another process, which knows nothing of what was settled
                go_on(client, [{"role": "user", "content": "x"}], 100, "main", sessionId=name, dryRun=True)
                client.request("context/update", {"sessionId": name, "itemId": first_item(client, name), "title": "t"})
        items = client.request("context/list", {"sessionId": name, "limit": 500})["items"]
        told = sorted(
            (one["layer"], one["kind"], one["state"], "" if one["layer"] == "metadata" else one["hash"])
            for one in items
        )
        status = client.request("budget/status", {"sessionId": name})
        accounts.append((told, status["retained"], status["processed"], answer["tokens"]))
    assert accounts[0] == accounts[1]


def first_item(client: Client, session: str) -> str:
    """The id of a session's first item."""
    return str(client.request("context/list", {"sessionId": session, "limit": 1})["items"][0]["id"])


def test_what_a_cut_needs_is_prepared_while_the_host_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cut itself asks no more of a result that was there before; and without a pause it answers the same."""
    asked: list[str] = []
    real = summarizer.extract
    monkeypatch.setattr(summarizer, "extract", lambda text, **more: asked.append(text) or real(text, **more))
    whole = long_conversation(turns=14, mark="prepared")
    answers = []
    for pause in (True, False):
        fit_memory.forget()
        folder = tmp_path / str(pause)
        folder.mkdir()
        services = BudgetService(Options(str(folder), str(folder / "store.db"), "fast"), actor="test")
        monkeypatch.setattr(preparing, "PAUSE_SECONDS", 3600.0)
        taken = 0
        for length in range(3, len(whole) + 1, 2):
            asked.clear()
            params = {"messages": whole[taken:length], "format": "anthropic", "maxTokens": 7000, "since": taken}
            found = services.call("context/fit", {**params, "continue": True}, Cancellation())
            taken = length
            if found["removed"]:
                break
            if pause:
                preparing.PREPARING.finish()
        services.close()
        assert found["removed"]
        old = [text for text in asked if "prepared" in text]
        assert bool(old) != pause
        answers.append(without_ids(found))
    assert answers[0] == answers[1]
