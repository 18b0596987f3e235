"""The phase of a wave that is named without one."""

from __future__ import annotations

from collections.abc import Iterable

from ctxbudget_protocol.errors import Location, invalid
from ctxbudget_server.rules.lifecycle import Phase


def phase_of_wave(given: int | None, phases: Iterable[Phase], loc: Location) -> int:
    """The phase given with a wave, else the running one. With neither, raises `invalidParams` for `phase` in `loc`."""
    if given is not None:
        return given
    running = next((phase.number for phase in phases if phase.state == "running"), None)
    if running is None:
        raise invalid([*loc, "phase"], "is required with `wave` while no phase is running", "missing")
    return running
