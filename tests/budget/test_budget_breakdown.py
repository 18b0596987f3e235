"""`budget/breakdown` on a real server: what an account and a recorded session hold, by source."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.client import Client
from support.session import Session, serve_command

Json = dict[str, Any]


def row(rows: list[Json], **wanted: Any) -> Json:
    """The only row with these values."""
    (found,) = [one for one in rows if all(one[name] == value for name, value in wanted.items())]
    return found


def recorded(*, bill: bool = True, extra: tuple[Json, ...] = ()) -> str:
    """A session of Claude Code: a person, two calls of tools (one of them ours), thinking, and an answer."""
    usage = {"input_tokens": 4, "cache_read_input_tokens": 9_000, "cache_creation_input_tokens": 1_000}

    def said(id: str, *blocks: Json) -> Json:
        message = {"id": id, "role": "assistant", "model": "claude-opus-4-5", "content": list(blocks)}
        return {
            "type": "assistant",
            "message": {**message, **({"usage": {**usage, "output_tokens": 9}} if bill else {})},
        }

    def told(*blocks: Json, **members: Any) -> Json:
        return {"type": "user", "message": {"role": "user", "content": list(blocks)}, **members}

    rows = [
        told({"type": "text", "text": "Find the bug in the queue."}),
        told({"type": "text", "text": "Base directory for this skill: /skills/x"}, isMeta=True),
        *extra,
        said(
            "a",
            {"type": "thinking", "thinking": "I should read the queue first, then decide.", "signature": "x" * 900},
            {"type": "tool_use", "id": "c1", "name": "Read", "input": {"file_path": "queue.py"}},
        ),
        told({"type": "tool_result", "tool_use_id": "c1", "content": "def take(): pass\n" * 60}),
        said("b", {"type": "tool_use", "id": "c2", "name": "mcp__ctxbudget__context_get", "input": {"itemId": "i1"}}),
        told({"type": "tool_result", "tool_use_id": "c2", "content": "the original\n" * 20}),
        said("c", {"type": "text", "text": "The lock is taken twice."}),
    ]
    head = {"sessionId": "host-session", "isSidechain": False}
    return "".join(json.dumps({**head, "uuid": f"u{n}", **one}) + "\n" for n, one in enumerate(rows))


def test_every_side_of_an_account_sums_to_what_is_retained(session: Session) -> None:
    session.add(content="# Report\n\n" + "A line of words.\n" * 50, kind="report", agent="research-1")
    session.add(content="passed\n" * 30, kind="tool-output", title="Bash: make test", agent="main")
    session.add(content="one\n" * 10, kind="tool-output", title="Bash: ls")
    session.add("permanent", tokens=40, title="task")

    answer = session.call("budget/breakdown", largest=2)
    account = answer["account"]

    assert (answer["sessionId"], answer["recording"]) == (session.id, None)
    for side in ("byLayer", "byAgent", "byTool", "byFile"):
        assert sum(one["tokens"] for one in account[side]) == account["retained"] == session.retained()
        assert [one["tokens"] for one in account[side]] == sorted(
            (one["tokens"] for one in account[side]), reverse=True
        )
    assert row(account["byTool"], name="Bash")["items"] == 2
    assert row(account["byLayer"], name="permanent") == {
        "name": "permanent", "items": 1, "tokens": 40, "provenance": "reported",
        "ofRetained": round(40 / account["retained"], 6),
    }  # fmt: skip
    assert [one["title"] for one in account["largest"]] == ["Report", "Bash: make test"]
    assert account["cost"] is None


def test_what_was_pruned_is_in_no_side_of_the_account(session: Session) -> None:
    item = session.add(content="A line of words.\n" * 400)
    session.call("context/prune", target={"items": [item]})

    account = session.call("budget/breakdown")["account"]

    assert account["retained"] == session.retained()
    assert all(one["id"] != item for one in account["largest"])


def test_the_window_of_a_recording_is_what_was_billed_by_source(session: Session, workspace: Path) -> None:
    (workspace / "one.jsonl").write_text(recorded())

    found = session.call("budget/breakdown", recording={"path": "one.jsonl"})["recording"]
    window = found["window"]

    assert (found["host"], found["session"], found["model"]) == ("claude-code", "host-session", "claude-opus-4-5")
    assert window["total"] == 10_004
    sources = {one["source"] for one in window["rows"]}
    assert sources == {"people", "hostNotes", "thinking", "toolCalls", "toolOutput", "ctxbudget", "unaccounted"}
    counted = [one for one in window["rows"] if one["source"] != "unaccounted"]
    assert window["counted"] == sum(one["tokens"] for one in counted)
    assert row(window["rows"], source="unaccounted")["tokens"] == window["total"] - window["counted"]
    assert row(window["rows"], source="toolOutput")["name"] == "Read"
    assert row(window["rows"], source="ctxbudget")["items"] == 2
    assert {one["provenance"] for one in counted} == {"estimated"}
    assert window["largest"][0]["title"] == "Read queue.py"
    assert window["since"] > 0
    assert row(window["rows"], source="thinking")["tokens"] < 100, "signatures are not billed"


def test_without_a_bill_the_total_is_unknown_and_nothing_is_unaccounted(session: Session) -> None:
    window = session.call("budget/breakdown", recording={"content": recorded(bill=False)})["recording"]["window"]

    assert window["total"] is None
    assert all(one["source"] != "unaccounted" and one["ofTotal"] is None for one in window["rows"])


def test_what_the_host_reports_takes_the_place_of_what_nobody_can_count(session: Session) -> None:
    reported = [
        {"source": "system", "tokens": 3_000},
        {"source": "toolDefinitions", "name": "github", "tokens": 4_000},
        {"source": "memory", "name": "CLAUDE.md", "tokens": 900},
    ]
    recording = {"content": recorded()}
    before = session.call("budget/breakdown", recording=recording)["recording"]["window"]

    window = session.call("budget/breakdown", recording=recording, reported=reported)["recording"]["window"]

    assert row(window["rows"], source="toolDefinitions", name="github")["provenance"] == "reported"
    less = row(before["rows"], source="unaccounted")["tokens"] - row(window["rows"], source="unaccounted")["tokens"]
    assert less == 7_900


CONTEXT = """<local-command-stdout>## Context Usage

