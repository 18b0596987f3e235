"""`context/handOver`: its params, its result and its row of the table."""

from __future__ import annotations

from typing import Annotated

from ctxbudget_protocol.common import Alert, Figures, MutatingParams, PruneOutcome, SessionResult
from ctxbudget_protocol.fields import (
    Label,
    PhaseNumber,
    Text,
    Title,
    WaveNumber,
)
from ctxbudget_protocol.method import FILE_ERRORS, WRITE_ERRORS, Example, Method
from ctxbudget_protocol.methods.context.add import AddedItem
from ctxbudget_protocol.records import Constraint, Meaning, described
from ctxbudget_protocol.words import (
    Kind,
)


class HandOverParams(MutatingParams, exactly_one=("content", "path")):
    """Params of `context/handOver`."""

    content: Text | None = None
    path: Title | None = described("Absolute, a file: URI, or relative to the workspace; read now.", default=None)
    kind: Kind | None = described("Absent: detected from the path and the content.", default=None)
    phase: PhaseNumber | None = described("Absent: that of the lease, else the running phase.", default=None)
    wave: WaveNumber | None = None
    agent: Label | None = described("Absent: the holder of the lease.", default=None)
    title: Title | None = None
    max_tokens: Annotated[int, Constraint(ge=1, le=1000000)] | None = described(
        "Maximum tokens of the metadata. Absent: the session's `metadataTokens`.", default=None
    )
    focus: Annotated[Text, Meaning("What the reader wants to know.")] | None = None
    lease_id: Label | None = described(
        "The lease under which the work was done: the metadata may use what it reserved. It is not settled.",
        default=None,
    )


class HandOverResult(SessionResult):
    """Result of `context/handOver`."""

    item: AddedItem = described("The artifact; only `metadata` is in the context.")
    metadata: AddedItem | None = described("The item that replaces it; null if the artifact is empty.")
    text: str = described("The text of `metadata`, which the next phase reads.")
    complete: bool = described("Whether the artifact is a finished document.")
    warnings: list[str]
    status: Figures
    alerts: list[Alert]
    emergency: PruneOutcome | None = described("What `autoPrune` removed because of this call.", default=None)


HAND_OVER = Method(
    name="context/handOver",
    doc="Add an artifact so that only its metadata enters the context, in one transaction.",
    params=HandOverParams,
    result=HandOverResult,
    errors=(*WRITE_ERRORS, *FILE_ERRORS, "budgetExceeded", "unknownLease", "leaseClosed"),
    mutates=True,
    example=Example(
        params={"sessionId": "run-1", "path": "report.md", "phase": 2, "agent": "planner", "maxTokens": 100},
        result={
            "sessionId": "run-1",
            "revision": 20,
            "item": {
                "id": "i482915036000011",
                "tokens": 542,
                "provenance": "exact",
                "layer": "transient",
                "kind": "report",
                "state": "reduced",
                "phase": 2,
                "wave": None,
                "reduces": [],
            },
            "metadata": {
                "id": "i482915036000012",
                "tokens": 98,
                "provenance": "exact",
                "layer": "metadata",
                "kind": "report",
                "state": "retained",
                "phase": 2,
                "wave": None,
                "reduces": ["i482915036000011"],
            },
            "text": "# Token rotation for the gateway\n"
            "\n"
            "Refresh tokens are rotated on every use. A stolen token is found out when its twin is "
            "presented a second time. The gateway keeps the family id of each token in "
            "`auth/families.py` and revokes the whole family at once.\n"
            "\n"
            "Recommendations:\n"
            "- Rotate on every use, and keep a grace period of 10 seconds for lost answers.\n"
            "- … 2 more\n"
            "\n"
            "Names: edge-01\n"
            "\n"
            "Rest: item i482915036000011",
            "complete": True,
            "warnings": [],
            "status": {
                "window": 25000,
                "windowSource": "default",
                "budget": 7500,
                "retained": 967,
                "peak": 967,
                "processed": 1112,
                "saved": 145,
                "leased": 0,
                "available": 6533,
                "ofWindow": 0.03868,
                "ofBudget": 0.128933,
                "level": "ok",
            },
            "alerts": [],
            "emergency": None,
        },
    ),
)
