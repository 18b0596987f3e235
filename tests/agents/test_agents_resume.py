"""The host programs themselves resume what `ctxbudget fit --resume` writes: cut as it is, and with nothing twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agents.agent_host import end_sidecar
from agents.model_stand_in import ModelStandIn, model_stand_in
from agents.real_hosts import RealHost
from ctxbudget_client import illegal_messages

Json = dict[str, Any]

LONE = "\\ud99c"
"""A lone surrogate, as it stands in the file."""


@pytest.fixture
def model() -> Iterator[ModelStandIn]:
    """What answers the host."""
    with model_stand_in() as server:
        server.plan = [("Bash", {"command": f"seq {n} {n + 399}", "description": "count"}) for n in (1, 1001, 2001)]
        yield server


@pytest.fixture
def base(tmp_path: Path) -> Iterator[Path]:
    """The folder of a host."""
    yield tmp_path
    if (tmp_path / "home" / ".codex").exists():  # whose hooks start one
        end_sidecar(tmp_path / "project", tmp_path / "store.db")


def spoil(path: Path, last: Json) -> None:
    """Make a session one that no provider takes: a lone surrogate, a torn line, a call that never ended."""
    lines = path.read_text().replace("MAINTASK", f"MAINTASK {LONE}").splitlines()
    lines.insert(len(lines) // 2, lines[0][:50])
    path.write_text("\n".join([*lines, json.dumps(last), ""]))


def written(host: RealHost, path: Path, *options: str) -> Json:
    """The session that is written beside."""
    before = path.read_bytes()
    done = host.run("fit", str(path), "--resume", "--json", *options)
    assert done.returncode == 0, done.stderr
    assert path.read_bytes() == before
    found: Json = json.loads(done.stdout)
    return found


def results(messages: list[Json]) -> list[Any]:
    """The contents of all results, in order."""
    blocks = [block for message in messages if isinstance(message["content"], list) for block in message["content"]]
    return [block["content"] for block in blocks if block["type"] == "tool_result"]


def test_claude_code_resumes_what_was_cut(base: Path, model: ModelStandIn) -> None:
    host = RealHost("claude-code", base, model)
    host.claude()
    (path,) = host.home.glob(".claude/projects/*/*.jsonl")
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    said = [row for row in rows if row["type"] == "assistant"][-1]
    call = {"type": "tool_use", "id": "never-ended", "name": "Bash", "input": {"command": LONE}}
    message = {**said["message"], "id": "unfinished", "content": [call]}
    spoil(path, {**said, "uuid": "unfinished", "parentUuid": said["uuid"], "message": message})
    fitted = written(host, path, "--max", "3000")
    sent = len(model.asked)

    told = host.claude("--resume", fitted["resume"]["session"], task="Go on.")

    assert told[-1]["session_id"] == fitted["resume"]["session"]
    asked = next(one for one in model.asked[sent:] if "Go on." in json.dumps(one["messages"]))["messages"]
    text = json.dumps(asked)
    assert not illegal_messages([one for one in asked if one["role"] != "system"], "anthropic")
    assert fitted["removed"]
    assert all(text.count(f"[ctxbudget {part['id']}:") == 1 for part in fitted["removed"])
    assert "MAINTASK \\ufffd" in text
    assert text.count("All is counted.") == 1
    assert "never-ended" not in text
    assert results(asked) == results(fitted["messages"]), "what was cut is not whole again"


def test_codex_resumes_what_was_cut(base: Path, model: ModelStandIn) -> None:
    host = RealHost("codex", base, model)
    host.codex()
    (path,) = host.home.glob(".codex/sessions/**/rollout-*.jsonl")
    call = {"type": "function_call", "name": "shell", "arguments": "{}", "call_id": "never-ended"}
    spoil(path, {"timestamp": "2026-11-30T10:00:00Z", "type": "response_item", "payload": call})
    tokens = json.loads(host.run("fit", str(path), "--max", "90000", "--dry-run", "--json").stdout)["sourceTokens"]
    fitted = written(host, path, "--max", str(tokens - 50), "--keep-turns", "0")
    sent = len(model.asked)

    host.codex("resume", fitted["resume"]["session"], task="Go on.")

    asked = model.asked[sent:][-1]["input"]
    text = json.dumps(asked)
    assert not illegal_messages(asked, "openai-responses")
    assert json.dumps(fitted["messages"][-1]["content"])[:40] in text
    assert "MAINTASK \\ufffd" in text
    assert text.count("All is counted.") == 1
    assert text.count("<environment_context>") == 1
    assert "never-ended" not in text
    assert text.endswith('"Go on."}]}]')
