"""The finished runs of a workspace, and what their phases used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from ctxbudget_protocol.words import PastMeasure, Provenance, Scope
from ctxbudget_server.account.request import Request
from ctxbudget_server.rules.allocation import DEFAULT_SCOPE
from ctxbudget_server.rules.allocation_history import ROUGHNESS, PastPhase, PastRun
from ctxbudget_server.rules.items import Figures, SumKey
from ctxbudget_server.rules.lifecycle import Phase
from ctxbudget_server.store.interface import Reader
from ctxbudget_server.store.records import Session

MAX_RUNS: Final = 50
"""Runs that are learned from, the latest: more would only slow the request down."""


def is_finished(session: Session, phases: Iterable[Phase]) -> bool:
    """Whether a session is a past run: it is no longer open, or has completed phases and none running or planned."""
    states = {phase.state for phase in phases}
    return session.state != "open" or states == {"completed"}


def past_runs(reader: Reader, request: Request, scope: Scope, besides: str, measure: PastMeasure) -> list[PastRun]:
    """What finished runs of a scope used for their completed phases, the latest first.

    A run without a scope counts for full-implementation, as a division without one does. A phase that recorded nothing
    tells nothing, and neither does one that never completed, such as one that was given up.
    """
    runs: list[PastRun] = []
    for session in sorted(reader.sessions(), key=lambda one: (one.updated_at, one.id), reverse=True):
        request.cancellation.check()
        if session.id == besides or (request.settings_of(session).scope or DEFAULT_SCOPE) != scope:
            continue
        phases = reader.phases(session.id)
        told = [phase for phase in phases.values() if phase.used is not None and phase.peak > 0]
        if not told or not is_finished(session, phases.values()):
            continue
        roughest = _roughest(reader.sums(session.id))
        runs.append([_past(phase, measure, roughest.get(phase.number, "estimated")) for phase in told])
        if len(runs) == MAX_RUNS:
            break
    return runs


def _past(phase: Phase, measure: PastMeasure, provenance: Provenance) -> PastPhase:
    tokens = phase.peak if measure == "peak" else phase.used or 0
    return PastPhase(phase.number, phase.name, tokens, provenance)


def _roughest(sums: Mapping[SumKey, Figures]) -> dict[int, Provenance]:
    """By phase, the roughest provenance among the figures of its items."""
    found: dict[int, Provenance] = {}
    for key, figures in sums.items():
        if key.phase is not None and (figures.retained or figures.processed):
            known = found.get(key.phase, "exact")
            found[key.phase] = max(known, key.provenance, key=ROUGHNESS.index)
    return found
