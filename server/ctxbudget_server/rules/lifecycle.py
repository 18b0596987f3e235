"""The order of phases and waves."""

from __future__ import annotations

from collections.abc import Iterable

from ctxbudget_protocol.values import dataclass, field
from ctxbudget_protocol.words import PhaseStatus


@dataclass(frozen=True, slots=True)
class Wave:
    """A parallel step inside a phase. `order` says when it completed, counted per session; 0: not yet."""

    phase: int
    number: int
    state: PhaseStatus = "planned"
    order: int = 0


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase on the account. `order` says when it last started, counted per session; 0: never."""

    number: int
    name: str | None = None
    state: PhaseStatus = "planned"
    order: int = 0
    allocated: int | None = None
    peak: int = 0
    """Highest retained of the phase at the end of any transaction, until it completed; tokens."""
    used: int | None = None
    """What the phase held when it completed, tokens; it stays as `allocated` and `peak` do. None: not completed."""
    turned_at: int | None = None
    """The revision that last froze or thawed these figures; undoing it does the opposite."""

    @property
    def frozen(self) -> bool:
        """Whether its figures are those of its completion, whatever has happened since."""
        return self.used is not None

    def used_of(self, retained: int) -> int:
        """What it used, tokens: what it held at its completion, and before that `retained`, what it holds now."""
        return retained if self.used is None else self.used

    def overrun(self, retained: int) -> int:
        """What it used beyond its allocation, tokens; `retained` is what it holds now."""
        return 0 if self.allocated is None else max(0, self.used_of(retained) - self.allocated)


class PhaseOrderError(ValueError):
    """The step is not allowed now. `open` names what prevents it."""

    def __init__(self, message: str, state: str, open_: dict[str, list[int | str]] | None = None) -> None:
        super().__init__(message)
        self.state = state
        self.open = open_ or {}


@dataclass(frozen=True, slots=True)
class Open:
    """What is still open in a phase: waves by number, leases by id."""

    waves: list[int] = field(default_factory=list)
    leases: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.waves or self.leases)


def check_start(phase: Phase, phases: Iterable[Phase], reopen: bool) -> None:
    """Raise `PhaseOrderError` unless the phase may start: no other is running, and going back requires `reopen`."""
    others = [other for other in phases if other.number != phase.number]
    if phase.state == "running":
        raise PhaseOrderError(f"phase {phase.number} is already running", phase.state)
    running = [other.number for other in others if other.state == "running"]
    if running:
        raise PhaseOrderError(
            f"phase {running[0]} is still running; complete it before phase {phase.number} starts",
            phase.state,
            {"phases": [*running]},
        )
    latest = max((other.number for other in others if other.state == "completed"), default=-1)
    if not reopen and (phase.state == "completed" or phase.number < latest):
        raise PhaseOrderError(
            f"phase {phase.number} comes before the current one; going back requires reopen: true",
            phase.state,
        )


def check_complete(phase: Phase, still_open: Open, force: bool) -> None:
    """Raise `PhaseOrderError` unless the phase may complete: it is running, and has nothing open or `force` is set.

    `force` also completes a phase that nobody started: scripts only name the phase of what they bring in.
    """
    if phase.state != "running" and not (force and phase.state == "planned"):
        raise PhaseOrderError(f"phase {phase.number} is not running: it is {phase.state}", phase.state)
    if still_open and not force:
        raise PhaseOrderError(
            f"phase {phase.number} has open waves or leases; complete and settle them, or set force: true",
            phase.state,
            {"waves": [*still_open.waves], "leases": [*still_open.leases]},
        )


def check_start_wave(phase: Phase, wave: Wave, reopen: bool) -> None:
    """Raise `PhaseOrderError` unless the wave may start: its phase is running, and it is new or `reopen` is set."""
    if phase.state != "running":
        raise PhaseOrderError(f"phase {phase.number} is not running: it is {phase.state}", phase.state)
    if wave.state == "running":
        raise PhaseOrderError(f"wave {wave.number} of phase {phase.number} is already running", wave.state)
    if wave.state == "completed" and not reopen:
        raise PhaseOrderError(
            f"wave {wave.number} of phase {phase.number} is completed; going back requires reopen: true",
            wave.state,
        )


def check_complete_wave(wave: Wave) -> None:
    """Raise `PhaseOrderError` unless the wave is running."""
    if wave.state != "running":
        raise PhaseOrderError(
            f"wave {wave.number} of phase {wave.phase} is not running: it is {wave.state}", wave.state
        )


def phases_due(phases: Iterable[Phase], starting: Phase, keep_for: int) -> list[int]:
    """Policy moderate: the completed phases whose full content is removed now that `starting` has started.

    A phase's content is removed once more than `keep_for` later phases have started.
    """
    others = [phase for phase in phases if phase.number != starting.number]
    due = []
    for phase in others:
        if phase.state != "completed":
            continue
        later = 1 + sum(1 for other in others if other.order > phase.order)
        if later > keep_for:
            due.append(phase.number)
    return sorted(due)
