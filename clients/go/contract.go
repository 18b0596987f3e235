// Code generated from the method table by `python -m ctxbudget_protocol.generate`. DO NOT EDIT.

package ctxbudget

import (
	"context"
	"encoding/json"
	"fmt"
)

// Error is an answer of the server that is not a result. Programs decide by Name, which is one of Reason….
type Error struct {
	Code    int             `json:"code"`
	Message string          `json:"message"`
	Data    json.RawMessage `json:"data,omitempty"` // a BudgetExceededData, and so on
}

// Error is for people; it ends with the name.
func (e *Error) Error() string { return fmt.Sprintf("%s (%s)", e.Message, e.Name()) }

// Name is one of Reason…, or empty if the server gave none.
func (e *Error) Name() string { return e.common().Name }

// Retryable says whether the same request may succeed later, by waiting alone.
func (e *Error) Retryable() bool { return e.common().Retryable }

func (e *Error) common() (said struct {
	Name      string
	Retryable bool
}) {
	_ = json.Unmarshal(e.Data, &said) // without data, code and message are all that is known
	return said
}

func ask[Result any](ctx context.Context, c *Client, method string, params any) (*Result, error) {
	result := new(Result)
	if err := c.Call(ctx, method, params, result); err != nil {
		return nil, err
	}
	return result, nil
}

// ProtocolVersion is the version of the contract.
const ProtocolVersion = "1.0"

// Names of errors, in Error.Name.
const (
	// The bytes are not valid JSON, or the frame has no usable length.
	ReasonParseError = "parseError"
	// Not a valid request, or not allowed in the current state.
	ReasonInvalidRequest = "invalidRequest"
	// There is no such method.
	ReasonMethodNotFound = "methodNotFound"
	// The params are not valid; `errors[]` has a location for each fault.
	ReasonInvalidParams = "invalidParams"
	// An internal error of the server; its log has the details.
	ReasonInternalError = "internalError"
	// A request came before `initialize`.
	ReasonServerNotInitialized = "serverNotInitialized"
	// The client cancelled the request; nothing of it remains.
	ReasonRequestCancelled = "requestCancelled"
	// The document changed before the answer was ready; ask again.
	ReasonContentModified = "contentModified"
	// The tokens asked for do not fit. Retryable if they would without the leases in flight (`leased` tokens), which end by themselves; otherwise prune first, or ask for less than `budget`.
	ReasonBudgetExceeded = "budgetExceeded"
	// No session has this id.
	ReasonUnknownSession = "unknownSession"
	// The session is closed or archived; `session/open` resumes it.
	ReasonSessionClosed = "sessionClosed"
	// No item of the session has this id.
	ReasonUnknownItem = "unknownItem"
	// The session has no such phase or wave.
	ReasonUnknownPhase = "unknownPhase"
	// Not allowed in the current state of the phase.
	ReasonPhaseOrder = "phaseOrder"
	// Something changed in the meantime, or prevents the request.
	ReasonConflict = "conflict"
	// Over an advertised limit, in bytes.
	ReasonPayloadTooLarge = "payloadTooLarge"
	// The path is outside the allowed roots, or not a regular file.
	ReasonPathNotAllowed = "pathNotAllowed"
	// The file is missing or cannot be read.
	ReasonPathUnreadable = "pathUnreadable"
	// The content is binary or not UTF-8.
	ReasonNotText = "notText"
	// The item was added as a token figure only: it has no content.
	ReasonNoContent = "noContent"
	// No section, or several, match.
	ReasonUnknownSection = "unknownSection"
	// The item is pinned or permanent.
	ReasonProtectedItem = "protectedItem"
	// The session has no such lease.
	ReasonUnknownLease = "unknownLease"
	// The lease has already been settled or released.
	ReasonLeaseClosed = "leaseClosed"
	// The session has no such undo.
	ReasonUnknownUndo = "unknownUndo"
	// The request key belongs to another method's call.
	ReasonRequestKeyReused = "requestKeyReused"
	// The item's content was dropped: by the user's retention setting, when the session was archived, or because it did not come with an import. Its figures remain.
	ReasonContentDropped = "contentDropped"
	// Another process kept the store locked for too long.
	ReasonStoreBusy = "storeBusy"
	// The disk, or the store's own limit, is full.
	ReasonStoreFull = "storeFull"
	// The store cannot be read or written.
	ReasonStoreUnavailable = "storeUnavailable"
	// A newer version wrote the store.
	ReasonStoreTooNew = "storeTooNew"
	// An item's content was damaged in the store.
	ReasonContentDamaged = "contentDamaged"
	// Other users could change the store.
	ReasonStoreUnsafe = "storeUnsafe"
	// A message is not of the named format, or no format reads them all; `errors[]` has its location. `formats` are those that read all messages, or those before this one if none was named.
	ReasonUnknownFormat = "unknownFormat"
	// The messages before those that were sent are not known, for example since the server was restarted: send the whole conversation. `known` are known of it.
	ReasonUnknownBase = "unknownBase"
	// The session has spent its `maxCost`, or what it has spent is unknown although something was billed (`spent` is null). `session/open` raises or removes the limit.
	ReasonCostExceeded = "costExceeded"
	// No host has recorded a session of this id on this machine.
	ReasonUnknownRecording = "unknownRecording"
	// The content is not a recording of a known form.
	ReasonNotRecording = "notRecording"
	// The workspace has a session of this id already.
	ReasonSessionExists = "sessionExists"
	// A line is not that of an export, or does not agree with the lines before it. Nothing was kept.
	ReasonInvalidExport = "invalidExport"
	// The server does not support the requested protocol version.
	ReasonUnsupportedVersion = "unsupportedVersion"
)

// AccountBreakdown: What is retained on a session's account, from several sides; each sums to `retained`.
type AccountBreakdown struct {
	// Tokens in the context now.
	Retained int64 `json:"retained"`
	// By layer.
	ByLayer []AccountRow `json:"byLayer"`
	// By agent.
	ByAgent []AccountRow `json:"byAgent"`
	// By the tool whose output the items are; null: they are none.
	ByTool []AccountRow `json:"byTool"`
	// By file; null: they are of none.
	ByFile []AccountRow `json:"byFile"`
	// The items that cost most, the largest first.
	Largest []AccountItem `json:"largest"`
	// Of the bills that `usage/bill` recorded; null: none.
	Cost *Costs `json:"cost"`
}

// AccountItem: One retained item.
type AccountItem struct {
	// The item's id.
	ID string `json:"id"`
	// The layer of the item.
	Layer Layer `json:"layer"`
	// The kind of artifact.
	Kind Kind `json:"kind"`
	// The agent that the item belongs to.
	Agent *string `json:"agent"`
	// The item's title; if none is given, its path, first heading or first line.
	Title *string `json:"title"`
	// The path of the file.
	Path *string `json:"path"`
	// The phase's number.
	Phase *int64 `json:"phase"`
	// Tokens.
	Tokens int64 `json:"tokens"`
	// Where the figure comes from.
	Provenance KnownProvenance `json:"provenance"`
}

// AccountRow: Retained tokens of items that have something in common.
type AccountRow struct {
	// null: the items do not say.
	Name *string `json:"name"`
	// How many items these are.
	Items int64 `json:"items"`
	// Tokens.
	Tokens int64 `json:"tokens"`
	// The least certain of its items' figures.
	Provenance KnownProvenance `json:"provenance"`
	// tokens / retained; null if nothing is retained.
	OfRetained *float64 `json:"ofRetained"`
}

// AddedItem: An item as it was added.
type AddedItem struct {
	// The item's id.
	ID string `json:"id"`
	// Tokens.
	Tokens int64 `json:"tokens"`
	// Where the figure comes from.
	Provenance Provenance `json:"provenance"`
	// The layer of the item.
	Layer Layer `json:"layer"`
	// The kind of artifact.
	Kind Kind `json:"kind"`
	// Its state.
	State State `json:"state"`
	// The phase's number.
	Phase *int64 `json:"phase"`
	// The wave's number within its phase.
	Wave *int64 `json:"wave"`
	// Ids of the items that this one replaces.
	Reduces []string `json:"reduces"`
}

// Advertisement: `capabilities.experimental.ctxbudget` of the result of `initialize`.
type Advertisement struct {
	// The version of the protocol.
	ProtocolVersion string `json:"protocolVersion"`
	// The names of the methods that the server serves.
	Methods []string `json:"methods"`
	// The limits of what the server accepts.
	Limits Limits `json:"limits"`
}

// Advice: What to do about the budget.
type Advice struct {
	// The state of the budget and what to do next, for people and models.
	Text string `json:"text"`
	// Only what to do next, in one line.
	Next string `json:"next"`
	// Requests that would help, most useful first.
	Actions []AdviceAction `json:"actions"`
}

// AdviceAction: A suggested action: a request that the caller may send as it is.
type AdviceAction struct {
	// The method to call.
	Method string `json:"method"`
	// The params to send with it.
	Params map[string]any `json:"params"`
	// Tokens that it frees at least, if the actions before it were sent first; no two actions count the same tokens. null: unknown.
	Saves *int64 `json:"saves"`
	// Whether it frees exactly `saves`, because nothing that it removes leaves metadata.
	Exact *bool `json:"exact,omitempty"`
	// Why it helps, for people.
	Why string `json:"why"`
}

// AgentGrowth: How much calls of an agent added.
type AgentGrowth struct {
	// The agent of what was added.
	Agent string `json:"agent"`
	// Calls that have a growth.
	Calls int64 `json:"calls"`
	// Tokens per call, the mean.
	Growth int64 `json:"growth"`
}

// Alert: The level rose. Raised once for each crossing, whichever process caused it.
type Alert struct {
	// `ok`, `warn` or `critical`.
	Level string `json:"level"`
	// The level before.
	Previous Level `json:"previous"`
	// Tokens.
	Retained int64 `json:"retained"`
	// The figure that was reached, tokens.
	Threshold int64 `json:"threshold"`
	// Tokens.
	Budget int64 `json:"budget"`
	// Where the window that the budget is a share of comes from. `default`: displays need not warn.
	WindowSource *WindowSource `json:"windowSource,omitempty"`
	// retained / budget.
	OfBudget float64 `json:"ofBudget"`
	// The revision of the session, which increases by one with each transaction.
	Revision int64 `json:"revision"`
	// When it happened.
	At string `json:"at"`
	// One sentence for people and models.
	Message string `json:"message"`
	// What to do next, in one line, as in `advice` of `budget/status`; null: an earlier version raised the alert.
	Next *string `json:"next,omitempty"`
}

// AlertNote: Params of `budget/alert`.
type AlertNote struct {
	// The session's id.
	SessionID string `json:"sessionId"`
	// The revision of the session, which increases by one with each transaction.
	Revision int64 `json:"revision"`
	// `ok`, `warn` or `critical`.
	Level Level `json:"level"`
	// The alert itself.
	Alert Alert `json:"alert"`
}

// Allocation: Tokens given to a phase.
type Allocation struct {
	// The phase's number.
	Phase int64 `json:"phase"`
	// The name of the phase.
	Name *string `json:"name,omitempty"`
	// Tokens.
	Tokens int64 `json:"tokens"`
	// tokens / budget.
	OfBudget float64 `json:"ofBudget"`
	// The phase's complexity, as given or as the plan has it.
	Complexity *float64 `json:"complexity,omitempty"`
	// null: the phase has no complexity.
	ComplexityBasis *ComplexityBasis `json:"complexityBasis,omitempty"`
	// Strategy history: what it was learned from.
	Past *PastUse `json:"past,omitempty"`
}

// AllocationBasis is of the contract.
type AllocationBasis string

// Values of AllocationBasis.
const (
	// AllocationBasisHistory
	AllocationBasisHistory AllocationBasis = "history"
	// AllocationBasisComplexity
	AllocationBasisComplexity AllocationBasis = "complexity"
	// AllocationBasisEven
	AllocationBasisEven AllocationBasis = "even"
)

// ArtifactIssue: An artifact whose metadata is not what it should be.
type ArtifactIssue struct {
	// The item's id.
	ItemID string `json:"itemId"`
	// The item's title; if none is given, its path, first heading or first line.
	Title *string `json:"title"`
	// The phase's number.
	Phase *int64 `json:"phase"`
	// What is wrong with the metadata.
	Issue string `json:"issue"`
	// Tokens of the source.
	SourceTokens int64 `json:"sourceTokens"`
	// Tokens of the metadata; null if there is none.
	MetadataTokens *int64 `json:"metadataTokens"`
}

// Assumption: Something that a plan does not say, or that was not understood, and what was assumed instead.
type Assumption struct {
	// The kind of assumption.
	Code AssumptionCode `json:"code"`
	// The phases that it is about; empty: the plan as a whole.
	Phases []int64 `json:"phases"`
	// One sentence for people.
	Message string `json:"message"`
}

// AssumptionCode is of the contract.
type AssumptionCode string

// Values of AssumptionCode.
const (
	// AssumptionCodeNoPhases
	AssumptionCodeNoPhases AssumptionCode = "noPhases"
	// AssumptionCodeNumbers
	AssumptionCodeNumbers AssumptionCode = "numbers"
	// AssumptionCodeNoScope
	AssumptionCodeNoScope AssumptionCode = "noScope"
	// AssumptionCodeNoEffort
	AssumptionCodeNoEffort AssumptionCode = "noEffort"
	// AssumptionCodeEntriesAsTasks
	AssumptionCodeEntriesAsTasks AssumptionCode = "entriesAsTasks"
	// AssumptionCodeTasksOutside
	AssumptionCodeTasksOutside AssumptionCode = "tasksOutside"
	// AssumptionCodeComplexityIgnored
	AssumptionCodeComplexityIgnored AssumptionCode = "complexityIgnored"
	// AssumptionCodeNoDependencies
	AssumptionCodeNoDependencies AssumptionCode = "noDependencies"
	// AssumptionCodeDependenciesMissing
	AssumptionCodeDependenciesMissing AssumptionCode = "dependenciesMissing"
	// AssumptionCodeWavesIncomplete
	AssumptionCodeWavesIncomplete AssumptionCode = "wavesIncomplete"
	// AssumptionCodeWaveOrder
	AssumptionCodeWaveOrder AssumptionCode = "waveOrder"
	// AssumptionCodeCycle
	AssumptionCodeCycle AssumptionCode = "cycle"
	// AssumptionCodeOutsideTemplate
	AssumptionCodeOutsideTemplate AssumptionCode = "outsideTemplate"
	// AssumptionCodeDebugShare
	AssumptionCodeDebugShare AssumptionCode = "debugShare"
	// AssumptionCodePhaseExists
	AssumptionCodePhaseExists AssumptionCode = "phaseExists"
	// AssumptionCodeReplacesAllocation
	AssumptionCodeReplacesAllocation AssumptionCode = "replacesAllocation"
	// AssumptionCodeFewRuns
	AssumptionCodeFewRuns AssumptionCode = "fewRuns"
	// AssumptionCodeShortTotal
	AssumptionCodeShortTotal AssumptionCode = "shortTotal"
)

// Basis is of the contract.
type Basis string

// Values of Basis.
const (
	// BasisTotal
	BasisTotal Basis = "total"
	// BasisRemaining
	BasisRemaining Basis = "remaining"
)

// BilledTokens: Tokens of one request as the provider billed it, by kind. The kinds must not overlap.
type BilledTokens struct {
	// Neither read from the cache nor written to it.
	Input *int64 `json:"input,omitempty"`
	// Read from the cache.
	CacheRead *int64 `json:"cacheRead,omitempty"`
	// Written to the cache, if it is not known for how long.
	CacheWrite *int64 `json:"cacheWrite,omitempty"`
	// Written for 5 minutes.
	CacheWrite5m *int64 `json:"cacheWrite5m,omitempty"`
	// Written for an hour.
	CacheWrite1h *int64 `json:"cacheWrite1h,omitempty"`
	// What the model wrote, thinking included.
	Output *int64 `json:"output,omitempty"`
}

// BudgetAllocateParams: Params of `budget/allocate`.
type BudgetAllocateParams struct {
	// Absent: the workspace's default session.
	SessionID *string `json:"sessionId,omitempty"`
	// The same key returns the first result, even after a restart, so a retry never counts twice.
	RequestKey *string `json:"requestKey,omitempty"`
	// Refuse with `conflict` if the session is at another revision.
	IfRevision *int64 `json:"ifRevision,omitempty"`
	// How the budget is divided.
	Strategy Strategy `json:"strategy"`
	// Absent: the session's, else full-implementation.
	Scope *Scope `json:"scope,omitempty"`
	// One entry for each phase.
	Phases []PhaseSpec `json:"phases,omitempty"`
	// In place of `phases`: the phases of a plan, with their complexity as `workflow/plan` computes it.
	Plan *PlanSource `json:"plan,omitempty"`
	// Absent: the budget, or what is left of it.
	Total *int64 `json:"total,omitempty"`
	// What is divided: the whole budget, or what is left of it.
	Basis *Basis `json:"basis,omitempty"`
	// Strategy history: the share of past runs that a phase's figure covers. Absent: 0.8.
	Quantile *float64 `json:"quantile,omitempty"`
	// Strategy history: by what a phase `used`, or by its `peak`. Absent: `used`, unless past runs kept nothing.
	Measure *PastMeasure `json:"measure,omitempty"`
}

// BudgetAllocateResult: Result of `budget/allocate`: allocations and buffer sum to `total`.
type BudgetAllocateResult struct {
	// The session's id.
	SessionID string `json:"sessionId"`
	// The revision of the session, which increases by one with each transaction.
	Revision int64 `json:"revision"`
	// How the budget is divided.
	Strategy Strategy `json:"strategy"`
	// The scope of the workflow.
	Scope *Scope `json:"scope"`
	// What is divided: the whole budget, or what is left of it.
	Basis Basis `json:"basis"`
	// One entry for each phase with an allocation.
	Allocations []Allocation `json:"allocations"`
	// Sum of the allocations, tokens.
	Allocated int64 `json:"allocated"`
	// Kept for phases without an allocation and for overruns, tokens.
	Buffer int64 `json:"buffer"`
	// What was divided, tokens.
	Total int64 `json:"total"`
	// Phases that were listed or are in the scope, but are complete: they keep the allocation that they had.
	Finished []int64 `json:"finished"`
	// Phases that were listed but have no allocation.
	DrawsOnBuffer []int64 `json:"drawsOnBuffer"`
	// What the plan does not say, or says unclearly, or past runs do not tell, and what was assumed instead.
	Assumptions []Assumption `json:"assumptions,omitempty"`
	// Strategy history: the past runs that it was learned from.
	History *HistoryBasis `json:"history,omitempty"`
}

// BudgetBreakdownParams: Params of `budget/breakdown`. Without a sessionId, the account of a recording is that of its session, if any.
type BudgetBreakdownParams struct {
	// Absent: the workspace's default session.
	SessionID *string `json:"sessionId,omitempty"`
	// A session that a host recorded, whose window, cache and bills are broken down too.
	Recording *RecordingSource `json:"recording,omitempty"`
	// With a recording: what the host itself says of its window. Rows of these sources replace counted ones.
	Reported []ReportedSource `json:"reported,omitempty"`
	// How many of the items that cost most are listed.
	Largest *int64 `json:"largest,omitempty"`
}

// BudgetBreakdownResult: Result of `budget/breakdown`.
type BudgetBreakdownResult struct {
	// null: none was named, and no session has the recording's id.
	SessionID *string `json:"sessionId"`
	// null: there is no session.
	Revision *int64 `json:"revision"`
	// What the session's account holds; null: there is no session.
	Account *AccountBreakdown `json:"account"`
	// null: none was named.
	Recording *RecordingBreakdown `json:"recording"`
}

// BudgetDiagnoseParams: Params of `budget/diagnose`.
type BudgetDiagnoseParams struct {
	// Absent: the workspace's default session.
	SessionID *string `json:"sessionId,omitempty"`
	// Findings to look for, by code; the requests of those found can be sent without the others. Absent: all.
	Only []FindingCode `json:"only,omitempty"`
}

// BudgetDiagnoseResult: Result of `budget/diagnose`. Requests are sent in order, those of the first finding first.
type BudgetDiagnoseResult struct {
	// The session's id.
	SessionID string `json:"sessionId"`
	// The revision of the session, which increases by one with each transaction.
	Revision int64 `json:"revision"`
	// Losses that have not been acknowledged, and faults in files of settings.
	Notices []Notice `json:"notices,omitempty"`
	// Its state.
	State SessionState `json:"state"`
	// The policy in force.
	Policy Policy `json:"policy"`
	// Before any request.
	Status Figures `json:"status"`
	// The signs that something is wrong.
	Symptoms []Symptom `json:"symptoms"`
	// The first cause first; no item belongs to the cures of two of them.
	Findings []Finding `json:"findings"`
	// After all requests.
	Reaches Figures `json:"reaches"`
	// The findings as text for a model.
	Text string `json:"text"`
}

// BudgetExceededData: `data` of the error `budgetExceeded`.
type BudgetExceededData struct {
	// The name of the error, for programs.
	Name string `json:"name"`
	// Whether the same request may succeed later.
	Retryable bool `json:"retryable"`
	// The fields at fault, if any.
	Errors []FieldFault `json:"errors,omitempty"`
	// The tokens requested.
	Requested int64 `json:"requested"`
	// budget - retained - leased, tokens.
	Available int64 `json:"available"`
	// Tokens reserved for work in flight.
	Leased *int64 `json:"leased,omitempty"`
	// The session's budget, tokens.
	Budget *int64 `json:"budget,omitempty"`
}

// BudgetReleaseParams: Params of `budget/release`.
type BudgetReleaseParams struct {
	// Absent: the workspace's default session.
	SessionID *string `json:"sessionId,omitempty"`
	// The same key returns the first result, even after a restart, so a retry never counts twice.
	RequestKey *string `json:"requestKey,omitempty"`
	// Refuse with `conflict` if the session is at another revision.
	IfRevision *int64 `json:"ifRevision,omitempty"`
	// The lease's id.
	LeaseID string `json:"leaseId"`
}

// BudgetReleaseResult: Result of `budget/release`.
type BudgetReleaseResult struct {
	// The session's id.
	SessionID string `json:"sessionId"`
	// The revision of the session, which increases by one with each transaction.
	Revision int64 `json:"revision"`
	// The lease's id.
	LeaseID string `json:"leaseId"`
	// Tokens.
	Refunded int64 `json:"refunded"`
	// Tokens.
	Available int64 `json:"available"`
}

// BudgetRenewParams: Params of `budget/renew`.
type BudgetRenewParams struct {
	// Absent: the workspace's default session.
	SessionID *string `json:"sessionId,omitempty"`
	// The same key returns the first result, even after a restart, so a retry never counts twice.
	RequestKey *string `json:"requestKey,omitempty"`
	// Refuse with `conflict` if the session is at another revision.
	IfRevision *int64 `json:"ifRevision,omitempty"`
	// The lease's id.
	LeaseID string `json:"leaseId"`
	// Milliseconds.
	TtlMs *int64 `json:"ttlMs,omitempty"`
}

// BudgetRenewResult: Result of `budget/renew`.
type BudgetRenewResult struct {
	// The session's id.
	SessionID string `json:"sessionId"`
	// The revision of the session, which increases by one with each transaction.
	Revision int64 `json:"revision"`
	// The lease's id.
	LeaseID string `json:"leaseId"`
	// When the lease expires.
	ExpiresAt string `json:"expiresAt"`
	// Tokens.
	Available int64 `json:"available"`
}

