"""What each phase was allocated, held at its peak, and used when it completed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ctxbudget_server.pages.chart import INK, Chart, Sign, Table, definition, numbered, worded

Json = dict[str, Any]

ROW: Final = 34
"""Height of a phase in pixels."""
OVER: Final = "used, over its allocation"
SIGNS: Final = (
    Sign("used", "var(--phase)"),
    Sign(OVER, "var(--critical)"),
    Sign("peak", "var(--quiet)"),
    Sign("allocated", INK, "❙"),
)


def phases_chart(phases: Sequence[Json]) -> Chart | None:
    """The chart; None if the session has no phases."""
    if not phases:
        return None
    rows = [_row(phase) for phase in phases]
    return Chart(
        name="phases",
        summary=_summary(phases),
        views={"": _definition(rows)},
        data={"phases": rows},
        legend=[sign for sign in SIGNS if sign.words not in ("allocated", OVER) or _is_there(sign.words, rows)],
        table=_table(phases),
    )


def _is_there(sign: str, rows: Sequence[Json]) -> bool:
    return any(row["bar"] == OVER if sign == OVER else row["allocated"] is not None for row in rows)


def label(phase: Json) -> str:
    """`1 research`; of a phase without a name its number."""
    return f"{phase['phase']} {phase['name']}" if phase["name"] else f"phase {phase['phase']}"


def _row(phase: Json) -> Json:
    figures = {name: phase[name] for name in ("allocated", "peak", "used", "retained", "overrun")}
    used = OVER if phase["overrun"] else "used"
    return {"label": label(phase), "state": phase["state"], "bar": used, **figures}


def _definition(rows: Sequence[Json]) -> Json:
    x: Json = {"type": "quantitative", "title": "tokens", "axis": {"format": "~s", "tickCount": 6}}
    y: Json = {
        "field": "label",
        "type": "nominal",
        "sort": [row["label"] for row in rows],
        "title": None,
        "axis": {"labelLimit": 150, "ticks": False, "domain": False},
    }
    tooltip = [
        worded("label", "phase"),
        worded("state", "state"),
        numbered("allocated", "allocated"),
        numbered("peak", "peak"),
        numbered("used", "used at completion"),
        numbered("overrun", "over its allocation"),
        numbered("retained", "retained now"),
    ]
    color = {
        "type": "nominal",
        "title": None,
        "scale": {"domain": [sign.words for sign in SIGNS], "range": [sign.color for sign in SIGNS]},
    }
    bars: list[Json] = [
        {
            "mark": {"type": "bar", "height": {"band": 0.72}, "cornerRadiusEnd": 2},
            "encoding": {"x": {**x, "field": "peak"}, "color": {**color, "datum": "peak"}},
        },
        {
            "mark": {"type": "bar", "height": {"band": 0.36}, "cornerRadiusEnd": 2},
            "encoding": {"x": {**x, "field": "used"}, "color": {**color, "field": "bar"}},
        },
    ]
    if any(row["allocated"] is not None for row in rows):
        tick = {
            "transform": [{"filter": "isValid(datum.allocated)"}],
            "mark": {"type": "tick", "thickness": 3, "height": {"band": 0.9}},
            "encoding": {"x": {**x, "field": "allocated"}, "color": {**color, "datum": "allocated"}},
        }
        bars.append(tick)
    for layer in bars:
        layer["encoding"].update(y=y, tooltip=tooltip)
    return definition(height=ROW * len(rows), layer=bars, data={"name": "phases"})


def _summary(phases: Sequence[Json]) -> str:
    over = [phase for phase in phases if phase["overrun"]]
    highest = max(phases, key=lambda phase: phase["peak"])
    count = f"{len(phases):,} phase{'' if len(phases) == 1 else 's'}"
    told = f"{count}; the largest at its peak was {label(highest)} with {highest['peak']:,} tokens"
    if not over:
        allocated = any(phase["allocated"] is not None for phase in phases)
        return f"{told}; {'none used more than it was allocated' if allocated else 'nothing was allocated'}."
    names = ", ".join(f"{label(phase)} by {phase['overrun']:,}" for phase in over)
    return f"{told}; over their allocation: {names}."


def _table(phases: Sequence[Json]) -> Table:
    rows = [
        [
            label(phase),
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
