"""`usage/bill`: its params, its result and its row of the table."""

from __future__ import annotations

from ctxbudget_protocol.breakdown import BilledTokens, Spent, ToldCost
from ctxbudget_protocol.common import MutatingParams, SessionResult
from ctxbudget_protocol.fields import Label, Model
from ctxbudget_protocol.method import WRITE_ERRORS, Example, Method
from ctxbudget_protocol.records import described


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
