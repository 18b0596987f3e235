"""A recorded session of a host."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

MAX_BYTES: Final = 1 << 30
"""Maximum size of a recording: 1 GiB."""


class RecordingError(Exception):
    """A recording that cannot be read; the message is for people."""


class End(NamedTuple):
    """What the end of a session says."""

    project: str | None
    """The folder that the host worked in."""
    model: str | None
    tokens: int | None
    """The window after the last answer, as the provider billed it: input and output. None: there is no bill."""
    words: str
    """What was said last."""
    is_subagent: bool = False


class Recorded(NamedTuple):
    """A session as it is found; its end is read when it is asked for."""

    host: str
    path: str
    """What `ctxbudget fit` takes."""
    session: str
    """The host's id of it."""
    changed: float
    """Seconds since the epoch."""
    size: int | None
    """Bytes; None where a database holds many sessions."""
    end: Callable[[], End]
