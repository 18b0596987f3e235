"""Codex and Gemini CLI by recorded payloads, and how hosts are told apart."""

from __future__ import annotations

import base64
import json
import random
from pathlib import Path
from typing import Any

import pytest

from agents.agent_host import PAYLOADS, AgentHost
from ctxbudget_server.agents.hosts import event_of, host_of
from ctxbudget_server.cli.fast_path import PROJECT_VARIABLES, project_folder

LONG = "# Log\n\n" + "".join(f"request {n} took {n * 7 % 31} ms\n" for n in range(200))


def test_codex(codex: AgentHost) -> None:
    codex.write_transcript([{"payload": {"type": "token_count", "info": {"model_context_window": 128_000}}}])
    for name in ("SessionStart", "PostToolUse", "SubagentStart", "SubagentStop", "Stop"):
        assert codex.tell(name, "--host", "codex") == {}

    config = codex.call("session/open")["config"]
    assert (config["model"], config["contextWindow"]) == ("gpt-5.2", 128_000)
    output, report = codex.items()
    assert (output["title"], output["kind"], report["kind"]) == ("Bash: seq 1 40", "tool-output", "report")
    assert codex.call("budget/report")["leases"]["used"] == report["tokens"]


def test_codex_is_given_feedback_in_place_of_an_output(codex: AgentHost) -> None:
    told = codex.tell("PostToolUse", "--replace-over", "200", tool_response=LONG)
    assert told["decision"] == "block"
    assert f"item {codex.items()[0]['id']}" in told["reason"]
    assert "hookSpecificOutput" not in told


def test_gemini(gemini: AgentHost) -> None:
    answer = {"type": "gemini", "id": "a", "model": "gemini-2.5-pro", "tokens": {"input": 9_000, "output": 40}}
    gemini.write_transcript([answer])
    for name in ("SessionStart", "AfterTool", "AfterAgent", "SessionEnd"):
        assert gemini.tell(name) == {}

    config = gemini.call("session/open")["config"]
    assert (config["model"], config["contextWindow"]) == ("gemini-2.5-pro", 1_048_576)
    (output,) = gemini.items()
    assert output["title"] == "run_shell_command: seq 1 40"
    assert gemini.call("context/get", itemId=output["id"])["content"].startswith("Output: 1\n2\n")


READS: dict[str, tuple[str, dict[str, Any]]] = {
    "codex": ("PostToolUse", {"tool_name": "read_file", "tool_response": "L1: # Notes\nL2: All is cached."}),
    "gemini": ("AfterTool", {"tool_name": "read_file", "tool_response": {"llmContent": "# Notes\nAll is cached."}}),
}


@pytest.mark.parametrize("host", READS)
def test_a_read_of_a_file_is_one_item_of_what_the_model_saw(request: pytest.FixtureRequest, host: str) -> None:
    agent: AgentHost = request.getfixturevalue(host)
    event, told = READS[host]
    agent.tell(event, tool_input={"file_path": "notes.md"}, **told)

    (item,) = agent.items()
    response = told["tool_response"]
    seen = response if isinstance(response, str) else response["llmContent"]
    assert (item["title"], item["provenance"]) == ("read_file: notes.md", "estimated")
    assert agent.call("context/get", itemId=item["id"])["content"] == seen


def test_gemini_is_denied_an_oversized_output(gemini: AgentHost) -> None:
    response = {"llmContent": [{"text": LONG}], "returnDisplay": ""}
    told = gemini.tell("AfterTool", "--replace-over", "200", tool_response=response)
    assert told["decision"] == "deny"
    assert "is kept as item" in told["reason"]


@pytest.mark.parametrize("path", sorted(PAYLOADS.glob("*/*.json")), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_hosts_are_told_apart_by_what_they_send(path: object) -> None:
    host, name = path.parent.name, path.stem.partition("-")[0]  # type: ignore[attr-defined]
    payload = json.loads(path.read_text())  # type: ignore[attr-defined]
    told_by_its_rollout = host == "codex" and "turn_id" not in payload
    if told_by_its_rollout:
        payload["transcript_path"] = "/home/me/.codex/sessions/rollout-2026.jsonl"
    if name != "statusline":
        assert host_of(payload, name) == host


def test_the_payloads_event_goes_before_the_word() -> None:
    payload = json.loads((PAYLOADS / "codex" / "Stop.json").read_text())
    assert event_of("PostToolUse", payload, None).name == "turn-end"
    del payload["hook_event_name"]
    assert event_of("SubagentStart", payload, None).name == "agent-start"


def test_an_argument_of_a_tool_does_not_choose_the_project(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in PROJECT_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    body = json.dumps({"tool_input": {"project_dir": str(tmp_path)}}).encode()
    assert project_folder("hook", body) == "."
    assert project_folder("statusline", body) == str(tmp_path)


NOISE = base64.b64encode(random.Random(8).randbytes(30_000)).decode()
ANSWERS: dict[str, Any] = {
    "picture": [{"type": "image", "data": NOISE, "mimeType": "image/png"}],
    "sound": [{"type": "audio", "data": NOISE, "mimeType": "audio/wav"}],
    "file": [{"type": "resource", "resource": {"uri": "file:///a.pdf", "mimeType": "application/pdf", "blob": NOISE}}],
    "data URI": [{"type": "input_image", "image_url": f"data:image/png;base64,{NOISE}"}],
    "document": [{"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": NOISE}}],
    "Gemini's": {"llmContent": [{"inlineData": {"mimeType": "audio/wav", "data": NOISE}}]},
    "a JSON text": json.dumps([{"type": "image", "data": NOISE, "mimeType": "image/png"}]),
    "twice": {
        "content": [{"type": "image", "data": NOISE, "mimeType": "image/png"}],
        "structuredContent": {"picture": NOISE},
    },
    "beside others": {"content": [{"type": "video", "mimeType": "video/mp4", "data": NOISE}], "isError": False},
}


@pytest.mark.parametrize("host", ["claude", "codex", "gemini"])
@pytest.mark.parametrize("name", ANSWERS)
def test_no_host_counts_bytes_as_text(request: pytest.FixtureRequest, host: str, name: str) -> None:
    agent: AgentHost = request.getfixturevalue(host)
    agent.tell(
        {"claude": "PostToolUse-mcp", "gemini": "AfterTool"}.get(host, "PostToolUse"), tool_response=ANSWERS[name]
    )
    items = agent.items()
    assert 0 < sum(item["tokens"] for item in items) < 3_000
    for item in items:
        if item["hash"]:
            assert NOISE[:100] not in agent.call("context/get", itemId=item["id"])["content"]


def test_what_a_tool_says_beside_bytes_enters_as_text(codex: AgentHost) -> None:
    codex.tell("PostToolUse", tool_response=[{"type": "text", "text": "Two plots."}, *ANSWERS["picture"]])
    text, picture = codex.items()
    assert codex.call("context/get", itemId=text["id"])["content"] == "Two plots."
    assert (picture["hash"], picture["tokens"], picture["provenance"]) == (None, 1_600, "estimated")


def test_no_response_is_too_deep(codex: AgentHost) -> None:
    response: Any = "deep down"
    for level in range(400):
        response = [response] if level % 2 else {"content": response}
    codex.tell("PostToolUse", tool_response=response)
    (item,) = codex.items()
    assert item["tokens"] > 0
