"""Methods of `session/*`: params, results, rows."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from ctxbudget_protocol.breakdown import Money
from ctxbudget_protocol.common import (
    Alert,
    Figures,
    MutatingParams,
    Noticed,
    PruneOutcome,
    SessionParams,
    SessionResult,
)
from ctxbudget_protocol.fields import PositiveTokens, RequestKey, SessionId, Share, Text, Title
from ctxbudget_protocol.method import FILE_ERRORS, SESSION_ERRORS, WRITE_ERRORS, Example, Method
from ctxbudget_protocol.records import Constraint, Meaning, Record, described
from ctxbudget_protocol.words import PhaseStatus, Policy, Provenance, Scope, SessionState, Strategy, WindowSource

MAX_SESSIONS = 10_000
"""Maximum number of sessions in one page of `session/list`."""

PolicySetting = Policy | Literal["auto"]
Threshold = Annotated[
    float, Constraint(gt=0, le=1000000000, finite=True), Meaning("Up to 1 a share of the budget, above 1 tokens.")
]


class Thresholds(Record):
    """A level is reached at `>=` its threshold and left below its release figure."""

    warn: Threshold | None = 0.75
    critical: Threshold | None = 0.95
    warn_release: Threshold | None = described("Absent: 5 % of the budget below `warn`.", default=None)
    critical_release: Threshold | None = described("Absent: 5 % of the budget below `critical`.", default=None)


class ReserveShares(Record):
    """How the strategy `reserve` divides the total; the shares add up to 1."""

    core: Share | None = described("The share for phases.", default=0.6)
    debug: Share | None = described("The share for debugging.", default=0.2)
    overflow: Share | None = described("The share for what exceeds the other shares.", default=0.2)


class LayerCeilings(Record):
    """Ceilings as shares of the window. Transient items should be gone once their phase has completed."""

    permanent: Share | None = 0.04
    phase: Share | None = 0.12
    metadata: Share | None = 0.06


class Config(Record):
    """Settings of a session, any subset: absent ones stay as they are, and null takes one back, or one member."""

    context_window: PositiveTokens | None = described("The model's context size, tokens.", default=25000)
    target_share: Annotated[float, Constraint(gt=0, le=1, finite=True)] | None = described(
        "budget = floor(window x target share), computed in decimal.", default=0.3
    )
    thresholds: Thresholds | None = Thresholds()
    policy: PolicySetting | None = described(
        "The pruning policy; `auto`: by scope and number of phases.", default="auto"
    )
    scope: Scope | None = None
    model: Annotated[str, Constraint(min_length=1, max_length=200)] | None = described(
        "Selects the vocabulary. Absent: o200k_base.", default=None
    )
    metadata_horizon: Annotated[int, Constraint(ge=1, le=10000)] | None = described(
        "Completing phase N turns the metadata of phases <= N - horizon into markers. Absent: never.", default=None
    )
    keep_for: Annotated[int, Constraint(ge=0, le=10000)] | None = described(
        "Policy `moderate`: for how many more phases full content stays.", default=0
    )
    markers: bool | None = True
    auto_prune: bool | None = described(
        "At `critical`, remove unpinned transient items once per crossing.", default=False
    )
    metadata_tokens: Annotated[int, Constraint(ge=20, le=100000)] | None = described(
        "Maximum size of metadata that the policy extracts, tokens.", default=300
    )
    strategy: Strategy | None = described(
        "How `workflow/plan` divides the budget. Absent: `dynamic` for a plan with phases, else `fixed`.", default=None
    )
    max_cost: Annotated[float, Constraint(gt=0, le=1000000000, finite=True)] | None = described(
        "`budget/reserve` refuses once the session's bills come to this, in the prices' currency. Absent: no limit.",
        default=None,
    )
    reserve_shares: ReserveShares | None = ReserveShares()
    layer_ceilings: LayerCeilings | None = LayerCeilings()


class HostReport(Record):
    """What the program that a session runs in reports about itself. It counts where no setting says otherwise."""

    context_window: PositiveTokens | None = described("The window it works with, tokens.", default=None)
    model: Annotated[str, Constraint(min_length=1, max_length=200)] | None = described(
        "The model it works with.", default=None
    )


class OpenParams(MutatingParams):
    """Params of `session/open`."""

    config: Config | None = described(
        "Settings of this session alone; the others come from files and defaults (`settings/get`).",
        default=None,
    )
    host: HostReport | None = described(
        "For adapters of coding agents. Absent members stay as they are; null takes one back.", default=None
    )
    watch: bool = described(
        "Send `budget/didChange` and `budget/alert` to this connection; false stops them.", default=False
    )


class OpenResult(SessionResult, Noticed):
    """Result of `session/open`."""

    created: bool
    state: SessionState
    config: dict[str, Any] = described("Every setting as it is in force, wherever it comes from.")
    window_source: WindowSource = described("Where `contextWindow` comes from, as in `budget/status`.")
    host: HostReport = described("What the host has reported.")
    budget: int = described("Tokens.")
    effective_policy: Policy = described("The policy in force, after resolving `auto`.")
    alerts: list[Alert] = described("Alerts raised because settings changed the budget or the thresholds.")


OPEN = Method(
    name="session/open",
    doc="Create or resume a session by id, and configure it.",
    params=OpenParams,
    result=OpenResult,
    errors=("conflict", "requestKeyReused"),
    mutates=True,
    repeatable=True,
    example=Example(
        params={"sessionId": "run-1", "config": {"policy": "aggressive", "scope": "research-only"}},
        result={
            "sessionId": "run-1",
            "revision": 1,
            "notices": [],
            "created": True,
            "state": "open",
            "config": {
                "contextWindow": 25000,
                "targetShare": 0.3,
                "thresholds": {"warn": 0.75, "critical": 0.95, "warnRelease": None, "criticalRelease": None},
                "policy": "aggressive",
                "scope": "research-only",
                "model": None,
                "metadataHorizon": None,
                "keepFor": 0,
                "markers": True,
                "autoPrune": False,
                "metadataTokens": 300,
                "strategy": None,
                "maxCost": None,
                "reserveShares": {"core": 0.6, "debug": 0.2, "overflow": 0.2},
                "layerCeilings": {"permanent": 0.04, "phase": 0.12, "metadata": 0.06},
            },
            "windowSource": "default",
            "host": {"contextWindow": None, "model": None},
            "budget": 7500,
            "effectivePolicy": "aggressive",
            "alerts": [],
        },
    ),
)


class CloseParams(MutatingParams):
    """Params of `session/close`."""

    prune: bool = described(
        "Apply the policy's final prune; false: leave every item as it is, for a session that may be resumed.",
        default=True,
    )


class CloseResult(SessionResult, PruneOutcome):
    """Result of `session/close`."""

    state: SessionState
    closed_at: str
    status: Figures


CLOSE = Method(
    name="session/close",
    doc="End a session; unless told otherwise, its policy makes a final prune. `session/open` resumes it.",
    params=CloseParams,
    result=CloseResult,
    errors=WRITE_ERRORS,
    mutates=True,
    example=Example(
        params={"sessionId": "run-1"},
        result={
            "sessionId": "run-1",
            "revision": 21,
            "plan": [
                {
                    "id": "i482915036000002",
                    "action": "kept",
                    "reason": "pinned",
                    "layer": "permanent",
                    "kind": "other",
                    "phase": None,
                    "wave": None,
                    "title": "task",
                    "tokensBefore": 9,
                    "tokensAfter": 9,
                    "standIn": None,
                },
                {
                    "id": "i482915036000003",
                    "action": "reduced",
                    "reason": "policy",
                    "layer": "transient",
                    "kind": "report",
                    "phase": 1,
                    "wave": 1,
                    "title": "report.md",
                    "tokensBefore": 554,
                    "tokensAfter": 0,
                    "standIn": "i482915036000007",
                },
                {
                    "id": "i482915036000007",
                    "action": "kept",
                    "reason": "metadata",
                    "layer": "metadata",
                    "kind": "report",
                    "phase": 1,
                    "wave": 1,
                    "title": "report.md",
                    "tokensBefore": 299,
                    "tokensAfter": 299,
                    "standIn": None,
                },
                {
                    "id": "i482915036000009",
                    "action": "kept",
                    "reason": "metadata",
                    "layer": "metadata",
                    "kind": "summary",
                    "phase": 1,
                    "wave": None,
                    "title": "Phase 1 summary",
                    "tokensBefore": 7,
                    "tokensAfter": 7,
                    "standIn": None,
                },
                {
                    "id": "i482915036000012",
                    "action": "kept",
                    "reason": "metadata",
                    "layer": "metadata",
                    "kind": "report",
                    "phase": 2,
                    "wave": None,
                    "title": "report.md",
                    "tokensBefore": 98,
                    "tokensAfter": 98,
                    "standIn": None,
                },
            ],
            "saved": 554,
            "undo": "u482915036000013",
            "state": "closed",
            "closedAt": "2026-01-31T12:00:00.000Z",
            "status": {
                "window": 25000,
                "windowSource": "default",
                "budget": 7500,
                "retained": 413,
                "peak": 967,
                "processed": 1112,
                "saved": 699,
                "leased": 0,
                "available": 7087,
                "ofWindow": 0.01652,
                "ofBudget": 0.055067,
                "level": "ok",
            },
        },
    ),
)


class ArchiveParams(MutatingParams):
    """Params of `session/archive`."""

    keep_content: bool = described("Keep the originals as well; they can then still be read.", default=False)


class ArchiveResult(SessionResult):
    """Result of `session/archive`."""

    state: SessionState
    closed_at: str
    dropped_items: int = described("Items whose content was dropped.")
    dropped_bytes: int = described("Their content before compression, bytes.")
    status: Figures


ARCHIVE = Method(
    name="session/archive",
    doc="Keep a session for analysis: it ends if it is open, its figures and its log stay, its content goes.",
    params=ArchiveParams,
    result=ArchiveResult,
    errors=(*SESSION_ERRORS, "conflict", "requestKeyReused"),
    mutates=True,
    example=Example(
        params={"sessionId": "run-1"},
        result={
            "sessionId": "run-1",
            "revision": 22,
            "state": "archived",
            "closedAt": "2026-01-31T12:00:00.000Z",
            "droppedItems": 7,
            "droppedBytes": 7364,
            "status": {
                "window": 25000,
                "windowSource": "default",
                "budget": 7500,
                "retained": 413,
                "peak": 967,
                "processed": 1112,
                "saved": 699,
                "leased": 0,
                "available": 7087,
                "ofWindow": 0.01652,
                "ofBudget": 0.055067,
                "level": "ok",
            },
        },
    ),
)


class ReceiptParams(SessionParams):
    """Params of `session/receipt`."""


class ReceiptResult(SessionResult):
    """Result of `session/receipt`."""

    hash: str | None = described(
        "SHA-256 of the log's last entry, which names that of the entry before, and so on. null: an older version made "
        "all entries, and there have been no changes since."
    )


RECEIPT = Method(
    name="session/receipt",
    doc="The hash of the log's last entry. Whoever keeps it can tell later whether anything before it was changed.",
    params=ReceiptParams,
    result=ReceiptResult,
    errors=SESSION_ERRORS,
    example=Example(
        params={"sessionId": "run-1"},
        result={
            "sessionId": "run-1",
            "revision": 22,
            "hash": "0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f",
        },
    ),
)


class ExportParams(SessionParams):
    """Params of `session/export`."""

    content: bool = described("Also the originals of all items that have some.", default=False)
    path: Title | None = described(
        "Write the lines to this file: absolute, a file: URI, or relative to the workspace. Absent: return them.",
        default=None,
    )
    overwrite: bool = described("With `path`: replace a file that exists.", default=False)
    cursor: Annotated[str, Constraint(max_length=300)] | None = described(
        "Continue after an earlier page, with its `next`.", default=None
    )
    limit: Annotated[int, Constraint(ge=1, le=10_000)] = described("Maximum number of lines returned.", default=1_000)


class ExportResult(SessionResult):
    """Result of `session/export`."""

    path: str | None = described("The file that was written; null: the lines are here.")
    lines: list[str] | None = described("JSON Lines, in order and without line breaks; null with `path`.")
    next: str | None = described("Pass it as `cursor` for the next page; null: this is the last page.")
    count: int = described("Lines of all pages so far, or of the file.")
    head: str | None = described("The hash of the log's last entry, as in `session/receipt`.")


EXPORT = Method(
    name="session/export",
    doc="A session as lines of JSON: log, account, items and, if wanted, content. Anyone can verify them.",
    params=ExportParams,
    result=ExportResult,
    errors=(*SESSION_ERRORS, *FILE_ERRORS, "conflict", "contentDamaged"),
    example=Example(
        params={"sessionId": "run-1", "path": "run-1.jsonl"},
        result={
            "sessionId": "run-1",
            "revision": 22,
            "path": "/home/ada/project/run-1.jsonl",
            "lines": None,
            "next": None,
            "count": 32,
            "head": "0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f",
        },
    ),
)


class ImportParams(Record, exactly_one=("path", "lines")):
    """Params of `session/import`: exactly one of path and lines."""

    path: Title | None = described("A file that was exported.", default=None)
    lines: Annotated[list[Text], Constraint(min_length=1)] | None = described(
        "All lines of an export, without line breaks.", default=None
    )
    request_key: RequestKey | None = described("The same key returns the first result.", default=None)


class ImportResult(SessionResult):
    """Result of `session/import`."""

    state: SessionState
    items: int
    contents: int = described("Originals that came with the export.")
    without_content: int = described(
        "Items whose content did not come with the export. If there are any, a change that says so is added to the log."
    )
    head: str | None = described("The hash of the export's last entry, as in `session/receipt`.")
    status: Figures


IMPORT = Method(
    name="session/import",
    doc="Take in an exported session under its own id, after verifying every line.",
    params=ImportParams,
    result=ImportResult,
    errors=(*FILE_ERRORS, "sessionExists", "invalidExport", "requestKeyReused"),
    mutates=True,
    example=Example(
        params={"path": "run-1.jsonl"},
        result={
            "sessionId": "run-1",
            "revision": 22,
            "state": "archived",
            "items": 7,
            "contents": 0,
            "withoutContent": 0,
            "head": "0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f",
            "status": {
                "window": 25000,
                "windowSource": "default",
                "budget": 7500,
                "retained": 413,
                "peak": 967,
                "processed": 1112,
                "saved": 699,
                "leased": 0,
                "available": 7087,
                "ofWindow": 0.01652,
                "ofBudget": 0.055067,
                "level": "ok",
            },
        },
    ),
)


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


class ListParams(Record):
    """Params of `session/list`."""

    state: SessionState | None = described("Only sessions in this state.", default=None)
    after: SessionId | None = described("Continue after this session.", default=None)
    limit: Annotated[int, Constraint(ge=1, le=MAX_SESSIONS)] = described(
        "Maximum number of sessions returned.", default=1000
    )


class LastEvent(Record):
    """The latest transaction of a session."""

    at: str
    method: str = described("The method that made it.")
    why: str = described("For people.")


class SessionInfo(Record):
    """One session of the workspace."""

    session_id: str
    state: SessionState
    created_at: str
    updated_at: str
    revision: int
    phase: int | None = described("The running phase.")
    last_event: LastEvent | None = described("null: the store has lost it.")
    status: Figures


class ListResult(Noticed):
    """Result of `session/list`."""

    workspace: str
    sessions: list[SessionInfo] = described("Oldest first.")
    total: int = described("Number of sessions that match, regardless of `limit` and `after`.")
    next: str | None = described("Pass it as `after` for the next page; null: this is the last page.")
    latest: str | None = described(
        "The session to show to people who name none, whichever are listed: the one that changed last, or the parent "
        "of a subagent's (`SESSION:AGENT`). null: there is none besides the archive."
    )


LIST = Method(
    name="session/list",
    doc="List the sessions of the workspace, page by page.",
    params=ListParams,
    result=ListResult,
    errors=SESSION_ERRORS,
    example=Example(
        params={"state": "open"},
        result={
            "notices": [],
            "workspace": "/home/ada/project",
            "sessions": [
                {
                    "sessionId": "run-1",
                    "state": "open",
                    "createdAt": "2026-01-31T12:00:00.000Z",
                    "updatedAt": "2026-01-31T12:00:00.000Z",
                    "revision": 20,
                    "phase": None,
                    "lastEvent": {"at": "2026-01-31T12:00:00.000Z", "method": "context/handOver", "why": "hand over"},
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
                }
            ],
            "total": 1,
            "next": None,
            "latest": "run-1",
        },
    ),
)


MAX_COMPARED = 100
"""Maximum number of sessions named in one `session/history`."""
MAX_RUNS = 1_000
"""Maximum number of runs in one page of `session/history`."""

Moment = Annotated[
    str,
    Constraint(min_length=10, max_length=40),
    Meaning("A time as in RFC 3339, or a date: its beginning in UTC."),
]


class HistoryParams(Record):
    """Params of `session/history`."""

    sessions: Annotated[list[SessionId], Constraint(min_length=1, max_length=MAX_COMPARED)] | None = described(
        "Only these, in this order, to compare them. With none of the other params.", default=None
    )
    scope: Scope | None = described("Only runs with this scope.", default=None)
    state: SessionState | None = described("Only sessions in this state.", default=None)
    since: Moment | None = described(
        "Only runs that began then or later: a time as in RFC 3339, or a date, which begins in UTC.", default=None
    )
    after: SessionId | None = described("Continue after this session.", default=None)
    limit: Annotated[int, Constraint(ge=1, le=MAX_RUNS)] = described("Maximum number of runs returned.", default=100)


class RunPhase(Record):
    """A phase of a run. All figures are tokens."""

    phase: int
    name: str | None
    state: PhaseStatus
    allocated: int | None = described("null: it drew on the buffer, or nothing was allocated.")
    used: int = described("What it held at its completion; before that, what it holds.")
    peak: int
    overrun: int = described("used - allocated if positive, else 0.")


class Run(Record):
    """What a session came to."""

    session_id: str
    state: SessionState
    finished: bool = described(
        "Whether it is over: no longer open, or all its phases are complete. Only such runs teach the strategy history."
    )
    scope: Scope | None = described("null: none is set; `budget/allocate` takes full-implementation.")
    created_at: str
    updated_at: str
    closed_at: str | None
    window: int = described("As the session's settings have it now, tokens.")
    window_source: WindowSource = described("Where the window comes from, as in `budget/status`.")
    budget: int = described("As the session's settings have it now, tokens.")
    allocated: int | None = described("Sum of the allocations, tokens. null: nothing was allocated.")
    used: int = described("What the phases used, and what belongs to none of them still holds, tokens.")
    retained: int = described("Tokens in the context now.")
    peak: int = described("Highest `retained` at the end of any transaction, tokens.")
    processed: int = described("Tokens of everything that callers added.")
    net_savings: int = described(
        "processed - retained, less what was pruned and read again, tokens; as in `budget/report`."
    )
    savings_share: float = described("netSavings / processed.")
    overruns: int = described("Phases that used more than they were allocated.")
    overrun: int = described("What they used beyond their allocations, tokens.")
    provenance: Provenance | None = described(
        "Where the roughest of the token figures comes from. null: nothing was added."
    )
    cost: Money | None = described("Of the bills that `usage/bill` recorded. null: none, so it is unknown.")
    phases: list[RunPhase]


class HistoryResult(Noticed):
    """Result of `session/history`."""

    workspace: str
    runs: list[Run] = described("The latest begun first, or in the order of `sessions`.")
    total: int = described("Number of runs that match, regardless of `limit` and `after`.")
    next: str | None = described("Pass it as `after` for the next page; null: this is the last page.")


HISTORY = Method(
    name="session/history",
    doc="What the runs of the workspace came to: budget, use, peak, overruns, net savings and cost, page by page.",
    params=HistoryParams,
    result=HistoryResult,
    errors=SESSION_ERRORS,
    example=Example(
        params={"limit": 1},
        result={
            "notices": [],
            "workspace": "/home/ada/project",
            "runs": [
                {
                    "sessionId": "run-1",
                    "state": "open",
                    "finished": False,
                    "scope": "research-only",
                    "createdAt": "2026-01-31T12:00:00.000Z",
                    "updatedAt": "2026-01-31T12:00:00.000Z",
                    "closedAt": None,
                    "window": 25000,
                    "windowSource": "default",
                    "budget": 7500,
                    "allocated": 7500,
                    "used": 413,
                    "retained": 967,
                    "peak": 967,
                    "processed": 1112,
                    "netSavings": 145,
                    "savingsShare": 0.130396,
                    "overruns": 0,
                    "overrun": 0,
                    "provenance": "exact",
                    "cost": {
                        "amount": 0.0147,
                        "currency": "USD",
                        "provenance": "reported",
                        "coveredTokens": 21262,
                        "coveredShare": 1.0,
                    },
                    "phases": [
                        {
                            "phase": 1,
                            "name": "research",
                            "state": "completed",
                            "allocated": 4500,
                            "used": 306,
                            "peak": 554,
                            "overrun": 0,
                        },
                        {
                            "phase": 2,
                            "name": "planning",
                            "state": "planned",
                            "allocated": 3000,
                            "used": 98,
                            "peak": 98,
                            "overrun": 0,
                        },
                    ],
                }
            ],
            "total": 1,
            "next": None,
        },
    ),
)


class DeleteParams(MutatingParams):
    """Params of `session/delete`."""


class DeleteResult(SessionResult):
    """Result of `session/delete`; the revision is the session's last."""

    deleted: bool


DELETE = Method(
    name="session/delete",
    doc="Delete a session for good, including its originals.",
    params=DeleteParams,
    result=DeleteResult,
    errors=(*SESSION_ERRORS, "conflict", "requestKeyReused"),
    mutates=True,
    example=Example(
        params={"sessionId": "run-1"},
        result={"sessionId": "run-1", "revision": 22, "deleted": True},
    ),
)
