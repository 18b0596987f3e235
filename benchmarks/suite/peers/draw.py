"""Draw results as SVG with matplotlib: python draw.py FOLDER < RESULTS."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")
mpl.rcParams |= {
    "svg.fonttype": "none",
    "svg.hashsalt": "ctxbudget",
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#dddddd",
    "figure.facecolor": "white",
    "axes.axisbelow": True,
}
from matplotlib import pyplot as plt  # noqa: E402
from matplotlib.ticker import FuncFormatter  # noqa: E402

MET, MISSED, INFORMS, ASKED = "#2a7f62", "#c0392b", "#5b6f8f", "#222222"
COLOURS = ("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#8c564b", "#17becf", "#7f7f7f")
MARKS = "os^Dvphd"
LEGEND = (
    "ratio of ours to the peer's in the same round (first what is measured, behind / the peer)\n"
    "point: median; line: quartiles; bar across: what is asked; green: met, red: missed, blue: nothing is asked"
)


def plainly(text: str) -> str:
    """Without the marks of Markdown."""
    return text.replace("`", "")


def plain_figure(value: float) -> str:
    """Without an exponent."""
    return f"{value:.0f}" if value >= 10 else f"{value:.2f}"


def time(milliseconds: float) -> str:
    """With its unit."""
    return f"{milliseconds / 1000:g} s" if milliseconds >= 1000 else f"{milliseconds:g} ms"


def ratios(rows: list[dict[str, Any]], path: Path) -> None:
    """A bar for each ratio with its quartiles, and a mark where the limit is that was asked for."""
    rows = [row for row in rows if "ratio" in row]
    figure, axes = plt.subplots(figsize=(9.5, 0.36 * len(rows) + 1.2), layout="constrained")
    for at, row in enumerate(reversed(rows)):
        colour = {True: MET, False: MISSED, None: INFORMS}[row["met"]]
        low, high = row["quartiles"]
        axes.plot([1, row["ratio"]], [at, at], color=colour, linewidth=5, alpha=0.35, solid_capstyle="butt")
        axes.plot([low, high], [at, at], color=colour, linewidth=1.6)
        axes.plot(row["ratio"], at, "o", color=colour, markersize=6)
        asked = float(row["asked"].split()[1]) if row["asked"] else 1
        axes.annotate(
            plain_figure(row["ratio"]), (max(high, asked, 1), at), (9, -3), textcoords="offset points", size=8
        )
        if row["asked"]:
            axes.plot(asked, at, "|", color=ASKED, markersize=15, markeredgewidth=2)
    names = [f"{plainly(row['what'])}  /  {plainly(row['peer'])}" for row in reversed(rows)]
    axes.set_yticks(range(len(rows)), names, size=8)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g} ×"))
    axes.axvline(1, color="#888888", linewidth=1)
    axes.grid(axis="y", visible=False)
    axes.set_ylim(-0.7, len(rows) - 0.3)
    figure.supxlabel(LEGEND, size=8)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def growth(curves: list[dict[str, Any]], size: str, path: Path) -> None:
    """Milliseconds by size, both logarithmic."""
    figure, axes = plt.subplots(figsize=(7.5, 4.6), layout="constrained")
    for colour, mark, curve in zip(COLOURS, MARKS, curves, strict=False):
        sizes, times = zip(*curve["points"], strict=True)
        axes.plot(sizes, times, color=colour, marker=mark, markersize=5, label=curve["operation"])
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: time(value)))
    axes.set_xlabel(size)
    axes.set_ylabel("time of a request")
    axes.legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def main() -> None:
    """Draw what stdin has."""
    found, folder = json.load(sys.stdin), Path(sys.argv[1])
    if found["rows"]:
        ratios(found["rows"], folder / "performance-ratios.svg")
    by_key = defaultdict[str, list[Any]](list)
    for curve in found["curves"]:
        by_key[curve["key"]].append(curve)
    for key, curves in by_key.items():
        growth(curves, found["sizes"][key], folder / f"performance-{key}.svg")


if __name__ == "__main__":
    main()
