"""`usage/record`: its params, its result and its row of the table."""

from __future__ import annotations

from typing import Annotated

from ctxbudget_protocol.fields import Model, Tokens
from ctxbudget_protocol.method import Example, Method
from ctxbudget_protocol.methods.tokens.count import ErrorBand
from ctxbudget_protocol.records import Constraint, Record, described


class RecordParams(Record):
    """Params of `usage/record`: what the provider billed for texts counted with `tokens/count`."""

    model: Model
    counted: Tokens = described("The sum of the counts, tokens.")
    factor: Annotated[float, Constraint(gt=0, le=1000, finite=True)] | None = described(
        "The factor returned with the counts. Absent: that of an earlier bill for the same count, or the current one.",
        default=None,
    )
    reported: Tokens = described("What the provider billed for the same text, tokens.")
    request_key: Annotated[str, Constraint(min_length=1, max_length=200)] | None = described(
        "The same key returns the first result, so a retry never counts twice.", default=None
    )


class RecordResult(Record):
    """Result of `usage/record`."""

    model: str
    factor: float = described("The factor by which this model's figures are multiplied from now on.")
    samples: int = described("Bills recorded for this model in this workspace.")
    error_band: ErrorBand | None = described("null: too few bills yet.")


RECORD = Method(
    name="usage/record",
    doc="Record what the provider billed for what was counted, to calibrate the model's figures.",
    params=RecordParams,
    result=RecordResult,
    errors=("requestKeyReused",),
    mutates=True,
    example=Example(
        params={"model": "claude-sonnet-4-5", "counted": 1000, "reported": 1040},
        result={"model": "claude-sonnet-4-5", "factor": 1.0099, "samples": 1, "errorBand": None},
    ),
)
