"""What the four steps of a workflow answer."""

from __future__ import annotations

from ctxbudget_protocol.common import (
    Alert,
    Figures,
    PruneOutcome,
    SessionResult,
)
from ctxbudget_protocol.records import described
from ctxbudget_protocol.words import PhaseStatus


class WorkflowResult(SessionResult, PruneOutcome):
    """Result of the lifecycle methods: the state reached, and what the policy pruned, kept and marked."""

    phase: int
    name: str | None
    wave: int | None = None
    state: PhaseStatus
    policy: str = described("The policy in force.")
    summary: str | None = described("Id of the item made from the summary.", default=None)
    status: Figures
    alerts: list[Alert]
