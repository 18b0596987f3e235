"""The page of a replay: what each call of a recorded conversation sent, as it was and under policies."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Any, Final

from ctxbudget_server.pages.chart import MUTED, SERIES, Chart, Sign, Table, definition, numbered, worded
from ctxbudget_server.pages.skeleton import written
from ctxbudget_server.pages.thinning import thinned
from ctxbudget_server.replay import Outcome, Replay

Json = dict[str, Any]

MAX_POINTS: Final = 300
"""Points of a policy's line; of a longer conversation highest and lowest calls stay, and the page says so."""
SHAPES: Final = ("circle", "square", "triangle-up", "diamond", "triangle-down", "cross", "triangle-right")
DASHES: Final = ([1, 0], [1, 0], [7, 3], [2, 3], [9, 3, 2, 3], [12, 4], [4, 4])
NEAR: Final = 3
"""The window is in the picture if it is at most this many times the largest call."""


def replay_page(found: Replay, *, name: str, source: str, window: int | None, prices: str) -> str:
    """The page. `name` and `source` say which recording it is; `prices` those of the cache, in words."""
    return written(
        "replay.html",
        title=f"Replay of {name}",
        charts=[_chart(found, window)],
        name=name,
        source=source,
        lead=_sentence(found),
        calls=len(found.baseline.tokens),
        rows=[_row(found, outcome, number) for number, outcome in enumerate(found.all)],
        prices=prices,
    )


def _sentence(found: Replay) -> str:
    calls, best = len(found.baseline.tokens), found.cheapest
    start = f"{calls:,} call{'' if calls == 1 else 's'} sent {found.baseline.token_turns:,} tokens in all"
    if best is found.baseline:
        return f"{start}: no policy costs less than sending everything."
    lost = best.names.share(best.names.lost)
    return (
        f"{start}: {best.policy} costs least, {found.cost_ratio(best):.2f} times what sending everything costs, "
        f"sends {found.saved(best):.1%} less, and loses {lost:.1%} of the names that were used later."
    )


def _row(found: Replay, outcome: Outcome, number: int) -> Json:
    names = outcome.names
    return {
        "policy": outcome.policy,
        "color": SERIES[number % len(SERIES)],
        "turns": outcome.token_turns,
        "saved": found.saved(outcome),
        "peak": max(outcome.tokens),
        "removed": outcome.removed,
        "lost": names.share(names.lost),
        "absent": names.share(names.absent),
        "cuts": len(outcome.cuts),
        "cost": found.cost_ratio(outcome),
        "is_best": outcome is found.cheapest,
    }


def _chart(found: Replay, window: int | None) -> Chart:
    most = max(max(outcome.tokens) for outcome in found.all)
    shown = window is not None and window <= NEAR * most
    lines = [_line(found, outcome, number) for number, outcome in enumerate(found.all)]
    data = {
        "sent": [point for line in lines for point in line],
        "cuts": [cut for number, outcome in enumerate(found.all) for cut in _cuts(outcome, number)],
        "breaks": [{"call": call + 0.5, "what": "the conversation starts over"} for call in found.breaks],
        "window": [{"tokens": window, "label": f"window {window:,}"}] if shown else [],
    }
    calls = len(found.baseline.tokens)
    notes = []
    if len(lines[0]) < calls:
        notes.append(
            f"Thinned: of {calls:,} calls about {len(lines[0]):,} are drawn for each policy. Of each run of calls the "
            "highest, the lowest and the last stay, and so do all cuts and breaks."
        )
    if window is not None and not shown:
        notes.append(f"The window of {window:,} tokens is far above what is drawn.")
    return Chart(
        name="sent",
        summary=_summary(found, window),
        views={"": _definition(data, len(found.all), calls)},
        data=data,
        legend=[
            *(Sign(outcome.policy, SERIES[number % len(SERIES)], "━") for number, outcome in enumerate(found.all)),
            *([Sign("a cut: what was sent before changed", MUTED, "●")] if data["cuts"] else []),
            *([Sign("the conversation starts over", MUTED, "┆")] if data["breaks"] else []),
        ],
        notes=notes,
        table=_table(found, sorted({point["call"] for point in lines[0]})),
    )


