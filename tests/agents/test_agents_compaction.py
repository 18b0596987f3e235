"""A compaction loses nothing, and the account follows the window through it."""

from __future__ import annotations

from typing import Any

from agents.agent_host import AgentHost


def spoken(role: str, text: str, **more: Any) -> dict[str, Any]:
    """A line of Claude Code's transcript."""
    return {"type": role, "message": {"role": role, "content": text}, **more}


def test_what_is_compacted_is_kept_and_the_summary_stands_for_it(claude: AgentHost) -> None:
    claude.write_transcript([spoken("user", "Count to forty."), spoken("assistant", "I count."), {"type": "other"}])
    claude.tell("PostToolUse-Bash")
    claude.tell("PreCompact")
    claude.tell("SubagentStop-own")
    output, said = claude.items()
    assert said["kind"] == "log"
    kept = claude.call("context/get", itemId=said["id"])["content"]
    assert kept == "user: Count to forty.\n\nassistant: I count."

    claude.tell("PostCompact")
    (summary,) = claude.items(state="retained")
    assert (summary["kind"], summary["layer"], summary["reduces"]) == (
        "summary",
        "metadata",
        [output["id"], said["id"]],
    )
    assert claude.call("budget/status")["retained"] == summary["tokens"]
    assert "the scout found" in claude.call("context/get", itemId=summary["id"])["content"]
    found = claude.call("context/search", query="Count to forty")["matches"]
    assert found[0]["itemId"] == said["id"]


def test_our_own_cut_leaves_the_figures_of_the_fit(claude: AgentHost) -> None:
    claude.tell("SessionStart")
    claude.tell("PostToolUse-Bash")
    output = claude.call("context/get", itemId=claude.items()[0]["id"])["content"]
    claude.tell("PostToolUse-Read")
    call = {"id": "c1", "tool": "Bash", "arguments": {"command": "seq 1 40"}}
    messages: list[dict[str, Any]] = [
        {"role": "user", "text": "Count to forty."},
        {"role": "assistant", "calls": [call], "results": [{"callId": "c1", "text": output}]},
        {"role": "user", "text": "And on."},
    ]
    fit = claude.call("context/fit", format="neutral", maxTokens=9_000, wholeWindow=True, messages=messages)

    claude.tell("PostCompact", compact_summary="")
    told = claude.tell("SessionStart-compact")["hookSpecificOutput"]["additionalContext"]

    retained = claude.call("budget/status")["retained"]
    assert retained == fit["status"]["retained"] > 50
    assert f"{retained} of 300,000 budget tokens are in use" in told
    kinds = [item["kind"] for item in claude.items(state="retained")]
    assert kinds.count("tool-output") == 1, "what the messages do not hold is gone"


def test_another_summary_after_our_cut_replaces_it(claude: AgentHost) -> None:
    claude.tell("SessionStart")
    messages = [{"role": "user", "text": "Count to forty."}, {"role": "assistant", "text": "I count."}]
    claude.call("context/fit", format="neutral", maxTokens=9_000, messages=messages)
    claude.tell("PostCompact")
    (summary,) = claude.items(state="retained")
    assert summary["kind"] == "summary"


def test_an_empty_summary_without_a_cut_is_anothers(claude: AgentHost) -> None:
    claude.tell("PostToolUse-Bash")
    claude.tell("PostCompact", compact_summary="")
    (summary,) = claude.items(state="retained")
    assert summary["kind"] == "summary"


def test_agents_pins_and_budget_are_handed_back(claude: AgentHost) -> None:
    claude.write_transcript([spoken("user", "Look at\nthe cache.")], claude.agent_transcript)
    claude.tell("SubagentStart")
    rule = {"layer": "permanent", "kind": "instructions", "title": "rules", "pinned": True, "content": "Never push."}
    long_rule = {**rule, "title": "all rules", "content": "Never push to main. " * 400}
    pinned = claude.call("context/add", items=[rule, long_rule])["items"]
    claude.tell("PostToolUse-Bash")
    claude.tell("PreCompact")

    told = claude.tell("SessionStart-compact")["hookSpecificOutput"]
    assert told["hookEventName"] == "SessionStart"
    context = told["additionalContext"]
    assert len(context) < 10_000
    assert "budget tokens are in use" in context
    assert f'"sessionId": "{claude.session}"' in context
    assert "- general-purpose abbda330adec47d10, since 20" in context
    assert "Z: Look at the cache." in context
    assert f"- {pinned[0]['id']} rules:\nNever push." in context
    assert f"- {pinned[1]['id']} all rules (" in context
    retained = {item["id"]: item for item in claude.items(state="retained")}
    assert {one["id"] for one in pinned} < retained.keys()
    assert [item["kind"] for item in retained.values()].count("tool-output") == 0
    assert len(claude.call("budget/status")["leases"]) == 1