// BudgetReportParams: Params of `budget/report`.
type BudgetReportParams struct {
	// Absent: the workspace's default session.
	SessionID *string `json:"sessionId,omitempty"`
	// The format of the report.
	Format *string `json:"format,omitempty"`
}

// BudgetReportResult: Result of `budget/report`.
type BudgetReportResult struct {
	// The session's id.
	SessionID string `json:"sessionId"`
	// The revision of the session, which increases by one with each transaction.
	Revision int64 `json:"revision"`
	// Losses that have not been acknowledged, and faults in files of settings.
	Notices []Notice `json:"notices,omitempty"`
	// Its state.
	State SessionState `json:"state"`
	// The account's main figures.
	Status Figures `json:"status"`
	// The policy in force.
	Policy Policy `json:"policy"`
	// Sum of the allocations, tokens.
	Allocated *int64 `json:"allocated"`
	// Tokens.
	Buffer *int64 `json:"buffer"`
	// allocated - retained, tokens; negative if exceeded.
	UnderAllocation *int64 `json:"underAllocation"`
	// budget - retained, tokens; negative if exceeded.
	UnderBudget int64 `json:"underBudget"`
	// underAllocation / allocated.
	UnderAllocationShare *float64 `json:"underAllocationShare"`
	// underBudget / budget.
	UnderBudgetShare float64 `json:"underBudgetShare"`
	// peak / budget.
	PeakOfBudget float64 `json:"peakOfBudget"`
	// saved, less what was pruned and read again, tokens.
	NetSavings int64 `json:"netSavings"`
	// netSavings / processed.
	SavingsShare float64 `json:"savingsShare"`
	// One entry for each phase.
	Phases []PhaseReport `json:"phases"`
	// Each layer against its ceiling.
	Layers []LayerReport `json:"layers"`
	// The leases of the session, in total.
	Leases LeaseReport `json:"leases"`
	// Artifacts whose metadata is not what it should be.
	Artifacts []ArtifactIssue `json:"artifacts"`
	// The alerts of the session so far.
	Alerts []Alert `json:"alerts"`
	// How many calls are left until each limit, if the context grows on as before.
	Forecast Forecast `json:"forecast"`
	// What is wrong.
	Diagnoses []Diagnosis `json:"diagnoses"`
	// What to do next, in one line, as in `advice` of `budget/status`.
	Next string `json:"next"`
	// Good practice, answered from the account: all four lists, in order.
	Checklists []Checklist `json:"checklists"`
	// Where the figure comes from.
	Provenance []ProvenanceShare `json:"provenance"`
	// Where tokens came from, and what is kept of them.
	Sources SourcesReport `json:"sources"`
	// What was pruned and read again.
	ReadAgain ReadAgain `json:"readAgain"`
	// With format markdown: the report for people.
	Markdown *string `json:"markdown,omitempty"`
}

// BudgetReserveParams: Params of `budget/reserve`.
type BudgetReserveParams struct {
	// Absent: the workspace's default session.
	SessionID *string `json:"sessionId,omitempty"`
	// The same key returns the first result, even after a restart, so a retry never counts twice.
	RequestKey *string `json:"requestKey,omitempty"`
	// Refuse with `conflict` if the session is at another revision.
	IfRevision *int64 `json:"ifRevision,omitempty"`
	// Tokens.
	Tokens int64 `json:"tokens"`
	// Who will use them: an agent's name or id.
	Holder string `json:"holder"`
	// Absent: the running phase.
	Phase *int64 `json:"phase,omitempty"`
	// Milliseconds.
	TtlMs *int64 `json:"ttlMs,omitempty"`
	// The work has already begun: take the lease even if it does not fit.
	Force *bool `json:"force,omitempty"`
}

// BudgetReserveResult: Result of `budget/reserve`.
type BudgetReserveResult struct {
	// The session's id.
	SessionID string `json:"sessionId"`
	// The revision of the session, which increases by one with each transaction.
	Revision int64 `json:"revision"`
	// The lease's id.
	LeaseID string `json:"leaseId"`
	// When the lease expires.
	ExpiresAt string `json:"expiresAt"`
	// Tokens left after this lease.
	Available int64 `json:"available"`
	// What the session has spent, if it has a `maxCost`, also with `force`; null: no limit.
	Spent *Spent `json:"spent,omitempty"`
}

// BudgetSettleParams: Params of `budget/settle`.
type BudgetSettleParams struct {
	// Absent: the workspace's default session.
	SessionID *string `json:"sessionId,omitempty"`
	// The same key returns the first result, even after a restart, so a retry never counts twice.
	RequestKey *string `json:"requestKey,omitempty"`
	// Refuse with `conflict` if the session is at another revision.
	IfRevision *int64 `json:"ifRevision,omitempty"`
	// The lease's id.
	LeaseID string `json:"leaseId"`
	// What the work brought into the context, tokens.
	Used int64 `json:"used"`
}

// BudgetSettleResult: Result of `budget/settle`. Only `context/add` changes the account, not this.
type BudgetSettleResult struct {
	// The session's id.
	SessionID string `json:"sessionId"`
	// The revision of the session, which increases by one with each transaction.
	Revision int64 `json:"revision"`
	// The lease's id.
	LeaseID string `json:"leaseId"`
	// Tokens.
	Reserved int64 `json:"reserved"`
	// Tokens.
	Used int64 `json:"used"`
	// Reserved but not used, tokens.
	Refunded int64 `json:"refunded"`
	// Used beyond what was reserved, tokens.
	Overrun int64 `json:"overrun"`
	// Whether the lease had expired before it was settled.
	Expired bool `json:"expired"`
	// Tokens.
	Available int64 `json:"available"`
}

// BudgetStatusParams: Params of `budget/status`.
type BudgetStatusParams struct {
	// Absent: the workspace's default session.
	SessionID *string `json:"sessionId,omitempty"`
	// The input of the model's latest requests, as the provider billed it, oldest first: for `forecast.requests`.
	Requests []int64 `json:"requests,omitempty"`
}

// BudgetStatusResult: Result of `budget/status`.
type BudgetStatusResult struct {
	// The session's id.
	SessionID string `json:"sessionId"`
	// The revision of the session, which increases by one with each transaction.
	Revision int64 `json:"revision"`
	// The model's context size, tokens.
	Window int64 `json:"window"`
	// Where the window comes from: the session's settings, the user's file, the project's file, the host's report, or (`model`) the size that is assumed for the model; `default`: it has not been set; `request`: an editor's own setting.
	WindowSource WindowSource `json:"windowSource"`
	// floor(window x target share), tokens.
	Budget int64 `json:"budget"`
	// Tokens in the context now; always processed - saved.
	Retained int64 `json:"retained"`
	// Highest `retained` at the end of any transaction, tokens.
	Peak int64 `json:"peak"`
	// Tokens of everything that callers added.
	Processed int64 `json:"processed"`
	// Tokens removed, less replacements and what was restored.
	Saved int64 `json:"saved"`
	// Tokens reserved for work in flight.
	Leased int64 `json:"leased"`
	// budget - retained - leased, tokens; negative if over budget.
	Available int64 `json:"available"`
	// retained / window.
	OfWindow float64 `json:"ofWindow"`
	// retained / budget.
	OfBudget float64 `json:"ofBudget"`
	// `ok`, `warn` or `critical`.
	Level Level `json:"level"`
	// Losses that have not been acknowledged, and faults in files of settings.
	Notices []Notice `json:"notices,omitempty"`
	// Its state.
	State SessionState `json:"state"`
	// The policy in force.
	Policy Policy `json:"policy"`
	// The running phase.
	Phase *int64 `json:"phase"`
	// Tokens.
	WarnAt int64 `json:"warnAt"`
	// Tokens.
	CriticalAt int64 `json:"criticalAt"`
	// Each layer against its ceiling.
	Layers []LayerStatus `json:"layers"`
	// One entry for each phase.
	Phases []PhaseState `json:"phases"`
	// Leases in flight.
	Leases []Lease `json:"leases"`
	// Tokens of the last allocation that no phase was given; null: nothing is allocated.
	Buffer *int64 `json:"buffer"`
	// Retained tokens of pinned items.
	Pinned int64 `json:"pinned"`
	// Retained tokens of pinned and permanent items, which no prune touches.
	Protected int64 `json:"protected"`
	// How many calls are left until each limit, if the context grows on as before.
	Forecast Forecast `json:"forecast"`
	// Where the figure comes from.
	Provenance []ProvenanceShare `json:"provenance"`
	// What is wrong.
	Diagnoses []Diagnosis `json:"diagnoses"`
	// What would help now.
	Advice Advice `json:"advice"`
}

// BudgetTimelineParams: Params of `budget/timeline`.
type BudgetTimelineParams struct {
	// Absent: the workspace's default session.
	SessionID *string `json:"sessionId,omitempty"`
	// Only changes after this revision.
	Since *int64 `json:"since,omitempty"`
	// Changes in one entry, which has the figures after the last of them.
	Every *int64 `json:"every,omitempty"`
	// Maximum number of entries returned.
	Limit *int64 `json:"limit,omitempty"`
}

// BudgetTimelineResult: Result of `budget/timeline`.
type BudgetTimelineResult struct {
	// The session's id.
	SessionID string `json:"sessionId"`
	// The revision of the session, which increases by one with each transaction.
	Revision int64 `json:"revision"`
	// Oldest first.
	Entries []TimelineEntry `json:"entries"`
	// Pass it as `since` for the next page; null: this is the last page.
	Next *int64 `json:"next"`
	// Changes after `since` that are not in the timeline, since an older version made them, which kept no figures.
	Unrecorded int64 `json:"unrecorded"`
}

// CacheBreak: A call that read less from the prompt cache than the call before it left there.
type CacheBreak struct {
	// `main`, or the host's id of a subagent.
	Agent string `json:"agent"`
	// Number of the call among the agent's, from 1.
	Call int64 `json:"call"`
	// When it was answered; null: unknown.
	At *string `json:"at"`
	// That answered; null: unknown.
	Model *string `json:"model"`
	// Why, as far as the recording or the log tells.
	Cause CacheCauseName `json:"cause"`
	// What tells the cause; empty: nothing does.
	Evidence string `json:"evidence"`
	// Tokens newly written to the cache; null: the host does not record it.
	Written *int64 `json:"written"`
	// Tokens read from the cache.
	Read int64 `json:"read"`
	// Tokens that were in the cache before; if the host does not record it, at most these.
	Before int64 `json:"before"`
	// before - read: tokens that had to be sent again, or replaced.
	Lost int64 `json:"lost"`
	// Milliseconds since the request before; null: unknown.
	IdleMs *int64 `json:"idleMs"`
}

// CacheCause: Calls whose newly written tokens have the same cause.
type CacheCause struct {
	// `start`: nothing was cached. `appended`: only what is new was written. `ourCut`: a fit of ctxbudget's. `edit`: something before the end changed, as when a person goes back. `unknown`: nothing tells.
	Cause CacheCauseName `json:"cause"`
	// How many calls these are.
	Calls int64 `json:"calls"`
	// Tokens newly written to the cache; null: the host does not record it.
	Written *int64 `json:"written"`
	// Tokens.
	Lost int64 `json:"lost"`
}

// CacheCauseName is of the contract.
type CacheCauseName string

// Values of CacheCauseName.
const (
	// CacheCauseNameStart
	CacheCauseNameStart CacheCauseName = "start"
	// CacheCauseNameAppended
	CacheCauseNameAppended CacheCauseName = "appended"
	// CacheCauseNameCompaction
	CacheCauseNameCompaction CacheCauseName = "compaction"
	// CacheCauseNameOurCut
	CacheCauseNameOurCut CacheCauseName = "ourCut"
	// CacheCauseNameModelSwitch
	CacheCauseNameModelSwitch CacheCauseName = "modelSwitch"
	// CacheCauseNameToolsChanged
	CacheCauseNameToolsChanged CacheCauseName = "toolsChanged"
	// CacheCauseNameExpiry
	CacheCauseNameExpiry CacheCauseName = "expiry"
	// CacheCauseNameEdit
	CacheCauseNameEdit CacheCauseName = "edit"
	// CacheCauseNameUnknown
	CacheCauseNameUnknown CacheCauseName = "unknown"
)

// CachePrices: Prices of the provider's prompt cache, relative to the price of an input token.
type CachePrices struct {
	// The price of a token read from the cache.
	Read *float64 `json:"read,omitempty"`
	// The price of a token written to the cache.
	Write *float64 `json:"write,omitempty"`
}

// CacheUse: The calls of a recording, and why each wrote to the prompt cache. Each call has one cause.
type CacheUse struct {
	// Calls that were billed.
	Calls int64 `json:"calls"`
	// Tokens.
	Read int64 `json:"read"`
	// Tokens; null: the host does not record it.
	Written *int64 `json:"written"`
	// By cause; each call is in one of them.
	Causes []CacheCause `json:"causes"`
	// The calls at which something was lost, the latest last.
	Breaks []CacheBreak `json:"breaks"`
	// Breaks that are not listed, the oldest.
	Omitted int64 `json:"omitted"`
}

// Checklist: A checklist of good practice.
type Checklist struct {
	// Before the workflow, during each phase, after each phase, after the workflow.
	When string `json:"when"`
	// All entries of the list, including those that do not apply.
	Entries []ChecklistEntry `json:"entries"`
}

// ChecklistEntry: One entry of a checklist, answered from the account.
type ChecklistEntry struct {
	// The name of the entry.
	ID string `json:"id"`
	// The entry in words.
	Text string `json:"text"`
	// `done`; `open`: something is to be done; `notApplicable`: the entry does not apply.
	State string `json:"state"`
	// The evidence, or the reason why the entry does not apply.
	Why string `json:"why"`
	// What to do, if it is open.
	Cure *string `json:"cure,omitempty"`
	// Requests that do it, to be sent in this order.
	Actions []AdviceAction `json:"actions,omitempty"`
}

// ComplexityBasis is of the contract.
type ComplexityBasis string

// Values of ComplexityBasis.
const (
	// ComplexityBasisGiven
	ComplexityBasisGiven ComplexityBasis = "given"
	// ComplexityBasisStated
	ComplexityBasisStated ComplexityBasis = "stated"
	// ComplexityBasisComputed
	ComplexityBasisComputed ComplexityBasis = "computed"
	// ComplexityBasisDefault
	ComplexityBasisDefault ComplexityBasis = "default"
	// ComplexityBasisTemplate
	ComplexityBasisTemplate ComplexityBasis = "template"
)

// Config: Settings of a session, any subset: absent ones stay as they are, and null takes one back, or one member.
type Config struct {
	// The model's context size, tokens.
	ContextWindow *int64 `json:"contextWindow,omitempty"`
	// budget = floor(window x target share), computed in decimal.
	TargetShare *float64 `json:"targetShare,omitempty"`
	// Where the levels are reached and left.
	Thresholds *Thresholds `json:"thresholds,omitempty"`
	// The pruning policy; `auto`: by scope and number of phases.
	Policy *string `json:"policy,omitempty"`
	// The scope of the workflow.
	Scope *Scope `json:"scope,omitempty"`
	// Selects the vocabulary. Absent: o200k_base.
	Model *string `json:"model,omitempty"`
	// Completing phase N turns the metadata of phases <= N - horizon into markers. Absent: never.
	MetadataHorizon *int64 `json:"metadataHorizon,omitempty"`
	// Policy `moderate`: for how many more phases full content stays.
	KeepFor *int64 `json:"keepFor,omitempty"`
	// Whether completed phases and waves leave a marker.
	Markers *bool `json:"markers,omitempty"`
	// At `critical`, remove unpinned transient items once per crossing.
	AutoPrune *bool `json:"autoPrune,omitempty"`
	// Maximum size of metadata that the policy extracts, tokens.
	MetadataTokens *int64 `json:"metadataTokens,omitempty"`
	// How `workflow/plan` divides the budget. Absent: `dynamic` for a plan with phases, else `fixed`.
	Strategy *Strategy `json:"strategy,omitempty"`
	// `budget/reserve` refuses once the session's bills come to this, in the prices' currency. Absent: no limit.
	MaxCost *float64 `json:"maxCost,omitempty"`
	// Shares of the strategy `reserve`.
	ReserveShares *ReserveShares `json:"reserveShares,omitempty"`
	// Ceilings of the layers, as shares of the window.
	LayerCeilings *LayerCeilings `json:"layerCeilings,omitempty"`
}

// ConflictData: `data` of the error `conflict`.
type ConflictData struct {
	// The name of the error, for programs.
	Name string `json:"name"`
	// Whether the same request may succeed later.
	Retryable bool `json:"retryable"`
	// The fields at fault, if any.
	Errors []FieldFault `json:"errors,omitempty"`
	// The revision of the session, which increases by one with each transaction.
	Revision *int64 `json:"revision,omitempty"`
	// The items, in the order in which they were added.
	Items []map[string]any `json:"items,omitempty"`
	// One entry for each phase.
	Phases []map[string]any `json:"phases,omitempty"`
}

// ContentDamagedData: `data` of the error `contentDamaged`.
type ContentDamagedData struct {
	// The name of the error, for programs.
	Name string `json:"name"`
	// Whether the same request may succeed later.
	Retryable bool `json:"retryable"`
	// The fields at fault, if any.
	Errors []FieldFault `json:"errors,omitempty"`
	// The item's id.
	ItemID string `json:"itemId"`
	// sha256 of the content.
	Hash string `json:"hash"`
}

// ContentDroppedData: `data` of the error `contentDropped`.
type ContentDroppedData struct {
	// The name of the error, for programs.
	Name string `json:"name"`
	// Whether the same request may succeed later.
	Retryable bool `json:"retryable"`
	// The fields at fault, if any.
	Errors []FieldFault `json:"errors,omitempty"`
	// The item's id.
	ItemID string `json:"itemId"`
	// When it happened.
	At string `json:"at"`
}

// ContentModifiedData: `data` of the error `contentModified`.
type ContentModifiedData struct {
	// The name of the error, for programs.
	Name string `json:"name"`
	// Whether the same request may succeed later.
	Retryable bool `json:"retryable"`
	// The fields at fault, if any.
	Errors []FieldFault `json:"errors,omitempty"`
}

// ContextAddParams: Params of `context/add`.
type ContextAddParams struct {
	// Absent: the workspace's default session.
	SessionID *string `json:"sessionId,omitempty"`
	// The same key returns the first result, even after a restart, so a retry never counts twice.
	RequestKey *string `json:"requestKey,omitempty"`
	// Refuse with `conflict` if the session is at another revision.
	IfRevision *int64 `json:"ifRevision,omitempty"`
	// The items to add.
	Items []NewItem `json:"items"`
	// Use an estimate while the vocabulary is not loaded; `session/recalibrate` counts exactly later.
	AllowEstimate *bool `json:"allowEstimate,omitempty"`
}

// ContextAddResult: Result of `context/add`.
type ContextAddResult struct {
	// The session's id.
	SessionID string `json:"sessionId"`
	// The revision of the session, which increases by one with each transaction.
	Revision int64 `json:"revision"`
	// The items as they were added, in the order of the request.
	Items []AddedItem `json:"items"`
	// The account's main figures.
	Status Figures `json:"status"`
	// Alerts that this call raised.
	Alerts []Alert `json:"alerts"`
	// What `autoPrune` removed because of this call.
	Emergency *PruneOutcome `json:"emergency,omitempty"`
}

// ContextAppendParams: Params of `context/append`.
type ContextAppendParams struct {
	// Absent: the workspace's default session.
	SessionID *string `json:"sessionId,omitempty"`
	// The same key returns the first result, even after a restart, so a retry never counts twice.
	RequestKey *string `json:"requestKey,omitempty"`
	// Refuse with `conflict` if the session is at another revision.
	IfRevision *int64 `json:"ifRevision,omitempty"`
	// Opaque, created by the server.
	ItemID string `json:"itemId"`
	// The text itself.
	Content string `json:"content"`
}

// ContextAppendResult: Result of `context/append`.
type ContextAppendResult struct {
	// The session's id.
	SessionID string `json:"sessionId"`
	// The revision of the session, which increases by one with each transaction.
	Revision int64 `json:"revision"`
	// The item as it is now.
	Item ItemInfo `json:"item"`
	// Tokens by which the item grew.
	Added int64 `json:"added"`
	// Characters that were counted again: the tail and the addition.
	Recounted int64 `json:"recounted"`
	// The account's main figures.
	Status Figures `json:"status"`
	// Alerts that this call raised.
	Alerts []Alert `json:"alerts"`
	// What `autoPrune` removed because of this call; null: nothing.
	Emergency *PruneOutcome `json:"emergency,omitempty"`
}

// ContextFitParams: Params of `context/fit`. Without `sessionId` no session's account changes; one that is not open is opened.
type ContextFitParams struct {
	// Absent: the workspace's default session.
	SessionID *string `json:"sessionId,omitempty"`
	// The same key returns the first result, even after a restart, so a retry never counts twice.
	RequestKey *string `json:"requestKey,omitempty"`
	// Refuse with `conflict` if the session is at another revision.
	IfRevision *int64 `json:"ifRevision,omitempty"`
	// The messages of the conversation.
	Messages []map[string]any `json:"messages"`
	// Tokens.
	MaxTokens int64 `json:"maxTokens"`
	// The format of the messages. Absent: recognised with certainty, or refused.
	Format *MessageFormat `json:"format,omitempty"`
	// Number of latest turns that stay; their largest results are reduced if there is no room otherwise.
	KeepTurns *int64 `json:"keepTurns,omitempty"`
	// What stays unchanged: indexes of messages, or ids of calls (the call and its result).
	Pins []json.RawMessage `json:"pins,omitempty"`
	// Ids of calls whose results are no longer needed: reduced at once, also where there is room.
	Spent []string `json:"spent,omitempty"`
	// What the next turns are about, for names and the newest results. Absent: for results, a person's last words.
	Focus *string `json:"focus,omitempty"`
	// Room to gain below the limit, from results alone, once it is exceeded. `auto`: as much as pays off.
	MinReclaim json.RawMessage `json:"minReclaim,omitempty"`
	// False: nothing is written, what is removed is lost, and no marker promises to bring it back.
	Archive *bool `json:"archive,omitempty"`
	// Show what would be removed, and keep nothing: the markers in `messages` lead nowhere.
	DryRun *bool `json:"dryRun,omitempty"`
	// Used for `breakEvenTurns`, and to decide what pays for itself. Absent: read 0.1, write 1.25.
	CachePrices *CachePrices `json:"cachePrices,omitempty"`
	// Absent: the session's if a session is given, else o200k_base.
	Model *string `json:"model,omitempty"`
	// What to return: the fitted `messages`, the `edits` that turn the given ones into them, or all as one `text`.
	Answer *FitAnswer `json:"answer,omitempty"`
	// With `answer: "text"`: the text that precedes the messages, such as an earlier answer.
	Previous *string `json:"previous,omitempty"`
	// Continue from the earlier answer about this conversation; rewrite it only if nothing else makes room.
	Continue *bool `json:"continue,omitempty"`
	// With `continue`: its name. Absent: main.
	Conversation *string `json:"conversation,omitempty"`
	// With `continue`: how many messages precede these, as given before. Absent: these are all.
	Since *int64 `json:"since,omitempty"`
	// Tokens of what is sent besides the messages, such as tools; `maxTokens` includes them.
	Overhead *int64 `json:"overhead,omitempty"`
	// The bill of the request that the last turn answered, from which the overhead is computed.
	Reported *Reported `json:"reported,omitempty"`
	// How an item is fetched back in this host, such as `context_get {itemId}`. Absent: `context/get`.
	Retrieve *string `json:"retrieve,omitempty"`
	// With `sessionId`: the model sees nothing else. What else is retained, unless pinned or permanent, is pruned.
	WholeWindow *bool `json:"wholeWindow,omitempty"`
}

