"""What stands in an array for a part that went, and how it is recognised later.

A marker begins with a line of this exact form, so that no other tool's text is taken for ours:

    [ctxbudget i7abcdef12: 5719 tokens archived, read again below. context/get {"sessionId": "archive", ...} has all]

Without an archive it names no id and promises nothing: `[ctxbudget: shortened from 5719 tokens, oldest large result]`.
"""

from __future__ import annotations

import re

from .model import Reason
from .shapes import to_json

WORDS: dict[Reason, str] = {
    "repeated": "the same text stands further down",
    "superseded": "superseded: the file was read or changed again further down",
    "retried": "failed, and done again further down",
    "oldResult": "an old large result",
    "oldTurn": "old turns",
}

_MARKER = re.compile(
    r"\[ctxbudget i[a-z]+\d+: \d+ tokens archived \([^()\n]+\); context/get \{[^\n]*\} returns them exactly\](?:\n|$)"
    r"|\[ctxbudget: shortened from \d+ tokens \([^()\n]+\)\](?:\n|$)"
)
_RECORD = re.compile(r"\[ctxbudget record: \d+ earlier messages, \d+ tokens, (?:archived|removed)[^\n]*\](?:\n|$)")
MAX_MARKER = 40_000
"""Characters of the longest text that is taken for one of ours."""


def is_marker(text: str) -> bool:
    """Whether a text stands for a result that went before."""
    return text.startswith("[ctxbudget") and len(text) <= MAX_MARKER and bool(_MARKER.match(text))


def is_record(text: str) -> bool:
    """Whether a text stands for turns that went before."""
    return text.startswith("[ctxbudget record") and len(text) <= MAX_MARKER and bool(_RECORD.match(text))


def result_marker(reason: Reason, tokens: int, item_id: str | None, session_id: str | None) -> str:
    """The first line of what stands for a result."""
    if item_id is None:
        return f"[ctxbudget: shortened from {tokens} tokens ({WORDS[reason]})]"
    where = to_json({"sessionId": session_id, "itemId": item_id})
    return (
        f"[ctxbudget {item_id}: {tokens} tokens archived ({WORDS[reason]}); context/get {where} returns them exactly]"
    )


def record_header(messages: int, tokens: int, session_id: str | None) -> str:
    """The first line of what stands for turns."""
    start = f"[ctxbudget record: {messages} earlier messages, {tokens} tokens, "
    if session_id is None:
        return f"{start}removed; calls and names that stood there follow]"
    where = f'{{"sessionId": {to_json(session_id)}, "itemId": ID}}'
    return f"{start}archived; context/get {where} returns the turn of each line exactly]"


def names_line(names: list[str]) -> str:
    """The index of names that a marker or record ends with."""
    return "Names: " + " ".join(names)
