"""Forecasts in a few words, for people and models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def calls_in_words(calls: int, low: int, high: int) -> str:
    """`~12 calls (8–25)`."""
    return f"~{calls:,} call{'' if calls == 1 else 's'} ({low:,}–{high:,})"


def next_limit(forecast: Mapping[str, Any]) -> str | None:
    """When an account reaches its next limit; None: all are reached, or it is unknown. From the wire form."""
    names = ("warn", "critical", "budget", "window")
    name = next((name for name in names if forecast[name]["tokens"]), None)
    return None if name is None else limit_in_words(name, forecast[name])


def limit_in_words(name: str, reach: Mapping[str, Any]) -> str | None:
    """`warn in ~12 calls (8–25)`; None: it is reached, or unknown. From the wire form."""
    if not reach["calls"]:
        return None
    return f"{name} in {calls_in_words(reach['calls'], reach['low'], reach['high'])}"
