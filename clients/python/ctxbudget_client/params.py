"""Params of the methods. Generated from the method table by `python -m ctxbudget_protocol.generate`."""

from __future__ import annotations

from typing import Any, Literal, Required, TypedDict

from ctxbudget_protocol.words import (
    Basis,
    FindingCode,
    FitAnswer,
    HostName,
    Kind,
    Layer,
    MessageFormat,
    PastMeasure,
    Policy,
    RecordingFormat,
    Scope,
    SessionState,
    State,
    Strategy,
    WindowSourceName,
)


class BilledTokens(TypedDict, total=False):
    """Tokens of one request as the provider billed it, by kind. The kinds must not overlap."""

    input: int
    """Neither read from the cache nor written to it."""
    cacheRead: int
    """Read from the cache."""
    cacheWrite: int
    """Written to the cache, if it is not known for how long."""
    cacheWrite5m: int
    """Written for 5 minutes."""
    cacheWrite1h: int
    """Written for an hour."""
    output: int
    """What the model wrote, thinking included."""


class CachePrices(TypedDict, total=False):
    """Prices of the provider's prompt cache, relative to the price of an input token."""

    read: float
    """The price of a token read from the cache."""
    write: float
    """The price of a token written to the cache."""


class HostReport(TypedDict, total=False):
    """What the program that a session runs in reports about itself. It counts where no setting says otherwise."""

    contextWindow: int | None
    """The window it works with, tokens."""
    model: str | None
    """The model it works with."""


class LayerCeilings(TypedDict, total=False):
    """Ceilings as shares of the window. Transient items should be gone once their phase has completed."""

    permanent: float | None
    """A share, 0 to 1."""
    phase: float | None
    """A share, 0 to 1."""
    metadata: float | None
    """A share, 0 to 1."""


class Lines(TypedDict, total=False):
    """A range of lines, including both ends."""

    start: Required[int]
    """1-based."""
    end: Required[int]
    """1-based."""


class NewItem(TypedDict, total=False):
    """A new item: exactly one of content, path and tokens."""

    layer: Layer | None
    """Absent with `reduces`: metadata; otherwise required."""
    kind: Kind | None
    """Absent: other; with `reduces`, the kind of the sources if they share one."""
    phase: int | None
    """Absent: the running phase; for permanent items without a wave none."""
    wave: int | None
    """The wave's number within its phase."""
    agent: str | None
    """The agent that the item belongs to."""
    tool: str | None
    """The tool whose output it is."""
    file: str | None
    """The file that `content` or `tokens` is from; only named, not read. The item has it as its `path`."""
    title: str | None
    """The item's title; if none is given, its path, first heading or first line."""
    againOf: str | None
    """An item that had left, and comes back with this one. Absent: recognised by content, or file and tool."""
    pinned: bool
    """Kept byte for byte through every prune."""
    reduces: list[str] | None
    """Items that this one replaces from now on."""
    complete: bool | None
    """With `reduces`: whether the metadata is of a finished document, as `metadata/extract` reported."""
    content: str | None
    """The text itself."""
    path: str | None
    """Absolute, a file: URI, or relative to the workspace; read now."""
    tokens: int | None
    """Tokens."""
    provenance: Literal["reported", "estimated"]
    """With `tokens`: whether someone reported the figure, or the caller estimates it."""


class PhaseSpec(TypedDict, total=False):
    """A phase that takes part in the allocation."""

    phase: int | None
    """The phase's number."""
    number: int | None
    """An older name of `phase`."""
    name: str | None
    """The name of the phase."""
    complexity: float | None
    """Above 0; a weight without a unit."""
    agents: int | None
    """Research agents: 300 tokens of metadata each at a budget of 7,500 (strategy fixed)."""


