"""A session's report on a terminal: one sentence, a gauge, what costs most, then the figures by phase and layer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from ctxbudget_server.cli.columns import columns
from ctxbudget_server.presentation.look import MAX_PROSE_WIDTH, by_level, faint, gauge, heading, wrapped
from ctxbudget_server.presentation.report_lead import drawn_limits, sentence

Json = dict[str, Any]

MAX_ITEMS: Final = 5
"""Items that cost most which are shown."""
MAX_SOURCES: Final = 4
"""Sources of each kind which are shown."""
SOURCES: Final[Mapping[str, str]] = {"byAgent": "agent", "byTool": "tool", "byFile": "file"}


def report_lines(
    report: Json, timeline: Sequence[Json], status: Json, largest: Sequence[Json], width: int
) -> Iterator[str]:
    """The report for a terminal of this width, from the answers of the protocol."""
    figures, limits = report["status"], drawn_limits(report, status)
    known = "" if not limits else f", level {figures['level']}"
    yield heading(f"{report['sessionId']}: {report['state']}, policy {report['policy']}{known}")
    yield ""
    yield from wrapped(sentence(report, timeline, limits), min(width, MAX_PROSE_WIDTH))
    yield ""
    yield from _gauge(figures, limits, width)
    yield from _costliest(largest)
    yield from _phases(report["phases"], report["buffer"])
    yield from _layers(report["layers"])
    yield from _sources(report["sources"])
    yield from _savings(report)
    yield from _to_do(report)
    yield ""
    yield faint("--format md adds the forecast and all checklists, --format html draws it, --json is for programs")


def _gauge(figures: Json, limits: Mapping[str, int], width: int) -> Iterator[str]:
    of = limits.get("budget", max(figures["peak"], 1))
    bar, *marks = gauge(
        figures["retained"], of, [(name, limits[name]) for name in ("warn", "critical") if limits], width
    )
    yield by_level(f"{bar}", figures["level"] if limits else "")
    yield from marks
    base = f"of a budget of {limits['budget']:,}" if limits else "(the window's size is not set: ctxbudget init)"
    yield f"  {figures['retained']:,} tokens {base}, peak {figures['peak']:,}"


def _costliest(largest: Sequence[Json]) -> Iterator[str]:
    if largest:
        yield ""
        rows = [[f"{item['tokens']:,}", item["layer"], item["title"] or item["path"] or item["id"]] for item in largest]
        yield from columns([["costs most now", "layer", "what"], *rows], right=(0,))


def _phases(phases: Sequence[Json], buffer: int | None) -> Iterator[str]:
    if not phases:
        return
    rows = [
        [
            f"{phase['phase']} {phase['name'] or ''}".rstrip(),
            phase["state"],
            "-" if phase["allocated"] is None else f"{phase['allocated']:,}",
            "-" if phase["after"] is None else f"{phase['used']:,}",
            f"{phase['retained']:,}",
            f"{phase['peak']:,}",
            f"over by {phase['over']:,}" if phase["over"] else "",
        ]
        for phase in phases
    ]
    yield ""
    yield from columns([["phase", "state", "allocated", "used", "now", "peak", ""], *rows], right=(2, 3, 4, 5))
    if buffer is not None:
        yield f"buffer {buffer:,}"


def _layers(layers: Sequence[Json]) -> Iterator[str]:
    rows = [
        [
            layer["layer"],
            f"{layer['retained']:,}",
            f"{layer['peak']:,}",
            "-" if layer["ceiling"] is None else f"{layer['ceiling']:,}",
            "over its ceiling" if layer["breached"] else "",
        ]
        for layer in layers
    ]
    yield ""
    yield from columns([["layer", "now", "peak", "ceiling", ""], *rows], right=(1, 2, 3))


def _sources(sources: Json) -> Iterator[str]:
    rows = [
        [word, row["name"], f"{row['entered']:,}", f"{row['kept']:,}"]
        for kind, word in SOURCES.items()
        for row in [row for row in sources[kind]["rows"] if row["name"] is not None][:MAX_SOURCES]
    ]
    if rows:
        yield ""
        yield from columns([["came from", "which", "entered", "kept"], *rows], right=(2, 3), keys=2)


def _savings(report: Json) -> Iterator[str]:
    figures, again = report["status"], report["readAgain"]["tokens"]
    if figures["processed"]:
        less = f" - {again:,} that were read again" if again else ""
        yield ""
        yield (
            f"saved {report['netSavings']:,} net ({report['savingsShare']:.1%} of what came in): "
            f"{figures['processed']:,} came in - {figures['retained']:,} retained{less}"
        )


def _to_do(report: Json) -> Iterator[str]:
    """What is wrong, what comes next, and what the checklists leave open."""
    if report["next"]:
        yield ""
        yield heading("next")
        yield f"  {report['next']}"
    left = [entry for each in report["checklists"] for entry in each["entries"] if entry["state"] == "open"]
    if left:
        yield ""
        yield heading("left open in the checklists")
        yield from (f"  - {entry['text']}: {entry['why']}" for entry in left)
