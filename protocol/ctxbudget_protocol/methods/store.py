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

    losses: list[Notice] = described("The oldest first; empty where nothing is lost or all is acknowledged.")


LOSSES = Method(
    name="store/losses",
    doc="Losses of the store that were not acknowledged yet.",
    params=LossesParams,
    result=LossesResult,
    example=Example(params={}, result={"losses": []}),
)


class AcknowledgeParams(Record):
    """Params of `store/acknowledge`."""

    ids: Annotated[list[int], Constraint(max_length=1000)] | None = described(
        "Of the losses, as `store/losses` gave them. Absent: all.", default=None
    )


class AcknowledgeResult(Record):
    """Result of `store/acknowledge`."""

    acknowledged: int = described("How many losses are told no more.")


ACKNOWLEDGE = Method(
    name="store/acknowledge",
    doc="Tell no more of losses that somebody has seen.",
    params=AcknowledgeParams,
    result=AcknowledgeResult,
    example=Example(params={}, result={"acknowledged": 0}),
)
