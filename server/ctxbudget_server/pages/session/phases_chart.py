"""What each phase was allocated, held at its peak, and used when it completed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ctxbudget_server.pages.bars import bars, signs
from ctxbudget_server.pages.chart import Chart, Table, numbered, worded
from ctxbudget_server.presentation.report_lead import phase_label

Json = dict[str, Any]


def phases_chart(phases: Sequence[Json]) -> Chart | None:
    """The chart; None if the session has no phases."""
    if not phases:
        return None
    rows = [_row(phase) for phase in phases]
    tooltip = [
        worded("label", "phase"),
        worded("state", "state"),
        numbered("allocated", "allocated"),
        numbered("peak", "peak"),
        numbered("used", "used at completion"),
        numbered("overrun", "over its allocation"),
        numbered("retained", "retained now"),
    ]
    return Chart(
        name="phases",
        summary=_summary(phases),
        views={"": bars(rows, data="phases", limit="allocated", tooltip=tooltip)},
        data={"phases": rows},
        legend=signs(rows, limit="allocated", limit_words="allocated"),
        table=_table(phases),
    )


def _row(phase: Json) -> Json:
    figures = {name: phase[name] for name in ("allocated", "peak", "used", "retained", "overrun")}
    return {"label": phase_label(phase), "state": phase["state"], "isOver": phase["overrun"] > 0, **figures}


def _summary(phases: Sequence[Json]) -> str:
    over = [phase for phase in phases if phase["overrun"]]
    highest = max(phases, key=lambda phase: phase["peak"])
    count = f"{len(phases):,} phase{'' if len(phases) == 1 else 's'}"
    told = f"{count}; the largest at its peak was {phase_label(highest)} with {highest['peak']:,} tokens"
    if not over:
        allocated = any(phase["allocated"] is not None for phase in phases)
        return f"{told}; {'none used more than it was allocated' if allocated else 'nothing was allocated'}."
    names = ", ".join(f"{phase_label(phase)} by {phase['overrun']:,}" for phase in over)
    return f"{told}; over their allocation: {names}."


def _table(phases: Sequence[Json]) -> Table:
    rows = [
        [
            phase_label(phase),
            phase["state"],
            "buffer" if phase["drawsOnBuffer"] else phase["allocated"],
            phase["peak"],
            phase["used"] if phase["state"] == "completed" else None,
            phase["overrun"] or None,
            phase["retained"],
            phase["processed"],
            phase["saved"],
        ]
        for phase in phases
    ]
    head = ["phase", "state", "allocated", "peak", "used", "over", "retained now", "came in", "saved"]
    return Table("Tokens of each phase, against what it was allocated", head, rows)
