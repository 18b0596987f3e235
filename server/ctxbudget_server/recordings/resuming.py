"""Writes a session beside the one that it was made of, which is never touched, for its host to resume."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ctxbudget_server.fit import Message
from ctxbudget_server.recordings.model import RecordingError
from ctxbudget_server.recordings.opening import lines_of
from ctxbudget_server.transcripts.lines import objects_in
from ctxbudget_server.transcripts.model import Transcript, TranscriptError
from ctxbudget_server.transcripts.resumable import RESUMED, Resumable, resumable

_ROLLOUT = re.compile(r"(rollout-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-)")
_COMMANDS = {"claude-code": "claude --resume", "codex": "codex resume"}


class Written(NamedTuple):
    """A session that its host can resume."""

    path: str
    session: str
    command: str
    replaced: int
    """Texts in which lone surrogates were replaced."""
    is_at_home: bool
    """Whether it lies where the host looks for it."""


def refuse_others(name: str, recording: Transcript) -> None:
    """Raise `RecordingError` for what no session can be written beside."""
    if name == "-" or recording.source not in RESUMED:
        read = "stdin" if name == "-" else f"{name}, read as {recording.source}"
        raise RecordingError(f"--resume takes session files of {' and '.join(RESUMED)}, not {read}")


def write_resumable(name: str, recording: Transcript, messages: Sequence[Message]) -> Written:
    """Write the messages as a session of the host that recorded them. Raises `RecordingError` or `OSError`."""
    refuse_others(name, recording)
    path = Path(name)
    try:
        made = resumable(recording.source, messages, _records(name))
    except TranscriptError as fault:
        raise RecordingError(f"{name} {fault}") from fault
    beside = path.with_name(_name(recording.source, path, made))
    _write(beside, "".join(json.dumps(row) + "\n" for row in made.rows).encode(), path.stat().st_mode & 0o777)
    folders = [each.name for each in path.absolute().parents]
    is_at_home = folders[1:2] == ["projects"] if recording.source == "claude-code" else "sessions" in folders
    command = f"{_COMMANDS[recording.source]} {made.session}"
    return Written(str(beside), made.session, command, made.replaced, is_at_home)


def _records(name: str) -> Iterator[dict[str, Any]]:
    for line in lines_of(name):
        yield from objects_in(line) or ()


def _name(host: str, path: Path, made: Resumable) -> str:
    """The name by which the host finds a session."""
    if host == "claude-code":
        return f"{made.session}.jsonl"
    begun = re.sub(r"[:.].*|Z", "", str(made.rows[0].get("timestamp")).replace(":", "-", 2))
    beginning = _ROLLOUT.match(path.name)
    return f"{beginning[1] if beginning else f'rollout-{begun}-'}{made.session}.jsonl"


def _write(path: Path, data: bytes, mode: int) -> None:
    """Write a new file. If it is there already, it must begin with the same: the host has gone on from it."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
    except FileExistsError:
        with path.open("rb") as file:
            if file.read(len(data)) == data:
                return
        raise RecordingError(f"{path} is there already, and holds something else") from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
    except OSError:
        path.unlink(missing_ok=True)
        raise
