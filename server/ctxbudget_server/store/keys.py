"""How long the results of request keys are kept: as long as their session, within these limits."""

from __future__ import annotations

import os

PREFIX = "one-shot:"
"""Prefix of the keys that one-shot callers generate: they serve one immediate retry and are never used again."""

LIFETIME_SECONDS = 3600
"""Lifetime of the keys of one-shot callers."""

KEPT_SECONDS = 30 * 86_400
"""Lifetime of all other keys."""

MAX_EXPIRED_AT_ONCE = 16
"""Expired keys that a transaction removes when it adds one: the store shrinks without slowing down any write."""


def passing_key() -> str:
    """A new key for a one-shot call."""
    return f"{PREFIX}{os.urandom(12).hex()}"


def event_key() -> str:
    """A new key for the steps of an event, which may wait in the spool."""
    return f"event:{os.urandom(12).hex()}"


def lifetime_seconds(key: str) -> int:
    """How long the result of a key is kept."""
    return LIFETIME_SECONDS if key.startswith(PREFIX) else KEPT_SECONDS
