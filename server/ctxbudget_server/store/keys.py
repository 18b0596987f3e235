"""Request keys that one-shot callers make for themselves: wanted for a retry at once, forgotten after an hour."""

from __future__ import annotations

import os
import time

PREFIX = "one-shot:"
LIFETIME_SECONDS = 3600


def passing_key() -> str:
    """A new key. Keys sort by the time at which they were made."""
    return f"{PREFIX}{_moment(time.time())}-{os.urandom(12).hex()}"


def forgotten(key: str) -> tuple[str, str] | None:
    """(from, to): the range of older keys that need not be kept beside this one; None if it is of another kind."""
    if not key.startswith(PREFIX):
        return None
    return PREFIX, f"{PREFIX}{_moment(time.time() - LIFETIME_SECONDS)}"


def _moment(seconds: float) -> str:
    return f"{int(seconds * 1000):012x}"
