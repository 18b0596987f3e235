"""The page of past runs: what they used of their budgets, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ctxbudget_server.pages.bars import bars, signs
from ctxbudget_server.pages.chart import Chart, Table, numbered, worded
from ctxbudget_server.pages.skeleton import written

Json = dict[str, Any]

MAX_COMPARED: Final = 8
"""Runs whose phases are set side by side."""
MAX_DRAWN: Final = 60
"""Runs in the chart: the first ones, in their order; the table has all."""


def history_page(workspace: str, runs: Sequence[Json], total: int) -> str:
    """The page of runs, as `session/history` answers them, with `costFrom`. `total`: how many there are."""
    return written(
        "history.html",
        title=f"Past runs of {workspace}",
        charts=[_chart(runs)] if runs else [],
        workspace=workspace,
        lead=_sentence(runs),
        runs=[{**run, "shown_state": _state(run)} for run in runs],
        total=total,
        compared=_compared(runs),
    )


def _sentence(runs: Sequence[Json]) -> str:
    if not runs:
        return "There are no runs yet."
    over = [run for run in runs if _known(run) and run["peak"] > run["budget"]]
    saved = sum(run["netSavings"] for run in runs)
    count = f"{len(runs):,} run{'' if len(runs) == 1 else 's'}"
    start = f"{count} brought in {sum(run['processed'] for run in runs):,} tokens and saved {saved:,}"
    phases = sum(run["overruns"] for run in runs)
    if over:
        worst = max(over, key=lambda run: run["peak"] - run["budget"])
        most = f"{worst['peak'] - worst['budget']:,}"
        furthest = f"{worst['sessionId']} by {most} tokens"
        if len(over) == 1:
            return f"{start}: one went over its budget, {furthest}."
        return f"{start}: {len(over):,} went over their budgets, the furthest {furthest}."
    if phases:
        return f"{start}: none went over its budget, {phases:,} phase{'' if phases == 1 else 's'} over an allocation."
    return f"{start}: none went over its budget or an allocation."


def _known(run: Json) -> bool:
    return bool(run["windowSource"] != "default")


def _state(run: Json) -> str:
    return "finished" if run["finished"] and run["state"] == "open" else str(run["state"])


def _chart(runs: Sequence[Json]) -> Chart:
    rows = [_row(run) for run in runs[:MAX_DRAWN]]
    tooltip = [
        worded("label", "run"),
        worded("began", "began (UTC)"),
        numbered("budget", "budget"),
        numbered("peak", "peak"),
        numbered("used", "used"),
        numbered("overrun", "phases over their allocations by"),
    ]
    highest = max(runs, key=lambda run: run["peak"])
    more = len(runs) - len(rows)
    return Chart(
        name="runs",
        summary="What each run used, its peak and its budget; the highest peak was that of "
        f"{highest['sessionId']} with {highest['peak']:,} tokens.",
        views={"": bars(rows, data="runs", limit="budget", tooltip=tooltip)},
        data={"runs": rows},
        legend=signs(rows, limit="budget", limit_words="budget"),
        notes=[f"{more:,} more runs are in the table only."] if more else [],
        table=_table(runs),
    )


def _row(run: Json) -> Json:
    figures = {name: run[name] for name in ("peak", "used", "overrun")}
    budget = run["budget"] if _known(run) else None
    is_over = budget is not None and run["used"] > budget
    return {"label": run["sessionId"], "began": run["createdAt"][:16].replace("T", " "), "budget": budget,
            "isOver": is_over, **figures}  # fmt: skip


def _table(runs: Sequence[Json]) -> Table:
    rows = [
        [
            run["sessionId"],
            _state(run),
            run["scope"],
            run["createdAt"][:16].replace("T", " "),
            run["budget"] if _known(run) else None,
            run["used"],
            run["peak"],
            run["processed"],
            run["netSavings"],
            run["overruns"],
            cost(run),
        ]
        for run in runs
    ]
    head = [
        "run",
        "state",
        "scope",
        "began (UTC)",
        "budget",
        "used",
        "peak",
        "came in",
        "net savings",
        "overruns",
        "cost",
    ]
    return Table("The runs and what they came to, in tokens", head, rows)


def cost(run: Json) -> str:
    """What a run cost, as far as it is known."""
    money = run["cost"]
    if money is None or money["amount"] is None:
        return "unknown"
    least = "at least " if money["coveredShare"] < 1 else ""
    recorded = " (recorded)" if run["costFrom"] == "recording" else ""
    return f"{least}{money['amount']:,.4f} {money['currency']}{recorded}"


def _compared(runs: Sequence[Json]) -> Table | None:
    """Phases of the same name, else number, side by side; None: there are too many runs, or no phases."""
    if not 1 < len(runs) <= MAX_COMPARED:
        return None
    by_key = [{_key(phase): phase for phase in run["phases"]} for run in runs]
    keys = list(dict.fromkeys(key for phases in by_key for key in phases))
    if not keys:
        return None
    rows = []
    for key in keys:
        title = next(_title(phases[key]) for phases in by_key if key in phases)
        rows.append([title, *(_use(phases.get(key)) for phases in by_key)])
    return Table(
        "Tokens that each phase used, of what it was allocated", ["phase", *(run["sessionId"] for run in runs)], rows
    )


def _key(phase: Json) -> str:
    name = " ".join((phase["name"] or "").casefold().split())
    return name or f"\0{phase['phase']}"


def _title(phase: Json) -> str:
    return f"{phase['phase']} {phase['name']}" if phase["name"] else f"phase {phase['phase']}"


def _use(phase: Json | None) -> str | None:
    if phase is None:
        return None
    used = f"{phase['used']:,}"
    if phase["allocated"] is None:
        return used
    over = f", {phase['overrun']:,} over" if phase["overrun"] else ""
    return f"{used} of {phase['allocated']:,}{over}"
