"""A sidecar answers hooks; a hook may start one, and it ends by itself."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sidecar.sidecar_place import Place, eventually
from support.client import Client

from agents.agent_host import COMMAND, AgentHost, end_sidecar


@pytest.fixture
def sidecar(claude: AgentHost) -> Iterator[Client]:
    """A server of the project."""
    with Place(claude.folder, claude.store).sidecar() as client:
        client.request("tokens/count", {"texts": ["loaded"]})
        yield client


def test_hooks_and_status_lines_are_answered_by_it(claude: AgentHost, sidecar: Client) -> None:
    for name in ("SessionStart", "PostToolUse-Bash", "SubagentStart", "SubagentStop", "Stop"):
        claude.tell(name)
    done = claude.run("statusline", stdin=claude.payload("statusline"))
    assert b"ctx 21% of window" in done.stdout
    eventually(lambda: sidecar.stderr.count(" answered hook ") == 5, "five hooks")
    eventually(lambda: " answered statusline " in sidecar.stderr, "a status line")
    assert {item["encoding"] for item in claude.items()} == {"o200k_base"}, "it has the vocabulary"


def test_faults_are_the_same_through_it(claude: AgentHost, sidecar: Client) -> None:
    for stdin in (b"{", b'{"hook_event_name": "Lunch", "session_id": "s"}'):
        answered = claude.hook("PostToolUse", stdin)
        alone = claude.hook("PostToolUse", stdin, CTXBUDGET_SOCKET="off")
        assert (answered.returncode, answered.stdout, answered.stderr) == (0, b"", alone.stderr)
    assert "Traceback" not in sidecar.stderr


def importing_none_of(claude: AgentHost, *names: str) -> None:
    """A hook that does its work and imports nothing of these."""
    script = (
        "import sys\nfrom ctxbudget_server.sidecar import client as caller\n"
        "caller.TAKEN_SECONDS = caller.SILENCE_SECONDS = 20.0\n"
        "from ctxbudget_server.cli import main\n"
        "assert main(['hook', 'PostToolUse']) == 0\n"
        f"heavy = set({names!r}) & sys.modules.keys()\nassert not heavy, heavy\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        input=json.dumps(claude.payload("PostToolUse-Bash")).encode(),
        capture_output=True,
        cwd=claude.folder,
        env=claude.environment(),
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(claude.items()) == 1


def test_an_answered_hook_imports_next_to_nothing(claude: AgentHost, sidecar: Client) -> None:
    ours = ("ctxbudget_protocol", "ctxbudget_server.agents")
    heavy = ("argparse", "asyncio", "dataclasses", "hashlib", "json", "pathlib", "socket", "sqlite3", "typing")
    importing_none_of(claude, *ours, *heavy)
    eventually(lambda: " answered hook " in sidecar.stderr, "an answer of the sidecar")


def test_a_hook_alone_loads_no_vocabulary_and_no_server(claude: AgentHost) -> None:
    importing_none_of(claude, "argparse", "asyncio", "pydantic", "tiktoken", "pygls", "markdown_it")


@pytest.mark.parametrize("with_sidecar", [True, False])
def test_hooks_of_several_agents_at_once(claude: AgentHost, with_sidecar: bool, request: pytest.FixtureRequest) -> None:
    if with_sidecar:
        request.getfixturevalue("sidecar")
    agents = [f"agent{n}" for n in range(6)]

    def work(agent: str) -> None:
        claude.tell("SubagentStart", agent_id=agent)
        claude.tell("PostToolUse-inner", agent_id=agent, tool_use_id=f"inner-{agent}")
        claude.tell("PostToolUse-Bash", tool_use_id=f"outer-{agent}")
        claude.tell("SubagentStop", agent_id=agent, last_assistant_message=f"The report of {agent}.")

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, agents))

    items = claude.items()
    assert sorted(item["agent"] for item in items if item["kind"] == "report") == agents
    assert sum(item["kind"] == "tool-output" for item in items) == 6
    status = claude.call("budget/status")
    assert status["retained"] == status["processed"] == sum(item["tokens"] for item in items)
    assert status["leases"] == []
    for agent in agents:
        assert len(claude.items(f"{claude.session}:{agent}")) == 1


def test_a_hook_starts_one_that_outlives_it_and_a_second_one_ends(claude: AgentHost) -> None:
    place = Place(claude.folder, claude.store)
    begun = time.monotonic()
    claude.tell("SessionStart", "--sidecar")
    assert time.monotonic() - begun < 30, "the agent does not wait for it"
    try:
        eventually(lambda: place.socket, "a socket")
        done = claude.run("sidecar", "--idle", "600")
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
        assert claude.hook("PostToolUse", claude.payload("PostToolUse-Bash")).returncode == 0
        assert len(claude.items()) == 1
    finally:
        end_sidecar(claude.folder, claude.store)


def test_it_ends_when_nobody_asks(claude: AgentHost) -> None:
    place = Place(claude.folder, claude.store)
    command = [*COMMAND, "sidecar", "--idle", "2"]
    with subprocess.Popen(command, cwd=claude.folder, env=claude.environment()) as process:
        eventually(lambda: place.socket, "a socket")
        assert process.wait(30) == 0
    assert not place.socket_folder.exists()


def test_it_ends_when_it_is_told(claude: AgentHost) -> None:
    place = Place(claude.folder, claude.store)
    with subprocess.Popen([*COMMAND, "sidecar"], cwd=claude.folder, env=claude.environment()) as process:
        eventually(lambda: place.socket, "a socket")
        process.terminate()
        assert process.wait(30) == 0
    assert not place.socket_folder.exists()
