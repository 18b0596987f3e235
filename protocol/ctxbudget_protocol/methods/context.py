"""Methods of `context/*`: params, results, rows."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from ctxbudget_protocol.common import Alert, Figures, MutatingParams, PruneOutcome, SessionParams, SessionResult
from ctxbudget_protocol.fields import (
    MAX_ITEMS,
    ItemId,
    Label,
    LineNumber,
    Messages,
    Model,
    PhaseNumber,
    PositiveTokens,
    Text,
    Title,
    Tokens,
    WaveNumber,
)
from ctxbudget_protocol.method import FILE_ERRORS, SESSION_ERRORS, WRITE_ERRORS, Example, Method
from ctxbudget_protocol.records import Constraint, Meaning, Record, described
from ctxbudget_protocol.words import (
    Detail,
    FitReason,
    Kind,
    Layer,
    MessageFormat,
    Policy,
    Provenance,
    RenderReason,
    State,
)


class NewItem(Record, exactly_one=("content", "path", "tokens")):
    """An item that enters: exactly one of content, path and tokens."""

    layer: Layer | None = described("Absent with `reduces`: metadata; otherwise required.", default=None)
    kind: Kind | None = described("Absent: other; with `reduces` that of the sources, if they share one.", default=None)
    phase: PhaseNumber | None = described("Absent: the running phase; permanent items: none.", default=None)
    wave: WaveNumber | None = None
    agent: Label | None = None
    title: Title | None = None
    pinned: bool = described("Kept byte for byte through every prune.", default=False)
    reduces: Annotated[list[ItemId], Constraint(min_length=1, max_length=MAX_ITEMS)] | None = described(
        "Items that this one replaces from now on.", default=None
    )
    complete: bool | None = described(
        "With `reduces`: whether the metadata is of a finished document, as `metadata/extract` said.", default=None
    )
    content: Text | None = None
    path: Title | None = described("Absolute, a file: URI, or relative to the workspace; read now.", default=None)
    tokens: Tokens | None = None


class AddParams(MutatingParams):
    """Params of `context/add`."""

    items: Annotated[list[NewItem], Constraint(min_length=1, max_length=MAX_ITEMS)]
    allow_estimate: bool = described(
        "Estimate while the vocabulary is not loaded; `session/recalibrate` counts it later.", default=False
    )


class AddedItem(Record):
    """An item as it entered."""

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

    items: list[AddedItem]
    status: Figures
    alerts: list[Alert]
    emergency: PruneOutcome | None = described("What `autoPrune` removed because of this call.", default=None)


ADD = Method(
    name="context/add",
    doc="Items enter the account; never refused for the budget.",
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


class UpdateParams(MutatingParams):
    """Params of `context/update`: absent fields stay as they are, null clears phase, wave, agent and title."""

    item_id: ItemId
    pinned: bool | None = None
    title: Title | None = None
    kind: Kind | None = None
    layer: Layer | None = None
    phase: PhaseNumber | None = None
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
    tokens: int = described("The figure that the accounts sum, frozen when the item entered.")
    provenance: Provenance
    raw_tokens: int = described("Before any factor, tokens.")
    encoding: str | None = described("Of the raw count; null for figures that no vocabulary counted.")
    factor: float = described("The calibration in force when the item entered; 1: none.")
    bytes: int | None = described("Of the content, UTF-8; null without content.")
    hash: str | None = described("sha256 of the content.")
    complete: bool | None = described("Whether the metadata is; null for other items.")
    reduces: list[str]
    stand_in: str | None = described("The item that replaces this one.")
    reason: str | None = described("Why it is not retained.")
    added_at: str
    revision: int = described("Of the last change.")
    dropped_at: str | None = described("When retention dropped the content; null while it is kept.", default=None)


class UpdateResult(SessionResult):
    """Result of `context/update`."""

    item: ItemInfo
    status: Figures
    alerts: list[Alert]


UPDATE = Method(
    name="context/update",
    doc="Pin, unpin, retitle an item, or move it to a layer or phase.",
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
            },
            "status": {
                "window": 25000,
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
    doc="Grow an item; only its tail is counted again.",
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
                "title": None,
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
            },
            "added": 12,
            "recounted": 56,
            "status": {
                "window": 25000,
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
    """Params of `context/list`: all filters given must hold."""

    state: State | None = None
    layer: Layer | None = None
    kind: Kind | None = None
    phase: PhaseNumber | None = None
    wave: WaveNumber | None = None
    agent: Label | None = None
    pinned: bool | None = None
    after: ItemId | None = described("Go on after this item.", default=None)
    limit: Annotated[int, Constraint(ge=1, le=MAX_ITEMS)] = 1000


class ListResult(SessionResult):
    """Result of `context/list`."""

    items: list[ItemInfo]
    total: int = described("Items that match, on all pages.")
    tokens: int = described("Retained tokens of the items that match, on all pages.")
    next: str | None = described("For `after`, when there is more.")


LIST = Method(
    name="context/list",
    doc="The items of the session, filtered.",
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
                    "title": None,
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
                }
            ],
            "total": 1,
            "tokens": 554,
            "next": None,
        },
    ),
)


class Lines(Record):
    """A range of lines, both ends included."""

    start: LineNumber
    end: LineNumber


class GetParams(SessionParams):
    """Params of `context/get`: the whole, or one of section, lines and search."""

    item_id: ItemId
    section: Label | None = described("A heading, or a path of headings joined by ` > `.", default=None)
    lines: Lines | None = None
    search: Label | None = None
    limit: Annotated[int, Constraint(ge=1, le=1000)] = described("Most matches of a search.", default=20)


class Match(Record):
    """A line that a search found, the best first; `context/get` by lines has what stands around it."""

    line: int = described("1-based.")
    text: str


class GetResult(SessionResult):
    """Result of `context/get`."""

    item_id: str
    content: str | None = described("The bytes asked for, as text; null for a search.")
    start_line: int | None
    end_line: int | None
    tokens: int = described("Of what is answered, raw count in the item's vocabulary.")
    provenance: Provenance
    bytes: int
    hash: str = described("sha256 of the whole original.")
    matches: list[Match]


GET = Method(
    name="context/get",
    doc="An item's original: whole, by section, by lines or by search. A pure read.",
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
            "hash": "c31d42b9b8c5204d7311ade4b3531a920d56dc2a494f53ee6fee009041839b4e",
            "matches": [],
        },
    ),
)


class SearchParams(SessionParams):
    """Params of `context/search`."""

    query: Annotated[Label, Meaning("Words, or a string as it stands.")]
    kind: Kind | None = None
    phase: PhaseNumber | None = None
    limit: Annotated[int, Constraint(ge=1, le=1000)] = described("Most lines answered.", default=20)


class FoundLine(Record):
    """A line of an item's original that a search found; `context/get` by lines has what stands around it."""

    item_id: str
    title: str | None
    kind: Kind
    state: State
    line: int = described("1-based.")
    text: str = described("Of a line over 500 characters what stands around the match, between `…`.")


