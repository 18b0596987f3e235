"""`budget/timeline`: the account over time, from the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctxbudget_protocol.methods.budget.timeline import TimelineEntry, TimelineResult
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.transactions import reading

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.budget.timeline import TimelineParams
    from ctxbudget_server.store.records import TimelineRow


def timeline(request: Request, params: TimelineParams) -> TimelineResult:
    """One page of a session's changes, oldest first, with the figures after each."""
    with reading(request, params.session_id) as snapshot:
        session, log = snapshot.session, snapshot.reader.log(snapshot.session)
        rows = log.timeline(params.since, params.every, params.limit)
        first = log.first_recorded()
    last = rows[-1].revision if rows else session.revision
    recorded_from = session.revision + 1 if first is None else first
    return TimelineResult(
        session_id=session.id,
        revision=session.revision,
        entries=[_entry(row) for row in rows],
        next=last if last < session.revision else None,
        unrecorded=max(0, recorded_from - 1 - params.since),
    )


def _entry(row: TimelineRow) -> TimelineEntry:
    figures = row.figures
    return TimelineEntry(
        revision=row.revision,
        at=row.at,
        actor=row.actor,
        method=row.method,
        why=row.why,
        **figures._asdict(),
        saved=figures.processed - figures.retained,
        changes=row.changes,
        highest=row.highest,
    )
