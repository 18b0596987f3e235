"""Rows of Claude Code's session files.

A row of type `user` or `assistant` holds (a part of) a message. One answer of the model may be spread over rows with
the same `message.id`, with results of its first calls in between. Rows of other types are the host's own notes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ctxbudget_server.transcripts.records import Record, RecordReader, member, model_named, words_in
from ctxbudget_server.transcripts.tool_responses import holds_bytes, text_of
from ctxbudget_server.transcripts.usage import Usage, usage_in

_INPUTS: Final = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
_OUTPUTS: Final = ("output_tokens",)


def is_row(record: Record) -> bool:
    """Whether a record is a row with a message."""
    return record.get("type") in ("user", "assistant") and isinstance(record.get("message"), dict)


def is_side(row: Record) -> bool:
    """Whether a row belongs to the conversation of a subagent."""
    return bool(row.get("isSidechain"))


def is_note(row: Record) -> bool:
    """Whether the host wrote a message in the user's name."""
    return bool(row.get("isMeta"))


def is_summary(row: Record) -> bool:
    """Whether a row holds the host's summary of what it compacted."""
    return bool(row.get("isCompactSummary"))


def is_boundary(row: Record) -> bool:
    """Whether the conversation was compacted here."""
    return row.get("subtype") == "compact_boundary"


def is_synthetic(row: Record) -> bool:
    """Whether the host wrote an answer itself, as it does for errors: the model never sees it."""
    return bool(row.get("isApiErrorMessage")) or row["message"].get("model") == "<synthetic>"


def is_person(row: Record) -> bool:
    """Whether a person speaks in a row with a message."""
    if row["type"] != "user" or is_note(row) or is_summary(row):
        return False
    return not any(block.get("type") == "tool_result" for block in blocks_of(row))


def parent_of(row: Record) -> str | None:
    """The id of the row that this one follows."""
    parent = row.get("parentUuid") or row.get("logicalParentUuid")
    return parent if isinstance(parent, str) else None


def blocks_of(row: Record) -> list[dict[str, Any]]:
    """The content blocks of a row's message, without empty texts."""
    content = row["message"].get("content")
    if isinstance(content, str):
        content = [{"type": "text", "text": content}]
    blocks = [block for block in content if isinstance(block, dict)] if isinstance(content, list) else []
    return [block for block in blocks if block.get("type") != "text" or str(block.get("text", "")).strip()]


class ClaudeCodeReader(RecordReader):
    """What a row says to a hook."""

    def model(self, record: Record) -> str | None:
        """The model that answered."""
        return model_named(member(record, "message"))

    def answer(self, record: Record) -> tuple[str, Usage] | None:
        """The id and the bill; several rows of one answer have the same id."""
        message = member(record, "message")
        usage = usage_in(message.get("usage"), _INPUTS, _OUTPUTS)
        if record.get("type") != "assistant" or usage is None:
            return None
        return str(message.get("id") or record.get("uuid") or ""), usage

    def is_input(self, record: Record) -> bool:
        """Messages in the user's name, and attachments."""
        return record.get("type") == "user" or "attachment" in record

    def results(self, record: Record) -> list[str] | None:
        """The texts of the results in a message that holds nothing else."""
        content = member(record, "message").get("content")
        if not isinstance(content, list) or not content:
            return None
        if not all(isinstance(block, Mapping) and block.get("type") == "tool_result" for block in content):
            return None
        contents = [block.get("content") for block in content]
        texts = list(map(text_of, contents))
        return texts if all(texts) and not any(map(holds_bytes, contents)) else None

    def is_hidden(self, record: Record) -> bool:
        """Whether the row belongs to a subagent."""
        return is_side(record)

    def is_compaction(self, record: Record) -> bool:
        """Whether the row holds the host's summary."""
        return is_summary(record)

    def summary(self, record: Record) -> str:
        """The summary."""
        return text_of(member(record, "message").get("content"))

    def spoken(self, record: Record) -> tuple[str, str] | None:
        """What a person or the agent says; not what the host or a subagent does."""
        message = member(record, "message")
        role = message.get("role") or message.get("type")
        if role not in ("user", "assistant") or is_note(record) or is_side(record):
            return None
        return role, words_in(message.get("content"))