def _line(found: Replay, outcome: Outcome, number: int) -> list[Json]:
    edges = {at for call in found.breaks for at in (call - 1, call)} | {call - 1 for call in outcome.cuts}
    kept = [at for at in edges if 0 <= at < len(outcome.tokens)]
    return [
        {
            "call": at + 1,
            "series": number,
            "policy": outcome.policy,
            "tokens": outcome.tokens[at],
            "stretch": bisect_right(found.breaks, at),
        }
        for at in thinned(outcome.tokens, MAX_POINTS, kept)
    ]


def _cuts(outcome: Outcome, number: int) -> Iterable[Json]:
    for call in outcome.cuts:
        what = "what was sent before changed"
        sent = outcome.tokens[call - 1]
        yield {"call": call, "series": number, "policy": outcome.policy, "tokens": sent, "what": what}


def _definition(data: dict[str, list[Json]], count: int, calls: int) -> Json:
    x: Json = {
        "field": "call",
        "type": "quantitative",
        "title": "call of the model",
        "scale": {"domain": [1, max(2, calls)], "nice": False},
        "axis": {"grid": False, "format": ",d", "tickMinStep": 1, "labelFlush": True},
    }
    y: Json = {
        "field": "tokens",
        "type": "quantitative",
        "title": "tokens sent",
        "axis": {"format": "~s", "tickCount": 6},
    }
    numbers = list(range(count))
    inks = {"domain": numbers, "range": [SERIES[number % len(SERIES)] for number in numbers]}
    color: Json = {"field": "series", "type": "nominal", "scale": inks}
    dashes = {"domain": numbers, "range": [DASHES[number % len(DASHES)] for number in numbers]}
    told = [worded("policy", "policy"), numbered("call", "call"), numbered("tokens", "tokens sent")]
    hidden = {"opacity": {"condition": {"param": "pointed", "empty": False, "value": 1}, "value": 0}}
    select = {"type": "point", "on": "pointerover", "clear": "pointerout"}
    layers: list[Json] = [
        {
            "data": {"name": "sent"},
            "mark": {"type": "line", "strokeWidth": 2},
            "encoding": {
                "x": x,
                "y": y,
                "color": color,
                "detail": {"field": "stretch"},
                "strokeDash": {"field": "series", "type": "nominal", "scale": dashes},
            },
        },
        {
            "data": {"name": "sent"},
            "params": [{"name": "pointed", "select": select}],
            "mark": {"type": "point", "filled": True, "size": 110},
            "encoding": {"x": x, "y": y, "color": color, "tooltip": told, **hidden},
        },
    ]
    if data["window"]:
        line = {"y": {**y, "field": "tokens"}}
        words = {**line, "x": {"value": "width"}, "text": {"field": "label"}}
        text = {"type": "text", "align": "right", "dx": -4, "dy": -5, "fontWeight": 600, "color": "var(--critical)"}
        layers.append(
            {"data": {"name": "window"}, "mark": {"type": "rule", "color": "var(--critical)"}, "encoding": line}
        )
        layers.append({"data": {"name": "window"}, "mark": text, "encoding": words})
    if data["breaks"]:
        rule = {"type": "rule", "strokeDash": [3, 4], "strokeWidth": 2}
        said = {"x": x, "tooltip": [worded("what", "here")]}
        layers.insert(0, {"data": {"name": "breaks"}, "mark": rule, "encoding": said})
    if data["cuts"]:
        dot = {"type": "point", "filled": True, "size": 45, "opacity": 1, "stroke": "var(--page)"}
        said = {"x": x, "y": y, "fill": color, "tooltip": [worded("what", "cut"), *told]}
        layers.append({"data": {"name": "cuts"}, "mark": dot, "encoding": said})
    return definition(height=360, layer=layers)


def _summary(found: Replay, window: int | None) -> str:
    peaks = ", ".join(f"{outcome.policy} at most {max(outcome.tokens):,}" for outcome in found.all)
    over = "" if window is None else _over(found, window)
    return f"Tokens sent by each call: {peaks}{over}."


def _over(found: Replay, window: int) -> str:
    calls = sum(tokens > window for tokens in found.baseline.tokens)
    return f"; {calls:,} calls of none are over the window of {window:,}"


def _table(found: Replay, calls: Sequence[int]) -> Table:
    rows = [[call, *(outcome.tokens[call - 1] for outcome in found.all)] for call in calls]
    return Table("Tokens sent by each call that is drawn", ["call", *(one.policy for one in found.all)], rows)
