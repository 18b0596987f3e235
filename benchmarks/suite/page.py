"""The generated part of docs/performance.md, between its markers."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.suite.curves import CURVES
from benchmarks.suite.results import Results, figure, table
from benchmarks.suite.scratch import ROOT

ENDS = "<!-- end -->"
PAGE = ROOT / "docs" / "performance.md"


def described(found: Results) -> str:
    """When, on what and with which versions it was measured."""
    machine = found["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
    return (
        f"Measured on {found['date']} with `python -m benchmarks --{found['mode']}`, in"
        f" {found['seconds'] / 60:.0f} minutes, on"
        f" {machine['cores']} cores of {machine['processor']}, {machine['memory']} of memory, {machine['system']};"
        f" when it began, {found['load']:.1f} processes per core wanted to run. {versions}.\n"
    )


def growth(curves: Sequence[Results]) -> str:
    """Tables of the curves' points."""
    tables = []
    for key, what in CURVES.items():
        of_key = [curve for curve in curves if curve["key"] == key]
        sizes = sorted({size for curve in of_key for size, _ in curve["points"]})
        if not of_key:
            continue
        lines = [f"| ms, by {what} | {' | '.join(f'{size:,}' for size in sizes)} |", "| --- " * (len(sizes) + 1) + "|"]
        for curve in of_key:
            points = dict(map(tuple, curve["points"]))
            cells = [figure(points[size]) if size in points else "-" for size in sizes]
            lines.append(f"| {curve['operation']} | {' | '.join(cells)} |")
        tables.append("\n".join(lines))
    return "\n\n".join(tables)


def write(found: Results) -> None:
    """Replace what is between the markers."""
    text = PAGE.read_text("utf-8")
    parts = {"conditions": described(found), "ratios": table(found["rows"]), "growth": growth(found["curves"])}
    for name, part in parts.items():
        if part:
            before, begin, rest = text.partition(begins(name))
            assert begin, f"{PAGE.name} has no part {name}"
            text = f"{before}{begin}\n\n{part.strip()}\n\n{ENDS}{rest.partition(ENDS)[2]}"
    PAGE.write_text(text, "utf-8")


def begins(name: str) -> str:
    """The marker before a part."""
    return f"<!-- {name}: written by python -m benchmarks --page -->"
