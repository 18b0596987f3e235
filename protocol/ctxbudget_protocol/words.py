"""The words of the wire: closed sets of values."""

from __future__ import annotations

from typing import Literal

Layer = Literal["permanent", "phase", "metadata", "transient"]
Kind = Literal["report", "plan", "summary", "debug", "test-output", "log", "tool-output", "instructions", "other"]
State = Literal["retained", "reduced", "pruned"]
Provenance = Literal["exact", "calibrated", "estimated", "reported"]
Level = Literal["ok", "warn", "critical"]
Policy = Literal["aggressive", "moderate", "minimal"]
Scope = Literal["full-implementation", "research-and-plan", "research-only", "debug-only"]
Strategy = Literal["fixed", "dynamic", "reserve", "history"]
AllocationBasis = Literal["history", "complexity", "even"]
PastMeasure = Literal["used", "peak"]
Basis = Literal["total", "remaining"]
ComplexityBasis = Literal["given", "stated", "computed", "default", "template"]
AssumptionCode = Literal[
    "noPhases", "numbers", "noScope", "noEffort", "entriesAsTasks", "tasksOutside", "complexityIgnored",
    "noDependencies", "dependenciesMissing", "wavesIncomplete", "waveOrder", "cycle", "outsideTemplate", "debugShare",
    "phaseExists", "replacesAllocation", "fewRuns", "shortTotal",
]  # fmt: skip
PhaseStatus = Literal["planned", "running", "completed"]
MessageFormat = Literal[
    "anthropic", "openai-chat", "openai-responses", "vercel", "vercel-ui", "gemini", "bedrock", "neutral"
]
FitAnswer = Literal["messages", "edits", "text"]
FitContinues = Literal["given", "answered", "nothing"]
OverheadSource = Literal["given", "reported", "none"]
FitReason = Literal["requested", "repeated", "superseded", "retried", "oldResult", "newestResult", "oldTurn"]
Detail = Literal["whole", "metadata", "brief", "line", "marker", "omitted"]
RenderReason = Literal[
    "pinned", "permanent", "fits", "focus", "room", "noContent", "otherPhase", "marker", "phaseMarker", "sourceRetained"
]
SessionState = Literal["open", "closed", "archived"]
WindowSource = Literal["request", "session", "user", "project", "host", "model", "default"]
Origin = Literal["option", "environment", "session", "user", "project", "host", "model", "default"]
FindingCode = Literal[
    "policyTooMild", "phaseNotCompleted", "contentNotPruned", "waveLeftOpen", "waveNotPruned", "phaseContextGrows",
    "agentOutputKept", "hugeTool", "transientKept", "tooManyAgents", "metadataNotExtracted", "metadataTooLarge",
    "metadataLargerThanSource", "metadataMissing", "metadataAccumulates", "protectedTooLarge", "estimatesNotCounts",
    "leaseNotSettled", "peak",
]  # fmt: skip
SymptomCode = Literal[
    "overBudget", "overAfterResearch", "overAfterImplementation", "nearBudget", "layerCeiling", "overAllocation",
    "peak", "leasesHoldBudget",
]  # fmt: skip
HostName = Literal["claude-code", "codex", "gemini-cli", "opencode"]
RecordingFormat = Literal[
    "claude-code", "codex", "gemini-cli", "opencode", "anthropic", "openai-chat", "openai-responses", "vercel",
    "vercel-ui", "gemini", "bedrock", "neutral",
]  # fmt: skip
KnownProvenance = Literal["exact", "calibrated", "estimated", "reported", "unknown"]
WindowSourceName = Literal[
    "system", "toolDefinitions", "memory", "people", "assistant", "thinking", "toolCalls", "toolOutput", "summary",
    "hostNotes", "ctxbudget", "unaccounted",
]  # fmt: skip
CacheCauseName = Literal[
    "start", "appended", "compaction", "ourCut", "modelSwitch", "toolsChanged", "expiry", "edit", "unknown"
]  # fmt: skip
