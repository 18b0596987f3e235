/**
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "KnownProvenance".
 */
export type KnownProvenance = ("exact" | "calibrated" | "estimated" | "reported" | "unknown");
/**
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "Layer".
 */
export type Layer = ("permanent" | "phase" | "metadata" | "transient");
/**
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "Kind".
 */
export type Kind = ("report" | "plan" | "summary" | "debug" | "test-output" | "log" | "tool-output" | "instructions" | "other");
/**
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "Provenance".
 */
export type Provenance = ("exact" | "calibrated" | "estimated" | "reported");
/**
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "State".
 */
export type State = ("retained" | "reduced" | "pruned");
/**
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "Level".
 */
export type Level = ("ok" | "warn" | "critical");
/**
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "WindowSource".
 */
export type WindowSource = ("request" | "session" | "user" | "project" | "host" | "model" | "default");
/**
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "ComplexityBasis".
 */
export type ComplexityBasis = ("given" | "stated" | "computed" | "default" | "template");
/**
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "AllocationBasis".
 */
export type AllocationBasis = ("history" | "complexity" | "even");
/**
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "AssumptionCode".
 */
export type AssumptionCode = ("noPhases" | "numbers" | "noScope" | "noEffort" | "entriesAsTasks" | "tasksOutside" | "complexityIgnored" | "noDependencies" | "dependenciesMissing" | "wavesIncomplete" | "waveOrder" | "cycle" | "outsideTemplate" | "debugShare" | "phaseExists" | "replacesAllocation" | "fewRuns" | "shortTotal");
/**
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "Basis".
 */
export type Basis = ("total" | "remaining");
/**
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "Strategy".
 */
export type Strategy = ("fixed" | "dynamic" | "reserve" | "history");
/**
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "Scope".
 */
export type Scope = ("full-implementation" | "research-and-plan" | "research-only" | "debug-only");
/**
 * A phase that takes part in the allocation.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "PhaseSpec".
 */
export type PhaseSpec = ({
    /**
     * The phase's number.
     */
    phase: number;
    number?: null;
    /**
     * The name of the phase.
     */
    name?: (string | null);
    /**
     * Above 0; a weight without a unit.
     */
    complexity?: (number | null);
    /**
     * Research agents: 300 tokens of metadata each at a budget of 7,500 (strategy fixed).
     */
    agents?: (number | null);
} | {
    phase?: null;
    /**
     * An older name of `phase`.
     */
    number: number;
    /**
     * The name of the phase.
     */
    name?: (string | null);
    /**
     * Above 0; a weight without a unit.
     */
    complexity?: (number | null);
    /**
     * Research agents: 300 tokens of metadata each at a budget of 7,500 (strategy fixed).
     */
    agents?: (number | null);
});
/**
 * A plan whose phases take part in the allocation: exactly one of content, path and itemId.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "PlanSource".
 */
export type PlanSource = ({
    /**
     * The text itself.
     */
    content: string;
    path?: null;
    itemId?: null;
} | {
    content?: null;
    /**
     * The path of the file.
     */
    path: string;
    itemId?: null;
} | {
    content?: null;
    path?: null;
    /**
     * Opaque, created by the server.
     */
    itemId: string;
});
/**
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "PastMeasure".
 */
export type PastMeasure = ("used" | "peak");
/**
 * A session that a host recorded: exactly one of path, session and content.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "RecordingSource".
 */
export type RecordingSource = ({
    /**
     * Its file, inside the workspace or a folder that may be read; `FILE#SESSION` in a database of opencode.
     */
    path: string;
    session?: null;
    content?: null;
    /**
     * With `session`: whose it is. Absent: any host's.
     */
    host?: (HostName | null);
    /**
     * What it is read as. Absent: detected.
     */
    format?: (RecordingFormat | null);
} | {
    path?: null;
    /**
     * The host's id of it: it is looked for where hosts keep their sessions on this machine.
     */
    session: string;
    content?: null;
    /**
     * With `session`: whose it is. Absent: any host's.
     */
    host?: (HostName | null);
    /**
     * What it is read as. Absent: detected.
     */
    format?: (RecordingFormat | null);
} | {
    path?: null;
    session?: null;
    /**
     * The recording itself.
     */
    content: string;
    /**
     * With `session`: whose it is. Absent: any host's.
     */
    host?: (HostName | null);
    /**
     * What it is read as. Absent: detected.
     */
    format?: (RecordingFormat | null);
});
/**
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "HostName".
 */
export type HostName = ("claude-code" | "codex" | "gemini-cli" | "opencode");
/**
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "RecordingFormat".
 */
export type RecordingFormat = ("claude-code" | "codex" | "gemini-cli" | "opencode" | "anthropic" | "openai-chat" | "openai-responses" | "vercel" | "vercel-ui" | "gemini" | "bedrock" | "neutral");
/**
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "WindowSourceName".
 */
export type WindowSourceName = ("system" | "toolDefinitions" | "memory" | "people" | "assistant" | "thinking" | "toolCalls" | "toolOutput" | "summary" | "hostNotes" | "ctxbudget" | "unaccounted");
/**
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "CacheCauseName".
 */
export type CacheCauseName = ("start" | "appended" | "compaction" | "ourCut" | "modelSwitch" | "toolsChanged" | "expiry" | "edit" | "unknown");
/**
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "FindingCode".
 */
export type FindingCode = ("policyTooMild" | "phaseNotCompleted" | "contentNotPruned" | "waveLeftOpen" | "waveNotPruned" | "phaseContextGrows" | "agentOutputKept" | "hugeTool" | "transientKept" | "tooManyAgents" | "metadataNotExtracted" | "metadataTooLarge" | "metadataLargerThanSource" | "metadataMissing" | "metadataAccumulates" | "protectedTooLarge" | "estimatesNotCounts" | "leaseNotSettled" | "peak");
/**
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "SessionState".
 */
export type SessionState = ("open" | "closed" | "archived");
/**
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "Policy".
 */
export type Policy = ("aggressive" | "moderate" | "minimal");
/**
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "SymptomCode".
 */
export type SymptomCode = ("overBudget" | "overAfterResearch" | "overAfterImplementation" | "nearBudget" | "layerCeiling" | "overAllocation" | "peak" | "leasesHoldBudget");
/**
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "PhaseStatus".
 */
export type PhaseStatus = ("planned" | "running" | "completed");
/**
 * A new item: exactly one of content, path and tokens.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "NewItem".
 */
export type NewItem = ({
    /**
     * Absent with `reduces`: metadata; otherwise required.
     */
    layer?: (Layer | null);
    /**
     * Absent: other; with `reduces`, the kind of the sources if they share one.
     */
    kind?: (Kind | null);
    /**
     * Absent: the running phase; for permanent items without a wave none.
     */
    phase?: (number | null);
    /**
     * The wave's number within its phase.
     */
    wave?: (number | null);
    /**
     * The agent that the item belongs to.
     */
    agent?: (string | null);
    /**
     * The tool whose output it is.
     */
    tool?: (string | null);
    /**
     * The file that `content` or `tokens` is from; only named, not read. The item has it as its `path`.
     */
    file?: (string | null);
    /**
     * The item's title; if none is given, its path, first heading or first line.
     */
    title?: (string | null);
    /**
     * An item that had left, and comes back with this one. Absent: recognised by content, or file and tool.
     */
    againOf?: (string | null);
    /**
     * Kept byte for byte through every prune.
     */
    pinned?: boolean;
    /**
     * Items that this one replaces from now on.
     */
    reduces?: ([string, ...(string)[]] | null);
    /**
     * With `reduces`: whether the metadata is of a finished document, as `metadata/extract` reported.
     */
    complete?: (boolean | null);
    /**
     * The text itself.
     */
    content: string;
    path?: null;
    tokens?: null;
    /**
     * With `tokens`: whether someone reported the figure, or the caller estimates it.
     */
    provenance?: ("reported" | "estimated");
} | {
    /**
     * Absent with `reduces`: metadata; otherwise required.
     */
    layer?: (Layer | null);
    /**
     * Absent: other; with `reduces`, the kind of the sources if they share one.
     */
    kind?: (Kind | null);
    /**
     * Absent: the running phase; for permanent items without a wave none.
     */
    phase?: (number | null);
    /**
     * The wave's number within its phase.
     */
    wave?: (number | null);
    /**
     * The agent that the item belongs to.
     */
    agent?: (string | null);
    /**
     * The tool whose output it is.
     */
    tool?: (string | null);
    /**
     * The file that `content` or `tokens` is from; only named, not read. The item has it as its `path`.
     */
    file?: (string | null);
    /**
     * The item's title; if none is given, its path, first heading or first line.
     */
    title?: (string | null);
    /**
     * An item that had left, and comes back with this one. Absent: recognised by content, or file and tool.
     */
    againOf?: (string | null);
    /**
     * Kept byte for byte through every prune.
     */
    pinned?: boolean;
    /**
     * Items that this one replaces from now on.
     */
    reduces?: ([string, ...(string)[]] | null);
    /**
     * With `reduces`: whether the metadata is of a finished document, as `metadata/extract` reported.
     */
    complete?: (boolean | null);
    content?: null;
    /**
     * Absolute, a file: URI, or relative to the workspace; read now.
     */
    path: string;
    tokens?: null;
    /**
     * With `tokens`: whether someone reported the figure, or the caller estimates it.
     */
    provenance?: ("reported" | "estimated");
} | {
    /**
     * Absent with `reduces`: metadata; otherwise required.
     */
    layer?: (Layer | null);
    /**
     * Absent: other; with `reduces`, the kind of the sources if they share one.
     */
    kind?: (Kind | null);
    /**
     * Absent: the running phase; for permanent items without a wave none.
     */
    phase?: (number | null);
    /**
     * The wave's number within its phase.
     */
    wave?: (number | null);
    /**
     * The agent that the item belongs to.
     */
    agent?: (string | null);
    /**
     * The tool whose output it is.
     */
    tool?: (string | null);
    /**
     * The file that `content` or `tokens` is from; only named, not read. The item has it as its `path`.
     */
    file?: (string | null);
    /**
     * The item's title; if none is given, its path, first heading or first line.
     */
    title?: (string | null);
    /**
     * An item that had left, and comes back with this one. Absent: recognised by content, or file and tool.
     */
    againOf?: (string | null);
    /**
     * Kept byte for byte through every prune.
     */
    pinned?: boolean;
    /**
     * Items that this one replaces from now on.
     */
    reduces?: ([string, ...(string)[]] | null);
    /**
     * With `reduces`: whether the metadata is of a finished document, as `metadata/extract` reported.
     */
    complete?: (boolean | null);
    content?: null;
    path?: null;
    /**
     * Tokens.
     */
    tokens: number;
    /**
     * With `tokens`: whether someone reported the figure, or the caller estimates it.
     */
    provenance?: ("reported" | "estimated");
});
/**
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "MessageFormat".
 */
export type MessageFormat = ("anthropic" | "openai-chat" | "openai-responses" | "vercel" | "vercel-ui" | "gemini" | "bedrock" | "neutral");
/**
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "FitAnswer".
 */
export type FitAnswer = ("messages" | "edits" | "text");
/**
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "OverheadSource".
 */
export type OverheadSource = ("given" | "reported" | "none");
/**
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "FitReason".
 */
export type FitReason = ("requested" | "repeated" | "superseded" | "retried" | "oldResult" | "newestResult" | "oldTurn");
/**
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "FitContinues".
 */
export type FitContinues = ("given" | "answered" | "nothing");
/**
 * Params of `context/handOver`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "ContextHandOverParams".
 */
export type ContextHandOverParams = ({
    /**
     * Absent: the workspace's default session.
     */
    sessionId?: (string | null);
    /**
     * The same key returns the first result, even after a restart, so a retry never counts twice.
     */
    requestKey?: (string | null);
    /**
     * Refuse with `conflict` if the session is at another revision.
     */
    ifRevision?: (number | null);
    /**
     * The text itself.
     */
    content: string;
    path?: null;
    /**
     * Absent: detected from the path and the content.
     */
    kind?: (Kind | null);
    /**
     * Absent: that of the lease, else the running phase.
     */
    phase?: (number | null);
    /**
     * The wave's number within its phase.
     */
    wave?: (number | null);
    /**
     * Absent: the holder of the lease.
     */
    agent?: (string | null);
    /**
     * The item's title; if none is given, its path, first heading or first line.
     */
    title?: (string | null);
    /**
     * Maximum tokens of the metadata. Absent: the session's `metadataTokens`.
     */
    maxTokens?: (number | null);
    /**
     * What the reader wants to know.
     */
    focus?: (string | null);
    /**
     * The lease under which the work was done: the metadata may use what it reserved. It is not settled.
     */
    leaseId?: (string | null);
} | {
    /**
     * Absent: the workspace's default session.
     */
    sessionId?: (string | null);
    /**
     * The same key returns the first result, even after a restart, so a retry never counts twice.
     */
    requestKey?: (string | null);
    /**
     * Refuse with `conflict` if the session is at another revision.
     */
    ifRevision?: (number | null);
    content?: null;
    /**
     * Absolute, a file: URI, or relative to the workspace; read now.
     */
    path: string;
    /**
     * Absent: detected from the path and the content.
     */
    kind?: (Kind | null);
    /**
     * Absent: that of the lease, else the running phase.
     */
    phase?: (number | null);
    /**
     * The wave's number within its phase.
     */
    wave?: (number | null);
    /**
     * Absent: the holder of the lease.
     */
    agent?: (string | null);
    /**
     * The item's title; if none is given, its path, first heading or first line.
     */
    title?: (string | null);
    /**
     * Maximum tokens of the metadata. Absent: the session's `metadataTokens`.
     */
    maxTokens?: (number | null);
    /**
     * What the reader wants to know.
     */
    focus?: (string | null);
    /**
     * The lease under which the work was done: the metadata may use what it reserved. It is not settled.
     */
    leaseId?: (string | null);
});
/**
 * What to prune: exactly one of items, phase, wave (with or without its phase), layer and workflow.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "Target".
 */
export type Target = ({
    /**
     * Ids of the items.
     *
     * @minItems 1
     * @maxItems 10000
     */
    items: [string, ...(string)[]];
    phase?: null;
    wave?: null;
    layer?: null;
    workflow?: null;
} | {
    items?: null;
    /**
     * Absent with a wave: the running phase.
     */
    phase: number;
    wave?: null;
    layer?: null;
    workflow?: null;
} | {
    items?: null;
    /**
     * Absent with a wave: the running phase.
     */
    phase?: (number | null);
    /**
     * The wave's number within its phase.
     */
    wave: number;
    layer?: null;
    workflow?: null;
} | {
    items?: null;
    phase?: null;
    wave?: null;
    /**
     * All items of this layer.
     */
    layer: Layer;
    workflow?: null;
} | {
    items?: null;
    phase?: null;
    wave?: null;
    layer?: null;
    /**
     * The whole workflow.
     */
    workflow: true;
});
/**
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "Detail".
 */
export type Detail = ("whole" | "metadata" | "brief" | "line" | "marker" | "omitted");
/**
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "RenderReason".
 */
export type RenderReason = ("pinned" | "permanent" | "fits" | "focus" | "room" | "noContent" | "otherPhase" | "marker" | "phaseMarker" | "sourceRetained");
/**
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "Origin".
 */
export type Origin = ("option" | "environment" | "session" | "user" | "project" | "host" | "model" | "default");
/**
 * Params of `metadata/extract`: exactly one of content, path and itemId. Nothing is stored.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "MetadataExtractParams".
 */
export type MetadataExtractParams = ({
    /**
     * Absent: the workspace's default session.
     */
    sessionId?: (string | null);
    /**
     * The text itself.
     */
    content: string;
    path?: null;
    itemId?: null;
    /**
     * Absent: detected from the path and the content.
     */
    kind?: (Kind | null);
    /**
     * A hard limit, tokens.
     */
    maxTokens?: number;
    /**
     * What the reader wants to know.
     */
    focus?: (string | null);
    /**
     * The model that the figures are for.
     */
    model?: (string | null);
    /**
     * Do not name again (in the index, `identifiers`, `paths`) what another retained item of the session holds.
     */
    novel?: boolean;
} | {
    /**
     * Absent: the workspace's default session.
     */
    sessionId?: (string | null);
    content?: null;
    /**
     * The path of the file.
     */
    path: string;
    itemId?: null;
    /**
     * Absent: detected from the path and the content.
     */
    kind?: (Kind | null);
    /**
     * A hard limit, tokens.
     */
    maxTokens?: number;
    /**
     * What the reader wants to know.
     */
    focus?: (string | null);
    /**
     * The model that the figures are for.
     */
    model?: (string | null);
    /**
     * Do not name again (in the index, `identifiers`, `paths`) what another retained item of the session holds.
     */
    novel?: boolean;
} | {
    /**
     * Absent: the workspace's default session.
     */
    sessionId?: (string | null);
    content?: null;
    path?: null;
    /**
     * Opaque, created by the server.
     */
    itemId: string;
    /**
     * Absent: detected from the path and the content.
     */
    kind?: (Kind | null);
    /**
     * A hard limit, tokens.
     */
    maxTokens?: number;
    /**
     * What the reader wants to know.
     */
    focus?: (string | null);
    /**
     * The model that the figures are for.
     */
    model?: (string | null);
    /**
     * Do not name again (in the index, `identifiers`, `paths`) what another retained item of the session holds.
     */
    novel?: boolean;
});
/**
 * A summary that replaces the phase in the layer `metadata`: exactly one of content, path and tokens.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "PhaseSummary".
 */
export type PhaseSummary = ({
    /**
     * The text itself.
     */
    content: string;
    path?: null;
    tokens?: null;
    /**
     * The item's title; if none is given, its path, first heading or first line.
     */
    title?: (string | null);
} | {
    content?: null;
    /**
     * The path of the file.
     */
    path: string;
    tokens?: null;
    /**
     * The item's title; if none is given, its path, first heading or first line.
     */
    title?: (string | null);
} | {
    content?: null;
    path?: null;
    /**
     * Tokens.
     */
    tokens: number;
    /**
     * The item's title; if none is given, its path, first heading or first line.
     */
    title?: (string | null);
});
/**
 * Params of `session/import`: exactly one of path and lines.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "SessionImportParams".
 */
export type SessionImportParams = ({
    /**
     * A file that was exported.
     */
    path: string;
    lines?: null;
    /**
     * The same key returns the first result.
     */
    requestKey?: (string | null);
} | {
    path?: null;
    /**
     * All lines of an export, without line breaks.
     *
     * @minItems 1
     */
    lines: [string, ...(string)[]];
    /**
     * The same key returns the first result.
     */
    requestKey?: (string | null);
});
/**
 * Params of `tokens/count`: exactly one of texts and paths.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "TokensCountParams".
 */
export type TokensCountParams = ({
    /**
     * Absent: the workspace's default session.
     */
    sessionId?: (string | null);
    /**
     * Texts to count.
     *
     * @maxItems 100000
     */
    texts: string[];
    paths?: null;
    /**
     * Absent: the session's if a session is given, else o200k_base.
     */
    model?: (string | null);
    /**
     * While the vocabulary is still loading, return estimates at once instead of waiting.
     */
    allowEstimate?: boolean;
} | {
    /**
     * Absent: the workspace's default session.
     */
    sessionId?: (string | null);
    texts?: null;
    /**
     * Paths of files.
     *
     * @maxItems 100000
     */
    paths: string[];
    /**
     * Absent: the session's if a session is given, else o200k_base.
     */
    model?: (string | null);
    /**
     * While the vocabulary is still loading, return estimates at once instead of waiting.
     */
    allowEstimate?: boolean;
});
/**
 * Params of `tokens/fits`: exactly one of text and path.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "TokensFitsParams".
 */
export type TokensFitsParams = ({
    /**
     * Absent: the workspace's default session.
     */
    sessionId?: (string | null);
    /**
     * The text.
     */
    text: string;
    path?: null;
    /**
     * Tokens.
     */
    limit: number;
    /**
     * Selects the vocabulary.
     */
    model?: (string | null);
} | {
    /**
     * Absent: the workspace's default session.
     */
    sessionId?: (string | null);
    text?: null;
    /**
     * The path of the file.
     */
    path: string;
    /**
     * Tokens.
     */
    limit: number;
    /**
     * Selects the vocabulary.
     */
    model?: (string | null);
});
/**
 * Params of `tokens/truncate`: exactly one of text and path.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "TokensTruncateParams".
 */
export type TokensTruncateParams = ({
    /**
     * Absent: the workspace's default session.
     */
    sessionId?: (string | null);
    /**
     * The text.
     */
    text: string;
    path?: null;
    /**
     * Tokens.
     */
    limit: number;
    /**
     * Selects the vocabulary.
     */
    model?: (string | null);
} | {
    /**
     * Absent: the workspace's default session.
     */
    sessionId?: (string | null);
    text?: null;
    /**
     * The path of the file.
     */
    path: string;
    /**
     * Tokens.
     */
    limit: number;
    /**
     * Selects the vocabulary.
     */
    model?: (string | null);
});
/**
 * Params of `workflow/plan`: exactly one of content, path, itemId and description.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "WorkflowPlanParams".
 */
