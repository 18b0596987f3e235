"""The rules of the handshake and of watching parents, without a process."""

from __future__ import annotations

import asyncio
import os
import subprocess

import pytest
from lsprotocol.types import ClientCapabilities, InitializeParams, WorkspaceFolder

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.rpc.handshake import check_version, root_uri
from ctxbudget_server.rpc.lifecycle import ConnectionPhase, End, Lifecycle, ParentWatch


@pytest.mark.parametrize("version", [None, "1", "1.0", "1.7", 1, {"major": 1, "minor": 9}, {"major": "1"}])
def test_versions_that_are_spoken(version: object) -> None:
    check_version({"protocolVersion": version, "unknown": 1})


@pytest.mark.parametrize("options", [None, {}, [], "2.0", 5, True])
def test_options_that_ask_for_nothing(options: object) -> None:
    check_version(options)


@pytest.mark.parametrize("version", ["2.0", "2", "0.9", "10.0", "", "nonsense", 2, -1, {"major": 2}, {"major": "3"}])
def test_versions_that_are_not_spoken(version: object) -> None:
    with pytest.raises(ProtocolError) as caught:
        check_version({"protocolVersion": version})
    assert caught.value.name == "unsupportedVersion"
    assert caught.value.fields == {"supported": ["1.0"]}


@pytest.mark.parametrize("version", [{}, [1], 1.0, True, {"major": True}, {"major": [1]}])
def test_versions_that_are_none(version: object) -> None:
    with pytest.raises(ProtocolError) as caught:
        check_version({"protocolVersion": version})
    assert caught.value.errors[0]["loc"] == ["initializationOptions", "protocolVersion"]


A, B = WorkspaceFolder("file:///a", "a"), WorkspaceFolder("file:///b", "b")


@pytest.mark.parametrize(
    ("fields", "root"),
    [
        ({}, None),
        ({"root_uri": "file:///r"}, "file:///r"),
        ({"root_uri": "file:///r", "workspace_folders": [A]}, "file:///r"),
        ({"workspace_folders": [A, B]}, "file:///a"),
        ({"workspace_folders": []}, None),
        ({"root_path": "/old path"}, "file:///old%20path"),
    ],
)
def test_the_workspace(fields: dict, root: str | None) -> None:
    assert root_uri(InitializeParams(capabilities=ClientCapabilities(), **fields)) == root


def test_which_processes_are_watched() -> None:
    """Only one that was there when it was named, and is not ourselves, ends the server by going."""
    gone = subprocess.Popen(["true"])
    gone.wait()
    unwatched = [None, 0, -1, 2**40, 2**100, os.getpid(), gone.pid]

    async def watch() -> tuple[list[bool], bool]:
        lifecycles = [Lifecycle() for _ in range(len(unwatched) + 1)]
        watches = [ParentWatch(lifecycle) for lifecycle in lifecycles]
        with subprocess.Popen(["sleep", "60"]) as going:
            for parent, pid in zip(watches, [*unwatched, going.pid], strict=True):
                parent.name(pid)
            tasks = [asyncio.create_task(parent.run()) for parent in watches]
            going.kill()
            going.wait()
            await asyncio.wait([tasks.pop()], timeout=10)
        for task in tasks:
            task.cancel()
        *others, last = (lifecycle.ending().done() for lifecycle in lifecycles)
        return others, last

    others, last = asyncio.run(watch())
    assert not any(others)
    assert last


@pytest.mark.parametrize("reason", End)
def test_exit_codes(reason: End) -> None:
    lifecycle = Lifecycle()
    assert lifecycle.exit_code(reason) == 1
    lifecycle.phase = ConnectionPhase.RUNNING
    assert lifecycle.exit_code(reason) == 1
    lifecycle.phase = ConnectionPhase.SHUT_DOWN
    fault = reason in (End.SIGNAL, End.STREAM_BROKEN, End.FAULT)
    assert lifecycle.exit_code(reason) == int(fault)
