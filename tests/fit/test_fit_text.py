"""`answer: "text"`: a conversation as one text, which may come back as the summary that precedes the next one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fit_conversations import MAKERS, STEPS, Step
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.client import Client
from support.session import conforms
from test_fit_service import ask, counted, long_conversation

from ctxbudget_server.fit.summary import find_summary

TASK = "Find the leak, and keep to the rules."
RULE = "Never touch pkg/locked.py: make proto writes it."
PI = "The conversation history before this point was compacted into the following summary:\n\n<summary>\n{}\n</summary>"


def told(client: Client, messages: list[dict[str, Any]], limit: int, **more: Any) -> dict[str, Any]:
    """The answer, whose text has the tokens that it says."""
    found: dict[str, Any] = ask(client, messages, limit, answer="text", **more)
    conforms("context/fit", found)
    assert client.request("tokens/count", {"texts": [found["text"]]})["total"] == found["tokens"]
    assert (found["messages"], found["edits"]) == (None, None)
    return found


def conversation(mark: str, turns: int = 20) -> list[dict[str, Any]]:
    """One in which a person speaks twice."""
    messages = long_conversation(turns=turns, mark=mark)
    said = [{"role": "assistant", "content": "Step 5 is done. Shall I go on?"}, {"role": "user", "content": RULE}]
    return [*messages[:11], *said, *messages[11:]]


@pytest.mark.parametrize("limit", [250, 600, 1500])
def test_people_come_first_and_every_turn_is_reachable(client: Client, limit: int) -> None:
    messages = conversation(f"text-{limit}")

    found = told(client, messages, limit)

    assert found["fits"] and found["tokens"] <= limit
    lines = found["text"].split("\n")
    assert lines[1:5] == ["People said, the first first:", f"> {TASK}", "", f"> {RULE}"]
    kept = [client.request("context/get", {"sessionId": "archive", "itemId": gone["id"]}) for gone in found["removed"]]
    assert sorted(json.dumps(one) for item in kept for one in json.loads(item["content"])) == sorted(
        map(json.dumps, messages)
    )
    if limit >= 600:
        assert all(gone["id"] in found["text"] for gone in found["removed"])
        assert 'Read {"file_path": "pkg/file_19.py"}' in found["text"]


def test_fed_back_it_does_not_grow(client: Client) -> None:
    """Ten compactions, each with the text of the one before as pi gives it, or as a message."""
    previous: str | None = None
    rounds = []
    for number in range(10):
        messages = long_conversation(turns=5, mark=f"grow-{number}")[1 if number else 0 :]
        if previous is not None and number % 2:
            messages = [{"role": "user", "content": PI.format(previous)}, *messages]
        more = {"previous": previous} if previous is not None and not number % 2 else {}

        found = told(client, messages, 900, **more)

        assert found["tokens"] <= 900
        assert found["text"].count("[ctxbudget summary:") == 1
        assert found["text"].count(f"> {TASK}") == 1
        names = next((line for line in found["text"].split("\n") if line.startswith("Names: ")), "")
        assert not {"itemId", "sessionId", "context/get", "ctxbudget", "<summary>"} & {*names.split()}
        read = find_summary(found["text"])
        assert read is not None
        rounds.append(read.summary)
        previous = found["text"]
    assert [one.messages for one in rounds] == [11 + 10 * n for n in range(10)]


@pytest.mark.parametrize("wrapped", [False, True])
def test_with_nothing_new_the_same_text_comes_back(client: Client, wrapped: bool) -> None:
    first = told(client, conversation(f"same-{wrapped}"), 700)
    messages = [{"role": "user", "content": PI.format(first["text"])}] if wrapped else []
    again = told(client, messages, 700, **({} if wrapped else {"previous": first["text"]}))
    assert (again["text"], again["removed"]) == (first["text"], [])


def test_below_the_limit_it_is_all_that_was_said(client: Client) -> None:
    messages = conversation("whole", turns=6)
    found = told(client, messages, 100_000)
    assert found["removed"] == []
    for n in range(6):
        assert f"pkg/file_{n}.py" in found["text"]
        assert f"59: handler_{n}.step_59()" in found["text"]
    more = long_conversation(turns=20, mark="whole-2")[1:]

    after = told(client, more, 900, previous=found["text"])

    assert f"> {TASK}\n\n> {RULE}\n" in after["text"]
    (earlier,) = [gone for gone in after["removed"] if gone["title"] == "earlier conversation"]
    kept = client.request("context/get", {"sessionId": "archive", "itemId": earlier["id"]})["content"]
    assert "59: handler_5.step_59()" in kept


def test_long_words_are_shortened_and_have_an_id(client: Client) -> None:
    messages = conversation("long", turns=12)
    long = "Mind what follows. " + " ".join(f"Point {n} is to be kept." for n in range(400))
    said = [{"role": "assistant", "content": "And?"}, {"role": "user", "content": long}]
    messages = [*messages[:5], *said, *messages[5:]]

    found = told(client, messages, 700)

    assert f"> {TASK}\n" in found["text"] and f"> {RULE}\n" in found["text"]
    (line,) = [line for line in found["text"].split("\n") if line.startswith("> Mind what follows.")]
    item = line.rpartition("[")[2].rstrip("]")
    assert long in client.request("context/get", {"sessionId": "archive", "itemId": item})["content"]
    after = told(client, [], 500, previous=found["text"])
    assert item in after["text"]


def test_a_summary_of_another_program_is_archived_and_begins_the_state(client: Client) -> None:
    foreign = "Goal: a queue without losses. Done so far: the handlers were read. " * 20
    found = told(client, conversation("foreign"), 900, previous=foreign)
    assert "Goal: a queue without losses." in found["text"]
    (gone,) = [gone for gone in found["removed"] if gone["title"] == "earlier summary"]
    assert client.request("context/get", {"sessionId": "archive", "itemId": gone["id"]})["content"] == foreign


def test_what_another_program_wrote_stays_when_the_text_comes_back(client: Client) -> None:
    text = "Summary by pi: " + " ".join(f"The service svc_{n} listens on {8000 + n}." for n in range(300))
    rounds = []
    for number in range(3):
        messages = long_conversation(turns=3, mark=f"carried-{number}")[1 if number else 0 :]
        text = told(client, messages, 1200, previous=text)["text"]
        rounds.append(
            [row for row in text.split("\n") if row.startswith("  earlier summary: Summary by pi: The service")]
        )
    assert rounds[0] == rounds[1] == rounds[2] and "svc_9 listens" in rounds[0][0]

    small = told(client, [], 250, previous=text)
    assert small["fits"] and f"> {TASK}" in small["text"]
    assert "svc_9 listens" not in small["text"], "it yields before people's words do"


def test_words_that_are_shortened_in_a_later_round_have_an_id(client: Client) -> None:
    text: str | None = None
    remarks = [f"Remark {n} wants {n * 11} s. {'Please explain. ' * 60 * (n in (1, 8))}".strip() for n in range(12)]
    late = 0
    for number, remark in enumerate(remarks):
        messages = [{"role": "user", "content": remark}, *long_conversation(turns=2, mark=f"late-{number}")[1:]]
        more = {} if text is None else {"previous": text}

        text = told(client, messages, 600, **more)["text"]

        read = find_summary(text)
        assert read is not None
        for words in read.summary.words:
            (whole,) = [one for one in remarks if one.startswith(words.text.rstrip("…")[:16])]
            assert words.is_short or words.text == whole
            if words.is_short:
                item = client.request("context/get", {"sessionId": "archive", "itemId": words.item_id})
                assert whole in item["content"]
                late += not item["content"].startswith("[")  # not a turn's messages
    assert late


def test_a_fitted_array_tells_its_records_once(client: Client) -> None:
    fitted = ask(client, conversation("fitted"), 2500)["messages"]
    assert "[ctxbudget record" in json.dumps(fitted)
    found = told(client, fitted, 900)
    assert "[ctxbudget record" not in found["text"]
    ids = [gone["id"] for gone in found["removed"]]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("form", MAKERS)
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, share=st.sampled_from([0.1, 0.5, 1.5]))
def test_every_shape_becomes_a_text_of_at_most_so_many_tokens(
    client: Client, form: str, steps: list[Step], share: float
) -> None:
    messages = MAKERS[form](steps)
    limit = max(120, int(counted(client, messages) * share))
    found = ask(client, messages, limit, form, answer="text")
    assert found["fits"] == (found["tokens"] <= limit)
    again = ask(client, [], limit, form, answer="text", previous=found["text"])
    assert again["text"] == found["text"] or not found["fits"]


def test_what_only_a_text_takes(client: Client) -> None:
    error = client.request_error("context/fit", {"messages": [], "maxTokens": 10, "previous": "x"})
    assert (error["data"]["name"], error["data"]["errors"][0]["loc"]) == ("invalidParams", ["previous"])


def test_on_a_sessions_account_the_text_is_what_is_left(client: Client) -> None:
    found = told(client, conversation("account"), 900, sessionId="text-account")
    assert found["opened"]
    assert found["status"]["retained"] == pytest.approx(found["tokens"], rel=0.2)


def texts_in(value: Any) -> list[str]:
    """All texts in a value."""
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for one in inner for text in texts_in(one)]


def test_ours_in_a_message_are_never_names(client: Client) -> None:
    """The words of a summary, a marker or a record that a person or a host quotes."""
    first = told(client, conversation("quoted"), 700)
    quoted = {"role": "user", "content": PI.format(first["text"])}
    messages = [quoted, *long_conversation(turns=20, mark="quoted-2")[1:]]
    fitted = ask(client, messages, 3000)["messages"]
    names = [line for text in texts_in(fitted) for line in text.split("\n") if line.startswith("Names: ")]
    names = [line for line in names if line not in first["text"]]
    assert names
    assert not {"itemId", "sessionId", "context/get"} & {word for line in names for word in line.split()}
