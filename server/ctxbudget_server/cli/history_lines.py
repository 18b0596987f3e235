"""The runs of a workspace as a table, side by side, and as CSV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from ctxbudget_server.cli.columns import columns
from ctxbudget_server.cli.csv_lines import csv_lines

Json = dict[str, Any]

RUN_COLUMNS: Final = (
    "sessionId", "state", "finished", "scope", "createdAt", "closedAt", "phases", "window", "windowSource", "budget",
    "allocated", "used", "retained", "peak", "processed", "netSavings", "savingsShare", "overruns", "overrun",
    "provenance", "cost", "currency", "coveredShare", "costFrom",
)  # fmt: skip
UNKNOWN: Final = "unknown"
"""What a run cost if there are no bills, or no prices for them: certainly not 0."""
PHASE_COLUMNS: Final = (
    "sessionId",
    "scope",
    "createdAt",
    "phase",
    "name",
    "state",
    "allocated",
    "used",
    "peak",
    "overrun",
)


def table(runs: Sequence[Json]) -> list[str]:
    """A line for each run."""
    rows = [
        ["session", "state", "scope", "began", "phases", "budget", "used", "peak", "overruns", "net savings", "cost"]
    ]
    rows += [
        [
            run["sessionId"],
            _state(run),
            run["scope"] or "",
            run["createdAt"][:16].replace("T", " "),
            str(len(run["phases"])),
            f"{run['budget']:,}",
            f"{run['used']:,}",
            f"{run['peak']:,}",
            _overruns(run),
            _savings(run),
            _cost(run),
        ]
        for run in runs
    ]
    return columns(rows, right={4, 5, 6, 7, 8, 9, 10})


def comparison(runs: Sequence[Json]) -> list[str]:
    """The runs side by side: their figures, then what each phase used, of what it was allocated."""
    figures = [
        ("state", _state),
        ("scope", lambda run: run["scope"] or ""),
        ("began", lambda run: run["createdAt"][:16].replace("T", " ")),
        ("budget", lambda run: f"{run['budget']:,}"),
        ("allocated", lambda run: "" if run["allocated"] is None else f"{run['allocated']:,}"),
        ("used", lambda run: f"{run['used']:,}"),
        ("peak", lambda run: f"{run['peak']:,}"),
        ("processed", lambda run: f"{run['processed']:,}"),
        ("net savings", _savings),
        ("overruns", _overruns),
        ("cost", _cost),
    ]
    rows = [["", *(run["sessionId"] for run in runs)]]
    rows += [[name, *map(figure, runs)] for name, figure in figures]
    by_key = [{_key(phase): phase for phase in run["phases"]} for run in runs]
    keys = list(dict.fromkeys(key for phases in by_key for key in phases))
    if keys:
        rows.append(["used / allocated", *("" for _ in runs)])
    for key in keys:
        title = next(_title(phases[key]) for phases in by_key if key in phases)
        rows.append([f"  {title}", *(_use(run, phases.get(key)) for run, phases in zip(runs, by_key, strict=True))])
    return columns(rows, right=range(1, len(runs) + 1))


def runs_as_csv(runs: Iterable[Json]) -> Iterator[str]:
    """A header, and a line for each run."""
    yield from csv_lines(RUN_COLUMNS, ({**run, "phases": len(run["phases"]), **_money(run)} for run in runs))


def phases_as_csv(runs: Iterable[Json]) -> Iterator[str]:
    """A header, and a line for each phase of each run."""
    about = ("sessionId", "scope", "createdAt")
    rows = ({**{name: run[name] for name in about}, **phase} for run in runs for phase in run["phases"])
    yield from csv_lines(PHASE_COLUMNS, rows)


def _state(run: Json) -> str:
    return "finished" if run["finished"] and run["state"] == "open" else str(run["state"])


def _overruns(run: Json) -> str:
    return f"{run['overruns']} ({run['overrun']:,})" if run["overruns"] else "0"


def _savings(run: Json) -> str:
    return f"{run['netSavings']:,} ({run['savingsShare']:.0%})"


def _cost(run: Json) -> str:
    money = run["cost"]
    if money is None or money["amount"] is None:
        return UNKNOWN
    least = "at least " if money["coveredShare"] < 1 else ""
    told = " (recorded)" if run["costFrom"] == "recording" else ""
    return f"{least}{money['amount']:,.4f} {money['currency']}{told}"


def _money(run: Json) -> Json:
    money = run["cost"]
    if money is None or money["amount"] is None:
        return {"cost": UNKNOWN, "currency": None, "coveredShare": None}
    return {"cost": money["amount"], "currency": money["currency"], "coveredShare": money["coveredShare"]}


def _key(phase: Json) -> str:
    """Phases are the same by name, and without names by number, as for the strategy history."""
    name = " ".join((phase["name"] or "").casefold().split())
    return name or f"\0{phase['phase']}"


def _title(phase: Json) -> str:
    return f"{phase['phase']} {phase['name']}" if phase["name"] else f"phase {phase['phase']}"


def _use(run: Json, phase: Json | None) -> str:
    """What a phase used, of what it was allocated; if it was allocated nothing, of the buffer, if there is one."""
    if phase is None:
        return ""
    rest = "none" if run["allocated"] is None else "buffer"
    over = "" if not phase["overrun"] else f", {phase['overrun']:,} over"
    return f"{phase['used']:,} / {rest if phase['allocated'] is None else format(phase['allocated'], ',')}{over}"