class SearchResult(SessionResult):
    """Result of `context/search`: those with the query as it stands come first, then by BM25 over all lines.

    Lines that read the same are answered once, from the newest item.
    """

    matches: list[FoundLine]
    searched: int = described("Items whose content was looked at; equal content counts once.")
    complete: bool = described("False if there was more content than a search looks at; the newest items come first.")


SEARCH = Method(
    name="context/search",
    doc="The lines of all originals that match a query, whatever was pruned. A pure read.",
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
                    "title": None,
                    "kind": "report",
                    "state": "retained",
                    "line": 77,
                    "text": "The grace period was measured, not guessed.",
                },
                {
                    "itemId": "i482915036000003",
                    "title": None,
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

    items: Annotated[list[ItemId], Constraint(min_length=1, max_length=MAX_ITEMS)]


class RestoreResult(SessionResult):
    """Result of `context/restore`."""

    items: list[ItemInfo]
    restored: int = described("Tokens brought back.")
    status: Figures
    alerts: list[Alert]
    emergency: PruneOutcome | None = None


RESTORE = Method(
    name="context/restore",
    doc="Bring removed items back into the account.",
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
                    "title": None,
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
                }
            ],
            "restored": 554,
            "status": {
                "window": 25000,
                "budget": 7500,
                "retained": 870,
                "peak": 870,
                "processed": 570,
                "saved": -300,
                "leased": 0,
                "available": 6630,
                "ofWindow": 0.0348,
                "ofBudget": 0.116,
                "level": "ok",
            },
            "alerts": [],
            "emergency": None,
        },
    ),
)


