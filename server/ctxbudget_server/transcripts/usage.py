"""What a provider billed, as transcripts record it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ctxbudget_protocol.values import NamedTuple


class Usage(NamedTuple):
    """What a provider billed for one request, in tokens."""

    input: int
    output: int

    @property
    def window(self) -> int:
        """Tokens in the window once the answer is there."""
        return self.input + self.output


class Bill(NamedTuple):
    """Texts that entered between two requests, and by how much more the second one was billed."""

    key: str
    texts: list[str]
    reported: int


def usage_in(given: Any, inputs: Sequence[str], outputs: Sequence[str]) -> Usage | None:
    """The sums of the named figures; None unless they are whole numbers with some input."""
    if not isinstance(given, Mapping):
        return None
    entered = [given.get(name) or 0 for name in inputs]
    answered = [given.get(name) or 0 for name in outputs]
    if not all(isinstance(part, int) for part in (*entered, *answered)) or not sum(entered):
        return None
    return Usage(sum(entered), sum(answered))


def larger(one: Usage, other: Usage) -> Usage:
    """The larger figure of each kind: later lines of one answer repeat or raise those of earlier ones."""
    return Usage(max(one.input, other.input), max(one.output, other.output))
