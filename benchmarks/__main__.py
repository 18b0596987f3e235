"""Measure ctxbudget beside its peers, and show what was asked of each ratio.

    python -m benchmarks [--quick | --full] [--rows KEY ...] [--json FILE] [--page]

Peers are installed into a scratch environment, with pinned versions; it is deleted afterwards unless `--keep` or
`--scratch` is given. Both sides of a row are measured in turn, round by round; a ratio is that of one round, the median
of the rounds is shown, and their quartiles in brackets. A quick run takes less than three minutes once the peers are
installed, a full one less than fifteen. A row whose peer cannot be had says why, and the exit code is then 1; a ratio
that is not what is asked does not change it. `--page` writes the figures into docs/performance.md; the plots are always
written, to docs/images with `--page` and to --plots otherwise. `--from FILE` measures nothing, and shows what `--json`
has written.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.suite import machine, page, plots, results
from benchmarks.suite.catalogue import PROBES, ROWS
from benchmarks.suite.curves import CURVES, grow
from benchmarks.suite.rounds import measure
from benchmarks.suite.scratch import ROOT, Scratch

KEPT = ROOT / ".benchmarks"


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="few rounds, curves to 10⁴ items (the default)")
    size.add_argument("--full", action="store_true", help="many rounds, curves to 10⁶ items and 10⁷ tokens")
    rows, curves = [row.key for row in ROWS], list(CURVES)
    parser.add_argument("--rows", nargs="*", choices=rows, metavar="KEY", help=f"only these rows: {', '.join(rows)}")
    parser.add_argument("--curves", nargs="*", choices=curves, metavar="KEY", help=f"only these: {', '.join(curves)}")
    parser.add_argument("--rounds", type=int, help="rounds of each row")
    parser.add_argument("--scratch", type=Path, metavar="DIR", help="where peers are installed, and stay")
    parser.add_argument("--keep", action="store_true", help=f"the same as --scratch {KEPT.name}/scratch")
    parser.add_argument("--ours", type=Path, metavar="PYTHON", help="a Python with ctxbudget, instead of this checkout")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures, of each round too")
    parser.add_argument("--from", dest="read", type=Path, metavar="FILE", help="show what --json has written")
    parser.add_argument("--page", action="store_true", help="write docs/performance.md and its plots")
    parser.add_argument("--plots", type=Path, metavar="DIR", default=KEPT, help="where plots are written")
    parser.add_argument("--no-plots", action="store_true", help="draw none, and do not install what draws them")
    return parser.parse_args(given)


def measured(scratch: Scratch, options: argparse.Namespace, say: Callable[[str], None]) -> results.Results:
    """All rows and curves that are wanted."""
    quick, begun = not options.full, time.monotonic()
    only_some = options.rows is not None or options.curves is not None
    wanted = set(options.rows or ()) if only_some else {row.key for row in ROWS}
    curves = options.curves or () if only_some else tuple(CURVES)
    rows, load = [], machine.busy()
    for probe in PROBES:
        if wanted & {row.key for row in probe.rows}:
            say(", ".join(row.key for row in probe.rows))
            found = measure(probe, scratch, quick, options.rounds)
            rows += [results.plain(one) for one in found if one.row.key in wanted]
    grown = list(grow(curves, scratch, quick, say))
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "mode": "quick" if quick else "full",
        "machine": machine.described(),
        "load": round(load, 2),
        "versions": scratch.versions(),
        "rows": rows,
        "curves": grown,
        "seconds": round(time.monotonic() - begun),
    }


def main(given: Sequence[str] | None = None) -> int:
    """Measure, or read what was measured; show it. The exit code."""
    options, begun = arguments(given), time.monotonic()

    def say(line: str) -> None:
        print(f"{time.monotonic() - begun:4.0f} s  {line}", file=sys.stderr, flush=True)

    with ExitStack() as until:
        folder = options.scratch or (KEPT / "scratch" if options.keep else None)
        place = folder or Path(until.enter_context(tempfile.TemporaryDirectory(prefix="ctxbudget-benchmarks-")))
        scratch = Scratch(place, options.ours, say)
        found = json.loads(options.read.read_text("utf-8")) if options.read else measured(scratch, options, say)
        if options.json:
            options.json.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
        print(page.described(found))
        print(results.table(found["rows"]))
        if found["curves"]:
            print(f"\n{page.growth(found['curves'])}")
        if not options.no_plots:
            plots.draw(found, ROOT / "docs" / "images" if options.page else options.plots, scratch, say)
        if options.page:
            page.write(found)
    return 1 if any("missing" in row for row in found["rows"]) else 0


if __name__ == "__main__":
    sys.exit(main())
