"""Methods of `context/*`: params, results, rows."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from ctxbudget_protocol.common import Alert, Figures, MutatingParams, PruneOutcome, SessionParams, SessionResult
from ctxbudget_protocol.fields import (
    MAX_ITEMS,
    MAX_MESSAGES,
    Conversation,
    ItemId,
    Label,
    LineNumber,
    Messages,
    Model,
    PhaseNumber,
    PositiveTokens,
    Retrieve,
    Text,
    Title,
    Tokens,
    WaveNumber,
)
from ctxbudget_protocol.method import FILE_ERRORS, SESSION_ERRORS, WRITE_ERRORS, Example, Method
from ctxbudget_protocol.records import Constraint, Meaning, Record, described
from ctxbudget_protocol.words import (
    Detail,
    FitAnswer,
    FitContinues,
    FitReason,
    Kind,
    Layer,
    MessageFormat,
    OverheadSource,
    Policy,
    Provenance,
    RenderReason,
    State,
)


class NewItem(Record, exactly_one=("content", "path", "tokens")):
    """A new item: exactly one of content, path and tokens."""

    layer: Layer | None = described("Absent with `reduces`: metadata; otherwise required.", default=None)
    kind: Kind | None = described(
        "Absent: other; with `reduces`, the kind of the sources if they share one.", default=None
    )
    phase: PhaseNumber | None = described(
        "Absent: the running phase; for permanent items without a wave none.", default=None
    )
    wave: WaveNumber | None = None
    agent: Label | None = None
    tool: Label | None = None
    file: Title | None = described(
        "The file that `content` or `tokens` is from; only named, not read. The item has it as its `path`.",
        default=None,
    )
    title: Title | None = None
    again_of: ItemId | None = described(
        "An item that had left, and comes back with this one. Absent: recognised by content, or file and tool.",
        default=None,
    )
    pinned: bool = described("Kept byte for byte through every prune.", default=False)
    reduces: Annotated[list[ItemId], Constraint(min_length=1, max_length=MAX_ITEMS)] | None = described(
        "Items that this one replaces from now on.", default=None
    )
    complete: bool | None = described(
        "With `reduces`: whether the metadata is of a finished document, as `metadata/extract` reported.", default=None
    )
    content: Text | None = None
    path: Title | None = described("Absolute, a file: URI, or relative to the workspace; read now.", default=None)
    tokens: Tokens | None = None
    provenance: Literal["reported", "estimated"] = described(
        "With `tokens`: whether someone reported the figure, or the caller estimates it.", default="reported"
    )


class AddParams(MutatingParams):
    """Params of `context/add`."""

    items: Annotated[list[NewItem], Constraint(min_length=1, max_length=MAX_ITEMS)] = described("The items to add.")
    allow_estimate: bool = described(
        "Use an estimate while the vocabulary is not loaded; `session/recalibrate` counts exactly later.", default=False
    )


class AddedItem(Record):
    """An item as it was added."""

    id: str
    tokens: int
    provenance: Provenance
    layer: Layer
    kind: Kind
    state: State
    phase: int | None
    wave: int | None
    reduces: list[str]


class AddResult(SessionResult):
    """Result of `context/add`."""

    items: list[AddedItem] = described("The items as they were added, in the order of the request.")
    status: Figures
    alerts: list[Alert]
    emergency: PruneOutcome | None = described("What `autoPrune` removed because of this call.", default=None)


ADD = Method(
    name="context/add",
    doc="Add items to the account; never refused because of the budget.",
    params=AddParams,
    result=AddResult,
    errors=(*WRITE_ERRORS, *FILE_ERRORS, "unknownItem", "protectedItem"),
    mutates=True,
    example=Example(
        params={
            "sessionId": "run-1",
            "items": [
                {"layer": "permanent", "title": "task", "content": "Keep people signed in for 30 days."},
                {
                    "layer": "transient",
                    "kind": "report",
                    "phase": 1,
                    "wave": 1,
                    "agent": "research-1",
                    "path": "report.md",
                },
            ],
        },
        result={
            "sessionId": "run-1",
            "revision": 7,
            "items": [
                {
                    "id": "i482915036000002",
                    "tokens": 9,
                    "provenance": "exact",
                    "layer": "permanent",
                    "kind": "other",
                    "state": "retained",
                    "phase": None,
                    "wave": None,
                    "reduces": [],
                },
                {
                    "id": "i482915036000003",
                    "tokens": 542,
                    "provenance": "exact",
                    "layer": "transient",
                    "kind": "report",
                    "state": "retained",
                    "phase": 1,
                    "wave": 1,
                    "reduces": [],
                },
            ],
            "status": {
                "window": 25000,
                "windowSource": "default",
                "budget": 7500,
                "retained": 551,
                "peak": 551,
                "processed": 551,
                "saved": 0,
                "leased": 900,
                "available": 6049,
                "ofWindow": 0.02204,
                "ofBudget": 0.073467,
                "level": "ok",
            },
            "alerts": [],
            "emergency": None,
        },
    ),
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


class UpdateParams(MutatingParams):
    """Params of `context/update`: absent fields stay as they are, null clears phase, wave, agent and title."""

    item_id: ItemId
    pinned: bool | None = None
    title: Title | None = None
    kind: Kind | None = None
    layer: Layer | None = None
    phase: PhaseNumber | None = described(
        "Absent with a wave, for an item without a phase: the running phase.", default=None
    )
    wave: WaveNumber | None = None
    agent: Label | None = None


class ItemInfo(Record):
    """An item on the account."""

    id: str
    layer: Layer
    kind: Kind
    state: State
    phase: int | None
    wave: int | None
    agent: str | None
    title: str | None
    path: str | None
    pinned: bool
    marker: bool
    tokens: int = described("The figure that the account adds up, fixed when the item was added.")
    provenance: Provenance
    raw_tokens: int = described("Tokens before any calibration.")
    encoding: str | None = described("The vocabulary of the raw count; null if none was used.")
    factor: float = described("The calibration in force when the item was added; 1: none.")
    bytes: int | None = described("Size of the content in UTF-8; null without content.")
    hash: str | None = described("sha256 of the content.")
    complete: bool | None = described("Whether the metadata is of a finished document; null for other items.")
    reduces: list[str]
    stand_in: str | None = described("The item that replaces this one.")
    reason: str | None = described("Why it is not retained.")
    added_at: str
    revision: int = described("The revision of its last change.")
    dropped_at: str | None = described("When retention dropped the content; null while it is kept.", default=None)
    tool: str | None = None
    again_of: str | None = described(
        "The item that had left the context, which this one brought back; null: none.", default=None
    )


class UpdateResult(SessionResult):
    """Result of `context/update`."""

    item: ItemInfo
    status: Figures
    alerts: list[Alert]


UPDATE = Method(
    name="context/update",
    doc="Pin, unpin or retitle an item, or move it to another layer or phase.",
    params=UpdateParams,
    result=UpdateResult,
    errors=(*WRITE_ERRORS, "unknownItem"),
    mutates=True,
    example=Example(
        params={"sessionId": "run-1", "itemId": "i482915036000002", "pinned": True},
        result={
            "sessionId": "run-1",
            "revision": 10,
            "item": {
                "id": "i482915036000002",
                "layer": "permanent",
                "kind": "other",
                "state": "retained",
                "phase": None,
                "wave": None,
                "agent": None,
                "title": "task",
                "path": None,
                "pinned": True,
                "marker": False,
                "tokens": 9,
                "provenance": "exact",
                "rawTokens": 9,
                "encoding": "o200k_base",
                "factor": 1.0,
                "bytes": 34,
                "hash": "75fbf6ae0015887580fc5a99151de4e871d07dde0e4efc7392bc6016a411b6e5",
                "complete": None,
                "reduces": [],
                "standIn": None,
                "reason": None,
                "addedAt": "2026-01-31T12:00:00.000Z",
                "revision": 10,
                "droppedAt": None,
                "tool": None,
                "againOf": None,
            },
            "status": {
                "window": 25000,
                "windowSource": "default",
                "budget": 7500,
                "retained": 563,
                "peak": 563,
                "processed": 563,
                "saved": 0,
                "leased": 0,
                "available": 6937,
                "ofWindow": 0.02252,
                "ofBudget": 0.075067,
                "level": "ok",
            },
            "alerts": [],
        },
    ),
)


class AppendParams(MutatingParams):
    """Params of `context/append`."""

    item_id: ItemId
    content: Text


class AppendResult(SessionResult):
    """Result of `context/append`."""

    item: ItemInfo
    added: int = described("Tokens by which the item grew.")
    recounted: int = described("Characters that were counted again: the tail and the addition.")
    status: Figures
    alerts: list[Alert]
    emergency: PruneOutcome | None = None


APPEND = Method(
    name="context/append",
    doc="Append to an item; only its tail is counted again.",
    params=AppendParams,
    result=AppendResult,
    errors=(*WRITE_ERRORS, "unknownItem", "noContent", "contentDropped", "contentDamaged", "payloadTooLarge"),
    mutates=True,
    example=Example(
        params={
            "sessionId": "run-1",
            "itemId": "i482915036000003",
            "content": "\n## Note\n\nThe grace period was measured, not guessed.\n",
        },
        result={
            "sessionId": "run-1",
            "revision": 9,
            "item": {
                "id": "i482915036000003",
                "layer": "transient",
                "kind": "report",
                "state": "retained",
                "phase": 1,
                "wave": 1,
                "agent": "research-1",
                "title": "report.md",
                "path": "/home/ada/project/report.md",
                "pinned": False,
                "marker": False,
                "tokens": 554,
                "provenance": "exact",
                "rawTokens": 554,
                "encoding": "o200k_base",
                "factor": 1.0,
                "bytes": 2252,
                "hash": "c31d42b9b8c5204d7311ade4b3531a920d56dc2a494f53ee6fee009041839b4e",
                "complete": None,
                "reduces": [],
                "standIn": None,
                "reason": None,
                "addedAt": "2026-01-31T12:00:00.000Z",
                "revision": 9,
                "droppedAt": None,
                "tool": None,
                "againOf": None,
            },
            "added": 12,
            "recounted": 56,
            "status": {
                "window": 25000,
                "windowSource": "default",
                "budget": 7500,
                "retained": 563,
                "peak": 563,
                "processed": 563,
                "saved": 0,
                "leased": 0,
                "available": 6937,
                "ofWindow": 0.02252,
                "ofBudget": 0.075067,
                "level": "ok",
            },
            "alerts": [],
            "emergency": None,
        },
    ),
)


class ListParams(SessionParams):
    """Params of `context/list`: items must match all filters given."""

    state: State | None = described("Only items in this state.", default=None)
    layer: Layer | None = None
    kind: Kind | None = None
    phase: PhaseNumber | None = described("Absent: all; with a wave, the running phase.", default=None)
    wave: WaveNumber | None = None
    agent: Label | None = None
    pinned: bool | None = None
    after: ItemId | None = described("Continue after this item.", default=None)
    limit: Annotated[int, Constraint(ge=1, le=MAX_ITEMS)] = described("Maximum number of items returned.", default=1000)


class ListResult(SessionResult):
    """Result of `context/list`."""

    items: list[ItemInfo]
    total: int = described("Number of items that match, on all pages.")
    tokens: int = described("Retained tokens of the items that match, on all pages.")
    next: str | None = described("Pass it as `after` for the next page; null: this is the last page.")


LIST = Method(
    name="context/list",
    doc="List the session's items, with filters.",
    params=ListParams,
    result=ListResult,
    errors=(*SESSION_ERRORS, "unknownItem"),
    example=Example(
        params={"sessionId": "run-1", "layer": "transient"},
        result={
            "sessionId": "run-1",
            "revision": 10,
            "items": [
                {
                    "id": "i482915036000003",
                    "layer": "transient",
                    "kind": "report",
                    "state": "retained",
                    "phase": 1,
                    "wave": 1,
                    "agent": "research-1",
                    "title": "report.md",
                    "path": "/home/ada/project/report.md",
                    "pinned": False,
                    "marker": False,
                    "tokens": 554,
                    "provenance": "exact",
                    "rawTokens": 554,
                    "encoding": "o200k_base",
                    "factor": 1.0,
                    "bytes": 2252,
                    "hash": "c31d42b9b8c5204d7311ade4b3531a920d56dc2a494f53ee6fee009041839b4e",
                    "complete": None,
                    "reduces": [],
                    "standIn": None,
                    "reason": None,
                    "addedAt": "2026-01-31T12:00:00.000Z",
                    "revision": 9,
                    "droppedAt": None,
                    "tool": None,
                    "againOf": None,
                }
            ],
            "total": 1,
            "tokens": 554,
            "next": None,
        },
    ),
)


class Lines(Record):
    """A range of lines, including both ends."""

    start: LineNumber
    end: LineNumber


class GetParams(SessionParams):
    """Params of `context/get`: nothing for the whole original, or one of section, lines and search."""

    item_id: ItemId
    section: Label | None = described("A heading, or a path of headings joined by ` > `.", default=None)
    lines: Lines | None = None
    search: Label | None = None
    limit: Annotated[int, Constraint(ge=1, le=1000)] = described("Maximum number of matches of a search.", default=20)


class Match(Record):
    """A line found by a search; `context/get` by lines returns its surroundings."""

    line: int = described("1-based.")
    text: str


class GetResult(SessionResult):
    """Result of `context/get`."""

    item_id: str
    content: str | None = described("The requested content, as text; null for a search.")
    start_line: int | None
    end_line: int | None
    tokens: int = described("Tokens of what is returned: the raw count in the item's vocabulary.")
    provenance: Provenance
    bytes: int
    hash: str = described("sha256 of the whole original.")
    matches: list[Match]


GET = Method(
    name="context/get",
    doc="Get an item's original: whole, by section, by lines or by search. Changes nothing.",
    params=GetParams,
    result=GetResult,
    errors=(*SESSION_ERRORS, "unknownItem", "noContent", "contentDropped", "contentDamaged", "unknownSection"),
    example=Example(
        params={"sessionId": "run-1", "itemId": "i482915036000003", "section": "Recommendations"},
        result={
            "sessionId": "run-1",
            "revision": 10,
            "itemId": "i482915036000003",
            "content": "## Recommendations\n"
            "\n"
            "1. Rotate on every use, and keep a grace period of 10 seconds for lost answers.\n"
            "2. Run chrony on the edge nodes before the expiry goes below five minutes.\n"
            "3. Alert on more than three revoked families in an hour.\n"
            "\n",
            "startLine": 30,
            "endLine": 35,
            "tokens": 53,
            "provenance": "exact",
            "bytes": 233,
            "hash": "0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f",
            "matches": [],
        },
    ),
)


class SearchParams(SessionParams):
    """Params of `context/search`."""

    query: Annotated[Label, Meaning("Words, or a literal string.")]
    kind: Kind | None = None
    phase: PhaseNumber | None = None
    limit: Annotated[int, Constraint(ge=1, le=1000)] = described("Maximum number of lines returned.", default=20)


class FoundLine(Record):
    """A line of an item's original found by a search; `context/get` by lines returns its surroundings."""

    item_id: str
    title: str | None
    kind: Kind
    state: State
    line: int = described("1-based.")
    text: str = described("The line; if it has more than 500 characters, the part around the match, between `…`.")


