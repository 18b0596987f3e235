"""Each call's newly written tokens have one cause: planted ones are found, and none is named without evidence."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from planted import CAUSES, TAKEN_AWAY, Planted, resumed_after_our_cut

from ctxbudget_server.cost.breaks import BREAKS, Ascribed, ascribed
from ctxbudget_server.transcripts.call_marks import Mark
from ctxbudget_server.transcripts.calls import calls_in

TIMES = 20
"""How often each cause is planted."""
ENOUGH = 19
"""Of these, how often it must be found: 95 %."""


def found_in(text: str, cuts: list[Mark] | None = None) -> list[Ascribed]:
    """The main agent's calls with their causes."""
    calls = calls_in(text.split("\n")).of_agents[""]
    return ascribed(calls, cuts or ())


def broken(found: list[Ascribed]) -> list[str]:
    """The causes of breaks."""
    return [one.cause for one in found if one.cause in BREAKS]


@pytest.mark.parametrize("cause", CAUSES)
def test_a_planted_cause_is_found_in_nineteen_of_twenty_sessions(cause: str) -> None:
    wrong = []
    for seed in range(TIMES):
        made = Planted(seed)
        CAUSES[cause](made)
        causes = broken(found_in(made.text()))
        if causes != [cause]:
            wrong.append((seed, causes))

    assert len(wrong) <= TIMES - ENOUGH, wrong


@pytest.mark.parametrize("cause", TAKEN_AWAY)
def test_without_its_evidence_a_cause_is_unknown(cause: str) -> None:
    for seed in range(TIMES):
        made = Planted(seed)
        CAUSES[cause](made)
        TAKEN_AWAY[cause](made)
        causes = broken(found_in(made.text()))

        assert set(causes) <= {"unknown"}, (seed, causes)


@given(st.integers(0, 10**6), st.sampled_from(sorted(CAUSES)))
def test_every_written_token_has_exactly_one_cause(seed: int, cause: str) -> None:
    made = Planted(seed)
    CAUSES[cause](made)

    found = found_in(made.text())

    bills: dict[str, dict[str, Any]] = {}
    for row in made.rows:
        if row["type"] == "assistant" and not row["isSidechain"] and "usage" in row["message"]:
            bills[row["message"]["id"]] = row["message"]["usage"]
    assert sum(one.call.written for one in found) == sum(bill["cache_creation_input_tokens"] for bill in bills.values())
    assert [one.cause for one in found].count("start") == 1
    assert all(one.lost <= one.before for one in found)


@pytest.mark.parametrize("lifetime", ["5m", "1h", "untold"])
def test_what_is_lost_before_the_cache_expires_has_not_expired(lifetime: str) -> None:
    for seed in range(TIMES):
        made = Planted(seed, lifetime=lifetime)
        made.wait((3_600 if lifetime == "1h" else 300) * 0.9)
        made.person()
        made.again(0)

        assert broken(found_in(made.text())) == ["unknown"], seed


def test_a_server_that_came_while_the_cache_expired_is_not_its_cause_and_another_list_of_tools_is() -> None:
    for told, cause in (
        ({"type": "attachment", "attachment": {"type": "deferred_tools_delta", "addedNames": ["a"]}}, "expiry"),
        ({"type": "system", "subtype": "init", "tools": ["Bash", "New"]}, "toolsChanged"),
    ):
        made = Planted(6, lifetime="5m")
        made.rows.insert(0, {"type": "system", "subtype": "init", "tools": ["Bash"]})
        made.row(told.pop("type"), **told)
        made.wait(900)
        made.person()
        made.again(0)

        assert broken(found_in(made.text())) == [cause]


def test_what_the_beginning_is_still_read_of_has_not_expired() -> None:
    made = Planted(4, lifetime="5m")
    made.wait(4_000)
    made.person()
    made.again(int(made.cached * 0.9))

    assert broken(found_in(made.text())) == ["unknown"]


def test_a_session_that_only_grows_has_no_break() -> None:
    for seed in range(TIMES):
        made = Planted(seed)
        made.work(20)

        found = found_in(made.text())

        assert {one.cause for one in found} == {"start", "appended"}


def test_a_fit_in_the_accounts_log_explains_a_break_between_the_calls_around_it() -> None:
    made = Planted(7)
    made.asked()
    made.again(made.system)
    found = found_in(made.text())
    at = next(index for index, one in enumerate(found) if one.cause == "unknown")
    begins = found[at].call.began
    assert begins is not None

    cut = Mark("ourCut", "context/fit cut the conversation", begins + 0.01)
    elsewhere = Mark("ourCut", "context/fit cut the conversation", begins - 3_000_000)

    assert broken(found_in(made.text(), [cut])) == ["ourCut"]
    assert broken(found_in(made.text(), [elsewhere])) == ["unknown"]


def test_a_session_that_ctxbudget_wrote_is_first_written_to_the_cache_because_of_the_cut() -> None:
    for seed in range(TIMES):
        made = Planted(seed)
        resumed_after_our_cut(made)

        assert broken(found_in(made.text())) == ["ourCut"], seed