export type WorkflowPlanParams = ({
    /**
     * Absent: the workspace's default session.
     */
    sessionId?: (string | null);
    /**
     * The same key returns the first result, even after a restart, so a retry never counts twice.
     */
    requestKey?: (string | null);
    /**
     * Refuse with `conflict` if the session is at another revision.
     */
    ifRevision?: (number | null);
    /**
     * The plan itself.
     */
    content: string;
    path?: null;
    itemId?: null;
    description?: null;
    /**
     * Absent: as the plan states it, else the session's, else read from it.
     */
    scope?: (Scope | null);
    /**
     * Absent: the session's setting, else `dynamic` for a plan with phases and `fixed` for the phases of a scope.
     */
    strategy?: (Strategy | null);
    /**
     * Absent: the budget, or what is left of it.
     */
    total?: (number | null);
    /**
     * What is divided: the whole budget, or what is left of it.
     */
    basis?: Basis;
    /**
     * Number the plan's phases from here on. Absent: as the plan numbers them.
     */
    firstPhase?: (number | null);
    /**
     * Set up phases, allocations, scope and policy, in place of any earlier allocation; `context/undo` reverts it.
     */
    apply?: boolean;
} | {
    /**
     * Absent: the workspace's default session.
     */
    sessionId?: (string | null);
    /**
     * The same key returns the first result, even after a restart, so a retry never counts twice.
     */
    requestKey?: (string | null);
    /**
     * Refuse with `conflict` if the session is at another revision.
     */
    ifRevision?: (number | null);
    content?: null;
    /**
     * A file with the plan, in the allowed roots.
     */
    path: string;
    itemId?: null;
    description?: null;
    /**
     * Absent: as the plan states it, else the session's, else read from it.
     */
    scope?: (Scope | null);
    /**
     * Absent: the session's setting, else `dynamic` for a plan with phases and `fixed` for the phases of a scope.
     */
    strategy?: (Strategy | null);
    /**
     * Absent: the budget, or what is left of it.
     */
    total?: (number | null);
    /**
     * What is divided: the whole budget, or what is left of it.
     */
    basis?: Basis;
    /**
     * Number the plan's phases from here on. Absent: as the plan numbers them.
     */
    firstPhase?: (number | null);
    /**
     * Set up phases, allocations, scope and policy, in place of any earlier allocation; `context/undo` reverts it.
     */
    apply?: boolean;
} | {
    /**
     * Absent: the workspace's default session.
     */
    sessionId?: (string | null);
    /**
     * The same key returns the first result, even after a restart, so a retry never counts twice.
     */
    requestKey?: (string | null);
    /**
     * Refuse with `conflict` if the session is at another revision.
     */
    ifRevision?: (number | null);
    content?: null;
    path?: null;
    /**
     * A plan on the account.
     */
    itemId: string;
    description?: null;
    /**
     * Absent: as the plan states it, else the session's, else read from it.
     */
    scope?: (Scope | null);
    /**
     * Absent: the session's setting, else `dynamic` for a plan with phases and `fixed` for the phases of a scope.
     */
    strategy?: (Strategy | null);
    /**
     * Absent: the budget, or what is left of it.
     */
    total?: (number | null);
    /**
     * What is divided: the whole budget, or what is left of it.
     */
    basis?: Basis;
    /**
     * Number the plan's phases from here on. Absent: as the plan numbers them.
     */
    firstPhase?: (number | null);
    /**
     * Set up phases, allocations, scope and policy, in place of any earlier allocation; `context/undo` reverts it.
     */
    apply?: boolean;
} | {
    /**
     * Absent: the workspace's default session.
     */
    sessionId?: (string | null);
    /**
     * The same key returns the first result, even after a restart, so a retry never counts twice.
     */
    requestKey?: (string | null);
    /**
     * Refuse with `conflict` if the session is at another revision.
     */
    ifRevision?: (number | null);
    content?: null;
    path?: null;
    itemId?: null;
    /**
     * The task in words, before there is a plan: its phases are those of its scope.
     */
    description: string;
    /**
     * Absent: as the plan states it, else the session's, else read from it.
     */
    scope?: (Scope | null);
    /**
     * Absent: the session's setting, else `dynamic` for a plan with phases and `fixed` for the phases of a scope.
     */
    strategy?: (Strategy | null);
    /**
     * Absent: the budget, or what is left of it.
     */
    total?: (number | null);
    /**
     * What is divided: the whole budget, or what is left of it.
     */
    basis?: Basis;
    /**
     * Number the plan's phases from here on. Absent: as the plan numbers them.
     */
    firstPhase?: (number | null);
    /**
     * Set up phases, allocations, scope and policy, in place of any earlier allocation; `context/undo` reverts it.
     */
    apply?: boolean;
});
export interface Ctxbudget {
    [k: string]: unknown;
}
/**
 * What is retained on a session's account, from several sides; each sums to `retained`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "AccountBreakdown".
 */
export interface AccountBreakdown {
    /**
     * Tokens in the context now.
     */
    retained: number;
    /**
     * By layer.
     */
    byLayer: AccountRow[];
    /**
     * By agent.
     */
    byAgent: AccountRow[];
    /**
     * By the tool whose output the items are; null: they are none.
     */
    byTool: AccountRow[];
    /**
     * By file; null: they are of none.
     */
    byFile: AccountRow[];
    /**
     * The items that cost most, the largest first.
     */
    largest: AccountItem[];
    /**
     * Of the bills that `usage/bill` recorded; null: none.
     */
    cost: (Costs | null);
}
/**
 * Retained tokens of items that have something in common.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "AccountRow".
 */
export interface AccountRow {
    /**
     * null: the items do not say.
     */
    name: (string | null);
    /**
     * How many items these are.
     */
    items: number;
    /**
     * Tokens.
     */
    tokens: number;
    /**
     * The least certain of its items' figures.
     */
    provenance: KnownProvenance;
    /**
     * tokens / retained; null if nothing is retained.
     */
    ofRetained: (number | null);
}
/**
 * One retained item.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "AccountItem".
 */
export interface AccountItem {
    /**
     * The item's id.
     */
    id: string;
    /**
     * The layer of the item.
     */
    layer: Layer;
    /**
     * The kind of artifact.
     */
    kind: Kind;
    /**
     * The agent that the item belongs to.
     */
    agent: (string | null);
    /**
     * The item's title; if none is given, its path, first heading or first line.
     */
    title: (string | null);
    /**
     * The path of the file.
     */
    path: (string | null);
    /**
     * The phase's number.
     */
    phase: (number | null);
    /**
     * Tokens.
     */
    tokens: number;
    /**
     * Where the figure comes from.
     */
    provenance: KnownProvenance;
}
/**
 * Money by session, agent and model, where bills and prices are known.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "Costs".
 */
export interface Costs {
    /**
     * One for each session, agent and model.
     */
    rows: CostRow[];
    /**
     * Of all rows; its session, agent and model are null.
     */
    total: CostRow;
    /**
     * Tokens without a price, by model; they are in no sum of money.
     */
    unpriced: UnpricedTokens[];
    /**
     * Why there is no sum, if there is none: prices in several currencies.
     */
    warning?: (string | null);
}
/**
 * What the requests of one session, agent and model were billed and cost.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "CostRow".
 */
export interface CostRow {
    /**
     * The host's id of the session, or the account's.
     */
    session: (string | null);
    /**
     * `main`, or the host's id of a subagent.
     */
    agent: (string | null);
    /**
     * For example `Explore`; null: not recorded.
     */
    agentType: (string | null);
    /**
     * null: not recorded.
     */
    model: (string | null);
    /**
     * How many requests these are; each counts once.
     */
    requests: number;
    /**
     * Of these, requests of which there is no bill.
     */
    unbilled: number;
    /**
     * Of these, requests recorded before the answer ended: their output may be more.
     */
    outputAtLeast: number;
    /**
     * Tokens.
     */
    tokens: TokenKinds;
    /**
     * What they cost, as far as prices are known.
     */
    cost: Money;
}
/**
 * Tokens of requests, by what they are billed as. The kinds never overlap.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "TokenKinds".
 */
export interface TokenKinds {
    /**
     * Neither read from the cache nor written to it.
     */
    input: number;
    /**
     * Read from the cache.
     */
    cacheRead: number;
    /**
     * Written to the cache for a time that is not known.
     */
    cacheWrite: number;
    /**
     * Written for 5 minutes.
     */
    cacheWrite5m: number;
    /**
     * Written for an hour.
     */
    cacheWrite1h: number;
    /**
     * What the model wrote, thinking included.
     */
    output: number;
    /**
     * Sum of the kinds.
     */
    total: number;
}
/**
 * A price, and what it covers.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "Money".
 */
export interface Money {
    /**
     * null: unknown.
     */
    amount: (number | null);
    /**
     * A word or a sign, as the prices name it; null: nothing has a price.
     */
    currency: (string | null);
    /**
     * `reported`: bills at the prices in the settings, or as the caller told.
     */
    provenance: KnownProvenance;
    /**
     * Tokens whose price is known.
     */
    coveredTokens: number;
    /**
     * covered tokens / all billed tokens.
     */
    coveredShare: number;
}
/**
 * Tokens of a model without a price.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "UnpricedTokens".
 */
export interface UnpricedTokens {
    /**
     * null: not recorded.
     */
    model: (string | null);
    /**
     * Tokens.
     */
    tokens: TokenKinds;
}
/**
 * An item as it was added.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "AddedItem".
 */
export interface AddedItem {
    /**
     * The item's id.
     */
    id: string;
    /**
     * Tokens.
     */
    tokens: number;
    /**
     * Where the figure comes from.
     */
    provenance: Provenance;
    /**
     * The layer of the item.
     */
    layer: Layer;
    /**
     * The kind of artifact.
     */
    kind: Kind;
    /**
     * Its state.
     */
    state: State;
    /**
     * The phase's number.
     */
    phase: (number | null);
    /**
     * The wave's number within its phase.
     */
    wave: (number | null);
    /**
     * Ids of the items that this one replaces.
     */
    reduces: string[];
}
/**
 * `capabilities.experimental.ctxbudget` of the result of `initialize`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "Advertisement".
 */
export interface Advertisement {
    /**
     * The version of the protocol.
     */
    protocolVersion: string;
    /**
     * The names of the methods that the server serves.
     */
    methods: string[];
    /**
     * The limits of what the server accepts.
     */
    limits: Limits;
    [k: string]: unknown;
}
/**
 * The limits of what the server accepts, as advertised by `initialize`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "Limits".
 */
export interface Limits {
    /**
     * The largest message, in bytes.
     */
    maxMessageBytes: number;
    /**
     * The largest document, in bytes of UTF-8.
     */
    maxDocumentBytes: number;
    /**
     * Maximum number of one client's requests that are processed at the same time.
     */
    maxRequestsInFlight: number;
    /**
     * The largest token figure that params may contain.
     */
    maxTokens: number;
    /**
     * Maximum nesting of objects and arrays in a message of `context/fit`; deeper ones are `invalidParams`.
     */
    maxDepth: number;
    [k: string]: unknown;
}
/**
 * What to do about the budget.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "Advice".
 */
export interface Advice {
    /**
     * The state of the budget and what to do next, for people and models.
     */
    text: string;
    /**
     * Only what to do next, in one line.
     */
    next: string;
    /**
     * Requests that would help, most useful first.
     */
    actions: AdviceAction[];
}
/**
 * A suggested action: a request that the caller may send as it is.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "AdviceAction".
 */
export interface AdviceAction {
    /**
     * The method to call.
     */
    method: string;
    /**
     * The params to send with it.
     */
    params: {
        [k: string]: unknown;
    };
    /**
     * Tokens that it frees at least, if the actions before it were sent first; no two actions count the same tokens. null: unknown.
     */
    saves: (number | null);
    /**
     * Whether it frees exactly `saves`, because nothing that it removes leaves metadata.
     */
    exact?: boolean;
    /**
     * Why it helps, for people.
     */
    why: string;
}
/**
 * How much calls of an agent added.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "AgentGrowth".
 */
export interface AgentGrowth {
    /**
     * The agent of what was added.
     */
    agent: string;
    /**
     * Calls that have a growth.
     */
    calls: number;
    /**
     * Tokens per call, the mean.
     */
    growth: number;
}
/**
 * The level rose. Raised once for each crossing, whichever process caused it.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "Alert".
 */
export interface Alert {
    /**
     * `ok`, `warn` or `critical`.
     */
    level: ("warn" | "critical");
    /**
     * The level before.
     */
    previous: Level;
    /**
     * Tokens.
     */
    retained: number;
    /**
     * The figure that was reached, tokens.
     */
    threshold: number;
    /**
     * Tokens.
     */
    budget: number;
    /**
     * Where the window that the budget is a share of comes from. `default`: displays need not warn.
     */
    windowSource?: WindowSource;
    /**
     * retained / budget.
     */
    ofBudget: number;
    /**
     * The revision of the session, which increases by one with each transaction.
     */
    revision: number;
    /**
     * When it happened.
     */
    at: string;
    /**
     * One sentence for people and models.
     */
    message: string;
    /**
     * What to do next, in one line, as in `advice` of `budget/status`; null: an earlier version raised the alert.
     */
    next?: (string | null);
}
/**
 * Params of `budget/alert`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "AlertNote".
 */
export interface AlertNote {
    /**
     * The session's id.
     */
    sessionId: string;
    /**
     * The revision of the session, which increases by one with each transaction.
     */
    revision: number;
    /**
     * `ok`, `warn` or `critical`.
     */
    level: Level;
    /**
     * The alert itself.
     */
    alert: Alert;
}
/**
 * Tokens given to a phase.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "Allocation".
 */
export interface Allocation {
    /**
     * The phase's number.
     */
    phase: number;
    /**
     * The name of the phase.
     */
    name?: (string | null);
    /**
     * Tokens.
     */
    tokens: number;
    /**
     * tokens / budget.
     */
    ofBudget: number;
    /**
     * The phase's complexity, as given or as the plan has it.
     */
    complexity?: (number | null);
    /**
     * null: the phase has no complexity.
     */
    complexityBasis?: (ComplexityBasis | null);
    /**
     * Strategy history: what it was learned from.
     */
    past?: (PastUse | null);
}
/**
 * What past runs used for a phase.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "PastUse".
 */
export interface PastUse {
    /**
     * Past runs that have this phase, by name or, where one has no name, by number.
     */
    runs: number;
    /**
     * What they used at the quantile: with that probability the next run stays within it. null: they are too few.
     */
    tokens: (number | null);
    /**
     * Where the roughest part of what they used comes from. null: there is no figure.
     */
    provenance: (Provenance | null);
    /**
     * What its share follows: what past runs used (`history`), else its complexity, or `even` without complexities.
     */
    basis: AllocationBasis;
}
/**
 * An artifact whose metadata is not what it should be.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "ArtifactIssue".
 */
export interface ArtifactIssue {
    /**
     * The item's id.
     */
    itemId: string;
    /**
     * The item's title; if none is given, its path, first heading or first line.
     */
    title: (string | null);
    /**
     * The phase's number.
     */
    phase: (number | null);
    /**
     * What is wrong with the metadata.
     */
    issue: ("missing" | "incomplete" | "overBound" | "largerThanSource");
    /**
     * Tokens of the source.
     */
    sourceTokens: number;
    /**
     * Tokens of the metadata; null if there is none.
     */
    metadataTokens: (number | null);
}
/**
 * Something that a plan does not say, or that was not understood, and what was assumed instead.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "Assumption".
 */
export interface Assumption {
    /**
     * The kind of assumption.
     */
    code: AssumptionCode;
    /**
     * The phases that it is about; empty: the plan as a whole.
     */
    phases: number[];
    /**
     * One sentence for people.
     */
    message: string;
}
/**
 * Tokens of one request as the provider billed it, by kind. The kinds must not overlap.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "BilledTokens".
 */
export interface BilledTokens {
    /**
     * Neither read from the cache nor written to it.
     */
    input?: number;
    /**
     * Read from the cache.
     */
    cacheRead?: number;
    /**
     * Written to the cache, if it is not known for how long.
     */
    cacheWrite?: number;
    /**
     * Written for 5 minutes.
     */
    cacheWrite5m?: number;
    /**
     * Written for an hour.
     */
    cacheWrite1h?: number;
    /**
     * What the model wrote, thinking included.
     */
    output?: number;
}
/**
 * Params of `budget/allocate`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "BudgetAllocateParams".
 */
export interface BudgetAllocateParams {
    /**
     * Absent: the workspace's default session.
     */
    sessionId?: (string | null);
    /**
     * The same key returns the first result, even after a restart, so a retry never counts twice.
     */
    requestKey?: (string | null);
    /**
     * Refuse with `conflict` if the session is at another revision.
     */
    ifRevision?: (number | null);
    /**
     * How the budget is divided.
     */
    strategy: Strategy;
    /**
     * Absent: the session's, else full-implementation.
     */
    scope?: (Scope | null);
    /**
     * One entry for each phase.
     */
    phases?: (PhaseSpec[] | null);
    /**
     * In place of `phases`: the phases of a plan, with their complexity as `workflow/plan` computes it.
     */
    plan?: (PlanSource | null);
    /**
     * Absent: the budget, or what is left of it.
     */
    total?: (number | null);
    /**
     * What is divided: the whole budget, or what is left of it.
     */
    basis?: Basis;
    /**
     * Strategy history: the share of past runs that a phase's figure covers. Absent: 0.8.
     */
    quantile?: (number | null);
    /**
     * Strategy history: by what a phase `used`, or by its `peak`. Absent: `used`, unless past runs kept nothing.
     */
    measure?: (PastMeasure | null);
}
/**
 * Result of `budget/allocate`: allocations and buffer sum to `total`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "BudgetAllocateResult".
 */
export interface BudgetAllocateResult {
    /**
     * The session's id.
     */
    sessionId: string;
    /**
     * The revision of the session, which increases by one with each transaction.
     */
    revision: number;
    /**
     * How the budget is divided.
     */
    strategy: Strategy;
    /**
     * The scope of the workflow.
     */
    scope: (Scope | null);
    /**
     * What is divided: the whole budget, or what is left of it.
     */
    basis: Basis;
    /**
     * One entry for each phase with an allocation.
     */
    allocations: Allocation[];
    /**
     * Sum of the allocations, tokens.
     */
    allocated: number;
    /**
     * Kept for phases without an allocation and for overruns, tokens.
     */
    buffer: number;
    /**
     * What was divided, tokens.
     */
    total: number;
    /**
     * Phases that were listed or are in the scope, but are complete: they keep the allocation that they had.
     */
    finished: number[];
    /**
     * Phases that were listed but have no allocation.
     */
    drawsOnBuffer: number[];
    /**
     * What the plan does not say, or says unclearly, or past runs do not tell, and what was assumed instead.
     */
    assumptions?: Assumption[];
    /**
     * Strategy history: the past runs that it was learned from.
     */
    history?: (HistoryBasis | null);
}
/**
 * The past runs that a division was learned from.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "HistoryBasis".
 */
export interface HistoryBasis {
    /**
     * The share of past runs that a phase's figure covers.
     */
    quantile: number;
    /**
     * What counts as used: `used` at the completion of the phase, or its `peak`.
     */
    measure: PastMeasure;
    /**
     * Finished runs of the scope that were looked at: the latest, 50 at most.
     */
    runs: number;
}
/**
 * Params of `budget/breakdown`. Without a sessionId, the account of a recording is that of its session, if any.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "BudgetBreakdownParams".
 */
export interface BudgetBreakdownParams {
    /**
     * Absent: the workspace's default session.
     */
    sessionId?: (string | null);
    /**
     * A session that a host recorded, whose window, cache and bills are broken down too.
     */
    recording?: (RecordingSource | null);
    /**
     * With a recording: what the host itself says of its window. Rows of these sources replace counted ones.
     */
    reported?: (ReportedSource[] | null);
    /**
     * How many of the items that cost most are listed.
     */
    largest?: number;
}
/**
 * What a host itself says of its window, as Claude Code's `getContextUsage` does.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "ReportedSource".
 */
export interface ReportedSource {
    /**
     * Where the tokens come from.
     */
    source: WindowSourceName;
    /**
     * For example the MCP server of definitions, or the path of a memory file.
     */
    name?: (string | null);
    /**
     * Tokens.
     */
    tokens: number;
}
/**
 * Result of `budget/breakdown`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "BudgetBreakdownResult".
 */
export interface BudgetBreakdownResult {
    /**
     * null: none was named, and no session has the recording's id.
     */
    sessionId: (string | null);
    /**
     * null: there is no session.
     */
    revision: (number | null);
    /**
     * What the session's account holds; null: there is no session.
     */
    account: (AccountBreakdown | null);
    /**
     * null: none was named.
     */
    recording: (RecordingBreakdown | null);
}
/**
 * What a recorded session tells.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "RecordingBreakdown".
 */
export interface RecordingBreakdown {
    /**
     * The format it was read as.
     */
    host: string;
    /**
     * The host's id of it.
     */
    session: (string | null);
    /**
     * Its file; null: its content was given.
     */
    path: (string | null);
    /**
     * That answered last.
     */
    model: (string | null);
    /**
     * When the latest call was answered.
     */
    at: (string | null);
    /**
     * How many tools the host listed last, by MCP server; `built-in`: its own.
     */
    tools: {
        [k: string]: unknown;
    };
    /**
     * What its latest call sent.
     */
    window: Window;
    /**
     * null: the format has no bills.
     */
    cache: (CacheUse | null);
    /**
     * null: the format has no bills.
     */
    cost: (Costs | null);
    /**
     * What could not be read of it.
     */
    warnings: string[];
}
/**
 * What the latest call sent, by source.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "Window".
 */
