"""Params of `workflow/*`."""

from __future__ import annotations

from pydantic import Field

from ctxbudget_protocol.params.base import MutatingParams, PhaseNumber, Text, Title, Tokens, WaveNumber, WireModel


class StartPhaseParams(MutatingParams):
    """Params of `workflow/startPhase`."""

    phase: PhaseNumber
    name: Title | None = None
    reopen: bool = Field(False, description="Go back to a completed phase, or to a lower number than was started.")


class PhaseSummary(WireModel):
    """A summary that stands for the phase in the layer `metadata`: exactly one of content, path and tokens."""

    content: Text | None = None
    path: Title | None = None
    tokens: Tokens | None = None
    title: Title | None = None


class CompletePhaseParams(MutatingParams):
    """Params of `workflow/completePhase`."""

    phase: PhaseNumber
    summary: Text | PhaseSummary | None = Field(None, description="Enters as metadata of the phase; none is invented.")
    force: bool = Field(False, description="Complete although waves or leases are open; open waves complete with it.")


class StartWaveParams(MutatingParams):
    """Params of `workflow/startWave`."""

    phase: PhaseNumber
    wave: WaveNumber
    reopen: bool = False


class CompleteWaveParams(MutatingParams):
    """Params of `workflow/completeWave`."""

    phase: PhaseNumber
    wave: WaveNumber