// ContextFitResult: Result of `context/fit`.
type ContextFitResult struct {
	// The session that keeps what was removed, for `context/get`; null: none does.
	SessionID *string `json:"sessionId"`
	// Revision of that session; null without one.
	Revision *int64 `json:"revision"`
	// The format in which the array was read.
	Format MessageFormat `json:"format"`
	// Legal for the provider if the given array was; null with another `answer` than "messages".
	Messages []map[string]any `json:"messages"`
	// The changes that turn the given messages into the fitted ones; null without `answer: "edits"`.
	Edits []FitEdit `json:"edits"`
	// The conversation as one text; null without `answer: "text"`. `tokens` is what it has then.
	Text *string `json:"text"`
	// Tokens of `messages`: the count of their JSON text, and for bytes in it what the provider documents.
	Tokens int64 `json:"tokens"`
	// Tokens of the given array, counted in the same way.
	SourceTokens int64 `json:"sourceTokens"`
	// `estimated` also if the array has bytes, or blocks of an unknown type.
	Provenance Provenance `json:"provenance"`
	// False: even the smallest legal array is over `maxTokens`; `untouchable` says why.
	Fits bool `json:"fits"`
	// `messages` is the given array: it fits already, or could not be made smaller.
	Unchanged bool `json:"unchanged"`
	// Tokens that `messages` may have: `maxTokens`, or the reported window, less `overhead`.
	Limit int64 `json:"limit"`
	// Tokens kept free for what is sent besides the messages.
	Overhead int64 `json:"overhead"`
	// Where `overhead` comes from: it was `given`, or it is the `reported` input tokens less those of the messages then.
	OverheadSource OverheadSource `json:"overheadSource"`
	// Tokens of what must stay: system messages, pins, a person's last words, and the latest turns without the part of their results that may be removed.
	Untouchable int64 `json:"untouchable"`
	// Tokens below `maxTokens` gained on purpose, from results: at most `minReclaim`, or what `auto` chooses.
	Reclaimed int64 `json:"reclaimed"`
	// Index, in the given array, of the message that would not fit if it were reduced less, if that is why `tokens` is under 90 % of `maxTokens - reclaimed`; else null.
	HeldOut *int64 `json:"heldOut"`
	// The parts that are no longer whole.
	Removed []FittedPart `json:"removed"`
	// Index of the first message of `messages` that this cut changed; if nothing was cut beyond what an earlier fit of this conversation decided, of the first that differs from the given array; null if unchanged.
	FirstChanged *int64 `json:"firstChanged"`
	// Whether this cut changed something before the end of what earlier cuts wrote, because there was no other room, or because it costs less, since it lasts longer.
	Rewrites bool `json:"rewrites"`
	// Tokens before the first changed message, which a provider's cache still has.
	StablePrefixTokens int64 `json:"stablePrefixTokens"`
	// Turns until the smaller array has paid for rewriting the cache; null if unchanged or never.
	BreakEvenTurns *int64 `json:"breakEvenTurns"`
	// The conversation that was continued; null without `continue`.
	Conversation *string `json:"conversation"`
	// With `continue`: the messages begin as those `given` before, or as what was `answered`; `nothing`: it is cut afresh, since they begin otherwise, or nothing is known of the conversation.
	Continues *FitContinues `json:"continues"`
	// With `continue`: how many messages at the beginning were known.
	Known *int64 `json:"known"`
	// Whether the session was created or resumed.
	Opened bool `json:"opened"`
	// The account of the given session; null without one.
	Status *Figures `json:"status"`
	// Alerts that this call raised.
	Alerts []Alert `json:"alerts"`
}

// ContextGetParams: Params of `context/get`: nothing for the whole original, or one of section, lines and search.
type ContextGetParams struct {
	// Absent: the workspace's default session.
	SessionID *string `json:"sessionId,omitempty"`
	// Opaque, created by the server.
	ItemID string `json:"itemId"`
	// A heading, or a path of headings joined by ` > `.
	Section *string `json:"section,omitempty"`
	// A range of lines.
	Lines *Lines `json:"lines,omitempty"`
	// Words, or a literal string.
	Search *string `json:"search,omitempty"`
	// Maximum number of matches of a search.
	Limit *int64 `json:"limit,omitempty"`
}

// ContextGetResult: Result of `context/get`.
type ContextGetResult struct {
	// The session's id.
	SessionID string `json:"sessionId"`
	// The revision of the session, which increases by one with each transaction.
	Revision int64 `json:"revision"`
	// The item's id.
	ItemID string `json:"itemId"`
	// The requested content, as text; null for a search.
	Content *string `json:"content"`
	// The first line returned, 1-based; null for a search.
	StartLine *int64 `json:"startLine"`
	// The last line returned, 1-based; null for a search.
	EndLine *int64 `json:"endLine"`
	// Tokens of what is returned: the raw count in the item's vocabulary.
	Tokens int64 `json:"tokens"`
	// Where the figure comes from.
	Provenance Provenance `json:"provenance"`
	// Size in UTF-8.
	Bytes int64 `json:"bytes"`
	// sha256 of the whole original.
	Hash string `json:"hash"`
	// The lines found, best first.
	Matches []Match `json:"matches"`
}

// ContextHandOverParams: Params of `context/handOver`.
type ContextHandOverParams struct {
	// Absent: the workspace's default session.
	SessionID *string `json:"sessionId,omitempty"`
	// The same key returns the first result, even after a restart, so a retry never counts twice.
	RequestKey *string `json:"requestKey,omitempty"`
	// Refuse with `conflict` if the session is at another revision.
	IfRevision *int64 `json:"ifRevision,omitempty"`
	// The text itself.
	Content *string `json:"content,omitempty"`
	// Absolute, a file: URI, or relative to the workspace; read now.
	Path *string `json:"path,omitempty"`
	// Absent: detected from the path and the content.
	Kind *Kind `json:"kind,omitempty"`
	// Absent: that of the lease, else the running phase.
	Phase *int64 `json:"phase,omitempty"`
	// The wave's number within its phase.
	Wave *int64 `json:"wave,omitempty"`
	// Absent: the holder of the lease.
	Agent *string `json:"agent,omitempty"`
	// The item's title; if none is given, its path, first heading or first line.
	Title *string `json:"title,omitempty"`
	// Maximum tokens of the metadata. Absent: the session's `metadataTokens`.
	MaxTokens *int64 `json:"maxTokens,omitempty"`
	// What the reader wants to know.
	Focus *string `json:"focus,omitempty"`
	// The lease under which the work was done: the metadata may use what it reserved. It is not settled.
	LeaseID *string `json:"leaseId,omitempty"`
}

// ContextHandOverResult: Result of `context/handOver`.
type ContextHandOverResult struct {
	// The session's id.
	SessionID string `json:"sessionId"`
	// The revision of the session, which increases by one with each transaction.
	Revision int64 `json:"revision"`
	// The artifact; only `metadata` is in the context.
	Item AddedItem `json:"item"`
	// The item that replaces it; null if the artifact is empty.
	Metadata *AddedItem `json:"metadata"`
	// The text of `metadata`, which the next phase reads.
	Text string `json:"text"`
	// Whether the artifact is a finished document.
	Complete bool `json:"complete"`
	// What a reader should know about the extract.
	Warnings []string `json:"warnings"`
	// The account's main figures.
	Status Figures `json:"status"`
	// Alerts that this call raised.
	Alerts []Alert `json:"alerts"`
	// What `autoPrune` removed because of this call.
	Emergency *PruneOutcome `json:"emergency,omitempty"`
}

// ContextListParams: Params of `context/list`: items must match all filters given.
type ContextListParams struct {
	// Absent: the workspace's default session.
	SessionID *string `json:"sessionId,omitempty"`
	// Only items in this state.
	State *State `json:"state,omitempty"`
	// The layer of the item.
	Layer *Layer `json:"layer,omitempty"`
	// The kind of artifact.
	Kind *Kind `json:"kind,omitempty"`
	// Absent: all; with a wave, the running phase.
	Phase *int64 `json:"phase,omitempty"`
	// The wave's number within its phase.
	Wave *int64 `json:"wave,omitempty"`
	// The agent that the item belongs to.
	Agent *string `json:"agent,omitempty"`
	// Whether the item is kept byte for byte through every prune.
	Pinned *bool `json:"pinned,omitempty"`
	// Continue after this item.
	After *string `json:"after,omitempty"`
	// Maximum number of items returned.
	Limit *int64 `json:"limit,omitempty"`
}

// ContextListResult: Result of `context/list`.
type ContextListResult struct {
	// The session's id.
	SessionID string `json:"sessionId"`
	// The revision of the session, which increases by one with each transaction.
	Revision int64 `json:"revision"`
	// The items, in the order in which they were added.
	Items []ItemInfo `json:"items"`
	// Number of items that match, on all pages.
	Total int64 `json:"total"`
	// Retained tokens of the items that match, on all pages.
	Tokens int64 `json:"tokens"`
	// Pass it as `after` for the next page; null: this is the last page.
	Next *string `json:"next"`
}

// ContextPruneParams: Params of `context/prune`.
type ContextPruneParams struct {
	// Absent: the workspace's default session.
	SessionID *string `json:"sessionId,omitempty"`
	// The same key returns the first result, even after a restart, so a retry never counts twice.
	RequestKey *string `json:"requestKey,omitempty"`
	// Refuse with `conflict` if the session is at another revision.
	IfRevision *int64 `json:"ifRevision,omitempty"`
	// What to prune.
	Target Target `json:"target"`
	// Absent: the session's; individually listed items are removed whatever the policy.
	Policy *string `json:"policy,omitempty"`
	// Whether the plan is only shown.
	DryRun *bool `json:"dryRun,omitempty"`
}

// ContextPruneResult: Result of `context/prune`.
type ContextPruneResult struct {
	// The session's id.
	SessionID string `json:"sessionId"`
	// The revision of the session, which increases by one with each transaction.
	Revision int64 `json:"revision"`
	// What happens to each item.
	Plan []PlanRow `json:"plan"`
	// Sum of tokensBefore - tokensAfter over the plan, tokens.
	Saved int64 `json:"saved"`
	// For `context/undo`; null if nothing changed.
	Undo *string `json:"undo"`
	// Whether the plan is only shown.
	DryRun bool `json:"dryRun"`
	// The policy in force.
	Policy Policy `json:"policy"`
	// The account's main figures.
	Status Figures `json:"status"`
	// Alerts that this call raised.
	Alerts []Alert `json:"alerts"`
}

// ContextRenderParams: Params of `context/render`.
type ContextRenderParams struct {
	// Absent: the workspace's default session.
	SessionID *string `json:"sessionId,omitempty"`
	// A hard limit, in tokens of the session's model.
	MaxTokens int64 `json:"maxTokens"`
	// The phase whose phase-scoped items are included. Absent: the running phase.
	Phase *int64 `json:"phase,omitempty"`
	// What the next step is about: items and passages about it come first.
	Focus *string `json:"focus,omitempty"`
}

// ContextRenderResult: Result of `context/render`.
type ContextRenderResult struct {
	// The session's id.
	SessionID string `json:"sessionId"`
	// The revision of the session, which increases by one with each transaction.
	Revision int64 `json:"revision"`
	// Markdown: permanent, phase-scoped, metadata, transient.
	Text string `json:"text"`
	// Tokens of `text`, as counted by `tokens/count` for the session; at most `maxTokens`.
	Tokens int64 `json:"tokens"`
	// Where the figure comes from.
	Provenance Provenance `json:"provenance"`
	// The requested limit, tokens.
	MaxTokens int64 `json:"maxTokens"`
	// The phase whose phase-scoped items are included; null: no phase is running.
	Phase *int64 `json:"phase"`
	// Tokens of the permanent items at the beginning of `text`: the same bytes as long as none of them changes.
	StablePrefixTokens int64 `json:"stablePrefixTokens"`
	// Number of items that are not in `text` at all.
	Omitted int64 `json:"omitted"`
	// All retained items, in the order in which they were added.
	Items []RenderedItem `json:"items"`
}

// ContextRestoreParams: Params of `context/restore`.
type ContextRestoreParams struct {
	// Absent: the workspace's default session.
	SessionID *string `json:"sessionId,omitempty"`
	// The same key returns the first result, even after a restart, so a retry never counts twice.
	RequestKey *string `json:"requestKey,omitempty"`
	// Refuse with `conflict` if the session is at another revision.
	IfRevision *int64 `json:"ifRevision,omitempty"`
	// Ids of the items to restore.
	Items []string `json:"items"`
}

// ContextRestoreResult: Result of `context/restore`.
type ContextRestoreResult struct {
	// The session's id.
	SessionID string `json:"sessionId"`
	// The revision of the session, which increases by one with each transaction.
	Revision int64 `json:"revision"`
	// The restored items.
	Items []ItemInfo `json:"items"`
	// Tokens restored.
	Restored int64 `json:"restored"`
	// The account's main figures.
	Status Figures `json:"status"`
	// Alerts that this call raised.
	Alerts []Alert `json:"alerts"`
	// What `autoPrune` removed because of this call; null: nothing.
	Emergency *PruneOutcome `json:"emergency,omitempty"`
}

// ContextSearchParams: Params of `context/search`.
type ContextSearchParams struct {
	// Absent: the workspace's default session.
	SessionID *string `json:"sessionId,omitempty"`
	// Words, or a literal string.
	Query string `json:"query"`
	// The kind of artifact.
	Kind *Kind `json:"kind,omitempty"`
	// The phase's number.
	Phase *int64 `json:"phase,omitempty"`
	// Maximum number of lines returned.
	Limit *int64 `json:"limit,omitempty"`
}

// ContextSearchResult: Result of `context/search`: lines with the literal query come first, then by BM25 over all lines. Identical lines are returned once, from the newest item.
type ContextSearchResult struct {
	// The session's id.
	SessionID string `json:"sessionId"`
	// The revision of the session, which increases by one with each transaction.
	Revision int64 `json:"revision"`
	// The lines found, best first.
	Matches []FoundLine `json:"matches"`
	// Number of items whose content was searched; equal content counts once.
	Searched int64 `json:"searched"`
	// False if there was more content than one search reads; the newest items are searched first.
	Complete bool `json:"complete"`
}

// ContextUndoParams: Params of `context/undo`.
type ContextUndoParams struct {
	// Absent: the workspace's default session.
	SessionID *string `json:"sessionId,omitempty"`
	// The same key returns the first result, even after a restart, so a retry never counts twice.
	RequestKey *string `json:"requestKey,omitempty"`
	// Refuse with `conflict` if the session is at another revision.
	IfRevision *int64 `json:"ifRevision,omitempty"`
	// The id of the undo.
	Undo string `json:"undo"`
}

// ContextUndoResult: Result of `context/undo`.
type ContextUndoResult struct {
	// The session's id.
	SessionID string `json:"sessionId"`
	// The revision of the session, which increases by one with each transaction.
	Revision int64 `json:"revision"`
	// Items restored to their earlier state.
	Restored []string `json:"restored"`
	// Replacements that the prune had created and that are gone with it.
	Withdrawn []string `json:"withdrawn"`
	// Phases that are again as they were before the plan was applied.
	Phases []int64 `json:"phases,omitempty"`
	// Undoes this undo.
	Undo string `json:"undo"`
	// The account's main figures.
	Status Figures `json:"status"`
	// Alerts that this call raised.
	Alerts []Alert `json:"alerts"`
}

// ContextUpdateParams: Params of `context/update`: absent fields stay as they are, null clears phase, wave, agent and title.
type ContextUpdateParams struct {
	// Absent: the workspace's default session.
	SessionID *string `json:"sessionId,omitempty"`
	// The same key returns the first result, even after a restart, so a retry never counts twice.
	RequestKey *string `json:"requestKey,omitempty"`
	// Refuse with `conflict` if the session is at another revision.
	IfRevision *int64 `json:"ifRevision,omitempty"`
	// Opaque, created by the server.
	ItemID string `json:"itemId"`
	// Whether the item is kept byte for byte through every prune.
	Pinned *bool `json:"pinned,omitempty"`
	// The item's title; if none is given, its path, first heading or first line.
	Title *string `json:"title,omitempty"`
	// The kind of artifact.
	Kind *Kind `json:"kind,omitempty"`
	// The layer of the item.
	Layer *Layer `json:"layer,omitempty"`
	// Absent with a wave, for an item without a phase: the running phase.
	Phase *int64 `json:"phase,omitempty"`
	// The wave's number within its phase.
	Wave *int64 `json:"wave,omitempty"`
	// The agent that the item belongs to.
	Agent *string `json:"agent,omitempty"`
}

// ContextUpdateResult: Result of `context/update`.
type ContextUpdateResult struct {
	// The session's id.
	SessionID string `json:"sessionId"`
	// The revision of the session, which increases by one with each transaction.
	Revision int64 `json:"revision"`
	// The item as it is now.
	Item ItemInfo `json:"item"`
	// The account's main figures.
	Status Figures `json:"status"`
	// Alerts that this call raised.
	Alerts []Alert `json:"alerts"`
}

// CostExceededData: `data` of the error `costExceeded`.
type CostExceededData struct {
	// The name of the error, for programs.
	Name string `json:"name"`
	// Whether the same request may succeed later.
	Retryable bool `json:"retryable"`
	// The fields at fault, if any.
	Errors []FieldFault `json:"errors,omitempty"`
	// What the session has spent, by the bills recorded for it; null: unknown.
	Spent *float64 `json:"spent,omitempty"`
	// The limit that was requested or reached.
	Limit float64 `json:"limit"`
	// A word or a sign, as the prices name it; null: nothing has a price.
	Currency *string `json:"currency,omitempty"`
}

// CostRow: What the requests of one session, agent and model were billed and cost.
type CostRow struct {
	// The host's id of the session, or the account's.
	Session *string `json:"session"`
	// `main`, or the host's id of a subagent.
	Agent *string `json:"agent"`
	// For example `Explore`; null: not recorded.
	AgentType *string `json:"agentType"`
	// null: not recorded.
	Model *string `json:"model"`
	// How many requests these are; each counts once.
	Requests int64 `json:"requests"`
	// Of these, requests of which there is no bill.
	Unbilled int64 `json:"unbilled"`
	// Of these, requests recorded before the answer ended: their output may be more.
	OutputAtLeast int64 `json:"outputAtLeast"`
	// Tokens.
	Tokens TokenKinds `json:"tokens"`
	// What they cost, as far as prices are known.
	Cost Money `json:"cost"`
}

// Costs: Money by session, agent and model, where bills and prices are known.
type Costs struct {
	// One for each session, agent and model.
	Rows []CostRow `json:"rows"`
	// Of all rows; its session, agent and model are null.
	Total CostRow `json:"total"`
	// Tokens without a price, by model; they are in no sum of money.
	Unpriced []UnpricedTokens `json:"unpriced"`
	// Why there is no sum, if there is none: prices in several currencies.
	Warning *string `json:"warning,omitempty"`
}

// Count: The count of one text.
type Count struct {
	// Tokens.
	Tokens int64 `json:"tokens"`
	// Where the figure comes from.
	Provenance Provenance `json:"provenance"`
	// Size in UTF-8.
	Bytes int64 `json:"bytes"`
	// The path of the file.
	Path *string `json:"path,omitempty"`
}

// CureRequest: A request that can be sent as it is.
type CureRequest struct {
	// The method to call.
	Method string `json:"method"`
	// With `sessionId`, and with `ifRevision` if it belongs to a cure.
	Params map[string]any `json:"params"`
}

// DebugFields: What a debug report says.
type DebugFields struct {
	// The root cause stated in the report.
	Cause *string `json:"cause"`
	// What the report cites as evidence.
	Evidence []string `json:"evidence"`
	// The fix stated in the report.
	Fix *string `json:"fix"`
}

// Detail is of the contract.
type Detail string

// Values of Detail.
const (
	// DetailWhole
	DetailWhole Detail = "whole"
	// DetailMetadata
	DetailMetadata Detail = "metadata"
	// DetailBrief
	DetailBrief Detail = "brief"
	// DetailLine
	DetailLine Detail = "line"
	// DetailMarker
	DetailMarker Detail = "marker"
	// DetailOmitted
	DetailOmitted Detail = "omitted"
)

// Diagnosis: Something that is wrong; never a reason to refuse a request.
type Diagnosis struct {
	// `overCommitted`: retained and reserved tokens together exceed the budget. `overBuffer`: phases draw more on the buffer than it has.
	Code string `json:"code"`
	// The layer that it is about, if any.
	Layer *Layer `json:"layer,omitempty"`
	// The phase's number.
	Phase *int64 `json:"phase,omitempty"`
	// The figure at fault, tokens.
	Tokens int64 `json:"tokens"`
	// What it should not exceed, tokens.
	Limit int64 `json:"limit"`
	// One sentence for people.
	Message string `json:"message"`
}

// DidChange: Params of `budget/didChange`.
type DidChange struct {
	// The session's id.
	SessionID string `json:"sessionId"`
	// The revision of the session, which increases by one with each transaction.
	Revision int64 `json:"revision"`
	// Its state.
	State string `json:"state"`
	// The phase's number.
	Phase *int64 `json:"phase"`
	// null if the session was deleted.
	Status *Figures `json:"status"`
}

// EffectiveSetting: A setting as it is in force.
type EffectiveSetting struct {
	// As in the files; a member of a table is `table.member`.
	Name string `json:"name"`
	// The setting's value: text, a number, true or false, a list, a table, or null.
	Value json.RawMessage `json:"value"`
	// The first of these that sets it: `option` (of the command), `environment`, `session`, `user` (the user's file), `project` (the project's file), `host`, `model` (a window that is assumed for the model), `default`.
	Origin Origin `json:"origin"`
	// The file that sets it.
	File *string `json:"file"`
	// Its line there, from 1, if it is known.
	Line *int64 `json:"line"`
	// Anything else that a reader should know, such as why a window is assumed.
	Note *string `json:"note"`
}

// ErrorBand: |calibrated figure / bill - 1| of a call, as shares, based on recent bills.
type ErrorBand struct {
	// Not exceeded in half of the calls.
	Median float64 `json:"median"`
	// Not exceeded in 90 % of the calls.
	P90 float64 `json:"p90"`
}

// Evidence: Something on the account that shows it.
type Evidence struct {
	// What it is.
	Type string `json:"type"`
	// The id of an item or a lease, a phase's number, `PHASE.WAVE`, or the name of an agent or a layer.
	ID string `json:"id"`
	// The item's title; if none is given, its path, first heading or first line.
	Title *string `json:"title,omitempty"`
	// The phase's number.
	Phase *int64 `json:"phase,omitempty"`
	// Tokens.
	Tokens int64 `json:"tokens"`
}

// FieldFault: One field at fault.
type FieldFault struct {
	// The path to the field: names of members and positions in lists.
	Loc []json.RawMessage `json:"loc"`
	// What was expected, for people.
	Msg string `json:"msg"`
	// The kind of fault, for programs.
	Type string `json:"type"`
}