export interface Window {
    /**
     * Tokens of the request as the provider billed it; null: there is no bill of it.
     */
    total: (number | null);
    /**
     * Sum of the rows that were counted or reported, tokens.
     */
    counted: number;
    /**
     * Tokens counted of what came after that request: the answer and its results.
     */
    since: number;
    /**
     * By source; `unaccounted`: the total less what was counted.
     */
    rows: WindowRow[];
    /**
     * The parts that cost most, the largest first.
     */
    largest: WindowPart[];
}
/**
 * Tokens of the window from one source.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "WindowRow".
 */
export interface WindowRow {
    /**
     * Where the tokens come from.
     */
    source: WindowSourceName;
    /**
     * The tool, MCP server or file, where the source has several.
     */
    name: (string | null);
    /**
     * How many parts these are.
     */
    items: number;
    /**
     * null: it is there, and the recording does not tell its size. `unaccounted` is negative if more was counted than the provider billed.
     */
    tokens: (number | null);
    /**
     * Of `unaccounted`: that of the figures that it is the difference of.
     */
    provenance: KnownProvenance;
    /**
     * tokens / total; null if one of them is unknown.
     */
    ofTotal: (number | null);
}
/**
 * One part of the window.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "WindowPart".
 */
export interface WindowPart {
    /**
     * Where the tokens come from.
     */
    source: WindowSourceName;
    /**
     * The tool of a call or an output.
     */
    name: (string | null);
    /**
     * What it is, in a few words of its own.
     */
    title: string;
    /**
     * Tokens.
     */
    tokens: number;
    /**
     * Where the figure comes from.
     */
    provenance: KnownProvenance;
    /**
     * Index of its message since the last break of the conversation; null: in none.
     */
    message: (number | null);
}
/**
 * The calls of a recording, and why each wrote to the prompt cache. Each call has one cause.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "CacheUse".
 */
export interface CacheUse {
    /**
     * Calls that were billed.
     */
    calls: number;
    /**
     * Tokens.
     */
    read: number;
    /**
     * Tokens; null: the host does not record it.
     */
    written: (number | null);
    /**
     * By cause; each call is in one of them.
     */
    causes: CacheCause[];
    /**
     * The calls at which something was lost, the latest last.
     */
    breaks: CacheBreak[];
    /**
     * Breaks that are not listed, the oldest.
     */
    omitted: number;
}
/**
 * Calls whose newly written tokens have the same cause.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "CacheCause".
 */
export interface CacheCause {
    /**
     * `start`: nothing was cached. `appended`: only what is new was written. `ourCut`: a fit of ctxbudget's. `edit`: something before the end changed, as when a person goes back. `unknown`: nothing tells.
     */
    cause: CacheCauseName;
    /**
     * How many calls these are.
     */
    calls: number;
    /**
     * Tokens newly written to the cache; null: the host does not record it.
     */
    written: (number | null);
    /**
     * Tokens.
     */
    lost: number;
}
/**
 * A call that read less from the prompt cache than the call before it left there.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "CacheBreak".
 */
export interface CacheBreak {
    /**
     * `main`, or the host's id of a subagent.
     */
    agent: string;
    /**
     * Number of the call among the agent's, from 1.
     */
    call: number;
    /**
     * When it was answered; null: unknown.
     */
    at: (string | null);
    /**
     * That answered; null: unknown.
     */
    model: (string | null);
    /**
     * Why, as far as the recording or the log tells.
     */
    cause: CacheCauseName;
    /**
     * What tells the cause; empty: nothing does.
     */
    evidence: string;
    /**
     * Tokens newly written to the cache; null: the host does not record it.
     */
    written: (number | null);
    /**
     * Tokens read from the cache.
     */
    read: number;
    /**
     * Tokens that were in the cache before; if the host does not record it, at most these.
     */
    before: number;
    /**
     * before - read: tokens that had to be sent again, or replaced.
     */
    lost: number;
    /**
     * Milliseconds since the request before; null: unknown.
     */
    idleMs: (number | null);
}
/**
 * Params of `budget/diagnose`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "BudgetDiagnoseParams".
 */
export interface BudgetDiagnoseParams {
    /**
     * Absent: the workspace's default session.
     */
    sessionId?: (string | null);
    /**
     * Findings to look for, by code; the requests of those found can be sent without the others. Absent: all.
     */
    only?: ([FindingCode, ...(FindingCode)[]] | null);
}
/**
 * Result of `budget/diagnose`. Requests are sent in order, those of the first finding first.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "BudgetDiagnoseResult".
 */
export interface BudgetDiagnoseResult {
    /**
     * The session's id.
     */
    sessionId: string;
    /**
     * The revision of the session, which increases by one with each transaction.
     */
    revision: number;
    /**
     * Losses that have not been acknowledged, and faults in files of settings.
     */
    notices?: Notice[];
    /**
     * Its state.
     */
    state: SessionState;
    /**
     * The policy in force.
     */
    policy: Policy;
    /**
     * Before any request.
     */
    status: Figures;
    /**
     * The signs that something is wrong.
     */
    symptoms: Symptom[];
    /**
     * The first cause first; no item belongs to the cures of two of them.
     */
    findings: Finding[];
    /**
     * After all requests.
     */
    reaches: Figures;
    /**
     * The findings as text for a model.
     */
    text: string;
}
/**
 * Something that the store has lost or had to repair, reported until `store/acknowledge`; or a fault in a file of
 * settings, reported until the file is corrected.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "Notice".
 */
export interface Notice {
    /**
     * The loss's id; 0 for a fault in a file of settings.
     */
    id: number;
    /**
     * When it was noticed.
     */
    foundAt: string;
    /**
     * `salvaged`: a damaged file was replaced with what could be read of it. `wentBack`: acknowledged changes of sessions are missing. `headerRepaired`: the file's header was damaged; nothing is lost. `settings`: part of a file of settings is not used.
     */
    kind: string;
    /**
     * A message for people that names what is lost.
     */
    message: string;
    /**
     * Data for programs, depending on the kind: `sessions[]` and where the file is kept, or `file`, `line` and `setting`.
     */
    detail: {
        [k: string]: unknown;
    };
}
/**
 * The account's main figures. All are tokens, except shares, which name their base.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "Figures".
 */
export interface Figures {
    /**
     * The model's context size, tokens.
     */
    window: number;
    /**
     * Where the window comes from: the session's settings, the user's file, the project's file, the host's report, or (`model`) the size that is assumed for the model; `default`: it has not been set; `request`: an editor's own setting.
     */
    windowSource: WindowSource;
    /**
     * floor(window x target share), tokens.
     */
    budget: number;
    /**
     * Tokens in the context now; always processed - saved.
     */
    retained: number;
    /**
     * Highest `retained` at the end of any transaction, tokens.
     */
    peak: number;
    /**
     * Tokens of everything that callers added.
     */
    processed: number;
    /**
     * Tokens removed, less replacements and what was restored.
     */
    saved: number;
    /**
     * Tokens reserved for work in flight.
     */
    leased: number;
    /**
     * budget - retained - leased, tokens; negative if over budget.
     */
    available: number;
    /**
     * retained / window.
     */
    ofWindow: number;
    /**
     * retained / budget.
     */
    ofBudget: number;
    /**
     * `ok`, `warn` or `critical`.
     */
    level: Level;
}
/**
 * The signs that something is wrong; `findings` gives the causes.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "Symptom".
 */
export interface Symptom {
    /**
     * The kind of symptom.
     */
    code: SymptomCode;
    /**
     * The phase's number.
     */
    phase?: (number | null);
    /**
     * The layer that it is about, if any.
     */
    layer?: (Layer | null);
    /**
     * The figure at fault, tokens.
     */
    tokens: number;
    /**
     * What it should not exceed, tokens.
     */
    limit: number;
    /**
     * One sentence for people.
     */
    message: string;
}
/**
 * A cause: the evidence, the rule that was not applied, and its cure.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "Finding".
 */
export interface Finding {
    /**
     * The kind of cause.
     */
    code: FindingCode;
    /**
     * What is wrong, in one sentence for people and models.
     */
    message: string;
    /**
     * The rule that was not applied.
     */
    rule: string;
    /**
     * What keeps it from coming back, or what to do if there is no request to send.
     */
    prevention: string;
    /**
     * What the evidence holds in the context, tokens.
     */
    tokens: number;
    /**
     * The largest first, at most 100.
     */
    evidence: Evidence[];
    /**
     * Pieces of evidence that are not listed.
     */
    evidenceLeftOut: number;
    /**
     * In the order in which to send them; none if no request can help.
     */
    requests: CureRequest[];
    /**
     * What they take off `retained`, tokens; negative if a recount adds to it.
     */
    saves: number;
    /**
     * `retained` after them and all requests before them, tokens: rehearsed, so exact.
     */
    retained: number;
    /**
     * `available` at that point, if no lease expires in the meantime; tokens.
     */
    available: number;
    /**
     * Requests that bring back items and settings, to be sent in this order, after those of the findings that follow; rehearsed as well. Completed phases and waves, ended leases and recounted figures stay as they are.
     */
    undo: CureRequest[];
}
/**
 * Something on the account that shows it.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "Evidence".
 */
export interface Evidence {
    /**
     * What it is.
     */
    type: ("item" | "phase" | "wave" | "agent" | "lease" | "layer");
    /**
     * The id of an item or a lease, a phase's number, `PHASE.WAVE`, or the name of an agent or a layer.
     */
    id: string;
    /**
     * The item's title; if none is given, its path, first heading or first line.
     */
    title?: (string | null);
    /**
     * The phase's number.
     */
    phase?: (number | null);
    /**
     * Tokens.
     */
    tokens: number;
}
/**
 * A request that can be sent as it is.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "CureRequest".
 */
export interface CureRequest {
    /**
     * The method to call.
     */
    method: string;
    /**
     * With `sessionId`, and with `ifRevision` if it belongs to a cure.
     */
    params: {
        [k: string]: unknown;
    };
}
/**
 * `data` of the error `budgetExceeded`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "BudgetExceededData".
 */
export interface BudgetExceededData {
    /**
     * The name of the error, for programs.
     */
    name: "budgetExceeded";
    /**
     * Whether the same request may succeed later.
     */
    retryable: boolean;
    /**
     * The fields at fault, if any.
     */
    errors?: FieldFault[];
    /**
     * The tokens requested.
     */
    requested: number;
    /**
     * budget - retained - leased, tokens.
     */
    available: number;
    /**
     * Tokens reserved for work in flight.
     */
    leased?: (number | null);
    /**
     * The session's budget, tokens.
     */
    budget?: (number | null);
    [k: string]: unknown;
}
/**
 * One field at fault.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "FieldFault".
 */
export interface FieldFault {
    /**
     * The path to the field: names of members and positions in lists.
     */
    loc: (string | number)[];
    /**
     * What was expected, for people.
     */
    msg: string;
    /**
     * The kind of fault, for programs.
     */
    type: string;
    [k: string]: unknown;
}
/**
 * Params of `budget/release`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "BudgetReleaseParams".
 */
export interface BudgetReleaseParams {
    /**
     * Absent: the workspace's default session.
     */
    sessionId?: (string | null);
    /**
     * The same key returns the first result, even after a restart, so a retry never counts twice.
     */
    requestKey?: (string | null);
    /**
     * Refuse with `conflict` if the session is at another revision.
     */
    ifRevision?: (number | null);
    /**
     * The lease's id.
     */
    leaseId: string;
}
/**
 * Result of `budget/release`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "BudgetReleaseResult".
 */
export interface BudgetReleaseResult {
    /**
     * The session's id.
     */
    sessionId: string;
    /**
     * The revision of the session, which increases by one with each transaction.
     */
    revision: number;
    /**
     * The lease's id.
     */
    leaseId: string;
    /**
     * Tokens.
     */
    refunded: number;
    /**
     * Tokens.
     */
    available: number;
}
/**
 * Params of `budget/renew`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "BudgetRenewParams".
 */
export interface BudgetRenewParams {
    /**
     * Absent: the workspace's default session.
     */
    sessionId?: (string | null);
    /**
     * The same key returns the first result, even after a restart, so a retry never counts twice.
     */
    requestKey?: (string | null);
    /**
     * Refuse with `conflict` if the session is at another revision.
     */
    ifRevision?: (number | null);
    /**
     * The lease's id.
     */
    leaseId: string;
    /**
     * Milliseconds.
     */
    ttlMs?: number;
}
/**
 * Result of `budget/renew`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "BudgetRenewResult".
 */
export interface BudgetRenewResult {
    /**
     * The session's id.
     */
    sessionId: string;
    /**
     * The revision of the session, which increases by one with each transaction.
     */
    revision: number;
    /**
     * The lease's id.
     */
    leaseId: string;
    /**
     * When the lease expires.
     */
    expiresAt: string;
    /**
     * Tokens.
     */
    available: number;
}
/**
 * Params of `budget/report`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "BudgetReportParams".
 */
export interface BudgetReportParams {
    /**
     * Absent: the workspace's default session.
     */
    sessionId?: (string | null);
    /**
     * The format of the report.
     */
    format?: ("json" | "markdown");
}
/**
 * Result of `budget/report`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "BudgetReportResult".
 */
export interface BudgetReportResult {
    /**
     * The session's id.
     */
    sessionId: string;
    /**
     * The revision of the session, which increases by one with each transaction.
     */
    revision: number;
    /**
     * Losses that have not been acknowledged, and faults in files of settings.
     */
    notices?: Notice[];
    /**
     * Its state.
     */
    state: SessionState;
    /**
     * The account's main figures.
     */
    status: Figures;
    /**
     * The policy in force.
     */
    policy: Policy;
    /**
     * Sum of the allocations, tokens.
     */
    allocated: (number | null);
    /**
     * Tokens.
     */
    buffer: (number | null);
    /**
     * allocated - retained, tokens; negative if exceeded.
     */
    underAllocation: (number | null);
    /**
     * budget - retained, tokens; negative if exceeded.
     */
    underBudget: number;
    /**
     * underAllocation / allocated.
     */
    underAllocationShare: (number | null);
    /**
     * underBudget / budget.
     */
    underBudgetShare: number;
    /**
     * peak / budget.
     */
    peakOfBudget: number;
    /**
     * saved, less what was pruned and read again, tokens.
     */
    netSavings: number;
    /**
     * netSavings / processed.
     */
    savingsShare: number;
    /**
     * One entry for each phase.
     */
    phases: PhaseReport[];
    /**
     * Each layer against its ceiling.
     */
    layers: LayerReport[];
    /**
     * The leases of the session, in total.
     */
    leases: LeaseReport;
    /**
     * Artifacts whose metadata is not what it should be.
     */
    artifacts: ArtifactIssue[];
    /**
     * The alerts of the session so far.
     */
    alerts: Alert[];
    /**
     * How many calls are left until each limit, if the context grows on as before.
     */
    forecast: Forecast;
    /**
     * What is wrong.
     */
    diagnoses: Diagnosis[];
    /**
     * What to do next, in one line, as in `advice` of `budget/status`.
     */
    next: string;
    /**
     * Good practice, answered from the account: all four lists, in order.
     */
    checklists: Checklist[];
    /**
     * Where the figure comes from.
     */
    provenance: ProvenanceShare[];
    /**
     * Where tokens came from, and what is kept of them.
     */
    sources: SourcesReport;
    /**
     * What was pruned and read again.
     */
    readAgain: ReadAgain;
    /**
     * With format markdown: the report for people.
     */
    markdown?: (string | null);
}
/**
 * Actual against budget of one phase. All figures are tokens.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "PhaseReport".
 */
export interface PhaseReport {
    /**
     * The phase's number.
     */
    phase: number;
    /**
     * The name of the phase.
     */
    name: (string | null);
    /**
     * Its state.
     */
    state: PhaseStatus;
    /**
     * Allocated to the phase, tokens; null: the phase draws on the buffer.
     */
    allocated: (number | null);
    /**
     * Tokens of the phase in the context: its actual figure.
     */
    retained: number;
    /**
     * What it held at its completion, which no longer changes; before that, `retained`.
     */
    used: number;
    /**
     * used - allocated if positive, else 0.
     */
    overrun: number;
    /**
     * Highest `retained` so far, tokens.
     */
    peak: number;
    /**
     * Tokens added by callers.
     */
    processed: number;
    /**
     * Tokens removed, less their replacements.
     */
    saved: number;
    /**
     * retained - allocated if positive, else 0.
     */
    over: number;
    /**
     * peak - allocated if positive, else 0.
     */
    peakOver: number;
    /**
     * retained / allocated; null without an allocation.
     */
    ofAllocation: (number | null);
    /**
     * Whether the phase has no allocation of its own.
     */
    drawsOnBuffer: boolean;
    /**
     * The account at its completion; null before that, and of phases that an older version completed.
     */
    after?: (PhaseEnd | null);
}
/**
 * The whole account when a phase had completed.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "PhaseEnd".
 */
export interface PhaseEnd {
    /**
     * The revision of the session, which increases by one with each transaction.
     */
    revision: number;
    /**
     * Tokens.
     */
    retained: number;
    /**
     * retained / the session's budget of today.
     */
    ofBudget: number;
    /**
     * Allocations of the phases that had completed by then, this one included, tokens; null if one of them has none.
     */
    allocated: (number | null);
    /**
     * allocated - retained, tokens; negative if exceeded.
     */
    under: (number | null);
}
/**
 * A layer against its ceiling, over the whole session. All figures are tokens.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "LayerReport".
 */
export interface LayerReport {
    /**
     * The layer.
     */
    layer: Layer;
    /**
     * Tokens in the context now.
     */
    retained: number;
    /**
     * Highest `retained` so far, tokens.
     */
    peak: number;
    /**
     * The layer's ceiling, tokens; null: the layer has none.
     */
    ceiling: (number | null);
    /**
     * Whether the ceiling was exceeded at any time so far.
     */
    breached: boolean;
    /**
     * The phase in which the first breach began.
     */
    sincePhase?: (number | null);
    /**
     * The revision in which the first breach began.
     */
    sinceRevision?: (number | null);
}
/**
 * Leases over the whole session. All figures are tokens.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "LeaseReport".
 */
export interface LeaseReport {
    /**
     * Reserved, tokens.
     */
    reserved: number;
    /**
     * Used, tokens.
     */
    used: number;
    /**
     * Reserved but not used, tokens.
     */
    refunded: number;
    /**
     * Used beyond what was reserved, tokens.
     */
    overrun: number;
    /**
     * Leases in flight.
     */
    open: number;
    /**
     * Tokens of leases that expired unsettled.
     */
    expired: number;
    /**
     * Leases that used more than they had reserved.
     */
    overruns: {
        [k: string]: unknown;
    }[];
}
/**
 * How many calls are left until each limit. A call is a change that brings tokens.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "Forecast".
 */
export interface Forecast {
    /**
     * When `retained` reaches `warnAt`.
     */
    warn: Reach;
    /**
     * When it reaches `criticalAt`.
     */
    critical: Reach;
    /**
     * When it reaches the budget.
     */
    budget: Reach;
    /**
     * When it reaches the window.
     */
    window: Reach;
    /**
     * When the model's own requests reach the window, from the sizes that the call gave; calls are requests here. null: it gave none.
     */
    requests: (Reach | null);
    /**
     * Tokens per call that are expected; null: unknown.
     */
    growth: (number | null);
    /**
     * Calls whose growth it is based on, the latest.
     */
    basedOn: number;
    /**
     * Whose calls these are: those of the running phase, as soon as four of them have a growth.
     */
    basis: ("phase" | "session");
    /**
     * The growth of the latest calls by phase.
     */
    byPhase: PhaseGrowth[];
    /**
     * The growth of the latest calls by agent, largest first.
     */
    byAgent: AgentGrowth[];
}
/**
 * When `retained` reaches a limit, if the context grows on as before and nothing is removed.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "Reach".
 */
export interface Reach {
    /**
     * The limit, tokens.
     */
    at: number;
    /**
     * Tokens until then; 0: it is reached.
     */
    tokens: number;
    /**
     * Calls until then; 0: it is reached; null: unknown.
     */
    calls: (number | null);
    /**
     * Calls until then at the least: it is between `low` and `high` in nine of ten cases. null: unknown.
     */
    low: (number | null);
    /**
     * Calls until then at the most; null: unknown.
     */
    high: (number | null);
    /**
     * Why `calls` is unknown. `tooFewCalls`: fewer than four have a growth. `noGrowth`: none brought a token. `tooFar`: it takes more than eight times as many calls as it is based on. null: it is known.
     */
    reason: (("tooFewCalls" | "noGrowth" | "tooFar") | null);
}
/**
 * How much calls for a phase added.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "PhaseGrowth".
 */
export interface PhaseGrowth {
    /**
     * The phase that the calls were made for.
     */
    phase: number;
    /**
     * Calls that have a growth.
     */
    calls: number;
    /**
     * Tokens per call, the mean.
     */
    growth: number;
}
/**
 * Something that is wrong; never a reason to refuse a request.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "Diagnosis".
 */
export interface Diagnosis {
    /**
     * `overCommitted`: retained and reserved tokens together exceed the budget. `overBuffer`: phases draw more on the buffer than it has.
     */
    code: ("layerCeiling" | "transientLeft" | "overAllocation" | "overBudget" | "drawsOnBuffer" | "overCommitted" | "overBuffer");
    /**
     * The layer that it is about, if any.
     */
    layer?: (Layer | null);
    /**
     * The phase's number.
     */
    phase?: (number | null);
    /**
     * The figure at fault, tokens.
     */
    tokens: number;
    /**
     * What it should not exceed, tokens.
     */
    limit: number;
    /**
     * One sentence for people.
     */
    message: string;
}
/**
 * A checklist of good practice.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "Checklist".
 */