class PhaseSummary(TypedDict, total=False):
    """A summary that replaces the phase in the layer `metadata`: exactly one of content, path and tokens."""

    content: str | None
    """The text itself."""
    path: str | None
    """The path of the file."""
    tokens: int | None
    """Tokens."""
    title: str | None
    """The item's title; if none is given, its path, first heading or first line."""


class PlanSource(TypedDict, total=False):
    """A plan whose phases take part in the allocation: exactly one of content, path and itemId."""

    content: str | None
    """The text itself."""
    path: str | None
    """The path of the file."""
    itemId: str | None
    """Opaque, created by the server."""


class RecordingSource(TypedDict, total=False):
    """A session that a host recorded: exactly one of path, session and content."""

    path: str | None
    """Its file, inside the workspace or a folder that may be read; `FILE#SESSION` in a database of opencode."""
    session: str | None
    """The host's id of it: it is looked for where hosts keep their sessions on this machine."""
    content: str | None
    """The recording itself."""
    host: HostName | None
    """With `session`: whose it is. Absent: any host's."""
    format: RecordingFormat | None
    """What it is read as. Absent: detected."""


class Reported(TypedDict, total=False):
    """What a provider reported about the latest request."""

    inputTokens: Required[int]
    """All input tokens of the request, cached ones included."""
    window: int | None
    """The model's window, if `maxTokens` may exceed it."""


class ReportedSource(TypedDict, total=False):
    """What a host itself says of its window, as Claude Code's `getContextUsage` does."""

    source: Required[WindowSourceName]
    """Where the tokens come from."""
    name: str | None
    """For example the MCP server of definitions, or the path of a memory file."""
    tokens: Required[int]
    """Tokens."""


class ReserveShares(TypedDict, total=False):
    """How the strategy `reserve` divides the total; the shares add up to 1."""

    core: float | None
    """The share for phases."""
    debug: float | None
    """The share for debugging."""
    overflow: float | None
    """The share for what exceeds the other shares."""


class Target(TypedDict, total=False):
    """What to prune: exactly one of items, phase, wave (with or without its phase), layer and workflow."""

    items: list[str] | None
    """Ids of the items."""
    phase: int | None
    """Absent with a wave: the running phase."""
    wave: int | None
    """The wave's number within its phase."""
    layer: Layer | None
    """All items of this layer."""
    workflow: Literal[True] | None
    """The whole workflow."""


class Thresholds(TypedDict, total=False):
    """A level is reached at `>=` its threshold and left below its release figure."""

    warn: float | None
    """Up to 1 a share of the budget, above 1 tokens."""
    critical: float | None
    """Up to 1 a share of the budget, above 1 tokens."""
    warnRelease: float | None
    """Absent: 5 % of the budget below `warn`."""
    criticalRelease: float | None
    """Absent: 5 % of the budget below `critical`."""


class ToldCost(TypedDict, total=False):
    """What a request cost, as its provider or host says."""

    amount: Required[float]
    """In whole units of the currency."""
    currency: Required[str]
    """That of the prices in the settings, if these count too: there is no exchange."""


class Config(TypedDict, total=False):
    """Settings of a session, any subset: absent ones stay as they are, and null takes one back, or one member."""

    contextWindow: int | None
    """The model's context size, tokens."""
    targetShare: float | None
    """budget = floor(window x target share), computed in decimal."""
    thresholds: Thresholds | None
    """Where the levels are reached and left."""
    policy: Policy | Literal["auto"] | None
    """The pruning policy; `auto`: by scope and number of phases."""
    scope: Scope | None
    """The scope of the workflow."""
    model: str | None
    """Selects the vocabulary. Absent: o200k_base."""
    metadataHorizon: int | None
    """Completing phase N turns the metadata of phases <= N - horizon into markers. Absent: never."""
    keepFor: int | None
    """Policy `moderate`: for how many more phases full content stays."""
    markers: bool | None
    """Whether completed phases and waves leave a marker."""
    autoPrune: bool | None
    """At `critical`, remove unpinned transient items once per crossing."""
    metadataTokens: int | None
    """Maximum size of metadata that the policy extracts, tokens."""
    strategy: Strategy | None
    """How `workflow/plan` divides the budget. Absent: `dynamic` for a plan with phases, else `fixed`."""
    maxCost: float | None
    """`budget/reserve` refuses once the session's bills come to this, in the prices' currency. Absent: no limit."""
    reserveShares: ReserveShares | None
    """Shares of the strategy `reserve`."""
    layerCeilings: LayerCeilings | None
    """Ceilings of the layers, as shares of the window."""