class SearchResult(SessionResult):
    """Result of `context/search`: lines with the literal query come first, then by BM25 over all lines.

    Identical lines are returned once, from the newest item.
    """

    matches: list[FoundLine]
    searched: int = described("Number of items whose content was searched; equal content counts once.")
    complete: bool = described(
        "False if there was more content than one search reads; the newest items are searched first."
    )


SEARCH = Method(
    name="context/search",
    doc="Search all originals, including pruned ones, for lines that match a query. Changes nothing.",
    params=SearchParams,
    result=SearchResult,
    errors=SESSION_ERRORS,
    example=Example(
        params={"sessionId": "run-1", "query": "grace period"},
        result={
            "sessionId": "run-1",
            "revision": 10,
            "matches": [
                {
                    "itemId": "i482915036000003",
                    "title": "report.md",
                    "kind": "report",
                    "state": "retained",
                    "line": 77,
                    "text": "The grace period was measured, not guessed.",
                },
                {
                    "itemId": "i482915036000003",
                    "title": "report.md",
                    "kind": "report",
                    "state": "retained",
                    "line": 32,
                    "text": "1. Rotate on every use, and keep a grace period of 10 seconds for lost answers.",
                },
            ],
            "searched": 2,
            "complete": True,
        },
    ),
)


class RestoreParams(MutatingParams):
    """Params of `context/restore`."""

    items: Annotated[list[ItemId], Constraint(min_length=1, max_length=MAX_ITEMS)] = described(
        "Ids of the items to restore."
    )