export interface Checklist {
    /**
     * Before the workflow, during each phase, after each phase, after the workflow.
     */
    when: ("before" | "during" | "afterPhase" | "afterWorkflow");
    /**
     * All entries of the list, including those that do not apply.
     */
    entries: ChecklistEntry[];
}
/**
 * One entry of a checklist, answered from the account.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "ChecklistEntry".
 */
export interface ChecklistEntry {
    /**
     * The name of the entry.
     */
    id: ("scope" | "phases" | "allocation" | "budget" | "policy" | "extracted" | "pruned" | "monitored" | "alerted" | "phaseScoped" | "waves" | "figures" | "verified" | "reported" | "archived" | "overruns");
    /**
     * The entry in words.
     */
    text: string;
    /**
     * `done`; `open`: something is to be done; `notApplicable`: the entry does not apply.
     */
    state: ("done" | "open" | "notApplicable");
    /**
     * The evidence, or the reason why the entry does not apply.
     */
    why: string;
    /**
     * What to do, if it is open.
     */
    cure?: (string | null);
    /**
     * Requests that do it, to be sent in this order.
     */
    actions?: AdviceAction[];
}
/**
 * Retained tokens by the provenance of their figures.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "ProvenanceShare".
 */
export interface ProvenanceShare {
    /**
     * Where the figure comes from.
     */
    provenance: Provenance;
    /**
     * Tokens.
     */
    tokens: number;
}
/**
 * Where tokens came from. In each table, `entered` sums to `processed` and `kept` to `retained`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "SourcesReport".
 */
export interface SourcesReport {
    /**
     * By the agents of items.
     */
    byAgent: SourceTable;
    /**
     * By the tools whose output they are.
     */
    byTool: SourceTable;
    /**
     * By the files that they are from.
     */
    byFile: SourceTable;
}
/**
 * Sources, the largest first.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "SourceTable".
 */
export interface SourceTable {
    /**
     * The 20 that brought in most.
     */
    rows: SourceFigures[];
    /**
     * The sum of all others; null: there are none.
     */
    others: (SourceFigures | null);
}
/**
 * What an agent, a tool or a file brought in, and what is kept of it.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "SourceFigures".
 */
export interface SourceFigures {
    /**
     * null: what names none.
     */
    name: (string | null);
    /**
     * Items that came in.
     */
    items: number;
    /**
     * Tokens that came in.
     */
    entered: number;
    /**
     * Tokens that are retained, in these items or in what replaces them.
     */
    kept: number;
}
/**
 * What was pruned and read again: pruning it saved nothing.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "ReadAgain".
 */
export interface ReadAgain {
    /**
     * Tokens.
     */
    tokens: number;
    /**
     * The items, in the order in which they were added.
     */
    items: number;
    /**
     * The ten that cost most.
     */
    largest: ReadAgainItem[];
}
/**
 * An item that had left the context and was brought back.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "ReadAgainItem".
 */
export interface ReadAgainItem {
    /**
     * The item's id.
     */
    itemId: string;
    /**
     * The item that had left.
     */
    againOf: string;
    /**
     * The item's title; if none is given, its path, first heading or first line.
     */
    title: (string | null);
    /**
     * The path of the file.
     */
    path: (string | null);
    /**
     * Of the new item; all that bring one item back count at most its tokens.
     */
    tokens: number;
}
/**
 * Params of `budget/reserve`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "BudgetReserveParams".
 */
export interface BudgetReserveParams {
    /**
     * Absent: the workspace's default session.
     */
    sessionId?: (string | null);
    /**
     * The same key returns the first result, even after a restart, so a retry never counts twice.
     */
    requestKey?: (string | null);
    /**
     * Refuse with `conflict` if the session is at another revision.
     */
    ifRevision?: (number | null);
    /**
     * Tokens.
     */
    tokens: number;
    /**
     * Who will use them: an agent's name or id.
     */
    holder: string;
    /**
     * Absent: the running phase.
     */
    phase?: (number | null);
    /**
     * Milliseconds.
     */
    ttlMs?: number;
    /**
     * The work has already begun: take the lease even if it does not fit.
     */
    force?: boolean;
}
/**
 * Result of `budget/reserve`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "BudgetReserveResult".
 */
export interface BudgetReserveResult {
    /**
     * The session's id.
     */
    sessionId: string;
    /**
     * The revision of the session, which increases by one with each transaction.
     */
    revision: number;
    /**
     * The lease's id.
     */
    leaseId: string;
    /**
     * When the lease expires.
     */
    expiresAt: string;
    /**
     * Tokens left after this lease.
     */
    available: number;
    /**
     * What the session has spent, if it has a `maxCost`, also with `force`; null: no limit.
     */
    spent?: (Spent | null);
}
/**
 * What a session has spent by the bills that were recorded for it.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "Spent".
 */
export interface Spent {
    /**
     * null: unknown, although something was billed.
     */
    amount: (number | null);
    /**
     * A word or a sign, as the prices name it; null: nothing has a price.
     */
    currency: (string | null);
    /**
     * How many bills were recorded.
     */
    requests: number;
    /**
     * Share of the billed tokens whose price is known.
     */
    coveredShare: number;
    /**
     * The session's setting.
     */
    maxCost: number;
    /**
     * Whether `budget/reserve` refuses now.
     */
    exceeded: boolean;
}
/**
 * Params of `budget/settle`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "BudgetSettleParams".
 */
export interface BudgetSettleParams {
    /**
     * Absent: the workspace's default session.
     */
    sessionId?: (string | null);
    /**
     * The same key returns the first result, even after a restart, so a retry never counts twice.
     */
    requestKey?: (string | null);
    /**
     * Refuse with `conflict` if the session is at another revision.
     */
    ifRevision?: (number | null);
    /**
     * The lease's id.
     */
    leaseId: string;
    /**
     * What the work brought into the context, tokens.
     */
    used: number;
}
/**
 * Result of `budget/settle`. Only `context/add` changes the account, not this.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "BudgetSettleResult".
 */
export interface BudgetSettleResult {
    /**
     * The session's id.
     */
    sessionId: string;
    /**
     * The revision of the session, which increases by one with each transaction.
     */
    revision: number;
    /**
     * The lease's id.
     */
    leaseId: string;
    /**
     * Tokens.
     */
    reserved: number;
    /**
     * Tokens.
     */
    used: number;
    /**
     * Reserved but not used, tokens.
     */
    refunded: number;
    /**
     * Used beyond what was reserved, tokens.
     */
    overrun: number;
    /**
     * Whether the lease had expired before it was settled.
     */
    expired: boolean;
    /**
     * Tokens.
     */
    available: number;
}
/**
 * Params of `budget/status`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "BudgetStatusParams".
 */
export interface BudgetStatusParams {
    /**
     * Absent: the workspace's default session.
     */
    sessionId?: (string | null);
    /**
     * The input of the model's latest requests, as the provider billed it, oldest first: for `forecast.requests`.
     */
    requests?: (number[] | null);
}
/**
 * Result of `budget/status`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "BudgetStatusResult".
 */
export interface BudgetStatusResult {
    /**
     * The session's id.
     */
    sessionId: string;
    /**
     * The revision of the session, which increases by one with each transaction.
     */
    revision: number;
    /**
     * The model's context size, tokens.
     */
    window: number;
    /**
     * Where the window comes from: the session's settings, the user's file, the project's file, the host's report, or (`model`) the size that is assumed for the model; `default`: it has not been set; `request`: an editor's own setting.
     */
    windowSource: WindowSource;
    /**
     * floor(window x target share), tokens.
     */
    budget: number;
    /**
     * Tokens in the context now; always processed - saved.
     */
    retained: number;
    /**
     * Highest `retained` at the end of any transaction, tokens.
     */
    peak: number;
    /**
     * Tokens of everything that callers added.
     */
    processed: number;
    /**
     * Tokens removed, less replacements and what was restored.
     */
    saved: number;
    /**
     * Tokens reserved for work in flight.
     */
    leased: number;
    /**
     * budget - retained - leased, tokens; negative if over budget.
     */
    available: number;
    /**
     * retained / window.
     */
    ofWindow: number;
    /**
     * retained / budget.
     */
    ofBudget: number;
    /**
     * `ok`, `warn` or `critical`.
     */
    level: Level;
    /**
     * Losses that have not been acknowledged, and faults in files of settings.
     */
    notices?: Notice[];
    /**
     * Its state.
     */
    state: SessionState;
    /**
     * The policy in force.
     */
    policy: Policy;
    /**
     * The running phase.
     */
    phase: (number | null);
    /**
     * Tokens.
     */
    warnAt: number;
    /**
     * Tokens.
     */
    criticalAt: number;
    /**
     * Each layer against its ceiling.
     */
    layers: LayerStatus[];
    /**
     * One entry for each phase.
     */
    phases: PhaseState[];
    /**
     * Leases in flight.
     */
    leases: Lease[];
    /**
     * Tokens of the last allocation that no phase was given; null: nothing is allocated.
     */
    buffer: (number | null);
    /**
     * Retained tokens of pinned items.
     */
    pinned: number;
    /**
     * Retained tokens of pinned and permanent items, which no prune touches.
     */
    protected: number;
    /**
     * How many calls are left until each limit, if the context grows on as before.
     */
    forecast: Forecast;
    /**
     * Where the figure comes from.
     */
    provenance: ProvenanceShare[];
    /**
     * What is wrong.
     */
    diagnoses: Diagnosis[];
    /**
     * What would help now.
     */
    advice: Advice;
}
/**
 * A layer against its ceiling.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "LayerStatus".
 */
export interface LayerStatus {
    /**
     * The layer.
     */
    layer: Layer;
    /**
     * Tokens.
     */
    retained: number;
    /**
     * Of these, tokens of pinned items, which no prune touches.
     */
    pinned: number;
    /**
     * Tokens.
     */
    peak: number;
    /**
     * Tokens; null for transient, which is limited by its phase instead.
     */
    ceiling: (number | null);
    /**
     * retained / window.
     */
    ofWindow: number;
    /**
     * Whether the layer is over its ceiling.
     */
    breached: boolean;
}
/**
 * A phase on the account. All figures are tokens. At its completion `allocated`, `used`, `peak` and `overrun`
 * become final: they stay whatever is allocated, pruned or restored later, until the phase starts again or its
 * completion is undone.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "PhaseState".
 */
export interface PhaseState {
    /**
     * The phase's number.
     */
    phase: number;
    /**
     * The name of the phase.
     */
    name: (string | null);
    /**
     * Its state.
     */
    state: PhaseStatus;
    /**
     * null: the phase draws on the buffer.
     */
    allocated: (number | null);
    /**
     * What the phase holds now.
     */
    retained: number;
    /**
     * Of `retained`, tokens of pinned items.
     */
    pinned: number;
    /**
     * What it held at its completion; before that, `retained`.
     */
    used: number;
    /**
     * used - allocated if positive, else 0.
     */
    overrun: number;
    /**
     * Highest `retained` so far, tokens.
     */
    peak: number;
    /**
     * Tokens added by callers.
     */
    processed: number;
    /**
     * Tokens removed, less their replacements.
     */
    saved: number;
    /**
     * Tokens reserved for work in flight.
     */
    leased: number;
    /**
     * retained / allocated.
     */
    ofAllocation: (number | null);
    /**
     * One entry for each wave.
     */
    waves: WaveStatus[];
}
/**
 * A wave of a phase.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "WaveStatus".
 */
export interface WaveStatus {
    /**
     * The wave's number within its phase.
     */
    wave: number;
    /**
     * Its state.
     */
    state: PhaseStatus;
    /**
     * Tokens.
     */
    retained: number;
}
/**
 * Tokens reserved for work in flight.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "Lease".
 */
export interface Lease {
    /**
     * The lease's id.
     */
    leaseId: string;
    /**
     * Who uses the lease.
     */
    holder: string;
    /**
     * Tokens.
     */
    tokens: number;
    /**
     * The phase's number.
     */
    phase: (number | null);
    /**
     * When the lease was taken.
     */
    reservedAt: string;
    /**
     * When the lease expires.
     */
    expiresAt: string;
}
/**
 * Params of `budget/timeline`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "BudgetTimelineParams".
 */
export interface BudgetTimelineParams {
    /**
     * Absent: the workspace's default session.
     */
    sessionId?: (string | null);
    /**
     * Only changes after this revision.
     */
    since?: number;
    /**
     * Changes in one entry, which has the figures after the last of them.
     */
    every?: number;
    /**
     * Maximum number of entries returned.
     */
    limit?: number;
}
/**
 * Result of `budget/timeline`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "BudgetTimelineResult".
 */
export interface BudgetTimelineResult {
    /**
     * The session's id.
     */
    sessionId: string;
    /**
     * The revision of the session, which increases by one with each transaction.
     */
    revision: number;
    /**
     * Oldest first.
     */
    entries: TimelineEntry[];
    /**
     * Pass it as `since` for the next page; null: this is the last page.
     */
    next: (number | null);
    /**
     * Changes after `since` that are not in the timeline, since an older version made them, which kept no figures.
     */
    unrecorded: number;
}
/**
 * A change, or the last one of several, and where the account stood after it.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "TimelineEntry".
 */
export interface TimelineEntry {
    /**
     * The revision of the session, which increases by one with each transaction.
     */
    revision: number;
    /**
     * When it happened.
     */
    at: string;
    /**
     * Who made the change: the name that the client gave, or the command, and the server's process id.
     */
    actor: string;
    /**
     * The method at fault.
     */
    method: string;
    /**
     * Why it was made, in a few words.
     */
    why: string;
    /**
     * The phase of the items or the lease that it changed, if they share one; otherwise the running phase.
     */
    phase: (number | null);
    /**
     * The same of the wave.
     */
    wave: (number | null);
    /**
     * The agent of all items that it added, or the holder of the lease.
     */
    agent: (string | null);
    /**
     * Tokens.
     */
    retained: number;
    /**
     * Tokens.
     */
    processed: number;
    /**
     * processed - retained, tokens.
     */
    saved: number;
    /**
     * The session's peak so far, tokens.
     */
    peak: number;
    /**
     * Tokens that leases held at that time.
     */
    leased: number;
    /**
     * `ok`, `warn` or `critical`.
     */
    level: Level;
    /**
     * Changes in this entry.
     */
    changes: number;
    /**
     * The largest number of retained tokens after any of them.
     */
    highest: number;
}
/**
 * Prices of the provider's prompt cache, relative to the price of an input token.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "CachePrices".
 */
export interface CachePrices {
    /**
     * The price of a token read from the cache.
     */
    read?: number;
    /**
     * The price of a token written to the cache.
     */
    write?: number;
}
/**
 * Settings of a session, any subset: absent ones stay as they are, and null takes one back, or one member.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "Config".
 */
export interface Config {
    /**
     * The model's context size, tokens.
     */
    contextWindow?: (number | null);
    /**
     * budget = floor(window x target share), computed in decimal.
     */
    targetShare?: (number | null);
    /**
     * Where the levels are reached and left.
     */
    thresholds?: (Thresholds | null);
    /**
     * The pruning policy; `auto`: by scope and number of phases.
     */
    policy?: (Policy | "auto" | null);
    /**
     * The scope of the workflow.
     */
    scope?: (Scope | null);
    /**
     * Selects the vocabulary. Absent: o200k_base.
     */
    model?: (string | null);
    /**
     * Completing phase N turns the metadata of phases <= N - horizon into markers. Absent: never.
     */
    metadataHorizon?: (number | null);
    /**
     * Policy `moderate`: for how many more phases full content stays.
     */
    keepFor?: (number | null);
    /**
     * Whether completed phases and waves leave a marker.
     */
    markers?: (boolean | null);
    /**
     * At `critical`, remove unpinned transient items once per crossing.
     */
    autoPrune?: (boolean | null);
    /**
     * Maximum size of metadata that the policy extracts, tokens.
     */
    metadataTokens?: (number | null);
    /**
     * How `workflow/plan` divides the budget. Absent: `dynamic` for a plan with phases, else `fixed`.
     */
    strategy?: (Strategy | null);
    /**
     * `budget/reserve` refuses once the session's bills come to this, in the prices' currency. Absent: no limit.
     */
    maxCost?: (number | null);
    /**
     * Shares of the strategy `reserve`.
     */
    reserveShares?: (ReserveShares | null);
    /**
     * Ceilings of the layers, as shares of the window.
     */
    layerCeilings?: (LayerCeilings | null);
}
/**
 * A level is reached at `>=` its threshold and left below its release figure.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "Thresholds".
 */
export interface Thresholds {
    /**
     * Up to 1 a share of the budget, above 1 tokens.
     */
    warn?: (number | null);
    /**
     * Up to 1 a share of the budget, above 1 tokens.
     */
    critical?: (number | null);
    /**
     * Absent: 5 % of the budget below `warn`.
     */
    warnRelease?: (number | null);
    /**
     * Absent: 5 % of the budget below `critical`.
     */
    criticalRelease?: (number | null);
}
/**
 * How the strategy `reserve` divides the total; the shares add up to 1.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "ReserveShares".
 */
export interface ReserveShares {
    /**
     * The share for phases.
     */
    core?: (number | null);
    /**
     * The share for debugging.
     */
    debug?: (number | null);
    /**
     * The share for what exceeds the other shares.
     */
    overflow?: (number | null);
}
/**
 * Ceilings as shares of the window. Transient items should be gone once their phase has completed.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "LayerCeilings".
 */
export interface LayerCeilings {
    /**
     * A share, 0 to 1.
     */
    permanent?: (number | null);
    /**
     * A share, 0 to 1.
     */
    phase?: (number | null);
    /**
     * A share, 0 to 1.
     */
    metadata?: (number | null);
}
/**
 * `data` of the error `conflict`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "ConflictData".
 */
export interface ConflictData {
    /**
     * The name of the error, for programs.
     */
    name: "conflict";
    /**
     * Whether the same request may succeed later.
     */
    retryable: false;
    /**
     * The fields at fault, if any.
     */
    errors?: FieldFault[];
    /**
     * The revision of the session, which increases by one with each transaction.
     */
    revision?: (number | null);
    /**
     * The items, in the order in which they were added.
     */
    items?: ({
        [k: string]: unknown;
    }[] | null);
    /**
     * One entry for each phase.
     */
    phases?: ({
        [k: string]: unknown;
    }[] | null);
    [k: string]: unknown;
}
/**
 * `data` of the error `contentDamaged`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "ContentDamagedData".
 */
export interface ContentDamagedData {
    /**
     * The name of the error, for programs.
     */
    name: "contentDamaged";
    /**
     * Whether the same request may succeed later.
     */
    retryable: false;
    /**
     * The fields at fault, if any.
     */
    errors?: FieldFault[];
    /**
     * The item's id.
     */
    itemId: string;
    /**
     * sha256 of the content.
     */
    hash: string;
    [k: string]: unknown;
}
/**
 * `data` of the error `contentDropped`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "ContentDroppedData".
 */
export interface ContentDroppedData {
    /**
     * The name of the error, for programs.
     */
    name: "contentDropped";
    /**
     * Whether the same request may succeed later.
     */
    retryable: false;
    /**
     * The fields at fault, if any.
     */
    errors?: FieldFault[];
    /**
     * The item's id.
     */
    itemId: string;
    /**
     * When it happened.
     */
    at: string;
    [k: string]: unknown;
}
/**
 * `data` of the error `contentModified`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "ContentModifiedData".
 */
export interface ContentModifiedData {
    /**
     * The name of the error, for programs.
     */
    name: "contentModified";
    /**
     * Whether the same request may succeed later.
     */
    retryable: false;
    /**
     * The fields at fault, if any.
     */
    errors?: FieldFault[];
    [k: string]: unknown;
}
/**
 * Params of `context/add`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "ContextAddParams".
 */
export interface ContextAddParams {
    /**
     * Absent: the workspace's default session.
     */
    sessionId?: (string | null);
    /**
     * The same key returns the first result, even after a restart, so a retry never counts twice.
     */
    requestKey?: (string | null);
    /**
     * Refuse with `conflict` if the session is at another revision.
     */
    ifRevision?: (number | null);
    /**
     * The items to add.
     *
     * @minItems 1
     * @maxItems 10000
     */
    items: [NewItem, ...(NewItem)[]];
    /**
     * Use an estimate while the vocabulary is not loaded; `session/recalibrate` counts exactly later.
     */
    allowEstimate?: boolean;
}
/**
 * Result of `context/add`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "ContextAddResult".
 */
export interface ContextAddResult {
    /**
     * The session's id.
     */
    sessionId: string;
    /**
     * The revision of the session, which increases by one with each transaction.
     */
    revision: number;
    /**
     * The items as they were added, in the order of the request.
     */
    items: AddedItem[];
    /**
     * The account's main figures.
     */
    status: Figures;
    /**
     * Alerts that this call raised.
     */
    alerts: Alert[];
    /**
     * What `autoPrune` removed because of this call.
     */
    emergency?: (PruneOutcome | null);
}
/**
 * What a prune did, and the id with which to undo it.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "PruneOutcome".
 */
export interface PruneOutcome {
    /**
     * What happens to each item.
     */
    plan: PlanRow[];
    /**
     * Sum of tokensBefore - tokensAfter over the plan, tokens.
     */
    saved: number;
    /**
     * For `context/undo`; null if nothing changed.
     */
    undo: (string | null);
}
/**
 * One item of a prune: what happens to it, why, and the tokens before and after.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "PlanRow".
 */
