"""Results of `usage/*`."""

from __future__ import annotations

from ctxbudget_protocol.results.record import Record, described
from ctxbudget_protocol.results.tokens import ErrorBand


class RecordResult(Record):
    """Result of `usage/record`."""

    model: str
    factor: float = described("What figures of this model are multiplied by from now on.")
    samples: int = described("Bills recorded for this model in this workspace.")
    error_band: ErrorBand | None = described("null: too few bills yet.")
