"""Lines of Codex' rollout files: each has a `type` and a `payload`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ctxbudget_server.transcripts.records import Record, RecordReader, member, model_named, words_in
from ctxbudget_server.transcripts.tool_responses import text_of
from ctxbudget_server.transcripts.usage import Usage, usage_in

KINDS: Final = ("session_meta", "response_item", "compacted", "turn_context", "event_msg", "world_state")
"""Types of lines of which any tells that a file is Codex'."""
_INPUTS: Final = ("input_tokens",)
"""The input holds what came from the cache."""
_OUTPUTS: Final = ("output_tokens",)
_TOLD: Final = ("thread_rolled_back",)
"""Events that change the conversation; the others repeat it."""


def is_line(record: Record) -> bool:
    """Whether a record has the form of Codex' lines."""
    return isinstance(record.get("payload"), Mapping)


def is_item(record: Record) -> bool:
    """Whether a record is a line of a conversation, or of something about one."""
    return record.get("type") in KINDS and is_line(record)


def lighter(line: dict[str, Any]) -> dict[str, Any]:
    """A line without what the conversation does not need: notes of the host, and outputs that are told twice."""
    kind, payload = line.get("type"), line["payload"]
    if kind in ("response_item", "compacted") or (kind == "event_msg" and payload.get("type") in _TOLD):
        return line
    return {"type": kind, "payload": {name: payload[name] for name in ("type", "id", "cwd") if name in payload}}


def usage_of(record: Record) -> Usage | None:
    """The bill of the last request, which the host notes as an event."""
    return usage_in(member(record, "payload", "info").get("last_token_usage"), _INPUTS, _OUTPUTS)


class CodexReader(RecordReader):
    """What a line says to a hook."""

    def model(self, record: Record) -> str | None:
        """The model of a turn."""
        return model_named(member(record, "payload"))

    def window(self, record: Record) -> int | None:
        """The window, which is recorded with the usage."""
        size = member(record, "payload", "info").get("model_context_window")
        return size if isinstance(size, int) and size > 0 else None

    def is_compaction(self, record: Record) -> bool:
        """Whether the history was compacted here."""
        return record.get("type") == "compacted"

    def summary(self, record: Record) -> str:
        """The message that replaces the history."""
        return text_of(member(record, "payload").get("message"))

    def spoken(self, record: Record) -> tuple[str, str] | None:
        """What a person or the agent says."""
        message = member(record, "payload")
        role = message.get("role") or message.get("type")
        return (role, words_in(message.get("content"))) if role in ("user", "assistant") else None
