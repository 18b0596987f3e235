"""Results of `tokens/*`."""

from __future__ import annotations

from ctxbudget_protocol.results.record import Record, described
from ctxbudget_protocol.words import Provenance


class Count(Record):
    """The count of one text."""

    tokens: int
    provenance: Provenance
    bytes: int
    path: str | None = None


class CountResult(Record):
    """Result of `tokens/count`."""

    counts: list[Count]
    total: int = described("Tokens.")
    encoding: str
    family: str = described("The model family whose rule gave the figures.")
    expected_error: float | None = described("Median share by which an estimate is off; null when exact.")
    factor: float = described("The calibration in the figures; 1 when there is none.")