class RestoreResult(SessionResult):
    """Result of `context/restore`."""

    items: list[ItemInfo] = described("The restored items.")
    restored: int = described("Tokens restored.")
    status: Figures
    alerts: list[Alert]
    emergency: PruneOutcome | None = None


RESTORE = Method(
    name="context/restore",
    doc="Restore removed items to the account.",
    params=RestoreParams,
    result=RestoreResult,
    errors=(*WRITE_ERRORS, "unknownItem", "contentDropped"),
    mutates=True,
    example=Example(
        params={"sessionId": "run-1", "items": ["i482915036000003"]},
        result={
            "sessionId": "run-1",
            "revision": 15,
            "items": [
                {
                    "id": "i482915036000003",
                    "layer": "transient",
                    "kind": "report",
                    "state": "retained",
                    "phase": 1,
                    "wave": 1,
                    "agent": "research-1",
                    "title": "report.md",
                    "path": "/home/ada/project/report.md",
                    "pinned": False,
                    "marker": False,
                    "tokens": 554,
                    "provenance": "exact",
                    "rawTokens": 554,
                    "encoding": "o200k_base",
                    "factor": 1.0,
                    "bytes": 2252,
                    "hash": "c31d42b9b8c5204d7311ade4b3531a920d56dc2a494f53ee6fee009041839b4e",
                    "complete": None,
                    "reduces": [],
                    "standIn": "i482915036000007",
                    "reason": None,
                    "addedAt": "2026-01-31T12:00:00.000Z",
                    "revision": 15,
                    "droppedAt": None,
                    "tool": None,
                    "againOf": None,
                }
            ],
            "restored": 554,
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
            "emergency": None,
        },
    ),
)