export interface PlanRow {
    /**
     * The item's id.
     */
    id: string;
    /**
     * `reduced`: another item replaces it. `added`: a replacement, made by this prune.
     */
    action: ("reduced" | "pruned" | "kept" | "added");
    /**
     * policy, requested, superseded, noMetadata, emergency, marker, metadata; for kept items: pinned, permanent, metadata, running, deferred, diagnostic, notRetained.
     */
    reason: string;
    /**
     * The layer of the item.
     */
    layer: Layer;
    /**
     * The kind of artifact.
     */
    kind: Kind;
    /**
     * The phase's number.
     */
    phase?: (number | null);
    /**
     * The wave's number within its phase.
     */
    wave?: (number | null);
    /**
     * The item's title; if none is given, its path, first heading or first line.
     */
    title?: (string | null);
    /**
     * Tokens of the item before the prune.
     */
    tokensBefore: number;
    /**
     * Tokens of the item after the prune.
     */
    tokensAfter: number;
    /**
     * The item that replaces this one.
     */
    standIn?: (string | null);
}
/**
 * Params of `context/append`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "ContextAppendParams".
 */
export interface ContextAppendParams {
    /**
     * Absent: the workspace's default session.
     */
    sessionId?: (string | null);
    /**
     * The same key returns the first result, even after a restart, so a retry never counts twice.
     */
    requestKey?: (string | null);
    /**
     * Refuse with `conflict` if the session is at another revision.
     */
    ifRevision?: (number | null);
    /**
     * Opaque, created by the server.
     */
    itemId: string;
    /**
     * The text itself.
     */
    content: string;
}
/**
 * Result of `context/append`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "ContextAppendResult".
 */
export interface ContextAppendResult {
    /**
     * The session's id.
     */
    sessionId: string;
    /**
     * The revision of the session, which increases by one with each transaction.
     */
    revision: number;
    /**
     * The item as it is now.
     */
    item: ItemInfo;
    /**
     * Tokens by which the item grew.
     */
    added: number;
    /**
     * Characters that were counted again: the tail and the addition.
     */
    recounted: number;
    /**
     * The account's main figures.
     */
    status: Figures;
    /**
     * Alerts that this call raised.
     */
    alerts: Alert[];
    /**
     * What `autoPrune` removed because of this call; null: nothing.
     */
    emergency?: (PruneOutcome | null);
}
/**
 * An item on the account.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "ItemInfo".
 */
export interface ItemInfo {
    /**
     * The item's id.
     */
    id: string;
    /**
     * The layer of the item.
     */
    layer: Layer;
    /**
     * The kind of artifact.
     */
    kind: Kind;
    /**
     * Its state.
     */
    state: State;
    /**
     * The phase's number.
     */
    phase: (number | null);
    /**
     * The wave's number within its phase.
     */
    wave: (number | null);
    /**
     * The agent that the item belongs to.
     */
    agent: (string | null);
    /**
     * The item's title; if none is given, its path, first heading or first line.
     */
    title: (string | null);
    /**
     * The path of the file.
     */
    path: (string | null);
    /**
     * Whether the item is kept byte for byte through every prune.
     */
    pinned: boolean;
    /**
     * Whether the item is the marker of a completed phase or wave.
     */
    marker: boolean;
    /**
     * The figure that the account adds up, fixed when the item was added.
     */
    tokens: number;
    /**
     * Where the figure comes from.
     */
    provenance: Provenance;
    /**
     * Tokens before any calibration.
     */
    rawTokens: number;
    /**
     * The vocabulary of the raw count; null if none was used.
     */
    encoding: (string | null);
    /**
     * The calibration in force when the item was added; 1: none.
     */
    factor: number;
    /**
     * Size of the content in UTF-8; null without content.
     */
    bytes: (number | null);
    /**
     * sha256 of the content.
     */
    hash: (string | null);
    /**
     * Whether the metadata is of a finished document; null for other items.
     */
    complete: (boolean | null);
    /**
     * Ids of the items that this one replaces.
     */
    reduces: string[];
    /**
     * The item that replaces this one.
     */
    standIn: (string | null);
    /**
     * Why it is not retained.
     */
    reason: (string | null);
    /**
     * When the item was added.
     */
    addedAt: string;
    /**
     * The revision of its last change.
     */
    revision: number;
    /**
     * When retention dropped the content; null while it is kept.
     */
    droppedAt?: (string | null);
    /**
     * The tool whose output it is.
     */
    tool?: (string | null);
    /**
     * The item that had left the context, which this one brought back; null: none.
     */
    againOf?: (string | null);
}
/**
 * Params of `context/fit`. Without `sessionId` no session's account changes; one that is not open is opened.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "ContextFitParams".
 */
export interface ContextFitParams {
    /**
     * Absent: the workspace's default session.
     */
    sessionId?: (string | null);
    /**
     * The same key returns the first result, even after a restart, so a retry never counts twice.
     */
    requestKey?: (string | null);
    /**
     * Refuse with `conflict` if the session is at another revision.
     */
    ifRevision?: (number | null);
    /**
     * The messages of the conversation.
     *
     * @maxItems 100000
     */
    messages: {
        [k: string]: unknown;
    }[];
    /**
     * Tokens.
     */
    maxTokens: number;
    /**
     * The format of the messages. Absent: recognised with certainty, or refused.
     */
    format?: (MessageFormat | null);
    /**
     * Number of latest turns that stay; their largest results are reduced if there is no room otherwise.
     */
    keepTurns?: number;
    /**
     * What stays unchanged: indexes of messages, or ids of calls (the call and its result).
     */
    pins?: ((number | string)[] | null);
    /**
     * Ids of calls whose results are no longer needed: reduced at once, also where there is room.
     */
    spent?: (string[] | null);
    /**
     * What the next turns are about, for names and the newest results. Absent: for results, a person's last words.
     */
    focus?: (string | null);
    /**
     * Room to gain below the limit, from results alone, once it is exceeded. `auto`: as much as pays off.
     */
    minReclaim?: (number | "auto" | null);
    /**
     * False: nothing is written, what is removed is lost, and no marker promises to bring it back.
     */
    archive?: boolean;
    /**
     * Show what would be removed, and keep nothing: the markers in `messages` lead nowhere.
     */
    dryRun?: boolean;
    /**
     * Used for `breakEvenTurns`, and to decide what pays for itself. Absent: read 0.1, write 1.25.
     */
    cachePrices?: (CachePrices | null);
    /**
     * Absent: the session's if a session is given, else o200k_base.
     */
    model?: (string | null);
    /**
     * What to return: the fitted `messages`, the `edits` that turn the given ones into them, or all as one `text`.
     */
    answer?: FitAnswer;
    /**
     * With `answer: "text"`: the text that precedes the messages, such as an earlier answer.
     */
    previous?: (string | null);
    /**
     * Continue from the earlier answer about this conversation; rewrite it only if nothing else makes room.
     */
    continue?: boolean;
    /**
     * With `continue`: its name. Absent: main.
     */
    conversation?: (string | null);
    /**
     * With `continue`: how many messages precede these, as given before. Absent: these are all.
     */
    since?: (number | null);
    /**
     * Tokens of what is sent besides the messages, such as tools; `maxTokens` includes them.
     */
    overhead?: (number | null);
    /**
     * The bill of the request that the last turn answered, from which the overhead is computed.
     */
    reported?: (Reported | null);
    /**
     * How an item is fetched back in this host, such as `context_get {itemId}`. Absent: `context/get`.
     */
    retrieve?: (string | null);
    /**
     * With `sessionId`: the model sees nothing else. What else is retained, unless pinned or permanent, is pruned.
     */
    wholeWindow?: boolean;
}
/**
 * What a provider reported about the latest request.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "Reported".
 */
export interface Reported {
    /**
     * All input tokens of the request, cached ones included.
     */
    inputTokens: number;
    /**
     * The model's window, if `maxTokens` may exceed it.
     */
    window?: (number | null);
}
/**
 * Result of `context/fit`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "ContextFitResult".
 */
export interface ContextFitResult {
    /**
     * The session that keeps what was removed, for `context/get`; null: none does.
     */
    sessionId: (string | null);
    /**
     * Revision of that session; null without one.
     */
    revision: (number | null);
    /**
     * The format in which the array was read.
     */
    format: MessageFormat;
    /**
     * Legal for the provider if the given array was; null with another `answer` than "messages".
     */
    messages: ({
        [k: string]: unknown;
    }[] | null);
    /**
     * The changes that turn the given messages into the fitted ones; null without `answer: "edits"`.
     */
    edits: (FitEdit[] | null);
    /**
     * The conversation as one text; null without `answer: "text"`. `tokens` is what it has then.
     */
    text: (string | null);
    /**
     * Tokens of `messages`: the count of their JSON text, and for bytes in it what the provider documents.
     */
    tokens: number;
    /**
     * Tokens of the given array, counted in the same way.
     */
    sourceTokens: number;
    /**
     * `estimated` also if the array has bytes, or blocks of an unknown type.
     */
    provenance: Provenance;
    /**
     * False: even the smallest legal array is over `maxTokens`; `untouchable` says why.
     */
    fits: boolean;
    /**
     * `messages` is the given array: it fits already, or could not be made smaller.
     */
    unchanged: boolean;
    /**
     * Tokens that `messages` may have: `maxTokens`, or the reported window, less `overhead`.
     */
    limit: number;
    /**
     * Tokens kept free for what is sent besides the messages.
     */
    overhead: number;
    /**
     * Where `overhead` comes from: it was `given`, or it is the `reported` input tokens less those of the messages then.
     */
    overheadSource: OverheadSource;
    /**
     * Tokens of what must stay: system messages, pins, a person's last words, and the latest turns without the part of their results that may be removed.
     */
    untouchable: number;
    /**
     * Tokens below `maxTokens` gained on purpose, from results: at most `minReclaim`, or what `auto` chooses.
     */
    reclaimed: number;
    /**
     * Index, in the given array, of the message that would not fit if it were reduced less, if that is why `tokens` is under 90 % of `maxTokens - reclaimed`; else null.
     */
    heldOut: (number | null);
    /**
     * The parts that are no longer whole.
     */
    removed: FittedPart[];
    /**
     * Index of the first message of `messages` that this cut changed; if nothing was cut beyond what an earlier fit of this conversation decided, of the first that differs from the given array; null if unchanged.
     */
    firstChanged: (number | null);
    /**
     * Whether this cut changed something before the end of what earlier cuts wrote, because there was no other room, or because it costs less, since it lasts longer.
     */
    rewrites: boolean;
    /**
     * Tokens before the first changed message, which a provider's cache still has.
     */
    stablePrefixTokens: number;
    /**
     * Turns until the smaller array has paid for rewriting the cache; null if unchanged or never.
     */
    breakEvenTurns: (number | null);
    /**
     * The conversation that was continued; null without `continue`.
     */
    conversation: (string | null);
    /**
     * With `continue`: the messages begin as those `given` before, or as what was `answered`; `nothing`: it is cut afresh, since they begin otherwise, or nothing is known of the conversation.
     */
    continues: (FitContinues | null);
    /**
     * With `continue`: how many messages at the beginning were known.
     */
    known: (number | null);
    /**
     * Whether the session was created or resumed.
     */
    opened: boolean;
    /**
     * The account of the given session; null without one.
     */
    status: (Figures | null);
    /**
     * Alerts that this call raised.
     */
    alerts: Alert[];
}
/**
 * A step from the given array to the fitted one. Indexes are of the given array, so apply the last step first.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "FitEdit".
 */
export interface FitEdit {
    /**
     * What to do.
     */
    op: ("replaceResult" | "insert" | "remove");
    /**
     * Index of the message with the result, of the first message that is removed, or of the one before which a message is inserted (the array's length: at the end).
     */
    index: number;
    /**
     * `remove`: index after the last message that is removed.
     */
    end?: (number | null);
    /**
     * `replaceResult`: id of the call, or its function if it has no id.
     */
    callId?: (string | null);
    /**
     * `replaceResult`: the text that replaces those of the result. `insert`: what the message says.
     */
    text?: (string | null);
    /**
     * `insert`: who says it.
     */
    role?: (("user" | "assistant") | null);
    /**
     * `replaceResult`: members and indexes that lead from the message to the result's content.
     */
    place?: ((number | string)[] | null);
    /**
     * `replaceResult`: the new value at `place`; null: `text` itself.
     */
    value?: {
        [k: string]: unknown;
    };
    /**
     * `insert`: the message in the array's format; null with `neutral`: `role` and `text` are all of it.
     */
    message?: ({
        [k: string]: unknown;
    } | null);
}
/**
 * A part that is no longer whole in the array.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "FittedPart".
 */
export interface FittedPart {
    /**
     * `context/get` of this item returns it exactly; null with `archive: false`.
     */
    id: (string | null);
    /**
     * Index of the message in the given array.
     */
    index: number;
    /**
     * A tool's result, or a whole turn of the agent with its results.
     */
    kind: ("result" | "turn");
    /**
     * Why.
     */
    reason: FitReason;
    /**
     * Id of the call whose result it is.
     */
    callId: (string | null);
    /**
     * The calls, in a few words.
     */
    title: string;
    /**
     * The item's content: a result's text, or JSON of what was there.
     */
    encoding: ("text" | "json");
    /**
     * Tokens of the item before the prune.
     */
    tokensBefore: number;
    /**
     * Tokens of its replacement, without names that a record shares among turns.
     */
    tokensAfter: number;
}
/**
 * Params of `context/get`: nothing for the whole original, or one of section, lines and search.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "ContextGetParams".
 */
export interface ContextGetParams {
    /**
     * Absent: the workspace's default session.
     */
    sessionId?: (string | null);
    /**
     * Opaque, created by the server.
     */
    itemId: string;
    /**
     * A heading, or a path of headings joined by ` > `.
     */
    section?: (string | null);
    /**
     * A range of lines.
     */
    lines?: (Lines | null);
    /**
     * Words, or a literal string.
     */
    search?: (string | null);
    /**
     * Maximum number of matches of a search.
     */
    limit?: number;
}
/**
 * A range of lines, including both ends.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "Lines".
 */
export interface Lines {
    /**
     * 1-based.
     */
    start: number;
    /**
     * 1-based.
     */
    end: number;
}
/**
 * Result of `context/get`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "ContextGetResult".
 */
export interface ContextGetResult {
    /**
     * The session's id.
     */
    sessionId: string;
    /**
     * The revision of the session, which increases by one with each transaction.
     */
    revision: number;
    /**
     * The item's id.
     */
    itemId: string;
    /**
     * The requested content, as text; null for a search.
     */
    content: (string | null);
    /**
     * The first line returned, 1-based; null for a search.
     */
    startLine: (number | null);
    /**
     * The last line returned, 1-based; null for a search.
     */
    endLine: (number | null);
    /**
     * Tokens of what is returned: the raw count in the item's vocabulary.
     */
    tokens: number;
    /**
     * Where the figure comes from.
     */
    provenance: Provenance;
    /**
     * Size in UTF-8.
     */
    bytes: number;
    /**
     * sha256 of the whole original.
     */
    hash: string;
    /**
     * The lines found, best first.
     */
    matches: Match[];
}
/**
 * A line found by a search; `context/get` by lines returns its surroundings.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "Match".
 */
export interface Match {
    /**
     * 1-based.
     */
    line: number;
    /**
     * The text.
     */
    text: string;
}
/**
 * Result of `context/handOver`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "ContextHandOverResult".
 */
export interface ContextHandOverResult {
    /**
     * The session's id.
     */
    sessionId: string;
    /**
     * The revision of the session, which increases by one with each transaction.
     */
    revision: number;
    /**
     * The artifact; only `metadata` is in the context.
     */
    item: AddedItem;
    /**
     * The item that replaces it; null if the artifact is empty.
     */
    metadata: (AddedItem | null);
    /**
     * The text of `metadata`, which the next phase reads.
     */
    text: string;
    /**
     * Whether the artifact is a finished document.
     */
    complete: boolean;
    /**
     * What a reader should know about the extract.
     */
    warnings: string[];
    /**
     * The account's main figures.
     */
    status: Figures;
    /**
     * Alerts that this call raised.
     */
    alerts: Alert[];
    /**
     * What `autoPrune` removed because of this call.
     */
    emergency?: (PruneOutcome | null);
}
/**
 * Params of `context/list`: items must match all filters given.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "ContextListParams".
 */
export interface ContextListParams {
    /**
     * Absent: the workspace's default session.
     */
    sessionId?: (string | null);
    /**
     * Only items in this state.
     */
    state?: (State | null);
    /**
     * The layer of the item.
     */
    layer?: (Layer | null);
    /**
     * The kind of artifact.
     */
    kind?: (Kind | null);
    /**
     * Absent: all; with a wave, the running phase.
     */
    phase?: (number | null);
    /**
     * The wave's number within its phase.
     */
    wave?: (number | null);
    /**
     * The agent that the item belongs to.
     */
    agent?: (string | null);
    /**
     * Whether the item is kept byte for byte through every prune.
     */
    pinned?: (boolean | null);
    /**
     * Continue after this item.
     */
    after?: (string | null);
    /**
     * Maximum number of items returned.
     */
    limit?: number;
}
/**
 * Result of `context/list`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "ContextListResult".
 */
export interface ContextListResult {
    /**
     * The session's id.
     */
    sessionId: string;
    /**
     * The revision of the session, which increases by one with each transaction.
     */
    revision: number;
    /**
     * The items, in the order in which they were added.
     */
    items: ItemInfo[];
    /**
     * Number of items that match, on all pages.
     */
    total: number;
    /**
     * Retained tokens of the items that match, on all pages.
     */
    tokens: number;
    /**
     * Pass it as `after` for the next page; null: this is the last page.
     */
    next: (string | null);
}
/**
 * Params of `context/prune`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "ContextPruneParams".
 */
export interface ContextPruneParams {
    /**
     * Absent: the workspace's default session.
     */
    sessionId?: (string | null);
    /**
     * The same key returns the first result, even after a restart, so a retry never counts twice.
     */
    requestKey?: (string | null);
    /**
     * Refuse with `conflict` if the session is at another revision.
     */
    ifRevision?: (number | null);
    /**
     * What to prune.
     */
    target: Target;
    /**
     * Absent: the session's; individually listed items are removed whatever the policy.
     */
    policy?: (Policy | "auto" | null);
    /**
     * Whether the plan is only shown.
     */
    dryRun?: boolean;
}
/**
 * Result of `context/prune`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "ContextPruneResult".
 */
export interface ContextPruneResult {
    /**
     * The session's id.
     */
    sessionId: string;
    /**
     * The revision of the session, which increases by one with each transaction.
     */
    revision: number;
    /**
     * What happens to each item.
     */
    plan: PlanRow[];
    /**
     * Sum of tokensBefore - tokensAfter over the plan, tokens.
     */
    saved: number;
    /**
     * For `context/undo`; null if nothing changed.
     */
    undo: (string | null);
    /**
     * Whether the plan is only shown.
     */
    dryRun: boolean;
    /**
     * The policy in force.
     */
    policy: Policy;
    /**
     * The account's main figures.
     */
    status: Figures;
    /**
     * Alerts that this call raised.
     */
    alerts: Alert[];
}
/**
 * Params of `context/render`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "ContextRenderParams".
 */
export interface ContextRenderParams {
    /**
     * Absent: the workspace's default session.
     */
    sessionId?: (string | null);
    /**
     * A hard limit, in tokens of the session's model.
     */
    maxTokens: number;
    /**
     * The phase whose phase-scoped items are included. Absent: the running phase.
     */
    phase?: (number | null);
    /**
     * What the next step is about: items and passages about it come first.
     */
    focus?: (string | null);
}
/**
 * Result of `context/render`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "ContextRenderResult".
 */
export interface ContextRenderResult {
    /**
     * The session's id.
     */
    sessionId: string;
    /**
     * The revision of the session, which increases by one with each transaction.
     */
    revision: number;
    /**
     * Markdown: permanent, phase-scoped, metadata, transient.
     */
    text: string;
    /**
     * Tokens of `text`, as counted by `tokens/count` for the session; at most `maxTokens`.
     */
    tokens: number;
    /**
     * Where the figure comes from.
     */
    provenance: Provenance;
    /**
     * The requested limit, tokens.
     */
    maxTokens: number;
    /**
     * The phase whose phase-scoped items are included; null: no phase is running.
     */
    phase: (number | null);
    /**
     * Tokens of the permanent items at the beginning of `text`: the same bytes as long as none of them changes.
     */
    stablePrefixTokens: number;
    /**
     * Number of items that are not in `text` at all.
     */
    omitted: number;
    /**
     * All retained items, in the order in which they were added.
     */
    items: RenderedItem[];
}
/**
 * A retained item, and how it is shown in the text.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "RenderedItem".
 */
export interface RenderedItem {
    /**
     * The item's id.
     */
    id: string;
    /**
     * `metadata`: an extract, of its source if it replaces one. `brief`: one of half the size. `line`: title, kind and tokens. `marker`: a marker, or covered by that of its phase.
     */
    detail: Detail;
    /**
     * Tokens of its part of the text; 0 if omitted or covered by its phase's marker.
     */
    tokens: number;
    /**
     * pinned, permanent, fits: shown whole for this reason; focus: extracted again, because its source is about the focus; room: finer detail did not fit; noContent: only a token figure; otherPhase: instructions and state of another phase; marker, phaseMarker; sourceRetained: the item that it replaces is retained itself.
     */
    reason: RenderReason;
}
/**
 * Params of `context/restore`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "ContextRestoreParams".
 */
