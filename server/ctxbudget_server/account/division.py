"""A division of tokens among phases: how it is made, what came of it, and who takes part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from ctxbudget_protocol.errors import Location, ProtocolError, invalid
from ctxbudget_protocol.words import Basis, PastMeasure, Scope, Strategy
from ctxbudget_server.account.unit_of_work import UnitOfWork
from ctxbudget_server.rules.allocation import DEFAULT_QUANTILE, AllocationError, DoesNotFitError, PhaseNeed, Shared

if TYPE_CHECKING:
    from ctxbudget_protocol.common import HistoryBasis, PastUse
    from ctxbudget_server.rules.planning import Assumed


class Division(NamedTuple):
    """How tokens are divided: `total` is what there is of them, by `basis`."""

    strategy: Strategy
    scope: Scope
    total: int
    basis: Basis
    quantile: float = DEFAULT_QUANTILE
    measure: PastMeasure | None = None
    """What past runs are judged by; None: what they used, or their peak if they kept at most markers."""


class Divided(NamedTuple):
    """A division of tokens among `needs`. What past runs told is by phase; None: the strategy asks none."""

    shared: Shared
    needs: Sequence[PhaseNeed]
    assumed: Sequence[Assumed] = ()
    history: HistoryBasis | None = None
    past: Mapping[int, PastUse] = {}


def finished(unit: UnitOfWork) -> set[int]:
    """The phases whose figures are final."""
    return {phase.number for phase in unit.phases.values() if phase.frozen}


def besides(unit: UnitOfWork, basis: Basis) -> set[int]:
    """The phases that take no part."""
    return finished(unit) if basis == "remaining" else set()


@contextmanager
def worded(needs: Sequence[PhaseNeed], loc: Location) -> Iterator[None]:
    """Faults of the rules as errors of the request."""
    try:
        yield
    except DoesNotFitError as fault:
        raise ProtocolError(
            "budgetExceeded", str(fault), loc=loc, requested=fault.requested, available=fault.available
        ) from fault
    except AllocationError as fault:
        place = [*loc]
        if fault.phase is not None:
            place += [[need.number for need in needs].index(fault.phase), fault.field or ""]
        error = invalid(place, str(fault))
        error.fields["phase"] = fault.phase
        raise error from fault