// Figures: The account's main figures. All are tokens, except shares, which name their base.
type Figures struct {
	// The model's context size, tokens.
	Window int64 `json:"window"`
	// Where the window comes from: the session's settings, the user's file, the project's file, the host's report, or (`model`) the size that is assumed for the model; `default`: it has not been set; `request`: an editor's own setting.
	WindowSource WindowSource `json:"windowSource"`
	// floor(window x target share), tokens.
	Budget int64 `json:"budget"`
	// Tokens in the context now; always processed - saved.
	Retained int64 `json:"retained"`
	// Highest `retained` at the end of any transaction, tokens.
	Peak int64 `json:"peak"`
	// Tokens of everything that callers added.
	Processed int64 `json:"processed"`
	// Tokens removed, less replacements and what was restored.
	Saved int64 `json:"saved"`
	// Tokens reserved for work in flight.
	Leased int64 `json:"leased"`
	// budget - retained - leased, tokens; negative if over budget.
	Available int64 `json:"available"`
	// retained / window.
	OfWindow float64 `json:"ofWindow"`
	// retained / budget.
	OfBudget float64 `json:"ofBudget"`
	// `ok`, `warn` or `critical`.
	Level Level `json:"level"`
}

// Finding: A cause: the evidence, the rule that was not applied, and its cure.
type Finding struct {
	// The kind of cause.
	Code FindingCode `json:"code"`
	// What is wrong, in one sentence for people and models.
	Message string `json:"message"`
	// The rule that was not applied.
	Rule string `json:"rule"`
	// What keeps it from coming back, or what to do if there is no request to send.
	Prevention string `json:"prevention"`
	// What the evidence holds in the context, tokens.
	Tokens int64 `json:"tokens"`
	// The largest first, at most 100.
	Evidence []Evidence `json:"evidence"`
	// Pieces of evidence that are not listed.
	EvidenceLeftOut int64 `json:"evidenceLeftOut"`
	// In the order in which to send them; none if no request can help.
	Requests []CureRequest `json:"requests"`
	// What they take off `retained`, tokens; negative if a recount adds to it.
	Saves int64 `json:"saves"`
	// `retained` after them and all requests before them, tokens: rehearsed, so exact.
	Retained int64 `json:"retained"`
	// `available` at that point, if no lease expires in the meantime; tokens.
	Available int64 `json:"available"`
	// Requests that bring back items and settings, to be sent in this order, after those of the findings that follow; rehearsed as well. Completed phases and waves, ended leases and recounted figures stay as they are.
	Undo []CureRequest `json:"undo"`
}

// FindingCode is of the contract.
type FindingCode string

// Values of FindingCode.
const (
	// FindingCodePolicyTooMild
	FindingCodePolicyTooMild FindingCode = "policyTooMild"
	// FindingCodePhaseNotCompleted
	FindingCodePhaseNotCompleted FindingCode = "phaseNotCompleted"
	// FindingCodeContentNotPruned
	FindingCodeContentNotPruned FindingCode = "contentNotPruned"
	// FindingCodeWaveLeftOpen
	FindingCodeWaveLeftOpen FindingCode = "waveLeftOpen"
	// FindingCodeWaveNotPruned
	FindingCodeWaveNotPruned FindingCode = "waveNotPruned"
	// FindingCodePhaseContextGrows
	FindingCodePhaseContextGrows FindingCode = "phaseContextGrows"
	// FindingCodeAgentOutputKept
	FindingCodeAgentOutputKept FindingCode = "agentOutputKept"
	// FindingCodeHugeTool
	FindingCodeHugeTool FindingCode = "hugeTool"
	// FindingCodeTransientKept
	FindingCodeTransientKept FindingCode = "transientKept"
	// FindingCodeTooManyAgents
	FindingCodeTooManyAgents FindingCode = "tooManyAgents"
	// FindingCodeMetadataNotExtracted
	FindingCodeMetadataNotExtracted FindingCode = "metadataNotExtracted"
	// FindingCodeMetadataTooLarge
	FindingCodeMetadataTooLarge FindingCode = "metadataTooLarge"
	// FindingCodeMetadataLargerThanSource
	FindingCodeMetadataLargerThanSource FindingCode = "metadataLargerThanSource"
	// FindingCodeMetadataMissing
	FindingCodeMetadataMissing FindingCode = "metadataMissing"
	// FindingCodeMetadataAccumulates
	FindingCodeMetadataAccumulates FindingCode = "metadataAccumulates"
	// FindingCodeProtectedTooLarge
	FindingCodeProtectedTooLarge FindingCode = "protectedTooLarge"
	// FindingCodeEstimatesNotCounts
	FindingCodeEstimatesNotCounts FindingCode = "estimatesNotCounts"
	// FindingCodeLeaseNotSettled
	FindingCodeLeaseNotSettled FindingCode = "leaseNotSettled"
	// FindingCodePeak
	FindingCodePeak FindingCode = "peak"
)

// FitAnswer is of the contract.
type FitAnswer string

// Values of FitAnswer.
const (
	// FitAnswerMessages
	FitAnswerMessages FitAnswer = "messages"
	// FitAnswerEdits
	FitAnswerEdits FitAnswer = "edits"
	// FitAnswerText
	FitAnswerText FitAnswer = "text"
)

// FitContinues is of the contract.
type FitContinues string

// Values of FitContinues.
const (
	// FitContinuesGiven
	FitContinuesGiven FitContinues = "given"
	// FitContinuesAnswered
	FitContinuesAnswered FitContinues = "answered"
	// FitContinuesNothing
	FitContinuesNothing FitContinues = "nothing"
)

// FitEdit: A step from the given array to the fitted one. Indexes are of the given array, so apply the last step first.
type FitEdit struct {
	// What to do.
	Op string `json:"op"`
	// Index of the message with the result, of the first message that is removed, or of the one before which a message is inserted (the array's length: at the end).
	Index int64 `json:"index"`
	// `remove`: index after the last message that is removed.
	End *int64 `json:"end,omitempty"`
	// `replaceResult`: id of the call, or its function if it has no id.
	CallID *string `json:"callId,omitempty"`
	// `replaceResult`: the text that replaces those of the result. `insert`: what the message says.
	Text *string `json:"text,omitempty"`
	// `insert`: who says it.
	Role *string `json:"role,omitempty"`
	// `replaceResult`: members and indexes that lead from the message to the result's content.
	Place []json.RawMessage `json:"place,omitempty"`
	// `replaceResult`: the new value at `place`; null: `text` itself.
	Value json.RawMessage `json:"value,omitempty"`
	// `insert`: the message in the array's format; null with `neutral`: `role` and `text` are all of it.
	Message map[string]any `json:"message,omitempty"`
}

// FitReason is of the contract.
type FitReason string

// Values of FitReason.
const (
	// FitReasonRequested
	FitReasonRequested FitReason = "requested"
	// FitReasonRepeated
	FitReasonRepeated FitReason = "repeated"
	// FitReasonSuperseded
	FitReasonSuperseded FitReason = "superseded"
	// FitReasonRetried
	FitReasonRetried FitReason = "retried"
	// FitReasonOldResult
	FitReasonOldResult FitReason = "oldResult"
	// FitReasonNewestResult
	FitReasonNewestResult FitReason = "newestResult"
	// FitReasonOldTurn
	FitReasonOldTurn FitReason = "oldTurn"
)

// FittedPart: A part that is no longer whole in the array.
type FittedPart struct {
	// `context/get` of this item returns it exactly; null with `archive: false`.
	ID *string `json:"id"`
	// Index of the message in the given array.
	Index int64 `json:"index"`
	// A tool's result, or a whole turn of the agent with its results.
	Kind string `json:"kind"`
	// Why.
	Reason FitReason `json:"reason"`
	// Id of the call whose result it is.
	CallID *string `json:"callId"`
	// The calls, in a few words.
	Title string `json:"title"`
	// The item's content: a result's text, or JSON of what was there.
	Encoding string `json:"encoding"`
	// Tokens of the item before the prune.
	TokensBefore int64 `json:"tokensBefore"`
	// Tokens of its replacement, without names that a record shares among turns.
	TokensAfter int64 `json:"tokensAfter"`
}

// Forecast: How many calls are left until each limit. A call is a change that brings tokens.
type Forecast struct {
	// When `retained` reaches `warnAt`.
	Warn Reach `json:"warn"`
	// When it reaches `criticalAt`.
	Critical Reach `json:"critical"`
	// When it reaches the budget.
	Budget Reach `json:"budget"`
	// When it reaches the window.
	Window Reach `json:"window"`
	// When the model's own requests reach the window, from the sizes that the call gave; calls are requests here. null: it gave none.
	Requests *Reach `json:"requests"`
	// Tokens per call that are expected; null: unknown.
	Growth *int64 `json:"growth"`
	// Calls whose growth it is based on, the latest.
	BasedOn int64 `json:"basedOn"`
	// Whose calls these are: those of the running phase, as soon as four of them have a growth.
	Basis string `json:"basis"`
	// The growth of the latest calls by phase.
	ByPhase []PhaseGrowth `json:"byPhase"`
	// The growth of the latest calls by agent, largest first.
	ByAgent []AgentGrowth `json:"byAgent"`
}

// FoundLine: A line of an item's original found by a search; `context/get` by lines returns its surroundings.
type FoundLine struct {
	// The item's id.
	ItemID string `json:"itemId"`
	// The item's title; if none is given, its path, first heading or first line.
	Title *string `json:"title"`
	// The kind of artifact.
	Kind Kind `json:"kind"`
	// Its state.
	State State `json:"state"`
	// 1-based.
	Line int64 `json:"line"`
	// The line; if it has more than 500 characters, the part around the match, between `…`.
	Text string `json:"text"`
}

// HistoryBasis: The past runs that a division was learned from.
type HistoryBasis struct {
	// The share of past runs that a phase's figure covers.
	Quantile float64 `json:"quantile"`
	// What counts as used: `used` at the completion of the phase, or its `peak`.
	Measure PastMeasure `json:"measure"`
	// Finished runs of the scope that were looked at: the latest, 50 at most.
	Runs int64 `json:"runs"`
}

// HostName is of the contract.
type HostName string

// Values of HostName.
const (
	// HostNameClaudeCode
	HostNameClaudeCode HostName = "claude-code"
	// HostNameCodex
	HostNameCodex HostName = "codex"
	// HostNameGeminiCli
	HostNameGeminiCli HostName = "gemini-cli"
	// HostNameOpencode
	HostNameOpencode HostName = "opencode"
)

// HostReport: What the program that a session runs in reports about itself. It counts where no setting says otherwise.
type HostReport struct {
	// The window it works with, tokens.
	ContextWindow *int64 `json:"contextWindow,omitempty"`
	// The model it works with.
	Model *string `json:"model,omitempty"`
}

// ImplementationFields: What an implementation summary says.
type ImplementationFields struct {
	// Files that were changed.
	FilesChanged []string `json:"filesChanged"`
	// In the author's words; `complete` for a date of completion, `partial` for a share below the whole.
	Status *string `json:"status"`
	// The share of the whole work that is done, in the author's words.
	Progress *string `json:"progress"`
	// What the summary says about its tests.
	Tests *string `json:"tests"`
	// What is left to do.
	Remaining []string `json:"remaining"`
}

// InternalErrorData: `data` of the error `internalError`.
type InternalErrorData struct {
	// The name of the error, for programs.
	Name string `json:"name"`
	// Whether the same request may succeed later.
	Retryable bool `json:"retryable"`
	// The fields at fault, if any.
	Errors []FieldFault `json:"errors,omitempty"`
}

// InvalidExportData: `data` of the error `invalidExport`.
type InvalidExportData struct {
	// The name of the error, for programs.
	Name string `json:"name"`
	// Whether the same request may succeed later.
	Retryable bool `json:"retryable"`
	// The fields at fault, if any.
	Errors []FieldFault `json:"errors,omitempty"`
	// The number of the line, from 1.
	Line int64 `json:"line"`
	// Why.
	Reason string `json:"reason"`
}

// InvalidParamsData: `data` of the error `invalidParams`.
type InvalidParamsData struct {
	// The name of the error, for programs.
	Name string `json:"name"`
	// Whether the same request may succeed later.
	Retryable bool `json:"retryable"`
	// The fields at fault, if any.
	Errors []FieldFault `json:"errors,omitempty"`
	// The phase's number.
	Phase *int64 `json:"phase,omitempty"`
}

// InvalidRequestData: `data` of the error `invalidRequest`.
type InvalidRequestData struct {
	// The name of the error, for programs.
	Name string `json:"name"`
	// Whether the same request may succeed later.
	Retryable bool `json:"retryable"`
	// The fields at fault, if any.
	Errors []FieldFault `json:"errors,omitempty"`
}

// ItemInfo: An item on the account.
type ItemInfo struct {
	// The item's id.
	ID string `json:"id"`
	// The layer of the item.
	Layer Layer `json:"layer"`
	// The kind of artifact.
	Kind Kind `json:"kind"`
	// Its state.
	State State `json:"state"`
	// The phase's number.
	Phase *int64 `json:"phase"`
	// The wave's number within its phase.
	Wave *int64 `json:"wave"`
	// The agent that the item belongs to.
	Agent *string `json:"agent"`
	// The item's title; if none is given, its path, first heading or first line.
	Title *string `json:"title"`
	// The path of the file.
	Path *string `json:"path"`
	// Whether the item is kept byte for byte through every prune.
	Pinned bool `json:"pinned"`
	// Whether the item is the marker of a completed phase or wave.
	Marker bool `json:"marker"`
	// The figure that the account adds up, fixed when the item was added.
	Tokens int64 `json:"tokens"`
	// Where the figure comes from.
	Provenance Provenance `json:"provenance"`
	// Tokens before any calibration.
	RawTokens int64 `json:"rawTokens"`
	// The vocabulary of the raw count; null if none was used.
	Encoding *string `json:"encoding"`
	// The calibration in force when the item was added; 1: none.
	Factor float64 `json:"factor"`
	// Size of the content in UTF-8; null without content.
	Bytes *int64 `json:"bytes"`
	// sha256 of the content.
	Hash *string `json:"hash"`
	// Whether the metadata is of a finished document; null for other items.
	Complete *bool `json:"complete"`
	// Ids of the items that this one replaces.
	Reduces []string `json:"reduces"`
	// The item that replaces this one.
	StandIn *string `json:"standIn"`
	// Why it is not retained.
	Reason *string `json:"reason"`
	// When the item was added.
	AddedAt string `json:"addedAt"`
	// The revision of its last change.
	Revision int64 `json:"revision"`
	// When retention dropped the content; null while it is kept.
	DroppedAt *string `json:"droppedAt,omitempty"`
	// The tool whose output it is.
	Tool *string `json:"tool,omitempty"`
	// The item that had left the context, which this one brought back; null: none.
	AgainOf *string `json:"againOf,omitempty"`
}

// Kind is of the contract.
type Kind string

// Values of Kind.
const (
	// KindReport
	KindReport Kind = "report"
	// KindPlan
	KindPlan Kind = "plan"
	// KindSummary
	KindSummary Kind = "summary"
	// KindDebug
	KindDebug Kind = "debug"
	// KindTestOutput
	KindTestOutput Kind = "test-output"
	// KindLog
	KindLog Kind = "log"
	// KindToolOutput
	KindToolOutput Kind = "tool-output"
	// KindInstructions
	KindInstructions Kind = "instructions"
	// KindOther
	KindOther Kind = "other"
)

// KnownProvenance is of the contract.
type KnownProvenance string

// Values of KnownProvenance.
const (
	// KnownProvenanceExact
	KnownProvenanceExact KnownProvenance = "exact"
	// KnownProvenanceCalibrated
	KnownProvenanceCalibrated KnownProvenance = "calibrated"
	// KnownProvenanceEstimated
	KnownProvenanceEstimated KnownProvenance = "estimated"
	// KnownProvenanceReported
	KnownProvenanceReported KnownProvenance = "reported"
	// KnownProvenanceUnknown
	KnownProvenanceUnknown KnownProvenance = "unknown"
)

// LastEvent: The latest transaction of a session.
type LastEvent struct {
	// When it happened.
	At string `json:"at"`
	// The method that made it.
	Method string `json:"method"`
	// For people.
	Why string `json:"why"`
}

// Layer is of the contract.
type Layer string

// Values of Layer.
const (
	// LayerPermanent
	LayerPermanent Layer = "permanent"
	// LayerPhase
	LayerPhase Layer = "phase"
	// LayerMetadata
	LayerMetadata Layer = "metadata"
	// LayerTransient
	LayerTransient Layer = "transient"
)

// LayerCeilings: Ceilings as shares of the window. Transient items should be gone once their phase has completed.
type LayerCeilings struct {
	// A share, 0 to 1.
	Permanent *float64 `json:"permanent,omitempty"`
	// A share, 0 to 1.
	Phase *float64 `json:"phase,omitempty"`
	// A share, 0 to 1.
	Metadata *float64 `json:"metadata,omitempty"`
}

// LayerReport: A layer against its ceiling, over the whole session. All figures are tokens.
type LayerReport struct {
	// The layer.
	Layer Layer `json:"layer"`
	// Tokens in the context now.
	Retained int64 `json:"retained"`
	// Highest `retained` so far, tokens.
	Peak int64 `json:"peak"`
	// The layer's ceiling, tokens; null: the layer has none.
	Ceiling *int64 `json:"ceiling"`
	// Whether the ceiling was exceeded at any time so far.
	Breached bool `json:"breached"`
	// The phase in which the first breach began.
	SincePhase *int64 `json:"sincePhase,omitempty"`
	// The revision in which the first breach began.
	SinceRevision *int64 `json:"sinceRevision,omitempty"`
}

// LayerStatus: A layer against its ceiling.
type LayerStatus struct {
	// The layer.
	Layer Layer `json:"layer"`
	// Tokens.
	Retained int64 `json:"retained"`
	// Of these, tokens of pinned items, which no prune touches.
	Pinned int64 `json:"pinned"`
	// Tokens.
	Peak int64 `json:"peak"`
	// Tokens; null for transient, which is limited by its phase instead.
	Ceiling *int64 `json:"ceiling"`
	// retained / window.
	OfWindow float64 `json:"ofWindow"`
	// Whether the layer is over its ceiling.
	Breached bool `json:"breached"`
}

// Lease: Tokens reserved for work in flight.
type Lease struct {
	// The lease's id.
	LeaseID string `json:"leaseId"`
	// Who uses the lease.
	Holder string `json:"holder"`
	// Tokens.
	Tokens int64 `json:"tokens"`
	// The phase's number.
	Phase *int64 `json:"phase"`
	// When the lease was taken.
	ReservedAt string `json:"reservedAt"`
	// When the lease expires.
	ExpiresAt string `json:"expiresAt"`
}

// LeaseClosedData: `data` of the error `leaseClosed`.
type LeaseClosedData struct {
	// The name of the error, for programs.
	Name string `json:"name"`
	// Whether the same request may succeed later.
	Retryable bool `json:"retryable"`
	// The fields at fault, if any.
	Errors []FieldFault `json:"errors,omitempty"`
	// The lease's id.
	LeaseID string `json:"leaseId"`
	// Its state.
	State *string `json:"state,omitempty"`
}

// LeaseReport: Leases over the whole session. All figures are tokens.
type LeaseReport struct {
	// Reserved, tokens.
	Reserved int64 `json:"reserved"`
	// Used, tokens.
	Used int64 `json:"used"`
	// Reserved but not used, tokens.
	Refunded int64 `json:"refunded"`
	// Used beyond what was reserved, tokens.
	Overrun int64 `json:"overrun"`
	// Leases in flight.
	Open int64 `json:"open"`
	// Tokens of leases that expired unsettled.
	Expired int64 `json:"expired"`
	// Leases that used more than they had reserved.
	Overruns []map[string]any `json:"overruns"`
}

// Level is of the contract.
type Level string

// Values of Level.
const (
	// LevelOk
	LevelOk Level = "ok"
	// LevelWarn
	LevelWarn Level = "warn"
	// LevelCritical
	LevelCritical Level = "critical"
)

// Limits: The limits of what the server accepts, as advertised by `initialize`.
type Limits struct {
	// The largest message, in bytes.
	MaxMessageBytes int64 `json:"maxMessageBytes"`
	// The largest document, in bytes of UTF-8.
	MaxDocumentBytes int64 `json:"maxDocumentBytes"`
	// Maximum number of one client's requests that are processed at the same time.
	MaxRequestsInFlight int64 `json:"maxRequestsInFlight"`
	// The largest token figure that params may contain.
	MaxTokens int64 `json:"maxTokens"`
	// Maximum nesting of objects and arrays in a message of `context/fit`; deeper ones are `invalidParams`.
	MaxDepth int64 `json:"maxDepth"`
}

// Lines: A range of lines, including both ends.
type Lines struct {
	// 1-based.
	Start int64 `json:"start"`
	// 1-based.
	End int64 `json:"end"`
}

// Match: A line found by a search; `context/get` by lines returns its surroundings.
type Match struct {
	// 1-based.
	Line int64 `json:"line"`
	// The text.
	Text string `json:"text"`
}

// MessageFormat is of the contract.
type MessageFormat string

// Values of MessageFormat.
const (
	// MessageFormatAnthropic
	MessageFormatAnthropic MessageFormat = "anthropic"
	// MessageFormatOpenaiChat
	MessageFormatOpenaiChat MessageFormat = "openai-chat"
	// MessageFormatOpenaiResponses
	MessageFormatOpenaiResponses MessageFormat = "openai-responses"
	// MessageFormatVercel
	MessageFormatVercel MessageFormat = "vercel"
	// MessageFormatVercelUi
	MessageFormatVercelUi MessageFormat = "vercel-ui"
	// MessageFormatGemini
	MessageFormatGemini MessageFormat = "gemini"
	// MessageFormatBedrock
	MessageFormatBedrock MessageFormat = "bedrock"
	// MessageFormatNeutral
	MessageFormatNeutral MessageFormat = "neutral"
)

// MetadataExtractParams: Params of `metadata/extract`: exactly one of content, path and itemId. Nothing is stored.
type MetadataExtractParams struct {
	// Absent: the workspace's default session.
	SessionID *string `json:"sessionId,omitempty"`
	// The text itself.
	Content *string `json:"content,omitempty"`
	// The path of the file.
	Path *string `json:"path,omitempty"`
	// Opaque, created by the server.
	ItemID *string `json:"itemId,omitempty"`
	// Absent: detected from the path and the content.
	Kind *Kind `json:"kind,omitempty"`
	// A hard limit, tokens.
	MaxTokens *int64 `json:"maxTokens,omitempty"`
	// What the reader wants to know.
	Focus *string `json:"focus,omitempty"`
	// The model that the figures are for.
	Model *string `json:"model,omitempty"`
	// Do not name again (in the index, `identifiers`, `paths`) what another retained item of the session holds.
	Novel *bool `json:"novel,omitempty"`
}

// MetadataExtractResult: Result of `metadata/extract`.
type MetadataExtractResult struct {
	// The kind of artifact.
	Kind Kind `json:"kind"`
	// The document's title.
	Title *string `json:"title"`
	// At most 50 words, whole sentences of the source.
	Summary string `json:"summary"`
	// The findings, most important first.
	KeyFindings []string `json:"keyFindings"`
	// What the source recommends.
	Recommendations []string `json:"recommendations"`
	// Paths of files.
	Paths []string `json:"paths"`
	// Names that occur in the source.
	Identifiers []string `json:"identifiers"`
	// What a plan says; null for other kinds.
	Plan *PlanFields `json:"plan"`
	// What an implementation summary says; null for other kinds.
	Implementation *ImplementationFields `json:"implementation"`
	// What a debug report says; null for other kinds.
	Debug *DebugFields `json:"debug"`
	// What test output says; null for other kinds.
	Tests *TestFields `json:"tests"`
	// The sections of the source, in order.
	Outline []OutlineEntry `json:"outline"`
	// The lists that are cut at their end, with how many entries follow; `text` aside.
	Omitted []Omitted `json:"omitted"`
	// Whether the source is a finished document.
	Complete bool `json:"complete"`
	// What a reader should know about the extract.
	Warnings []string `json:"warnings"`
	// The text for the context: at most maxTokens.
	Text string `json:"text"`
	// Tokens of `text`.
	Tokens int64 `json:"tokens"`
	// Tokens of the source.
	SourceTokens int64 `json:"sourceTokens"`
	// Where the figure comes from.
	Provenance Provenance `json:"provenance"`
	// 1 - tokens / sourceTokens, as a share.
	Reduction float64 `json:"reduction"`
}

