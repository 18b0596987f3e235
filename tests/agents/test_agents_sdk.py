"""The hooks for the Claude Agent SDK, with the SDK, Claude Code itself and a stand-in for its model."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from agents.model_stand_in import COMMAND, TASK, model_stand_in
from agents.real_hosts import QUIET, RealHost

sdk = pytest.importorskip("claude_agent_sdk", reason="is not installed: pip install '.[claude-agent-sdk]'")

OUTPUT = "\n".join(map(str, range(1, 401)))


def test_tools_are_on_the_account_and_a_large_output_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ctxbudget_client.plugs.claude_agent_sdk import account_hooks

    with model_stand_in() as model:
        model.plan = [("Bash", {"command": COMMAND, "description": "count"})]
        host = RealHost("claude-code", tmp_path, model)
        monkeypatch.setenv("CTXBUDGET_STORE", str(host.store))
        options = sdk.ClaudeAgentOptions(
            hooks=account_hooks(replace_over=150),
            cli_path=host.program,
            cwd=host.folder,
            allowed_tools=["Bash"],
            env={**QUIET, "HOME": str(host.home), "ANTHROPIC_BASE_URL": model.url, "ANTHROPIC_API_KEY": "none"},
        )

        async def work() -> list[Any]:
            return [message async for message in sdk.query(prompt=TASK, options=options)]

        messages = asyncio.run(asyncio.wait_for(work(), 120))

    assert messages[-1].result == "All is counted."
    assert messages[-1].usage["output_tokens"] > 0
    (session,) = [one["sessionId"] for one in host.ask("session/list")["sessions"]]
    assert session == messages[-1].session_id
    held = {item["id"]: host.ask("context/get", sessionId=session, itemId=item["id"]) for item in host.items(session)}
    read = str(model.asked[-1]["messages"])
    assert [held[name]["content"] for name in held if name in read] == [OUTPUT], "its id tells how to fetch it"
    assert OUTPUT.replace("\n", "\\n") not in read


def test_a_hook_that_fails_changes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    from ctxbudget_client.plugs.claude_agent_sdk import account_hooks

    (matcher,) = account_hooks(command=["ctxbudget-is-not-here"])["PostToolUse"]
    given = {"hook_event_name": "PostToolUse", "session_id": "s", "tool_name": "Bash", "tool_response": "x"}

    assert asyncio.run(matcher.hooks[0](given, "t", {"signal": None})) == {}
    assert "had no effect" in caplog.text
