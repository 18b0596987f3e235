"""What a provider billed for one request, by kind of token, in the words of each host.

Kinds never overlap. Hosts whose input includes what came from the cache have it taken out here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ctxbudget_protocol.values import NamedTuple
from ctxbudget_server.transcripts.records import Record, member

KINDS: Final = ("input", "cacheRead", "cacheWrite", "cacheWrite5m", "cacheWrite1h", "output")
"""The kinds of `Billed`, as JSON names them."""


MAX_FIGURE: Final = 1_000_000_000
"""Tokens; no request is larger, so a larger figure is damage."""


class Billed(NamedTuple):
    """Tokens of one request, or the sum of several, by kind."""

    input: int = 0
    """Neither read from the cache nor written to it."""
    cache_read: int = 0
    cache_write: int = 0
    """Written to the cache; for how long is not told."""
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    output: int = 0

    @property
    def total(self) -> int:
        """Tokens of all kinds."""
        return sum(self)

    def plus(self, other: Billed) -> Billed:
        """The sum, kind by kind."""
        return Billed(*map(int.__add__, self, other))

    def or_more(self, other: Billed) -> Billed:
        """The larger figure of each kind: later lines of one answer repeat or raise those of earlier ones."""
        return Billed(*map(max, self, other))


def of_claude_code(usage: Any) -> Billed | None:
    """The `usage` of a message; None if it is not a bill."""
    found = _figures(usage, "input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens", "output_tokens")
    if found is None:
        return None
    entered, read, written, output = found
    short, long = _figures(
        member(usage, "cache_creation"), "ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens"
    ) or (0, 0)
    return _billed(entered, read, max(0, written - short - long), short, long, output)


def of_codex(usage: Any) -> Billed | None:
    """A `last_token_usage`. Its input includes what the cache read and wrote, its output includes reasoning."""
    found = _figures(usage, "input_tokens", "cached_input_tokens", "cache_write_input_tokens", "output_tokens")
    if found is None:
        return None
    entered, read, written, output = found
    return _billed(max(0, entered - read - written), read, written, 0, 0, output)


def of_gemini_cli(tokens: Any) -> Billed | None:
    """The `tokens` of an answer. Its input includes what came from the cache; thoughts are billed as output."""
    found = _figures(tokens, "input", "cached", "tool", "output", "thoughts")
    if found is None:
        return None
    entered, read, tool, output, thoughts = found
    return _billed(max(0, entered - read) + tool, read, 0, 0, 0, output + thoughts)


def of_opencode(tokens: Any) -> Billed | None:
    """The `tokens` of an answer. Reasoning is billed as output, of which it is a part only if the total says so."""
    found = _figures(tokens, "input", "output", "reasoning", "total")
    if found is None:
        return None
    entered, output, reasoning, total = found
    read, written = _figures(member(tokens, "cache"), "read", "write") or (0, 0)
    if total != entered + read + written + output:
        output += reasoning
    return _billed(entered, read, written, 0, 0, output)


def _figures(given: Any, *names: str) -> list[int] | None:
    """The named figures, 0 where one is absent; None unless they are possible."""
    if not isinstance(given, Mapping):
        return None
    found = [0 if (figure := given.get(name)) is None else figure for name in names]
    return found if all(type(figure) is int and 0 <= figure <= MAX_FIGURE for figure in found) else None


def _billed(*figures: int) -> Billed | None:
    """A bill; None if it is empty, as of an answer that failed."""
    return Billed(*figures) if any(figures) else None


def usage_of_codex(record: Record) -> tuple[Billed, Any] | None:
    """(the bill of the last request, the sums until then) in an event of Codex; None in other records.

    The sums tell events apart: the host writes one again when only rate limits are new.
    """
    if record.get("type") != "event_msg" or member(record, "payload").get("type") != "token_count":
        return None
    info = member(record, "payload", "info")
    billed = of_codex(info.get("last_token_usage"))
    return None if billed is None else (billed, info.get("total_token_usage"))