// MethodNotFoundData: `data` of the error `methodNotFound`.
type MethodNotFoundData struct {
	// The name of the error, for programs.
	Name string `json:"name"`
	// Whether the same request may succeed later.
	Retryable bool `json:"retryable"`
	// The fields at fault, if any.
	Errors []FieldFault `json:"errors,omitempty"`
}

// Money: A price, and what it covers.
type Money struct {
	// null: unknown.
	Amount *float64 `json:"amount"`
	// A word or a sign, as the prices name it; null: nothing has a price.
	Currency *string `json:"currency"`
	// `reported`: bills at the prices in the settings, or as the caller told.
	Provenance KnownProvenance `json:"provenance"`
	// Tokens whose price is known.
	CoveredTokens int64 `json:"coveredTokens"`
	// covered tokens / all billed tokens.
	CoveredShare float64 `json:"coveredShare"`
}

// NewItem: A new item: exactly one of content, path and tokens.
type NewItem struct {
	// Absent with `reduces`: metadata; otherwise required.
	Layer *Layer `json:"layer,omitempty"`
	// Absent: other; with `reduces`, the kind of the sources if they share one.
	Kind *Kind `json:"kind,omitempty"`
	// Absent: the running phase; for permanent items without a wave none.
	Phase *int64 `json:"phase,omitempty"`
	// The wave's number within its phase.
	Wave *int64 `json:"wave,omitempty"`
	// The agent that the item belongs to.
	Agent *string `json:"agent,omitempty"`
	// The tool whose output it is.
	Tool *string `json:"tool,omitempty"`
	// The file that `content` or `tokens` is from; only named, not read. The item has it as its `path`.
	File *string `json:"file,omitempty"`
	// The item's title; if none is given, its path, first heading or first line.
	Title *string `json:"title,omitempty"`
	// An item that had left, and comes back with this one. Absent: recognised by content, or file and tool.
	AgainOf *string `json:"againOf,omitempty"`
	// Kept byte for byte through every prune.
	Pinned *bool `json:"pinned,omitempty"`
	// Items that this one replaces from now on.
	Reduces []string `json:"reduces,omitempty"`
	// With `reduces`: whether the metadata is of a finished document, as `metadata/extract` reported.
	Complete *bool `json:"complete,omitempty"`
	// The text itself.
	Content *string `json:"content,omitempty"`
	// Absolute, a file: URI, or relative to the workspace; read now.
	Path *string `json:"path,omitempty"`
	// Tokens.
	Tokens *int64 `json:"tokens,omitempty"`
	// With `tokens`: whether someone reported the figure, or the caller estimates it.
	Provenance *string `json:"provenance,omitempty"`
}

// NoContentData: `data` of the error `noContent`.
type NoContentData struct {
	// The name of the error, for programs.
	Name string `json:"name"`
	// Whether the same request may succeed later.
	Retryable bool `json:"retryable"`
	// The fields at fault, if any.
	Errors []FieldFault `json:"errors,omitempty"`
	// The item's id.
	ItemID string `json:"itemId"`
}

// NotRecordingData: `data` of the error `notRecording`.
type NotRecordingData struct {
	// The name of the error, for programs.
	Name string `json:"name"`
	// Whether the same request may succeed later.
	Retryable bool `json:"retryable"`
	// The fields at fault, if any.
	Errors []FieldFault `json:"errors,omitempty"`
	// Why.
	Reason string `json:"reason"`
	// The path of the file.
	Path *string `json:"path,omitempty"`
}

// NotTextData: `data` of the error `notText`.
type NotTextData struct {
	// The name of the error, for programs.
	Name string `json:"name"`
	// Whether the same request may succeed later.
	Retryable bool `json:"retryable"`
	// The fields at fault, if any.
	Errors []FieldFault `json:"errors,omitempty"`
	// The position of the first byte at fault.
	Offset int64 `json:"offset"`
	// The path of the file.
	Path *string `json:"path,omitempty"`
}

// Notice: Something that the store has lost or had to repair, reported until `store/acknowledge`; or a fault in a file of settings, reported until the file is corrected.
type Notice struct {
	// The loss's id; 0 for a fault in a file of settings.
	ID int64 `json:"id"`
	// When it was noticed.
	FoundAt string `json:"foundAt"`
	// `salvaged`: a damaged file was replaced with what could be read of it. `wentBack`: acknowledged changes of sessions are missing. `headerRepaired`: the file's header was damaged; nothing is lost. `settings`: part of a file of settings is not used.
	Kind string `json:"kind"`
	// A message for people that names what is lost.
	Message string `json:"message"`
	// Data for programs, depending on the kind: `sessions[]` and where the file is kept, or `file`, `line` and `setting`.
	Detail map[string]any `json:"detail"`
}

// Omitted: A list of the result that is cut at its end.
type Omitted struct {
	// The list, such as `recommendations` or `plan.risks`.
	Field string `json:"field"`
	// Number of entries of the source beyond those in the list.
	Entries int64 `json:"entries"`
}

// Origin is of the contract.
type Origin string

// Values of Origin.
const (
	// OriginOption
	OriginOption Origin = "option"
	// OriginEnvironment
	OriginEnvironment Origin = "environment"
	// OriginSession
	OriginSession Origin = "session"
	// OriginUser
	OriginUser Origin = "user"
	// OriginProject
	OriginProject Origin = "project"
	// OriginHost
	OriginHost Origin = "host"
	// OriginModel
	OriginModel Origin = "model"
	// OriginDefault
	OriginDefault Origin = "default"
)

// OutlineEntry: A section of the source.
type OutlineEntry struct {
	// The section's heading.
	Heading string `json:"heading"`
	// The headings from the top to this one.
	Path []string `json:"path"`
	// The heading's level, 1 to 6.
	Level int64 `json:"level"`
	// 1-based.
	StartLine int64 `json:"startLine"`
	// Included.
	EndLine int64 `json:"endLine"`
	// Tokens.
	Tokens int64 `json:"tokens"`
}

// OverheadSource is of the contract.
type OverheadSource string

// Values of OverheadSource.
const (
	// OverheadSourceGiven
	OverheadSourceGiven OverheadSource = "given"
	// OverheadSourceReported
	OverheadSourceReported OverheadSource = "reported"
	// OverheadSourceNone
	OverheadSourceNone OverheadSource = "none"
)

// ParseErrorData: `data` of the error `parseError`.
type ParseErrorData struct {
	// The name of the error, for programs.
	Name string `json:"name"`
	// Whether the same request may succeed later.
	Retryable bool `json:"retryable"`
	// The fields at fault, if any.
	Errors []FieldFault `json:"errors,omitempty"`
}

// PastMeasure is of the contract.
type PastMeasure string

// Values of PastMeasure.
const (
	// PastMeasureUsed
	PastMeasureUsed PastMeasure = "used"
	// PastMeasurePeak
	PastMeasurePeak PastMeasure = "peak"
)

// PastUse: What past runs used for a phase.
type PastUse struct {
	// Past runs that have this phase, by name or, where one has no name, by number.
	Runs int64 `json:"runs"`
	// What they used at the quantile: with that probability the next run stays within it. null: they are too few.
	Tokens *int64 `json:"tokens"`
	// Where the roughest part of what they used comes from. null: there is no figure.
	Provenance *Provenance `json:"provenance"`
	// What its share follows: what past runs used (`history`), else its complexity, or `even` without complexities.
	Basis AllocationBasis `json:"basis"`
}

// PathNotAllowedData: `data` of the error `pathNotAllowed`.
type PathNotAllowedData struct {
	// The name of the error, for programs.
	Name string `json:"name"`
	// Whether the same request may succeed later.
	Retryable bool `json:"retryable"`
	// The fields at fault, if any.
	Errors []FieldFault `json:"errors,omitempty"`
	// The path of the file.
	Path string `json:"path"`
}

// PathUnreadableData: `data` of the error `pathUnreadable`.
type PathUnreadableData struct {
	// The name of the error, for programs.
	Name string `json:"name"`
	// Whether the same request may succeed later.
	Retryable bool `json:"retryable"`
	// The fields at fault, if any.
	Errors []FieldFault `json:"errors,omitempty"`
	// The path of the file.
	Path string `json:"path"`
	// Why.
	Reason string `json:"reason"`
}

// PayloadTooLargeData: `data` of the error `payloadTooLarge`.
type PayloadTooLargeData struct {
	// The name of the error, for programs.
	Name string `json:"name"`
	// Whether the same request may succeed later.
	Retryable bool `json:"retryable"`
	// The fields at fault, if any.
	Errors []FieldFault `json:"errors,omitempty"`
	// The limit that was requested or reached.
	Limit int64 `json:"limit"`
	// The size received, in bytes.
	Size int64 `json:"size"`
}

// PhaseEnd: The whole account when a phase had completed.
type PhaseEnd struct {
	// The revision of the session, which increases by one with each transaction.
	Revision int64 `json:"revision"`
	// Tokens.
	Retained int64 `json:"retained"`
	// retained / the session's budget of today.
	OfBudget float64 `json:"ofBudget"`
	// Allocations of the phases that had completed by then, this one included, tokens; null if one of them has none.
	Allocated *int64 `json:"allocated"`
	// allocated - retained, tokens; negative if exceeded.
	Under *int64 `json:"under"`
}

// PhaseGrowth: How much calls for a phase added.
type PhaseGrowth struct {
	// The phase that the calls were made for.
	Phase int64 `json:"phase"`
	// Calls that have a growth.
	Calls int64 `json:"calls"`
	// Tokens per call, the mean.
	Growth int64 `json:"growth"`
}

// PhaseOrderData: `data` of the error `phaseOrder`.
type PhaseOrderData struct {
	// The name of the error, for programs.
	Name string `json:"name"`
	// Whether the same request may succeed later.
	Retryable bool `json:"retryable"`
	// The fields at fault, if any.
	Errors []FieldFault `json:"errors,omitempty"`
	// The phase's number.
	Phase int64 `json:"phase"`
	// The wave's number within its phase.
	Wave *int64 `json:"wave,omitempty"`
	// Its state.
	State *string `json:"state,omitempty"`
	// What is still open.
	Open map[string]any `json:"open"`
}

// PhaseReport: Actual against budget of one phase. All figures are tokens.
type PhaseReport struct {
	// The phase's number.
	Phase int64 `json:"phase"`
	// The name of the phase.
	Name *string `json:"name"`
	// Its state.
	State PhaseStatus `json:"state"`
	// Allocated to the phase, tokens; null: the phase draws on the buffer.
	Allocated *int64 `json:"allocated"`
	// Tokens of the phase in the context: its actual figure.
	Retained int64 `json:"retained"`
	// What it held at its completion, which no longer changes; before that, `retained`.
	Used int64 `json:"used"`
	// used - allocated if positive, else 0.
	Overrun int64 `json:"overrun"`
	// Highest `retained` so far, tokens.
	Peak int64 `json:"peak"`
	// Tokens added by callers.
	Processed int64 `json:"processed"`
	// Tokens removed, less their replacements.
	Saved int64 `json:"saved"`
	// retained - allocated if positive, else 0.
	Over int64 `json:"over"`
	// peak - allocated if positive, else 0.
	PeakOver int64 `json:"peakOver"`
	// retained / allocated; null without an allocation.
	OfAllocation *float64 `json:"ofAllocation"`
	// Whether the phase has no allocation of its own.
	DrawsOnBuffer bool `json:"drawsOnBuffer"`
	// The account at its completion; null before that, and of phases that an older version completed.
	After *PhaseEnd `json:"after,omitempty"`
}

// PhaseSpec: A phase that takes part in the allocation.
type PhaseSpec struct {
	// The phase's number.
	Phase *int64 `json:"phase,omitempty"`
	// An older name of `phase`.
	Number *int64 `json:"number,omitempty"`
	// The name of the phase.
	Name *string `json:"name,omitempty"`
	// Above 0; a weight without a unit.
	Complexity *float64 `json:"complexity,omitempty"`
	// Research agents: 300 tokens of metadata each at a budget of 7,500 (strategy fixed).
	Agents *int64 `json:"agents,omitempty"`
}

// PhaseState: A phase on the account. All figures are tokens. At its completion `allocated`, `used`, `peak` and `overrun` become final: they stay whatever is allocated, pruned or restored later, until the phase starts again or its completion is undone.
type PhaseState struct {
	// The phase's number.
	Phase int64 `json:"phase"`
	// The name of the phase.
	Name *string `json:"name"`
	// Its state.
	State PhaseStatus `json:"state"`
	// null: the phase draws on the buffer.
	Allocated *int64 `json:"allocated"`
	// What the phase holds now.
	Retained int64 `json:"retained"`
	// Of `retained`, tokens of pinned items.
	Pinned int64 `json:"pinned"`
	// What it held at its completion; before that, `retained`.
	Used int64 `json:"used"`
	// used - allocated if positive, else 0.
	Overrun int64 `json:"overrun"`
	// Highest `retained` so far, tokens.
	Peak int64 `json:"peak"`
	// Tokens added by callers.
	Processed int64 `json:"processed"`
	// Tokens removed, less their replacements.
	Saved int64 `json:"saved"`
	// Tokens reserved for work in flight.
	Leased int64 `json:"leased"`
	// retained / allocated.
	OfAllocation *float64 `json:"ofAllocation"`
	// One entry for each wave.
	Waves []WaveStatus `json:"waves"`
}

// PhaseStatus is of the contract.
type PhaseStatus string

// Values of PhaseStatus.
const (
	// PhaseStatusPlanned
	PhaseStatusPlanned PhaseStatus = "planned"
	// PhaseStatusRunning
	PhaseStatusRunning PhaseStatus = "running"
	// PhaseStatusCompleted
	PhaseStatusCompleted PhaseStatus = "completed"
)

// PhaseSummary: A summary that replaces the phase in the layer `metadata`: exactly one of content, path and tokens.
type PhaseSummary struct {
	// The text itself.
	Content *string `json:"content,omitempty"`
	// The path of the file.
	Path *string `json:"path,omitempty"`
	// Tokens.
	Tokens *int64 `json:"tokens,omitempty"`
	// The item's title; if none is given, its path, first heading or first line.
	Title *string `json:"title,omitempty"`
}

// PlanFields: What a plan says.
type PlanFields struct {
	// One entry for each phase.
	Phases []PlanPhase `json:"phases"`
	// Number of phases.
	PhaseCount int64 `json:"phaseCount"`
	// As stated, or phases + 0.3 tasks + 0.1 hours + dependencies.
	Complexity *float64 `json:"complexity"`
	// Whether the plan states the complexity or it was computed; null: neither.
	ComplexityBasis *string `json:"complexityBasis"`
	// The plan's own estimate; failing that, those of its phases joined by ` + `.
	Estimate *string `json:"estimate"`
	// What the plan depends on.
	Dependencies []string `json:"dependencies"`
	// Numbers of the phases that may run in parallel, wave by wave.
	Waves [][]int64 `json:"waves"`
	// Success criteria stated in the plan.
	SuccessCriteria []string `json:"successCriteria"`
	// Risks stated in the plan.
	Risks []string `json:"risks"`
}

// PlanPhase: A phase of a plan.
type PlanPhase struct {
	// The phase's number; null: the plan states none.
	Number *int64 `json:"number"`
	// The name of the phase.
	Name string `json:"name"`
	// The status as the author wrote it; null: none is stated.
	Status *string `json:"status"`
	// Tasks that are ticked.
	TasksDone int64 `json:"tasksDone"`
	// Tasks that are not ticked.
	TasksOpen int64 `json:"tasksOpen"`
	// Numbers of the phases on which it depends.
	DependsOn []int64 `json:"dependsOn"`
	// The estimated time stated for the phase.
	Estimate *string `json:"estimate"`
}

// PlanRow: One item of a prune: what happens to it, why, and the tokens before and after.
type PlanRow struct {
	// The item's id.
	ID string `json:"id"`
	// `reduced`: another item replaces it. `added`: a replacement, made by this prune.
	Action string `json:"action"`
	// policy, requested, superseded, noMetadata, emergency, marker, metadata; for kept items: pinned, permanent, metadata, running, deferred, diagnostic, notRetained.
	Reason string `json:"reason"`
	// The layer of the item.
	Layer Layer `json:"layer"`
	// The kind of artifact.
	Kind Kind `json:"kind"`
	// The phase's number.
	Phase *int64 `json:"phase,omitempty"`
	// The wave's number within its phase.
	Wave *int64 `json:"wave,omitempty"`
	// The item's title; if none is given, its path, first heading or first line.
	Title *string `json:"title,omitempty"`
	// Tokens of the item before the prune.
	TokensBefore int64 `json:"tokensBefore"`
	// Tokens of the item after the prune.
	TokensAfter int64 `json:"tokensAfter"`
	// The item that replaces this one.
	StandIn *string `json:"standIn,omitempty"`
}

// PlanSource: A plan whose phases take part in the allocation: exactly one of content, path and itemId.
type PlanSource struct {
	// The text itself.
	Content *string `json:"content,omitempty"`
	// The path of the file.
	Path *string `json:"path,omitempty"`
	// Opaque, created by the server.
	ItemID *string `json:"itemId,omitempty"`
}

// PlannedPhase: A phase of the plan, with its share of the budget.
type PlannedPhase struct {
	// The phase's number.
	Phase int64 `json:"phase"`
	// The name of the phase.
	Name *string `json:"name"`
	// The number that the plan gives it, if that differs.
	Number *int64 `json:"number"`
	// Its state in the session; null: the session has no such phase yet.
	State *PhaseStatus `json:"state"`
	// What the plan says about its progress, in its words.
	Status *string `json:"status"`
	// Tasks that are ticked.
	TasksDone int64 `json:"tasksDone"`
	// Tasks that are not ticked.
	TasksOpen int64 `json:"tasksOpen"`
	// Phases that must be complete before it starts.
	DependsOn []int64 `json:"dependsOn"`
	// Which of `waves` it belongs to, from 1.
	Wave int64 `json:"wave"`
	// The estimated time, in the plan's words.
	Estimate *string `json:"estimate"`
	// As the plan states; for a scope's research phase, the template's. null: unknown.
	Agents *int64 `json:"agents"`
	// A weight without a unit.
	Complexity float64 `json:"complexity"`
	// `given` in the request, `stated` in the plan, `computed` from what it states, `default` where it states nothing, or the scope's `template`.
	ComplexityBasis ComplexityBasis `json:"complexityBasis"`
	// How the figure was computed, such as `1 + 0.3 x 6 tasks + 0.1 x 4 hours`.
	ComplexityFrom string `json:"complexityFrom"`
	// Allocated to the phase, tokens; null: the phase draws on the buffer.
	Allocated *int64 `json:"allocated"`
	// allocated / budget; null without an allocation.
	OfBudget *float64 `json:"ofBudget"`
	// Strategy history: what it was learned from.
	Past *PastUse `json:"past,omitempty"`
}

// Policy is of the contract.
type Policy string

// Values of Policy.
const (
	// PolicyAggressive
	PolicyAggressive Policy = "aggressive"
	// PolicyModerate
	PolicyModerate Policy = "moderate"
	// PolicyMinimal
	PolicyMinimal Policy = "minimal"
)

// ProtectedItemData: `data` of the error `protectedItem`.
type ProtectedItemData struct {
	// The name of the error, for programs.
	Name string `json:"name"`
	// Whether the same request may succeed later.
	Retryable bool `json:"retryable"`
	// The fields at fault, if any.
	Errors []FieldFault `json:"errors,omitempty"`
	// The item's id.
	ItemID string `json:"itemId"`
	// Why.
	Reason string `json:"reason"`
}

// Provenance is of the contract.
type Provenance string

// Values of Provenance.
const (
	// ProvenanceExact
	ProvenanceExact Provenance = "exact"
	// ProvenanceCalibrated
	ProvenanceCalibrated Provenance = "calibrated"
	// ProvenanceEstimated
	ProvenanceEstimated Provenance = "estimated"
	// ProvenanceReported
	ProvenanceReported Provenance = "reported"
)

// ProvenanceShare: Retained tokens by the provenance of their figures.
type ProvenanceShare struct {
	// Where the figure comes from.
	Provenance Provenance `json:"provenance"`
	// Tokens.
	Tokens int64 `json:"tokens"`
}

// PruneOutcome: What a prune did, and the id with which to undo it.
type PruneOutcome struct {
	// What happens to each item.
	Plan []PlanRow `json:"plan"`
	// Sum of tokensBefore - tokensAfter over the plan, tokens.
	Saved int64 `json:"saved"`
	// For `context/undo`; null if nothing changed.
	Undo *string `json:"undo"`
}

// Reach: When `retained` reaches a limit, if the context grows on as before and nothing is removed.
type Reach struct {
	// The limit, tokens.
	At int64 `json:"at"`
	// Tokens until then; 0: it is reached.
	Tokens int64 `json:"tokens"`
	// Calls until then; 0: it is reached; null: unknown.
	Calls *int64 `json:"calls"`
	// Calls until then at the least: it is between `low` and `high` in nine of ten cases. null: unknown.
	Low *int64 `json:"low"`
	// Calls until then at the most; null: unknown.
	High *int64 `json:"high"`
	// Why `calls` is unknown. `tooFewCalls`: fewer than four have a growth. `noGrowth`: none brought a token. `tooFar`: it takes more than eight times as many calls as it is based on. null: it is known.
	Reason *string `json:"reason"`
}

// ReadAgain: What was pruned and read again: pruning it saved nothing.
type ReadAgain struct {
	// Tokens.
	Tokens int64 `json:"tokens"`
	// The items, in the order in which they were added.
	Items int64 `json:"items"`
	// The ten that cost most.
	Largest []ReadAgainItem `json:"largest"`
}

// ReadAgainItem: An item that had left the context and was brought back.
type ReadAgainItem struct {
	// The item's id.
	ItemID string `json:"itemId"`
	// The item that had left.
	AgainOf string `json:"againOf"`
	// The item's title; if none is given, its path, first heading or first line.
	Title *string `json:"title"`
	// The path of the file.
	Path *string `json:"path"`
	// Of the new item; all that bring one item back count at most its tokens.
	Tokens int64 `json:"tokens"`
}

// RecordingBreakdown: What a recorded session tells.
type RecordingBreakdown struct {
	// The format it was read as.
	Host string `json:"host"`
	// The host's id of it.
	Session *string `json:"session"`
	// Its file; null: its content was given.
	Path *string `json:"path"`
	// That answered last.
	Model *string `json:"model"`
	// When the latest call was answered.
	At *string `json:"at"`
	// How many tools the host listed last, by MCP server; `built-in`: its own.
	Tools map[string]any `json:"tools"`
	// What its latest call sent.
	Window Window `json:"window"`
	// null: the format has no bills.
	Cache *CacheUse `json:"cache"`
	// null: the format has no bills.
	Cost *Costs `json:"cost"`
	// What could not be read of it.
	Warnings []string `json:"warnings"`
}

