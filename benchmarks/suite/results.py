"""The results of a run as plain data: what `--json` writes and what the table, the plots and the page are made from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from benchmarks.suite.rounds import Measured

Results = dict[str, Any]


def plain(measured: Measured) -> Results:
    """A row."""
    row = measured.row
    found: Results = {"key": row.key, "what": row.what, "peer": row.peer, "unit": row.unit, "asked": row.asked}
    if not measured.pairs:
        return {**found, "missing": measured.missing}
    ours, other = measured.middle
    low, high = measured.spread
    return {
        **found,
        "ours": ours,
        "peers": other,
        "ratio": measured.ratio,
        "quartiles": [low, high],
        "rounds": len(measured.pairs),
        "met": measured.met,
        "pairs": [list(pair) for pair in measured.pairs],
    }


def table(rows: Sequence[Results]) -> str:
    """The rows as a table in Markdown."""
    lines = ["| what | ours | peer | its figure | ratio | asked | met |", "| --- | --- | --- | --- | --- | --- | --- |"]
    for row in rows:
        if "missing" in row:
            cells = ["", row["peer"], "", f"not measured: {row['missing']}", row["asked"], ""]
        else:
            low, high = row["quartiles"]
            met = {True: "yes", False: "**no**", None: ""}[row["met"]]
            spread = f"{figure(row['ratio'])} ({figure(low)} to {figure(high)})"
            ours, other = with_unit(row["ours"], row["unit"]), with_unit(row["peers"], row["unit"])
            cells = [ours, row["peer"], other, spread, row["asked"], met]
        lines.append(f"| {row['what']} | {' | '.join(cells)} |")
    return "\n".join(lines)


def figure(value: float) -> str:
    """Three significant digits at most."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}" if value >= 10 else f"{value:.2f}"


def with_unit(value: float, unit: str) -> str:
    """A figure with its unit; small times in microseconds."""
    return f"{figure(value * 1e3)} µs" if unit == "ms" and value < 1 else f"{figure(value)} {unit}"
