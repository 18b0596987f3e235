"""`budget/report`: compares actual figures with the budget, and diagnoses problems."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from ctxbudget_protocol.common import Alert
from ctxbudget_protocol.methods.budget.report import (
    ArtifactIssue,
    Checklist,
    ChecklistEntry,
    LayerReport,
    LeaseReport,
    PhaseEnd,
    PhaseReport,
    ReportResult,
)
from ctxbudget_protocol.words import Layer
from ctxbudget_server.account.forecasting import forecast_of
from ctxbudget_server.account.overview import (
    LAYERS,
    Overview,
    cost_refusal,
    overview_of,
    provenance_shares,
    wire_action,
    wire_diagnoses,
)
from ctxbudget_server.account.report_sources import read_again, sources_report
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.savings import net_savings
from ctxbudget_server.account.transactions import Snapshot, reading
from ctxbudget_server.account.wire import retained_where, sums_by, wire_figures
from ctxbudget_server.render.report_markdown import as_markdown
from ctxbudget_server.rules.advice import advise
from ctxbudget_server.rules.checklists import Evidence, checklists
from ctxbudget_server.rules.items import NOTHING, Figures, Item
from ctxbudget_server.rules.leases import Lease, settlement
from ctxbudget_server.rules.lifecycle import Phase
from ctxbudget_server.rules.markers import is_marker
from ctxbudget_server.rules.naming import title_of
from ctxbudget_server.rules.shares import ratio

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.budget.report import ReportParams
    from ctxbudget_server.rules import checklists as rules


def report(request: Request, params: ReportParams) -> ReportResult:
    """Report on a session: phases and layers against their budgets, leases, artifacts, alerts, net savings."""
    now = request.now()
    with reading(request, params.session_id) as snapshot:
        overview = overview_of(snapshot, request)
        forecast = forecast_of(snapshot, overview)
        refusal = cost_refusal(snapshot, overview.settings, request)
        items = snapshot.reader.items(snapshot.session.id)
        leases = snapshot.reader.leases(snapshot.session.id)
        alerts = snapshot.reader.alerts(snapshot.session.id)
        ends = _ends(snapshot, overview)
    again = read_again(items, request.documents.shown)
    session, settings = overview.session, overview.settings
    saved = net_savings(session, again.tokens)
    allocated = [phase.allocated for phase in overview.phases.values() if phase.allocated is not None]
    given = sum(allocated) if session.buffer is not None else None
    issues = _issues(items, request.cancellation.each(items), settings.values["metadataTokens"])
    evidence = _evidence(overview, items, issues, len(alerts), refusal)
    result = ReportResult(
        session_id=session.id,
        revision=session.revision,
        state=session.state,
        status=wire_figures(session, settings, overview.leased),
        policy=settings.policy,
        allocated=given,
        buffer=session.buffer,
        under_allocation=None if given is None else given - session.retained,
        under_budget=settings.budget - session.retained,
        under_allocation_share=None if not given else ratio(given - session.retained, given),
        under_budget_share=ratio(settings.budget - session.retained, settings.budget),
        peak_of_budget=ratio(session.peak, settings.budget),
        net_savings=saved,
        savings_share=ratio(saved, session.processed),
        phases=_phases(overview, ends),
        layers=[_layer(overview, layer) for layer in LAYERS],
        leases=_leases(leases, now),
        artifacts=issues,
        alerts=[Alert.from_wire(alert) for alert in alerts],
        forecast=forecast,
        diagnoses=wire_diagnoses(evidence.position),
        next=evidence.what_next,
        checklists=[_checklist(each, session.id) for each in checklists(evidence)],
        provenance=provenance_shares(overview),
        sources=sources_report(items, request.cancellation.each, request.documents.shown),
        read_again=again,
    )
    if params.format == "markdown":
        return result.copy(markdown=as_markdown(result, refusal))
    return result


Issue = Literal["missing", "incomplete", "overBound", "largerThanSource"]


def _ends(snapshot: Snapshot, overview: Overview) -> dict[int, PhaseEnd]:
    """The account at the completion of each completed phase, where it is recorded."""
    log, budget = snapshot.reader.log(snapshot.session), overview.settings.budget
    done = sorted((phase for phase in overview.phases.values() if phase.frozen), key=lambda one: one.turned_at or 0)
    ends, given = dict[int, PhaseEnd](), list[int | None]()
    for phase in done:
        given.append(phase.allocated)
        figures = None if phase.turned_at is None else log.figures_at(phase.turned_at)
        if figures is None:
            continue
        allocated = None if None in given else sum(tokens or 0 for tokens in given)
        ends[phase.number] = PhaseEnd(
            revision=phase.turned_at or 0,
            retained=figures.retained,
            of_budget=ratio(figures.retained, budget),
            allocated=allocated,
            under=None if allocated is None else allocated - figures.retained,
        )
    return ends


def _phases(overview: Overview, ends: Mapping[int, PhaseEnd]) -> list[PhaseReport]:
    held = sums_by(overview.sums, "phase")
    return [
        _phase(overview, phase, held.get(phase.number, NOTHING), ends.get(phase.number))
        for phase in overview.phases.values()
    ]


def _phase(overview: Overview, phase: Phase, figures: Figures, end: PhaseEnd | None) -> PhaseReport:
    allocated = phase.allocated
    return PhaseReport(
        phase=phase.number,
        name=phase.name,
        state=phase.state,
        allocated=allocated,
        retained=figures.retained,
        used=figures.retained if phase.used is None else phase.used,
        overrun=phase.overrun(figures.retained),
        peak=phase.peak,
        processed=figures.processed,
        saved=figures.saved,
        over=max(0, figures.retained - allocated) if allocated is not None else 0,
        peak_over=max(0, phase.peak - allocated) if allocated is not None else 0,
        of_allocation=ratio(figures.retained, allocated) if allocated else None,
        draws_on_buffer=overview.session.buffer is not None and allocated is None and phase.peak > 0,
        after=end,
    )


def _evidence(
    overview: Overview, items: Sequence[Item], issues: Sequence[ArtifactIssue], alerts: int, refusal: str | None
) -> Evidence:
    settings, position = overview.settings, overview.position()
    return Evidence(
        position=position,
        scope=settings.scope,
        window=settings.window,
        window_known=settings.window_is_known,
        peak=overview.session.peak,
        alerts=alerts,
        keep_for=settings.values["keepFor"],
        what_next=advise(position, refusal).next,
        items=items,
        waves=overview.waves,
        faults=Counter(issue.issue for issue in issues),
    )


def _checklist(checklist: rules.Checklist, session_id: str) -> Checklist:
    return Checklist(
        when=checklist.when,
        entries=[
            ChecklistEntry.from_wire(
                {**entry._asdict(), "actions": [wire_action(action, session_id).wire() for action in entry.actions]}
            )
            for entry in checklist.entries
        ],
    )


def _layer(overview: Overview, layer: Layer) -> LayerReport:
    record = overview.layers.get(layer)
    return LayerReport(
        layer=layer,
        retained=retained_where(overview.sums, layer),
        peak=record.peak if record else 0,
        ceiling=overview.settings.ceilings.get(layer),
        breached=bool(record and record.breach_revision),
        since_phase=record.breach_phase if record else None,
        since_revision=record.breach_revision if record else None,
    )


def _leases(leases: Sequence[Lease], now: str) -> LeaseReport:
    settled = [lease for lease in leases if lease.state != "active"]
    ends = [(lease, *settlement(lease.tokens, lease.used or 0)) for lease in settled]
    active = [lease for lease in leases if lease.state == "active"]
    return LeaseReport(
        reserved=sum(lease.tokens for lease in leases),
        used=sum(lease.used or 0 for lease in settled),
        refunded=sum(refunded for _, refunded, _ in ends),
        overrun=sum(overrun for _, _, overrun in ends),
        open=sum(lease.tokens for lease in active if lease.in_flight(now)),
        expired=sum(lease.tokens for lease in active if not lease.in_flight(now)),
        overruns=[
            {
                "leaseId": lease.id,
                "holder": lease.holder,
                "reserved": lease.tokens,
                "used": lease.used,
                "over": overrun,
            }
            for lease, _, overrun in ends
            if overrun
        ],
    )


def _issues(known: Iterable[Item], items: Iterable[Item], bound: int) -> list[ArtifactIssue]:
    """Artifacts whose metadata is missing, incomplete, over its limit, or larger than its source.

    A figure without a text is not an artifact, and a marker is not metadata, whoever left it.
    """
    by_id = {item.id: item for item in known}
    issues = []
    for item in items:
        if item.state == "pruned" and item.reason == "noMetadata" and _had_text(item):
            issues.append(_issue(item, "missing", item.tokens, None))
        if item.layer == "metadata" and item.reduces and not is_marker(item) and item.state == "retained":
            source = sum(by_id[source].tokens for source in item.reduces if source in by_id)
            if item.complete is False:
                issues.append(_issue(item, "incomplete", source, item.tokens))
            if item.tokens > bound:
                issues.append(_issue(item, "overBound", source, item.tokens))
            if item.tokens > source:
                issues.append(_issue(item, "largerThanSource", source, item.tokens))
    return issues


def _had_text(item: Item) -> bool:
    return item.hash is not None or item.dropped_at is not None


def _issue(item: Item, issue: Issue, source: int, metadata: int | None) -> ArtifactIssue:
    return ArtifactIssue(
        item_id=item.id,
        title=title_of(item),
        phase=item.phase,
        issue=issue,
        source_tokens=source,
        metadata_tokens=metadata,
    )
