"""How long ago something was, for people."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

_UNITS: Final = ((86_400, "d"), (3_600, "h"), (60, "min"))


def age(at: str, now: datetime | None = None) -> str:
    """The time since `at` (RFC 3339) in its largest unit, rounded down: `3 d`, `2 h`, `5 min`, `12 s`."""
    seconds = int(((now or datetime.now(UTC)) - datetime.fromisoformat(at)).total_seconds())
    for size, unit in _UNITS:
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{max(seconds, 0)} s"
