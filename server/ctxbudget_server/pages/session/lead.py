"""The gauge at the head of a page."""

from __future__ import annotations

from typing import Any, NamedTuple

Json = dict[str, Any]


class Stop(NamedTuple):
    """A limit on the gauge."""

    name: str
    tokens: int


class Gauge(NamedTuple):
    """The context now and at its peak, against the limits. Figures are tokens."""

    retained: int
    peak: int
    end: int
    """The right end of the gauge."""
    stops: list[Stop]
    level: str
    words: str
    """The same for who cannot see it."""


def gauge(report: Json, limits: dict[str, int]) -> Gauge:
    """The gauge of a session; without limits it ends at the peak."""
    status = report["status"]
    stops = [Stop(name, tokens) for name, tokens in limits.items() if name != "window"]
    end = max([status["peak"], *(stop.tokens for stop in stops), 1])
    told = ", ".join(f"{stop.name} {stop.tokens:,}" for stop in stops)
    words = f"{status['retained']:,} tokens in the context, at most {status['peak']:,}"
    return Gauge(status["retained"], status["peak"], end, stops, status["level"], f"{words}; {told}" if told else words)
