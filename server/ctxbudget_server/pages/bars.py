"""Rows of bars: what was used, the peak around it, and a tick at the limit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ctxbudget_server.pages.chart import INK, Sign, definition

Json = dict[str, Any]

ROW: Final = 34
"""Height of a row in pixels."""
USED: Final = "var(--phase)"
OVER: Final = "var(--critical)"
PEAK: Final = "var(--quiet)"


def bars(rows: Sequence[Json], *, data: str, limit: str, tooltip: Sequence[Json]) -> Json:
    """A definition for rows that have `label`, `peak`, `used`, `isOver` and, under the name `limit`, a limit."""
    x: Json = {"type": "quantitative", "title": "tokens", "axis": {"format": "~s", "tickCount": 6}}
    y: Json = {
        "field": "label",
        "type": "nominal",
        "sort": None,  # as they come
        "title": None,
        "axis": {"labelLimit": 170, "ticks": False, "domain": False},
    }
    color = {"condition": {"test": "datum.isOver", "value": OVER}, "value": USED}
    bar: Json = {"type": "bar", "cornerRadiusEnd": 2}
    layers: list[Json] = [
        {"mark": {**bar, "height": {"band": 0.72}, "color": PEAK}, "encoding": {"x": {**x, "field": "peak"}}},
        {"mark": {**bar, "height": {"band": 0.36}}, "encoding": {"x": {**x, "field": "used"}, "color": color}},
    ]
    if any(row[limit] is not None for row in rows):
        tick = {"type": "tick", "thickness": 3, "height": {"band": 0.9}, "color": INK}
        there = [{"filter": f"isValid(datum.{limit})"}]
        layers.append({"mark": tick, "transform": there, "encoding": {"x": {**x, "field": limit}}})
    for layer in layers:
        layer["encoding"].update(y=y, tooltip=list(tooltip))
    return definition(height=ROW * len(rows), layer=layers, data={"name": data})


def signs(rows: Sequence[Json], *, limit: str, limit_words: str) -> list[Sign]:
    """What their colours mean, as far as they are there."""
    found = [Sign("used", USED), Sign("peak", PEAK)]
    if any(row["isOver"] for row in rows):
        found.insert(1, Sign("used, over its limit", OVER))
    if any(row[limit] is not None for row in rows):
        found.append(Sign(limit_words, INK, "❙"))
    return found
