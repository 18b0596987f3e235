"""`budget/diagnose`: its params, its result and its row of the table."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from ctxbudget_protocol.common import (
    Figures,
    Noticed,
    SessionParams,
    SessionResult,
)
from ctxbudget_protocol.method import SESSION_ERRORS, Example, Method
from ctxbudget_protocol.records import Constraint, Record, described
from ctxbudget_protocol.words import (
    FindingCode,
    Layer,
    Policy,
    SessionState,
    SymptomCode,
)


class DiagnoseParams(SessionParams):
    """Params of `budget/diagnose`."""

    only: Annotated[list[FindingCode], Constraint(min_length=1, max_length=100)] | None = described(
        "Findings to look for, by code; the requests of those found can be sent without the others. Absent: all.",
        default=None,
    )


class Symptom(Record):
    """The signs that something is wrong; `findings` gives the causes."""

    code: SymptomCode = described("The kind of symptom.")
    phase: int | None = None
    layer: Layer | None = described("The layer that it is about, if any.", default=None)
    tokens: int = described("The figure at fault, tokens.")
    limit: int = described("What it should not exceed, tokens.")
    message: str


class Evidence(Record):
    """Something on the account that shows it."""

    type: Literal["item", "phase", "wave", "agent", "lease", "layer"] = described("What it is.")
    id: str = described(
        "The id of an item or a lease, a phase's number, `PHASE.WAVE`, or the name of an agent or a layer."
    )
    title: str | None = None
    phase: int | None = None
    tokens: int


class CureRequest(Record):
    """A request that can be sent as it is."""

    method: str = described("The method to call.")
    params: dict[str, Any] = described("With `sessionId`, and with `ifRevision` if it belongs to a cure.")


class Finding(Record):
    """A cause: the evidence, the rule that was not applied, and its cure."""

    code: FindingCode = described("The kind of cause.")
    message: str = described("What is wrong, in one sentence for people and models.")
    rule: str = described("The rule that was not applied.")
    prevention: str = described("What keeps it from coming back, or what to do if there is no request to send.")
    tokens: int = described("What the evidence holds in the context, tokens.")
    evidence: list[Evidence] = described("The largest first, at most 100.")
    evidence_left_out: int = described("Pieces of evidence that are not listed.")
    requests: list[CureRequest] = described("In the order in which to send them; none if no request can help.")
    saves: int = described("What they take off `retained`, tokens; negative if a recount adds to it.")
    retained: int = described("`retained` after them and all requests before them, tokens: rehearsed, so exact.")
    available: int = described("`available` at that point, if no lease expires in the meantime; tokens.")
    undo: list[CureRequest] = described(
        "Requests that bring back items and settings, to be sent in this order, after those of the findings that "
        "follow; rehearsed as well. Completed phases and waves, ended leases and recounted figures stay as they are."
    )


class DiagnoseResult(SessionResult, Noticed):
    """Result of `budget/diagnose`. Requests are sent in order, those of the first finding first."""

    state: SessionState
    policy: Policy = described("The policy in force.")
    status: Figures = described("Before any request.")
    symptoms: list[Symptom] = described("The signs that something is wrong.")
    findings: list[Finding] = described("The first cause first; no item belongs to the cures of two of them.")
    reaches: Figures = described("After all requests.")
    text: str = described("The findings as text for a model.")


DIAGNOSE = Method(
    name="budget/diagnose",
    doc="What is wrong with the account, why, and the requests that cure it, with the figure that they reach.",
    params=DiagnoseParams,
    result=DiagnoseResult,
    errors=SESSION_ERRORS,
    example=Example(
        params={"sessionId": "run-1"},
        result={
            "sessionId": "run-1",
            "revision": 17,
            "notices": [],
            "state": "open",
            "policy": "aggressive",
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
            "symptoms": [],
            "findings": [
                {
                    "code": "contentNotPruned",
                    "message": "Phase 1 is complete, and 1 item of 554 tokens is still there in full.",
                    "rule": "Prune full agent responses as soon as their metadata is extracted; "
                    "transient content is 0 once its phase has completed.",
                    "prevention": "Add what arrives after the end of a phase with `reduces` or "
                    "context/handOver; prune again what was restored.",
                    "tokens": 554,
                    "evidence": [
                        {"type": "item", "id": "i482915036000003", "title": "report.md", "phase": 1, "tokens": 554}
                    ],
                    "evidenceLeftOut": 0,
                    "requests": [
                        {
                            "method": "context/prune",
                            "params": {"sessionId": "run-1", "target": {"phase": 1}, "ifRevision": 17},
                        }
                    ],
                    "saves": 554,
                    "retained": 315,
                    "available": 7185,
                    "undo": [{"method": "context/undo", "params": {"sessionId": "run-1", "undo": "u482915036000010"}}],
                }
            ],
            "reaches": {
                "window": 25000,
                "windowSource": "default",
                "budget": 7500,
                "retained": 315,
                "peak": 869,
                "processed": 570,
                "saved": 255,
                "leased": 0,
                "available": 7185,
                "ofWindow": 0.0126,
                "ofBudget": 0.042,
                "level": "ok",
            },
            "text": "1. Phase 1 is complete, and 1 item of 554 tokens is still there in full. Cure "
            "(context/prune): frees 554, leaves 315.\n"
            "`ctxbudget diagnose run-1 --apply` sends these requests: of 869 tokens in the context "
            "315 remain.",
        },
    ),
)
