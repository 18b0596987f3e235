"""The host programs run for real, against a stand-in for their model: the account holds what happened."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.agent_host import end_sidecar
from agents.model_stand_in import COMMAND, REPORT, ModelStandIn, model_stand_in
from agents.real_hosts import AGENTS, REPOSITORY, RealHost, replacing

PLUGIN = AGENTS / "claude-code"
MODEL = "claude-opus-5-5"
"""The default of Claude Code 2.1.332."""


@pytest.fixture
def model() -> Iterator[ModelStandIn]:
    """What answers the host."""
    with model_stand_in() as server:
        yield server


@pytest.fixture
def base(tmp_path: Path) -> Iterator[Path]:
    """The folder of a host; the sidecar that its first hook started ends with the test."""
    yield tmp_path
    if (tmp_path / "project").exists():  # not where the host is missing
        end_sidecar(tmp_path / "project", tmp_path / "store.db")


def counted(text: str) -> bool:
    """Whether a text is what the command of the plan prints."""
    numbers = [line.removeprefix("Output: ") for line in text.splitlines()]
    return "200" in numbers and "400" in numbers


def test_claude_code_takes_the_plugin(base: Path, model: ModelStandIn) -> None:
    host = RealHost("claude-code", base, model)
    host.start("plugin", "validate", str(PLUGIN), CLAUDE_CONFIG_DIR=str(host.home / ".claude"))

    told = host.claude("--plugin-dir", str(PLUGIN))

    assert told[-1]["result"] == "All is counted."
    begun = next(line for line in told if line.get("subtype") == "init")
    assert begun["plugins"][0]["name"] == "ctxbudget"
    assert [one["name"] for one in begun["mcp_servers"]] == ["plugin:ctxbudget:ctxbudget"]
    assert host.session == told[-1]["session_id"]
    output, launch, report = host.items()
    assert (launch["title"], launch["hash"]) == ("Agent: scout", None), "what is recorded is what the model reads of it"
    assert output["title"] == f"Bash: {COMMAND}"
    assert counted(host.call("context/get", itemId=output["id"])["content"])
    assert (report["kind"], report["title"]) == ("report", "general-purpose: report")
    assert host.call("context/get", itemId=report["id"])["content"] == REPORT.strip()
    (inner,) = host.items(f"{host.session}:{report['agent']}")
    assert inner["kind"] == "tool-output"
    leases = host.call("budget/report")["leases"]
    assert (leases["open"], leases["reserved"], leases["used"] > 100) == (0, 1_000, True)
    assert host.call("session/open")["config"]["model"] == MODEL
    assert host.call("budget/status")["window"] == 1_000_000


def test_claude_code_starts_the_servers_of_the_plugin_and_shows_no_more_than_it_counts(
    base: Path, model: ModelStandIn
) -> None:
    host = RealHost("claude-code", base, model)
    notes = host.folder / "notes.md"
    notes.write_text("# Notes\n\nHello.\n")
    log = host.home / ".claude" / "debug" / "latest"
    started = "LSP server instance started: plugin:ctxbudget:ctxbudget"
    model.plan = [
        ("Read", {"file_path": str(notes)}),
        ("Edit", {"file_path": str(notes), "old_string": "Hello.", "new_string": "Hallo."}),
        ("Bash", {"command": f"until grep -q '{started}' {log}; do sleep 0.1; done; seq 1 20000"}),
        ("mcp__plugin_ctxbudget_ctxbudget__budget_status", {}),
    ]
    host.claude("--plugin-dir", str(PLUGIN), "--debug")

    assert started in log.read_text()
    said = json.dumps(model.asked[-1]["messages"])
    assert "new-diagnostics" not in said, "an edit costs no context"
    assert "budget tokens are in use" in said
    by_title = {item["title"].partition(":")[0]: item["tokens"] for item in host.items()}
    assert "Output too large" in said
    assert by_title["Bash"] < 2_000


def test_claude_code_sees_metadata_and_is_handed_back_what_matters(tmp_path: Path, model: ModelStandIn) -> None:
    host = RealHost("claude-code", tmp_path, model)
    hooks = json.loads((PLUGIN / "hooks" / "hooks.json").read_text())
    for event, wired in hooks["hooks"].items():
        wired[0]["hooks"][0]["command"] = wired[0]["hooks"][0]["command"].replace(" --sidecar", "")
        replacing(hooks, event)
    settings = tmp_path / "settings.json"
    settings.write_text(json.dumps(hooks))
    given = ("--settings", str(settings))

    host.claude(*given)
    whole = host.items()[0]
    said = json.dumps(model.asked)
    assert f"is kept as item {whole['id']}" in said
    assert "n250" not in said, "the model has not seen the whole output"
    assert counted(host.call("context/get", itemId=whole["id"])["content"])

    told = host.claude(*given, "--resume", host.session, task="/compact")
    handed = [line["output"] for line in told if line.get("hook_name") == "SessionStart:compact" and "output" in line]
    assert "Everything that was compacted is kept" in handed[0]
    (summary,) = host.items(state="retained")
    assert (summary["kind"], summary["layer"]) == ("summary", "metadata")


def replaced(host: RealHost) -> None:
    """The output is kept, and the model has read its metadata."""
    whole, stand_in = host.items()
    assert (whole["kind"], whole["state"], stand_in["layer"]) == ("tool-output", "reduced", "metadata")
    assert counted(host.call("context/get", itemId=whole["id"])["content"])
    said = json.dumps(host.model.asked)
    assert f"is kept as item {whole['id']}" in said
    assert "n250" not in said, "the model has not seen the whole output"


def test_codex(base: Path, model: ModelStandIn) -> None:
    host = RealHost("codex", base, model)
    host.codex()

    replaced(host)
    assert host.items()[0]["title"] == f"Bash: {COMMAND}"
    assert host.call("session/open")["config"]["model"] == "gpt-5.2"


def test_gemini_cli(base: Path, model: ModelStandIn) -> None:
    host = RealHost("gemini", base, model)
    host.gemini()

    replaced(host)
    assert host.items()[0]["title"] == f"run_shell_command: {COMMAND}"
    assert host.call("session/open")["config"]["model"] == "gemini-2.5-pro"


def test_claude_code_installed_in_one_command(base: Path, model: ModelStandIn) -> None:
    host = RealHost("claude-code", base, model)
    host.install()
    host.claude()

    assert host.items()[0]["title"] == f"Bash: {COMMAND}"
    assert host.call("session/open")["config"]["model"] == MODEL


def test_codex_installed_in_one_command(base: Path, model: ModelStandIn) -> None:
    host = RealHost("codex", base, model)
    host.install()
    host.codex(hooks=False)

    assert host.items()[0]["title"] == f"Bash: {COMMAND}"


def test_gemini_cli_installed_in_one_command(base: Path, model: ModelStandIn) -> None:
    host = RealHost("gemini", base, model)
    host.install()
    host.gemini(hooks=False)

    assert host.items()[0]["title"] == f"run_shell_command: {COMMAND}"


def test_claude_code_installs_the_plugin_from_the_repository(base: Path, model: ModelStandIn) -> None:
    host = RealHost("claude-code", base, model)
    where = {"CLAUDE_CONFIG_DIR": str(host.home / ".claude")}
    host.start("plugin", "marketplace", "add", str(REPOSITORY), **where)
    host.start("plugin", "install", "ctxbudget@ctxbudget", **where)
    told = host.claude()

    begun = next(line for line in told if line.get("subtype") == "init")
    assert begun["plugins"][0]["name"] == "ctxbudget"
    assert host.items()[0]["title"] == f"Bash: {COMMAND}"
    assert "its hooks are not set a second time" in host.install()
