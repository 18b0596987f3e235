"""One line: the window as the host tells it, the budget as the account has it."""

from __future__ import annotations

from typing import Any

import pytest

from agents.agent_host import AgentHost
from ctxbudget_server.agents.statusline import host_window
from ctxbudget_server.rules.forecast import Forecast, Growth


def line(host: AgentHost, *options: str, payload: dict[str, Any] | None = None, **env: str) -> str:
    """What is printed, without colour unless asked for."""
    given = host.payload("statusline") if payload is None else payload
    done = host.run("statusline", *options, stdin=given, **{"NO_COLOR": "1", **env})
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout.decode().removesuffix("\n")


def test_the_whole_line(claude: AgentHost) -> None:
    claude.call("session/open", config={"contextWindow": 25_000})
    claude.call("workflow/startPhase", phase=2)
    claude.call("budget/allocate", strategy="dynamic", phases=[{"number": n, "complexity": 1} for n in range(1, 7)])
    claude.call("context/add", items=[{"layer": "phase", "tokens": 5_250}])
    claude.call("context/add", items=[{"layer": "phase", "tokens": 400}])
    for name in ("a", "b"):
        claude.call("budget/reserve", tokens=100, holder=name)
    payload = {"session_id": claude.session}
    assert line(claude, payload=payload) == "ctx 23% of window · 5,650/7,500 · phase 2/6 · 2 agents out · warn"
    assert line(claude, payload=payload | {"context_window": {"current_usage": None}}).startswith("ctx 23%")


def test_a_cold_cache_is_shown_with_its_cause(claude: AgentHost) -> None:
    claude.call("session/open")
    cold = {"caching_observed": True, "warm": False, "last_miss_cause": {"causes": ["model_changed"]}}
    payload = claude.payload("statusline", prompt_cache=cold)
    assert line(claude, payload=payload).endswith(" · cache cold: model changed")
    assert line(claude, payload=payload | {"prompt_cache": {**cold, "last_miss_cause": None}}).endswith("cache cold")
    assert "cache" not in line(claude, payload=payload | {"prompt_cache": {**cold, "warm": True}})
    assert "cache" not in line(claude, "--width", "30", payload=payload)


def test_the_hosts_figure_goes_before_and_its_window_is_taken_over(claude: AgentHost) -> None:
    claude.tell("PostToolUse-Bash")
    used = claude.items()[0]["tokens"]
    assert line(claude) == f"ctx 21% of window · {used}/60,000"
    payload = claude.payload("statusline", context_window={"context_window_size": 1_000_000, "current_usage": 420_000})
    assert line(claude, payload=payload) == f"ctx 42% of window · {used}/300,000"
    assert claude.call("session/open")["config"]["model"] == "claude-opus-4-8"


def test_a_model_with_the_mark_of_its_window_is_the_same_model(claude: AgentHost) -> None:
    answer = {"id": "a", "model": "claude-opus-4-8", "usage": {"input_tokens": 10, "output_tokens": 1}}
    claude.write_transcript([{"type": "assistant", "message": answer}])
    payload = claude.payload("statusline", model={"id": "claude-opus-4-8[1m]"})
    claude.tell("SessionStart")
    line(claude, payload=payload)
    before = claude.call("budget/status")["revision"]
    claude.tell("Stop")
    line(claude, payload=payload)
    assert claude.call("budget/status")["revision"] == before


def test_a_window_that_somebody_chose_stays_and_is_the_base_of_both_figures(claude: AgentHost) -> None:
    claude.call("session/open", config={"contextWindow": 100_000})
    assert line(claude) == "ctx 42% of window · 0/30,000", "the host has used 42,000 of what it calls 200,000"
    assert claude.call("session/open")["config"]["contextWindow"] == 100_000
    claude.call("session/open", config={"contextWindow": 10_000})
    assert line(claude) == "ctx 32,000 over window · 0/3,000"
    share = {"context_window_size": 200_000, "current_usage": None, "used_percentage": 40}
    assert line(claude, payload=claude.payload("statusline", context_window=share)).startswith("ctx 70,000 over window")


def test_a_window_of_the_project_s_file_is_the_base_as_well(claude: AgentHost) -> None:
    (claude.folder / "ctxbudget.toml").write_text("contextWindow = 120_000\n")
    claude.call("session/open")
    assert line(claude) == "ctx 35% of window · 0/36,000"


