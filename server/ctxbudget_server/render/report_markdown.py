"""The report as Markdown, for people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ctxbudget_server.presentation.forecasts import calls_in_words
from ctxbudget_server.presentation.markdown import text
from ctxbudget_server.rules.breaches import OF_WINDOW
from ctxbudget_server.rules.levels import alert_text

if TYPE_CHECKING:
    from ctxbudget_protocol.common import Alert, Forecast, Reach
    from ctxbudget_protocol.methods.budget.report import ChecklistEntry, PhaseReport, ReportResult

WHEN = {
    "before": "Before the workflow",
    "during": "During each phase",
    "afterPhase": "After each phase",
    "afterWorkflow": "After the workflow",
}

SOURCES_SHOWN = 8
"""Rows of each table of sources."""

ISSUES = {
    "missing": "no metadata replaces it",
    "incomplete": "its metadata comes from an unfinished document",
    "overBound": "its metadata is over the bound",
    "largerThanSource": "its metadata is larger than the source",
}

WHY_UNKNOWN = {
    "tooFewCalls": "unknown: too few calls",
    "noGrowth": "unknown: no growth",
    "tooFar": "{:,} or more",
}


def as_markdown(report: ReportResult, refusal: str | None) -> str:
    """The same figures as the JSON form; every share names its base."""
    known = report.status.window_source != "default"
    parts = [f"# Context budget report: {text(report.session_id)}", _account(report)]
    if report.phases:
        parts += ["## Phases", _phases(report)]
        if ended := [phase for phase in report.phases if phase.after is not None]:
            parts += ["## The account after each phase", _ends(ended)]
    parts += ["## Layers", _layers(report)]
    if report.leases.reserved:
        leases = report.leases
        parts += [
            "## Leases",
            f"Reserved {leases.reserved:,}, used {leases.used:,}, refunded {leases.refunded:,}, overrun "
            f"{leases.overrun:,}, open {leases.open:,}, expired unsettled {leases.expired:,} tokens.",
        ]
    if report.status.processed:
        parts += ["## Where tokens came from", *_sources(report)]
    if report.read_again.items:
        parts += ["## Pruned and read again", _lines(_again_lines(report))]
    parts += ["## Forecast", *_forecast(report.forecast, known)]
    if report.artifacts:
        parts += ["## Artifacts to look at", _lines(_issue_lines(report))]
    if alerts := [alert for alert in report.alerts if alert.window_source != "default"]:
        parts += ["## Alerts", _lines(f"{alert.at}: {text(_alert(alert))}" for alert in alerts)]
    if diagnoses := [one for one in report.diagnoses if known or one.code not in OF_WINDOW]:
        parts += ["## Diagnoses", _lines(f"{text(diagnosis.message)}." for diagnosis in diagnoses)]
        parts.append(f"Next: {text(report.next)}")
    elif refusal is not None:
        parts.append(f"Next: {text(refusal)}")
    parts += ["## Checklists", *_checklists(report)]
    return "\n\n".join(parts) + "\n"


def _checklists(report: ReportResult) -> Iterable[str]:
    """The lists; one without an entry that applies is a line."""
    for checklist in report.checklists:
        title = WHEN[checklist.when]
        reasons = {entry.why for entry in checklist.entries if entry.state == "notApplicable"}
        if len(reasons) == 1 and all(entry.state == "notApplicable" for entry in checklist.entries):
            yield f"{title}: does not apply ({text(*reasons)})."
        else:
            yield f"{title}:"
            yield _lines(map(_entry, checklist.entries))


def _entry(entry: ChecklistEntry) -> str:
    if entry.state == "notApplicable":
        return f"{text(entry.text)}: does not apply ({text(entry.why)})."
    box = "[x]" if entry.state == "done" else "[ ]"
    cure = f" {text(entry.cure)}" if entry.cure else ""
    return f"{box} {text(entry.text)}: {text(entry.why)}.{cure}"


def _account(report: ReportResult) -> str:
    """The account; without shares of a window that nobody chose, and never more than 100 % of anything."""
    status = report.status
    if status.window_source == "default":
        lines = [
            f"Retained **{status.retained:,}** tokens; policy {report.policy}. The window's size is not "
            f"set, so the default applies: {status.window:,} with a budget of {status.budget:,}; `ctxbudget init` "
            "sets it.",
            f"Peak {status.peak:,}. {_saved(report)}",
        ]
    else:
        lines = [
            f"Retained **{status.retained:,}** of {status.budget:,} budget tokens "
            f"({_share(status.retained, status.budget, 'budget')}, "
            f"{_share(status.retained, status.window, 'the window')} of {status.window:,}); level **{status.level}**, "
            f"policy {report.policy}.",
            _under("the budget", report.under_budget, report.under_budget_share),
            f"Peak {status.peak:,} ({_share(status.peak, status.budget, 'budget')}). {_saved(report)}",
        ]
    if report.allocated is not None and report.under_allocation is not None:
        lines.insert(
            len(lines) - 1,
            _under(
                f"the {report.allocated:,} allocated",
                report.under_allocation,
                report.under_allocation_share or 0,
            ),
        )
    sources = ", ".join(f"{share.tokens:,} {share.provenance}" for share in report.provenance)
    return "\n".join([*lines, f"Provenance of the retained tokens: {sources or 'none retained'}."])


def _saved(report: ReportResult) -> str:
    status, again = report.status, report.read_again.tokens
    of_it = f"{report.savings_share:.1%} of processed"
    lost = f": {status.saved:,} less {again:,} that were pruned and read again" if again else ""
    return f"Processed {status.processed:,}, saved {report.net_savings:,} net ({of_it}{lost})."


def _alert(alert: Alert) -> str:
    """Its sentence, made again from its figures: those that older versions stored show more than 100 %."""
    return alert_text(alert.level, alert.retained, alert.threshold, alert.budget)


def _share(part: int, whole: int, base: str) -> str:
    """`42.0% of budget`; what is over it as tokens: `1,200 over budget`."""
    return f"{part - whole:,} over {base}" if part > whole else f"{part / whole:.1%} of {base}"


def _under(base: str, under: int, share: float) -> str:
    word = "Under" if under >= 0 else "Over"
    of_it = f" ({abs(share):.1%} of it)" if abs(share) <= 1 else ""
    return f"{word} {base} by {abs(under):,}{of_it}."


def _phases(report: ReportResult) -> str:
    rows = [
        (
            f"{phase.phase}" + (f" {text(phase.name)}" if phase.name else ""),
            phase.state,
            "buffer" if phase.draws_on_buffer else _figure(phase.allocated),
            f"{phase.used:,}" if phase.state == "completed" else "-",
            f"{phase.retained:,}",
            f"{phase.peak:,}",
            f"{phase.processed:,}",
            f"{phase.saved:,}",
            _overrun(phase),
        )
        for phase in report.phases
    ]
    return _table(("phase", "state", "allocated", "used", "retained", "peak", "processed", "saved", ""), rows)


def _ends(ended: Iterable[PhaseReport]) -> str:
    rows = []
    for phase in ended:
        after = phase.after
        if after is not None:
            under = "" if after.under is None else f"{'over' if after.under < 0 else 'under'} by {abs(after.under):,}"
            rows.append(
                (f"{phase.phase}", f"{after.retained:,}", f"{after.of_budget:.1%}", _figure(after.allocated), under)
            )
    return _table(("after phase", "retained", "of the budget", "allocated so far", ""), rows)


def _sources(report: ReportResult) -> Iterable[str]:
    """The tables with more than items that name no source."""
    for name in ("agent", "tool", "file"):
        table = getattr(report.sources, f"by_{name}")
        if all(row.name is None for row in table.rows):
            continue
        rows = [*table.rows[:SOURCES_SHOWN]]
        others = [*table.rows[SOURCES_SHOWN:], *([table.others] if table.others else [])]
        lines = [(text(row.name) if row.name else "-", f"{row.entered:,}", f"{row.kept:,}") for row in rows]
        if others:
            entered, kept = sum(row.entered for row in others), sum(row.kept for row in others)
            lines.append(("others", f"{entered:,}", f"{kept:,}"))
        yield _table((name, "entered", "kept"), lines)


def _again_lines(report: ReportResult) -> Iterable[str]:
    for item in report.read_again.largest:
        name = f" {text(item.title)}" if item.title else ""
        yield f"{item.item_id}{name}: {item.tokens:,} tokens."
    if (rest := report.read_again.items - len(report.read_again.largest)) > 0:
        yield f"and {rest:,} more."


def _overrun(phase: PhaseReport) -> str:
    """What it used too much; of a completed phase that has grown since, what it holds too much."""
    if phase.overrun:
        return f"over by {phase.overrun:,}"
    return f"now over by {phase.over:,}" if phase.over else ""


def _layers(report: ReportResult) -> str:
    rows = []
    for layer in report.layers:
        note = ""
        if layer.breached:
            now = layer.ceiling is not None and layer.retained > layer.ceiling
            note = "ceiling passed" if now else "ceiling was passed"
            if layer.since_phase is not None:
                note += f" from phase {layer.since_phase} on" if now else f" first in phase {layer.since_phase}"
        rows.append((layer.layer, f"{layer.retained:,}", f"{layer.peak:,}", _figure(layer.ceiling), note))
    return _table(("layer", "retained", "peak", "ceiling", ""), rows)


def _forecast(forecast: Forecast, known: bool) -> Iterable[str]:
    """What is left until each limit, unless nobody chose the window, and how the context grows."""
    if known:
        limits = {name: getattr(forecast, name) for name in ("warn", "critical", "budget", "window")}
        rows = [(name, f"{reach.at:,}", f"{reach.tokens:,}", _calls(reach)) for name, reach in limits.items()]
        yield _table(("limit", "at", "tokens left", "calls left"), rows)
    if forecast.growth is not None:
        calls = f"the latest {forecast.based_on} calls that brought tokens"
        whose = " in the running phase" if forecast.basis == "phase" else ""
        band = "; in nine of ten cases the number of calls is in the brackets" if known else ""
        yield f"About {forecast.growth:,} tokens per call, from {calls}{whose}{band}."
    growth = [f"phase {one.phase}: {one.growth:,} tokens per call ({one.calls})" for one in forecast.by_phase]
    growth += [f"{text(one.agent)}: {one.growth:,} tokens per call ({one.calls})" for one in forecast.by_agent]
    if growth:
        yield _lines(growth)


def _calls(reach: Reach) -> str:
    if reach.calls is None or reach.low is None or reach.high is None:
        return WHY_UNKNOWN[reach.reason or "noGrowth"].format(reach.low)
    return calls_in_words(reach.calls, reach.low, reach.high) if reach.tokens else "reached"


def _issue_lines(report: ReportResult) -> Iterable[str]:
    for issue in report.artifacts:
        figures = f"{issue.source_tokens:,} source tokens"
        if issue.metadata_tokens is not None:
            figures += f", {issue.metadata_tokens:,} of metadata"
        name = f" {text(issue.title)}" if issue.title else ""
        yield f"{issue.item_id}{name}: {ISSUES[issue.issue]} ({figures})."


def _figure(value: int | None) -> str:
    return "-" if value is None else f"{value:,}"


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, tuple("---" for _ in head), *rows))
