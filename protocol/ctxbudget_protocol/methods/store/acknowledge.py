"""`store/acknowledge`: its params, its result and its row of the table."""

from __future__ import annotations

from typing import Annotated

from ctxbudget_protocol.method import Example, Method
from ctxbudget_protocol.records import Constraint, Record, described


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
