"""`budget/report`: its params, its result and its row of the table."""

from __future__ import annotations

from typing import Any, Literal

from ctxbudget_protocol.common import (
    Alert,
    Figures,
    Forecast,
    Noticed,
    SessionParams,
    SessionResult,
)
from ctxbudget_protocol.method import SESSION_ERRORS, Example, Method
from ctxbudget_protocol.methods.budget.status import AdviceAction, Diagnosis, ProvenanceShare
from ctxbudget_protocol.records import Record, described
from ctxbudget_protocol.words import (
    Layer,
    PhaseStatus,
    Policy,
    SessionState,
)


class ReportParams(SessionParams):
    """Params of `budget/report`."""

    format: Literal["json", "markdown"] = described("The format of the report.", default="json")


class PhaseEnd(Record):
    """The whole account when a phase had completed."""

    revision: int
    retained: int = described("Tokens.")
    of_budget: float = described("retained / the session's budget of today.")
    allocated: int | None = described(
        "Allocations of the phases that had completed by then, this one included, tokens; null if one of them has none."
    )
    under: int | None = described("allocated - retained, tokens; negative if exceeded.")


class PhaseReport(Record):
    """Actual against budget of one phase. All figures are tokens."""

    phase: int
    name: str | None
    state: PhaseStatus
    allocated: int | None
    retained: int = described("Tokens of the phase in the context: its actual figure.")
    used: int = described("What it held at its completion, which no longer changes; before that, `retained`.")
    overrun: int = described("used - allocated if positive, else 0.")
    peak: int
    processed: int
    saved: int
    over: int = described("retained - allocated if positive, else 0.")
    peak_over: int = described("peak - allocated if positive, else 0.")
    of_allocation: float | None
    draws_on_buffer: bool
    after: PhaseEnd | None = described(
        "The account at its completion; null before that, and of phases that an older version completed.", default=None
    )


class SourceFigures(Record):
    """What an agent, a tool or a file brought in, and what is kept of it."""

    name: str | None = described("null: what names none.")
    items: int = described("Items that came in.")
    entered: int = described("Tokens that came in.")
    kept: int = described("Tokens that are retained, in these items or in what replaces them.")


class SourceTable(Record):
    """Sources, the largest first."""

    rows: list[SourceFigures] = described("The 20 that brought in most.")
    others: SourceFigures | None = described("The sum of all others; null: there are none.")


class SourcesReport(Record):
    """Where tokens came from. In each table, `entered` sums to `processed` and `kept` to `retained`."""

    by_agent: SourceTable = described("By the agents of items.")
    by_tool: SourceTable = described("By the tools whose output they are.")
    by_file: SourceTable = described("By the files that they are from.")


class ReadAgainItem(Record):
    """An item that had left the context and was brought back."""

    item_id: str
    again_of: str = described("The item that had left.")
    title: str | None
    path: str | None
    tokens: int = described("Of the new item; all that bring one item back count at most its tokens.")


class ReadAgain(Record):
    """What was pruned and read again: pruning it saved nothing."""

    tokens: int
    items: int
    largest: list[ReadAgainItem] = described("The ten that cost most.")


class LayerReport(Record):
    """A layer against its ceiling, over the whole session. All figures are tokens."""

    layer: Layer = described("The layer.")
    retained: int
    peak: int
    ceiling: int | None
    breached: bool = described("Whether the ceiling was exceeded at any time so far.")
    since_phase: int | None = described("The phase in which the first breach began.", default=None)
    since_revision: int | None = None


class LeaseReport(Record):
    """Leases over the whole session. All figures are tokens."""

    reserved: int
    used: int
    refunded: int
    overrun: int
    open: int = described("Leases in flight.")
    expired: int = described("Tokens of leases that expired unsettled.")
    overruns: list[dict[str, Any]]


