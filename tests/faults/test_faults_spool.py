"""A hook waits a second for a store or a sidecar that is stuck; then its event waits in the spool, and counts once."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from agents.agent_host import AgentHost, Done
from sidecar.sidecar_place import HURRIED, Place, eventually
from support.client import Client

from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.service.service import BudgetService, Options
from ctxbudget_server.sidecar.agent_commands import fold_in
from ctxbudget_server.sidecar.spooling import Folded
from ctxbudget_server.store.spool import Spool, spool_state

QUICK = [sys.executable, *HURRIED]
HOLDER = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=60)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
time.sleep(600)
"""
ENOUGH = 15.0
"""Much less than a hook waited before, and than SQLite waits: a busy machine takes its time."""


@pytest.fixture
def claude(tmp_path: Path) -> AgentHost:
    (tmp_path / "home" / "project").mkdir(parents=True)
    host = AgentHost("claude-code", tmp_path / "home" / "project")
    host.tell("SessionStart")
    return host


@contextlib.contextmanager
def stopped_writer(claude: AgentHost) -> Iterator[None]:
    """A process that was stopped in a transaction."""
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(claude.store)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            process.kill()


def payload(claude: AgentHost, call: str) -> dict[str, Any]:
    """A tool call that said something of its own."""
    return claude.payload("PostToolUse-Bash", tool_use_id=call, tool_response={"stdout": f"said {call}", "stderr": ""})


def tell(claude: AgentHost, call: str) -> None:
    """A hook for one tool call, which has time; nothing may be amiss."""
    done = claude.hook("PostToolUse", payload(claude, call))
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def hook(claude: AgentHost, call: str, command: Sequence[str] = QUICK) -> Done:
    """A hook for one tool call as a user has it."""
    return quick(claude, payload(claude, call), command)