class SessionParams(TypedDict, total=False):
    """Which session."""

    session_id: str | None
    """Absent: the workspace's default session."""


class WriteParams(SessionParams, total=False):
    """What a write may add."""

    request_key: str | None
    """The same key returns the first result, even after a restart, so a retry never counts twice."""
    if_revision: int | None
    """Refuse with `conflict` if the session is at another revision."""


class SessionOpenParams(WriteParams, total=False):
    """Params of `session/open`."""

    config: Config | None
    """Settings of this session alone; the others come from files and defaults (`settings/get`)."""
    host: HostReport | None
    """For adapters of coding agents. Absent members stay as they are; null takes one back."""
    watch: bool
    """Send `budget/didChange` and `budget/alert` to this connection; false stops them."""


class SessionCloseParams(WriteParams, total=False):
    """Params of `session/close`."""

    prune: bool
    """Apply the policy's final prune; false: leave every item as it is, for a session that may be resumed."""


class SessionArchiveParams(WriteParams, total=False):
    """Params of `session/archive`."""

    keep_content: bool
    """Keep the originals as well; they can then still be read."""


class SessionReceiptParams(SessionParams, total=False):
    """Params of `session/receipt`."""


class SessionExportParams(SessionParams, total=False):
    """Params of `session/export`."""

    content: bool
    """Also the originals of all items that have some."""
    path: str | None
    """Write the lines to this file: absolute, a file: URI, or relative to the workspace. Absent: return them."""
    overwrite: bool
    """With `path`: replace a file that exists."""
    cursor: str | None
    """Continue after an earlier page, with its `next`."""
    limit: int
    """Maximum number of lines returned."""


class SessionImportParams(TypedDict, total=False):
    """Params of `session/import`: exactly one of path and lines."""

    path: str | None
    """A file that was exported."""
    lines: list[str] | None
    """All lines of an export, without line breaks."""
    request_key: str | None
    """The same key returns the first result."""


class SessionRecalibrateParams(WriteParams, total=False):
    """Params of `session/recalibrate`."""


class SessionListParams(TypedDict, total=False):
    """Params of `session/list`."""

    state: SessionState | None
    """Only sessions in this state."""
    after: str | None
    """Continue after this session."""
    limit: int
    """Maximum number of sessions returned."""


class SessionHistoryParams(TypedDict, total=False):
    """Params of `session/history`."""

    sessions: list[str] | None
    """Only these, in this order, to compare them. With none of the other params."""
    scope: Scope | None
    """Only runs with this scope."""
    state: SessionState | None
    """Only sessions in this state."""
    since: str | None
    """Only runs that began then or later: a time as in RFC 3339, or a date, which begins in UTC."""
    after: str | None
    """Continue after this session."""
    limit: int
    """Maximum number of runs returned."""


class SessionDeleteParams(WriteParams, total=False):
    """Params of `session/delete`."""


class WorkflowStartPhaseParams(WriteParams, total=False):
    """Params of `workflow/startPhase`."""

    phase: Required[int]
    """The phase's number."""
    name: str | None
    """The name of the phase."""
    reopen: bool
    """Allow going back to a completed phase, or to a lower number than the last one started."""


