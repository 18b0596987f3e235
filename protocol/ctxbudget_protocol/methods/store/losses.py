"""`store/losses`: its params, its result and its row of the table."""

from __future__ import annotations

from ctxbudget_protocol.common import Notice
from ctxbudget_protocol.method import Example, Method
from ctxbudget_protocol.records import Record, described


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
