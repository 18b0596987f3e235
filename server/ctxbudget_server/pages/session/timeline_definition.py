"""How tokens over time are drawn, as Vega-Lite has it: no text of a session is in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from ctxbudget_server.pages.chart import INK, MUTED, definition, numbered, worded
from ctxbudget_server.pages.session.story import LAYERS

Json = dict[str, Any]

NEAR: Final = 1.6
"""The window is in the picture from the start if it is at most this many times what is drawn otherwise."""
LONG_PAUSE: Final = 0.5
"""A pause of this share of the session's time hides the rest: then the chart begins with one step per change."""

LAYER_COLORS: Final = ("var(--permanent)", "var(--phase)", "var(--metadata)", "var(--transient)")
KINDS: Final[Mapping[str, str]] = {
    "prune": "pruned",
    "compaction": "compacted",
    "back": "brought back",
    "alert": "alert",
}
MARK_COLORS: Final = ("var(--ink)", "var(--series-4)", "var(--series-1)", "var(--critical)")
MARK_SIGNS: Final = ("▼", "◆", "●", "▲")
MARK_SHAPES: Final = ("triangle-down", "diamond", "circle", "triangle-up")


def views(data: Mapping[str, Sequence[Json]], limits: Mapping[str, int]) -> dict[str, Json]:
    """By time and by change: whichever shows more comes first."""
    views = {
        "by time": _definition(data, limits, "at", _time_axis(data["points"]), "time (UTC)"),
        "by change": _definition(data, limits, "revision", {"type": "quantitative"}, "change"),
    }
    return dict(reversed(views.items())) if _has_long_pause(data["points"]) else views


def seconds(points: Sequence[Json]) -> list[float]:
    return [datetime.fromisoformat(point["at"]).timestamp() for point in points]


def _time_axis(points: Sequence[Json]) -> Json:
    """With as much of the time in its labels as the span needs."""
    times = seconds(points)
    span = times[-1] - times[0]
    forms = ((5, "%H:%M:%S.%L"), (300, "%H:%M:%S"), (86_400, "%H:%M"))
    form = next((form for most, form in forms if span < most), "%d %b %H:%M")
    return {"type": "temporal", "scale": {"type": "utc"}, "axis": {"format": form}}


def _has_long_pause(points: Sequence[Json]) -> bool:
    times = seconds(points)
    longest = max((later - earlier for earlier, later in pairwise(times)), default=0.0)
    return len(times) < 3 or longest >= LONG_PAUSE * (times[-1] - times[0])


def _top(data: Mapping[str, Sequence[Json]], limits: Mapping[str, int]) -> int:
    """The figure at the top of the chart, without the window."""
    highest: int = max(point["retained"] for point in data["points"])
    return max([highest, *(tokens for name, tokens in limits.items() if name != "window"), 1])


def window_is_near(data: Mapping[str, Sequence[Json]], limits: Mapping[str, int]) -> bool:
    return limits["window"] <= NEAR * _top(data, limits)


def _definition(
    data: Mapping[str, Sequence[Json]], limits: Mapping[str, int], field: str, kind: Json, title: str
) -> Json:
    top = _top(data, limits) * 1.08
    whole = limits.get("window", 0) * 1.08
    shown = max(top, whole) if "window" in limits and window_is_near(data, limits) else top
    x: Json = {"field": field, **kind, "title": title}
    axis = {"grid": False, "labelFlush": True, "tickCount": 7, "labelOverlap": True}
    x["axis"] = {**axis, **x.get("axis", {})}
    if field == "revision":
        revisions = [point["revision"] for point in data["points"]]
        x["scale"] = {"domain": [revisions[0], revisions[-1] + 1], "nice": False}
        x["axis"]["format"] = ",d"
    highest = f"(whole ? {max(shown, whole)} : {shown})"
    y: Json = {
        "type": "quantitative",
        "title": "tokens",
        "scale": {"domainMin": 0, "domainMax": {"expr": highest}, "nice": False},
        "axis": {"format": "~s", "tickCount": 6},
    }
    layer = [*_areas(x, y), *_pointer(x, y, field)]
    if data["limits"]:
        layer[len(LAYERS) : len(LAYERS)] = _limits(y, highest)
    if data["bands"]:
        layer[:0] = _bands(x, field)
    if data["marks"]:
        layer.append(_mark_layer(x, y))
    return definition(
        height=340,
        params=[{"name": "whole", "value": False}],
        layer=layer,
        resolve={"scale": {"color": "independent", "shape": "independent"}},
    )


def _bands(x: Json, field: str) -> list[Json]:
    span: Json = {"x": x, "x2": {"field": f"{field}End"}}
    room = f"scale('x', datum.{field}End) - scale('x', datum.{field}) - 8"
    return [
        {
            "data": {"name": "bands"},
            "mark": {"type": "rect", "fill": "var(--band)", "stroke": "var(--page)", "strokeWidth": 2},
            "encoding": {**span, "tooltip": [worded("label", "phase")]},
        },
        {
            "data": {"name": "bands"},
            "mark": {
                "type": "text",
                "align": "left",
                "baseline": "top",
                "dx": 4,
                "dy": 5,
                "color": MUTED,
                "limit": {"expr": f"max(14, {room})"},
                "text": {"expr": f"{room} > 34 ? datum.label : {room} > 6 ? datum.phase : ''"},
            },
            "encoding": {"x": x, "y": {"value": 0}},
        },
    ]