class WorkflowCompletePhaseParams(WriteParams, total=False):
    """Params of `workflow/completePhase`."""

    phase: Required[int]
    """The phase's number."""
    summary: str | PhaseSummary | None
    """Added as metadata of the phase; none is generated."""
    force: bool
    """Complete even if waves or leases are open, or if it never started; open waves complete with it."""


class WorkflowStartWaveParams(WriteParams, total=False):
    """Params of `workflow/startWave`."""

    phase: int | None
    """Absent: the running phase."""
    wave: Required[int]
    """The wave's number within its phase."""
    reopen: bool
    """Go back to a completed wave."""


class WorkflowCompleteWaveParams(WriteParams, total=False):
    """Params of `workflow/completeWave`."""

    phase: int | None
    """Absent: the running phase."""
    wave: Required[int]
    """The wave's number within its phase."""


class WorkflowPlanParams(WriteParams, total=False):
    """Params of `workflow/plan`: exactly one of content, path, itemId and description."""

    content: str | None
    """The plan itself."""
    path: str | None
    """A file with the plan, in the allowed roots."""
    item_id: str | None
    """A plan on the account."""
    description: str | None
    """The task in words, before there is a plan: its phases are those of its scope."""
    scope: Scope | None
    """Absent: as the plan states it, else the session's, else read from it."""
    strategy: Strategy | None
    """Absent: the session's setting, else `dynamic` for a plan with phases and `fixed` for the phases of a scope."""
    total: int | None
    """Absent: the budget, or what is left of it."""
    basis: Basis
    """What is divided: the whole budget, or what is left of it."""
    first_phase: int | None
    """Number the plan's phases from here on. Absent: as the plan numbers them."""
    apply: bool
    """Set up phases, allocations, scope and policy, in place of any earlier allocation; `context/undo` reverts it."""


class BudgetAllocateParams(WriteParams, total=False):
    """Params of `budget/allocate`."""

    strategy: Required[Strategy]
    """How the budget is divided."""
    scope: Scope | None
    """Absent: the session's, else full-implementation."""
    phases: list[PhaseSpec] | None
    """One entry for each phase."""
    plan: PlanSource | None
    """In place of `phases`: the phases of a plan, with their complexity as `workflow/plan` computes it."""
    total: int | None
    """Absent: the budget, or what is left of it."""
    basis: Basis
    """What is divided: the whole budget, or what is left of it."""
    quantile: float | None
    """Strategy history: the share of past runs that a phase's figure covers. Absent: 0.8."""
    measure: PastMeasure | None
    """Strategy history: by what a phase `used`, or by its `peak`. Absent: `used`, unless past runs kept nothing."""


class BudgetStatusParams(SessionParams, total=False):
    """Params of `budget/status`."""

    requests: list[int] | None
    """The input of the model's latest requests, as the provider billed it, oldest first: for `forecast.requests`."""


class BudgetReserveParams(WriteParams, total=False):
    """Params of `budget/reserve`."""

    tokens: Required[int]
    """Tokens."""
    holder: Required[str]
    """Who will use them: an agent's name or id."""
    phase: int | None
    """Absent: the running phase."""
    ttl_ms: int
    """Milliseconds."""
    force: bool
    """The work has already begun: take the lease even if it does not fit."""


class BudgetSettleParams(WriteParams, total=False):
    """Params of `budget/settle`."""

    lease_id: Required[str]
    """The lease's id."""
    used: Required[int]
    """What the work brought into the context, tokens."""


class BudgetReleaseParams(WriteParams, total=False):
    """Params of `budget/release`."""

    lease_id: Required[str]
    """The lease's id."""


class BudgetRenewParams(WriteParams, total=False):
    """Params of `budget/renew`."""

    lease_id: Required[str]
    """The lease's id."""
    ttl_ms: int
    """Milliseconds."""


class BudgetReportParams(SessionParams, total=False):
    """Params of `budget/report`."""

    format: Literal["json", "markdown"]
    """The format of the report."""


