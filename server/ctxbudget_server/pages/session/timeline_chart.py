"""Tokens over time: layers stacked, against the limits, with phases as bands and what happened as marks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any, Final

from ctxbudget_server.pages.chart import Chart, Sign, Table
from ctxbudget_server.pages.session.answers import Answers
from ctxbudget_server.pages.session.story import LAYERS, Band, Happening, Story
from ctxbudget_server.pages.session.timeline_definition import (
    KINDS,
    LAYER_COLORS,
    MARK_COLORS,
    MARK_SIGNS,
    seconds,
    views,
    window_is_near,
)
from ctxbudget_server.pages.thinning import thinned

Json = dict[str, Any]

MAX_POINTS: Final = 600
"""More are not told apart on a screen; a session with more changes is thinned, and its page says so."""
MAX_MARKS: Final = 120
"""Marks drawn, besides alerts: those that moved most tokens."""


def timeline_chart(found: Answers, story: Story, limits: Mapping[str, int]) -> Chart | None:
    """The chart; None if nothing was recorded. `limits` are those to draw, in tokens, by name."""
    if not found.timeline:
        return None
    marks, left_out = _marks(story)
    marked = {happening.revision for happening in marks}
    edges = marked | {revision for band in story.bands for revision in (band.start, band.end)}
    entries = found.timeline
    forced = [index for index, entry in enumerate(entries) if entry["revision"] in edges]
    drawn = [entries[index] for index in thinned([entry["retained"] for entry in entries], MAX_POINTS, forced)]
    points = _with_ends([_point(entry, story.layers[entry["revision"]]) for entry in drawn])
    at = {entry["revision"]: entry["at"] for entry in entries}
    data = {
        "points": points,
        "outline": _outline(points),
        "bands": [_band(band, at) for band in story.bands if band.start in at and band.end in at],
        "marks": [_mark(happening, entry) for happening, entry in _with_entries(marks, entries)],
        "limits": [{"name": name, "tokens": tokens} for name, tokens in limits.items()],
    }
    return Chart(
        name="timeline",
        summary=_summary(found, story),
        views=views(data, limits),
        data=data,
        legend=_legend(data["marks"]),
        table=_table(points),
        notes=_notes(found, len(points), left_out, limits),
        switches={"whole": "up to the whole window"} if "window" in limits and not window_is_near(data, limits) else {},
    )


def _legend(marks: Sequence[Json]) -> list[Sign]:
    """Layers as they lie on each other, from the top, then the marks that are there."""
    layers = [Sign(layer, color) for layer, color in zip(LAYERS, LAYER_COLORS, strict=True)]
    there = {mark["kind"] for mark in marks}
    kinds = zip(KINDS.values(), MARK_COLORS, MARK_SIGNS, strict=True)
    return [*reversed(layers), *(Sign(*kind) for kind in kinds if kind[0] in there)]


def _point(entry: Json, layers: Mapping[str, int]) -> Json:
    figures = {name: entry[name] for name in ("revision", "at", "retained", "processed", "saved", "leased", "level")}
    where = _place(entry["phase"], entry["wave"])
    told = {"when": moment_of(entry["at"]), "method": entry["method"], "place": where}
    return {**figures, **{layer: layers[layer] for layer in LAYERS}, **told}


def moment_of(at: str) -> str:
    """A time to the second, without the zone, which is UTC."""
    return at[:19].replace("T", " ")


def _outline(points: Sequence[Json]) -> list[Json]:
    """What the areas are drawn of: the points, and the last one once more at its end."""
    last = points[-1]
    shown = [*points, {**last, "revision": last["revisionEnd"], "at": last["atEnd"]}]
    return [{"revision": point["revision"], "at": point["at"], **_tops(point)} for point in shown]


def _tops(point: Json) -> Json:
    """Where each layer ends, on top of those below it."""
    heights = accumulate(point[layer] for layer in LAYERS)
    return {f"{layer}Top": height for layer, height in zip(LAYERS, heights, strict=True)}


def _with_ends(points: list[Json]) -> list[Json]:
    """Points with the end of the time in which their figures held; that of the last is a little later, so it shows."""
    times = seconds(points)
    later = max(0.001, 0.015 * (times[-1] - times[0]))
    end = {
        "revision": points[-1]["revision"] + 1,
        "at": datetime.fromtimestamp(times[-1] + later, UTC).isoformat(timespec="milliseconds"),
    }
    following = [*points[1:], end]
    ends = [{f"{name}End": after[name] for name in ("revision", "at")} for after in following]
    return [{**point, **its_end} for point, its_end in zip(points, ends, strict=True)]


def _place(phase: int | None, wave: int | None) -> str:
    if phase is None:
        return "none"
    return f"{phase}" if wave is None else f"{phase}, wave {wave}"


def _band(band: Band, at: Mapping[int, str]) -> Json:
    label = f"{band.phase} {band.name}" if band.name else f"phase {band.phase}"
    return {
        "phase": f"{band.phase}",
        "label": label,
        "revision": band.start,
        "revisionEnd": band.end,
        "at": at[band.start],
        "atEnd": at[band.end],
    }


def _marks(story: Story) -> tuple[list[Happening], int]:
    """(what gets a mark, in order; how many others there are)."""
    alerts = [one for one in story.happenings if one.kind == "alert"]
    others = sorted((one for one in story.happenings if one.kind != "alert"), key=lambda one: -one.left)
    kept = alerts[-MAX_MARKS:] + others[:MAX_MARKS]
    return sorted(kept, key=lambda one: one.revision), len(story.happenings) - len(kept)


def _with_entries(marks: Iterable[Happening], entries: Sequence[Json]) -> Iterable[tuple[Happening, Json]]:
    by_revision = {entry["revision"]: entry for entry in entries}
    return ((mark, by_revision[mark.revision]) for mark in marks if mark.revision in by_revision)


def _mark(happening: Happening, entry: Json) -> Json:
    return {
        "revision": happening.revision,
        "at": happening.at,
        "when": moment_of(happening.at),
        "kind": KINDS[happening.kind],
        "what": happening.what,
        "effect": effect(happening),
        "place": _place(happening.phase, None),
        "retained": entry["retained"],
    }


def effect(happening: Happening) -> str:
    """What it did to the context, in a few words."""
    items = f"{happening.items:,} item{'' if happening.items == 1 else 's'}"
    if happening.kind == "alert":
        return f"{happening.left:,} tokens were retained"
    if happening.kind == "back":
        less = f", {happening.stand_ins:,} that had replaced them left" if happening.stand_ins else ""
        return f"{happening.left:,} tokens of {items} came back{less}"
    less = f"; {happening.stand_ins:,} replace them" if happening.stand_ins else ""
    return f"{happening.left:,} tokens of {items} left{less}"


def _summary(found: Answers, story: Story) -> str:
    status, entries = found.report["status"], found.timeline
    highest = max(entries, key=lambda entry: entry["highest"])
    where = "" if highest["phase"] is None else f" in phase {highest['phase']}"
    parts = [
        f"Over {len(entries):,} change{'' if len(entries) == 1 else 's'} the context held at most "
        f"{highest['highest']:,} tokens{where} and ends at {status['retained']:,}"
    ]
    if pruned := story.pruned:
        parts.append(f"{len(pruned):,} time{'' if len(pruned) == 1 else 's'} something was taken out")
    if back := story.brought_back:
        parts.append(f"{len(back):,} time{'' if len(back) == 1 else 's'} something came back")
    return "; ".join(parts) + "."


def _notes(found: Answers, points: int, left_out: int, limits: Mapping[str, int]) -> list[str]:
    notes = []
    if points < len(found.timeline):
        notes.append(
            f"Thinned: {points:,} of {len(found.timeline):,} changes are drawn. Of each run of changes the highest, "
            "the lowest and the last stay, and so do all marks and both ends of each phase."
        )
    if left_out:
        notes.append(f"{left_out:,} marks that moved fewer tokens are not drawn.")
    if found.unrecorded:
        notes.append(f"{found.unrecorded:,} changes before these were made by a version that kept no figures.")
    if not limits:
        notes.append("No limits are drawn: the size of the window is not set (`ctxbudget init` sets it).")
    return notes


def _table(points: Sequence[Json]) -> Table:
    rows = [
        [point["revision"], point["when"], point["method"], point["place"]]
        + [point[name] for name in ("retained", *LAYERS, "processed", "leased")]
        + [point["level"]]
        for point in points
    ]
    head = ["change", "at (UTC)", "by", "phase", "retained", *LAYERS, "came in so far", "leased", "level"]
    return Table("Tokens in the context after each change that is drawn", head, rows)