def quick(claude: AgentHost, given: dict[str, Any], command: Sequence[str] = QUICK) -> Done:
    """A hook as a user has it."""
    begun = time.monotonic()
    done = subprocess.run(
        [*command, "hook", given["hook_event_name"]],
        input=json.dumps(given).encode(),
        capture_output=True,
        cwd=claude.folder,
        env=claude.environment(),
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (0, b"")
    assert time.monotonic() - begun < ENOUGH
    return done


def is_spooled(done: Done) -> bool:
    return done.stderr.startswith(b"ctxbudget hook: ") and b"the event is spooled" in done.stderr


def contents(claude: AgentHost) -> list[str]:
    """What the session holds, in its order."""
    return [claude.call("context/get", itemId=item["id"])["content"] for item in claude.items()]


def test_a_store_that_is_stuck_costs_a_hook_a_second_and_no_event(claude: AgentHost) -> None:
    with stopped_writer(claude):
        assert is_spooled(hook(claude, "one"))
        assert is_spooled(hook(claude, "two"))
        state = spool_state(claude.store)
        assert (state.pending, state.rejected, state.lost) == (2, 0, 0)
        assert claude.items() == []
    tell(claude, "three")
    assert contents(claude) == ["said one", "said two", "said three"]
    assert Spool(claude.store).is_empty()


def test_a_call_that_writes_folds_in_and_one_that_reads_does_not(claude: AgentHost) -> None:
    with stopped_writer(claude):
        assert is_spooled(hook(claude, "one"))
    assert claude.run("call", "budget/status").returncode == 0
    assert claude.items() == []
    done = claude.run("call", "session/open", '{"sessionId": "other"}')
    assert (done.returncode, done.stderr) == (0, b"")
    assert contents(claude) == ["said one"]


def test_a_sidecar_folds_in_by_itself(claude: AgentHost) -> None:
    with stopped_writer(claude):
        assert is_spooled(hook(claude, "one"))
    with Place(claude.folder, claude.store).sidecar():
        eventually(lambda: contents(claude) == ["said one"], "the event on the account")


@contextlib.contextmanager
def sidecar(claude: AgentHost) -> Iterator[Client]:
    with Place(claude.folder, claude.store).sidecar(exit_code=None) as client:
        client.request("tokens/count", {"texts": ["loaded"]})
        yield client
        client.process.send_signal(signal.SIGCONT)


def test_hooks_through_a_sidecar_whose_store_is_stuck(claude: AgentHost) -> None:
    with sidecar(claude) as client:
        with stopped_writer(claude):
            done = [hook(claude, "one"), hook(claude, "two")]
        assert all(map(is_spooled, done))
        eventually(lambda: contents(claude) == ["said one", "said two"], "the events on the account")
        tell(claude, "three")
        assert contents(claude) == ["said one", "said two", "said three"]
        assert "Traceback" not in client.stderr


def test_a_sidecar_that_was_stopped_is_done_without(claude: AgentHost) -> None:
    with sidecar(claude) as client:
        client.process.send_signal(signal.SIGSTOP)
        assert hook(claude, "one").stderr == b""
        with stopped_writer(claude):
            assert is_spooled(hook(claude, "two"))
        assert hook(claude, "three").stderr == b""
        client.process.send_signal(signal.SIGCONT)
        eventually(lambda: contents(claude) == ["said one", "said two", "said three"], "all events")
        assert hook(claude, "four").stderr == b""
    assert contents(claude) == ["said one", "said two", "said three", "said four"]


STOPS_ITSELF = """
import os, signal, sys
from ctxbudget_server.sidecar import agent_commands as agents
point = sys.argv.pop(1)
react = agents._reaction
def stopping(*args):
    if point == "before": os.kill(os.getpid(), signal.SIGSTOP)
    reaction = react(*args)
    if point == "after": os.kill(os.getpid(), signal.SIGSTOP)
    return reaction
agents._reaction = stopping
from ctxbudget_server.cli import main
sys.exit(main())
"""


@pytest.mark.parametrize("point", ["before", "after"])
def test_a_sidecar_that_is_stopped_after_it_took_an_event(claude: AgentHost, point: str) -> None:
    """Whether or not it has put it on the account: what it does when it goes on counts once with the hook's own."""
    command = [sys.executable, "-c", STOPS_ITSELF, point, "serve", "-v", "--store", str(claude.store)]
    with Client(command, cwd=claude.folder, root=claude.folder, exit_code=None) as client:
        eventually(lambda: "callers are answered" in client.stderr, "listening")
        client.request("tokens/count", {"texts": ["loaded"]})
        assert hook(claude, "one").stderr == b""
        assert contents(claude) == ["said one"]
        client.process.send_signal(signal.SIGCONT)
        eventually(lambda: "answered hook" in client.stderr or "cancelled hook" in client.stderr, "its own end of it")
        assert contents(claude) == ["said one"]


FOLDS = """
import os, shutil, signal, sys, time
from pathlib import Path
from ctxbudget_server.sidecar import agent_commands as agents
from ctxbudget_server.service.service import Options, BudgetService
from ctxbudget_server.store.spool import Spool

workspace, home = sys.argv[1:3]

def fold(store):
    services = BudgetService(Options(workspace=workspace, store=store), actor="test")
    assert agents.fold_in(services, time.monotonic() + 60) == (True, [])

def killed_at(point, store):
    passed = 0
    def watched(work):
        def run(*args, **options):
            nonlocal passed
            for moment in ("before", "after"):
                passed += 1
                if passed == point:
                    os.kill(os.getpid(), signal.SIGKILL)
                if moment == "before":
                    result = work(*args, **options)
            return result
        return run
    BudgetService.call, Spool.read, Spool.done = map(watched, (BudgetService.call, Spool.read, Spool.done))
    fold(store)

point = status = 1
while status:
    copy = Path(sys.argv[3]) / str(point)
    shutil.copytree(home, copy, ignore=shutil.ignore_patterns("project"))
    child = os.fork()
    if not child:
        try:
            killed_at(point, str(copy / "store.db"))
        finally:
            os._exit(0)
    status = os.waitpid(child, 0)[1]
    point += 1
"""


def services_of(claude: AgentHost, store: Path) -> BudgetService:
    return BudgetService(Options(workspace=str(claude.folder), store=str(store)), actor="test")


def test_a_process_that_is_killed_while_it_folds_loses_and_doubles_nothing(claude: AgentHost, tmp_path: Path) -> None:
    with stopped_writer(claude):
        for name in ("SubagentStart", "PostToolUse-Bash", "SubagentStop", "PostToolUse-Edit", "Stop"):
            assert is_spooled(quick(claude, claude.payload(name))), name
    copies = tmp_path / "copies"
    copies.mkdir()
    script = [sys.executable, "-c", FOLDS, str(claude.folder), str(claude.store.parent), str(copies)]
    done = subprocess.run(script, capture_output=True, check=False, timeout=300)
    assert (done.returncode, done.stderr) == (0, b"")
    outcomes = []
    for copy in sorted(copies.iterdir(), key=lambda one: int(one.name)):
        services = services_of(claude, copy / "store.db")
        assert fold_in(services, time.monotonic() + 60) == Folded(True, [])
        status = services.call("budget/status", {"sessionId": claude.session}, Cancellation())
        listed = services.call("context/list", {"sessionId": claude.session}, Cancellation())["items"]
        assert status["retained"] == status["processed"] == sum(item["tokens"] for item in listed)
        outcomes.append((status["leases"], [item["title"] for item in listed]))
        assert spool_state(copy / "store.db")[:2] == (0, 0)
    assert len(outcomes) > 20
    assert [outcome for outcome in outcomes if outcome != outcomes[-1]] == []
    assert (outcomes[-1][0], len(outcomes[-1][1])) == ([], 3)


SPOOLS = """
import builtins, os, signal, sys
from pathlib import Path
from ctxbudget_server.store import spool

def killed_at(point):
    passed = 0
    def watched(work):
        def run(*args, **options):
            nonlocal passed
            passed += 1
            if passed == point:
                os.kill(os.getpid(), signal.SIGKILL)
            return work(*args, **options)
        return run
    for name in ("open", "write", "fsync", "close", "listdir"):
        setattr(os, name, watched(getattr(os, name)))
    Path.rename, Path.mkdir = watched(Path.rename), watched(Path.mkdir)
    spool.Spool(sys.argv[1] + f"/{point}.db").put(b"a whole event")
    os.write(1, b"1")

point = status = 1
while status:
    child = os.fork()
    if not child:
        try:
            killed_at(point)
        finally:
            os._exit(0)
    status = os.waitpid(child, 0)[1]
    point += 1
"""


def test_a_process_that_is_killed_while_it_spools_leaves_all_of_an_event_or_nothing(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", SPOOLS, str(tmp_path)], capture_output=True, check=False, timeout=300)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"1", b"")
    spools = [Spool(folder.with_suffix("")) for folder in tmp_path.iterdir()]
    assert len(spools) > 5
    kept = torn = 0
    for spool in spools:
        for left in spool.folder.glob(".*"):
            os.utime(left, (1, 1))
        torn += len(spool.sweep())
        for name in spool.pending():
            assert spool.read(name) == b"a whole event"
            kept += 1
    assert kept >= 2, "killed after it was written, and not killed"
    assert torn >= 1
    assert kept + torn <= len(spools)


def test_two_processes_that_fold_at_once(claude: AgentHost) -> None:
    calls = [f"call {n}" for n in range(12)]
    with stopped_writer(claude):
        assert is_spooled(hook(claude, "first"))
    [spooled] = Spool(claude.store).pending()
    packed = Spool(claude.store).read(spooled)
    for call in calls:
        Spool(claude.store).put(packed.replace(b"first", call.encode()))
    command = [*QUICK, "call", "session/open"]
    started = [
        subprocess.Popen(
            command, cwd=claude.folder, env=claude.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        for _ in range(2)
    ]
    assert [(process.communicate(timeout=60)[1], process.returncode) for process in started] == [(b"", 0)] * 2
    while not Spool(claude.store).is_empty():
        fold_in(services_of(claude, claude.store), time.monotonic() + 60)
    assert contents(claude) == [f"said {call}" for call in ("first", *calls)]


def test_an_event_that_cannot_be_used_is_set_aside_and_told(claude: AgentHost) -> None:
    with stopped_writer(claude):
        assert is_spooled(hook(claude, "one"))
        assert is_spooled(hook(claude, "two"))
    spool = Spool(claude.store)
    damaged = spool.folder / spool.pending()[0]
    damaged.write_bytes(damaged.read_bytes().replace(b"said one", b"said 0ne"))
    spool.put(b"no event")
    spool.put(json.dumps([str(claude.folder), "key", ["Lunch"]]).encode() + b"\n{}")
    done = claude.hook("PostToolUse", payload(claude, "three"))
    assert (done.returncode, done.stdout) == (0, b"")
    told = done.stderr.decode().splitlines()
    assert [line.partition(": a spooled event cannot")[0] for line in told] == ["ctxbudget hook"] * 3
    assert "its checksum does not match" in told[0]
    assert "not an event of this version" in told[1]
    assert "Lunch" in told[2]
    assert contents(claude) == ["said two", "said three"]
    assert spool_state(claude.store)[:2] == (0, 3)
    assert claude.hook("PostToolUse", payload(claude, "four")).stderr == b""


FULL = (
    "-c",
    "import sys\nfrom ctxbudget_server.store import spool\nspool.MAX_EVENTS = 1\n"
    "from ctxbudget_server.cli import main\nsys.exit(main())",
)


def test_a_spool_that_is_full_says_so_and_counts(claude: AgentHost) -> None:
    with stopped_writer(claude):
        assert is_spooled(hook(claude, "one"))
        done = hook(claude, "two", [sys.executable, *FULL])
    assert b"the event is lost: the spool is full: 1 events" in done.stderr
    state = spool_state(claude.store)
    assert (state.pending, state.lost) == (1, 1)
    tell(claude, "three")
    assert contents(claude) == ["said one", "said three"]


LATE = (
    "-c",
    "import sys, time\nfrom ctxbudget_server.sidecar import agent_commands as agents\n"
    "from ctxbudget_server.cli import hook_guard, main\nhook_guard.DEADLINE_SECONDS = 0.5\n"
    "agents._reaction = lambda *_: time.sleep(600)\nsys.exit(main())",
)


def test_a_hook_at_its_deadline_spools_its_event(claude: AgentHost) -> None:
    done = hook(claude, "one", [sys.executable, *LATE])
    assert done.stderr.startswith(b"ctxbudget hook: not done within 0.5 seconds\nctxbudget hook: ")
    tell(claude, "two")
    assert contents(claude) == ["said one", "said two"]