class Target(Record, exactly_one=("items", "phase", "wave", "layer", "workflow"), beside={"phase": "wave"}):
    """What to prune: exactly one of items, phase, wave (with or without its phase), layer and workflow."""

    items: Annotated[list[ItemId], Constraint(min_length=1, max_length=MAX_ITEMS)] | None = described(
        "Ids of the items.", default=None
    )
    phase: PhaseNumber | None = described("Absent with a wave: the running phase.", default=None)
    wave: WaveNumber | None = None
    layer: Layer | None = described("All items of this layer.", default=None)
    workflow: Literal[True] | None = None


class PruneParams(MutatingParams):
    """Params of `context/prune`."""

    target: Target
    policy: Policy | Literal["auto"] | None = described(
        "Absent: the session's; individually listed items are removed whatever the policy.", default=None
    )
    dry_run: bool = False


class PruneResult(SessionResult, PruneOutcome):
    """Result of `context/prune`."""

    dry_run: bool
    policy: Policy
    status: Figures
    alerts: list[Alert]


PRUNE = Method(
    name="context/prune",
    doc="Remove items by policy and target, or with dryRun show what would be removed.",
    params=PruneParams,
    result=PruneResult,
    errors=(*WRITE_ERRORS, "unknownItem", "unknownPhase"),
    mutates=True,
    example=Example(
        params={"sessionId": "run-1", "target": {"phase": 1, "wave": 1}},
        result={
            "sessionId": "run-1",
            "revision": 11,
            "plan": [
                {
                    "id": "i482915036000003",
                    "action": "reduced",
                    "reason": "requested",
                    "layer": "transient",
                    "kind": "report",
                    "phase": 1,
                    "wave": 1,
                    "title": "report.md",
                    "tokensBefore": 554,
                    "tokensAfter": 299,
                    "standIn": "i482915036000004",
                }
            ],
            "saved": 255,
            "undo": "u482915036000005",
            "dryRun": False,
            "policy": "aggressive",
            "status": {
                "window": 25000,
                "windowSource": "default",
                "budget": 7500,
                "retained": 308,
                "peak": 563,
                "processed": 563,
                "saved": 255,
                "leased": 0,
                "available": 7192,
                "ofWindow": 0.01232,
                "ofBudget": 0.041067,
                "level": "ok",
            },
            "alerts": [],
        },
    ),
)