class BudgetTimelineParams(SessionParams, total=False):
    """Params of `budget/timeline`."""

    since: int
    """Only changes after this revision."""
    every: int
    """Changes in one entry, which has the figures after the last of them."""
    limit: int
    """Maximum number of entries returned."""


class BudgetDiagnoseParams(SessionParams, total=False):
    """Params of `budget/diagnose`."""

    only: list[FindingCode] | None
    """Findings to look for, by code; the requests of those found can be sent without the others. Absent: all."""


class BudgetBreakdownParams(SessionParams, total=False):
    """Params of `budget/breakdown`. Without a sessionId, the account of a recording is that of its session, if any."""

    recording: RecordingSource | None
    """A session that a host recorded, whose window, cache and bills are broken down too."""
    reported: list[ReportedSource] | None
    """With a recording: what the host itself says of its window. Rows of these sources replace counted ones."""
    largest: int
    """How many of the items that cost most are listed."""


class ContextAddParams(WriteParams, total=False):
    """Params of `context/add`."""

    items: Required[list[NewItem]]
    """The items to add."""
    allow_estimate: bool
    """Use an estimate while the vocabulary is not loaded; `session/recalibrate` counts exactly later."""


class ContextHandOverParams(WriteParams, total=False):
    """Params of `context/handOver`."""

    content: str | None
    """The text itself."""
    path: str | None
    """Absolute, a file: URI, or relative to the workspace; read now."""
    kind: Kind | None
    """Absent: detected from the path and the content."""
    phase: int | None
    """Absent: that of the lease, else the running phase."""
    wave: int | None
    """The wave's number within its phase."""
    agent: str | None
    """Absent: the holder of the lease."""
    title: str | None
    """The item's title; if none is given, its path, first heading or first line."""
    max_tokens: int | None
    """Maximum tokens of the metadata. Absent: the session's `metadataTokens`."""
    focus: str | None
    """What the reader wants to know."""
    lease_id: str | None
    """The lease under which the work was done: the metadata may use what it reserved. It is not settled."""


class ContextUpdateParams(WriteParams, total=False):
    """Params of `context/update`: absent fields stay as they are, null clears phase, wave, agent and title."""

    item_id: Required[str]
    """Opaque, created by the server."""
    pinned: bool | None
    """Whether the item is kept byte for byte through every prune."""
    title: str | None
    """The item's title; if none is given, its path, first heading or first line."""
    kind: Kind | None
    """The kind of artifact."""
    layer: Layer | None
    """The layer of the item."""
    phase: int | None
    """Absent with a wave, for an item without a phase: the running phase."""
    wave: int | None
    """The wave's number within its phase."""
    agent: str | None
    """The agent that the item belongs to."""


class ContextAppendParams(WriteParams, total=False):
    """Params of `context/append`."""

    item_id: Required[str]
    """Opaque, created by the server."""
    content: Required[str]
    """The text itself."""


class ContextListParams(SessionParams, total=False):
    """Params of `context/list`: items must match all filters given."""

    state: State | None
    """Only items in this state."""
    layer: Layer | None
    """The layer of the item."""
    kind: Kind | None
    """The kind of artifact."""
    phase: int | None
    """Absent: all; with a wave, the running phase."""
    wave: int | None
    """The wave's number within its phase."""
    agent: str | None
    """The agent that the item belongs to."""
    pinned: bool | None
    """Whether the item is kept byte for byte through every prune."""
    after: str | None
    """Continue after this item."""
    limit: int
    """Maximum number of items returned."""


class ContextGetParams(SessionParams, total=False):
    """Params of `context/get`: nothing for the whole original, or one of section, lines and search."""

    item_id: Required[str]
    """Opaque, created by the server."""
    section: str | None
    """A heading, or a path of headings joined by ` > `."""
    lines: Lines | None
    """A range of lines."""
    search: str | None
    """Words, or a literal string."""
    limit: int
    """Maximum number of matches of a search."""


