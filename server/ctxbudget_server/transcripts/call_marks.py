"""What rows of Claude Code tell about a change of what is sent: compactions, clearings, lists of tools."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final, Literal, NamedTuple

from ctxbudget_server.fit.markers import is_marker, read_record
from ctxbudget_server.fit.summary import find_summary
from ctxbudget_server.transcripts import claude_code
from ctxbudget_server.transcripts.records import Record, member, words_in

Changed = Literal["compaction", "ourCut", "toolsChanged", "edit"]
"""What may have changed what was sent before."""

_DELTAS: Final = ("deferred_tools_delta", "mcp_instructions_delta")
"""Attachments with which the host tells the model of tools that came or went."""
_RECONNECTED: Final = re.compile(
    r"<local-command-stdout>\s*(?:Reconnected to \S|MCP server \S+ (?:has been )?(?:enabled|disabled|reconnected)\b)"
)
"""What `/mcp` answers when a server came or went."""


class Mark(NamedTuple):
    """Something that changed what is sent."""

    cause: Changed
    told: str
    """What the recording says, for people."""
    at: float | None
    """When, seconds."""
    is_certain: bool = True
    """Whether it must have changed what is sent: a server that came or went need not."""


def marks_of_row(row: Record, at: float | None, sent: Collection[str]) -> Iterator[Mark]:
    """What a row says of changes. `sent` are the calls whose results were sent before."""
    if claude_code.is_boundary(row):
        yield Mark("compaction", "the host compacted", at)
    elif claude_code.is_summary(row):
        yield Mark("compaction", "the host's summary begins the conversation", at)
    elif row.get("subtype") == "microcompact_boundary":
        yield Mark("compaction", "the host cleared old results", at)
    elif texts := [text for call, text in claude_code.replaced_in(row).items() if call in sent]:
        ours = any(map(is_marker, texts))
        yield Mark("ourCut" if ours else "edit", "results were replaced", at)
    attachment = member(row, "attachment")
    if attachment.get("type") in _DELTAS and (attachment.get("addedNames") or attachment.get("removedNames")):
        yield Mark("toolsChanged", "the host told the model of tools that came or went", at, False)
    if row.get("type") in ("user", "system") and _RECONNECTED.search(claude_code.text_of_row(row)):
        yield Mark("toolsChanged", "an MCP server came or went", at, False)


def cleared_by_provider(message: Record) -> str | None:
    """What the provider removed by itself from a request, as an answer to it tells; None: nothing."""
    edits = member(message, "context_management").get("applied_edits")
    cleared = (
        [one.get("cleared_input_tokens") for one in edits if isinstance(one, Mapping)]
        if isinstance(edits, list)
        else []
    )
    tokens = sum(one for one in cleared if isinstance(one, int))
    return f"the provider cleared {tokens:,} tokens" if tokens > 0 else None


def tools_in(row: Record) -> frozenset[str] | None:
    """The names of the tools that a row lists as those of the model; None if it lists none."""
    for holder in (row, member(row, "message"), member(row, "request")):
        listed = holder.get("tools")
        if isinstance(listed, list) and listed:
            named = [one.get("name") if isinstance(one, Mapping) else one for one in listed]
            return frozenset(one for one in named if isinstance(one, str))
    return None


def opens_with_ours(content: Any) -> bool:
    """Whether a message holds what a cut of ours leaves: a record, a summary, or a marker in place of a result."""
    texts = [content] if isinstance(content, str) else _texts(content)
    return any(
        "[ctxbudget" in text and (is_marker(text) or read_record(text) is not None or find_summary(text) is not None)
        for text in texts
    )


def _texts(content: Any) -> list[str]:
    blocks = [one for one in content if isinstance(one, Mapping)] if isinstance(content, list) else []
    held = [block.get("text", block.get("content")) for block in blocks]
    return [words_in(one) for one in held]