def test_subagents_that_older_versions_did_not_name_are_told_apart_by_their_first_rows() -> None:
    made = Planted(8)
    for model, side in (("claude-opus-4-5", "one"), ("claude-haiku-4-5-20251001", "two")) * 2:
        usage = {"input_tokens": 1, "cache_read_input_tokens": 0, "cache_creation_input_tokens": 9_000}
        if any(row["uuid"] == f"{side}-asked" for row in made.rows):
            usage |= {"cache_read_input_tokens": 9_000, "cache_creation_input_tokens": 40}
        else:
            made.parent = None
            made.row("user", message={"role": "user", "content": "Look."}, isSidechain=True)
            made.rows[-1]["uuid"] = f"{side}-asked"
        message = {"id": f"m{len(made.rows)}", "role": "assistant", "model": model, "usage": usage, "content": "There."}
        made.row("assistant", message=message, isSidechain=True)
        made.rows[-1]["parentUuid"] = f"{side}-asked"

    agents = calls_in(made.text().split("\n")).of_agents

    assert [len(calls) for name, calls in agents.items() if name in ("one-asked", "two-asked")] == [2, 2]
    assert [broken(ascribed(agents[name])) for name in ("one-asked", "two-asked")] == [[], []]


def test_a_name_without_its_date_is_the_same_model() -> None:
    made = Planted(3)
    made.model = "claude-opus-4-5-20251101"
    for row in made.rows:
        if row["type"] == "assistant":
            row["message"]["model"] = "claude-opus-4-5"
    made.asked()
    made.again(0)

    assert broken(found_in(made.text())) == ["unknown"]


def codex(*lines: tuple[str, dict[str, Any]]) -> str:
    """A rollout of Codex."""
    head = {"type": "session_meta", "payload": {"id": "s"}}
    rows = [{"type": kind, "payload": payload} for kind, payload in lines]
    return "".join(json.dumps({**row, "timestamp": "2026-01-31T12:00:00Z"}) + "\n" for row in (head, *rows))


def bill(number: int, sent: int, read: int) -> tuple[str, dict[str, Any]]:
    """What Codex notes of a request."""
    usage = {"input_tokens": sent, "cached_input_tokens": read, "output_tokens": 10}
    info = {"last_token_usage": usage, "total_token_usage": {"total_tokens": number}}
    return "event_msg", {"type": "token_count", "info": info}


@pytest.mark.parametrize(
    ("between", "cause"),
    [
        (("compacted", {"message": "so far"}), "compaction"),
        (("turn_context", {"model": "gpt-6"}), "modelSwitch"),
        (("event_msg", {"type": "thread_rolled_back", "num_turns": 1}), "edit"),
        (("event_msg", {"type": "agent_message", "message": "x"}), "unknown"),
    ],
)
def test_codex_tells_compactions_models_and_steps_back_and_never_that_a_cache_expired(
    between: tuple[str, dict[str, Any]], cause: str
) -> None:
    text = codex(
        ("turn_context", {"model": "gpt-5"}), bill(1, 20_000, 0), bill(2, 24_000, 19_968), between, bill(3, 25_000, 0)
    )

    found = found_in(text)

    assert [one.cause for one in found] == ["start", "appended", cause]
    assert not any(one.call.tells_writes for one in found)


def opencode(*messages: dict[str, Any]) -> str:
    """A session as `opencode export` writes it."""
    return json.dumps({"info": {"id": "ses_1"}, "messages": list(messages)})


def step(number: int, minute: float, *, read: int, written: int, **info: Any) -> dict[str, Any]:
    """An answer of opencode's, and when it was made."""
    tokens = {"input": 3, "output": 9, "reasoning": 0, "cache": {"read": read, "write": written}}
    told = {"id": f"m{number}", "role": "assistant", "modelID": "claude-opus-4-5", "providerID": "anthropic", **info}
    return {"info": {**told, "tokens": tokens, "time": {"created": 1_770_000_000_000 + minute * 60_000}}, "parts": []}


def test_opencode_tells_compactions_and_models_and_when_anthropics_cache_expired() -> None:
    compacts = {"info": {"id": "u", "role": "user"}, "parts": [{"type": "compaction"}]}
    text = opencode(
        step(1, 0, read=0, written=20_000),
        step(2, 1, read=20_000, written=3_000),
        step(3, 12, read=0, written=24_000),
        compacts,
        step(4, 13, read=24_000, written=900, summary=True),
        step(5, 14, read=9_000, written=2_000),
        step(6, 15, read=0, written=11_500, modelID="claude-haiku-4-5"),
        step(7, 16, read=0, written=12_000, modelID="claude-haiku-4-5"),
        step(8, 29, read=0, written=12_100, modelID="claude-haiku-4-5", providerID="elsewhere"),
    )

    causes = [one.cause for one in found_in(text)]

    assert causes == [
        "start", "appended", "expiry", "compaction", "compaction", "modelSwitch", "unknown", "expiry",
    ]  # fmt: skip


def test_gemini_cli_tells_that_a_person_went_back() -> None:
    def said(id: str, sent: int, cached: int) -> dict[str, Any]:
        tokens = {"input": sent, "output": 5, "cached": cached, "thoughts": 0, "tool": 0}
        return {"id": id, "type": "gemini", "content": "Well.", "model": "gemini-3-pro", "tokens": tokens}

    rows = [
        {"sessionId": "g", "projectHash": "p"},
        {"id": "u1", "type": "user", "content": "Begin."},
        said("a", 20_000, 0),
        said("b", 26_000, 19_900),
        {"$rewindTo": "b"},
        {"id": "u2", "type": "user", "content": "Rather this."},
        said("c", 21_000, 19_900),
        said("d", 24_000, 0),
    ]

    found = found_in("\n".join(map(json.dumps, rows)))

    assert [one.cause for one in found] == ["start", "appended", "edit", "unknown"]
    assert not any(one.call.tells_writes for one in found)