class ContextSearchParams(SessionParams, total=False):
    """Params of `context/search`."""

    query: Required[str]
    """Words, or a literal string."""
    kind: Kind | None
    """The kind of artifact."""
    phase: int | None
    """The phase's number."""
    limit: int
    """Maximum number of lines returned."""


class ContextRestoreParams(WriteParams, total=False):
    """Params of `context/restore`."""

    items: Required[list[str]]
    """Ids of the items to restore."""


class ContextPruneParams(WriteParams, total=False):
    """Params of `context/prune`."""

    target: Required[Target]
    """What to prune."""
    policy: Policy | Literal["auto"] | None
    """Absent: the session's; individually listed items are removed whatever the policy."""
    dry_run: bool
    """Whether the plan is only shown."""


class ContextUndoParams(WriteParams, total=False):
    """Params of `context/undo`."""

    undo: Required[str]
    """The id of the undo."""


class ContextRenderParams(SessionParams, total=False):
    """Params of `context/render`."""

    max_tokens: Required[int]
    """A hard limit, in tokens of the session's model."""
    phase: int | None
    """The phase whose phase-scoped items are included. Absent: the running phase."""
    focus: str | None
    """What the next step is about: items and passages about it come first."""


class ContextFitParams(WriteParams, total=False):
    """Params of `context/fit`. Without `sessionId` no session's account changes; one that is not open is opened."""

    messages: Required[list[dict[str, Any]]]
    """The messages of the conversation."""
    max_tokens: Required[int]
    """Tokens."""
    format: MessageFormat | None
    """The format of the messages. Absent: recognised with certainty, or refused."""
    keep_turns: int
    """Number of latest turns that stay; their largest results are reduced if there is no room otherwise."""
    pins: list[int | str] | None
    """What stays unchanged: indexes of messages, or ids of calls (the call and its result)."""
    spent: list[str] | None
    """Ids of calls whose results are no longer needed: reduced at once, also where there is room."""
    focus: str | None
    """What the next turns are about, for names and the newest results. Absent: for results, a person's last words."""
    min_reclaim: int | Literal["auto"] | None
    """Room to gain below the limit, from results alone, once it is exceeded. `auto`: as much as pays off."""
    archive: bool
    """False: nothing is written, what is removed is lost, and no marker promises to bring it back."""
    dry_run: bool
    """Show what would be removed, and keep nothing: the markers in `messages` lead nowhere."""
    cache_prices: CachePrices | None
    """Used for `breakEvenTurns`, and to decide what pays for itself. Absent: read 0.1, write 1.25."""
    model: str | None
    """Absent: the session's if a session is given, else o200k_base."""
    answer: FitAnswer
    """What to return: the fitted `messages`, the `edits` that turn the given ones into them, or all as one `text`."""
    previous: str | None
    """With `answer: "text"`: the text that precedes the messages, such as an earlier answer."""
    continue_: bool
    """Continue from the earlier answer about this conversation; rewrite it only if nothing else makes room."""
    conversation: str | None
    """With `continue`: its name. Absent: main."""
    since: int | None
    """With `continue`: how many messages precede these, as given before. Absent: these are all."""
    overhead: int | None
    """Tokens of what is sent besides the messages, such as tools; `maxTokens` includes them."""
    reported: Reported | None
    """The bill of the request that the last turn answered, from which the overhead is computed."""
    retrieve: str | None
    """How an item is fetched back in this host, such as `context_get {itemId}`. Absent: `context/get`."""
    whole_window: bool
    """With `sessionId`: the model sees nothing else. What else is retained, unless pinned or permanent, is pruned."""


