"""Methods of `store/*`: params, results, rows."""

from __future__ import annotations

from typing import Annotated

from ctxbudget_protocol.common import Notice
from ctxbudget_protocol.method import Example, Method
from ctxbudget_protocol.records import Constraint, Record, described


class LossesParams(Record):
    """Params of `store/losses`."""


class LossesResult(Record):
    """Result of `store/losses`."""

    losses: list[Notice] = described("Oldest first; empty if nothing is lost or everything is acknowledged.")


LOSSES = Method(
    name="store/losses",
    doc="List the store's losses that have not been acknowledged.",
    params=LossesParams,
    result=LossesResult,
    example=Example(params={}, result={"losses": []}),
)


class AcknowledgeParams(Record):
    """Params of `store/acknowledge`."""

    ids: Annotated[list[int], Constraint(max_length=1000)] | None = described(
        "Ids of the losses, as returned by `store/losses`. Absent: all.", default=None
    )


class AcknowledgeResult(Record):
    """Result of `store/acknowledge`."""

    acknowledged: int = described("How many losses are no longer reported.")


ACKNOWLEDGE = Method(
    name="store/acknowledge",
    doc="Stop reporting losses that someone has seen.",
    params=AcknowledgeParams,
    result=AcknowledgeResult,
    example=Example(params={}, result={"acknowledged": 0}),
)
