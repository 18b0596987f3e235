"""`session/recalibrate`: its params, its result and its row of the table."""

from __future__ import annotations

from ctxbudget_protocol.common import (
    Alert,
    Figures,
    MutatingParams,
    SessionResult,
)
from ctxbudget_protocol.method import WRITE_ERRORS, Example, Method
from ctxbudget_protocol.records import described


class RecalibrateParams(MutatingParams):
    """Params of `session/recalibrate`."""


class RecalibrateResult(SessionResult):
    """Result of `session/recalibrate`."""

    factor: float = described("The calibration that all counted items have now.")
    items: int = described("Items whose figure changed.")
    before: int = described("Retained tokens before.")
    status: Figures
    alerts: list[Alert]


RECALIBRATE = Method(
    name="session/recalibrate",
    doc="Recount a session's items with the current calibration, as one logged event.",
    params=RecalibrateParams,
    result=RecalibrateResult,
    errors=WRITE_ERRORS,
    mutates=True,
    example=Example(
        params={"sessionId": "run-1"},
        result={
            "sessionId": "run-1",
            "revision": 17,
            "factor": 1.0,
            "items": 0,
            "before": 869,
            "status": {
                "window": 25000,
                "windowSource": "default",
                "budget": 7500,
                "retained": 869,
                "peak": 869,
                "processed": 570,
                "saved": -299,
                "leased": 0,
                "available": 6631,
                "ofWindow": 0.03476,
                "ofBudget": 0.115867,
                "level": "ok",
            },
            "alerts": [],
        },
    ),
)
