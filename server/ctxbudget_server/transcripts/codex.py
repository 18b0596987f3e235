"""Lines of Codex' rollout files: each has a `type` and a `payload`."""

from __future__ import annotations

from collections.abc import Mapping

from ctxbudget_server.transcripts.records import Record, RecordReader, member, model_named, words_in
from ctxbudget_server.transcripts.tool_responses import text_of


def is_line(record: Record) -> bool:
    """Whether a record has the form of Codex' lines."""
    return isinstance(record.get("payload"), Mapping)


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
