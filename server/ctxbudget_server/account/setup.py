"""The setup of a workflow (its phases, their allocations, scope and policy) as one change that can be undone.

An event keeps it as `setup` in its detail: the values of each phase before and after it; None: no phase.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.account.unit_of_work import UnitOfWork
from ctxbudget_server.rules.lifecycle import Phase

SETTINGS = ("scope", "policy")
"""The settings that belong to a setup."""


class Setup(NamedTuple):
    """A session's setup at one moment; settings as set for the session itself."""

    phases: Mapping[int, Phase]
    buffer: int | None
    settings: Mapping[str, Any]


def setup_of(unit: UnitOfWork) -> Setup:
    """The setup as the unit has it now."""
    return Setup(dict(unit.phases), unit.session.buffer, {name: unit.settings.own.get(name) for name in SETTINGS})


def make_undoable(unit: UnitOfWork, earlier: Setup) -> None:
    """Log how the setup differs from an earlier one of the same unit, so that the unit's undo reverts it."""
    now = setup_of(unit)
    if _images(earlier) == _images(now) and earlier[1:] == now[1:]:
        return
    pairs = [(_image(earlier.phases.get(n)), _image(now.phases.get(n))) for n in sorted({*earlier.phases, *now.phases})]
    unit.detail["setup"] = {
        "phases": [[before, after] for before, after in pairs if before != after],
        "buffer": [earlier.buffer, now.buffer],
        "settings": [dict(earlier.settings), dict(now.settings)],
    }
    if earlier.settings != now.settings:
        unit.detail |= {"config": unit.settings.values, "stored": unit.settings.stored}
    unit.has_undoable_setup = True


def revert(unit: UnitOfWork, setup: Mapping[str, Any]) -> list[int]:
    """Put the phases of a logged setup back, and return their numbers; the revert can be undone in turn.

    Raises `conflict` if one of the phases has been used or allocated otherwise since.
    """
    earlier = setup_of(unit)
    changed = [after["phase"] for before, after in setup["phases"] if after and not _is_as_left(unit, before, after)]
    changed += [
        before["phase"] for before, after in setup["phases"] if after is None and before["phase"] in unit.phases
    ]
    if changed:
        raise ProtocolError(
            "conflict",
            f"{len(changed)} of the phases have changed since the plan was applied",
            loc=["undo"],
            phases=[{"phase": n, "state": unit.phases[n].state if n in unit.phases else None} for n in changed],
        )
    for before, after in setup["phases"]:
        if before is None:
            unit.remove_phase(after["phase"])
        else:
            phase = unit.phases.get(before["phase"]) or Phase(before["phase"])
            unit.put_phase(replace(phase, name=before["name"], allocated=before["tokens"]))
    if unit.session.buffer == setup["buffer"][1]:
        unit.session = unit.session._replace(buffer=setup["buffer"][0])
    was, became = setup["settings"]
    unset = {name: was[name] for name in SETTINGS if was[name] != became[name] == unit.settings.own.get(name)}
    if unset:
        unit.configure(unit.settings.changed_by(unset))
    make_undoable(unit, earlier)
    return [(before or after)["phase"] for before, after in setup["phases"]]


def _images(setup: Setup) -> list[dict[str, Any] | None]:
    return [_image(setup.phases[number]) for number in sorted(setup.phases)]


def _image(phase: Phase | None) -> dict[str, Any] | None:
    return None if phase is None else {"phase": phase.number, "name": phase.name, "tokens": phase.allocated}


def _is_as_left(unit: UnitOfWork, before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> bool:
    """Whether a phase still has what the setup gave it; one that the setup created must also be unused."""
    phase = unit.phases.get(after["phase"])
    if phase is None or (phase.name, phase.allocated) != (after["name"], after["tokens"]):
        return False
    return before is not None or not _is_used(unit, phase)


def _is_used(unit: UnitOfWork, phase: Phase) -> bool:
    number = phase.number
    return (
        phase.state != "planned"
        or any(key.phase == number for key in unit.reader.sums(unit.id))
        or any(place == number for place, _ in unit.waves)
        or any(lease.phase == number for lease in unit.reader.leases(unit.id))
    )
