"""Methods of `tokens/*`: params, results, rows."""

from __future__ import annotations

from typing import Annotated

from ctxbudget_protocol.common import SessionParams
from ctxbudget_protocol.fields import Model, Text, Title, Tokens
from ctxbudget_protocol.method import FILE_ERRORS, SESSION_ERRORS, Example, Method
from ctxbudget_protocol.records import Constraint, Record, described
from ctxbudget_protocol.words import Provenance


class CountParams(SessionParams, exactly_one=("texts", "paths")):
    """Params of `tokens/count`: exactly one of texts and paths."""

    texts: Annotated[list[Text], Constraint(max_length=100000)] | None = None
    paths: Annotated[list[Title], Constraint(max_length=100000)] | None = None
    model: Model | None = described("Absent: the session's if a session is given, else o200k_base.", default=None)
    allow_estimate: bool = described(
        "While the vocabulary is still loading, return estimates at once instead of waiting.", default=False
    )


class Count(Record):
    """The count of one text."""

    tokens: int
    provenance: Provenance
    bytes: int
    path: str | None = None


class ErrorBand(Record):
    """|calibrated figure / bill - 1| of a call, as shares, based on recent bills."""

    median: float = described("Not exceeded in half of the calls.")
    p90: float = described("Not exceeded in 90 % of the calls.")


class CountResult(Record):
    """Result of `tokens/count`."""

    counts: list[Count]
    total: int = described("Tokens.")
    encoding: str
    family: str = described(
        "The model family whose rule gave the figures; unknown: none, so they are those of `encoding`."
    )
    expected_error: float | None = described("Median relative error of an estimated text; null: exact, or not known.")
    factor: float = described("The calibration in the figures; 1 if there is none.")
    samples: int = described("Number of bills from which the calibration was learned.")
    error_band: ErrorBand | None = described("The error of calibrated figures; null: too few bills.")


COUNT = Method(
    name="tokens/count",
    doc="Count texts or files, with provenance.",
    params=CountParams,
    result=CountResult,
    errors=(*SESSION_ERRORS, *FILE_ERRORS),
    example=Example(
        params={"texts": ["How many tokens is this?"]},
        result={
            "counts": [{"tokens": 6, "provenance": "exact", "bytes": 24, "path": None}],
            "total": 6,
            "encoding": "o200k_base",
            "family": "o200k_base",
            "expectedError": None,
            "factor": 1.0,
            "samples": 0,
            "errorBand": None,
        },
    ),
)


class FitsParams(SessionParams, exactly_one=("text", "path")):
    """Params of `tokens/fits`: exactly one of text and path."""

    text: Text | None = None
    path: Title | None = None
    limit: Tokens
    model: Model | None = None


class FitsResult(Record):
    """Result of `tokens/fits`."""

    fits: bool
    limit: int = described("Tokens.")
    tokens: int | None = described("Tokens of the whole text; null if it did not have to be counted to the end.")
    provenance: Provenance


FITS = Method(
    name="tokens/fits",
    doc="Whether a text has at most `limit` tokens; the cost is in proportion to the limit, not the text.",
    params=FitsParams,
    result=FitsResult,
    errors=(*SESSION_ERRORS, *FILE_ERRORS),
    example=Example(
        params={"path": "report.md", "limit": 1000},
        result={"fits": True, "limit": 1000, "tokens": 542, "provenance": "exact"},
    ),
)


class TruncateParams(FitsParams):
    """Params of `tokens/truncate`: exactly one of text and path."""


class TruncateResult(Record):
    """Result of `tokens/truncate`."""

    text: str = described("The longest beginning found with at most `limit` tokens; no character is split.")
    tokens: int = described("Tokens of `text`.")
    limit: int = described("Tokens.")
    provenance: Provenance
    cut: bool
    cut_characters: int
    cut_bytes: int = described("UTF-8.")
    cut_lines: int


TRUNCATE = Method(
    name="tokens/truncate",
    doc="The longest beginning of a text with at most `limit` tokens, and what was cut.",
    params=TruncateParams,
    result=TruncateResult,
    errors=(*SESSION_ERRORS, *FILE_ERRORS),
    example=Example(
        params={"text": "One two three four five six.", "limit": 3},
        result={
            "text": "One two three",
            "tokens": 3,
            "limit": 3,
            "provenance": "exact",
            "cut": True,
            "cutCharacters": 15,
            "cutBytes": 15,
            "cutLines": 1,
        },
    ),
)