def used(tokens: int, size: int = 200_000, model: str = "claude-fable-5", **more: Any) -> dict[str, Any]:
    return {
        "session_id": "s-1",
        "model": {"id": model},
        "context_window": {"context_window_size": size, "current_usage": {"input_tokens": tokens}, **more},
    }


def test_a_payload_never_narrows_a_window_that_is_known_to_be_larger(claude: AgentHost) -> None:
    claude.call("session/open", sessionId="s-1", host={"contextWindow": 1_000_000, "model": "claude-fable-5"})
    assert line(claude, payload=used(160_000)).startswith("ctx 16% of window")
    assert claude.call("session/open", sessionId="s-1")["config"]["contextWindow"] == 1_000_000
    assert line(claude, payload=used(50_000, model="claude-haiku-4-5")).startswith("ctx 25%"), "another model"


def test_usage_above_the_reported_size_tells_the_real_window(claude: AgentHost) -> None:
    claude.call("session/open", sessionId="s-1")
    assert line(claude, payload=used(220_000)).startswith("ctx 22% of window")
    assert line(claude, payload=used(1_100_000, 1_000_000)).startswith("ctx 100,000 over window")


def test_a_mark_in_the_model_s_name_tells_the_window(claude: AgentHost) -> None:
    claude.call("session/open", sessionId="s-1")
    marked = used(160_000, model="claude-fable-5[1m]")
    assert line(claude, payload=marked).startswith("ctx 16% of window")
    assert line(claude, payload=marked | {"session_id": "new"}) == "ctx 16% of window · no account yet"
    marked["context_window"] |= {"current_usage": None, "used_percentage": 80}
    assert line(claude, payload=marked).startswith("ctx 16% of window"), "80 % of what the payload calls the window"


def test_a_share_without_usage(claude: AgentHost) -> None:
    claude.call("session/open", sessionId="s-1")
    payload = {"session_id": "s-1", "context_window": {"context_window_size": 200_000, "used_percentage": 42.3}}
    assert line(claude, payload=payload).startswith("ctx 42% of window")


def test_without_a_session(claude: AgentHost) -> None:
    assert line(claude) == "ctx 21% of window · no account yet"
    assert claude.ask("session/list")["sessions"] == [], "to look is not to open"
    assert line(claude, payload={}) == "ctx ? · no account yet"
    claude.call("context/add", items=[{"layer": "phase", "tokens": 8_000}], sessionId="default")
    coloured = line(claude, "--session", "default", payload={}, NO_COLOR="")
    assert coloured == "\x1b[32mctx 8,000 tokens\x1b[0m", "no share and no warning: nobody has said the window"
    claude.call("session/open", config={"contextWindow": 25_000}, sessionId="default")
    assert line(claude, "--session", "default", payload={}) == "ctx 32% of window · 8,000/7,500 · critical"
    assert line(claude, "--session", "none", payload={}) == "ctx ? · no account yet"
    assert line(claude, payload={}, CTXBUDGET_SESSION="none") == "ctx ? · no account yet"


def test_without_a_name_it_is_the_session_that_changed_last(claude: AgentHost) -> None:
    claude.call("context/add", items=[{"layer": "phase", "tokens": 75}], sessionId="default")
    claude.call("session/open", sessionId="run-1")
    claude.call("session/open", sessionId="run-1:agent")
    assert line(claude, payload={}) == "ctx 0 tokens · session run-1", "a subagent's session is its parent's"
    claude.call("context/add", items=[{"layer": "phase", "tokens": 5}], sessionId="default")
    payload = {"context_window": {"context_window_size": 100_000, "current_usage": 0}}
    assert line(claude, payload=payload) == "ctx 0% of window · 80 tokens · session default"
    window = claude.call("session/open", sessionId="default")["config"]["contextWindow"]
    assert window == 25_000, "what nobody named takes no host's window"


def test_a_closed_session_stays_closed(claude: AgentHost) -> None:
    claude.call("session/open")
    claude.call("session/close")
    assert line(claude).startswith("ctx 21%")
    assert claude.call("budget/status")["state"] == "closed"


@pytest.mark.parametrize(("tokens", "colour"), [(10, "32"), (6_000, "33"), (7_400, "31")])
def test_colour_is_by_level_unless_nobody_wants_it(claude: AgentHost, tokens: int, colour: str) -> None:
    claude.call("session/open", config={"contextWindow": 25_000}, sessionId="default")
    claude.call("context/add", items=[{"layer": "phase", "tokens": tokens}], sessionId="default")
    payload = {"session_id": "default"}
    coloured = line(claude, payload=payload, NO_COLOR="")
    assert (coloured[:5], coloured[-4:]) == (f"\x1b[{colour}m", "\x1b[0m")
    assert line(claude, "--color", "never", payload=payload, NO_COLOR="") == coloured[5:-4]
    assert line(claude, payload=payload) == coloured[5:-4]