class UndoParams(MutatingParams):
    """Params of `context/undo`."""

    undo: Label


class UndoResult(SessionResult):
    """Result of `context/undo`."""

    restored: list[str] = described("Items restored to their earlier state.")
    withdrawn: list[str] = described("Replacements that the prune had created and that are gone with it.")
    phases: list[int] = described("Phases that are again as they were before the plan was applied.", default=())
    undo: str = described("Undoes this undo.")
    status: Figures
    alerts: list[Alert]


UNDO = Method(
    name="context/undo",
    doc="Revert a prune: restore exactly the items that it changed. Reverts the setup of `workflow/plan` as well.",
    params=UndoParams,
    result=UndoResult,
    errors=(*WRITE_ERRORS, "unknownUndo"),
    mutates=True,
    example=Example(
        params={"sessionId": "run-1", "undo": "u482915036000005"},
        result={
            "sessionId": "run-1",
            "revision": 12,
            "restored": ["i482915036000003"],
            "withdrawn": ["i482915036000004"],
            "phases": [],
            "undo": "u482915036000006",
            "status": {
                "window": 25000,
                "windowSource": "default",
                "budget": 7500,
                "retained": 563,
                "peak": 563,
                "processed": 563,
                "saved": 0,
                "leased": 0,
                "available": 6937,
                "ofWindow": 0.02252,
                "ofBudget": 0.075067,
                "level": "ok",
            },
            "alerts": [],
        },
    ),
)


