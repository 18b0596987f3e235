"""What a recording has of the window beside the messages: instructions, memory files, tools, notes, the host's report.

A recording is read record by record; a compaction drops what was attached before it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from ctxbudget_server.transcripts import claude_code, codex
from ctxbudget_server.transcripts.call_marks import tools_in
from ctxbudget_server.transcripts.host_report import ReportedRow, is_report, rows_in, rows_of
from ctxbudget_server.transcripts.lines import Line, parsed
from ctxbudget_server.transcripts.records import Record, member
from ctxbudget_server.transcripts.sources import Source, is_our_tool, is_ours, server_of

_TEXTS: Final = ("content", "snippet", "text", "prompt", "addedLines", "addedBlocks", "stdout", "file")
"""Members of an attachment that the model is shown."""
_NOT_SHOWN: Final = ("deferred_tools_record", "hook_success", "hook_cancelled", "hook_error_during_execution")
"""Attachments that are the host's own record."""
_OURS: Final = re.compile(r"\[ctxbudget|Context budget: |\bctxbudget call\b")
MAX_DEPTH: Final = 20
_NOTHING: Final[dict[str, Any]] = {}


class Text(NamedTuple):
    """A text in the window that is in no message."""

    source: Source
    name: str | None
    text: str


class Beside(NamedTuple):
    """What a recording has beside the messages."""

    texts: list[Text]
    tools: dict[str, int]
    """How many tools the host listed, by MCP server; empty: it listed none. Their definitions are not recorded."""
    reported: list[ReportedRow]
    """What the host itself said last of what its window holds."""
    told: Mapping[str, Source] = MappingProxyType({})
    """Texts of messages of which the rows tell that no person wrote them: the host's notes and summaries."""


def beside(lines: Iterable[Line]) -> Beside:
    """Read a recording; one of an unknown form has nothing. Raises `TranscriptError` if it is not readable at all."""
    reader = _Reader()
    found = parsed(lines, "", reader.take)
    for record in found.value if found.numbers is None and isinstance(found.value, list) else ():
        if isinstance(record, dict):
            reader.take(record)
    return Beside([*reader.first, *reader.attached], reader.tools, reader.reported, reader.told)


class _Reader:
    def __init__(self) -> None:
        self.first: list[Text] = []
        self.attached: list[Text] = []
        self.tools: dict[str, int] = {}
        self.reported: list[ReportedRow] = []
        self.told: dict[str, Source] = {}

    def take(self, record: dict[str, Any]) -> dict[str, Any]:
        """Take a record; only what the model was shown of it is kept."""
        if codex.is_item(record):
            self._take_codex(record)
        elif not claude_code.is_side(record):
            self._take_claude_code(record)
        return _NOTHING

    def _take_codex(self, line: Record) -> None:
        payload = line["payload"]
        if line["type"] == "session_meta" and not self.first:
            base = member(payload, "base_instructions").get("text") or payload.get("instructions")
            if isinstance(base, str) and base:
                self.first.append(Text("system", None, base))

    def _take_claude_code(self, row: Record) -> None:
        if (listed := tools_in(row)) is not None:
            self.tools = dict(Counter("ctxbudget" if is_our_tool(one) else server_of(one) for one in sorted(listed)))
        if claude_code.is_boundary(row):
            self.attached.clear()
        attachment = member(row, "attachment")
        if attachment and attachment.get("type") not in _NOT_SHOWN:
            self._attach(attachment)
        if claude_code.is_row(row) and (claude_code.is_note(row) or claude_code.is_summary(row)):
            source: Source = "summary" if claude_code.is_summary(row) else "hostNotes"
            self.told.update({str(one["text"]): source for one in claude_code.blocks_of(row) if "text" in one})
        if is_report(text := claude_code.text_of_row(row)):
            self.reported = rows_in(text)
        if (told := rows_of(row.get("contextUsage"))) != []:
            self.reported = told

    def _attach(self, attachment: Mapping[str, Any]) -> None:
        text = "\n".join(_texts([attachment.get(name) for name in _TEXTS], MAX_DEPTH))
        if not text.strip():
            return
        kind = str(attachment.get("type"))
        name = attachment.get("displayPath") or attachment.get("path") or attachment.get("filename")
        source: Source = "hostNotes"
        if is_ours(text) or _OURS.search(text):
            source, name = "ctxbudget", "injected text"
        elif kind == "nested_memory":
            source = "memory"
        elif kind in ("file", "edited_text_file", "queued_command"):
            source = "people" if kind == "queued_command" else "toolOutput"
            name = kind if kind == "queued_command" else "attached files"
        else:
            name = kind
        self.attached.append(Text(source, name if isinstance(name, str) else kind, text))


def _texts(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif depth and isinstance(value, list):
        for one in value:
            yield from _texts(one, depth - 1)
    elif depth and isinstance(value, Mapping):
        for name in _TEXTS:
            if name in value:
                yield from _texts(value[name], depth - 1)