class Target(Record, exactly_one=("items", "phase", "layer", "workflow")):
    """What a prune is about: exactly one of items, phase (with wave or without), layer and workflow."""

    items: Annotated[list[ItemId], Constraint(min_length=1, max_length=MAX_ITEMS)] | None = None
    phase: PhaseNumber | None = None
    wave: WaveNumber | None = None
    layer: Layer | None = None
    workflow: Literal[True] | None = None


class PruneParams(MutatingParams):
    """Params of `context/prune`."""

    target: Target
    policy: Policy | Literal["auto"] | None = described(
        "Absent: the session's; items named one by one go whatever it is.", default=None
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
    doc="Remove by policy and target, or with dryRun say what would go.",
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
                    "title": None,
                    "tokensBefore": 554,
                    "tokensAfter": 300,
                    "standIn": "i482915036000004",
                }
            ],
            "saved": 254,
            "undo": "u482915036000005",
            "dryRun": False,
            "policy": "aggressive",
            "status": {
                "window": 25000,
                "budget": 7500,
                "retained": 309,
                "peak": 563,
                "processed": 563,
                "saved": 254,
                "leased": 0,
                "available": 7191,
                "ofWindow": 0.01236,
                "ofBudget": 0.0412,
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

    restored: list[str] = described("Items that are as they were before.")
    withdrawn: list[str] = described("Stand-ins that the prune had made and that are gone with it.")
    undo: str = described("Takes this undo back.")
    status: Figures
    alerts: list[Alert]


UNDO = Method(
    name="context/undo",
    doc="Restore exactly the items that a prune changed.",
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
            "undo": "u482915036000006",
            "status": {
                "window": 25000,
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

    max_tokens: PositiveTokens = described("A hard bound, tokens of the session's model.")
    phase: PhaseNumber | None = described("Whose phase-scoped items stand. Absent: the running phase.", default=None)
    focus: Text | None = described(
        "What the next step is about: items and passages that speak of it come first.", default=None
    )


class RenderedItem(Record):
    """A retained item, and what of it stands in the text."""

    id: str
    detail: Detail = described(
        "`metadata`: an extract, of its source where it stands in for one. `brief`: one of half the size. "
        "`line`: title, kind and tokens. `marker`: a marker, or behind that of its phase."
    )
    tokens: int = described("Of what stands in the text for it; 0 when omitted or behind its phase's marker.")
    reason: RenderReason = described(
        "pinned, permanent, fits: whole, because of that; focus: extracted again, because its source is about the "
        "focus; room: finer did not fit; noContent: a token figure alone; otherPhase: instructions and state of "
        "another phase; marker, phaseMarker; sourceRetained: the item that it replaces is there itself."
    )


class RenderResult(SessionResult):
    """Result of `context/render`."""

    text: str = described("Markdown: permanent, phase-scoped, metadata, transient.")
    tokens: int = described("Of `text`, as `tokens/count` says for the session; at most `maxTokens`.")
    provenance: Provenance
    max_tokens: int
    phase: int | None = described("Whose phase-scoped items stand; null: no phase runs.")
    stable_prefix_tokens: int = described(
        "Of the permanent items at the beginning of `text`, the same bytes as long as none of them changes."
    )
    omitted: int = described("Items that do not stand in `text` at all.")
    items: list[RenderedItem] = described("All retained items, in the order in which they entered.")


RENDER = Method(
    name="context/render",
    doc="The text for the next agent within N tokens. A pure read.",
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
    """Prices of the provider's prompt cache, as multiples of an input token's price."""

    read: Annotated[float, Constraint(gt=0, le=100, finite=True)] = 0.1
    write: Annotated[float, Constraint(ge=0, le=100, finite=True)] = 1.25


class FitParams(MutatingParams):
    """Params of `context/fit`. Without `sessionId` no account is touched."""

    messages: Messages
    format: MessageFormat
    max_tokens: PositiveTokens
    keep_turns: Annotated[int, Constraint(ge=0, le=10000)] = described(
        "The latest turns that stay byte for byte. A turn begins where the agent begins to speak.", default=2
    )
    pins: Annotated[list[int | str], Constraint(max_length=MAX_ITEMS)] | None = described(
        "What stays byte for byte: indexes of messages, or ids of calls (the call and its result).", default=None
    )
    focus: Text | None = described("What the next turns are about: names that speak of it stay first.", default=None)
    min_reclaim: Tokens | None = described(
        "Room to win below the limit, once the array is over it. Absent: a tenth of maxTokens.", default=None
    )
    archive: bool = described(
        "False: nothing is written, what goes is gone, and no marker promises to bring it back.", default=True
    )
    dry_run: bool = described(
        "Answer what would go, and keep nothing: the markers in `messages` lead nowhere.", default=False
    )
    cache_prices: CachePrices | None = described("For `breakEvenTurns`. Absent: read 0.1, write 1.25.", default=None)
    model: Model | None = described("Absent: the session's if one is named, else o200k_base.", default=None)


class FittedPart(Record):
    """A part that is no longer whole in the array."""

    id: str | None = described("`context/get` of this item returns it exactly; null with `archive: false`.")
    index: int = described("Of the message in the array that was given.")
    kind: Literal["result", "turn"] = described("A tool's result, or a whole turn of the agent with its results.")
    reason: FitReason
    call_id: str | None = described("Of the call whose result it is.")
    title: str = described("The calls, in a few words.")
    encoding: Literal["text", "json"] = described(
        "How the item holds it: a result's text, or JSON of what stood there."
    )
    tokens_before: int
    tokens_after: int = described("Of what replaces it, without names that a record shares among turns.")


class FitResult(Record):
    """Result of `context/fit`."""

    session_id: str | None = described("The session that keeps what was removed, for `context/get`; null: none does.")
    revision: int | None = described("Of that session; null without one.")
    messages: list[dict[str, Any]] = described("Legal for the provider if the given array was.")
    tokens: int = described(
        "Of `messages`: what `tokens/count` says of their JSON text, with 1,600 for each image or document."
    )
    source_tokens: int = described("Of the array that was given, counted the same way.")
    provenance: Provenance
    fits: bool = described("False: even the smallest legal array is over `maxTokens`; `untouchable` says why.")
    unchanged: bool = described(
        "`messages` is the array that was given: it fits already, or could not be made smaller."
    )
    untouchable: int = described("Tokens of the messages that stay byte for byte, with the calls of their results.")
    removed: list[FittedPart]
    first_changed: int | None = described("Index of the first message that differs; null when unchanged.")
    stable_prefix_tokens: int = described("Before the first changed message: what a provider's cache still holds.")
    break_even_turns: int | None = described(
        "Turns until the smaller array has paid for rewriting the cache; null when unchanged or never."
    )
    status: Figures | None = described("The account of the session that was named; null without one.")
    alerts: list[Alert]


FIT = Method(
    name="context/fit",
    doc="A message array cut to at most N tokens, legal for the provider; all that goes comes back.",
    params=FitParams,
    result=FitResult,
    errors=WRITE_ERRORS,
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
            "messages": [{"role": "user", "content": "Why are the tests red?"}],
            "tokens": 18,
            "sourceTokens": 18,
            "provenance": "exact",
            "fits": True,
            "unchanged": True,
            "untouchable": 18,
            "removed": [],
            "firstChanged": None,
            "stablePrefixTokens": 18,
            "breakEvenTurns": None,
            "status": None,
            "alerts": [],
        },
    ),
)