**Model:** claude-opus-4-5
**Tokens:** 30k / 200k (15%)

### Estimated usage by category

| Category | Tokens | Percentage |
|----------|--------|------------|
| System prompt | 3.1k | 1.6% |
| System tools | 12.4k | 6.2% |
| MCP tools | 1.5k | 0.8% |
| Memory files | 700 | 0.4% |
| Messages | 9k | 4.5% |
| Free space | 170k | 85% |

### MCP Tools

| Tool | Server | Tokens |
|------|--------|--------|
| mcp__github__get_issue | github | 900 |
| mcp__github__list | github | 600 |

### Memory Files

| Type | Path | Tokens |
|------|------|--------|
| Project | /src/CLAUDE.md | 700 |
</local-command-stdout>"""


OBJECT = {
    "categories": [
        {"name": "System prompt", "tokens": 3_100},
        {"name": "System tools", "tokens": 12_400},
        {"name": "MCP tools", "tokens": 1_500},
        {"name": "Memory files", "tokens": 700},
        {"name": "Messages", "tokens": 9_000},
    ],
    "mcpTools": [
        {"name": "mcp__github__get_issue", "serverName": "github", "tokens": 1_500, "isLoaded": True},
        {"name": "mcp__github__list", "serverName": "github", "tokens": 800, "isLoaded": False},
    ],
    "memoryFiles": [{"type": "Project", "path": "/src/CLAUDE.md", "tokens": 700}],
}


@pytest.mark.parametrize(
    "printed",
    [
        {"type": "user", "message": {"role": "user", "content": CONTEXT}},
        {"type": "system", "subtype": "local_command", "content": CONTEXT},
        {"type": "system", "subtype": "local_command", "content": "…", "contextUsage": OBJECT},
    ],
)
def test_what_the_hosts_own_context_command_told_counts_as_reported(session: Session, printed: Json) -> None:

    rows = session.call("budget/breakdown", recording={"content": recorded(extra=(printed,))})["recording"]["window"][
        "rows"
    ]

    told = {(one["source"], one["name"]): one["tokens"] for one in rows if one["provenance"] == "reported"}
    assert told == {
        ("system", None): 3_100,
        ("toolDefinitions", "built-in"): 12_400,
        ("toolDefinitions", "github"): 1_500,
        ("memory", "/src/CLAUDE.md"): 700,
    }


def test_tools_whose_definitions_are_not_recorded_are_named_and_their_size_is_unknown(session: Session) -> None:
    tools = ["Bash", "Read", "mcp__github__get_issue", "mcp__ctxbudget__budget_status"]
    init = {"type": "system", "subtype": "init", "tools": tools}
    nested = {"type": "nested_memory", "path": "/src/sub/CLAUDE.md", "content": {"content": "Always test. " * 30}}

    found = session.call(
        "budget/breakdown",
        recording={"content": recorded(extra=(init, {"type": "attachment", "attachment": nested}))},
    )["recording"]

    assert found["tools"] == {"built-in": 2, "github": 1, "ctxbudget": 1}
    rows = found["window"]["rows"]
    unknown = row(rows, source="toolDefinitions", name="github")
    assert (unknown["tokens"], unknown["provenance"], unknown["items"]) == (None, "unknown", 1)
    assert row(rows, source="memory")["name"] == "/src/sub/CLAUDE.md"
    assert row(rows, source="memory")["tokens"] > 60


def test_codex_records_its_instructions_and_they_are_counted(session: Session) -> None:
    def said(role: str, text: str) -> Json:
        kind = "output_text" if role == "assistant" else "input_text"
        message = {"type": "message", "role": role, "content": [{"type": kind, "text": text}]}
        return {"type": "response_item", "payload": message}

    usage = {"input_tokens": 4_000, "cached_input_tokens": 0, "output_tokens": 5}
    lines = [
        {"type": "session_meta", "payload": {"id": "cx", "base_instructions": {"text": "You are Codex. " * 40}}},
        {"type": "turn_context", "payload": {"model": "gpt-5"}},
        said("user", "# AGENTS.md instructions for /src\n\n<INSTRUCTIONS>\nTest.\n</INSTRUCTIONS>"),
        said("user", "Go on."),
        said("assistant", "Done."),
        {"type": "event_msg", "payload": {"type": "token_count", "info": {"last_token_usage": usage}}},
    ]

    found = session.call("budget/breakdown", recording={"content": "\n".join(map(json.dumps, lines))})["recording"]

    sources = {one["source"]: one for one in found["window"]["rows"]}
    assert sources.keys() == {"system", "memory", "people", "unaccounted"}
    assert sources["system"]["provenance"] == "exact"
    assert found["window"]["total"] == 4_000
    assert found["cache"]["written"] is None


def test_an_array_of_messages_has_a_window_and_neither_cache_nor_cost(session: Session) -> None:
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"}]

    found = session.call("budget/breakdown", recording={"content": json.dumps({"messages": messages})})["recording"]

    assert (found["host"], found["cache"], found["cost"]) == ("openai-chat", None, None)
    assert {one["source"] for one in found["window"]["rows"]} == {"system", "people"}


def test_a_recording_is_of_the_session_with_its_id(client: Client) -> None:
    client.request("session/open", {"sessionId": "host-session"})
    client.request("context/add", {"sessionId": "host-session", "items": [{"layer": "transient", "tokens": 70}]})

    answer = client.request("budget/breakdown", {"recording": {"content": recorded()}})
    other = client.request("budget/breakdown", {"sessionId": "default", "recording": {"content": recorded()}})

    assert (answer["sessionId"], answer["account"]["retained"]) == ("host-session", 70)
    assert other["account"]["retained"] == 0
    client.request("session/delete", {"sessionId": "host-session"})


def test_a_recording_without_a_session_of_its_own_has_no_account(client: Client) -> None:
    client.request("context/add", {"sessionId": "default", "items": [{"layer": "transient", "tokens": 70}]})

    answer = client.request("budget/breakdown", {"recording": {"content": recorded()}})

    assert (answer["sessionId"], answer["revision"], answer["account"]) == (None, None, None)
    assert answer["recording"]["session"] == "host-session"
    client.request("session/delete", {"sessionId": "default"})


@pytest.mark.parametrize(
    ("params", "name", "loc"),
    [
        ({"recording": {}}, "invalidParams", ["recording"]),
        ({"recording": {"path": "a", "content": "b"}}, "invalidParams", ["recording"]),
        ({"recording": {"path": "/etc/hostname"}}, "pathNotAllowed", ["recording", "path"]),
        ({"recording": {"path": "../../etc/passwd"}}, "pathNotAllowed", ["recording", "path"]),
        ({"recording": {"path": "absent.jsonl"}}, "pathUnreadable", ["recording", "path"]),
        ({"recording": {"content": "no recording"}}, "notRecording", ["recording", "content"]),
        ({"recording": {"content": ""}}, "notRecording", ["recording", "content"]),
        ({"recording": {"session": "nobody-has-this"}}, "unknownRecording", ["recording", "session"]),
        ({"recording": {"content": "x", "host": "codex"}}, "invalidParams", ["recording", "host"]),
        ({"recording": {"content": "x", "format": "no-format"}}, "invalidParams", ["recording", "format"]),
        ({"reported": [{"source": "system", "tokens": 1}]}, "invalidParams", ["reported"]),
        ({"largest": -1}, "invalidParams", ["largest"]),
    ],
)
def test_what_is_not_understood_is_refused_with_its_place(
    session: Session, params: Json, name: str, loc: list[str]
) -> None:
    error = session.error("budget/breakdown", **params)

    assert error["name"] == name
    assert error["errors"][0]["loc"][: len(loc)] == loc


def test_a_link_that_leads_outside_is_no_recording_and_none_of_a_subagent(session: Session, workspace: Path) -> None:
    outside = workspace.parent / "outside.jsonl"
    outside.write_text(recorded())
    (workspace / "link.jsonl").symlink_to(outside)
    (workspace / "own.jsonl").write_text(recorded())
    (workspace / "own" / "subagents").mkdir(parents=True)
    (workspace / "own" / "subagents" / "agent-h.jsonl").symlink_to(outside)

    assert session.error("budget/breakdown", recording={"path": "link.jsonl"})["name"] == "pathNotAllowed"
    assert session.error("budget/breakdown", recording={"path": "own.jsonl"})["name"] == "pathNotAllowed"


def test_pipes_are_refused_at_once_and_what_powershell_wrote_is_read(session: Session, workspace: Path) -> None:
    os.mkfifo(workspace / "pipe.jsonl")
    (workspace / "shell.jsonl").write_bytes(recorded().encode("utf-16"))

    assert session.error("budget/breakdown", recording={"path": "pipe.jsonl"})["name"] == "pathNotAllowed"
    found = session.call("budget/breakdown", recording={"path": "shell.jsonl"})["recording"]
    assert found["window"]["total"] == 10_004


@pytest.fixture
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """A server on a machine where a host has recorded a session, with prices set."""
    home = tmp_path / "home"
    folder = home / ".claude" / "projects" / "-src"
    (folder / "host-session" / "subagents").mkdir(parents=True)
    (folder / "host-session.jsonl").write_text(recorded())
    usage = {"input_tokens": 100, "output_tokens": 10}
    message = {"id": "s", "role": "assistant", "model": "claude-haiku-4-5", "usage": usage, "content": "There."}
    side = {"type": "assistant", "isSidechain": True, "agentId": "h1", "sessionId": "host-session", "message": message}
    (folder / "host-session" / "subagents" / "agent-h1.jsonl").write_text(json.dumps(side) + "\n")
    (folder / "host-session" / "subagents" / "agent-h1.meta.json").write_text('{"agentType": "Explore"}')
    work = tmp_path / "work"
    work.mkdir()
    prices = (
        'prices.currency = "USD"\n[prices."claude-opus-*"]\ninput = 10\noutput = 100\ncacheRead = 1\ncacheWrite = 10\n'
    )
    (work / "ctxbudget.toml").write_text(prices)
    env = {**os.environ, "HOME": str(home), "CLAUDE_CONFIG_DIR": str(home / ".claude")}
    with Client(serve_command(work), cwd=work, root=work, env=env) as client:
        yield client


def test_a_session_of_a_host_is_found_by_its_id_with_its_subagents_and_money(at_home: Client) -> None:
    found = at_home.request("budget/breakdown", {"recording": {"session": "host-session"}})["recording"]

    assert found["path"].endswith("host-session.jsonl")
    main, helper = found["cost"]["rows"]
    assert (main["agent"], main["requests"], helper["agentType"]) == ("main", 3, "Explore")
    assert main["cost"]["amount"] == pytest.approx(3 * (4 * 10 + 9_000 + 1_000 * 10 + 9 * 100) / 1_000_000)
    assert (helper["cost"]["amount"], helper["cost"]["provenance"]) == (None, "unknown")
    assert found["cost"]["total"]["cost"]["coveredShare"] < 1
    assert [one["model"] for one in found["cost"]["unpriced"]] == ["claude-haiku-4-5"]

    nobody = at_home.request_error("budget/breakdown", {"recording": {"session": "host-session", "host": "codex"}})
    assert nobody["data"]["name"] == "unknownRecording"