class MetadataExtractParams(SessionParams, total=False):
    """Params of `metadata/extract`: exactly one of content, path and itemId. Nothing is stored."""

    content: str | None
    """The text itself."""
    path: str | None
    """The path of the file."""
    item_id: str | None
    """Opaque, created by the server."""
    kind: Kind | None
    """Absent: detected from the path and the content."""
    max_tokens: int
    """A hard limit, tokens."""
    focus: str | None
    """What the reader wants to know."""
    model: str | None
    """The model that the figures are for."""
    novel: bool
    """Do not name again (in the index, `identifiers`, `paths`) what another retained item of the session holds."""


class TokensCountParams(SessionParams, total=False):
    """Params of `tokens/count`: exactly one of texts and paths."""

    texts: list[str] | None
    """Texts to count."""
    paths: list[str] | None
    """Paths of files."""
    model: str | None
    """Absent: the session's if a session is given, else o200k_base."""
    allow_estimate: bool
    """While the vocabulary is still loading, return estimates at once instead of waiting."""


class TokensFitsParams(SessionParams, total=False):
    """Params of `tokens/fits`: exactly one of text and path."""

    text: str | None
    """The text."""
    path: str | None
    """The path of the file."""
    limit: Required[int]
    """Tokens."""
    model: str | None
    """Selects the vocabulary."""


class TokensTruncateParams(SessionParams, total=False):
    """Params of `tokens/truncate`: exactly one of text and path."""

    text: str | None
    """The text."""
    path: str | None
    """The path of the file."""
    limit: Required[int]
    """Tokens."""
    model: str | None
    """Selects the vocabulary."""


class UsageRecordParams(TypedDict, total=False):
    """Params of `usage/record`: what the provider billed for texts counted with `tokens/count`."""

    model: Required[str]
    """Selects the vocabulary."""
    counted: Required[int]
    """The sum of the counts, tokens."""
    factor: float | None
    """The factor returned with the counts. Absent: that of an earlier bill for the same count, or the current one."""
    reported: Required[int]
    """What the provider billed for the same text, tokens."""
    request_key: str | None
    """The same key returns the first result, so a retry never counts twice."""


class UsageBillParams(WriteParams, total=False):
    """Params of `usage/bill`: at least one of tokens and cost. A good request key is the id of the answer."""

    model: Required[str]
    """Selects the vocabulary."""
    agent: str | None
    """Whose request it was. Absent: `main`."""
    tokens: BilledTokens | None
    """What the provider billed."""
    cost: ToldCost | None
    """What it cost, if that is known. Absent: the tokens at the prices of the settings."""


class SettingsGetParams(SessionParams, total=False):
    """Params of `settings/get`."""

    only: list[str] | None
    """Only these settings, such as `contextWindow` or `thresholds`. Absent: all."""


class StoreLossesParams(TypedDict, total=False):
    """Params of `store/losses`."""


class StoreAcknowledgeParams(TypedDict, total=False):
    """Params of `store/acknowledge`."""

    ids: list[int] | None
    """Ids of the losses, as returned by `store/losses`. Absent: all."""


SESSION_METHODS = frozenset(
    {
        "session/open",
        "session/close",
        "session/archive",
        "session/receipt",
        "session/export",
        "session/recalibrate",
        "session/delete",
        "workflow/startPhase",
        "workflow/completePhase",
        "workflow/startWave",
        "workflow/completeWave",
        "workflow/plan",
        "budget/allocate",
        "budget/status",
        "budget/reserve",
        "budget/settle",
        "budget/release",
        "budget/renew",
        "budget/report",
        "budget/timeline",
        "budget/diagnose",
        "budget/breakdown",
        "context/add",
        "context/handOver",
        "context/update",
        "context/append",
        "context/list",
        "context/get",
        "context/search",
        "context/restore",
        "context/prune",
        "context/undo",
        "context/render",
        "context/fit",
        "metadata/extract",
        "tokens/count",
        "tokens/fits",
        "tokens/truncate",
        "usage/bill",
        "settings/get",
    }
)
"""The methods that take `sessionId`."""