class RenderParams(SessionParams):
    """Params of `context/render`."""

    max_tokens: PositiveTokens = described("A hard limit, in tokens of the session's model.")
    phase: PhaseNumber | None = described(
        "The phase whose phase-scoped items are included. Absent: the running phase.", default=None
    )
    focus: Text | None = described("What the next step is about: items and passages about it come first.", default=None)


class RenderedItem(Record):
    """A retained item, and how it is shown in the text."""

    id: str
    detail: Detail = described(
        "`metadata`: an extract, of its source if it replaces one. `brief`: one of half the size. "
        "`line`: title, kind and tokens. `marker`: a marker, or covered by that of its phase."
    )
    tokens: int = described("Tokens of its part of the text; 0 if omitted or covered by its phase's marker.")
    reason: RenderReason = described(
        "pinned, permanent, fits: shown whole for this reason; focus: extracted again, because its source is about the "
        "focus; room: finer detail did not fit; noContent: only a token figure; otherPhase: instructions and state of "
        "another phase; marker, phaseMarker; sourceRetained: the item that it replaces is retained itself."
    )


class RenderResult(SessionResult):
    """Result of `context/render`."""

    text: str = described("Markdown: permanent, phase-scoped, metadata, transient.")
    tokens: int = described("Tokens of `text`, as counted by `tokens/count` for the session; at most `maxTokens`.")
    provenance: Provenance
    max_tokens: int
    phase: int | None = described("The phase whose phase-scoped items are included; null: no phase is running.")
    stable_prefix_tokens: int = described(
        "Tokens of the permanent items at the beginning of `text`: the same bytes as long as none of them changes."
    )
    omitted: int = described("Number of items that are not in `text` at all.")
    items: list[RenderedItem] = described("All retained items, in the order in which they were added.")


RENDER = Method(
    name="context/render",
    doc="Render the text for the next agent within N tokens. Changes nothing.",
    params=RenderParams,
    result=RenderResult,
    errors=(*SESSION_ERRORS, "unknownPhase", "budgetExceeded"),
    example=Example(
        params={"sessionId": "run-1", "maxTokens": 200},
        result={
            "sessionId": "run-1",
            "revision": 15,
            "text": "# Permanent\n"
            "\n"
            "## task [item i482915036000002]\n"
            "\n"
            "Keep people signed in for 30 days.\n"
            "\n"
            "# Metadata\n"
            "\n"
            "## Phase 1 summary [item i482915036000009, summary, phase 1]\n"
            "\n"
            "Rotate refresh tokens on every use.\n"
            "\n"
            "# Transient\n"
            "\n"
            "## report.md [item i482915036000003, report, from 554 tokens, phase 1]\n"
            "\n"
            "# Token rotation for the gateway\n"
            "\n"
            "Refresh tokens are rotated on every use. A stolen token is found out when its twin is "
            "presented a second time. The gateway keeps the family id of each token in "
            "`auth/families.py` and revokes the whole family at once.\n"
            "\n"
            "The grace period was measured, not guessed.\n"
            "\n"
            "Rest: item i482915036000003\n"
            "\n"
            '> context/get {"sessionId": "run-1", "itemId": …} has an item whole, context/list has '
            "what is left out.\n",
            "tokens": 186,
            "provenance": "exact",
            "maxTokens": 200,
            "phase": None,
            "stablePrefixTokens": 23,
            "omitted": 1,
            "items": [
                {"id": "i482915036000002", "detail": "whole", "tokens": 20, "reason": "pinned"},
                {"id": "i482915036000003", "detail": "metadata", "tokens": 98, "reason": "room"},
                {"id": "i482915036000007", "detail": "omitted", "tokens": 0, "reason": "sourceRetained"},
                {"id": "i482915036000009", "detail": "whole", "tokens": 27, "reason": "fits"},
            ],
        },
    ),
)


class CachePrices(Record):
    """Prices of the provider's prompt cache, relative to the price of an input token."""

    read: Annotated[float, Constraint(gt=0, le=100, finite=True)] = 0.1
    write: Annotated[float, Constraint(ge=0, le=100, finite=True)] = 1.25


class Reported(Record):
    """What a provider reported about the latest request."""

    input_tokens: Tokens = described("All input tokens of the request, cached ones included.")
    window: PositiveTokens | None = described("The model's window, if `maxTokens` may exceed it.", default=None)


