"""Finds the processes that have the store open now: a suspended one keeps others waiting."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from ctxbudget_server.doctor.finding import Finding, command

PROC: Final = Path("/proc")
STOPPED: Final = ("T", "t")


class Process(NamedTuple):
    """A process: its id, its command line, and whether it is suspended."""

    pid: int
    words: str
    is_stopped: bool


def findings(path: Path) -> Iterator[Finding]:
    """Findings about other processes of this user that have the store at the path open."""
    if sys.platform != "linux":
        yield Finding(
            "store.processes", "notice", "processes that use it are found only on Linux", command("lsof", str(path))
        )
        return
    found = sorted(_users(path))
    data = {"processes": [{"pid": one.pid, "command": one.words, "stopped": one.is_stopped} for one in found]}
    for one in found:
        if one.is_stopped:
            message = f"process {one.pid} has the store open and is suspended: {one.words}"
            yield Finding("store.processes", "warning", message, command("kill", "-CONT", str(one.pid)), data)
    if not any(one.is_stopped for one in found):
        who = "; ".join(f"{one.pid} {one.words}" for one in found)
        yield Finding(
            "store.processes", "ok", f"in use by {len(found)}: {who}" if found else "no process uses it", None, data
        )


def _users(path: Path) -> Iterator[Process]:
    names = {f"{os.path.realpath(path)}{suffix}" for suffix in ("", "-wal", "-shm")}
    for folder in PROC.glob("[0-9]*"):
        pid = int(folder.name)
        if pid == os.getpid() or not _has_open(folder / "fd", names):
            continue
        with suppress(OSError):
            yield Process(pid, _words(folder), _state(folder) in STOPPED)


def _has_open(descriptors: Path, names: set[str]) -> bool:
    try:
        listed = list(descriptors.iterdir())
    except OSError:  # another user's process, or one that has just ended
        return False
    for each in listed:
        with suppress(OSError):
            if os.readlink(each) in names:  # noqa: PTH115
                return True
    return False


def _words(folder: Path) -> str:
    words = (folder / "cmdline").read_bytes().rstrip(b"\0").split(b"\0")
    return os.fsdecode(b" ".join(words))[:200]


def _state(folder: Path) -> str:
    return (folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0]
