"""What the pages and the folders for coding agents show is what happens: every command on them is run."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest

from agents.agent_host import PAYLOADS, AgentHost
from agents.real_hosts import AGENTS, REPOSITORY
from ctxbudget_server import __version__
from ctxbudget_server.agents.hosts import EVENTS
from ctxbudget_server.install.commands import call_in

PAGES = {
    "claude-code": REPOSITORY / "docs" / "claude-code.md",
    "codex": REPOSITORY / "docs" / "codex.md",
    "gemini": REPOSITORY / "docs" / "gemini-cli.md",
}
FILES = {
    "claude-code": AGENTS / "claude-code" / "hooks" / "hooks.json",
    "codex": AGENTS / "codex" / "hooks.json",
    "gemini": AGENTS / "gemini-cli" / "settings.json",
}
ELSEWHERE = (
    "python3 -m venv ",
    ".venv/bin/ctxbudget install ",
    "ctxbudget install ",
    "claude plugin ",
    "ctxbudget sidecar ",
)
"""Run by other tests, or not ours."""


def blocks(host: str, language: str) -> list[str]:
    """The blocks of a page in a language."""
    page = PAGES[host].read_text(encoding="utf-8")
    return [body for kind, body in re.findall(r"```(\w*)\n(.*?)```", page, re.DOTALL) if kind == language]


def commands_in(shown: Any) -> list[str]:
    """Every command in a piece of configuration."""
    if isinstance(shown, dict):
        own = [shown["command"]] if isinstance(shown.get("command"), str) else []
        return own + [command for value in shown.values() for command in commands_in(value)]
    return [command for value in shown for command in commands_in(value)] if isinstance(shown, list) else []


def configured(host: str) -> list[str]:
    """Every command that a page or a folder would have a host run."""
    shown = [json.loads(block) for block in blocks(host, "json")]
    shown += [tomllib.loads(block) for block in blocks(host, "toml")]
    shown.append(json.loads(FILES[host].read_text()))
    return sorted(set(commands_in(shown)))


def run_line(host: AgentHost, line: str) -> bytes:
    """Run a command as a page shows it; its output. Hooks get a recorded payload of their event."""
    call = call_in(line)
    words = [call.program, *call.words] if call else shlex.split(line)
    assert words[0] == "ctxbudget"
    stdin: Any = b""
    if words[1] == "hook":
        recorded = sorted((PAYLOADS / host.host).glob(f"{words[2]}*.json"))[0]
        stdin = host.payload(recorded.stem)
        words = [word for word in words if word != "--sidecar"]  # which has a test of its own
    elif words[1] == "statusline" and "--session" not in words:
        stdin = host.payload("statusline")
    done = host.run(*words[1:], stdin=stdin, NO_COLOR="1")
    assert (done.returncode, done.stderr) == (0, b""), line
    return done.stdout


@pytest.mark.parametrize("name", PAGES)
def test_every_command_in_a_hosts_configuration_runs(name: str, project: Path) -> None:
    host = AgentHost(name, project)
    found = configured(name)
    assert len(found) > 3
    for line in found:
        run_line(host, line)
    assert host.call("context/list")["total"] > 0


@pytest.mark.parametrize("name", PAGES)
def test_every_line_for_a_shell_runs_and_prints_what_is_shown(name: str, project: Path) -> None:
    host = AgentHost(name, project)
    host.tell("SessionStart")
    host.call("context/add", items=[{"layer": "transient", "tokens": 5_250}])
    if name == "codex":
        host.tell("SubagentStart")
    for line in "".join(blocks(name, "sh")).splitlines():
        if line and not line.startswith(ELSEWHERE):
            printed = run_line(host, line.replace("SESSION", host.session))
            if "statusline" in line:
                assert printed.decode() in blocks(name, "")


@pytest.mark.parametrize("name", PAGES)
def test_the_folder_wires_events_that_are_known_and_that_the_page_names(name: str) -> None:
    wired = json.loads(FILES[name].read_text())["hooks"]
    assert wired.keys() <= EVENTS[name].keys()  # type: ignore[index]
    for event, entries in wired.items():
        (command,) = commands_in(entries)
        call = call_in(command)
        assert call is not None
        assert (call.program, call.event) == ("ctxbudget", event)
    page = PAGES[name].read_text(encoding="utf-8")
    assert all(re.search(rf"\b{event}\b", page) for event in wired)


def test_the_status_line_of_the_page(claude: AgentHost) -> None:
    claude.call("session/open", config={"contextWindow": 25_000, "thresholds": {"warn": 0.7}})
    claude.call("workflow/startPhase", phase=2)
    claude.call("budget/allocate", strategy="dynamic", phases=[{"number": n, "complexity": 1} for n in range(1, 7)])
    for tokens in (2_900, 310, 420, 250, 760, 180, 430):
        claude.call("context/add", items=[{"layer": "phase", "tokens": tokens}])
    for name in ("a", "b"):
        claude.call("budget/reserve", tokens=100, holder=name)
    sizes = (2_600, 2_950, 3_200, 3_900, 4_100, 4_650, 5_250)
    bills = [{"id": f"m{size}", "model": "claude-opus-4-8", "usage": {"input_tokens": size}} for size in sizes]
    claude.write_transcript([{"type": "assistant", "message": bill} for bill in bills])
    (command,) = commands_in(json.loads((AGENTS / "claude-code" / "statusline.json").read_text()))
    window = {"context_window_size": 25_000, "current_usage": {"input_tokens": 5_250}}
    call = call_in(command)
    assert call is not None
    done = claude.run(*call.words, stdin=claude.payload("statusline", context_window=window), NO_COLOR="1")
    assert done.stdout.decode() in blocks("claude-code", "")


def test_what_is_handed_back_is_what_the_page_shows(claude: AgentHost) -> None:
    claude.write_transcript(
        [{"type": "user", "message": {"content": "Look at the cache and report."}}], claude.agent_transcript
    )
    claude.tell("SubagentStart")
    rule = {"layer": "permanent", "title": "rules", "pinned": True, "content": "Never push."}
    claude.call("context/add", items=[rule])
    given = claude.tell("SessionStart-compact")["hookSpecificOutput"]["additionalContext"]
    shown = next(block for block in blocks("claude-code", "") if block.startswith("Context budget"))

    def plain(text: str) -> list[str]:
        text = re.sub(r"\S*ctxbudget call context/search .*", "ctxbudget call context/search …", text.strip())
        text = re.sub(r"- i\w+ rules", "- ID rules", text)
        return re.sub(r"\d[\d,:.TZ-]*\d[Z]?|\b\d+\b", "N", text).splitlines()

    assert plain(given) == plain(shown)


def test_the_plugin_is_of_this_version_and_names_our_commands() -> None:
    folder = AGENTS / "claude-code"
    assert json.loads((folder / ".claude-plugin" / "plugin.json").read_text())["version"] == __version__
    servers = json.loads((folder / ".mcp.json").read_text())["mcpServers"]
    assert servers == {"ctxbudget": {"command": "ctxbudget", "args": ["mcp"]}}
    (language_server,) = json.loads((folder / ".lsp.json").read_text()).values()
    assert [language_server["command"], *language_server["args"]] == ["ctxbudget", "serve"]
    assert ".md" in language_server["extensionToLanguage"]