class FitParams(MutatingParams):
    """Params of `context/fit`. Without `sessionId` no session's account changes; one that is not open is opened."""

    messages: Messages
    max_tokens: PositiveTokens
    format: MessageFormat | None = described(
        "The format of the messages. Absent: recognised with certainty, or refused.", default=None
    )
    keep_turns: Annotated[int, Constraint(ge=0, le=10000)] = described(
        "Number of latest turns that stay; their largest results are reduced if there is no room otherwise.", default=2
    )
    pins: Annotated[list[int | str], Constraint(max_length=MAX_ITEMS)] | None = described(
        "What stays unchanged: indexes of messages, or ids of calls (the call and its result).", default=None
    )
    spent: Annotated[list[str], Constraint(max_length=MAX_ITEMS)] | None = described(
        "Ids of calls whose results are no longer needed: reduced at once, also where there is room.", default=None
    )
    focus: Text | None = described(
        "What the next turns are about, for names and the newest results. Absent: for results, a person's last words.",
        default=None,
    )
    min_reclaim: Tokens | Literal["auto"] | None = described(
        "Room to gain below the limit, from results alone, once it is exceeded. `auto`: as much as pays off.",
        default="auto",
    )
    archive: bool = described(
        "False: nothing is written, what is removed is lost, and no marker promises to bring it back.", default=True
    )
    dry_run: bool = described(
        "Show what would be removed, and keep nothing: the markers in `messages` lead nowhere.", default=False
    )
    cache_prices: CachePrices | None = described(
        "Used for `breakEvenTurns`, and to decide what pays for itself. Absent: read 0.1, write 1.25.", default=None
    )
    model: Model | None = described("Absent: the session's if a session is given, else o200k_base.", default=None)
    answer: FitAnswer = described(
        "What to return: the fitted `messages`, the `edits` that turn the given ones into them, or all as one `text`.",
        default="messages",
    )
    previous: Text | None = described(
        'With `answer: "text"`: the text that precedes the messages, such as an earlier answer.', default=None
    )
    continue_: bool = described(
        "Continue from the earlier answer about this conversation; rewrite it only if nothing else makes room.",
        default=False,
    )
    conversation: Conversation | None = described("With `continue`: its name. Absent: main.", default=None)
    since: Annotated[int, Constraint(ge=0, le=MAX_MESSAGES)] | None = described(
        "With `continue`: how many messages precede these, as given before. Absent: these are all.", default=None
    )
    overhead: Tokens | None = described(
        "Tokens of what is sent besides the messages, such as tools; `maxTokens` includes them.", default=None
    )
    reported: Reported | None = described(
        "The bill of the request that the last turn answered, from which the overhead is computed.", default=None
    )
    retrieve: Retrieve | None = described(
        "How an item is fetched back in this host, such as `context_get {itemId}`. Absent: `context/get`.", default=None
    )
    whole_window: bool = described(
        "With `sessionId`: the model sees nothing else. What else is retained, unless pinned or permanent, is pruned.",
        default=False,
    )


class FitEdit(Record):
    """A step from the given array to the fitted one. Indexes are of the given array, so apply the last step first."""

    op: Literal["replaceResult", "insert", "remove"] = described("What to do.")
    index: int = described(
        "Index of the message with the result, of the first message that is removed, or of the one before which a "
        "message is inserted (the array's length: at the end)."
    )
    end: int | None = described("`remove`: index after the last message that is removed.", default=None)
    call_id: str | None = described("`replaceResult`: id of the call, or its function if it has no id.", default=None)
    text: str | None = described(
        "`replaceResult`: the text that replaces those of the result. `insert`: what the message says.", default=None
    )
    role: Literal["user", "assistant"] | None = described("`insert`: who says it.", default=None)
    place: list[int | str] | None = described(
        "`replaceResult`: members and indexes that lead from the message to the result's content.", default=None
    )
    value: Any = described("`replaceResult`: the new value at `place`; null: `text` itself.", default=None)
    message: dict[str, Any] | None = described(
        "`insert`: the message in the array's format; null with `neutral`: `role` and `text` are all of it.",
        default=None,
    )


class FittedPart(Record):
    """A part that is no longer whole in the array."""

    id: str | None = described("`context/get` of this item returns it exactly; null with `archive: false`.")
    index: int = described("Index of the message in the given array.")
    kind: Literal["result", "turn"] = described("A tool's result, or a whole turn of the agent with its results.")
    reason: FitReason
    call_id: str | None = described("Id of the call whose result it is.")
    title: str = described("The calls, in a few words.")
    encoding: Literal["text", "json"] = described("The item's content: a result's text, or JSON of what was there.")
    tokens_before: int
    tokens_after: int = described("Tokens of its replacement, without names that a record shares among turns.")


