"""How long the first results of request keys are kept: with their session, but no longer than this."""

from __future__ import annotations

import os

PREFIX = "one-shot:"
"""Begins the keys that one-shot callers make for themselves: they are wanted for a retry at once, and never again."""

LIFETIME_SECONDS = 3600
"""Of the keys of one-shot callers."""

KEPT_SECONDS = 30 * 86_400
"""Of all other keys."""

MAX_EXPIRED_AT_ONCE = 16
"""Keys past their time that a transaction takes out when it puts one in: the store shrinks, and no write waits."""


def passing_key() -> str:
    """A new key for a one-shot call."""
    return f"{PREFIX}{os.urandom(12).hex()}"


def event_key() -> str:
    """A new key for the steps of an event, which may wait in the spool."""
    return f"event:{os.urandom(12).hex()}"


def lifetime_seconds(key: str) -> int:
    """How long the first result of a key is kept."""
    return LIFETIME_SECONDS if key.startswith(PREFIX) else KEPT_SECONDS
