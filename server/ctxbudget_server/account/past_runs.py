"""What finished runs of a workspace used in their phases, for the strategy that learns from them."""

from __future__ import annotations

from typing import Final

from ctxbudget_protocol.words import PastMeasure, Scope
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.runs import is_finished, roughest_by_phase
from ctxbudget_server.account.wire import sums_by
from ctxbudget_server.rules.allocation import DEFAULT_SCOPE
from ctxbudget_server.rules.allocation_history import PastPhase, PastRun
from ctxbudget_server.store.interface import Reader

MAX_RUNS: Final = 50
"""Runs that are learned from, the latest: more would only slow the request down."""


def past_runs(reader: Reader, request: Request, scope: Scope, besides: str, measure: PastMeasure) -> list[PastRun]:
    """What finished runs of a scope used for their completed phases, the latest begun first.

    A run without a scope counts for full-implementation, as a division without one does. A phase that recorded nothing
    tells nothing, and neither does one that started and never completed, since it was given up. One that never started
    counts once its session is over: scripts may only name the phase of what they bring in.
    """
    runs: list[PastRun] = []
    for session in sorted(reader.sessions(), key=lambda one: (one.created_at, one.id), reverse=True):
        request.cancellation.check()
        if session.id == besides or (request.settings_of(session).scope or DEFAULT_SCOPE) != scope:
            continue
        phases = reader.phases(session.id)
        told = [phase for phase in phases.values() if phase.state != "running" and phase.peak > 0]
        if not told or not is_finished(session, phases.values()):
            continue
        sums = reader.sums(session.id)
        held, roughest = sums_by(sums, "phase"), roughest_by_phase(sums)
        runs.append(
            [
                PastPhase(
                    phase.number,
                    phase.name,
                    phase.peak if measure == "peak" else phase.used_of(held[phase.number].retained),
                    roughest.get(phase.number, "estimated"),
                )
                for phase in told
            ]
        )
        if len(runs) == MAX_RUNS:
            break
    return runs