def test_what_has_no_room_is_left_out(claude: AgentHost) -> None:
    claude.call("session/open", config={"contextWindow": 25_000}, sessionId="default")
    claude.call("workflow/startPhase", phase=2, sessionId="default")
    claude.call("context/add", items=[{"layer": "phase", "tokens": 6_000}], sessionId="default")
    claude.call("budget/reserve", tokens=100, holder="a", sessionId="default")
    widths = {90: "ctx 24% of window · 6,000/7,500 · phase 2/2 · 1 agent out · warn · session default",
              80: "ctx 24% of window · 6,000/7,500 · phase 2/2 · 1 agent out · warn",
              60: "ctx 24% of window · 6,000/7,500 · 1 agent out · warn",
              40: "ctx 24% of window · 6,000/7,500 · warn",
              30: "ctx 24% of window · warn",
              20: "ctx 24% of window",
              7: "ctx 24%"}  # fmt: skip
    for width, text in widths.items():
        assert line(claude, "--width", str(width), payload={}) == text


@pytest.mark.parametrize(
    ("window", "used"),
    [
        ({"current_usage": {"input_tokens": 1, "cache_read_input_tokens": 2, "cache_creation_input_tokens": 4}}, 7),
        ({"current_usage": {"input_tokens": 5, "cache_read_input_tokens": None}}, 5),
        ({"current_usage": 12.0}, 12),
        ({"current_usage": {}}, None),
        ({"current_usage": -1}, None),
        ({"current_usage": float("nan")}, None),
        ({"current_usage": True}, None),
        ({"current_usage": "5"}, None),
        (None, None),
    ],
)
def test_any_usage_that_a_host_may_send(window: Any, used: int | None) -> None:
    assert host_window({"context_window": window}).used == used


def test_the_project_is_found_from_the_payload(claude: AgentHost) -> None:
    claude.tell("PostToolUse-Bash")
    elsewhere = AgentHost("claude-code", claude.folder, {"CLAUDE_PROJECT_DIR": ""})
    assert "/60,000" in line(elsewhere)
    assert "no account" in line(elsewhere, payload={"session_id": "other"})


def test_it_shows_the_calls_until_the_next_limit(claude: AgentHost) -> None:
    claude.call("session/open", config={"contextWindow": 100_000})
    for tokens in (9_000, *[1_000] * 9):
        claude.call("context/add", items=[{"layer": "transient", "tokens": tokens}])
    warn = claude.call("budget/status")["forecast"]["warn"]
    payload = {"session_id": claude.session}
    assert line(claude, payload=payload).endswith(f" · warn in ~5 calls ({warn['low']}–{warn['high']})")
    assert "calls" not in line(claude, "--width", "40", payload=payload)
    claude.call("context/add", items=[{"layer": "transient", "tokens": 5_000}])
    assert "critical in" in line(claude, payload=payload)


def requests(*sizes: int) -> list[dict[str, Any]]:
    return [
        {
            "type": "assistant",
            "message": {
                "id": f"m{number}",
                "model": "claude-fable-5",
                "usage": {"input_tokens": 3, "cache_read_input_tokens": size - 3, "output_tokens": 10},
            },
        }
        for number, size in enumerate(sizes)
    ]


def test_it_shows_the_requests_until_the_host_s_window_is_full(claude: AgentHost) -> None:
    claude.call("session/open", config={"contextWindow": 200_000})
    sizes = range(40_000, 150_001, 10_000)
    claude.write_transcript(requests(*sizes))
    payload = {"session_id": claude.session, "transcript_path": str(claude.transcript)}
    reach = Forecast([Growth(10_000)] * (len(sizes) - 1)).reach(50_000)
    assert line(claude, payload=payload).endswith(f" · window full in ~5 calls ({reach.low}–{reach.high})")
    claude.write_transcript(requests(*sizes, 30_000))
    reach = Forecast([Growth(10_000)] * (len(sizes) - 1)).reach(170_000)
    assert f"window full in ~17 calls ({reach.low}–{reach.high})" in line(claude, payload=payload), "after a compaction"
    claude.write_transcript(requests(40_000, 50_000))
    assert "window full" not in line(claude, payload=payload)
    assert "window full" not in line(claude, payload=payload | {"transcript_path": "/nowhere"})
