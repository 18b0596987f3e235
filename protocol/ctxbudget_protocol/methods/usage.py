"""Methods of `usage/*`: params, results, rows."""

from __future__ import annotations

from typing import Annotated

from ctxbudget_protocol.breakdown import BilledTokens, Spent, ToldCost
from ctxbudget_protocol.common import MutatingParams, SessionResult
from ctxbudget_protocol.fields import Label, Model, Tokens
from ctxbudget_protocol.method import WRITE_ERRORS, Example, Method
from ctxbudget_protocol.methods.tokens import ErrorBand
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


class BillParams(MutatingParams):
    """Params of `usage/bill`: at least one of tokens and cost. A good request key is the id of the answer."""

    model: Model
    agent: Label | None = described("Whose request it was. Absent: `main`.", default=None)
    tokens: BilledTokens | None = described("What the provider billed.", default=None)
    cost: ToldCost | None = described(
        "What it cost, if that is known. Absent: the tokens at the prices of the settings.", default=None
    )


class BillResult(SessionResult):
    """Result of `usage/bill`. The account's token figures do not change."""

    spent: Spent | None = described(
        "What the session has spent, if it has a `maxCost`; null: no limit. `budget/breakdown` says it in any case."
    )


BILL = Method(
    name="usage/bill",
    doc="Record what a provider billed for a request of a session, for `budget/breakdown` and the limit `maxCost`.",
    params=BillParams,
    result=BillResult,
    errors=WRITE_ERRORS,
    mutates=True,
    example=Example(
        params={
            "sessionId": "run-1",
            "model": "claude-sonnet-4-5",
            "agent": "research-1",
            "tokens": {"input": 12, "cacheRead": 20000, "cacheWrite5m": 900, "output": 350},
            "cost": {"amount": 0.0147, "currency": "USD"},
        },
        result={"sessionId": "run-1", "revision": 16, "spent": None},
    ),
)
