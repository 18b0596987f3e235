"""`tokens/count`: its params, its result and its row of the table."""

from __future__ import annotations

from typing import Annotated

from ctxbudget_protocol.common import SessionParams
from ctxbudget_protocol.fields import Model, Text, Title
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
