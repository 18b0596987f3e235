"""Reads a whole recorded conversation, after finding out which format it has."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ctxbudget_server.transcripts.claude_code import is_row
from ctxbudget_server.transcripts.claude_code_messages import read_rows
from ctxbudget_server.transcripts.json_shapes import KNOWN_FORMATS, read_messages
from ctxbudget_server.transcripts.model import FORMATS, Transcript, TranscriptError


def read_transcript(text: str, source: str | None = None) -> Transcript:
    """Read a transcript; `source` None finds out which of `FORMATS` it is. Raises `TranscriptError`."""
    if source is not None and source not in FORMATS:
        raise TranscriptError(f"unknown format {source!r}")
    if not text.strip():
        raise TranscriptError("is empty")
    value, warnings = _parsed(text)
    if isinstance(value, dict) and not _is_rows([value]):
        value = next((value[name] for name in ("messages", "input") if isinstance(value.get(name), list)), None)
        if value is None:
            raise TranscriptError(f"holds an object without a list of messages; {KNOWN_FORMATS}")
    rows = [value] if isinstance(value, dict) else value
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise TranscriptError(f"is not a list of objects; {KNOWN_FORMATS}")
    if source == "claude-code" or (source is None and _is_rows(rows)):
        segments = [segment for segment in read_rows(rows) if segment.messages]
        if not segments:
            raise TranscriptError("holds no messages of a user and an assistant")
        return Transcript("claude-code", "anthropic", segments, warnings)
    return read_messages(rows, source, warnings)


def _parsed(text: str) -> tuple[Any, tuple[str, ...]]:
    """The value of a JSON text, or the rows of JSON lines. A torn last line is how a running session looks."""
    try:
        return json.loads(text), ()
    except (ValueError, RecursionError) as fault:
        whole = fault
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    rows, warnings = [], []
    for position, (number, line) in enumerate(lines):
        try:
            rows.append(json.loads(line))
        except (ValueError, RecursionError) as fault:
            if not rows:
                raise TranscriptError(f"is neither JSON ({whole}) nor JSON lines; {KNOWN_FORMATS}") from None
            if position < len(lines) - 1:
                raise TranscriptError(f"line {number} is not valid JSON: {fault}") from None
            warnings.append(f"line {number}, the last one, is torn and was left out")
    return rows, tuple(warnings)


def _is_rows(rows: Sequence[Any]) -> bool:
    return any(isinstance(row, dict) and is_row(row) for row in rows)