def _areas(x: Json, y: Json) -> list[Json]:
    """Each layer from the top of the one below it. Vega would sum up what several changes have at the same moment."""
    areas, below = list[Json](), None
    for layer, color in zip(LAYERS, LAYER_COLORS, strict=True):
        top = f"{layer}Top"
        base = {"datum": 0} if below is None else {"field": below}
        areas.append(
            {
                "data": {"name": "outline"},
                "mark": {
                    "type": "area",
                    "interpolate": "step-after",
                    "orient": "vertical",
                    "opacity": 0.92,
                    "color": color,
                },
                "encoding": {
                    "x": x,
                    "y": {**y, "field": top, "stack": None},
                    "y2": base,
                },
            }
        )
        below = top
    return areas


def _limits(y: Json, highest: str) -> list[Json]:
    """Lines across the chart with their names; each has an edge in the page's colour, to stand out from the areas."""
    names = ["warn", "critical", "budget", "window"]
    inks = ["var(--warn)", "var(--critical)", INK, MUTED]
    color = {"field": "name", "type": "nominal", "scale": {"domain": names, "range": inks}}
    dashes = {"domain": names, "range": [[6, 4], [6, 4], [1, 0], [2, 3]]}
    line: Json = {"y": {**y, "field": "tokens"}}
    words: Json = {**line, "x": {"value": "width"}, "text": {"field": "label"}}
    label = "datum.name + ' ' + format(datum.tokens, ',')"
    there = [{"filter": f"datum.tokens <= {highest}"}, {"calculate": label, "as": "label"}]
    rule: Json = {"type": "rule", "strokeWidth": 1.5}
    text: Json = {
        "type": "text",
        "align": "right",
        "dx": -4,
        "dy": {"expr": "datum.name == 'critical' ? 12 : -5"},
        "fontWeight": 600,
    }
    edge: Json = {"stroke": "var(--page)", "strokeOpacity": 0.8}
    # wide enough to close the gaps between letters: a name is read on any area
    ground: Json = {"stroke": "var(--page)", "strokeWidth": 9, "strokeJoin": "round"}
    layers = [
        {"mark": {**rule, **edge, "strokeWidth": 4, "strokeOpacity": 0.5}, "encoding": line},
        {
            "mark": rule,
            "encoding": {**line, "color": color, "strokeDash": {"field": "name", "type": "nominal", "scale": dashes}},
        },
        {"mark": {**text, **ground}, "encoding": words},
        {"mark": text, "encoding": {**words, "color": color}},
    ]
    return [{"data": {"name": "limits"}, "transform": there, **layer} for layer in layers]


def _pointer(x: Json, y: Json, field: str) -> list[Json]:
    """What the context held at the pointer: since which change, and its figures."""
    tooltip = [
        numbered("revision", "change"),
        worded("when", "at (UTC)"),
        worded("method", "by"),
        worded("place", "phase"),
        numbered("retained", "retained"),
        *(numbered(layer, f"  {layer}") for layer in reversed(LAYERS)),
        numbered("processed", "came in so far"),
        numbered("saved", "saved so far"),
        numbered("leased", "leased"),
        worded("level", "level"),
    ]
    select = {"type": "point", "fields": ["revision"], "on": "pointerover", "clear": "pointerout"}
    return [
        {
            "data": {"name": "points"},
            "params": [{"name": "pointed", "select": select}],
            "mark": {"type": "rect", "fill": "transparent"},
            "encoding": {"x": x, "x2": {"field": f"{field}End"}, "tooltip": tooltip},
        },
        {
            "data": {"name": "points"},
            "mark": {"type": "point", "filled": True, "size": 50, "fill": INK, "stroke": "var(--page)"},
            "encoding": {
                "x": x,
                "y": {**y, "field": "retained"},
                "opacity": {"condition": {"param": "pointed", "empty": False, "value": 1}, "value": 0},
            },
        },
    ]


def _mark_layer(x: Json, y: Json) -> Json:
    names = list(KINDS.values())
    return {
        "data": {"name": "marks"},
        "mark": {
            "type": "point",
            "filled": True,
            "size": 90,
            "opacity": 1,
            "stroke": "var(--page)",
            "strokeWidth": 1.5,
        },
        "encoding": {
            "x": x,
            "y": {**y, "field": "retained"},
            "shape": {
                "field": "kind",
                "type": "nominal",
                "scale": {"domain": names, "range": list(MARK_SHAPES)},
            },
            "fill": {
                "field": "kind",
                "type": "nominal",
                "scale": {"domain": names, "range": list(MARK_COLORS)},
            },
            "tooltip": [
                worded("kind", "mark"),
                worded("what", "what"),
                worded("effect", "effect"),
                numbered("retained", "retained then"),
                worded("place", "phase"),
                numbered("revision", "change"),
                worded("when", "at (UTC)"),
            ],
        },
    }