class FitResult(Record):
    """Result of `context/fit`."""

    session_id: str | None = described("The session that keeps what was removed, for `context/get`; null: none does.")
    revision: int | None = described("Revision of that session; null without one.")
    format: MessageFormat = described("The format in which the array was read.")
    messages: list[dict[str, Any]] | None = described(
        'Legal for the provider if the given array was; null with another `answer` than "messages".'
    )
    edits: list[FitEdit] | None = described(
        'The changes that turn the given messages into the fitted ones; null without `answer: "edits"`.'
    )
    text: str | None = described(
        'The conversation as one text; null without `answer: "text"`. `tokens` is what it has then.'
    )
    tokens: int = described(
        "Tokens of `messages`: the count of their JSON text, and for bytes in it what the provider documents."
    )
    source_tokens: int = described("Tokens of the given array, counted in the same way.")
    provenance: Provenance = described("`estimated` also if the array has bytes, or blocks of an unknown type.")
    fits: bool = described("False: even the smallest legal array is over `maxTokens`; `untouchable` says why.")
    unchanged: bool = described("`messages` is the given array: it fits already, or could not be made smaller.")
    limit: int = described("Tokens that `messages` may have: `maxTokens`, or the reported window, less `overhead`.")
    overhead: int = described("Tokens kept free for what is sent besides the messages.")
    overhead_source: OverheadSource = described(
        "Where `overhead` comes from: it was `given`, or it is the `reported` input tokens less those of the messages "
        "then."
    )
    untouchable: int = described(
        "Tokens of what must stay: system messages, pins, a person's last words, and the latest turns without the part "
        "of their results that may be removed."
    )
    reclaimed: int = described(
        "Tokens below `maxTokens` gained on purpose, from results: at most `minReclaim`, or what `auto` chooses."
    )
    held_out: int | None = described(
        "Index, in the given array, of the message that would not fit if it were reduced less, if that is why `tokens` "
        "is under 90 % of `maxTokens - reclaimed`; else null."
    )
    removed: list[FittedPart]
    first_changed: int | None = described(
        "Index of the first message of `messages` that this cut changed; if nothing was cut beyond what an earlier fit "
        "of this conversation decided, of the first that differs from the given array; null if unchanged."
    )
    rewrites: bool = described(
        "Whether this cut changed something before the end of what earlier cuts wrote, because there was no other "
        "room, or because it costs less, since it lasts longer."
    )
    stable_prefix_tokens: int = described(
        "Tokens before the first changed message, which a provider's cache still has."
    )
    break_even_turns: int | None = described(
        "Turns until the smaller array has paid for rewriting the cache; null if unchanged or never."
    )
    conversation: str | None = described("The conversation that was continued; null without `continue`.")
    continues: FitContinues | None = described(
        "With `continue`: the messages begin as those `given` before, or as what was `answered`; `nothing`: it is cut "
        "afresh, since they begin otherwise, or nothing is known of the conversation."
    )
    known: int | None = described("With `continue`: how many messages at the beginning were known.")
    opened: bool = described("Whether the session was created or resumed.")
    status: Figures | None = described("The account of the given session; null without one.")
    alerts: list[Alert]


FIT = Method(
    name="context/fit",
    doc="Cut a message array to at most N tokens, legal for the provider; everything removed can be restored.",
    params=FitParams,
    result=FitResult,
    errors=(*WRITE_ERRORS, "unknownFormat", "unknownBase"),
    mutates=True,
    repeatable=True,
    example=Example(
        params={
            "format": "openai-chat",
            "maxTokens": 200,
            "messages": [{"role": "user", "content": "Why are the tests red?"}],
        },
        result={
            "sessionId": None,
            "revision": None,
            "format": "openai-chat",
            "messages": [{"role": "user", "content": "Why are the tests red?"}],
            "edits": None,
            "text": None,
            "tokens": 18,
            "sourceTokens": 18,
            "provenance": "exact",
            "fits": True,
            "unchanged": True,
            "limit": 200,
            "overhead": 0,
            "overheadSource": "none",
            "untouchable": 18,
            "reclaimed": 0,
            "heldOut": None,
            "removed": [],
            "firstChanged": None,
            "rewrites": False,
            "stablePrefixTokens": 18,
            "breakEvenTurns": None,
            "conversation": None,
            "continues": None,
            "known": None,
            "opened": False,
            "status": None,
            "alerts": [],
        },
    ),
)
