"""`ctxbudget mcp` over real stdio, with the official client of the protocol."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client, StdioServerParameters
from support.session import Session

DOCS = Path(__file__).parents[2] / "docs" / "mcp.md"
LINES = "".join(f"line {n} of the long result\n" for n in range(1, 3001))


def talk(
    session: Session, work: Callable[[Client], Awaitable[Any]], *arguments: str, mode: str = "auto", **env: str
) -> Any:
    """Run `work` with a client of `ctxbudget mcp` in the session's workspace."""
    folder = session.call("session/list")["workspace"]
    command = ["-m", "ctxbudget_server", "mcp", "--workspace", folder, "--store", f"{folder}/state/store.db"]
    clean = {k: v for k, v in os.environ.items() if k not in ("CTXBUDGET_SESSION", "CLAUDE_CODE_SESSION_ID")}
    server = StdioServerParameters(command=sys.executable, args=[*command, *arguments], env={**clean, **env})

    async def run() -> Any:
        async with Client(server, mode=mode, read_timeout_seconds=60) as client:
            return await work(client)

    return anyio.run(run)


def ask(session: Session, tool: str, arguments: dict[str, Any], **env: str) -> tuple[str, bool]:
    """One tool's text, and whether it failed."""

    async def work(client: Client) -> tuple[str, bool]:
        result = await client.call_tool(tool, arguments)
        return "".join(part.text for part in result.content), bool(result.is_error)

    chosen = () if env else (f"--session={session.id}",)
    return talk(session, work, *chosen, **env)