class ArtifactIssue(Record):
    """An artifact whose metadata is not what it should be."""

    item_id: str
    title: str | None
    phase: int | None
    issue: Literal["missing", "incomplete", "overBound", "largerThanSource"]
    source_tokens: int
    metadata_tokens: int | None


class ChecklistEntry(Record):
    """One entry of a checklist, answered from the account."""

    id: Literal[
        "scope",
        "phases",
        "allocation",
        "budget",
        "policy",
        "extracted",
        "pruned",
        "monitored",
        "alerted",
        "phaseScoped",
        "waves",
        "figures",
        "verified",
        "reported",
        "archived",
        "overruns",
    ] = described("The name of the entry.")
    text: str = described("The entry in words.")
    state: Literal["done", "open", "notApplicable"] = described(
        "`done`; `open`: something is to be done; `notApplicable`: the entry does not apply."
    )
    why: str = described("The evidence, or the reason why the entry does not apply.")
    cure: str | None = described("What to do, if it is open.", default=None)
    actions: list[AdviceAction] = described("Requests that do it, to be sent in this order.", default=())


class Checklist(Record):
    """A checklist of good practice."""

    when: Literal["before", "during", "afterPhase", "afterWorkflow"] = described(
        "Before the workflow, during each phase, after each phase, after the workflow."
    )
    entries: list[ChecklistEntry] = described("All entries of the list, including those that do not apply.")


class ReportResult(SessionResult, Noticed):
    """Result of `budget/report`."""

    state: SessionState
    status: Figures
    policy: Policy
    allocated: int | None = described("Sum of the allocations, tokens.")
    buffer: int | None = described("Tokens.")
    under_allocation: int | None = described("allocated - retained, tokens; negative if exceeded.")
    under_budget: int = described("budget - retained, tokens; negative if exceeded.")
    under_allocation_share: float | None = described("underAllocation / allocated.")
    under_budget_share: float = described("underBudget / budget.")
    peak_of_budget: float = described("peak / budget.")
    net_savings: int = described("saved, less what was pruned and read again, tokens.")
    savings_share: float = described("netSavings / processed.")
    phases: list[PhaseReport]
    layers: list[LayerReport]
    leases: LeaseReport = described("The leases of the session, in total.")
    artifacts: list[ArtifactIssue]
    alerts: list[Alert] = described("The alerts of the session so far.")
    forecast: Forecast
    diagnoses: list[Diagnosis]
    next: str = described("What to do next, in one line, as in `advice` of `budget/status`.")
    checklists: list[Checklist] = described("Good practice, answered from the account: all four lists, in order.")
    provenance: list[ProvenanceShare]
    sources: SourcesReport = described("Where tokens came from, and what is kept of them.")
    read_again: ReadAgain = described("What was pruned and read again.")
    markdown: str | None = described("With format markdown: the report for people.", default=None)