export interface ContextRestoreParams {
    /**
     * Absent: the workspace's default session.
     */
    sessionId?: (string | null);
    /**
     * The same key returns the first result, even after a restart, so a retry never counts twice.
     */
    requestKey?: (string | null);
    /**
     * Refuse with `conflict` if the session is at another revision.
     */
    ifRevision?: (number | null);
    /**
     * Ids of the items to restore.
     *
     * @minItems 1
     * @maxItems 10000
     */
    items: [string, ...(string)[]];
}
/**
 * Result of `context/restore`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "ContextRestoreResult".
 */
export interface ContextRestoreResult {
    /**
     * The session's id.
     */
    sessionId: string;
    /**
     * The revision of the session, which increases by one with each transaction.
     */
    revision: number;
    /**
     * The restored items.
     */
    items: ItemInfo[];
    /**
     * Tokens restored.
     */
    restored: number;
    /**
     * The account's main figures.
     */
    status: Figures;
    /**
     * Alerts that this call raised.
     */
    alerts: Alert[];
    /**
     * What `autoPrune` removed because of this call; null: nothing.
     */
    emergency?: (PruneOutcome | null);
}
/**
 * Params of `context/search`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "ContextSearchParams".
 */
export interface ContextSearchParams {
    /**
     * Absent: the workspace's default session.
     */
    sessionId?: (string | null);
    /**
     * Words, or a literal string.
     */
    query: string;
    /**
     * The kind of artifact.
     */
    kind?: (Kind | null);
    /**
     * The phase's number.
     */
    phase?: (number | null);
    /**
     * Maximum number of lines returned.
     */
    limit?: number;
}
/**
 * Result of `context/search`: lines with the literal query come first, then by BM25 over all lines.
 *
 * Identical lines are returned once, from the newest item.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "ContextSearchResult".
 */
export interface ContextSearchResult {
    /**
     * The session's id.
     */
    sessionId: string;
    /**
     * The revision of the session, which increases by one with each transaction.
     */
    revision: number;
    /**
     * The lines found, best first.
     */
    matches: FoundLine[];
    /**
     * Number of items whose content was searched; equal content counts once.
     */
    searched: number;
    /**
     * False if there was more content than one search reads; the newest items are searched first.
     */
    complete: boolean;
}
/**
 * A line of an item's original found by a search; `context/get` by lines returns its surroundings.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "FoundLine".
 */
export interface FoundLine {
    /**
     * The item's id.
     */
    itemId: string;
    /**
     * The item's title; if none is given, its path, first heading or first line.
     */
    title: (string | null);
    /**
     * The kind of artifact.
     */
    kind: Kind;
    /**
     * Its state.
     */
    state: State;
    /**
     * 1-based.
     */
    line: number;
    /**
     * The line; if it has more than 500 characters, the part around the match, between `…`.
     */
    text: string;
}
/**
 * Params of `context/undo`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "ContextUndoParams".
 */
export interface ContextUndoParams {
    /**
     * Absent: the workspace's default session.
     */
    sessionId?: (string | null);
    /**
     * The same key returns the first result, even after a restart, so a retry never counts twice.
     */
    requestKey?: (string | null);
    /**
     * Refuse with `conflict` if the session is at another revision.
     */
    ifRevision?: (number | null);
    /**
     * The id of the undo.
     */
    undo: string;
}
/**
 * Result of `context/undo`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "ContextUndoResult".
 */
export interface ContextUndoResult {
    /**
     * The session's id.
     */
    sessionId: string;
    /**
     * The revision of the session, which increases by one with each transaction.
     */
    revision: number;
    /**
     * Items restored to their earlier state.
     */
    restored: string[];
    /**
     * Replacements that the prune had created and that are gone with it.
     */
    withdrawn: string[];
    /**
     * Phases that are again as they were before the plan was applied.
     */
    phases?: number[];
    /**
     * Undoes this undo.
     */
    undo: string;
    /**
     * The account's main figures.
     */
    status: Figures;
    /**
     * Alerts that this call raised.
     */
    alerts: Alert[];
}
/**
 * Params of `context/update`: absent fields stay as they are, null clears phase, wave, agent and title.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "ContextUpdateParams".
 */
export interface ContextUpdateParams {
    /**
     * Absent: the workspace's default session.
     */
    sessionId?: (string | null);
    /**
     * The same key returns the first result, even after a restart, so a retry never counts twice.
     */
    requestKey?: (string | null);
    /**
     * Refuse with `conflict` if the session is at another revision.
     */
    ifRevision?: (number | null);
    /**
     * Opaque, created by the server.
     */
    itemId: string;
    /**
     * Whether the item is kept byte for byte through every prune.
     */
    pinned?: (boolean | null);
    /**
     * The item's title; if none is given, its path, first heading or first line.
     */
    title?: (string | null);
    /**
     * The kind of artifact.
     */
    kind?: (Kind | null);
    /**
     * The layer of the item.
     */
    layer?: (Layer | null);
    /**
     * Absent with a wave, for an item without a phase: the running phase.
     */
    phase?: (number | null);
    /**
     * The wave's number within its phase.
     */
    wave?: (number | null);
    /**
     * The agent that the item belongs to.
     */
    agent?: (string | null);
}
/**
 * Result of `context/update`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "ContextUpdateResult".
 */
export interface ContextUpdateResult {
    /**
     * The session's id.
     */
    sessionId: string;
    /**
     * The revision of the session, which increases by one with each transaction.
     */
    revision: number;
    /**
     * The item as it is now.
     */
    item: ItemInfo;
    /**
     * The account's main figures.
     */
    status: Figures;
    /**
     * Alerts that this call raised.
     */
    alerts: Alert[];
}
/**
 * `data` of the error `costExceeded`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "CostExceededData".
 */
export interface CostExceededData {
    /**
     * The name of the error, for programs.
     */
    name: "costExceeded";
    /**
     * Whether the same request may succeed later.
     */
    retryable: false;
    /**
     * The fields at fault, if any.
     */
    errors?: FieldFault[];
    /**
     * What the session has spent, by the bills recorded for it; null: unknown.
     */
    spent?: (number | null);
    /**
     * The limit that was requested or reached.
     */
    limit: number;
    /**
     * A word or a sign, as the prices name it; null: nothing has a price.
     */
    currency?: (string | null);
    [k: string]: unknown;
}
/**
 * The count of one text.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "Count".
 */
export interface Count {
    /**
     * Tokens.
     */
    tokens: number;
    /**
     * Where the figure comes from.
     */
    provenance: Provenance;
    /**
     * Size in UTF-8.
     */
    bytes: number;
    /**
     * The path of the file.
     */
    path?: (string | null);
}
/**
 * What a debug report says.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "DebugFields".
 */
export interface DebugFields {
    /**
     * The root cause stated in the report.
     */
    cause: (string | null);
    /**
     * What the report cites as evidence.
     */
    evidence: string[];
    /**
     * The fix stated in the report.
     */
    fix: (string | null);
}
/**
 * Params of `budget/didChange`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "DidChange".
 */
export interface DidChange {
    /**
     * The session's id.
     */
    sessionId: string;
    /**
     * The revision of the session, which increases by one with each transaction.
     */
    revision: number;
    /**
     * Its state.
     */
    state: ("open" | "closed" | "deleted");
    /**
     * The phase's number.
     */
    phase: (number | null);
    /**
     * null if the session was deleted.
     */
    status: (Figures | null);
}
/**
 * A setting as it is in force.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "EffectiveSetting".
 */
export interface EffectiveSetting {
    /**
     * As in the files; a member of a table is `table.member`.
     */
    name: string;
    /**
     * The setting's value: text, a number, true or false, a list, a table, or null.
     */
    value: {
        [k: string]: unknown;
    };
    /**
     * The first of these that sets it: `option` (of the command), `environment`, `session`, `user` (the user's file), `project` (the project's file), `host`, `model` (a window that is assumed for the model), `default`.
     */
    origin: Origin;
    /**
     * The file that sets it.
     */
    file: (string | null);
    /**
     * Its line there, from 1, if it is known.
     */
    line: (number | null);
    /**
     * Anything else that a reader should know, such as why a window is assumed.
     */
    note: (string | null);
}
/**
 * |calibrated figure / bill - 1| of a call, as shares, based on recent bills.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "ErrorBand".
 */
export interface ErrorBand {
    /**
     * Not exceeded in half of the calls.
     */
    median: number;
    /**
     * Not exceeded in 90 % of the calls.
     */
    p90: number;
}
/**
 * What the program that a session runs in reports about itself. It counts where no setting says otherwise.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "HostReport".
 */
export interface HostReport {
    /**
     * The window it works with, tokens.
     */
    contextWindow?: (number | null);
    /**
     * The model it works with.
     */
    model?: (string | null);
}
/**
 * What an implementation summary says.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "ImplementationFields".
 */
export interface ImplementationFields {
    /**
     * Files that were changed.
     */
    filesChanged: string[];
    /**
     * In the author's words; `complete` for a date of completion, `partial` for a share below the whole.
     */
    status: (string | null);
    /**
     * The share of the whole work that is done, in the author's words.
     */
    progress: (string | null);
    /**
     * What the summary says about its tests.
     */
    tests: (string | null);
    /**
     * What is left to do.
     */
    remaining: string[];
}
/**
 * `data` of the error `internalError`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "InternalErrorData".
 */
export interface InternalErrorData {
    /**
     * The name of the error, for programs.
     */
    name: "internalError";
    /**
     * Whether the same request may succeed later.
     */
    retryable: false;
    /**
     * The fields at fault, if any.
     */
    errors?: FieldFault[];
    [k: string]: unknown;
}
/**
 * `data` of the error `invalidExport`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "InvalidExportData".
 */
export interface InvalidExportData {
    /**
     * The name of the error, for programs.
     */
    name: "invalidExport";
    /**
     * Whether the same request may succeed later.
     */
    retryable: false;
    /**
     * The fields at fault, if any.
     */
    errors?: FieldFault[];
    /**
     * The number of the line, from 1.
     */
    line: number;
    /**
     * Why.
     */
    reason: string;
    [k: string]: unknown;
}
/**
 * `data` of the error `invalidParams`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "InvalidParamsData".
 */
export interface InvalidParamsData {
    /**
     * The name of the error, for programs.
     */
    name: "invalidParams";
    /**
     * Whether the same request may succeed later.
     */
    retryable: false;
    /**
     * The fields at fault, if any.
     */
    errors?: FieldFault[];
    /**
     * The phase's number.
     */
    phase?: (number | null);
    [k: string]: unknown;
}
/**
 * `data` of the error `invalidRequest`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "InvalidRequestData".
 */
export interface InvalidRequestData {
    /**
     * The name of the error, for programs.
     */
    name: "invalidRequest";
    /**
     * Whether the same request may succeed later.
     */
    retryable: false;
    /**
     * The fields at fault, if any.
     */
    errors?: FieldFault[];
    [k: string]: unknown;
}
/**
 * The latest transaction of a session.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "LastEvent".
 */
export interface LastEvent {
    /**
     * When it happened.
     */
    at: string;
    /**
     * The method that made it.
     */
    method: string;
    /**
     * For people.
     */
    why: string;
}
/**
 * `data` of the error `leaseClosed`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "LeaseClosedData".
 */
export interface LeaseClosedData {
    /**
     * The name of the error, for programs.
     */
    name: "leaseClosed";
    /**
     * Whether the same request may succeed later.
     */
    retryable: false;
    /**
     * The fields at fault, if any.
     */
    errors?: FieldFault[];
    /**
     * The lease's id.
     */
    leaseId: string;
    /**
     * Its state.
     */
    state?: (string | null);
    [k: string]: unknown;
}
/**
 * Result of `metadata/extract`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "MetadataExtractResult".
 */
export interface MetadataExtractResult {
    /**
     * The kind of artifact.
     */
    kind: Kind;
    /**
     * The document's title.
     */
    title: (string | null);
    /**
     * At most 50 words, whole sentences of the source.
     */
    summary: string;
    /**
     * The findings, most important first.
     */
    keyFindings: string[];
    /**
     * What the source recommends.
     */
    recommendations: string[];
    /**
     * Paths of files.
     */
    paths: string[];
    /**
     * Names that occur in the source.
     */
    identifiers: string[];
    /**
     * What a plan says; null for other kinds.
     */
    plan: (PlanFields | null);
    /**
     * What an implementation summary says; null for other kinds.
     */
    implementation: (ImplementationFields | null);
    /**
     * What a debug report says; null for other kinds.
     */
    debug: (DebugFields | null);
    /**
     * What test output says; null for other kinds.
     */
    tests: (TestFields | null);
    /**
     * The sections of the source, in order.
     */
    outline: OutlineEntry[];
    /**
     * The lists that are cut at their end, with how many entries follow; `text` aside.
     */
    omitted: Omitted[];
    /**
     * Whether the source is a finished document.
     */
    complete: boolean;
    /**
     * What a reader should know about the extract.
     */
    warnings: string[];
    /**
     * The text for the context: at most maxTokens.
     */
    text: string;
    /**
     * Tokens of `text`.
     */
    tokens: number;
    /**
     * Tokens of the source.
     */
    sourceTokens: number;
    /**
     * Where the figure comes from.
     */
    provenance: Provenance;
    /**
     * 1 - tokens / sourceTokens, as a share.
     */
    reduction: number;
}
/**
 * What a plan says.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "PlanFields".
 */
export interface PlanFields {
    /**
     * One entry for each phase.
     */
    phases: PlanPhase[];
    /**
     * Number of phases.
     */
    phaseCount: number;
    /**
     * As stated, or phases + 0.3 tasks + 0.1 hours + dependencies.
     */
    complexity: (number | null);
    /**
     * Whether the plan states the complexity or it was computed; null: neither.
     */
    complexityBasis: (("given" | "computed") | null);
    /**
     * The plan's own estimate; failing that, those of its phases joined by ` + `.
     */
    estimate: (string | null);
    /**
     * What the plan depends on.
     */
    dependencies: string[];
    /**
     * Numbers of the phases that may run in parallel, wave by wave.
     */
    waves: number[][];
    /**
     * Success criteria stated in the plan.
     */
    successCriteria: string[];
    /**
     * Risks stated in the plan.
     */
    risks: string[];
}
/**
 * A phase of a plan.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "PlanPhase".
 */
export interface PlanPhase {
    /**
     * The phase's number; null: the plan states none.
     */
    number: (number | null);
    /**
     * The name of the phase.
     */
    name: string;
    /**
     * The status as the author wrote it; null: none is stated.
     */
    status: (string | null);
    /**
     * Tasks that are ticked.
     */
    tasksDone: number;
    /**
     * Tasks that are not ticked.
     */
    tasksOpen: number;
    /**
     * Numbers of the phases on which it depends.
     */
    dependsOn: number[];
    /**
     * The estimated time stated for the phase.
     */
    estimate: (string | null);
}
/**
 * What test output says; null means unknown.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "TestFields".
 */
export interface TestFields {
    /**
     * The test runner.
     */
    framework: (string | null);
    /**
     * The verdict of the run; null: not proven.
     */
    status: (("passed" | "failed" | "error") | null);
    /**
     * Number of passed tests.
     */
    passed: (number | null);
    /**
     * Number of failed tests.
     */
    failed: (number | null);
    /**
     * Number of skipped tests.
     */
    skipped: (number | null);
    /**
     * Tests that could not run.
     */
    errors: (number | null);
    /**
     * Names of the failing tests.
     */
    failing: string[];
    /**
     * The first lines of their errors.
     */
    messages: string[];
}
/**
 * A section of the source.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "OutlineEntry".
 */
export interface OutlineEntry {
    /**
     * The section's heading.
     */
    heading: string;
    /**
     * The headings from the top to this one.
     */
    path: string[];
    /**
     * The heading's level, 1 to 6.
     */
    level: number;
    /**
     * 1-based.
     */
    startLine: number;
    /**
     * Included.
     */
    endLine: number;
    /**
     * Tokens.
     */
    tokens: number;
}
/**
 * A list of the result that is cut at its end.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "Omitted".
 */
export interface Omitted {
    /**
     * The list, such as `recommendations` or `plan.risks`.
     */
    field: string;
    /**
     * Number of entries of the source beyond those in the list.
     */
    entries: number;
}
/**
 * `data` of the error `methodNotFound`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "MethodNotFoundData".
 */
export interface MethodNotFoundData {
    /**
     * The name of the error, for programs.
     */
    name: "methodNotFound";
    /**
     * Whether the same request may succeed later.
     */
    retryable: false;
    /**
     * The fields at fault, if any.
     */
    errors?: FieldFault[];
    [k: string]: unknown;
}
/**
 * `data` of the error `noContent`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "NoContentData".
 */
export interface NoContentData {
    /**
     * The name of the error, for programs.
     */
    name: "noContent";
    /**
     * Whether the same request may succeed later.
     */
    retryable: false;
    /**
     * The fields at fault, if any.
     */
    errors?: FieldFault[];
    /**
     * The item's id.
     */
    itemId: string;
    [k: string]: unknown;
}
/**
 * `data` of the error `notRecording`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "NotRecordingData".
 */
export interface NotRecordingData {
    /**
     * The name of the error, for programs.
     */
    name: "notRecording";
    /**
     * Whether the same request may succeed later.
     */
    retryable: false;
    /**
     * The fields at fault, if any.
     */
    errors?: FieldFault[];
    /**
     * Why.
     */
    reason: string;
    /**
     * The path of the file.
     */
    path?: (string | null);
    [k: string]: unknown;
}
/**
 * `data` of the error `notText`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "NotTextData".
 */
export interface NotTextData {
    /**
     * The name of the error, for programs.
     */
    name: "notText";
    /**
     * Whether the same request may succeed later.
     */
    retryable: false;
    /**
     * The fields at fault, if any.
     */
    errors?: FieldFault[];
    /**
     * The position of the first byte at fault.
     */
    offset: number;
    /**
     * The path of the file.
     */
    path?: (string | null);
    [k: string]: unknown;
}
/**
 * `data` of the error `parseError`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "ParseErrorData".
 */
export interface ParseErrorData {
    /**
     * The name of the error, for programs.
     */
    name: "parseError";
    /**
     * Whether the same request may succeed later.
     */
    retryable: false;
    /**
     * The fields at fault, if any.
     */
    errors?: FieldFault[];
    [k: string]: unknown;
}
/**
 * `data` of the error `pathNotAllowed`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "PathNotAllowedData".
 */
export interface PathNotAllowedData {
    /**
     * The name of the error, for programs.
     */
    name: "pathNotAllowed";
    /**
     * Whether the same request may succeed later.
     */
    retryable: false;
    /**
     * The fields at fault, if any.
     */
    errors?: FieldFault[];
    /**
     * The path of the file.
     */
    path: string;
    [k: string]: unknown;
}
/**
 * `data` of the error `pathUnreadable`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "PathUnreadableData".
 */
export interface PathUnreadableData {
    /**
     * The name of the error, for programs.
     */
    name: "pathUnreadable";
    /**
     * Whether the same request may succeed later.
     */
    retryable: false;
    /**
     * The fields at fault, if any.
     */
    errors?: FieldFault[];
    /**
     * The path of the file.
     */
    path: string;
    /**
     * Why.
     */
    reason: string;
    [k: string]: unknown;
}
/**
 * `data` of the error `payloadTooLarge`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "PayloadTooLargeData".
 */
export interface PayloadTooLargeData {
    /**
     * The name of the error, for programs.
     */
    name: "payloadTooLarge";
    /**
     * Whether the same request may succeed later.
     */
    retryable: false;
    /**
     * The fields at fault, if any.
     */
    errors?: FieldFault[];
    /**
     * The limit that was requested or reached.
     */
    limit: number;
    /**
     * The size received, in bytes.
     */
    size: number;
    [k: string]: unknown;
}
/**
 * `data` of the error `phaseOrder`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "PhaseOrderData".
 */
export interface PhaseOrderData {
    /**
     * The name of the error, for programs.
     */
    name: "phaseOrder";
    /**
     * Whether the same request may succeed later.
     */
    retryable: false;
    /**
     * The fields at fault, if any.
     */
    errors?: FieldFault[];
    /**
     * The phase's number.
     */
    phase: number;
    /**
     * The wave's number within its phase.
     */
    wave?: (number | null);
    /**
     * Its state.
     */
    state?: (string | null);
    /**
     * What is still open.
     */
    open: {
        [k: string]: unknown;
    };
    [k: string]: unknown;
}
/**
 * A phase of the plan, with its share of the budget.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "PlannedPhase".
 */
export interface PlannedPhase {
    /**
     * The phase's number.
     */
    phase: number;
    /**
     * The name of the phase.
     */
    name: (string | null);
    /**
     * The number that the plan gives it, if that differs.
     */
    number: (number | null);
    /**
     * Its state in the session; null: the session has no such phase yet.
     */
    state: (PhaseStatus | null);
    /**
     * What the plan says about its progress, in its words.
     */
    status: (string | null);
    /**
     * Tasks that are ticked.
     */
    tasksDone: number;
    /**
     * Tasks that are not ticked.
     */
    tasksOpen: number;
    /**
     * Phases that must be complete before it starts.
     */
    dependsOn: number[];
    /**
     * Which of `waves` it belongs to, from 1.
     */
    wave: number;
    /**
     * The estimated time, in the plan's words.
     */
    estimate: (string | null);
    /**
     * As the plan states; for a scope's research phase, the template's. null: unknown.
     */
    agents: (number | null);
    /**
     * A weight without a unit.
     */
    complexity: number;
    /**
     * `given` in the request, `stated` in the plan, `computed` from what it states, `default` where it states nothing, or the scope's `template`.
     */
    complexityBasis: ComplexityBasis;
    /**
     * How the figure was computed, such as `1 + 0.3 x 6 tasks + 0.1 x 4 hours`.
     */
    complexityFrom: string;
    /**
     * Allocated to the phase, tokens; null: the phase draws on the buffer.
     */
    allocated: (number | null);
    /**
     * allocated / budget; null without an allocation.
     */
    ofBudget: (number | null);
    /**
     * Strategy history: what it was learned from.
     */
    past?: (PastUse | null);
}
/**
 * `data` of the error `protectedItem`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "ProtectedItemData".
 */