// RecordingFormat is of the contract.
type RecordingFormat string

// Values of RecordingFormat.
const (
	// RecordingFormatClaudeCode
	RecordingFormatClaudeCode RecordingFormat = "claude-code"
	// RecordingFormatCodex
	RecordingFormatCodex RecordingFormat = "codex"
	// RecordingFormatGeminiCli
	RecordingFormatGeminiCli RecordingFormat = "gemini-cli"
	// RecordingFormatOpencode
	RecordingFormatOpencode RecordingFormat = "opencode"
	// RecordingFormatAnthropic
	RecordingFormatAnthropic RecordingFormat = "anthropic"
	// RecordingFormatOpenaiChat
	RecordingFormatOpenaiChat RecordingFormat = "openai-chat"
	// RecordingFormatOpenaiResponses
	RecordingFormatOpenaiResponses RecordingFormat = "openai-responses"
	// RecordingFormatVercel
	RecordingFormatVercel RecordingFormat = "vercel"
	// RecordingFormatVercelUi
	RecordingFormatVercelUi RecordingFormat = "vercel-ui"
	// RecordingFormatGemini
	RecordingFormatGemini RecordingFormat = "gemini"
	// RecordingFormatBedrock
	RecordingFormatBedrock RecordingFormat = "bedrock"
	// RecordingFormatNeutral
	RecordingFormatNeutral RecordingFormat = "neutral"
)

// RecordingSource: A session that a host recorded: exactly one of path, session and content.
type RecordingSource struct {
	// Its file, inside the workspace or a folder that may be read; `FILE#SESSION` in a database of opencode.
	Path *string `json:"path,omitempty"`
	// The host's id of it: it is looked for where hosts keep their sessions on this machine.
	Session *string `json:"session,omitempty"`
	// The recording itself.
	Content *string `json:"content,omitempty"`
	// With `session`: whose it is. Absent: any host's.
	Host *HostName `json:"host,omitempty"`
	// What it is read as. Absent: detected.
	Format *RecordingFormat `json:"format,omitempty"`
}

// RenderReason is of the contract.
type RenderReason string

// Values of RenderReason.
const (
	// RenderReasonPinned
	RenderReasonPinned RenderReason = "pinned"
	// RenderReasonPermanent
	RenderReasonPermanent RenderReason = "permanent"
	// RenderReasonFits
	RenderReasonFits RenderReason = "fits"
	// RenderReasonFocus
	RenderReasonFocus RenderReason = "focus"
	// RenderReasonRoom
	RenderReasonRoom RenderReason = "room"
	// RenderReasonNoContent
	RenderReasonNoContent RenderReason = "noContent"
	// RenderReasonOtherPhase
	RenderReasonOtherPhase RenderReason = "otherPhase"
	// RenderReasonMarker
	RenderReasonMarker RenderReason = "marker"
	// RenderReasonPhaseMarker
	RenderReasonPhaseMarker RenderReason = "phaseMarker"
	// RenderReasonSourceRetained
	RenderReasonSourceRetained RenderReason = "sourceRetained"
)

// RenderedItem: A retained item, and how it is shown in the text.
type RenderedItem struct {
	// The item's id.
	ID string `json:"id"`
	// `metadata`: an extract, of its source if it replaces one. `brief`: one of half the size. `line`: title, kind and tokens. `marker`: a marker, or covered by that of its phase.
	Detail Detail `json:"detail"`
	// Tokens of its part of the text; 0 if omitted or covered by its phase's marker.
	Tokens int64 `json:"tokens"`
	// pinned, permanent, fits: shown whole for this reason; focus: extracted again, because its source is about the focus; room: finer detail did not fit; noContent: only a token figure; otherPhase: instructions and state of another phase; marker, phaseMarker; sourceRetained: the item that it replaces is retained itself.
	Reason RenderReason `json:"reason"`
}

// Reported: What a provider reported about the latest request.
type Reported struct {
	// All input tokens of the request, cached ones included.
	InputTokens int64 `json:"inputTokens"`
	// The model's window, if `maxTokens` may exceed it.
	Window *int64 `json:"window,omitempty"`
}

// ReportedSource: What a host itself says of its window, as Claude Code's `getContextUsage` does.
type ReportedSource struct {
	// Where the tokens come from.
	Source WindowSourceName `json:"source"`
	// For example the MCP server of definitions, or the path of a memory file.
	Name *string `json:"name,omitempty"`
	// Tokens.
	Tokens int64 `json:"tokens"`
}

// RequestCancelledData: `data` of the error `requestCancelled`.
type RequestCancelledData struct {
	// The name of the error, for programs.
	Name string `json:"name"`
	// Whether the same request may succeed later.
	Retryable bool `json:"retryable"`
	// The fields at fault, if any.
	Errors []FieldFault `json:"errors,omitempty"`
}

// RequestKeyReusedData: `data` of the error `requestKeyReused`.
type RequestKeyReusedData struct {
	// The name of the error, for programs.
	Name string `json:"name"`
	// Whether the same request may succeed later.
	Retryable bool `json:"retryable"`
	// The fields at fault, if any.
	Errors []FieldFault `json:"errors,omitempty"`
	// The request key that was used before.
	RequestKey string `json:"requestKey"`
	// The method at fault.
	Method string `json:"method"`
}

// ReserveShares: How the strategy `reserve` divides the total; the shares add up to 1.
type ReserveShares struct {
	// The share for phases.
	Core *float64 `json:"core,omitempty"`
	// The share for debugging.
	Debug *float64 `json:"debug,omitempty"`
	// The share for what exceeds the other shares.
	Overflow *float64 `json:"overflow,omitempty"`
}

// Run: What a session came to.
type Run struct {
	// The session's id.
	SessionID string `json:"sessionId"`
	// Its state.
	State SessionState `json:"state"`
	// Whether it is over: no longer open, or all its phases are complete. Only such runs teach the strategy history.
	Finished bool `json:"finished"`
	// null: none is set; `budget/allocate` takes full-implementation.
	Scope *Scope `json:"scope"`
	// When the session was created.
	CreatedAt string `json:"createdAt"`
	// When the session was last changed.
	UpdatedAt string `json:"updatedAt"`
	// When the session was closed.
	ClosedAt *string `json:"closedAt"`
	// As the session's settings have it now, tokens.
	Window int64 `json:"window"`
	// Where the window comes from, as in `budget/status`.
	WindowSource WindowSource `json:"windowSource"`
	// As the session's settings have it now, tokens.
	Budget int64 `json:"budget"`
	// Sum of the allocations, tokens. null: nothing was allocated.
	Allocated *int64 `json:"allocated"`
	// What the phases used, and what belongs to none of them still holds, tokens.
	Used int64 `json:"used"`
	// Tokens in the context now.
	Retained int64 `json:"retained"`
	// Highest `retained` at the end of any transaction, tokens.
	Peak int64 `json:"peak"`
	// Tokens of everything that callers added.
	Processed int64 `json:"processed"`
	// processed - retained, less what was pruned and read again, tokens; as in `budget/report`.
	NetSavings int64 `json:"netSavings"`
	// netSavings / processed.
	SavingsShare float64 `json:"savingsShare"`
	// Phases that used more than they were allocated.
	Overruns int64 `json:"overruns"`
	// What they used beyond their allocations, tokens.
	Overrun int64 `json:"overrun"`
	// Where the roughest of the token figures comes from. null: nothing was added.
	Provenance *Provenance `json:"provenance"`
	// Of the bills that `usage/bill` recorded. null: none, so it is unknown.
	Cost *Money `json:"cost"`
	// One entry for each phase.
	Phases []RunPhase `json:"phases"`
}

// RunPhase: A phase of a run. All figures are tokens.
type RunPhase struct {
	// The phase's number.
	Phase int64 `json:"phase"`
	// The name of the phase.
	Name *string `json:"name"`
	// Its state.
	State PhaseStatus `json:"state"`
	// null: it drew on the buffer, or nothing was allocated.
	Allocated *int64 `json:"allocated"`
	// What it held at its completion; before that, what it holds.
	Used int64 `json:"used"`
	// Highest `retained` so far, tokens.
	Peak int64 `json:"peak"`
	// used - allocated if positive, else 0.
	Overrun int64 `json:"overrun"`
}

// Scope is of the contract.
type Scope string

// Values of Scope.
const (
	// ScopeFullImplementation
	ScopeFullImplementation Scope = "full-implementation"
	// ScopeResearchAndPlan
	ScopeResearchAndPlan Scope = "research-and-plan"
	// ScopeResearchOnly
	ScopeResearchOnly Scope = "research-only"
	// ScopeDebugOnly
	ScopeDebugOnly Scope = "debug-only"
)

// ServerNotInitializedData: `data` of the error `serverNotInitialized`.
type ServerNotInitializedData struct {
	// The name of the error, for programs.
	Name string `json:"name"`
	// Whether the same request may succeed later.
	Retryable bool `json:"retryable"`
	// The fields at fault, if any.
	Errors []FieldFault `json:"errors,omitempty"`
}

// SessionArchiveParams: Params of `session/archive`.
type SessionArchiveParams struct {
	// Absent: the workspace's default session.
	SessionID *string `json:"sessionId,omitempty"`
	// The same key returns the first result, even after a restart, so a retry never counts twice.
	RequestKey *string `json:"requestKey,omitempty"`
	// Refuse with `conflict` if the session is at another revision.
	IfRevision *int64 `json:"ifRevision,omitempty"`
	// Keep the originals as well; they can then still be read.
	KeepContent *bool `json:"keepContent,omitempty"`
}

// SessionArchiveResult: Result of `session/archive`.
type SessionArchiveResult struct {
	// The session's id.
	SessionID string `json:"sessionId"`
	// The revision of the session, which increases by one with each transaction.
	Revision int64 `json:"revision"`
	// Its state.
	State SessionState `json:"state"`
	// When the session was closed.
	ClosedAt string `json:"closedAt"`
	// Items whose content was dropped.
	DroppedItems int64 `json:"droppedItems"`
	// Their content before compression, bytes.
	DroppedBytes int64 `json:"droppedBytes"`
	// The account's main figures.
	Status Figures `json:"status"`
}

// SessionCloseParams: Params of `session/close`.
type SessionCloseParams struct {
	// Absent: the workspace's default session.
	SessionID *string `json:"sessionId,omitempty"`
	// The same key returns the first result, even after a restart, so a retry never counts twice.
	RequestKey *string `json:"requestKey,omitempty"`
	// Refuse with `conflict` if the session is at another revision.
	IfRevision *int64 `json:"ifRevision,omitempty"`
	// Apply the policy's final prune; false: leave every item as it is, for a session that may be resumed.
	Prune *bool `json:"prune,omitempty"`
}

// SessionCloseResult: Result of `session/close`.
type SessionCloseResult struct {
	// The session's id.
	SessionID string `json:"sessionId"`
	// The revision of the session, which increases by one with each transaction.
	Revision int64 `json:"revision"`
	// What happens to each item.
	Plan []PlanRow `json:"plan"`
	// Sum of tokensBefore - tokensAfter over the plan, tokens.
	Saved int64 `json:"saved"`
	// For `context/undo`; null if nothing changed.
	Undo *string `json:"undo"`
	// Its state.
	State SessionState `json:"state"`
	// When the session was closed.
	ClosedAt string `json:"closedAt"`
	// The account's main figures.
	Status Figures `json:"status"`
}

// SessionClosedData: `data` of the error `sessionClosed`.
type SessionClosedData struct {
	// The name of the error, for programs.
	Name string `json:"name"`
	// Whether the same request may succeed later.
	Retryable bool `json:"retryable"`
	// The fields at fault, if any.
	Errors []FieldFault `json:"errors,omitempty"`
	// The session's id.
	SessionID string `json:"sessionId"`
}

// SessionDeleteParams: Params of `session/delete`.
type SessionDeleteParams struct {
	// Absent: the workspace's default session.
	SessionID *string `json:"sessionId,omitempty"`
	// The same key returns the first result, even after a restart, so a retry never counts twice.
	RequestKey *string `json:"requestKey,omitempty"`
	// Refuse with `conflict` if the session is at another revision.
	IfRevision *int64 `json:"ifRevision,omitempty"`
}

// SessionDeleteResult: Result of `session/delete`; the revision is the session's last.
type SessionDeleteResult struct {
	// The session's id.
	SessionID string `json:"sessionId"`
	// The revision of the session, which increases by one with each transaction.
	Revision int64 `json:"revision"`
	// Whether there was a session to delete.
	Deleted bool `json:"deleted"`
}

// SessionExistsData: `data` of the error `sessionExists`.
type SessionExistsData struct {
	// The name of the error, for programs.
	Name string `json:"name"`
	// Whether the same request may succeed later.
	Retryable bool `json:"retryable"`
	// The fields at fault, if any.
	Errors []FieldFault `json:"errors,omitempty"`
	// The session's id.
	SessionID string `json:"sessionId"`
}

// SessionExportParams: Params of `session/export`.
type SessionExportParams struct {
	// Absent: the workspace's default session.
	SessionID *string `json:"sessionId,omitempty"`
	// Also the originals of all items that have some.
	Content *bool `json:"content,omitempty"`
	// Write the lines to this file: absolute, a file: URI, or relative to the workspace. Absent: return them.
	Path *string `json:"path,omitempty"`
	// With `path`: replace a file that exists.
	Overwrite *bool `json:"overwrite,omitempty"`
	// Continue after an earlier page, with its `next`.
	Cursor *string `json:"cursor,omitempty"`
	// Maximum number of lines returned.
	Limit *int64 `json:"limit,omitempty"`
}

// SessionExportResult: Result of `session/export`.
type SessionExportResult struct {
	// The session's id.
	SessionID string `json:"sessionId"`
	// The revision of the session, which increases by one with each transaction.
	Revision int64 `json:"revision"`
	// The file that was written; null: the lines are here.
	Path *string `json:"path"`
	// JSON Lines, in order and without line breaks; null with `path`.
	Lines []string `json:"lines"`
	// Pass it as `cursor` for the next page; null: this is the last page.
	Next *string `json:"next"`
	// Lines of all pages so far, or of the file.
	Count int64 `json:"count"`
	// The hash of the log's last entry, as in `session/receipt`.
	Head *string `json:"head"`
}

// SessionHistoryParams: Params of `session/history`.
type SessionHistoryParams struct {
	// Only these, in this order, to compare them. With none of the other params.
	Sessions []string `json:"sessions,omitempty"`
	// Only runs with this scope.
	Scope *Scope `json:"scope,omitempty"`
	// Only sessions in this state.
	State *SessionState `json:"state,omitempty"`
	// Only runs that began then or later: a time as in RFC 3339, or a date, which begins in UTC.
	Since *string `json:"since,omitempty"`
	// Continue after this session.
	After *string `json:"after,omitempty"`
	// Maximum number of runs returned.
	Limit *int64 `json:"limit,omitempty"`
}

// SessionHistoryResult: Result of `session/history`.
type SessionHistoryResult struct {
	// Losses that have not been acknowledged, and faults in files of settings.
	Notices []Notice `json:"notices,omitempty"`
	// The path of the workspace.
	Workspace string `json:"workspace"`
	// The latest begun first, or in the order of `sessions`.
	Runs []Run `json:"runs"`
	// Number of runs that match, regardless of `limit` and `after`.
	Total int64 `json:"total"`
	// Pass it as `after` for the next page; null: this is the last page.
	Next *string `json:"next"`
}

// SessionImportParams: Params of `session/import`: exactly one of path and lines.
type SessionImportParams struct {
	// A file that was exported.
	Path *string `json:"path,omitempty"`
	// All lines of an export, without line breaks.
	Lines []string `json:"lines,omitempty"`
	// The same key returns the first result.
	RequestKey *string `json:"requestKey,omitempty"`
}

// SessionImportResult: Result of `session/import`.
type SessionImportResult struct {
	// The session's id.
	SessionID string `json:"sessionId"`
	// The revision of the session, which increases by one with each transaction.
	Revision int64 `json:"revision"`
	// Its state.
	State SessionState `json:"state"`
	// The items, in the order in which they were added.
	Items int64 `json:"items"`
	// Originals that came with the export.
	Contents int64 `json:"contents"`
	// Items whose content did not come with the export. If there are any, a change that says so is added to the log.
	WithoutContent int64 `json:"withoutContent"`
	// The hash of the export's last entry, as in `session/receipt`.
	Head *string `json:"head"`
	// The account's main figures.
	Status Figures `json:"status"`
}

// SessionInfo: One session of the workspace.
type SessionInfo struct {
	// The session's id.
	SessionID string `json:"sessionId"`
	// Its state.
	State SessionState `json:"state"`
	// When the session was created.
	CreatedAt string `json:"createdAt"`
	// When the session was last changed.
	UpdatedAt string `json:"updatedAt"`
	// The revision of the session, which increases by one with each transaction.
	Revision int64 `json:"revision"`
	// The running phase.
	Phase *int64 `json:"phase"`
	// null: the store has lost it.
	LastEvent *LastEvent `json:"lastEvent"`
	// The account's main figures.
	Status Figures `json:"status"`
}

// SessionListParams: Params of `session/list`.
type SessionListParams struct {
	// Only sessions in this state.
	State *SessionState `json:"state,omitempty"`
	// Continue after this session.
	After *string `json:"after,omitempty"`
	// Maximum number of sessions returned.
	Limit *int64 `json:"limit,omitempty"`
}

// SessionListResult: Result of `session/list`.
type SessionListResult struct {
	// Losses that have not been acknowledged, and faults in files of settings.
	Notices []Notice `json:"notices,omitempty"`
	// The path of the workspace.
	Workspace string `json:"workspace"`
	// Oldest first.
	Sessions []SessionInfo `json:"sessions"`
	// Number of sessions that match, regardless of `limit` and `after`.
	Total int64 `json:"total"`
	// Pass it as `after` for the next page; null: this is the last page.
	Next *string `json:"next"`
	// The session to show to people who name none, whichever are listed: the one that changed last, or the parent of a subagent's (`SESSION:AGENT`). null: there is none besides the archive.
	Latest *string `json:"latest"`
}

// SessionOpenParams: Params of `session/open`.
type SessionOpenParams struct {
	// Absent: the workspace's default session.
	SessionID *string `json:"sessionId,omitempty"`
	// The same key returns the first result, even after a restart, so a retry never counts twice.
	RequestKey *string `json:"requestKey,omitempty"`
	// Refuse with `conflict` if the session is at another revision.
	IfRevision *int64 `json:"ifRevision,omitempty"`
	// Settings of this session alone; the others come from files and defaults (`settings/get`).
	Config *Config `json:"config,omitempty"`
	// For adapters of coding agents. Absent members stay as they are; null takes one back.
	Host *HostReport `json:"host,omitempty"`
	// Send `budget/didChange` and `budget/alert` to this connection; false stops them.
	Watch *bool `json:"watch,omitempty"`
}

// SessionOpenResult: Result of `session/open`.
type SessionOpenResult struct {
	// The session's id.
	SessionID string `json:"sessionId"`
	// The revision of the session, which increases by one with each transaction.
	Revision int64 `json:"revision"`
	// Losses that have not been acknowledged, and faults in files of settings.
	Notices []Notice `json:"notices,omitempty"`
	// Whether the session is new.
	Created bool `json:"created"`
	// Its state.
	State SessionState `json:"state"`
	// Every setting as it is in force, wherever it comes from.
	Config map[string]any `json:"config"`
	// Where `contextWindow` comes from, as in `budget/status`.
	WindowSource WindowSource `json:"windowSource"`
	// What the host has reported.
	Host HostReport `json:"host"`
	// Tokens.
	Budget int64 `json:"budget"`
	// The policy in force, after resolving `auto`.
	EffectivePolicy Policy `json:"effectivePolicy"`
	// Alerts raised because settings changed the budget or the thresholds.
	Alerts []Alert `json:"alerts"`
}

// SessionRecalibrateParams: Params of `session/recalibrate`.
type SessionRecalibrateParams struct {
	// Absent: the workspace's default session.
	SessionID *string `json:"sessionId,omitempty"`
	// The same key returns the first result, even after a restart, so a retry never counts twice.
	RequestKey *string `json:"requestKey,omitempty"`
	// Refuse with `conflict` if the session is at another revision.
	IfRevision *int64 `json:"ifRevision,omitempty"`
}

// SessionRecalibrateResult: Result of `session/recalibrate`.
type SessionRecalibrateResult struct {
	// The session's id.
	SessionID string `json:"sessionId"`
	// The revision of the session, which increases by one with each transaction.
	Revision int64 `json:"revision"`
	// The calibration that all counted items have now.
	Factor float64 `json:"factor"`
	// Items whose figure changed.
	Items int64 `json:"items"`
	// Retained tokens before.
	Before int64 `json:"before"`
	// The account's main figures.
	Status Figures `json:"status"`
	// Alerts that this call raised.
	Alerts []Alert `json:"alerts"`
}

// SessionReceiptParams: Params of `session/receipt`.
type SessionReceiptParams struct {
	// Absent: the workspace's default session.
	SessionID *string `json:"sessionId,omitempty"`
}

// SessionReceiptResult: Result of `session/receipt`.
type SessionReceiptResult struct {
	// The session's id.
	SessionID string `json:"sessionId"`
	// The revision of the session, which increases by one with each transaction.
	Revision int64 `json:"revision"`
	// SHA-256 of the log's last entry, which names that of the entry before, and so on. null: an older version made all entries, and there have been no changes since.
	Hash *string `json:"hash"`
}

// SessionState is of the contract.
type SessionState string

// Values of SessionState.
const (
	// SessionStateOpen
	SessionStateOpen SessionState = "open"
	// SessionStateClosed
	SessionStateClosed SessionState = "closed"
	// SessionStateArchived
	SessionStateArchived SessionState = "archived"
)

// SettingsFile: A file that settings may come from.
type SettingsFile struct {
	// Absolute.
	Path string `json:"path"`
	// Only the user's file may allow access outside the project.
	Whose string `json:"whose"`
	// Whether anything is at the path.
	Exists bool `json:"exists"`
	// Whether it sets anything.
	Used bool `json:"used"`
}

// SettingsGetParams: Params of `settings/get`.
type SettingsGetParams struct {
	// Absent: the workspace's default session.
	SessionID *string `json:"sessionId,omitempty"`
	// Only these settings, such as `contextWindow` or `thresholds`. Absent: all.
	Only []string `json:"only,omitempty"`
}

// SettingsGetResult: Result of `settings/get`.
type SettingsGetResult struct {
	// The session's id.
	SessionID string `json:"sessionId"`
	// The revision of the session, which increases by one with each transaction.
	Revision int64 `json:"revision"`
	// Settings of the account, of access, and of editors, in this order.
	Settings []EffectiveSetting `json:"settings"`
	// In the order in which they count.
	Files []SettingsFile `json:"files"`
	// Parts of the files that are not used.
	Problems []SettingsProblem `json:"problems"`
}

// SettingsProblem: A part of a file that is not used.
type SettingsProblem struct {
	// The file's absolute path.
	File string `json:"file"`
	// Its line, from 1, if it is known.
	Line *int64 `json:"line"`
	// The setting at fault; null: the whole file.
	Setting *string `json:"setting"`
	// What is wrong, and what to do.
	Message string `json:"message"`
}

