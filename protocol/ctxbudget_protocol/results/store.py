"""Results of `store/*`."""

from __future__ import annotations

from ctxbudget_protocol.results.base import Notice
from ctxbudget_protocol.results.record import Record, described


class LossesResult(Record):
    """Result of `store/losses`."""

    losses: list[Notice] = described("The oldest first; empty where nothing is lost or all is acknowledged.")


class AcknowledgeResult(Record):
    """Result of `store/acknowledge`."""

    acknowledged: int = described("How many losses are told no more.")