export interface ProtectedItemData {
    /**
     * The name of the error, for programs.
     */
    name: "protectedItem";
    /**
     * Whether the same request may succeed later.
     */
    retryable: false;
    /**
     * The fields at fault, if any.
     */
    errors?: FieldFault[];
    /**
     * The item's id.
     */
    itemId: string;
    /**
     * Why.
     */
    reason: string;
    [k: string]: unknown;
}
/**
 * `data` of the error `requestCancelled`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "RequestCancelledData".
 */
export interface RequestCancelledData {
    /**
     * The name of the error, for programs.
     */
    name: "requestCancelled";
    /**
     * Whether the same request may succeed later.
     */
    retryable: false;
    /**
     * The fields at fault, if any.
     */
    errors?: FieldFault[];
    [k: string]: unknown;
}
/**
 * `data` of the error `requestKeyReused`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "RequestKeyReusedData".
 */
export interface RequestKeyReusedData {
    /**
     * The name of the error, for programs.
     */
    name: "requestKeyReused";
    /**
     * Whether the same request may succeed later.
     */
    retryable: false;
    /**
     * The fields at fault, if any.
     */
    errors?: FieldFault[];
    /**
     * The request key that was used before.
     */
    requestKey: string;
    /**
     * The method at fault.
     */
    method: string;
    [k: string]: unknown;
}
/**
 * What a session came to.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "Run".
 */
export interface Run {
    /**
     * The session's id.
     */
    sessionId: string;
    /**
     * Its state.
     */
    state: SessionState;
    /**
     * Whether it is over: no longer open, or all its phases are complete. Only such runs teach the strategy history.
     */
    finished: boolean;
    /**
     * null: none is set; `budget/allocate` takes full-implementation.
     */
    scope: (Scope | null);
    /**
     * When the session was created.
     */
    createdAt: string;
    /**
     * When the session was last changed.
     */
    updatedAt: string;
    /**
     * When the session was closed.
     */
    closedAt: (string | null);
    /**
     * As the session's settings have it now, tokens.
     */
    window: number;
    /**
     * Where the window comes from, as in `budget/status`.
     */
    windowSource: WindowSource;
    /**
     * As the session's settings have it now, tokens.
     */
    budget: number;
    /**
     * Sum of the allocations, tokens. null: nothing was allocated.
     */
    allocated: (number | null);
    /**
     * What the phases used, and what belongs to none of them still holds, tokens.
     */
    used: number;
    /**
     * Tokens in the context now.
     */
    retained: number;
    /**
     * Highest `retained` at the end of any transaction, tokens.
     */
    peak: number;
    /**
     * Tokens of everything that callers added.
     */
    processed: number;
    /**
     * processed - retained, less what was pruned and read again, tokens; as in `budget/report`.
     */
    netSavings: number;
    /**
     * netSavings / processed.
     */
    savingsShare: number;
    /**
     * Phases that used more than they were allocated.
     */
    overruns: number;
    /**
     * What they used beyond their allocations, tokens.
     */
    overrun: number;
    /**
     * Where the roughest of the token figures comes from. null: nothing was added.
     */
    provenance: (Provenance | null);
    /**
     * Of the bills that `usage/bill` recorded. null: none, so it is unknown.
     */
    cost: (Money | null);
    /**
     * One entry for each phase.
     */
    phases: RunPhase[];
}
/**
 * A phase of a run. All figures are tokens.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "RunPhase".
 */
export interface RunPhase {
    /**
     * The phase's number.
     */
    phase: number;
    /**
     * The name of the phase.
     */
    name: (string | null);
    /**
     * Its state.
     */
    state: PhaseStatus;
    /**
     * null: it drew on the buffer, or nothing was allocated.
     */
    allocated: (number | null);
    /**
     * What it held at its completion; before that, what it holds.
     */
    used: number;
    /**
     * Highest `retained` so far, tokens.
     */
    peak: number;
    /**
     * used - allocated if positive, else 0.
     */
    overrun: number;
}
/**
 * `data` of the error `serverNotInitialized`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "ServerNotInitializedData".
 */
export interface ServerNotInitializedData {
    /**
     * The name of the error, for programs.
     */
    name: "serverNotInitialized";
    /**
     * Whether the same request may succeed later.
     */
    retryable: false;
    /**
     * The fields at fault, if any.
     */
    errors?: FieldFault[];
    [k: string]: unknown;
}
/**
 * Params of `session/archive`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "SessionArchiveParams".
 */
export interface SessionArchiveParams {
    /**
     * Absent: the workspace's default session.
     */
    sessionId?: (string | null);
    /**
     * The same key returns the first result, even after a restart, so a retry never counts twice.
     */
    requestKey?: (string | null);
    /**
     * Refuse with `conflict` if the session is at another revision.
     */
    ifRevision?: (number | null);
    /**
     * Keep the originals as well; they can then still be read.
     */
    keepContent?: boolean;
}
/**
 * Result of `session/archive`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "SessionArchiveResult".
 */
export interface SessionArchiveResult {
    /**
     * The session's id.
     */
    sessionId: string;
    /**
     * The revision of the session, which increases by one with each transaction.
     */
    revision: number;
    /**
     * Its state.
     */
    state: SessionState;
    /**
     * When the session was closed.
     */
    closedAt: string;
    /**
     * Items whose content was dropped.
     */
    droppedItems: number;
    /**
     * Their content before compression, bytes.
     */
    droppedBytes: number;
    /**
     * The account's main figures.
     */
    status: Figures;
}
/**
 * Params of `session/close`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "SessionCloseParams".
 */
export interface SessionCloseParams {
    /**
     * Absent: the workspace's default session.
     */
    sessionId?: (string | null);
    /**
     * The same key returns the first result, even after a restart, so a retry never counts twice.
     */
    requestKey?: (string | null);
    /**
     * Refuse with `conflict` if the session is at another revision.
     */
    ifRevision?: (number | null);
    /**
     * Apply the policy's final prune; false: leave every item as it is, for a session that may be resumed.
     */
    prune?: boolean;
}
/**
 * Result of `session/close`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "SessionCloseResult".
 */
export interface SessionCloseResult {
    /**
     * The session's id.
     */
    sessionId: string;
    /**
     * The revision of the session, which increases by one with each transaction.
     */
    revision: number;
    /**
     * What happens to each item.
     */
    plan: PlanRow[];
    /**
     * Sum of tokensBefore - tokensAfter over the plan, tokens.
     */
    saved: number;
    /**
     * For `context/undo`; null if nothing changed.
     */
    undo: (string | null);
    /**
     * Its state.
     */
    state: SessionState;
    /**
     * When the session was closed.
     */
    closedAt: string;
    /**
     * The account's main figures.
     */
    status: Figures;
}
/**
 * `data` of the error `sessionClosed`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "SessionClosedData".
 */
export interface SessionClosedData {
    /**
     * The name of the error, for programs.
     */
    name: "sessionClosed";
    /**
     * Whether the same request may succeed later.
     */
    retryable: false;
    /**
     * The fields at fault, if any.
     */
    errors?: FieldFault[];
    /**
     * The session's id.
     */
    sessionId: string;
    [k: string]: unknown;
}
/**
 * Params of `session/delete`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "SessionDeleteParams".
 */
export interface SessionDeleteParams {
    /**
     * Absent: the workspace's default session.
     */
    sessionId?: (string | null);
    /**
     * The same key returns the first result, even after a restart, so a retry never counts twice.
     */
    requestKey?: (string | null);
    /**
     * Refuse with `conflict` if the session is at another revision.
     */
    ifRevision?: (number | null);
}
/**
 * Result of `session/delete`; the revision is the session's last.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "SessionDeleteResult".
 */
export interface SessionDeleteResult {
    /**
     * The session's id.
     */
    sessionId: string;
    /**
     * The revision of the session, which increases by one with each transaction.
     */
    revision: number;
    /**
     * Whether there was a session to delete.
     */
    deleted: boolean;
}
/**
 * `data` of the error `sessionExists`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "SessionExistsData".
 */
export interface SessionExistsData {
    /**
     * The name of the error, for programs.
     */
    name: "sessionExists";
    /**
     * Whether the same request may succeed later.
     */
    retryable: false;
    /**
     * The fields at fault, if any.
     */
    errors?: FieldFault[];
    /**
     * The session's id.
     */
    sessionId: string;
    [k: string]: unknown;
}
/**
 * Params of `session/export`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "SessionExportParams".
 */
export interface SessionExportParams {
    /**
     * Absent: the workspace's default session.
     */
    sessionId?: (string | null);
    /**
     * Also the originals of all items that have some.
     */
    content?: boolean;
    /**
     * Write the lines to this file: absolute, a file: URI, or relative to the workspace. Absent: return them.
     */
    path?: (string | null);
    /**
     * With `path`: replace a file that exists.
     */
    overwrite?: boolean;
    /**
     * Continue after an earlier page, with its `next`.
     */
    cursor?: (string | null);
    /**
     * Maximum number of lines returned.
     */
    limit?: number;
}
/**
 * Result of `session/export`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "SessionExportResult".
 */
export interface SessionExportResult {
    /**
     * The session's id.
     */
    sessionId: string;
    /**
     * The revision of the session, which increases by one with each transaction.
     */
    revision: number;
    /**
     * The file that was written; null: the lines are here.
     */
    path: (string | null);
    /**
     * JSON Lines, in order and without line breaks; null with `path`.
     */
    lines: (string[] | null);
    /**
     * Pass it as `cursor` for the next page; null: this is the last page.
     */
    next: (string | null);
    /**
     * Lines of all pages so far, or of the file.
     */
    count: number;
    /**
     * The hash of the log's last entry, as in `session/receipt`.
     */
    head: (string | null);
}
/**
 * Params of `session/history`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "SessionHistoryParams".
 */
export interface SessionHistoryParams {
    /**
     * Only these, in this order, to compare them. With none of the other params.
     */
    sessions?: ([string, ...(string)[]] | null);
    /**
     * Only runs with this scope.
     */
    scope?: (Scope | null);
    /**
     * Only sessions in this state.
     */
    state?: (SessionState | null);
    /**
     * Only runs that began then or later: a time as in RFC 3339, or a date, which begins in UTC.
     */
    since?: (string | null);
    /**
     * Continue after this session.
     */
    after?: (string | null);
    /**
     * Maximum number of runs returned.
     */
    limit?: number;
}
/**
 * Result of `session/history`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "SessionHistoryResult".
 */
export interface SessionHistoryResult {
    /**
     * Losses that have not been acknowledged, and faults in files of settings.
     */
    notices?: Notice[];
    /**
     * The path of the workspace.
     */
    workspace: string;
    /**
     * The latest begun first, or in the order of `sessions`.
     */
    runs: Run[];
    /**
     * Number of runs that match, regardless of `limit` and `after`.
     */
    total: number;
    /**
     * Pass it as `after` for the next page; null: this is the last page.
     */
    next: (string | null);
}
/**
 * Result of `session/import`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "SessionImportResult".
 */
export interface SessionImportResult {
    /**
     * The session's id.
     */
    sessionId: string;
    /**
     * The revision of the session, which increases by one with each transaction.
     */
    revision: number;
    /**
     * Its state.
     */
    state: SessionState;
    /**
     * The items, in the order in which they were added.
     */
    items: number;
    /**
     * Originals that came with the export.
     */
    contents: number;
    /**
     * Items whose content did not come with the export. If there are any, a change that says so is added to the log.
     */
    withoutContent: number;
    /**
     * The hash of the export's last entry, as in `session/receipt`.
     */
    head: (string | null);
    /**
     * The account's main figures.
     */
    status: Figures;
}
/**
 * One session of the workspace.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "SessionInfo".
 */
export interface SessionInfo {
    /**
     * The session's id.
     */
    sessionId: string;
    /**
     * Its state.
     */
    state: SessionState;
    /**
     * When the session was created.
     */
    createdAt: string;
    /**
     * When the session was last changed.
     */
    updatedAt: string;
    /**
     * The revision of the session, which increases by one with each transaction.
     */
    revision: number;
    /**
     * The running phase.
     */
    phase: (number | null);
    /**
     * null: the store has lost it.
     */
    lastEvent: (LastEvent | null);
    /**
     * The account's main figures.
     */
    status: Figures;
}
/**
 * Params of `session/list`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "SessionListParams".
 */
export interface SessionListParams {
    /**
     * Only sessions in this state.
     */
    state?: (SessionState | null);
    /**
     * Continue after this session.
     */
    after?: (string | null);
    /**
     * Maximum number of sessions returned.
     */
    limit?: number;
}
/**
 * Result of `session/list`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "SessionListResult".
 */
export interface SessionListResult {
    /**
     * Losses that have not been acknowledged, and faults in files of settings.
     */
    notices?: Notice[];
    /**
     * The path of the workspace.
     */
    workspace: string;
    /**
     * Oldest first.
     */
    sessions: SessionInfo[];
    /**
     * Number of sessions that match, regardless of `limit` and `after`.
     */
    total: number;
    /**
     * Pass it as `after` for the next page; null: this is the last page.
     */
    next: (string | null);
    /**
     * The session to show to people who name none, whichever are listed: the one that changed last, or the parent of a subagent's (`SESSION:AGENT`). null: there is none besides the archive.
     */
    latest: (string | null);
}
/**
 * Params of `session/open`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "SessionOpenParams".
 */
export interface SessionOpenParams {
    /**
     * Absent: the workspace's default session.
     */
    sessionId?: (string | null);
    /**
     * The same key returns the first result, even after a restart, so a retry never counts twice.
     */
    requestKey?: (string | null);
    /**
     * Refuse with `conflict` if the session is at another revision.
     */
    ifRevision?: (number | null);
    /**
     * Settings of this session alone; the others come from files and defaults (`settings/get`).
     */
    config?: (Config | null);
    /**
     * For adapters of coding agents. Absent members stay as they are; null takes one back.
     */
    host?: (HostReport | null);
    /**
     * Send `budget/didChange` and `budget/alert` to this connection; false stops them.
     */
    watch?: boolean;
}
/**
 * Result of `session/open`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "SessionOpenResult".
 */
export interface SessionOpenResult {
    /**
     * The session's id.
     */
    sessionId: string;
    /**
     * The revision of the session, which increases by one with each transaction.
     */
    revision: number;
    /**
     * Losses that have not been acknowledged, and faults in files of settings.
     */
    notices?: Notice[];
    /**
     * Whether the session is new.
     */
    created: boolean;
    /**
     * Its state.
     */
    state: SessionState;
    /**
     * Every setting as it is in force, wherever it comes from.
     */
    config: {
        [k: string]: unknown;
    };
    /**
     * Where `contextWindow` comes from, as in `budget/status`.
     */
    windowSource: WindowSource;
    /**
     * What the host has reported.
     */
    host: HostReport;
    /**
     * Tokens.
     */
    budget: number;
    /**
     * The policy in force, after resolving `auto`.
     */
    effectivePolicy: Policy;
    /**
     * Alerts raised because settings changed the budget or the thresholds.
     */
    alerts: Alert[];
}
/**
 * Params of `session/recalibrate`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "SessionRecalibrateParams".
 */
export interface SessionRecalibrateParams {
    /**
     * Absent: the workspace's default session.
     */
    sessionId?: (string | null);
    /**
     * The same key returns the first result, even after a restart, so a retry never counts twice.
     */
    requestKey?: (string | null);
    /**
     * Refuse with `conflict` if the session is at another revision.
     */
    ifRevision?: (number | null);
}
/**
 * Result of `session/recalibrate`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "SessionRecalibrateResult".
 */
export interface SessionRecalibrateResult {
    /**
     * The session's id.
     */
    sessionId: string;
    /**
     * The revision of the session, which increases by one with each transaction.
     */
    revision: number;
    /**
     * The calibration that all counted items have now.
     */
    factor: number;
    /**
     * Items whose figure changed.
     */
    items: number;
    /**
     * Retained tokens before.
     */
    before: number;
    /**
     * The account's main figures.
     */
    status: Figures;
    /**
     * Alerts that this call raised.
     */
    alerts: Alert[];
}
/**
 * Params of `session/receipt`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "SessionReceiptParams".
 */
export interface SessionReceiptParams {
    /**
     * Absent: the workspace's default session.
     */
    sessionId?: (string | null);
}
/**
 * Result of `session/receipt`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "SessionReceiptResult".
 */
export interface SessionReceiptResult {
    /**
     * The session's id.
     */
    sessionId: string;
    /**
     * The revision of the session, which increases by one with each transaction.
     */
    revision: number;
    /**
     * SHA-256 of the log's last entry, which names that of the entry before, and so on. null: an older version made all entries, and there have been no changes since.
     */
    hash: (string | null);
}
/**
 * A file that settings may come from.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "SettingsFile".
 */
export interface SettingsFile {
    /**
     * Absolute.
     */
    path: string;
    /**
     * Only the user's file may allow access outside the project.
     */
    whose: ("user" | "project");
    /**
     * Whether anything is at the path.
     */
    exists: boolean;
    /**
     * Whether it sets anything.
     */
    used: boolean;
}
/**
 * Params of `settings/get`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "SettingsGetParams".
 */
export interface SettingsGetParams {
    /**
     * Absent: the workspace's default session.
     */
    sessionId?: (string | null);
    /**
     * Only these settings, such as `contextWindow` or `thresholds`. Absent: all.
     */
    only?: (string[] | null);
}
/**
 * Result of `settings/get`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "SettingsGetResult".
 */
export interface SettingsGetResult {
    /**
     * The session's id.
     */
    sessionId: string;
    /**
     * The revision of the session, which increases by one with each transaction.
     */
    revision: number;
    /**
     * Settings of the account, of access, and of editors, in this order.
     */
    settings: EffectiveSetting[];
    /**
     * In the order in which they count.
     */
    files: SettingsFile[];
    /**
     * Parts of the files that are not used.
     */
    problems: SettingsProblem[];
}
/**
 * A part of a file that is not used.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "SettingsProblem".
 */
export interface SettingsProblem {
    /**
     * The file's absolute path.
     */
    file: string;
    /**
     * Its line, from 1, if it is known.
     */
    line: (number | null);
    /**
     * The setting at fault; null: the whole file.
     */
    setting: (string | null);
    /**
     * What is wrong, and what to do.
     */
    message: string;
}
/**
 * Params of `store/acknowledge`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "StoreAcknowledgeParams".
 */
export interface StoreAcknowledgeParams {
    /**
     * Ids of the losses, as returned by `store/losses`. Absent: all.
     */
    ids?: (number[] | null);
}
/**
 * Result of `store/acknowledge`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "StoreAcknowledgeResult".
 */
export interface StoreAcknowledgeResult {
    /**
     * How many losses are no longer reported.
     */
    acknowledged: number;
}
/**
 * `data` of the error `storeBusy`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "StoreBusyData".
 */
export interface StoreBusyData {
    /**
     * The name of the error, for programs.
     */
    name: "storeBusy";
    /**
     * Whether the same request may succeed later.
     */
    retryable: true;
    /**
     * The fields at fault, if any.
     */
    errors?: FieldFault[];
    /**
     * How long the request waited, milliseconds.
     */
    waitedMs: number;
    [k: string]: unknown;
}
/**
 * `data` of the error `storeFull`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "StoreFullData".
 */
export interface StoreFullData {
    /**
     * The name of the error, for programs.
     */
    name: "storeFull";
    /**
     * Whether the same request may succeed later.
     */
    retryable: true;
    /**
     * The fields at fault, if any.
     */
    errors?: FieldFault[];
    /**
     * The path of the file.
     */
    path?: (string | null);
    [k: string]: unknown;
}
/**
 * Params of `store/losses`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "StoreLossesParams".
 */
export interface StoreLossesParams {
}
/**
 * Result of `store/losses`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "StoreLossesResult".
 */
export interface StoreLossesResult {
    /**
     * Oldest first; empty if nothing is lost or everything is acknowledged.
     */
    losses: Notice[];
}
/**
 * `data` of the error `storeTooNew`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "StoreTooNewData".
 */
export interface StoreTooNewData {
    /**
     * The name of the error, for programs.
     */
    name: "storeTooNew";
    /**
     * Whether the same request may succeed later.
     */
    retryable: false;
    /**
     * The fields at fault, if any.
     */
    errors?: FieldFault[];
    /**
     * The path of the file.
     */
    path: string;
    /**
     * The version that wrote the store.
     */
    found: number;
    /**
     * The versions that are supported.
     */
    supported: {
        [k: string]: unknown;
    };
    [k: string]: unknown;
}
/**
 * `data` of the error `storeUnavailable`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "StoreUnavailableData".
 */
