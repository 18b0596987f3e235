"""Rows of Claude Code's session files, and of what it streams (`--output-format stream-json`, the Agent SDK).

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
_STRETCH: Final = (("headUuid", "head_uuid"), ("tailUuid", "tail_uuid"))
_HEAVY: Final = ("toolUseResult", "tool_use_result", "thinkingMetadata", "todos", "attachment")
"""Members of a row beside its message: the result once more, and what only the host's screen shows."""
_NOTED: Final = (
    *("type", "subtype", "uuid", "parentUuid", "logicalParentUuid", "isSidechain", "agentId"),
    *("compactMetadata", "compact_metadata", "microcompactMetadata", "microcompact_metadata", "replacements"),
)
"""Members of rows without a message: the line from row to row, and what the host did to the conversation."""


def is_row(record: Record) -> bool:
    """Whether a record is a row with a message."""
    return record.get("type") in ("user", "assistant") and isinstance(record.get("message"), dict)


def is_side(row: Record) -> bool:
    """Whether a row belongs to the conversation of a subagent. A stream names the call that began it."""
    return bool(row.get("isSidechain")) or bool(row.get("parent_tool_use_id"))


def agent_of(row: Record) -> str:
    """Which subagent a row of one belongs to; empty where the row does not tell."""
    return str(row.get("agentId") or row.get("parent_tool_use_id") or "")


def is_note(row: Record) -> bool:
    """Whether the host wrote a message in the user's name."""
    return bool(row.get("isMeta"))


def is_summary(row: Record) -> bool:
    """Whether a row holds the host's summary of what it compacted."""
    return bool(row.get("isCompactSummary"))


def is_boundary(row: Record) -> bool:
    """Whether the conversation was compacted here."""
    return row.get("subtype") == "compact_boundary"


def kept_after(boundary: Record) -> tuple[frozenset[str], tuple[str, str] | None]:
    """What a compaction kept word for word: the ids of rows, or the first and the last row of a stretch."""
    told = member(boundary, "compactMetadata") or member(boundary, "compact_metadata")
    named = member(told, "preservedMessages").get("uuids")
    ids = frozenset(one for one in named if isinstance(one, str)) if isinstance(named, list) else frozenset()
    stretch = member(told, "preservedSegment") or member(told, "preserved_segment")
    head, tail = (stretch.get(name) or stretch.get(other) for name, other in _STRETCH)
    return ids, (head, tail) if isinstance(head, str) and isinstance(tail, str) else None


def cleared_in(row: Record) -> list[str]:
    """The calls whose results the host says that it cleared (a microcompaction)."""
    if row.get("subtype") != "microcompact_boundary":
        return []
    told = member(row, "microcompactMetadata") or member(row, "microcompact_metadata")
    named = told.get("compactedToolIds") or told.get("compacted_tool_ids")
    return [one for one in named if isinstance(one, str)] if isinstance(named, list) else []


def replaced_in(row: Record) -> dict[str, str]:
    """Texts that the model was sent in place of results, by call: the host keeps the results themselves elsewhere."""
    given = row.get("replacements")
    if row.get("type") != "content-replacement" or not isinstance(given, list):
        return {}
    texts = {one.get("toolUseId"): one.get("replacement") for one in given if isinstance(one, Mapping)}
    return {call: text for call, text in texts.items() if isinstance(call, str) and isinstance(text, str)}


def lighter(row: dict[str, Any]) -> dict[str, Any]:
    """A row without what is told twice, and without what no array needs."""
    if is_row(row):
        return {name: value for name, value in row.items() if name not in _HEAVY}
    return {name: row[name] for name in _NOTED if name in row} if isinstance(row.get("uuid"), str) else row


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


def text_of_row(row: Record) -> str:
    """What a row says in words: its message's, or that of a command which the host ran itself."""
    if is_row(row):
        return words_in(row["message"].get("content"))
    said = row.get("content")
    return said if row.get("type") == "system" and isinstance(said, str) else ""


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
