"""What replaces a removed part in an array, and how it is recognised later.

A marker begins with a line of this exact form, so that no other tool's text is taken for ours:

    [ctxbudget i482915036000012: 5719 tokens archived (an old large result); context/get {...} returns them exactly]

Without an archive it names no id and promises nothing: `[ctxbudget: shortened from 5719 tokens (an old large result)]`.
Records begin with `[ctxbudget record: 127 messages, 2831 tokens; context/get {..., "itemId": ID}]`, or with `removed`
in place of the call. Earlier versions used more words. Such records are recognised, and not rewritten for that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ctxbudget_server.fit.lines import folded, unfolded
from ctxbudget_server.fit.model import Reason, Retrieval

# What happened stays true, also once the later part has gone too.
WORDS: dict[Reason, str] = {
    "requested": "no longer needed",
    "repeated": "the same text came again later",
    "superseded": "superseded: the file was read or changed again later",
    "retried": "failed, and done again later",
    "oldResult": "an old large result",
    "newestResult": "a large result",
    "oldTurn": "old turns",
}

_MARKER = re.compile(
    r"\[ctxbudget i[a-z]*\d+: \d+ tokens archived \([^()\n]+\); [^\n]+ returns them exactly\](?:\n|$)"
    r"|\[ctxbudget: shortened from \d+ tokens \([^()\n]+\)\](?:\n|$)"
)
_RECORD = re.compile(
    r"\[ctxbudget record: (\d+) (?:earlier )?messages, (\d+) tokens(?:, (?:archived|removed))?(, in short)?"
    r"(?:; ([^\n]+?)(?: returns each turn exactly)?)?\](?:\n|$)"
)
_FRAME = re.compile(
    r"\[ctxbudget(?: (?:record|summary)| i(?:[a-z]+|\d{9})\d+)?: [^\[\]\n]*\]|\[ctxbudget summary ends\]"
)
_LED_TO = re.compile(r"^(?:i(?:[a-z]+|\d{9})\d+(?:\.\.i\w+)?(?:: | |$))+", re.MULTILINE)
NAMES = "Names: "
MAX_MARKER = 1_000_000
"""Characters of the longest text that is taken for one of ours."""


def is_marker(text: str) -> bool:
    """Whether a text replaces a result that was removed before."""
    return text.startswith("[ctxbudget") and len(text) <= MAX_MARKER and bool(_MARKER.match(text))


def without_frames(text: str) -> str:
    """A text without the lines that say what ours are and how to get it all back, and without the ids before lines.

    Their words are nobody's names.
    """
    return _LED_TO.sub("", _FRAME.sub("", text)) if "[ctxbudget" in text else text


@dataclass(frozen=True, slots=True)
class Record:
    """The record of turns that were removed: figures of what went, a line for each turn, and whether it is short."""

    messages: int
    tokens: int
    lines: tuple[str, ...]
    short: bool
    retrieval: str | None = None
    """How its ids are got back, as it says; None: not at all."""

    def leads_to(self, retrieval: Retrieval | None) -> bool:
        """Whether its ids are of this session, as far as it says."""
        if retrieval is None or self.retrieval is None:
            return retrieval is None and self.retrieval is None
        return self.retrieval == retrieval.of_each or f'"{retrieval.session_id}"' in self.retrieval


def read_record(text: str) -> Record | None:
    """The record that a text is, or None."""
    match = _RECORD.match(text) if text.startswith("[ctxbudget record") and len(text) <= MAX_MARKER else None
    if match is None:
        return None
    lines = (line for line in text[match.end() :].split("\n") if line and not line.startswith(NAMES))
    return Record(int(match[1]), int(match[2]), tuple(unfolded(lines)), bool(match[3]), match[4])


def result_marker(reason: Reason, tokens: int, item_id: str | None, retrieval: Retrieval | None) -> str:
    """The first line of what replaces a result."""
    if item_id is None or retrieval is None:
        return f"[ctxbudget: shortened from {tokens} tokens ({WORDS[reason]})]"
    how = retrieval.of(item_id)
    return f"[ctxbudget {item_id}: {tokens} tokens archived ({WORDS[reason]}); {how} returns them exactly]"


def write_record(record: Record, names: list[str], retrieval: Retrieval | None, *, is_archived: bool = False) -> str:
    """A record as a text. `is_archived`: it has an id, although there is no room to say how that is used."""
    start = f"[ctxbudget record: {record.messages} messages, {record.tokens} tokens"
    short = ", in short" if record.short else ""
    state = "" if is_archived else ", removed"
    header = f"{start}{state}{short}]" if retrieval is None else f"{start}{short}; {retrieval.of_each}]"
    return "\n".join([header, *folded(record.lines), *([names_line(names)] if names else [])])


def names_line(names: list[str]) -> str:
    """The index of names that a marker or record ends with."""
    return NAMES + " ".join(names)