export interface StoreUnavailableData {
    /**
     * The name of the error, for programs.
     */
    name: "storeUnavailable";
    /**
     * Whether the same request may succeed later.
     */
    retryable: true;
    /**
     * The fields at fault, if any.
     */
    errors?: FieldFault[];
    /**
     * The path of the file.
     */
    path: string;
    /**
     * Why.
     */
    reason: string;
    [k: string]: unknown;
}
/**
 * `data` of the error `storeUnsafe`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "StoreUnsafeData".
 */
export interface StoreUnsafeData {
    /**
     * The name of the error, for programs.
     */
    name: "storeUnsafe";
    /**
     * Whether the same request may succeed later.
     */
    retryable: false;
    /**
     * The fields at fault, if any.
     */
    errors?: FieldFault[];
    /**
     * The path of the file.
     */
    path: string;
    /**
     * Why.
     */
    reason: string;
    /**
     * The command that fixes it.
     */
    remedy: string;
    [k: string]: unknown;
}
/**
 * Result of `tokens/count`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "TokensCountResult".
 */
export interface TokensCountResult {
    /**
     * One entry for each text or path, in the order of the request.
     */
    counts: Count[];
    /**
     * Tokens.
     */
    total: number;
    /**
     * The vocabulary of the count.
     */
    encoding: string;
    /**
     * The model family whose rule gave the figures; unknown: none, so they are those of `encoding`.
     */
    family: string;
    /**
     * Median relative error of an estimated text; null: exact, or not known.
     */
    expectedError: (number | null);
    /**
     * The calibration in the figures; 1 if there is none.
     */
    factor: number;
    /**
     * Number of bills from which the calibration was learned.
     */
    samples: number;
    /**
     * The error of calibrated figures; null: too few bills.
     */
    errorBand: (ErrorBand | null);
}
/**
 * Result of `tokens/fits`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "TokensFitsResult".
 */
export interface TokensFitsResult {
    /**
     * Whether the text has at most `limit` tokens.
     */
    fits: boolean;
    /**
     * Tokens.
     */
    limit: number;
    /**
     * Tokens of the whole text; null if it did not have to be counted to the end.
     */
    tokens: (number | null);
    /**
     * Where the figure comes from.
     */
    provenance: Provenance;
}
/**
 * Result of `tokens/truncate`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "TokensTruncateResult".
 */
export interface TokensTruncateResult {
    /**
     * The longest beginning found with at most `limit` tokens; no character is split.
     */
    text: string;
    /**
     * Tokens of `text`.
     */
    tokens: number;
    /**
     * Tokens.
     */
    limit: number;
    /**
     * Where the figure comes from.
     */
    provenance: Provenance;
    /**
     * Whether anything was cut off.
     */
    cut: boolean;
    /**
     * Characters that were cut off.
     */
    cutCharacters: number;
    /**
     * UTF-8.
     */
    cutBytes: number;
    /**
     * Lines that were cut off.
     */
    cutLines: number;
}
/**
 * What a request cost, as its provider or host says.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "ToldCost".
 */
export interface ToldCost {
    /**
     * In whole units of the currency.
     */
    amount: number;
    /**
     * That of the prices in the settings, if these count too: there is no exchange.
     */
    currency: string;
}
/**
 * `data` of the error `unknownBase`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "UnknownBaseData".
 */
export interface UnknownBaseData {
    /**
     * The name of the error, for programs.
     */
    name: "unknownBase";
    /**
     * Whether the same request may succeed later.
     */
    retryable: false;
    /**
     * The fields at fault, if any.
     */
    errors?: FieldFault[];
    /**
     * The name of the conversation.
     */
    conversation: string;
    /**
     * How many messages of it are known.
     */
    known: number;
    [k: string]: unknown;
}
/**
 * `data` of the error `unknownFormat`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "UnknownFormatData".
 */
export interface UnknownFormatData {
    /**
     * The name of the error, for programs.
     */
    name: "unknownFormat";
    /**
     * Whether the same request may succeed later.
     */
    retryable: false;
    /**
     * The fields at fault, if any.
     */
    errors?: FieldFault[];
    /**
     * The format of the messages.
     */
    format?: (string | null);
    /**
     * Index of the faulty message.
     */
    index: number;
    /**
     * The faulty member within it, such as `content[0].type`.
     */
    member: string;
    /**
     * Formats that read the messages: all of them, or where no format was named those before the faulty one.
     */
    formats: string[];
    [k: string]: unknown;
}
/**
 * `data` of the error `unknownItem`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "UnknownItemData".
 */
export interface UnknownItemData {
    /**
     * The name of the error, for programs.
     */
    name: "unknownItem";
    /**
     * Whether the same request may succeed later.
     */
    retryable: false;
    /**
     * The fields at fault, if any.
     */
    errors?: FieldFault[];
    /**
     * The item's id.
     */
    itemId: string;
    [k: string]: unknown;
}
/**
 * `data` of the error `unknownLease`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "UnknownLeaseData".
 */
export interface UnknownLeaseData {
    /**
     * The name of the error, for programs.
     */
    name: "unknownLease";
    /**
     * Whether the same request may succeed later.
     */
    retryable: false;
    /**
     * The fields at fault, if any.
     */
    errors?: FieldFault[];
    /**
     * The lease's id.
     */
    leaseId: string;
    [k: string]: unknown;
}
/**
 * `data` of the error `unknownPhase`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "UnknownPhaseData".
 */
export interface UnknownPhaseData {
    /**
     * The name of the error, for programs.
     */
    name: "unknownPhase";
    /**
     * Whether the same request may succeed later.
     */
    retryable: false;
    /**
     * The fields at fault, if any.
     */
    errors?: FieldFault[];
    /**
     * The phase's number.
     */
    phase: number;
    /**
     * The wave's number within its phase.
     */
    wave?: (number | null);
    [k: string]: unknown;
}
/**
 * `data` of the error `unknownRecording`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "UnknownRecordingData".
 */
export interface UnknownRecordingData {
    /**
     * The name of the error, for programs.
     */
    name: "unknownRecording";
    /**
     * Whether the same request may succeed later.
     */
    retryable: false;
    /**
     * The fields at fault, if any.
     */
    errors?: FieldFault[];
    /**
     * The host's id of a session.
     */
    session: string;
    [k: string]: unknown;
}
/**
 * `data` of the error `unknownSection`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "UnknownSectionData".
 */
export interface UnknownSectionData {
    /**
     * The name of the error, for programs.
     */
    name: "unknownSection";
    /**
     * Whether the same request may succeed later.
     */
    retryable: false;
    /**
     * The fields at fault, if any.
     */
    errors?: FieldFault[];
    /**
     * The requested section.
     */
    section: string;
    /**
     * Headings that match.
     */
    candidates: {
        [k: string]: unknown;
    }[];
    [k: string]: unknown;
}
/**
 * `data` of the error `unknownSession`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "UnknownSessionData".
 */
export interface UnknownSessionData {
    /**
     * The name of the error, for programs.
     */
    name: "unknownSession";
    /**
     * Whether the same request may succeed later.
     */
    retryable: false;
    /**
     * The fields at fault, if any.
     */
    errors?: FieldFault[];
    /**
     * The session's id.
     */
    sessionId: string;
    [k: string]: unknown;
}
/**
 * `data` of the error `unknownUndo`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "UnknownUndoData".
 */
export interface UnknownUndoData {
    /**
     * The name of the error, for programs.
     */
    name: "unknownUndo";
    /**
     * Whether the same request may succeed later.
     */
    retryable: false;
    /**
     * The fields at fault, if any.
     */
    errors?: FieldFault[];
    /**
     * The id of the undo.
     */
    undo: string;
    [k: string]: unknown;
}
/**
 * `data` of the error `unsupportedVersion`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "UnsupportedVersionData".
 */
export interface UnsupportedVersionData {
    /**
     * The name of the error, for programs.
     */
    name: "unsupportedVersion";
    /**
     * Whether the same request may succeed later.
     */
    retryable: false;
    /**
     * The fields at fault, if any.
     */
    errors?: FieldFault[];
    /**
     * The versions that are supported.
     */
    supported: {
        [k: string]: unknown;
    };
    [k: string]: unknown;
}
/**
 * Params of `usage/bill`: at least one of tokens and cost. A good request key is the id of the answer.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "UsageBillParams".
 */
export interface UsageBillParams {
    /**
     * Absent: the workspace's default session.
     */
    sessionId?: (string | null);
    /**
     * The same key returns the first result, even after a restart, so a retry never counts twice.
     */
    requestKey?: (string | null);
    /**
     * Refuse with `conflict` if the session is at another revision.
     */
    ifRevision?: (number | null);
    /**
     * Selects the vocabulary.
     */
    model: string;
    /**
     * Whose request it was. Absent: `main`.
     */
    agent?: (string | null);
    /**
     * What the provider billed.
     */
    tokens?: (BilledTokens | null);
    /**
     * What it cost, if that is known. Absent: the tokens at the prices of the settings.
     */
    cost?: (ToldCost | null);
}
/**
 * Result of `usage/bill`. The account's token figures do not change.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "UsageBillResult".
 */
export interface UsageBillResult {
    /**
     * The session's id.
     */
    sessionId: string;
    /**
     * The revision of the session, which increases by one with each transaction.
     */
    revision: number;
    /**
     * What the session has spent, if it has a `maxCost`; null: no limit. `budget/breakdown` says it in any case.
     */
    spent: (Spent | null);
}
/**
 * Params of `usage/record`: what the provider billed for texts counted with `tokens/count`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "UsageRecordParams".
 */
export interface UsageRecordParams {
    /**
     * Selects the vocabulary.
     */
    model: string;
    /**
     * The sum of the counts, tokens.
     */
    counted: number;
    /**
     * The factor returned with the counts. Absent: that of an earlier bill for the same count, or the current one.
     */
    factor?: (number | null);
    /**
     * What the provider billed for the same text, tokens.
     */
    reported: number;
    /**
     * The same key returns the first result, so a retry never counts twice.
     */
    requestKey?: (string | null);
}
/**
 * Result of `usage/record`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "UsageRecordResult".
 */
export interface UsageRecordResult {
    /**
     * The model that the figures are for.
     */
    model: string;
    /**
     * The factor by which this model's figures are multiplied from now on.
     */
    factor: number;
    /**
     * Bills recorded for this model in this workspace.
     */
    samples: number;
    /**
     * null: too few bills yet.
     */
    errorBand: (ErrorBand | null);
}
/**
 * Params of `workflow/completePhase`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "WorkflowCompletePhaseParams".
 */
export interface WorkflowCompletePhaseParams {
    /**
     * Absent: the workspace's default session.
     */
    sessionId?: (string | null);
    /**
     * The same key returns the first result, even after a restart, so a retry never counts twice.
     */
    requestKey?: (string | null);
    /**
     * Refuse with `conflict` if the session is at another revision.
     */
    ifRevision?: (number | null);
    /**
     * The phase's number.
     */
    phase: number;
    /**
     * Added as metadata of the phase; none is generated.
     */
    summary?: (string | PhaseSummary | null);
    /**
     * Complete even if waves or leases are open, or if it never started; open waves complete with it.
     */
    force?: boolean;
}
/**
 * Params of `workflow/completeWave`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "WorkflowCompleteWaveParams".
 */
export interface WorkflowCompleteWaveParams {
    /**
     * Absent: the workspace's default session.
     */
    sessionId?: (string | null);
    /**
     * The same key returns the first result, even after a restart, so a retry never counts twice.
     */
    requestKey?: (string | null);
    /**
     * Refuse with `conflict` if the session is at another revision.
     */
    ifRevision?: (number | null);
    /**
     * Absent: the running phase.
     */
    phase?: (number | null);
    /**
     * The wave's number within its phase.
     */
    wave: number;
}
/**
 * Result of `workflow/plan`: the phases, waves and allocations of a plan. Allocations and buffer sum to `total`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "WorkflowPlanResult".
 */
export interface WorkflowPlanResult {
    /**
     * The session's id.
     */
    sessionId: string;
    /**
     * The revision of the session, which increases by one with each transaction.
     */
    revision: number;
    /**
     * The plan's title.
     */
    title: (string | null);
    /**
     * The scope of the workflow.
     */
    scope: Scope;
    /**
     * `given` in the request, `stated` in the plan, set for the `session`, `read` from its words, or `default`.
     */
    scopeBasis: ("given" | "stated" | "session" | "read" | "default");
    /**
     * Number of phases.
     */
    phaseCount: number;
    /**
     * One entry for each phase.
     */
    phases: PlannedPhase[];
    /**
     * Phases that may run in parallel, wave by wave.
     */
    waves: number[][];
    /**
     * A list of waves in the plan, its dependencies, or, if it has neither, the order of its phases.
     */
    wavesBasis: ("stated" | "dependencies" | "order");
    /**
     * Sum over the phases.
     */
    complexity: number;
    /**
     * How the budget is divided.
     */
    strategy: Strategy;
    /**
     * `given` in the request, the `session`'s setting, or `default`.
     */
    strategyBasis: ("given" | "session" | "default");
    /**
     * The pruning policy: the one that is set, else chosen by scope and number of phases.
     */
    policy: Policy;
    /**
     * Set for the `session`, or by scope and number of `phases`.
     */
    policyBasis: ("session" | "phases");
    /**
     * The session's budget, tokens.
     */
    budget: number;
    /**
     * What is divided: the whole budget, or what is left of it.
     */
    basis: Basis;
    /**
     * What was divided, tokens.
     */
    total: number;
    /**
     * Sum of the allocations, tokens.
     */
    allocated: number;
    /**
     * Kept for phases without an allocation and for overruns, tokens.
     */
    buffer: number;
    /**
     * Phases without an allocation.
     */
    drawsOnBuffer: number[];
    /**
     * What the plan does not say, or says unclearly, or past runs do not tell, and what was assumed instead.
     */
    assumptions: Assumption[];
    /**
     * Strategy history: the past runs that it was learned from.
     */
    history?: (HistoryBasis | null);
    /**
     * Whether the plan was set up; otherwise it is only shown.
     */
    applied: boolean;
    /**
     * For `context/undo`; null if nothing was applied.
     */
    undo: (string | null);
}
/**
 * Result of the lifecycle methods: the state reached, and what the policy pruned, kept and marked.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "WorkflowResult".
 */
export interface WorkflowResult {
    /**
     * The session's id.
     */
    sessionId: string;
    /**
     * The revision of the session, which increases by one with each transaction.
     */
    revision: number;
    /**
     * What happens to each item.
     */
    plan: PlanRow[];
    /**
     * Sum of tokensBefore - tokensAfter over the plan, tokens.
     */
    saved: number;
    /**
     * For `context/undo`; null if nothing changed.
     */
    undo: (string | null);
    /**
     * The phase's number.
     */
    phase: number;
    /**
     * The name of the phase.
     */
    name: (string | null);
    /**
     * The wave's number within its phase.
     */
    wave?: (number | null);
    /**
     * Its state.
     */
    state: PhaseStatus;
    /**
     * The policy in force.
     */
    policy: string;
    /**
     * Id of the item made from the summary.
     */
    summary?: (string | null);
    /**
     * The account's main figures.
     */
    status: Figures;
    /**
     * Alerts that this call raised.
     */
    alerts: Alert[];
}
/**
 * Params of `workflow/startPhase`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "WorkflowStartPhaseParams".
 */
export interface WorkflowStartPhaseParams {
    /**
     * Absent: the workspace's default session.
     */
    sessionId?: (string | null);
    /**
     * The same key returns the first result, even after a restart, so a retry never counts twice.
     */
    requestKey?: (string | null);
    /**
     * Refuse with `conflict` if the session is at another revision.
     */
    ifRevision?: (number | null);
    /**
     * The phase's number.
     */
    phase: number;
    /**
     * The name of the phase.
     */
    name?: (string | null);
    /**
     * Allow going back to a completed phase, or to a lower number than the last one started.
     */
    reopen?: boolean;
}
/**
 * Params of `workflow/startWave`.
 *
 * This interface was referenced by `Ctxbudget`'s JSON-Schema
 * via the `definition` "WorkflowStartWaveParams".
 */
export interface WorkflowStartWaveParams {
    /**
     * Absent: the workspace's default session.
     */
    sessionId?: (string | null);
    /**
     * The same key returns the first result, even after a restart, so a retry never counts twice.
     */
    requestKey?: (string | null);
    /**
     * Refuse with `conflict` if the session is at another revision.
     */
    ifRevision?: (number | null);
    /**
     * Absent: the running phase.
     */
    phase?: (number | null);
    /**
     * The wave's number within its phase.
     */
    wave: number;
    /**
     * Go back to a completed wave.
     */
    reopen?: boolean;
}
/** The version of the protocol that these types are of. */
export declare const PROTOCOL_VERSION = "1.0";
/** The params and the result of each request. */
export interface Methods {
    'session/open': {
        params: SessionOpenParams;
        result: SessionOpenResult;
    };
    'session/close': {
        params: SessionCloseParams;
        result: SessionCloseResult;
    };
    'session/archive': {
        params: SessionArchiveParams;
        result: SessionArchiveResult;
    };
    'session/receipt': {
        params: SessionReceiptParams;
        result: SessionReceiptResult;
    };
    'session/export': {
        params: SessionExportParams;
        result: SessionExportResult;
    };
    'session/import': {
        params: SessionImportParams;
        result: SessionImportResult;
    };
    'session/recalibrate': {
        params: SessionRecalibrateParams;
        result: SessionRecalibrateResult;
    };
    'session/list': {
        params: SessionListParams;
        result: SessionListResult;
    };
    'session/history': {
        params: SessionHistoryParams;
        result: SessionHistoryResult;
    };
    'session/delete': {
        params: SessionDeleteParams;
        result: SessionDeleteResult;
    };
    'workflow/startPhase': {
        params: WorkflowStartPhaseParams;
        result: WorkflowResult;
    };
    'workflow/completePhase': {
        params: WorkflowCompletePhaseParams;
        result: WorkflowResult;
    };
    'workflow/startWave': {
        params: WorkflowStartWaveParams;
        result: WorkflowResult;
    };
    'workflow/completeWave': {
        params: WorkflowCompleteWaveParams;
        result: WorkflowResult;
    };
    'workflow/plan': {
        params: WorkflowPlanParams;
        result: WorkflowPlanResult;
    };
    'budget/allocate': {
        params: BudgetAllocateParams;
        result: BudgetAllocateResult;
    };
    'budget/status': {
        params: BudgetStatusParams;
        result: BudgetStatusResult;
    };
    'budget/reserve': {
        params: BudgetReserveParams;
        result: BudgetReserveResult;
    };
    'budget/settle': {
        params: BudgetSettleParams;
        result: BudgetSettleResult;
    };
    'budget/release': {
        params: BudgetReleaseParams;
        result: BudgetReleaseResult;
    };
    'budget/renew': {
        params: BudgetRenewParams;
        result: BudgetRenewResult;
    };
    'budget/report': {
        params: BudgetReportParams;
        result: BudgetReportResult;
    };
    'budget/timeline': {
        params: BudgetTimelineParams;
        result: BudgetTimelineResult;
    };
    'budget/diagnose': {
        params: BudgetDiagnoseParams;
        result: BudgetDiagnoseResult;
    };
    'budget/breakdown': {
        params: BudgetBreakdownParams;
        result: BudgetBreakdownResult;
    };
    'context/add': {
        params: ContextAddParams;
        result: ContextAddResult;
    };
    'context/handOver': {
        params: ContextHandOverParams;
        result: ContextHandOverResult;
    };
    'context/update': {
        params: ContextUpdateParams;
        result: ContextUpdateResult;
    };
    'context/append': {
        params: ContextAppendParams;
        result: ContextAppendResult;
    };
    'context/list': {
        params: ContextListParams;
        result: ContextListResult;
    };
    'context/get': {
        params: ContextGetParams;
        result: ContextGetResult;
    };
    'context/search': {
        params: ContextSearchParams;
        result: ContextSearchResult;
    };
    'context/restore': {
        params: ContextRestoreParams;
        result: ContextRestoreResult;
    };
    'context/prune': {
        params: ContextPruneParams;
        result: ContextPruneResult;
    };
    'context/undo': {
        params: ContextUndoParams;
        result: ContextUndoResult;
    };
    'context/render': {
        params: ContextRenderParams;
        result: ContextRenderResult;
    };
    'context/fit': {
        params: ContextFitParams;
        result: ContextFitResult;
    };
    'metadata/extract': {
        params: MetadataExtractParams;
        result: MetadataExtractResult;
    };
    'tokens/count': {
        params: TokensCountParams;
        result: TokensCountResult;
    };
    'tokens/fits': {
        params: TokensFitsParams;
        result: TokensFitsResult;
    };
    'tokens/truncate': {
        params: TokensTruncateParams;
        result: TokensTruncateResult;
    };
    'usage/record': {
        params: UsageRecordParams;
        result: UsageRecordResult;
    };
    'usage/bill': {
        params: UsageBillParams;
        result: UsageBillResult;
    };
    'settings/get': {
        params: SettingsGetParams;
        result: SettingsGetResult;
    };
    'store/losses': {
        params: StoreLossesParams;
        result: StoreLossesResult;
    };
    'store/acknowledge': {
        params: StoreAcknowledgeParams;
        result: StoreAcknowledgeResult;
    };
}
/** The params of what the server tells. */
export interface Notifications {
    'budget/didChange': DidChange;
    'budget/alert': AlertNote;
}
/** All requests. */
export declare const METHODS: ReadonlySet<string>;
/** Requests that count twice when they are sent twice, unless both have the same `requestKey`. */
export declare const KEYED: ReadonlySet<string>;