REPORT = Method(
    name="budget/report",
    doc="Actual figures against the budget, per phase and layer, with overruns, peaks and net savings.",
    params=ReportParams,
    result=ReportResult,
    errors=SESSION_ERRORS,
    example=Example(
        params={"sessionId": "run-1"},
        result={
            "sessionId": "run-1",
            "revision": 17,
            "notices": [],
            "state": "open",
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
            "policy": "aggressive",
            "allocated": 7500,
            "buffer": 0,
            "underAllocation": 6631,
            "underBudget": 6631,
            "underAllocationShare": 0.884133,
            "underBudgetShare": 0.884133,
            "peakOfBudget": 0.115867,
            "netSavings": -299,
            "savingsShare": -0.524561,
            "phases": [
                {
                    "phase": 1,
                    "name": "research",
                    "state": "completed",
                    "allocated": 4500,
                    "retained": 860,
                    "used": 306,
                    "overrun": 0,
                    "peak": 554,
                    "processed": 561,
                    "saved": -299,
                    "over": 0,
                    "peakOver": 0,
                    "ofAllocation": 0.191111,
                    "drawsOnBuffer": False,
                    "after": {"revision": 14, "retained": 315, "ofBudget": 0.042, "allocated": 4500, "under": 4185},
                },
                {
                    "phase": 2,
                    "name": "planning",
                    "state": "planned",
                    "allocated": 3000,
                    "retained": 0,
                    "used": 0,
                    "overrun": 0,
                    "peak": 0,
                    "processed": 0,
                    "saved": 0,
                    "over": 0,
                    "peakOver": 0,
                    "ofAllocation": 0.0,
                    "drawsOnBuffer": False,
                    "after": None,
                },
            ],
            "layers": [
                {
                    "layer": "permanent",
                    "retained": 9,
                    "peak": 9,
                    "ceiling": 1000,
                    "breached": False,
                    "sincePhase": None,
                    "sinceRevision": None,
                },
                {
                    "layer": "phase",
                    "retained": 0,
                    "peak": 0,
                    "ceiling": 3000,
                    "breached": False,
                    "sincePhase": None,
                    "sinceRevision": None,
                },
                {
                    "layer": "metadata",
                    "retained": 306,
                    "peak": 306,
                    "ceiling": 1500,
                    "breached": False,
                    "sincePhase": None,
                    "sinceRevision": None,
                },
                {
                    "layer": "transient",
                    "retained": 554,
                    "peak": 554,
                    "ceiling": None,
                    "breached": False,
                    "sincePhase": None,
                    "sinceRevision": None,
                },
            ],
            "leases": {
                "reserved": 900,
                "used": 250,
                "refunded": 650,
                "overrun": 0,
                "open": 0,
                "expired": 0,
                "overruns": [],
            },
            "artifacts": [],
            "alerts": [],
            "forecast": {
                "warn": {"at": 5625, "tokens": 4756, "calls": None, "low": None, "high": None, "reason": "tooFewCalls"},
                "critical": {
                    "at": 7125,
                    "tokens": 6256,
                    "calls": None,
                    "low": None,
                    "high": None,
                    "reason": "tooFewCalls",
                },
                "budget": {
                    "at": 7500,
                    "tokens": 6631,
                    "calls": None,
                    "low": None,
                    "high": None,
                    "reason": "tooFewCalls",
                },
                "window": {
                    "at": 25000,
                    "tokens": 24131,
                    "calls": None,
                    "low": None,
                    "high": None,
                    "reason": "tooFewCalls",
                },
                "requests": None,
                "growth": None,
                "basedOn": 2,
                "basis": "session",
                "byPhase": [{"phase": 1, "calls": 2, "growth": 10}],
                "byAgent": [],
            },
            "diagnoses": [
                {
                    "code": "transientLeft",
                    "layer": "transient",
                    "phase": 1,
                    "tokens": 554,
                    "limit": 0,
                    "message": "phase 1 is complete and 554 transient tokens remain",
                }
            ],
            "next": "Prune phase 1, which is complete: frees at least 254 tokens.",
            "checklists": [
                {
                    "when": "before",
                    "entries": [
                        {
                            "id": "scope",
                            "text": "Determine the scope of the workflow",
                            "state": "done",
                            "why": "research-only",
                            "cure": None,
                            "actions": [],
                        },
                        {
                            "id": "phases",
                            "text": "Calculate the expected number of phases",
                            "state": "done",
                            "why": "2 phases",
                            "cure": None,
                            "actions": [],
                        },
                        {
                            "id": "allocation",
                            "text": "Choose a strategy for dividing the budget",
                            "state": "done",
                            "why": "7,500 tokens for 2 phases, 0 as buffer",
                            "cure": None,
                            "actions": [],
                        },
                        {
                            "id": "budget",
                            "text": "Set the budget",
                            "state": "open",
                            "why": "the window's size is not set",
                            "cure": "Set it: run ctxbudget init, or send session/open with config.contextWindow.",
                            "actions": [],
                        },
                        {
                            "id": "policy",
                            "text": "Choose a pruning policy (aggressive for more than 3 phases)",
                            "state": "done",
                            "why": "aggressive, for 2 phases",
                            "cure": None,
                            "actions": [],
                        },
                    ],
                },
                {
                    "when": "during",
                    "entries": [
                        {
                            "id": "extracted",
                            "text": "Take the metadata of a response as soon as its agent is done",
                            "state": "done",
                            "why": "no long response of a finished agent is in the context",
                            "cure": None,
                            "actions": [],
                        },
                        {
                            "id": "pruned",
                            "text": "Prune full responses once their metadata is taken",
                            "state": "done",
                            "why": "no item is in the context beside its metadata",
                            "cure": None,
                            "actions": [],
                        },
                        {
                            "id": "monitored",
                            "text": "Monitor how much of the context is used",
                            "state": "done",
                            "why": "869 tokens now, 869 at most",
                            "cure": None,
                            "actions": [],
                        },
                        {
                            "id": "alerted",
                            "text": "Alert when most of the budget is used",
                            "state": "notApplicable",
                            "why": "the window's size is not set",
                            "cure": None,
                            "actions": [],
                        },
                    ],
                },
                {
                    "when": "afterPhase",
                    "entries": [
                        {
                            "id": "phaseScoped",
                            "text": "Prune what belongs to the phase alone",
                            "state": "open",
                            "why": "phase 1 left 554 tokens",
                            "cure": "Prune phase 1: frees at least 254 tokens.",
                            "actions": [
                                {
                                    "method": "context/prune",
                                    "params": {"sessionId": "run-1", "target": {"phase": 1}, "policy": "aggressive"},
                                    "saves": 254,
                                    "exact": False,
                                    "why": "phase 1 is complete",
                                }
                            ],
                        },
                        {
                            "id": "waves",
                            "text": "Prune what completed waves left",
                            "state": "done",
                            "why": "1 wave complete, nothing left",
                            "cure": None,
                            "actions": [],
                        },
                        {
                            "id": "figures",
                            "text": "Update the figures of the phase",
                            "state": "done",
                            "why": "phase 1 used 306 of 4,500",
                            "cure": None,
                            "actions": [],
                        },
                        {
                            "id": "verified",
                            "text": "Verify that the metadata could be taken",
                            "state": "notApplicable",
                            "why": "no artifact was reduced",
                            "cure": None,
                            "actions": [],
                        },
                    ],
                },
                {
                    "when": "afterWorkflow",
                    "entries": [
                        {
                            "id": "reported",
                            "text": "Report what was used against the budget",
                            "state": "notApplicable",
                            "why": "the workflow is not over",
                            "cure": None,
                            "actions": [],
                        },
                        {
                            "id": "archived",
                            "text": "Close the session",
                            "state": "notApplicable",
                            "why": "the workflow is not over",
                            "cure": None,
                            "actions": [],
                        },
                        {
                            "id": "overruns",
                            "text": "Note overruns for the next workflow",
                            "state": "notApplicable",
                            "why": "the workflow is not over",
                            "cure": None,
                            "actions": [],
                        },
                    ],
                },
            ],
            "provenance": [{"provenance": "exact", "tokens": 869}],
            "sources": {
                "byAgent": {
                    "rows": [
                        {"name": "research-1", "items": 1, "entered": 554, "kept": 853},
                        {"name": None, "items": 2, "entered": 16, "kept": 16},
                    ],
                    "others": None,
                },
                "byTool": {"rows": [{"name": None, "items": 3, "entered": 570, "kept": 869}], "others": None},
                "byFile": {
                    "rows": [
                        {"name": "report.md", "items": 1, "entered": 554, "kept": 853},
                        {"name": None, "items": 2, "entered": 16, "kept": 16},
                    ],
                    "others": None,
                },
            },
            "readAgain": {"tokens": 0, "items": 0, "largest": []},
            "markdown": None,
        },
    ),
)
