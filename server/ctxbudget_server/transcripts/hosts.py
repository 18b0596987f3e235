"""Which host wrote a record."""

from __future__ import annotations

from typing import Final

from ctxbudget_server.transcripts import codex
from ctxbudget_server.transcripts.claude_code import ClaudeCodeReader
from ctxbudget_server.transcripts.gemini import GeminiReader
from ctxbudget_server.transcripts.records import Record, RecordReader, member

_CLAUDE_CODE: Final = ClaudeCodeReader()
_CODEX: Final = codex.CodexReader()
_GEMINI: Final = GeminiReader()


def reader_of(record: Record) -> RecordReader:
    """The reader for a record, by its form: the beginning of a file may be out of reach."""
    if codex.is_line(record):
        return _CODEX
    if member(record, "message") or "attachment" in record or "isSidechain" in record:
        return _CLAUDE_CODE
    return _GEMINI
