"""What a reader of a report wants to know first, in one sentence, and the words that all forms of it share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Json = dict[str, Any]


def drawn_limits(report: Json, status: Json) -> dict[str, int]:
    """The limits to show, in tokens; none if nobody has chosen the window that they follow from."""
    figures = report["status"]
    if figures["windowSource"] == "default":
        return {}
    return {
        "warn": status["warnAt"],
        "critical": status["criticalAt"],
        "budget": figures["budget"],
        "window": figures["window"],
    }


def phase_label(phase: Json) -> str:
    """`1 research`; of a phase without a name its number."""
    return f"{phase['phase']} {phase['name']}" if phase["name"] else f"phase {phase['phase']}"


def phase_in_words(phase: Json) -> str:
    """`phase 1 research`, for the middle of a sentence."""
    return f"phase {phase['phase']} {phase['name']}" if phase["name"] else f"phase {phase['phase']}"


def sentence(report: Json, timeline: Sequence[Json], limits: Mapping[str, int]) -> str:
    """What happened, and the worst of it."""
    status = report["status"]
    if not report["revision"] or not status["processed"]:
        return "Nothing has come into the context of this session yet."
    done = sum(phase["state"] == "completed" for phase in report["phases"])
    phases = f" over {done:,} completed phase{'' if done == 1 else 's'}" if done else ""
    start = f"{status['processed']:,} tokens came in{phases}, and {status['retained']:,} are in the context now"
    return f"{start}: {_worst(report, timeline, limits)}."


def _worst(report: Json, timeline: Sequence[Json], limits: Mapping[str, int]) -> str:
    status = report["status"]
    peak, budget = status["peak"], limits.get("budget")
    over = sorted(report["phases"], key=lambda phase: -phase["overrun"])
    where = _where(report, timeline)
    if budget is not None and status["retained"] > budget:
        return f"that is {status['retained'] - budget:,} over the budget of {budget:,}"
    if budget is not None and peak > budget:
        return f"at its peak it held {peak:,}, {peak - budget:,} over the budget of {budget:,}{where}"
    if over and over[0]["overrun"]:
        more = f", and {len(others):,} more went over" if (others := [p for p in over[1:] if p["overrun"]]) else ""
        return f"{phase_in_words(over[0])} used {over[0]['overrun']:,} more than it was allocated{more}"
    if report["readAgain"]["tokens"]:
        return f"{report['readAgain']['tokens']:,} tokens were pruned and had to be read again"
    if budget is None:
        return f"at its peak it held {peak:,}{where}"
    for name in ("critical", "warn"):
        if peak >= limits[name]:
            return f"at its peak it held {peak:,} of the budget of {budget:,}, past the threshold {name}{where}"
    return f"it stayed within the budget of {budget:,} all the time, with {peak:,} at its peak"


def _where(report: Json, timeline: Sequence[Json]) -> str:
    """The phase of the peak, if the timeline has it."""
    highest = max(timeline, key=lambda entry: entry["highest"], default=None)
    if highest is None or highest["phase"] is None:
        return ""
    phase = next((one for one in report["phases"] if one["phase"] == highest["phase"]), None)
    return "" if phase is None else f", in {phase_in_words(phase)}"
