"""What a reader wants to know first: one sentence, a gauge, and what costs most."""

from __future__ import annotations

from typing import Any, NamedTuple

from ctxbudget_server.pages.session.answers import Answers
from ctxbudget_server.pages.session.phases_chart import label

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


def sentence(found: Answers, limits: dict[str, int]) -> str:
    """What happened, and the worst of it."""
    report, status = found.report, found.report["status"]
    if not report["revision"] or not status["processed"]:
        return "Nothing has come into the context of this session yet."
    done = sum(phase["state"] == "completed" for phase in report["phases"])
    phases = f" over {done:,} completed phase{'' if done == 1 else 's'}" if done else ""
    start = f"{status['processed']:,} tokens came in{phases}, and {status['retained']:,} are in the context now"
    return f"{start}: {_worst(found, limits)}."


def _worst(found: Answers, limits: dict[str, int]) -> str:
    report, status = found.report, found.report["status"]
    peak, budget = status["peak"], limits.get("budget")
    over = sorted(report["phases"], key=lambda phase: -phase["overrun"])
    if budget is not None and status["retained"] > budget:
        return f"that is {status['retained'] - budget:,} over the budget of {budget:,}"
    if budget is not None and peak > budget:
        return f"at its peak it held {peak:,}, {peak - budget:,} over the budget of {budget:,}{_where(found)}"
    if over and over[0]["overrun"]:
        more = f", and {len(others):,} more went over" if (others := [p for p in over[1:] if p["overrun"]]) else ""
        return f"phase {label(over[0])} used {over[0]['overrun']:,} more than it was allocated{more}"
    if report["readAgain"]["tokens"]:
        return f"{report['readAgain']['tokens']:,} tokens were pruned and had to be read again"
    if budget is None:
        return f"at its peak it held {peak:,}{_where(found)}"
    for name in ("critical", "warn"):
        if peak >= limits[name]:
            return f"at its peak it held {peak:,} of the budget of {budget:,}, past the threshold {name}{_where(found)}"
    return f"it stayed within the budget of {budget:,} all the time, with {peak:,} at its peak"


def _where(found: Answers) -> str:
    """The phase of the peak, if the timeline has it."""
    highest = max(found.timeline, key=lambda entry: entry["highest"], default=None)
    if highest is None or highest["phase"] is None:
        return ""
    phase = next((one for one in found.report["phases"] if one["phase"] == highest["phase"]), None)
    return "" if phase is None else f", in phase {label(phase)}"
