"""Reads a whole recorded conversation, after finding out which format it has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ctxbudget_server.transcripts import claude_code, codex, codex_items, gemini, gemini_contents, opencode
from ctxbudget_server.transcripts.claude_code_messages import read_rows
from ctxbudget_server.transcripts.json_shapes import KNOWN_FORMATS, read_messages, read_requests
from ctxbudget_server.transcripts.lines import Line, Parsed, parsed
from ctxbudget_server.transcripts.model import FORMATS, Transcript, TranscriptError


def read_transcript(recording: str | Iterable[Line], source: str | None = None) -> Transcript:
    """Read a transcript, given whole or line by line; `source` None finds out which of `FORMATS` it is.

    Raises `TranscriptError`.
    """
    if source is not None and source not in FORMATS:
        raise TranscriptError(f"unknown format {source!r}")
    lines = recording.split("\n") if isinstance(recording, str) else recording
    found = parsed(lines, KNOWN_FORMATS, _lighter)
    host = source or _host_of(found.value)
    match host:
        case "gemini-cli" if isinstance(found.value, dict):
            return gemini_contents.read_document(found.value, found.warnings)
        case "opencode":
            return _opencode(found)
        case "claude-code":
            return read_rows([*map(_lighter, _rows(found))], found.warnings)
        case "codex":
            rows = _rows(found)
            rows = codex_items.early_lines(rows) if codex_items.is_early(rows) else rows
            return codex_items.read_lines(rows, found.numbers, found.warnings)
        case "gemini-cli":
            return gemini_contents.read_records(_rows(found), found.warnings)
    source = source or ("gemini" if _has_contents(found.value) else None)
    if found.numbers and (requests := _requests(found.value)):
        return read_requests(requests, found.numbers, source, found.warnings)
    return read_messages(_messages(found.value), source, found.warnings)


def _opencode(found: Parsed) -> Transcript:
    if not opencode.is_session(found.value):
        raise TranscriptError("holds no session of opencode: an object with `messages`, each of an `info` and `parts`")
    return opencode.read_session(found.value, found.warnings)


def _rows(found: Parsed) -> list[dict[str, Any]]:
    rows = [found.value] if isinstance(found.value, dict) else found.value
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise TranscriptError(f"is not a list of objects; {KNOWN_FORMATS}")
    return rows


def _messages(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        value = [value] if "role" in value else _array_of(value)
        if value is None:
            raise TranscriptError(f"holds an object without a list of messages; {KNOWN_FORMATS}")
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise TranscriptError(f"is not a list of objects; {KNOWN_FORMATS}")
    return value


def _has_contents(value: Any) -> bool:
    """Whether a value is a request to Gemini, or requests a line each: no other provider's have that member."""
    first = value[0] if isinstance(value, list) and value else value
    return isinstance(first, dict) and isinstance(first.get("contents"), list)


def _array_of(value: Mapping[str, Any]) -> list[Any] | None:
    """The array of a request, or of an object that holds one."""
    return next((value[name] for name in ("messages", "input", "contents") if isinstance(value.get(name), list)), None)


def _requests(rows: Any) -> list[list[Any]]:
    """The arrays of lines that each hold a request; empty if they are something else."""
    arrays = [_array_of(row) if "role" not in row else None for row in rows]
    return [array for array in arrays if array is not None] if all(array is not None for array in arrays) else []


def _host_of(value: Any) -> str | None:
    """The host whose records these are: any record that only one host writes tells."""
    if opencode.is_session(value):
        return "opencode"
    if isinstance(value, dict):
        if gemini_contents.is_document(value):
            return "gemini-cli"
        value = [value]
    if not isinstance(value, list):
        return None
    rows = [row for row in value if isinstance(row, dict)]
    for host, tells in _TELLS:
        if any(map(tells, rows)):
            return host
    return "codex" if codex_items.is_early(rows) else None


_TELLS = (
    ("claude-code", claude_code.is_row),
    ("codex", codex.is_item),
    ("gemini-cli", gemini_contents.is_record),
)


def _lighter(record: dict[str, Any]) -> dict[str, Any]:
    if codex.is_item(record):
        return codex.lighter(record)
    if "toolCalls" in record:
        return gemini.lighter(record)
    return claude_code.lighter(record)
