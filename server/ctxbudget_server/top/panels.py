"""The parts of the view as lines. What comes from sessions is made safe here, and never read as markup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from rich.cells import cell_len
from rich.text import Text

from ctxbudget_server.presentation import terminal
from ctxbudget_server.presentation.forecasts import next_limit
from ctxbudget_server.presentation.look import GAUGE_WIDTH, elided, gauge
from ctxbudget_server.top.feed import Snapshot
from ctxbudget_server.top.sparkline import sparkline

Json = dict[str, Any]

STYLES: Final = {"ok": "green", "warn": "yellow", "critical": "bold red"}
_PHASE_MARKS: Final = {"running": "▸", "completed": "✓", "planned": " "}
_REASONS: Final = {
    "tooFewCalls": "too few calls yet",
    "noGrowth": "no growth",
    "tooFar": "no limit is near",
}


def safe(text: str, width: int) -> str:
    """Text from elsewhere on one line, at most so many cells wide."""
    return elided(terminal.line(text), max(1, width))


def clock_time(at: str) -> str:
    """A time of the protocol as the clock on the wall shows it."""
    return datetime.fromisoformat(at).astimezone().strftime("%H:%M:%S")


def title(snapshot: Snapshot, width: int) -> Text:
    """Which session this is."""
    status = snapshot.status
    running = next((one for one in status["phases"] if one["phase"] == status["phase"]), None)
    known = [status["state"], f"policy {status['policy']}"]
    if running is not None:
        known.insert(1, f"phase {running['phase']} of {len(status['phases'])}")
    place = f"{snapshot.total:,} session{'' if snapshot.total == 1 else 's'} here"
    about = " · ".join(known)
    name = safe(snapshot.session or "", width - len(about) - len(place) - 8)
    left = Text(f" {name}", "bold")
    left.append(f" · {about}", "not bold")
    return _with_right(left, place, width)


def account(snapshot: Snapshot, width: int) -> Text:
    """The figures, the gauge, the last hour, the forecast."""
    status = snapshot.status
    budget = status["budget"]
    line = Text("  ")
    line.append(f"{status['retained']:,}", "bold")
    line.append(f" retained of {budget:,} budget · ")
    line.append(status["level"], STYLES.get(status["level"], ""))
    free = f"{status['available']:,} available"
    lines = [_with_right(line, f"{free}, {status['leased']:,} leased" if status["leased"] else free, width)]
    (bar,) = gauge(status["retained"], budget, (), width)
    painted = Text(bar, STYLES.get(status["level"], ""))
    painted.append(f"  {status['ofBudget']:.1%} of budget", "default not bold")
    lines += [painted, Text(_thresholds(status, len(bar) - 2), "dim")]
    hour = sparkline(snapshot.timeline, snapshot.at, min(GAUGE_WIDTH, width - 4), budget)
    words = "unknown" if hour.highest is None else f"last hour, up to {hour.highest:,}"
    lines.append(Text.assemble("  ", (hour.blocks, "cyan"), f"  {words}"))
    limits = next_limit(status["forecast"]) or _why_no_forecast(status["forecast"])
    lines.append(
        Text(safe(f"  peak {status['peak']:,} · saved {status['saved']:,} of {status['processed']:,} processed", width))
    )
    counts = _provenances(status["provenance"])
    lines.append(Text(safe(f"  forecast: {limits} · counts: {counts}", width)))
    return Text("\n").join(lines)


def _thresholds(status: Json, cells: int) -> str:
    """Below the gauge: where it warns, and where it is critical; in words if one of them is not on it."""
    warn, critical, budget = status["warnAt"], status["criticalAt"], status["budget"]
    before, after = f"warn {warn:,} │", f"│ critical {critical:,}"
    at, then = (round(cells * tokens / budget) if budget else cells + 1 for tokens in (warn, critical))
    if len(before) <= at < then <= cells:
        return f"  {before:>{at + 1}}{'':{then - at - 1}}{after}"
    return f"  warn {warn:,} · critical {critical:,}"


def _why_no_forecast(forecast: Json) -> str:
    names = ("warn", "critical", "budget", "window")
    ahead = [forecast[name] for name in names if forecast[name]["tokens"]]
    return _REASONS.get(ahead[0]["reason"], "unknown") if ahead else "all limits are reached"


def _provenances(shares: Sequence[Json]) -> str:
    known = [share for share in shares if share["tokens"]]
    if len(known) > 1:
        return ", ".join(f"{share['tokens']:,} {share['provenance']}" for share in known)
    return known[0]["provenance"] if known else "nothing counted"


def layers_and_leases(snapshot: Snapshot, width: int, height: int) -> Text:
    """Each layer against its ceiling, and the leases in flight."""
    status = snapshot.status
    lines = [_head("layer", "tokens    ceiling", width)]
    for layer in status["layers"]:
        ceiling = f"{layer['ceiling']:,}" if layer["ceiling"] is not None else "none"
        name = f"{layer['layer']}, over" if layer["breached"] else layer["layer"]
        row = _row(name, f"{layer['retained']:,} {ceiling:>10}", width)
        row.stylize(STYLES["critical"] if layer["breached"] else "")
        lines.append(row)
    leases = status["leases"]
    lines.append(_head(f"leases in flight: {len(leases)}", "tokens      until" if leases else "", width))
    rows = (
        _row(one["holder"], f"{one['tokens']:,}   {clock_time(one['expiresAt'])}", width)
        for one in sorted(leases, key=lambda one: str(one["expiresAt"]))
    )
    return _block(lines, list(rows), height, width)


def phases(snapshot: Snapshot, width: int, height: int) -> Text:
    """Each phase against what it was allocated: ✓ completed, ▸ running; those around it if there are more than fit."""
    status = snapshot.status
    found: list[Json] = status["phases"]
    lines = [_head("phase", "tokens  allocated", width)]
    rows = []
    for one in found:
        name = f"{_PHASE_MARKS[one['state']]} {one['phase']} {one['name'] or ''}".rstrip()
        allocated = f"{one['allocated']:,}" if one["allocated"] is not None else "none"
        row = _row(name, f"{one['retained']:,} {allocated:>10}", width)
        row.stylize("bold" if one["state"] == "running" else "dim" if one["state"] == "completed" else "")
        rows.append(row)
    if not found:
        return _block(lines, [Text("  none", "dim")], height, width)
    at = next((at for at, one in enumerate(found) if one["state"] == "running"), 0)
    room = height - 1
    first = max(0, min(at - 2, len(rows) - room)) if len(rows) > room else 0
    return _block(lines, rows[first:], height, width, before=first)


def _block(head: list[Text], rows: list[Text], height: int, width: int, before: int = 0) -> Text:
    """The head and as many rows as fit; the last line says how many do not."""
    room = height - len(head)
    if len(rows) > room:
        rest = len(rows) - room + 1
        rows = [*rows[: room - 1], Text(safe(f"  and {rest:,} more", width), "dim")]
    elif before:
        rows = [Text(safe(f"  {before + 1:,} before these", width), "dim"), *rows[1:]]
    return Text("\n").join([*head, *rows])


def _head(left: str, right: str, width: int) -> Text:
    return _with_right(Text(f"  {left}", "bold"), right, width)


def _row(name: str, figures: str, width: int) -> Text:
    return _with_right(Text(f"  {safe(name, width - len(figures) - 4)}"), figures, width)


def _with_right(left: Text, right: str, width: int) -> Text:
    gap = width - left.cell_len - cell_len(right) - 1
    return Text.assemble(left, " " * max(1, gap), right) if right else left


ITEM_COLUMNS: Final = (("added", 9), (" tokens", 8), ("layer", 10), ("kind", 13), ("pin", 4), ("title", 0))
"""(name, cells with the space after it); the title takes what is left."""


def item_row(item: Json, width: int) -> list[Text]:
    """An item's cells in the table; `width` is what the title may take."""
    approximate = "~" if item["provenance"] in ("estimated", "calibrated") else ""
    return [
        Text(clock_time(item["addedAt"])),
        Text(f"{approximate + format(item['tokens'], ','):>7}"),
        Text(item["layer"]),
        Text(safe(item["kind"], 12)),
        Text("yes" if item["pinned"] else ""),
        Text(safe(item["title"] or item["path"] or item["id"], width)),
    ]


def plan_lines(plan: Iterable[Json], width: int) -> Text:
    """The plan of a prune: what changes first, then what stays and why."""
    entries = sorted(plan, key=lambda one: one["action"] == "kept")
    lines = []
    for one in entries:
        figures = f"{one['tokensBefore']:>7,} → {one['tokensAfter']:<7,}"
        start = f"  {one['action']:<8} {figures} "
        words = f"{one['title'] or one['id']} ({one['reason']})"
        style = "dim" if one["action"] == "kept" else ""
        lines.append(Text(start + safe(words, width - len(start)), style))
    return Text("\n").join(lines)