def test_what_the_tools_cost_is_what_the_docs_say(session: Session) -> None:
    async def work(client: Client) -> list[dict[str, Any]]:
        listed = await client.list_tools()
        return [
            {"name": tool.name, "description": tool.description, "input_schema": tool.input_schema}
            for tool in listed.tools
        ]

    tools = talk(session, work)

    cost = session.call("tokens/count", texts=[json.dumps(tools)])["total"]
    assert cost <= 600
    assert f"cost {cost} tokens" in DOCS.read_text(encoding="utf-8")
    named = re.findall(r"^\| `(\w+)` ", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    assert named == [tool["name"] for tool in tools]


def test_the_model_reads_its_budget(session: Session) -> None:
    session.open(contextWindow=25_000)
    session.call("workflow/startPhase", phase=2, name="build")
    session.add(tokens=6000)
    session.call("budget/reserve", tokens=500, holder="reviewer")

    text, failed = ask(session, "budget_status", {})

    assert not failed
    assert text in DOCS.read_text(encoding="utf-8")
    assert "retained: 6,000 of 7,500 budget tokens (80.0%), 24.0% of the window of 25,000; level: warn" in text
    report, _ = ask(session, "budget_report", {})
    assert report == session.call("budget/report", format="markdown")["markdown"]


def test_budget_status_says_how_many_calls_are_left(session: Session) -> None:
    session.open(contextWindow=100_000)
    for tokens in (9_000, *[1_000] * 9):
        session.add(tokens=tokens)
    warn = session.status()["forecast"]["warn"]
    text, failed = ask(session, "budget_status", {})

    assert not failed
    assert f"at the present growth: warn in ~5 calls ({warn['low']}–{warn['high']})" in text


def test_the_model_is_told_of_a_broken_file(session: Session) -> None:
    session.add(tokens=6000)
    file = Path(session.call("session/list")["workspace"]) / "ctxbudget.toml"
    file.write_text("contextWindow = \n")
    try:
        for tool in ("budget_status", "budget_report"):
            text, failed = ask(session, tool, {})
            assert not failed and f"notice: {file}:1: the file is not valid TOML" in text
    finally:
        file.unlink()  # the other tests share the workspace


def test_what_was_pruned_is_found_and_fetched_back(session: Session) -> None:
    item = session.add(kind="tool-output", content=LINES, title="long run")
    session.call("context/prune", target={"items": [item]})

    found, _ = ask(session, "context_search", {"query": "line 1234", "limit": 1})
    assert found == f"{item}:1234 long run: line 1234 of the long result"
    part, _ = ask(session, "context_get", {"id": item, "lines": "1233-1235"})
    assert part == "".join(LINES.splitlines(keepends=True)[1232:1235])


def test_an_original_is_cut_at_a_line_and_goes_on_from_there(session: Session) -> None:
    item = session.add(content=LINES)

    async def work(client: Client) -> str:
        got, lines = "", "1-"
        for _ in range(20):
            result = await client.call_tool("context_get", {"id": item, "lines": lines, "max_tokens": 8000})
            whole, cut, more = result.content[0].text.partition("\n[")
            got += whole
            if not cut:
                break
            assert session.call("tokens/count", texts=[whole])["total"] <= 8000
            lines = re.search(r"lines (\d+-)", more)[1]  # type: ignore[index]
        return got

    assert talk(session, work, f"--session={session.id}") == LINES


def test_metadata_of_a_file_and_of_an_item(session: Session) -> None:
    folder = Path(session.call("session/list")["workspace"])
    (folder / "notes.md").write_text("# Notes\n\n" + "The cache is warmed at start. " * 200, encoding="utf-8")

    text, failed = ask(session, "metadata_extract", {"path": "notes.md", "max_tokens": 60})
    assert (failed, "# Notes" in text) == (False, True)
    item = session.add(path="notes.md")
    assert "The cache is warmed" in ask(session, "metadata_extract", {"id": item, "focus": "cache"})[0]


def test_the_host_names_the_session(session: Session) -> None:
    session.add(tokens=123)

    assert "retained: 123 tokens" in ask(session, "budget_status", {}, CLAUDE_CODE_SESSION_ID=session.id)[0]
    text, failed = ask(session, "budget_status", {}, CTXBUDGET_SESSION="unheard-of")
    assert (text, failed) == ("unknownSession: there is no session 'unheard-of'", True)


def test_without_a_name_the_session_that_changed_last_is_meant(session: Session) -> None:
    session.add(tokens=77)

    text, _ = ask(session, "budget_status", {}, UNRELATED="1")
    assert "retained: 77 tokens" in text and text.endswith(f"\nsession: {session.id} (changed last)")


def test_a_subagents_session_is_not_the_hosts_but_its_items_are_found(session: Session) -> None:
    session.add(tokens=88)
    inner = {"sessionId": f"{session.id}:a1", "items": [{"layer": "transient", "content": LINES}]}
    session.call("session/open", sessionId=inner["sessionId"])
    item = session.call("context/add", **inner)["items"][0]["id"]

    assert "retained: 88 tokens" in ask(session, "budget_status", {}, UNRELATED="1")[0]
    assert ask(session, "context_get", {"id": item, "lines": "7-7"}) == ("line 7 of the long result\n", False)
    assert ask(session, "metadata_extract", {"id": item, "max_tokens": 60})[1] is False


REFUSALS: list[tuple[str, dict[str, Any], str]] = [
    ("context_get", {}, "invalidParams: id: is required"),
    ("context_get", {"id": "none"}, "unknownItem: the session has no item 'none'"),
    ("context_get", {"id": "x", "lines": "a-b"}, "invalidParams: lines: must be like 10-40"),
    ("context_search", {"query": "x", "limit": 0}, "invalidParams: limit: must be an integer"),
    ("context_search", {"query": "x", "how": "fast"}, "invalidParams: how: is not an argument"),
    ("context_search", {"query": 5}, "invalidParams: query: must be a string"),
    ("metadata_extract", {}, "invalidParams: "),
    ("budget_everything", {}, "methodNotFound: unknown tool 'budget_everything'"),
]


def test_bad_arguments_are_answered(session: Session) -> None:
    async def work(client: Client) -> list[tuple[str, bool]]:
        results = [await client.call_tool(tool, arguments) for tool, arguments, _ in REFUSALS]
        return [(result.content[0].text, bool(result.is_error)) for result in results]

    answers = talk(session, work, f"--session={session.id}")

    for (text, failed), (_, _, message) in zip(answers, REFUSALS, strict=True):
        assert failed
        assert text.startswith(message)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_parallel_calls_while_another_process_writes(session: Session, mode: str) -> None:
    """In both revisions of the protocol that the official client speaks."""
    session.add(content=LINES)

    async def work(client: Client) -> list[bool]:
        failed: list[bool] = []

        async def call(number: int) -> None:
            found = await client.call_tool("context_search", {"query": f"line {number}", "limit": 1})
            failed.append(bool(found.is_error) or f"line {number}" not in found.content[0].text)

        async with anyio.create_task_group() as group:
            for number in range(1, 25):
                group.start_soon(call, number)
            for _ in range(5):
                await anyio.to_thread.run_sync(lambda: session.add(tokens=1))
        return failed

    assert talk(session, work, f"--session={session.id}", mode=mode) == [False] * 24


def test_a_line_over_the_limit_is_not_asked_for_for_ever(session: Session) -> None:
    item = session.add(content="word " * 5000)

    text, failed = ask(session, "context_get", {"id": item, "max_tokens": 100})

    assert not failed
    assert text.endswith("line 1 alone is over the limit: raise max_tokens, or use context_search]")


@pytest.mark.parametrize("closed", ["stdin", "stdout"])
def test_a_host_that_leaves_is_no_fault(session: Session, closed: str) -> None:
    item = session.add(content=LINES)
    folder = session.call("session/list")["workspace"]
    # The workspace is the folder where the host started it.
    command = [sys.executable, "-m", "ctxbudget_server", "mcp", "--store", f"{folder}/state/store.db"]
    info = {"protocolVersion": "2025-03-26", "capabilities": {}, "clientInfo": {"name": "host", "version": "1"}}
    call = {"name": "metadata_extract", "arguments": {"id": item}}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=folder, **pipes) as process:  # type: ignore[call-overload]

        def say(method: str, **more: Any) -> None:
            process.stdin.write(json.dumps({"jsonrpc": "2.0", "method": method, **more}).encode() + b"\n")
            process.stdin.flush()

        say("initialize", id=1, params=info)
        assert json.loads(process.stdout.readline())["result"]["protocolVersion"] == "2025-03-26"
        say("notifications/initialized")
        if closed == "stdout":
            process.stdout.close()
        say("tools/call", id=2, params=call)
        process.stdin.close()
        assert process.wait(30) == 0
        assert process.stderr.read() == b""


def test_without_the_sdk_it_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "mcp_types.py").write_text("raise ModuleNotFoundError(name='mcp_types')", encoding="utf-8")
    command = [sys.executable, "-m", "ctxbudget_server", "mcp", "--store", str(tmp_path / "s.db")]

    done = subprocess.run(command, capture_output=True, env={**os.environ, "PYTHONPATH": str(tmp_path)}, check=False)

    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr == b"ctxbudget mcp: it needs the MCP SDK, the extra `mcp`: pip install 'mcp>=2.2,<3'\n"


def test_without_a_window_the_model_is_not_warned(session: Session) -> None:
    session.add(tokens=29_874)

    text, _ = ask(session, "budget_status", {})
    assert text.startswith("retained: 29,874 tokens (the size of the window is not set)")
    assert "available" not in text and "ver budget" not in text