// SourceFigures: What an agent, a tool or a file brought in, and what is kept of it.
type SourceFigures struct {
	// null: what names none.
	Name *string `json:"name"`
	// Items that came in.
	Items int64 `json:"items"`
	// Tokens that came in.
	Entered int64 `json:"entered"`
	// Tokens that are retained, in these items or in what replaces them.
	Kept int64 `json:"kept"`
}

// SourceTable: Sources, the largest first.
type SourceTable struct {
	// The 20 that brought in most.
	Rows []SourceFigures `json:"rows"`
	// The sum of all others; null: there are none.
	Others *SourceFigures `json:"others"`
}

// SourcesReport: Where tokens came from. In each table, `entered` sums to `processed` and `kept` to `retained`.
type SourcesReport struct {
	// By the agents of items.
	ByAgent SourceTable `json:"byAgent"`
	// By the tools whose output they are.
	ByTool SourceTable `json:"byTool"`
	// By the files that they are from.
	ByFile SourceTable `json:"byFile"`
}

// Spent: What a session has spent by the bills that were recorded for it.
type Spent struct {
	// null: unknown, although something was billed.
	Amount *float64 `json:"amount"`
	// A word or a sign, as the prices name it; null: nothing has a price.
	Currency *string `json:"currency"`
	// How many bills were recorded.
	Requests int64 `json:"requests"`
	// Share of the billed tokens whose price is known.
	CoveredShare float64 `json:"coveredShare"`
	// The session's setting.
	MaxCost float64 `json:"maxCost"`
	// Whether `budget/reserve` refuses now.
	Exceeded bool `json:"exceeded"`
}

// State is of the contract.
type State string

// Values of State.
const (
	// StateRetained
	StateRetained State = "retained"
	// StateReduced
	StateReduced State = "reduced"
	// StatePruned
	StatePruned State = "pruned"
)

// StoreAcknowledgeParams: Params of `store/acknowledge`.
type StoreAcknowledgeParams struct {
	// Ids of the losses, as returned by `store/losses`. Absent: all.
	Ids []int64 `json:"ids,omitempty"`
}

// StoreAcknowledgeResult: Result of `store/acknowledge`.
type StoreAcknowledgeResult struct {
	// How many losses are no longer reported.
	Acknowledged int64 `json:"acknowledged"`
}

// StoreBusyData: `data` of the error `storeBusy`.
type StoreBusyData struct {
	// The name of the error, for programs.
	Name string `json:"name"`
	// Whether the same request may succeed later.
	Retryable bool `json:"retryable"`
	// The fields at fault, if any.
	Errors []FieldFault `json:"errors,omitempty"`
	// How long the request waited, milliseconds.
	WaitedMs int64 `json:"waitedMs"`
}

// StoreFullData: `data` of the error `storeFull`.
type StoreFullData struct {
	// The name of the error, for programs.
	Name string `json:"name"`
	// Whether the same request may succeed later.
	Retryable bool `json:"retryable"`
	// The fields at fault, if any.
	Errors []FieldFault `json:"errors,omitempty"`
	// The path of the file.
	Path *string `json:"path,omitempty"`
}

// StoreLossesParams: Params of `store/losses`.
type StoreLossesParams struct {
}

// StoreLossesResult: Result of `store/losses`.
type StoreLossesResult struct {
	// Oldest first; empty if nothing is lost or everything is acknowledged.
	Losses []Notice `json:"losses"`
}

// StoreTooNewData: `data` of the error `storeTooNew`.
type StoreTooNewData struct {
	// The name of the error, for programs.
	Name string `json:"name"`
	// Whether the same request may succeed later.
	Retryable bool `json:"retryable"`
	// The fields at fault, if any.
	Errors []FieldFault `json:"errors,omitempty"`
	// The path of the file.
	Path string `json:"path"`
	// The version that wrote the store.
	Found int64 `json:"found"`
	// The versions that are supported.
	Supported json.RawMessage `json:"supported"`
}

// StoreUnavailableData: `data` of the error `storeUnavailable`.
type StoreUnavailableData struct {
	// The name of the error, for programs.
	Name string `json:"name"`
	// Whether the same request may succeed later.
	Retryable bool `json:"retryable"`
	// The fields at fault, if any.
	Errors []FieldFault `json:"errors,omitempty"`
	// The path of the file.
	Path string `json:"path"`
	// Why.
	Reason string `json:"reason"`
}

// StoreUnsafeData: `data` of the error `storeUnsafe`.
type StoreUnsafeData struct {
	// The name of the error, for programs.
	Name string `json:"name"`
	// Whether the same request may succeed later.
	Retryable bool `json:"retryable"`
	// The fields at fault, if any.
	Errors []FieldFault `json:"errors,omitempty"`
	// The path of the file.
	Path string `json:"path"`
	// Why.
	Reason string `json:"reason"`
	// The command that fixes it.
	Remedy string `json:"remedy"`
}

// Strategy is of the contract.
type Strategy string

// Values of Strategy.
const (
	// StrategyFixed
	StrategyFixed Strategy = "fixed"
	// StrategyDynamic
	StrategyDynamic Strategy = "dynamic"
	// StrategyReserve
	StrategyReserve Strategy = "reserve"
	// StrategyHistory
	StrategyHistory Strategy = "history"
)

// Symptom: The signs that something is wrong; `findings` gives the causes.
type Symptom struct {
	// The kind of symptom.
	Code SymptomCode `json:"code"`
	// The phase's number.
	Phase *int64 `json:"phase,omitempty"`
	// The layer that it is about, if any.
	Layer *Layer `json:"layer,omitempty"`
	// The figure at fault, tokens.
	Tokens int64 `json:"tokens"`
	// What it should not exceed, tokens.
	Limit int64 `json:"limit"`
	// One sentence for people.
	Message string `json:"message"`
}

// SymptomCode is of the contract.
type SymptomCode string

// Values of SymptomCode.
const (
	// SymptomCodeOverBudget
	SymptomCodeOverBudget SymptomCode = "overBudget"
	// SymptomCodeOverAfterResearch
	SymptomCodeOverAfterResearch SymptomCode = "overAfterResearch"
	// SymptomCodeOverAfterImplementation
	SymptomCodeOverAfterImplementation SymptomCode = "overAfterImplementation"
	// SymptomCodeNearBudget
	SymptomCodeNearBudget SymptomCode = "nearBudget"
	// SymptomCodeLayerCeiling
	SymptomCodeLayerCeiling SymptomCode = "layerCeiling"
	// SymptomCodeOverAllocation
	SymptomCodeOverAllocation SymptomCode = "overAllocation"
	// SymptomCodePeak
	SymptomCodePeak SymptomCode = "peak"
	// SymptomCodeLeasesHoldBudget
	SymptomCodeLeasesHoldBudget SymptomCode = "leasesHoldBudget"
)

// Target: What to prune: exactly one of items, phase, wave (with or without its phase), layer and workflow.
type Target struct {
	// Ids of the items.
	Items []string `json:"items,omitempty"`
	// Absent with a wave: the running phase.
	Phase *int64 `json:"phase,omitempty"`
	// The wave's number within its phase.
	Wave *int64 `json:"wave,omitempty"`
	// All items of this layer.
	Layer *Layer `json:"layer,omitempty"`
	// The whole workflow.
	Workflow *bool `json:"workflow,omitempty"`
}

// TestFields: What test output says; null means unknown.
type TestFields struct {
	// The test runner.
	Framework *string `json:"framework"`
	// The verdict of the run; null: not proven.
	Status *string `json:"status"`
	// Number of passed tests.
	Passed *int64 `json:"passed"`
	// Number of failed tests.
	Failed *int64 `json:"failed"`
	// Number of skipped tests.
	Skipped *int64 `json:"skipped"`
	// Tests that could not run.
	Errors *int64 `json:"errors"`
	// Names of the failing tests.
	Failing []string `json:"failing"`
	// The first lines of their errors.
	Messages []string `json:"messages"`
}

// Thresholds: A level is reached at `>=` its threshold and left below its release figure.
type Thresholds struct {
	// Up to 1 a share of the budget, above 1 tokens.
	Warn *float64 `json:"warn,omitempty"`
	// Up to 1 a share of the budget, above 1 tokens.
	Critical *float64 `json:"critical,omitempty"`
	// Absent: 5 % of the budget below `warn`.
	WarnRelease *float64 `json:"warnRelease,omitempty"`
	// Absent: 5 % of the budget below `critical`.
	CriticalRelease *float64 `json:"criticalRelease,omitempty"`
}

// TimelineEntry: A change, or the last one of several, and where the account stood after it.
type TimelineEntry struct {
	// The revision of the session, which increases by one with each transaction.
	Revision int64 `json:"revision"`
	// When it happened.
	At string `json:"at"`
	// Who made the change: the name that the client gave, or the command, and the server's process id.
	Actor string `json:"actor"`
	// The method at fault.
	Method string `json:"method"`
	// Why it was made, in a few words.
	Why string `json:"why"`
	// The phase of the items or the lease that it changed, if they share one; otherwise the running phase.
	Phase *int64 `json:"phase"`
	// The same of the wave.
	Wave *int64 `json:"wave"`
	// The agent of all items that it added, or the holder of the lease.
	Agent *string `json:"agent"`
	// Tokens.
	Retained int64 `json:"retained"`
	// Tokens.
	Processed int64 `json:"processed"`
	// processed - retained, tokens.
	Saved int64 `json:"saved"`
	// The session's peak so far, tokens.
	Peak int64 `json:"peak"`
	// Tokens that leases held at that time.
	Leased int64 `json:"leased"`
	// `ok`, `warn` or `critical`.
	Level Level `json:"level"`
	// Changes in this entry.
	Changes int64 `json:"changes"`
	// The largest number of retained tokens after any of them.
	Highest int64 `json:"highest"`
}

// TokenKinds: Tokens of requests, by what they are billed as. The kinds never overlap.
type TokenKinds struct {
	// Neither read from the cache nor written to it.
	Input int64 `json:"input"`
	// Read from the cache.
	CacheRead int64 `json:"cacheRead"`
	// Written to the cache for a time that is not known.
	CacheWrite int64 `json:"cacheWrite"`
	// Written for 5 minutes.
	CacheWrite5m int64 `json:"cacheWrite5m"`
	// Written for an hour.
	CacheWrite1h int64 `json:"cacheWrite1h"`
	// What the model wrote, thinking included.
	Output int64 `json:"output"`
	// Sum of the kinds.
	Total int64 `json:"total"`
}

// TokensCountParams: Params of `tokens/count`: exactly one of texts and paths.
type TokensCountParams struct {
	// Absent: the workspace's default session.
	SessionID *string `json:"sessionId,omitempty"`
	// Texts to count.
	Texts []string `json:"texts,omitempty"`
	// Paths of files.
	Paths []string `json:"paths,omitempty"`
	// Absent: the session's if a session is given, else o200k_base.
	Model *string `json:"model,omitempty"`
	// While the vocabulary is still loading, return estimates at once instead of waiting.
	AllowEstimate *bool `json:"allowEstimate,omitempty"`
}

// TokensCountResult: Result of `tokens/count`.
type TokensCountResult struct {
	// One entry for each text or path, in the order of the request.
	Counts []Count `json:"counts"`
	// Tokens.
	Total int64 `json:"total"`
	// The vocabulary of the count.
	Encoding string `json:"encoding"`
	// The model family whose rule gave the figures; unknown: none, so they are those of `encoding`.
	Family string `json:"family"`
	// Median relative error of an estimated text; null: exact, or not known.
	ExpectedError *float64 `json:"expectedError"`
	// The calibration in the figures; 1 if there is none.
	Factor float64 `json:"factor"`
	// Number of bills from which the calibration was learned.
	Samples int64 `json:"samples"`
	// The error of calibrated figures; null: too few bills.
	ErrorBand *ErrorBand `json:"errorBand"`
}

// TokensFitsParams: Params of `tokens/fits`: exactly one of text and path.
type TokensFitsParams struct {
	// Absent: the workspace's default session.
	SessionID *string `json:"sessionId,omitempty"`
	// The text.
	Text *string `json:"text,omitempty"`
	// The path of the file.
	Path *string `json:"path,omitempty"`
	// Tokens.
	Limit int64 `json:"limit"`
	// Selects the vocabulary.
	Model *string `json:"model,omitempty"`
}

// TokensFitsResult: Result of `tokens/fits`.
type TokensFitsResult struct {
	// Whether the text has at most `limit` tokens.
	Fits bool `json:"fits"`
	// Tokens.
	Limit int64 `json:"limit"`
	// Tokens of the whole text; null if it did not have to be counted to the end.
	Tokens *int64 `json:"tokens"`
	// Where the figure comes from.
	Provenance Provenance `json:"provenance"`
}

// TokensTruncateParams: Params of `tokens/truncate`: exactly one of text and path.
type TokensTruncateParams struct {
	// Absent: the workspace's default session.
	SessionID *string `json:"sessionId,omitempty"`
	// The text.
	Text *string `json:"text,omitempty"`
	// The path of the file.
	Path *string `json:"path,omitempty"`
	// Tokens.
	Limit int64 `json:"limit"`
	// Selects the vocabulary.
	Model *string `json:"model,omitempty"`
}

// TokensTruncateResult: Result of `tokens/truncate`.
type TokensTruncateResult struct {
	// The longest beginning found with at most `limit` tokens; no character is split.
	Text string `json:"text"`
	// Tokens of `text`.
	Tokens int64 `json:"tokens"`
	// Tokens.
	Limit int64 `json:"limit"`
	// Where the figure comes from.
	Provenance Provenance `json:"provenance"`
	// Whether anything was cut off.
	Cut bool `json:"cut"`
	// Characters that were cut off.
	CutCharacters int64 `json:"cutCharacters"`
	// UTF-8.
	CutBytes int64 `json:"cutBytes"`
	// Lines that were cut off.
	CutLines int64 `json:"cutLines"`
}

// ToldCost: What a request cost, as its provider or host says.
type ToldCost struct {
	// In whole units of the currency.
	Amount float64 `json:"amount"`
	// That of the prices in the settings, if these count too: there is no exchange.
	Currency string `json:"currency"`
}

// UnknownBaseData: `data` of the error `unknownBase`.
type UnknownBaseData struct {
	// The name of the error, for programs.
	Name string `json:"name"`
	// Whether the same request may succeed later.
	Retryable bool `json:"retryable"`
	// The fields at fault, if any.
	Errors []FieldFault `json:"errors,omitempty"`
	// The name of the conversation.
	Conversation string `json:"conversation"`
	// How many messages of it are known.
	Known int64 `json:"known"`
}

// UnknownFormatData: `data` of the error `unknownFormat`.
type UnknownFormatData struct {
	// The name of the error, for programs.
	Name string `json:"name"`
	// Whether the same request may succeed later.
	Retryable bool `json:"retryable"`
	// The fields at fault, if any.
	Errors []FieldFault `json:"errors,omitempty"`
	// The format of the messages.
	Format *string `json:"format,omitempty"`
	// Index of the faulty message.
	Index int64 `json:"index"`
	// The faulty member within it, such as `content[0].type`.
	Member string `json:"member"`
	// Formats that read the messages: all of them, or where no format was named those before the faulty one.
	Formats []string `json:"formats"`
}

// UnknownItemData: `data` of the error `unknownItem`.
type UnknownItemData struct {
	// The name of the error, for programs.
	Name string `json:"name"`
	// Whether the same request may succeed later.
	Retryable bool `json:"retryable"`
	// The fields at fault, if any.
	Errors []FieldFault `json:"errors,omitempty"`
	// The item's id.
	ItemID string `json:"itemId"`
}

// UnknownLeaseData: `data` of the error `unknownLease`.
type UnknownLeaseData struct {
	// The name of the error, for programs.
	Name string `json:"name"`
	// Whether the same request may succeed later.
	Retryable bool `json:"retryable"`
	// The fields at fault, if any.
	Errors []FieldFault `json:"errors,omitempty"`
	// The lease's id.
	LeaseID string `json:"leaseId"`
}

// UnknownPhaseData: `data` of the error `unknownPhase`.
type UnknownPhaseData struct {
	// The name of the error, for programs.
	Name string `json:"name"`
	// Whether the same request may succeed later.
	Retryable bool `json:"retryable"`
	// The fields at fault, if any.
	Errors []FieldFault `json:"errors,omitempty"`
	// The phase's number.
	Phase int64 `json:"phase"`
	// The wave's number within its phase.
	Wave *int64 `json:"wave,omitempty"`
}

// UnknownRecordingData: `data` of the error `unknownRecording`.
type UnknownRecordingData struct {
	// The name of the error, for programs.
	Name string `json:"name"`
	// Whether the same request may succeed later.
	Retryable bool `json:"retryable"`
	// The fields at fault, if any.
	Errors []FieldFault `json:"errors,omitempty"`
	// The host's id of a session.
	Session string `json:"session"`
}

// UnknownSectionData: `data` of the error `unknownSection`.
type UnknownSectionData struct {
	// The name of the error, for programs.
	Name string `json:"name"`
	// Whether the same request may succeed later.
	Retryable bool `json:"retryable"`
	// The fields at fault, if any.
	Errors []FieldFault `json:"errors,omitempty"`
	// The requested section.
	Section string `json:"section"`
	// Headings that match.
	Candidates []map[string]any `json:"candidates"`
}

// UnknownSessionData: `data` of the error `unknownSession`.
type UnknownSessionData struct {
	// The name of the error, for programs.
	Name string `json:"name"`
	// Whether the same request may succeed later.
	Retryable bool `json:"retryable"`
	// The fields at fault, if any.
	Errors []FieldFault `json:"errors,omitempty"`
	// The session's id.
	SessionID string `json:"sessionId"`
}

// UnknownUndoData: `data` of the error `unknownUndo`.
type UnknownUndoData struct {
	// The name of the error, for programs.
	Name string `json:"name"`
	// Whether the same request may succeed later.
	Retryable bool `json:"retryable"`
	// The fields at fault, if any.
	Errors []FieldFault `json:"errors,omitempty"`
	// The id of the undo.
	Undo string `json:"undo"`
}

// UnpricedTokens: Tokens of a model without a price.
type UnpricedTokens struct {
	// null: not recorded.
	Model *string `json:"model"`
	// Tokens.
	Tokens TokenKinds `json:"tokens"`
}

// UnsupportedVersionData: `data` of the error `unsupportedVersion`.
type UnsupportedVersionData struct {
	// The name of the error, for programs.
	Name string `json:"name"`
	// Whether the same request may succeed later.
	Retryable bool `json:"retryable"`
	// The fields at fault, if any.
	Errors []FieldFault `json:"errors,omitempty"`
	// The versions that are supported.
	Supported json.RawMessage `json:"supported"`
}

// UsageBillParams: Params of `usage/bill`: at least one of tokens and cost. A good request key is the id of the answer.
type UsageBillParams struct {
	// Absent: the workspace's default session.
	SessionID *string `json:"sessionId,omitempty"`
	// The same key returns the first result, even after a restart, so a retry never counts twice.
	RequestKey *string `json:"requestKey,omitempty"`
	// Refuse with `conflict` if the session is at another revision.
	IfRevision *int64 `json:"ifRevision,omitempty"`
	// Selects the vocabulary.
	Model string `json:"model"`
	// Whose request it was. Absent: `main`.
	Agent *string `json:"agent,omitempty"`
	// What the provider billed.
	Tokens *BilledTokens `json:"tokens,omitempty"`
	// What it cost, if that is known. Absent: the tokens at the prices of the settings.
	Cost *ToldCost `json:"cost,omitempty"`
}

// UsageBillResult: Result of `usage/bill`. The account's token figures do not change.
type UsageBillResult struct {
	// The session's id.
	SessionID string `json:"sessionId"`
	// The revision of the session, which increases by one with each transaction.
	Revision int64 `json:"revision"`
	// What the session has spent, if it has a `maxCost`; null: no limit. `budget/breakdown` says it in any case.
	Spent *Spent `json:"spent"`
}

// UsageRecordParams: Params of `usage/record`: what the provider billed for texts counted with `tokens/count`.
type UsageRecordParams struct {
	// Selects the vocabulary.
	Model string `json:"model"`
	// The sum of the counts, tokens.
	Counted int64 `json:"counted"`
	// The factor returned with the counts. Absent: that of an earlier bill for the same count, or the current one.
	Factor *float64 `json:"factor,omitempty"`
	// What the provider billed for the same text, tokens.
	Reported int64 `json:"reported"`
	// The same key returns the first result, so a retry never counts twice.
	RequestKey *string `json:"requestKey,omitempty"`
}

// UsageRecordResult: Result of `usage/record`.
type UsageRecordResult struct {
	// The model that the figures are for.
	Model string `json:"model"`
	// The factor by which this model's figures are multiplied from now on.
	Factor float64 `json:"factor"`
	// Bills recorded for this model in this workspace.
	Samples int64 `json:"samples"`
	// null: too few bills yet.
	ErrorBand *ErrorBand `json:"errorBand"`
}

// WaveStatus: A wave of a phase.
type WaveStatus struct {
	// The wave's number within its phase.
	Wave int64 `json:"wave"`
	// Its state.
	State PhaseStatus `json:"state"`
	// Tokens.
	Retained int64 `json:"retained"`
}

// Window: What the latest call sent, by source.
type Window struct {
	// Tokens of the request as the provider billed it; null: there is no bill of it.
	Total *int64 `json:"total"`
	// Sum of the rows that were counted or reported, tokens.
	Counted int64 `json:"counted"`
	// Tokens counted of what came after that request: the answer and its results.
	Since int64 `json:"since"`
	// By source; `unaccounted`: the total less what was counted.
	Rows []WindowRow `json:"rows"`
	// The parts that cost most, the largest first.
	Largest []WindowPart `json:"largest"`
}

// WindowPart: One part of the window.
type WindowPart struct {
	// Where the tokens come from.
	Source WindowSourceName `json:"source"`
	// The tool of a call or an output.
	Name *string `json:"name"`
	// What it is, in a few words of its own.
	Title string `json:"title"`
	// Tokens.
	Tokens int64 `json:"tokens"`
	// Where the figure comes from.
	Provenance KnownProvenance `json:"provenance"`
	// Index of its message since the last break of the conversation; null: in none.
	Message *int64 `json:"message"`
}

// WindowRow: Tokens of the window from one source.
type WindowRow struct {
	// Where the tokens come from.
	Source WindowSourceName `json:"source"`
	// The tool, MCP server or file, where the source has several.
	Name *string `json:"name"`
	// How many parts these are.
	Items int64 `json:"items"`
	// null: it is there, and the recording does not tell its size. `unaccounted` is negative if more was counted than the provider billed.
	Tokens *int64 `json:"tokens"`
	// Of `unaccounted`: that of the figures that it is the difference of.
	Provenance KnownProvenance `json:"provenance"`
	// tokens / total; null if one of them is unknown.
	OfTotal *float64 `json:"ofTotal"`
}

// WindowSource is of the contract.
type WindowSource string

// Values of WindowSource.
const (
	// WindowSourceRequest
	WindowSourceRequest WindowSource = "request"
	// WindowSourceSession
	WindowSourceSession WindowSource = "session"
	// WindowSourceUser
	WindowSourceUser WindowSource = "user"
	// WindowSourceProject
	WindowSourceProject WindowSource = "project"
	// WindowSourceHost
	WindowSourceHost WindowSource = "host"
	// WindowSourceModel
	WindowSourceModel WindowSource = "model"
	// WindowSourceDefault
	WindowSourceDefault WindowSource = "default"
)

// WindowSourceName is of the contract.
type WindowSourceName string

