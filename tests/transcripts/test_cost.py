"""`ctxbudget cost`: what recordings say was billed, and what the user's prices make of it."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from recordings import Recording, call, text

from ctxbudget_server.cli.price_tables import PricesError, price_table
from ctxbudget_server.transcripts.requests import Requests

Json = dict[str, Any]

PRICES = """
[prices]
currency = "USD"
[prices.some-model]
input = 10
output = 100
cacheRead = 1
cacheWrite = 12.5
cacheWrite1h = 20
"""


class Place:
    """A folder with recordings and prices, and the real command in it."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder / "project"
        (self.folder / ".git").mkdir(parents=True)
        self.user_file = folder / "config.toml"
        self.user_file.write_text("# nothing is set\n")
        monkeypatch.setenv("CTXBUDGET_CONFIG", str(self.user_file))

    def write(self, name: str, content: str | Recording | list[Json] | Json) -> Path:
        """A file: text, a recording, records a line each, or one value."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Recording):
            content = content.text()
        elif isinstance(content, list):
            content = "".join(json.dumps(record) + "\n" for record in content)
        elif isinstance(content, dict):
            content = json.dumps(content, indent=1)
        path.write_text(content, encoding="utf-8")
        return path

    def run(self, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "ctxbudget_server", *words]
        return subprocess.run(command, input=stdin, capture_output=True, text=True, cwd=self.folder, check=False)

    def cost(self, *words: str) -> Json:
        done = self.run("cost", *words, "--json")
        assert (done.returncode, done.stderr) == (0, "")
        found: Json = json.loads(done.stdout)
        return found


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    return Place(tmp_path.resolve(), monkeypatch)


def billed(row: Json) -> tuple[int, ...]:
    """Input, cache read, written for an untold time, for 5 minutes, for an hour, output."""
    names = ("input", "cacheRead", "cacheWrite", "cacheWrite5m", "cacheWrite1h", "output")
    assert row["tokens"]["total"] == sum(row["tokens"][name] for name in names)
    return tuple(row["tokens"][name] for name in names)


def session() -> Recording:
    """Two answers of the main agent, one of them in three rows, and one of a subagent of a known type."""
    made = Recording()
    made.person("Look.", sessionId="s-1")
    cache = {"ephemeral_5m_input_tokens": 30, "ephemeral_1h_input_tokens": 400}
    usage = {"input_tokens": 5, "cache_read_input_tokens": 1_000, "cache_creation_input_tokens": 430}
    made.says("a", text("I look."), sessionId="s-1")
    made.bill(stop_reason=None, **usage, cache_creation=cache, output_tokens=1)
    made.says("a", call("c1", "Agent", subagent_type="Explore", prompt="x"), sessionId="s-1")
    made.bill(**usage, cache_creation=cache, output_tokens=60)
    made.person("asked of a helper", isSidechain=True, agentId="ag-1", sessionId="s-1")
    made.says("h", text("There."), isSidechain=True, agentId="ag-1", sessionId="s-1")
    made.bill(model="small-model", input_tokens=70, output_tokens=7)
    made.result("c1", "There.", sessionId="s-1", toolUseResult={"agentId": "ag-1"})
    made.says("a", text("(the rest of it)"), sessionId="s-1")
    made.bill(**usage, cache_creation=cache, output_tokens=60)
    made.says("b", text("Done."), sessionId="s-1")
    made.bill(input_tokens=5, cache_read_input_tokens=1_500, cache_creation_input_tokens=20, output_tokens=40)
    return made


def test_each_answer_counts_once_by_session_agent_and_model(place: Place) -> None:
    place.write("one.jsonl", session())
    place.write("prices.toml", PRICES)

    found = place.cost("one.jsonl", "--prices", "prices.toml")

    main, helper = found["rows"]
    assert (main["session"], main["agent"], main["agentType"], main["model"]) == ("s-1", "main", None, "some-model")
    assert main["requests"] == 2
    assert billed(main) == (10, 2_500, 20, 30, 400, 100)
    paid = (10 * 10 + 2_500 * 1 + (20 + 30) * 12.5 + 400 * 20 + 100 * 100) / 1_000_000
    assert main["cost"]["amount"] == pytest.approx(paid)
    assert (main["cost"]["currency"], main["cost"]["coveredShare"]) == ("USD", 1.0)
    assert (helper["agent"], helper["agentType"], helper["model"]) == ("ag-1", "Explore", "small-model")
    assert billed(helper) == (70, 0, 0, 0, 0, 7)


def test_without_a_price_the_cost_is_unknown_and_the_total_says_what_it_covers(place: Place) -> None:
    place.write("one.jsonl", session())
    place.write("prices.toml", PRICES)

    found = place.cost("one.jsonl", "--prices", "prices.toml")

    assert found["rows"][1]["cost"]["amount"] is None
    assert found["rows"][1]["cost"]["provenance"] == "unknown"
    total = found["total"]
    assert (total["tokens"]["total"], total["cost"]["coveredTokens"]) == (3_137, 3_060)
    assert total["cost"]["coveredShare"] == pytest.approx(3_060 / 3_137)
    assert [one["model"] for one in found["unpriced"]] == ["small-model"]

    shown = place.run("cost", "one.jsonl", "--prices", "prices.toml").stdout
    assert "unknown" in next(line for line in shown.splitlines() if "small-model" in line and "Explore" in line)
    assert "is the price of 3,060 of these tokens (97.5%)" in shown
    assert "no price: small-model (input 70, output 7)" in shown

    bare = place.run("cost", "one.jsonl")
    assert bare.returncode == 0
    assert "no prices are set" in bare.stdout
    assert "USD" not in bare.stdout


def test_a_kind_of_token_without_a_price_is_not_covered(place: Place) -> None:
    place.write("one.jsonl", session())
    place.write(
        "prices.json", {"currency": "€", "some-*": {"input": 10, "output": 100, "cacheRead": 1, "cacheWrite": 0}}
    )

    found = place.cost("one.jsonl", "--prices", "prices.json", "--by", "model")

    assert found["rows"][0]["cost"]["coveredTokens"] == 3_060 - 400
    assert found["rows"][0]["cost"]["amount"] == pytest.approx((100 + 2_500 + 10_000) / 1_000_000)
    assert found["unpriced"][0] == {
        "model": "some-model",
        "tokens": {"input": 0, "cacheRead": 0, "cacheWrite": 0, "cacheWrite5m": 0, "cacheWrite1h": 400, "output": 0},
    }


def test_files_of_subagents_beside_a_session_count_with_it(place: Place) -> None:
    place.write("one.jsonl", session())
    made = Recording()
    made.person("asked", isSidechain=True, agentId="ag-2", sessionId="s-1")
    made.says("x", text("Found."), isSidechain=True, agentId="ag-2", sessionId="s-1")
    made.bill(input_tokens=9, output_tokens=1)
    place.write("one/subagents/agent-ag-2.jsonl", made)
    place.write("one/subagents/agent-ag-2.meta.json", {"agentType": "Plan"})

    found = place.cost("one.jsonl")

    assert [(row["session"], row["agent"], row["agentType"]) for row in found["rows"]] == [
        ("s-1", "main", None), ("s-1", "ag-1", "Explore"), ("s-1", "ag-2", "Plan"),
    ]  # fmt: skip
    assert [Path(name).name for name in found["transcripts"]] == ["one.jsonl", "agent-ag-2.jsonl"]
    assert place.cost("one.jsonl", "one/subagents/agent-ag-2.jsonl")["rows"] == found["rows"]
    by_session = place.cost("one.jsonl", "--by", "session")["rows"]
    assert [(row["session"], row["agent"], row["requests"]) for row in by_session] == [("s-1", None, 4)]


def test_an_answer_that_a_resumed_session_repeats_counts_once(place: Place) -> None:
    place.write("one.jsonl", session())
    place.write("two.jsonl", session())

    assert place.cost("one.jsonl", "two.jsonl")["rows"] == place.cost("one.jsonl")["rows"]


def test_answers_without_a_bill_or_with_an_early_one_are_counted_and_said(place: Place) -> None:
    made = Recording()
    made.person("Look.")
    made.says("a", text("One."))
    made.says("b", text("Two."))
    made.bill(stop_reason=None, input_tokens=10, output_tokens=1)
    made.says("error", text("API Error"), isApiErrorMessage=True)
    place.write("one.jsonl", made)

    found = place.cost("one.jsonl")

    assert (found["total"]["requests"], found["total"]["unbilled"], found["total"]["outputAtLeast"]) == (2, 1, 1)
    shown = place.run("cost", "one.jsonl").stdout
    assert "not in these figures: 1 request of which the recording has no bill" in shown
    assert "output is at least this much: 1 request" in shown

    made.says("c", text("Three."), isSidechain=True, agentId="ag-9")
    place.write("one.jsonl", made)
    shown = place.run("cost", "one.jsonl").stdout
    unbilled = next(line.split() for line in shown.splitlines() if "ag-9" in line)
    assert unbilled[2:] == ["some-model", "1", "unknown", "unknown", "unknown", "unknown"], "a 0 would be a claim"


def test_a_session_that_nobody_answered_has_no_figures(place: Place) -> None:
    made = Recording()
    made.person("Look.")
    place.write("one.jsonl", made)

    assert place.run("cost", "one.jsonl").stdout == "nothing is recorded of what a provider billed\n"
    found = place.cost("one.jsonl")
    assert (found["rows"], found["total"]["requests"], found["total"]["cost"]["amount"]) == ([], 0, None)


def codex_line(kind: str, **payload: Any) -> Json:
    return {"type": kind, "payload": payload}


def token_count(input: int, cached: int, output: int, until_now: int) -> Json:
    last = {"input_tokens": input, "cached_input_tokens": cached, "output_tokens": output, "reasoning_output_tokens": 3}
    info = {"last_token_usage": last, "total_token_usage": {"total_tokens": until_now}}
    return codex_line("event_msg", type="token_count", info=info)


def test_codex_repeats_an_event_and_its_input_includes_the_cache(place: Place) -> None:
    lines = [
        codex_line("session_meta", id="s-2", source={"subagent": {"thread_spawn": {"agent_role": "scout"}}}),
        codex_line("turn_context", model="gpt-x"),
        token_count(500, 0, 20, 520),
        token_count(500, 0, 20, 520),
        codex_line("event_msg", type="token_count", info=None),
        codex_line("turn_context", model="gpt-y"),
        token_count(600, 500, 20, 1_140),
        token_count(600, 500, 20, 1_760),
    ]
    place.write("rollout.jsonl", lines)

    rows = place.cost("rollout.jsonl")["rows"]

    assert [(row["session"], row["agentType"], row["model"], row["requests"]) for row in rows] == [
        ("s-2", "scout", "gpt-x", 1), ("s-2", "scout", "gpt-y", 2),
    ]  # fmt: skip
    assert [billed(row) for row in rows] == [(500, 0, 0, 0, 0, 20), (200, 1_000, 0, 0, 0, 40)]


def test_a_fork_of_codex_repeats_requests_of_its_parent_which_count_once(place: Place) -> None:
    parent = [codex_line("session_meta", id="parent"), token_count(500, 0, 20, 520), token_count(600, 500, 20, 1_140)]
    place.write("parent.jsonl", [*parent, token_count(700, 600, 20, 1_860)])
    fork = [codex_line("session_meta", id="fork", forked_from_id="parent"), *parent]
    place.write("fork.jsonl", [*fork, token_count(800, 600, 30, 1_970)])
    place.write("other.jsonl", [codex_line("session_meta", id="other"), token_count(500, 0, 20, 520)])

    rows = place.cost("parent.jsonl", "fork.jsonl", "other.jsonl", "--by", "session")["rows"]

    assert [(row["session"], row["requests"]) for row in rows] == [("parent", 3), ("fork", 1), ("other", 1)]
    assert billed(rows[1]) == (200, 600, 0, 0, 0, 30)


@pytest.mark.parametrize("is_document", [False, True])
def test_gemini_cli_writes_a_message_again_and_bills_thoughts_as_output(place: Place, is_document: bool) -> None:
    tokens = {"input": 100, "cached": 60, "tool": 4, "output": 7, "thoughts": 30, "total": 141}
    answer = {"id": "2", "type": "gemini", "content": "x", "tokens": tokens, "model": "gemini-x"}
    messages = [{"id": "1", "type": "user", "content": "Begin."}, answer, {**answer, "toolCalls": []}]
    head = {"sessionId": "s-3", "projectHash": "p"}
    place.write("chat.json", {**head, "messages": messages} if is_document else [head, *messages])

    (row,) = place.cost("chat.json")["rows"]

    assert (row["session"], row["model"], row["requests"]) == ("s-3", "gemini-x", 1)
    assert billed(row) == (44, 60, 0, 0, 0, 37)


def opencode_info(total: int | None = None, **more: Any) -> Json:
    tokens = {"input": 30, "output": 3, "reasoning": 2, "cache": {"read": 10, "write": 5}, "total": total}
    return {"role": "assistant", "modelID": "m", "agent": "build", "tokens": tokens, **more}


def test_opencode_names_its_agents_and_says_whether_output_includes_reasoning(place: Place) -> None:
    infos = [opencode_info(id="1"), opencode_info(48, id="2"), opencode_info(id="3", agent="plan", tokens=None)]
    place.write("export.json", {"info": {"id": "s-4"}, "messages": [{"info": info, "parts": []} for info in infos]})

    build, plan = place.cost("export.json")["rows"]

    assert (build["session"], build["agent"], build["requests"]) == ("s-4", "build", 2)
    assert billed(build) == (60, 20, 10, 0, 0, 8)
    assert (plan["agent"], plan["unbilled"]) == ("plan", 1)


def test_sessions_that_a_session_of_opencode_began_count_with_it(place: Place) -> None:
    database = sqlite3.connect(place.folder / "opencode.db")
    database.execute("CREATE TABLE session (id, parent_id, directory, revert, time_updated)")
    database.execute("CREATE TABLE message (id, session_id, data)")
    database.execute("CREATE TABLE part (id, message_id, session_id, data)")
    for id, parent, agent in (("ses_1", None, "build"), ("ses_2", "ses_1", "explore"), ("ses_3", None, "build")):
        database.execute("INSERT INTO session VALUES (?, ?, NULL, NULL, 0)", (id, parent))
        database.execute(
            "INSERT INTO message VALUES (?, ?, ?)", (f"m_{id}", id, json.dumps(opencode_info(agent=agent)))
        )
    database.commit()
    database.close()

    rows = place.cost("opencode.db#ses_1")["rows"]

    assert [(row["session"], row["agent"]) for row in rows] == [("ses_1", "build"), ("ses_2", "explore")]


# ---------------------------------------------------------------- prices


def price(models: str, figure: float, currency: str = "USD") -> str:
    return f'[prices]\ncurrency = "{currency}"\n[prices."{models}"]\ninput = {figure}\n'


def one_answer(model: str = "some-model-5") -> Recording:
    made = Recording()
    made.person("Look.")
    made.says("a", text("Yes."))
    made.bill(model=model, input_tokens=1_000_000)
    return made


def test_the_first_source_that_knows_a_model_counts(place: Place) -> None:
    place.write("one.jsonl", one_answer())
    place.write("ctxbudget.toml", price("some-model-5", 1))
    assert place.cost("one.jsonl")["total"]["cost"]["amount"] == 1

    place.user_file.write_text(price("some-*", 2), encoding="utf-8")
    found = place.cost("one.jsonl")
    assert found["total"]["cost"]["amount"] == 2
    assert (found["prices"][0]["origin"], found["prices"][0]["place"]) == ("user", f"{place.user_file}:3")

    place.write("prices.toml", price("SOME-MODEL-5", 3) + '[prices."some-model-*"]\ninput = 4\n')
    assert place.cost("one.jsonl", "--prices", "prices.toml")["total"]["cost"]["amount"] == 3

    place.write("prices.toml", price("other", 3))
    assert place.cost("one.jsonl", "--prices", "prices.toml")["total"]["cost"]["amount"] == 2


def test_a_longer_pattern_counts_before_a_shorter_one(place: Place) -> None:
    place.write("one.jsonl", one_answer())
    place.write("prices.toml", price("*", 1) + '[prices."some-model-*"]\ninput = 4\n[prices."some-*"]\ninput = 2\n')

    assert place.cost("one.jsonl", "--prices", "prices.toml")["total"]["cost"]["amount"] == 4


def test_prices_in_two_currencies_have_no_sum(place: Place) -> None:
    place.write("one.jsonl", one_answer())
    place.write("two.jsonl", [{**row, "message": {**row["message"], "id": "z"}} for row in one_answer("other").rows])
    place.user_file.write_text(price("some-*", 2), encoding="utf-8")
    place.write("prices.toml", price("other", 3, currency="EUR"))

    done = place.run("cost", "one.jsonl", "two.jsonl", "--prices", "prices.toml")

    assert (done.returncode, done.stdout) == (2, "")
    assert "USD for some-*" in done.stderr
    assert "EUR for other (prices.toml)" in done.stderr


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("[prices.m]\ninput = 1\n", 'must have a currency, such as "USD"'),
        (price("m", 1).replace('"m"', "gpt-5.2"), 'a name with dots needs quotes, [prices."gpt-5.2"]'),
        (price("m", -1), '"prices.m.input" must be a number from 0'),
        (price("m", 1).replace("input", "cached"), "is unknown: there are input, output, cacheRead"),
        ("prices = 3\n", "must be a table"),
        ("currency = 'USD'\n", "has no prices of models"),
        ("{", "is neither TOML nor a JSON object"),
        ("[", "is neither TOML nor a JSON object"),
    ],
)
def test_wrong_prices_are_said_in_words(place: Place, content: str, why: str) -> None:
    path = place.write("prices.toml", content)

    with pytest.raises(PricesError) as raised:
        price_table(str(path), str(place.folder), "cost")

    assert str(raised.value).startswith(str(path))
    assert why in str(raised.value)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["none.jsonl"], "none.jsonl: No such file"),
        (["messages.json"], "has no bills; supported: sessions of Claude Code"),
        ([], "a TRANSCRIPT is missing"),
        (["one.jsonl", "--prices", "none.toml"], "none.toml: No such file"),
    ],
)
def test_what_cannot_be_read_is_said_in_words(place: Place, words: list[str], why: str) -> None:
    place.write("one.jsonl", one_answer())
    place.write("messages.json", {"messages": [{"role": "user", "content": "x"}]})

    done = place.run("cost", *words)

    assert (done.returncode, done.stdout) == (2, "")
    assert why in done.stderr
    assert "Traceback" not in done.stderr


def test_the_other_recordings_are_summed_if_one_cannot_be_read(place: Place) -> None:
    place.write("one.jsonl", one_answer().text() + '{"type": "assist')

    done = place.run("cost", "none.jsonl", "one.jsonl")

    assert done.returncode == 2
    assert "1,000,000 tokens billed by providers in 1 request" in done.stdout
    assert "the last one, is torn and was left out" in done.stderr


def test_nothing_but_bills_is_kept_of_a_recording() -> None:
    def lines() -> Iterator[bytes]:
        for number in range(100):
            made = Recording()
            made.says(f"a-{number}", text("x" * 200_000))
            made.bill(input_tokens=1)
            yield made.text().encode()

    requests = Requests()
    tracemalloc.start()
    try:
        requests.read(lines(), "session")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert len(list(requests)) == 100
    assert peak < 4_000_000, "20 MB were read"


# ---------------------------------------------------------------- replay


def cache_prices(place: Place, *words: str) -> Json:
    done = place.run("replay", *words, "--policy", "none", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    found: Json = json.loads(done.stdout)["cachePrices"]
    return found


def test_a_replay_takes_the_prices_of_the_sessions_model(place: Place) -> None:
    place.write("one.jsonl", session())
    assert cache_prices(place, "one.jsonl") == {
        "read": 0.1, "readFrom": "default", "write": 1.25, "writeFrom": "default",
    }  # fmt: skip

    place.write("ctxbudget.toml", PRICES.replace("cacheRead = 1", "cacheRead = 4"))
    where = f"some-model in {place.folder / 'ctxbudget.toml'}:4"
    assert cache_prices(place, "one.jsonl") == {
        "read": 0.4, "readFrom": where, "write": 2.0, "writeFrom": where,
    }, "most writes were billed for an hour"  # fmt: skip
    given = cache_prices(place, "one.jsonl", "--cache-read", "0.3")
    assert (given["read"], given["readFrom"], given["write"]) == (0.3, "--cache-read", 2.0)

    shown = place.run("replay", "one.jsonl", "--policy", "none").stdout
    assert f"prices of the cache, in input tokens: read 0.4, write 2 ({where})" in shown


def test_a_replay_of_a_model_without_a_price_says_that_it_takes_the_usual_ones(place: Place) -> None:
    place.write("one.jsonl", session())
    place.write("ctxbudget.toml", price("other", 3))

    shown = place.run("replay", "one.jsonl", "--policy", "none").stdout

    assert "prices of the cache, in input tokens: read 0.1, write 1.25 (default)" in shown
