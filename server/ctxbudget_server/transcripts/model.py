"""What reading a transcript gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ctxbudget_server.fit import SHAPES, Message

HOSTS: Final = ("claude-code", "codex", "gemini-cli", "opencode")
"""The hosts whose recordings are read."""
FORMATS: Final = (*HOSTS, *SHAPES)
"""The formats that a transcript can be declared to have: a host's, or a provider's messages."""
CLEARED: Final = "[Old tool result content cleared]"
"""What hosts send in place of a result that they cleared."""


class TranscriptError(ValueError):
    """A text that is not a transcript, and why."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A conversation between two breaks (a compaction, a fresh start, a step back in time), in one array."""

    messages: list[Message]
    shared: int = 0
    """How many of its first messages the segment before had too: their calls are not made twice."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """A recorded conversation. `shape` is the provider's, as `context/fit` names it."""

    source: str
    """Which of `FORMATS` it was read as."""
    shape: str
    segments: list[Segment]
    warnings: tuple[str, ...] = ()

    @property
    def messages(self) -> list[Message]:
        """The array that the next call would send."""
        return self.segments[-1].messages