// Values of WindowSourceName.
const (
	// WindowSourceNameSystem
	WindowSourceNameSystem WindowSourceName = "system"
	// WindowSourceNameToolDefinitions
	WindowSourceNameToolDefinitions WindowSourceName = "toolDefinitions"
	// WindowSourceNameMemory
	WindowSourceNameMemory WindowSourceName = "memory"
	// WindowSourceNamePeople
	WindowSourceNamePeople WindowSourceName = "people"
	// WindowSourceNameAssistant
	WindowSourceNameAssistant WindowSourceName = "assistant"
	// WindowSourceNameThinking
	WindowSourceNameThinking WindowSourceName = "thinking"
	// WindowSourceNameToolCalls
	WindowSourceNameToolCalls WindowSourceName = "toolCalls"
	// WindowSourceNameToolOutput
	WindowSourceNameToolOutput WindowSourceName = "toolOutput"
	// WindowSourceNameSummary
	WindowSourceNameSummary WindowSourceName = "summary"
	// WindowSourceNameHostNotes
	WindowSourceNameHostNotes WindowSourceName = "hostNotes"
	// WindowSourceNameCtxbudget
	WindowSourceNameCtxbudget WindowSourceName = "ctxbudget"
	// WindowSourceNameUnaccounted
	WindowSourceNameUnaccounted WindowSourceName = "unaccounted"
)

// WorkflowCompletePhaseParams: Params of `workflow/completePhase`.
type WorkflowCompletePhaseParams struct {
	// Absent: the workspace's default session.
	SessionID *string `json:"sessionId,omitempty"`
	// The same key returns the first result, even after a restart, so a retry never counts twice.
	RequestKey *string `json:"requestKey,omitempty"`
	// Refuse with `conflict` if the session is at another revision.
	IfRevision *int64 `json:"ifRevision,omitempty"`
	// The phase's number.
	Phase int64 `json:"phase"`
	// Added as metadata of the phase; none is generated.
	Summary json.RawMessage `json:"summary,omitempty"`
	// Complete even if waves or leases are open, or if it never started; open waves complete with it.
	Force *bool `json:"force,omitempty"`
}

// WorkflowCompleteWaveParams: Params of `workflow/completeWave`.
type WorkflowCompleteWaveParams struct {
	// Absent: the workspace's default session.
	SessionID *string `json:"sessionId,omitempty"`
	// The same key returns the first result, even after a restart, so a retry never counts twice.
	RequestKey *string `json:"requestKey,omitempty"`
	// Refuse with `conflict` if the session is at another revision.
	IfRevision *int64 `json:"ifRevision,omitempty"`
	// Absent: the running phase.
	Phase *int64 `json:"phase,omitempty"`
	// The wave's number within its phase.
	Wave int64 `json:"wave"`
}

// WorkflowPlanParams: Params of `workflow/plan`: exactly one of content, path, itemId and description.
type WorkflowPlanParams struct {
	// Absent: the workspace's default session.
	SessionID *string `json:"sessionId,omitempty"`
	// The same key returns the first result, even after a restart, so a retry never counts twice.
	RequestKey *string `json:"requestKey,omitempty"`
	// Refuse with `conflict` if the session is at another revision.
	IfRevision *int64 `json:"ifRevision,omitempty"`
	// The plan itself.
	Content *string `json:"content,omitempty"`
	// A file with the plan, in the allowed roots.
	Path *string `json:"path,omitempty"`
	// A plan on the account.
	ItemID *string `json:"itemId,omitempty"`
	// The task in words, before there is a plan: its phases are those of its scope.
	Description *string `json:"description,omitempty"`
	// Absent: as the plan states it, else the session's, else read from it.
	Scope *Scope `json:"scope,omitempty"`
	// Absent: the session's setting, else `dynamic` for a plan with phases and `fixed` for the phases of a scope.
	Strategy *Strategy `json:"strategy,omitempty"`
	// Absent: the budget, or what is left of it.
	Total *int64 `json:"total,omitempty"`
	// What is divided: the whole budget, or what is left of it.
	Basis *Basis `json:"basis,omitempty"`
	// Number the plan's phases from here on. Absent: as the plan numbers them.
	FirstPhase *int64 `json:"firstPhase,omitempty"`
	// Set up phases, allocations, scope and policy, in place of any earlier allocation; `context/undo` reverts it.
	Apply *bool `json:"apply,omitempty"`
}

// WorkflowPlanResult: Result of `workflow/plan`: the phases, waves and allocations of a plan. Allocations and buffer sum to `total`.
type WorkflowPlanResult struct {
	// The session's id.
	SessionID string `json:"sessionId"`
	// The revision of the session, which increases by one with each transaction.
	Revision int64 `json:"revision"`
	// The plan's title.
	Title *string `json:"title"`
	// The scope of the workflow.
	Scope Scope `json:"scope"`
	// `given` in the request, `stated` in the plan, set for the `session`, `read` from its words, or `default`.
	ScopeBasis string `json:"scopeBasis"`
	// Number of phases.
	PhaseCount int64 `json:"phaseCount"`
	// One entry for each phase.
	Phases []PlannedPhase `json:"phases"`
	// Phases that may run in parallel, wave by wave.
	Waves [][]int64 `json:"waves"`
	// A list of waves in the plan, its dependencies, or, if it has neither, the order of its phases.
	WavesBasis string `json:"wavesBasis"`
	// Sum over the phases.
	Complexity float64 `json:"complexity"`
	// How the budget is divided.
	Strategy Strategy `json:"strategy"`
	// `given` in the request, the `session`'s setting, or `default`.
	StrategyBasis string `json:"strategyBasis"`
	// The pruning policy: the one that is set, else chosen by scope and number of phases.
	Policy Policy `json:"policy"`
	// Set for the `session`, or by scope and number of `phases`.
	PolicyBasis string `json:"policyBasis"`
	// The session's budget, tokens.
	Budget int64 `json:"budget"`
	// What is divided: the whole budget, or what is left of it.
	Basis Basis `json:"basis"`
	// What was divided, tokens.
	Total int64 `json:"total"`
	// Sum of the allocations, tokens.
	Allocated int64 `json:"allocated"`
	// Kept for phases without an allocation and for overruns, tokens.
	Buffer int64 `json:"buffer"`
	// Phases without an allocation.
	DrawsOnBuffer []int64 `json:"drawsOnBuffer"`
	// What the plan does not say, or says unclearly, or past runs do not tell, and what was assumed instead.
	Assumptions []Assumption `json:"assumptions"`
	// Strategy history: the past runs that it was learned from.
	History *HistoryBasis `json:"history,omitempty"`
	// Whether the plan was set up; otherwise it is only shown.
	Applied bool `json:"applied"`
	// For `context/undo`; null if nothing was applied.
	Undo *string `json:"undo"`
}

// WorkflowResult: Result of the lifecycle methods: the state reached, and what the policy pruned, kept and marked.
type WorkflowResult struct {
	// The session's id.
	SessionID string `json:"sessionId"`
	// The revision of the session, which increases by one with each transaction.
	Revision int64 `json:"revision"`
	// What happens to each item.
	Plan []PlanRow `json:"plan"`
	// Sum of tokensBefore - tokensAfter over the plan, tokens.
	Saved int64 `json:"saved"`
	// For `context/undo`; null if nothing changed.
	Undo *string `json:"undo"`
	// The phase's number.
	Phase int64 `json:"phase"`
	// The name of the phase.
	Name *string `json:"name"`
	// The wave's number within its phase.
	Wave *int64 `json:"wave,omitempty"`
	// Its state.
	State PhaseStatus `json:"state"`
	// The policy in force.
	Policy string `json:"policy"`
	// Id of the item made from the summary.
	Summary *string `json:"summary,omitempty"`
	// The account's main figures.
	Status Figures `json:"status"`
	// Alerts that this call raised.
	Alerts []Alert `json:"alerts"`
}

// WorkflowStartPhaseParams: Params of `workflow/startPhase`.
type WorkflowStartPhaseParams struct {
	// Absent: the workspace's default session.
	SessionID *string `json:"sessionId,omitempty"`
	// The same key returns the first result, even after a restart, so a retry never counts twice.
	RequestKey *string `json:"requestKey,omitempty"`
	// Refuse with `conflict` if the session is at another revision.
	IfRevision *int64 `json:"ifRevision,omitempty"`
	// The phase's number.
	Phase int64 `json:"phase"`
	// The name of the phase.
	Name *string `json:"name,omitempty"`
	// Allow going back to a completed phase, or to a lower number than the last one started.
	Reopen *bool `json:"reopen,omitempty"`
}

// WorkflowStartWaveParams: Params of `workflow/startWave`.
type WorkflowStartWaveParams struct {
	// Absent: the workspace's default session.
	SessionID *string `json:"sessionId,omitempty"`
	// The same key returns the first result, even after a restart, so a retry never counts twice.
	RequestKey *string `json:"requestKey,omitempty"`
	// Refuse with `conflict` if the session is at another revision.
	IfRevision *int64 `json:"ifRevision,omitempty"`
	// Absent: the running phase.
	Phase *int64 `json:"phase,omitempty"`
	// The wave's number within its phase.
	Wave int64 `json:"wave"`
	// Go back to a completed wave.
	Reopen *bool `json:"reopen,omitempty"`
}

// keyed are the requests that count twice when they are sent twice without a request key.
var keyed = map[string]bool{
	"session/close":          true,
	"session/archive":        true,
	"session/import":         true,
	"session/recalibrate":    true,
	"session/delete":         true,
	"workflow/startPhase":    true,
	"workflow/completePhase": true,
	"workflow/startWave":     true,
	"workflow/completeWave":  true,
	"workflow/plan":          true,
	"budget/allocate":        true,
	"budget/reserve":         true,
	"budget/settle":          true,
	"budget/release":         true,
	"budget/renew":           true,
	"context/add":            true,
	"context/handOver":       true,
	"context/update":         true,
	"context/append":         true,
	"context/restore":        true,
	"context/prune":          true,
	"context/undo":           true,
	"usage/record":           true,
	"usage/bill":             true,
}

// SessionOpen asks `session/open`. Create or resume a session by id, and configure it.
func (c *Client) SessionOpen(ctx context.Context, params SessionOpenParams) (*SessionOpenResult, error) {
	return ask[SessionOpenResult](ctx, c, "session/open", params)
}

// SessionClose asks `session/close`. End a session; unless told otherwise, its policy makes a final prune. `session/open` resumes it.
func (c *Client) SessionClose(ctx context.Context, params SessionCloseParams) (*SessionCloseResult, error) {
	return ask[SessionCloseResult](ctx, c, "session/close", params)
}

// SessionArchive asks `session/archive`. Keep a session for analysis: it ends if it is open, its figures and its log stay, its content goes.
func (c *Client) SessionArchive(ctx context.Context, params SessionArchiveParams) (*SessionArchiveResult, error) {
	return ask[SessionArchiveResult](ctx, c, "session/archive", params)
}

// SessionReceipt asks `session/receipt`. The hash of the log's last entry. Whoever keeps it can tell later whether anything before it was changed.
func (c *Client) SessionReceipt(ctx context.Context, params SessionReceiptParams) (*SessionReceiptResult, error) {
	return ask[SessionReceiptResult](ctx, c, "session/receipt", params)
}

// SessionExport asks `session/export`. A session as lines of JSON: log, account, items and, if wanted, content. Anyone can verify them.
func (c *Client) SessionExport(ctx context.Context, params SessionExportParams) (*SessionExportResult, error) {
	return ask[SessionExportResult](ctx, c, "session/export", params)
}

// SessionImport asks `session/import`. Take in an exported session under its own id, after verifying every line.
func (c *Client) SessionImport(ctx context.Context, params SessionImportParams) (*SessionImportResult, error) {
	return ask[SessionImportResult](ctx, c, "session/import", params)
}

// SessionRecalibrate asks `session/recalibrate`. Recount a session's items with the current calibration, as one logged event.
func (c *Client) SessionRecalibrate(ctx context.Context, params SessionRecalibrateParams) (*SessionRecalibrateResult, error) {
	return ask[SessionRecalibrateResult](ctx, c, "session/recalibrate", params)
}

// SessionList asks `session/list`. List the sessions of the workspace, page by page.
func (c *Client) SessionList(ctx context.Context, params SessionListParams) (*SessionListResult, error) {
	return ask[SessionListResult](ctx, c, "session/list", params)
}

// SessionHistory asks `session/history`. What the runs of the workspace came to: budget, use, peak, overruns, net savings and cost, page by page.
func (c *Client) SessionHistory(ctx context.Context, params SessionHistoryParams) (*SessionHistoryResult, error) {
	return ask[SessionHistoryResult](ctx, c, "session/history", params)
}

// SessionDelete asks `session/delete`. Delete a session for good, including its originals.
func (c *Client) SessionDelete(ctx context.Context, params SessionDeleteParams) (*SessionDeleteResult, error) {
	return ask[SessionDeleteResult](ctx, c, "session/delete", params)
}

// WorkflowStartPhase asks `workflow/startPhase`. Start a phase, or go back to one.
func (c *Client) WorkflowStartPhase(ctx context.Context, params WorkflowStartPhaseParams) (*WorkflowResult, error) {
	return ask[WorkflowResult](ctx, c, "workflow/startPhase", params)
}

// WorkflowCompletePhase asks `workflow/completePhase`. Complete a phase; the result says what the policy pruned, kept and marked.
func (c *Client) WorkflowCompletePhase(ctx context.Context, params WorkflowCompletePhaseParams) (*WorkflowResult, error) {
	return ask[WorkflowResult](ctx, c, "workflow/completePhase", params)
}

// WorkflowStartWave asks `workflow/startWave`. Start a wave of the running phase.
func (c *Client) WorkflowStartWave(ctx context.Context, params WorkflowStartWaveParams) (*WorkflowResult, error) {
	return ask[WorkflowResult](ctx, c, "workflow/startWave", params)
}

// WorkflowCompleteWave asks `workflow/completeWave`. Complete a wave; the result says what the policy pruned, kept and marked.
func (c *Client) WorkflowCompleteWave(ctx context.Context, params WorkflowCompleteWaveParams) (*WorkflowResult, error) {
	return ask[WorkflowResult](ctx, c, "workflow/completeWave", params)
}

// WorkflowPlan asks `workflow/plan`. Turn a plan into phases with waves, complexities and allocations; set them up if asked to.
func (c *Client) WorkflowPlan(ctx context.Context, params WorkflowPlanParams) (*WorkflowPlanResult, error) {
	return ask[WorkflowPlanResult](ctx, c, "workflow/plan", params)
}

// BudgetAllocate asks `budget/allocate`. Divide the budget among phases.
func (c *Client) BudgetAllocate(ctx context.Context, params BudgetAllocateParams) (*BudgetAllocateResult, error) {
	return ask[BudgetAllocateResult](ctx, c, "budget/allocate", params)
}

// BudgetStatus asks `budget/status`. Window, budget, the four figures, layers, phases, leases, level and advice.
func (c *Client) BudgetStatus(ctx context.Context, params BudgetStatusParams) (*BudgetStatusResult, error) {
	return ask[BudgetStatusResult](ctx, c, "budget/status", params)
}

// BudgetReserve asks `budget/reserve`. Lease tokens for work in flight.
func (c *Client) BudgetReserve(ctx context.Context, params BudgetReserveParams) (*BudgetReserveResult, error) {
	return ask[BudgetReserveResult](ctx, c, "budget/reserve", params)
}

// BudgetSettle asks `budget/settle`. End a lease with the tokens it used; the rest is refunded.
func (c *Client) BudgetSettle(ctx context.Context, params BudgetSettleParams) (*BudgetSettleResult, error) {
	return ask[BudgetSettleResult](ctx, c, "budget/settle", params)
}

// BudgetRelease asks `budget/release`. End a lease whose tokens were not used.
func (c *Client) BudgetRelease(ctx context.Context, params BudgetReleaseParams) (*BudgetReleaseResult, error) {
	return ask[BudgetReleaseResult](ctx, c, "budget/release", params)
}

// BudgetRenew asks `budget/renew`. Extend a lease.
func (c *Client) BudgetRenew(ctx context.Context, params BudgetRenewParams) (*BudgetRenewResult, error) {
	return ask[BudgetRenewResult](ctx, c, "budget/renew", params)
}

// BudgetReport asks `budget/report`. Actual figures against the budget, per phase and layer, with overruns, peaks and net savings.
func (c *Client) BudgetReport(ctx context.Context, params BudgetReportParams) (*BudgetReportResult, error) {
	return ask[BudgetReportResult](ctx, c, "budget/report", params)
}

// BudgetTimeline asks `budget/timeline`. The account over time: each change, who made it, and the figures after it.
func (c *Client) BudgetTimeline(ctx context.Context, params BudgetTimelineParams) (*BudgetTimelineResult, error) {
	return ask[BudgetTimelineResult](ctx, c, "budget/timeline", params)
}

// BudgetDiagnose asks `budget/diagnose`. What is wrong with the account, why, and the requests that cure it, with the figure that they reach.
func (c *Client) BudgetDiagnose(ctx context.Context, params BudgetDiagnoseParams) (*BudgetDiagnoseResult, error) {
	return ask[BudgetDiagnoseResult](ctx, c, "budget/diagnose", params)
}

// BudgetBreakdown asks `budget/breakdown`. What the window holds by source, what of it costs most, why its cache was written again, and money.
func (c *Client) BudgetBreakdown(ctx context.Context, params BudgetBreakdownParams) (*BudgetBreakdownResult, error) {
	return ask[BudgetBreakdownResult](ctx, c, "budget/breakdown", params)
}

// ContextAdd asks `context/add`. Add items to the account; never refused because of the budget.
func (c *Client) ContextAdd(ctx context.Context, params ContextAddParams) (*ContextAddResult, error) {
	return ask[ContextAddResult](ctx, c, "context/add", params)
}

// ContextHandOver asks `context/handOver`. Add an artifact so that only its metadata enters the context, in one transaction.
func (c *Client) ContextHandOver(ctx context.Context, params ContextHandOverParams) (*ContextHandOverResult, error) {
	return ask[ContextHandOverResult](ctx, c, "context/handOver", params)
}

// ContextUpdate asks `context/update`. Pin, unpin or retitle an item, or move it to another layer or phase.
func (c *Client) ContextUpdate(ctx context.Context, params ContextUpdateParams) (*ContextUpdateResult, error) {
	return ask[ContextUpdateResult](ctx, c, "context/update", params)
}

// ContextAppend asks `context/append`. Append to an item; only its tail is counted again.
func (c *Client) ContextAppend(ctx context.Context, params ContextAppendParams) (*ContextAppendResult, error) {
	return ask[ContextAppendResult](ctx, c, "context/append", params)
}

// ContextList asks `context/list`. List the session's items, with filters.
func (c *Client) ContextList(ctx context.Context, params ContextListParams) (*ContextListResult, error) {
	return ask[ContextListResult](ctx, c, "context/list", params)
}

// ContextGet asks `context/get`. Get an item's original: whole, by section, by lines or by search. Changes nothing.
func (c *Client) ContextGet(ctx context.Context, params ContextGetParams) (*ContextGetResult, error) {
	return ask[ContextGetResult](ctx, c, "context/get", params)
}

// ContextSearch asks `context/search`. Search all originals, including pruned ones, for lines that match a query. Changes nothing.
func (c *Client) ContextSearch(ctx context.Context, params ContextSearchParams) (*ContextSearchResult, error) {
	return ask[ContextSearchResult](ctx, c, "context/search", params)
}

// ContextRestore asks `context/restore`. Restore removed items to the account.
func (c *Client) ContextRestore(ctx context.Context, params ContextRestoreParams) (*ContextRestoreResult, error) {
	return ask[ContextRestoreResult](ctx, c, "context/restore", params)
}

// ContextPrune asks `context/prune`. Remove items by policy and target, or with dryRun show what would be removed.
func (c *Client) ContextPrune(ctx context.Context, params ContextPruneParams) (*ContextPruneResult, error) {
	return ask[ContextPruneResult](ctx, c, "context/prune", params)
}

// ContextUndo asks `context/undo`. Revert a prune: restore exactly the items that it changed. Reverts the setup of `workflow/plan` as well.
func (c *Client) ContextUndo(ctx context.Context, params ContextUndoParams) (*ContextUndoResult, error) {
	return ask[ContextUndoResult](ctx, c, "context/undo", params)
}

// ContextRender asks `context/render`. Render the text for the next agent within N tokens. Changes nothing.
func (c *Client) ContextRender(ctx context.Context, params ContextRenderParams) (*ContextRenderResult, error) {
	return ask[ContextRenderResult](ctx, c, "context/render", params)
}

// ContextFit asks `context/fit`. Cut a message array to at most N tokens, legal for the provider; everything removed can be restored.
func (c *Client) ContextFit(ctx context.Context, params ContextFitParams) (*ContextFitResult, error) {
	return ask[ContextFitResult](ctx, c, "context/fit", params)
}

// MetadataExtract asks `metadata/extract`. Condense an artifact to at most N tokens of metadata.
func (c *Client) MetadataExtract(ctx context.Context, params MetadataExtractParams) (*MetadataExtractResult, error) {
	return ask[MetadataExtractResult](ctx, c, "metadata/extract", params)
}

// TokensCount asks `tokens/count`. Count texts or files, with provenance.
func (c *Client) TokensCount(ctx context.Context, params TokensCountParams) (*TokensCountResult, error) {
	return ask[TokensCountResult](ctx, c, "tokens/count", params)
}

// TokensFits asks `tokens/fits`. Whether a text has at most `limit` tokens; the cost is in proportion to the limit, not the text.
func (c *Client) TokensFits(ctx context.Context, params TokensFitsParams) (*TokensFitsResult, error) {
	return ask[TokensFitsResult](ctx, c, "tokens/fits", params)
}

// TokensTruncate asks `tokens/truncate`. The longest beginning of a text with at most `limit` tokens, and what was cut.
func (c *Client) TokensTruncate(ctx context.Context, params TokensTruncateParams) (*TokensTruncateResult, error) {
	return ask[TokensTruncateResult](ctx, c, "tokens/truncate", params)
}

// UsageRecord asks `usage/record`. Record what the provider billed for what was counted, to calibrate the model's figures.
func (c *Client) UsageRecord(ctx context.Context, params UsageRecordParams) (*UsageRecordResult, error) {
	return ask[UsageRecordResult](ctx, c, "usage/record", params)
}

// UsageBill asks `usage/bill`. Record what a provider billed for a request of a session, for `budget/breakdown` and the limit `maxCost`.
func (c *Client) UsageBill(ctx context.Context, params UsageBillParams) (*UsageBillResult, error) {
	return ask[UsageBillResult](ctx, c, "usage/bill", params)
}

// SettingsGet asks `settings/get`. Every setting in force, where it comes from, and what is wrong in the files.
func (c *Client) SettingsGet(ctx context.Context, params SettingsGetParams) (*SettingsGetResult, error) {
	return ask[SettingsGetResult](ctx, c, "settings/get", params)
}

// StoreLosses asks `store/losses`. List the store's losses that have not been acknowledged.
func (c *Client) StoreLosses(ctx context.Context, params StoreLossesParams) (*StoreLossesResult, error) {
	return ask[StoreLossesResult](ctx, c, "store/losses", params)
}

// StoreAcknowledge asks `store/acknowledge`. Stop reporting losses that someone has seen.
func (c *Client) StoreAcknowledge(ctx context.Context, params StoreAcknowledgeParams) (*StoreAcknowledgeResult, error) {
	return ask[StoreAcknowledgeResult](ctx, c, "store/acknowledge", params)
}