def test_the_events_of_one_compaction_reduce_once_in_any_order(claude: AgentHost) -> None:
    for order in (("PostCompact", "SessionStart-compact"), ("SessionStart-compact", "PostCompact")):
        claude.tell("PostToolUse-Bash", tool_use_id=f"toolu_{order[0]}")
        for name in order:
            claude.tell(name)
        (summary,) = claude.items(state="retained")
        assert "the scout found" in claude.call("context/get", itemId=summary["id"])["content"]


def test_a_subagent_that_compacts_leaves_its_parents_account_alone(claude: AgentHost) -> None:
    claude.write_transcript([spoken("user", "Count to forty.")])
    claude.tell("PostToolUse-Bash")
    inside = {"agent_id": "abbda330adec47d10", "agent_type": "general-purpose"}
    claude.tell("PostToolUse-inner")
    for name in ("PreCompact", "PostCompact"):
        claude.tell(name, **inside)
    assert [item["state"] for item in claude.items()] == ["retained"]
    own = claude.items(f"{claude.session}:abbda330adec47d10")
    assert [item["state"] for item in own] == ["reduced", "retained"]


def test_a_second_compaction_keeps_only_what_was_said_since(claude: AgentHost) -> None:
    lines = [spoken("user", "First."), spoken("user", "So far.", isCompactSummary=True), spoken("user", "Second.")]
    claude.write_transcript(lines)
    claude.tell("PreCompact")
    (said,) = claude.items()
    assert claude.call("context/get", itemId=said["id"])["content"] == "user: Second."


def test_a_compaction_that_was_stopped_does_not_count_what_was_said_twice(claude: AgentHost) -> None:
    lines = [spoken("user", "First.")]
    claude.write_transcript(lines)
    for _ in range(2):
        claude.tell("PreCompact")
    assert len(claude.items()) == 1
    claude.write_transcript([*lines, spoken("user", "Second.")])
    claude.tell("PreCompact")
    assert [claude.call("context/get", itemId=one["id"])["content"] for one in claude.items()] == [
        "user: First.",
        "user: Second.",
    ]
    claude.tell("PostCompact")
    assert len(claude.items(state="retained")) == 1


def test_codex_tells_no_summary_but_writes_it_down(codex: AgentHost) -> None:
    codex.tell("PostToolUse")
    codex.write_transcript([{"type": "compacted", "payload": {"message": "Counted to forty."}}])
    codex.tell("PreCompact")
    codex.tell("PostCompact")
    context = codex.tell("SessionStart-compact")["hookSpecificOutput"]["additionalContext"]
    assert "Everything that was compacted is kept" in context
    (summary,) = codex.items(state="retained")
    assert codex.call("context/get", itemId=summary["id"])["content"] == "Counted to forty."


def test_gemini_is_seen_to_have_compressed(gemini: AgentHost) -> None:
    def answered(name: str, tokens: int, time: str) -> dict[str, Any]:
        usage = {"input": tokens, "output": 40}
        return {"id": name, "type": "gemini", "content": "I count.", "tokens": usage, "timestamp": time}

    gemini.tell("AfterTool")
    early = [{"type": "user", "content": [{"text": "Count."}], "timestamp": "2026-01-01T00:00:00.000Z"}]
    lines = [*early, answered("a", 9_000, "2026-01-01T00:00:01.000Z")]
    gemini.write_transcript(lines)
    gemini.tell("AfterAgent")
    assert [item["state"] for item in gemini.items()] == ["retained"]

    gemini.write_transcript([*lines, answered("b", 3_000, "2999-01-01T00:00:02.000Z")])
    for _ in range(2):
        gemini.tell("AfterAgent")
    assert [item["state"] for item in gemini.items()] == ["reduced", "reduced", "retained"]
    assert gemini.call("context/get", itemId=gemini.items()[1]["id"])["content"] == "user: Count.\n\ngemini: I count."
    assert "does not reveal" in gemini.call("context/get", itemId=gemini.items()[2]["id"])["content"]
