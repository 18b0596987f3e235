"""The end of the transcript of a running session: the model, the provider's bills, what people and agents said.

A host may be writing while it is read, and the beginning may be missing, so nothing here depends on the whole file.
"""

from __future__ import annotations

from typing import Final

from ctxbudget_server.transcripts import gemini
from ctxbudget_server.transcripts.billed import MAX_FIGURE
from ctxbudget_server.transcripts.bills import bills_in
from ctxbudget_server.transcripts.hosts import reader_of
from ctxbudget_server.transcripts.records import member, records_in, words_in
from ctxbudget_server.transcripts.tool_responses import text_of
from ctxbudget_server.transcripts.usage import Bill

MAX_COMPRESSED_SHARE: Final = 0.6
"""A request of less than this share of the one before it was compressed: Gemini CLI keeps 30 % of its history."""

_BILLS: Final = (b'"usage"', b'"tokens"')
"""In every line with a bill."""


class TranscriptTail:
    """The records in the last lines of a transcript, optionally only those from before a time. Never raises."""

    def __init__(self, data: bytes, before: str | None = None) -> None:
        records = list(records_in(data))
        self.records = records if before is None else [one for one in records if str(one.get("timestamp")) < before]

    @property
    def model(self) -> str | None:
        """The model that answered last."""
        named = (reader_of(record).model(record) for record in reversed(self.records))
        return next((model for model in named if model), None)

    @property
    def window(self) -> int | None:
        """The size of the model's window, where the host records it (Codex)."""
        told = (reader_of(record).window(record) for record in reversed(self.records))
        return next((size for size in told if size), None)

    def bills(self) -> list[Bill]:
        """What tool results cost between two answers of one turn (Claude Code, Gemini CLI)."""
        return bills_in(self.records)

    def compression(self) -> tuple[str, str] | None:
        """(id, time) of the last answer whose request was far smaller than the one before it (Gemini CLI).

        The host says before every request that it may compress, and never that it has.
        """
        found = None
        before = 0
        for record in self.records:
            usage = gemini.usage_of(record)
            if usage is not None:
                if usage.input < MAX_COMPRESSED_SHARE * before:
                    found = (str(record.get("id")), str(record.get("timestamp")))
                before = usage.input
        return found

    def summary(self) -> str:
        """The host's summary from its last compaction; empty if the transcript does not hold it."""
        for record in reversed(self.records):
            reader = reader_of(record)
            if reader.is_compaction(record):
                return reader.summary(record)
        return ""

    def conversation(self) -> str:
        """What people and the agent said since the last compaction, without results of tools."""
        said: list[str] = []
        for record in self.records:
            reader = reader_of(record)
            if reader.is_compaction(record):
                said.clear()
            elif (spoken := reader.spoken(record)) and spoken[1]:
                said.append(f"{spoken[0]}: {spoken[1]}")
        return "\n\n".join(said)

    def last_message(self) -> str:
        """The last text of the agent (Claude Code)."""
        for record in reversed(self.records):
            message = member(record, "message")
            if message.get("role") == "assistant" and (text := words_in(message.get("content"))):
                return text
        return ""


def request_sizes(data: bytes) -> list[int]:
    """Tokens that the provider billed as the input of each request of the main conversation, in order.

    Of the end of a transcript, or of a whole one (Claude Code, Gemini CLI). Lines without a bill are not parsed.
    """
    sizes: dict[str, int] = {}
    for record in records_in(b"\n".join(line for line in data.split(b"\n") if any(word in line for word in _BILLS))):
        reader = reader_of(record)
        if not reader.is_hidden(record) and (answer := reader.answer(record)) is not None:
            key, usage = answer
            if 0 < usage.input <= MAX_FIGURE:
                sizes[key] = max(sizes.get(key, 0), usage.input)
    return list(sizes.values())


def first_request(data: bytes) -> str:
    """What the user asked first, from the beginning of a transcript of Claude Code; empty if it is not there."""
    for record in records_in(data):
        if record.get("type") == "user":
            return text_of(member(record, "message").get("content"))
    return ""
