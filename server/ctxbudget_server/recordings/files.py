"""Sessions that are files: where Claude Code, Codex and Gemini CLI keep them, and what the end of each says."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from ctxbudget_server.agents.files import read_last_lines, read_start
from ctxbudget_server.recordings.model import End, Recorded
from ctxbudget_server.transcripts.codex import usage_of as codex_usage
from ctxbudget_server.transcripts.hosts import reader_of
from ctxbudget_server.transcripts.records import Record, member, records_in
from ctxbudget_server.transcripts.tail import TranscriptTail

TAILS: Final = (1 << 16, 1 << 20, 1 << 23)
"""Bytes of the end that are read: more only where the last lines are so long that nobody speaks in fewer."""
HEAD: Final = 1 << 18
"""Bytes of the beginning: Codex writes there where it works, beside its instructions."""


def claude_code(home: Path) -> Iterator[Recorded]:
    """`projects/FOLDER/SESSION.jsonl` in CLAUDE_CONFIG_DIR or `~/.claude`; not its subagents' files."""
    folder = Path(os.environ.get("CLAUDE_CONFIG_DIR") or home / ".claude") / "projects"
    for path in _globbed(folder, "*/*.jsonl"):
        if not path.name.startswith("agent-"):
            yield from _recorded("claude-code", path, path.stem)


def codex(home: Path) -> Iterator[Recorded]:
    """`sessions/YYYY/MM/DD/rollout-TIME-SESSION.jsonl` in CODEX_HOME or `~/.codex`."""
    folder = Path(os.environ.get("CODEX_HOME") or home / ".codex") / "sessions"
    for path in _globbed(folder, "**/rollout-*.jsonl"):
        yield from _recorded("codex", path, path.stem[-36:])


def gemini_cli(home: Path) -> Iterator[Recorded]:
    """`tmp/PROJECT/chats/session-*.jsonl`, or `.json`, in `~/.gemini`."""
    for path in _globbed(home / ".gemini" / "tmp", "*/chats/session-*.json*"):
        if path.suffix in (".json", ".jsonl"):
            yield from _recorded("gemini-cli", path, path.stem.removeprefix("session-"))


def _globbed(folder: Path, pattern: str) -> Iterator[Path]:
    try:
        yield from folder.glob(pattern)
    except OSError:
        return


def _recorded(host: str, path: Path, session: str) -> Iterator[Recorded]:
    try:
        known = path.stat()
    except OSError:
        return
    yield Recorded(host, str(path), session, known.st_mtime, known.st_size, partial(_end, host, path, known.st_size))


def _end(host: str, path: Path, size: int) -> End:
    if path.suffix == ".json":
        return _end_of_document(path, size)
    for limit in TAILS:
        tail = TranscriptTail(read_last_lines(str(path), limit))
        words = _last_words(tail.records)
        if words or limit >= size:
            break
    head = next(iter(records_in(read_start(str(path), HEAD))), {})
    return End(
        _project(host, path, head, tail.records),
        tail.model,
        _tokens(tail.records),
        words,
        _is_subagent(head),
    )


def _end_of_document(path: Path, size: int) -> End:
    """A chat of an older Gemini CLI: it has no lines, so it is read whole if it is small."""
    value: Any = {}
    if size <= TAILS[-1]:
        try:
            value = json.loads(read_start(str(path), size))
        except (ValueError, RecursionError):
            value = {}
    messages = value.get("messages") if isinstance(value, dict) else None
    records = [one for one in messages if isinstance(one, dict)] if isinstance(messages, list) else []
    model = next((found for one in reversed(records) if (found := reader_of(one).model(one))), None)
    return End(_project("gemini-cli", path, {}, []), model, _tokens(records), _last_words(records))


def _last_words(records: Sequence[Record]) -> str:
    for record in reversed(records):
        reader = reader_of(record)
        spoken = None if reader.is_hidden(record) else reader.spoken(record)
        if spoken and spoken[1].strip():
            return spoken[1].strip()
    return ""


def _tokens(records: Sequence[Record]) -> int | None:
    """The window after the last answer of the main conversation that has a bill."""
    for record in reversed(records):
        reader = reader_of(record)
        if reader.is_hidden(record):
            continue
        if reader.is_compaction(record):
            return None
        if (answer := reader.answer(record)) is not None:
            return answer[1].window
        if (usage := codex_usage(record)) is not None:
            return usage.window
    return None


def _project(host: str, path: Path, head: Record, records: Sequence[Record]) -> str | None:
    if host == "gemini-cli":
        root = read_start(str(path.parent.parent / ".project_root"), 1 << 12)
        return root.decode("utf-8", "replace").strip() or None
    for record in (*reversed(records), head):
        for holder in (record, member(record, "payload")):
            if isinstance(folder := holder.get("cwd"), str) and folder:
                return folder
    return None


def _is_subagent(head: Record) -> bool:
    source = member(head, "payload").get("source")
    return head.get("kind") == "subagent" or (isinstance(source, dict) and "subagent" in source)
