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


class ErrorBand(Record):
    """|calibrated figure / bill - 1| of a call, as shares, from recent bills."""

    median: float = described("Not passed in half of the calls.")
    p90: float = described("Not passed in 90 % of the calls.")


class CountResult(Record):
    """Result of `tokens/count`."""

    counts: list[Count]
    total: int = described("Tokens.")
    encoding: str
    family: str = described("The model family whose rule gave the figures.")
    expected_error: float | None = described("Median share by which an estimate is off; null when exact.")
    factor: float = described("The calibration in the figures; 1 when there is none.")
    samples: int = described("Bills that the calibration was learned from.")
    error_band: ErrorBand | None = described("Of calibrated figures; null: too few bills, or none.")


class FitsResult(Record):
    """Result of `tokens/fits`."""

    fits: bool
    limit: int = described("Tokens.")
    tokens: int | None = described("Of the whole text; null where it did not have to be counted to the end.")
    provenance: Provenance


class TruncateResult(Record):
    """Result of `tokens/truncate`."""

    text: str = described("The longest beginning found that has at most `limit` tokens; never a broken character.")
    tokens: int = described("Of `text`.")
    limit: int = described("Tokens.")
    provenance: Provenance
    cut: bool
    cut_characters: int
    cut_bytes: int = described("UTF-8.")
    cut_lines: int
