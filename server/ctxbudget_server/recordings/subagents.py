"""The recordings of a session's subagents: Claude Code's files beside the session's own, opencode's sessions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from ctxbudget_server.agents.files import read_start
from ctxbudget_server.recordings import opencode
from ctxbudget_server.transcripts.records import records_in

_PREFIX: Final = "agent-"
_HEAD: Final = 1 << 18
"""Bytes of the beginning in which the first row names its session."""


class SubagentFile(NamedTuple):
    """The recording of a subagent."""

    path: str
    agent: str | None
    """The host's id of it, if its records do not tell."""
    kind: str | None
    """Its type, if a file beside it tells."""


def subagents_of(name: str) -> Iterator[SubagentFile]:
    """The recordings of a session's subagents.

    Claude Code's lie below a folder with the session's name, in older versions beside it.
    """
    for begun in opencode.subagents_in(name):
        yield SubagentFile(begun, None, None)
    path = Path(name)
    if path.suffix != ".jsonl" or path.name.startswith(_PREFIX):
        return
    within = sorted(path.with_suffix("").glob(f"subagents/**/{_PREFIX}*.jsonl"))
    beside = [one for one in sorted(path.parent.glob(f"{_PREFIX}*.jsonl")) if _session_of(one) == path.stem]
    for one in (*within, *beside):
        yield SubagentFile(str(one), one.stem.removeprefix(_PREFIX), _kind_of(one))


def subagent_in(name: str) -> SubagentFile | None:
    """What is known of a subagent if the file is its own, else None."""
    path = Path(name)
    if path.suffix != ".jsonl" or not path.name.startswith(_PREFIX):
        return None
    return SubagentFile(name, path.stem.removeprefix(_PREFIX), _kind_of(path))


def _session_of(path: Path) -> str | None:
    first = next(iter(records_in(read_start(str(path), _HEAD))), {})
    session = first.get("sessionId")
    return session if isinstance(session, str) else None


def _kind_of(path: Path) -> str | None:
    try:
        told = json.loads(read_start(str(path.with_suffix(".meta.json")), _HEAD))
    except (ValueError, RecursionError):
        return None
    kind = told.get("agentType") if isinstance(told, dict) else None
    return kind if isinstance(kind, str) and kind else None
