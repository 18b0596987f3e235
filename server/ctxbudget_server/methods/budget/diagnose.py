"""`budget/diagnose`: what is wrong with an account, why, and what cures it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_protocol.methods.budget.diagnose import DiagnoseResult, Finding
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.transactions import Snapshot, reading
from ctxbudget_server.account.wire import wire_figures
from ctxbudget_server.diagnosis.causes import causes
from ctxbudget_server.diagnosis.facts import facts_of
from ctxbudget_server.diagnosis.model import Cause
from ctxbudget_server.diagnosis.rehearsal import Rehearsal
from ctxbudget_server.diagnosis.stage import Stage, StagedAccount
from ctxbudget_server.diagnosis.symptoms import symptoms
from ctxbudget_server.diagnosis.wording import as_text

if TYPE_CHECKING:
    from ctxbudget_protocol.common import Figures
    from ctxbudget_protocol.methods.budget.diagnose import DiagnoseParams

MAX_EVIDENCE = 100
"""Pieces of evidence that a finding lists."""


def diagnose(request: Request, params: DiagnoseParams) -> DiagnoseResult:
    """Find the causes, and rehearse their cures one after the other on a stage that is dropped afterwards."""
    with reading(request, params.session_id) as snapshot:
        facts = facts_of(snapshot, request)
        before = _figures(snapshot, request)
        seen = list(symptoms(facts, before))
        stage = Stage(StagedAccount(snapshot.reader))
        findings: list[Finding] = []
        rehearsals: list[Rehearsal] = []
        reached = before
        for cause in causes(facts, frozenset(params.only) if params.only else None):
            request.cancellation.check()
            rehearsals.append(Rehearsal(request, stage, snapshot.session.id))
            finding, reached = _rehearsed(request, rehearsals[-1], (stage, snapshot), cause, reached)
            findings.append(finding)
        ways = [rehearsal.way_back(stage) for rehearsal in reversed(rehearsals)]
        findings = [finding.copy(undo=way) for finding, way in zip(findings, reversed(ways), strict=True)]
    return DiagnoseResult(
        session_id=facts.session.id,
        revision=facts.session.revision,
        state=facts.session.state,
        policy=facts.settings.policy,
        status=before,
        symptoms=seen,
        findings=findings,
        reaches=reached,
        text=as_text(facts.session.id, (before, reached), seen, findings),
    )


def _rehearsed(
    request: Request, rehearsal: Rehearsal, place: tuple[Stage, Snapshot], cause: Cause, before: Figures
) -> tuple[Finding, Figures]:
    """A finding with its cure, and the figures after it. Without requests if one of them would be refused."""
    stage, snapshot = place
    prevention = cause.prevention
    try:
        if snapshot.session.state == "open":
            cause.treat(rehearsal)
    except ProtocolError as refusal:
        rehearsal.forget()
        prevention = f"{prevention} The cure would be refused: {refusal.message}."
    rehearsal.finish()
    after = _figures(Snapshot(stage.account, snapshot.session), request)
    finding = Finding(
        code=cause.code,
        message=cause.message,
        rule=cause.rule,
        prevention=prevention,
        tokens=cause.tokens,
        evidence=list(cause.evidence[:MAX_EVIDENCE]),
        evidence_left_out=max(0, len(cause.evidence) - MAX_EVIDENCE),
        requests=rehearsal.requests,
        saves=before.retained - after.retained,
        retained=after.retained,
        available=after.available,
        undo=[],
    )
    return finding, after


def _figures(snapshot: Snapshot, request: Request) -> Figures:
    """The figures of the session as the reader has it now."""
    session = snapshot.reader.session(snapshot.session.id) or snapshot.session
    now = request.now()
    leases = snapshot.reader.leases(session.id, active=True)
    leased = sum(lease.tokens for lease in leases if lease.in_flight(now))
    return wire_figures(session, request.settings_of(session), leased)
