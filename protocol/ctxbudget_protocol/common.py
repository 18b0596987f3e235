"""Records shared by params and results: the account's figures, alerts, and the outcome of a prune."""

from __future__ import annotations

from typing import Any, Literal

from ctxbudget_protocol.fields import RequestKey, Revision, SessionId
from ctxbudget_protocol.records import Record, described
from ctxbudget_protocol.words import (
    AllocationBasis,
    AssumptionCode,
    Kind,
    Layer,
    Level,
    PastMeasure,
    Provenance,
    WindowSource,
)


class SessionParams(Record):
    """Params of a method that reads a session."""

    session_id: SessionId | None = described("Absent: the workspace's default session.", default=None)


class MutatingParams(SessionParams):
    """Params of a method that writes to a session."""

    request_key: RequestKey | None = described(
        "The same key returns the first result, even after a restart, so a retry never counts twice.", default=None
    )
    if_revision: Revision | None = described(
        "Refuse with `conflict` if the session is at another revision.", default=None
    )


class SessionResult(Record):
    """What every answer about a session carries."""

    session_id: str
    revision: int


class Figures(Record):
    """The account's main figures. All are tokens, except shares, which name their base."""

    window: int = described("The model's context size, tokens.")
    window_source: WindowSource = described(
        "Where the window comes from: the session's settings, the user's file, the project's file, the host's report, "
        "or (`model`) the size that is assumed for the model; `default`: it has not been set; `request`: an editor's "
        "own setting."
    )
    budget: int = described("floor(window x target share), tokens.")
    retained: int = described("Tokens in the context now; always processed - saved.")
    peak: int = described("Highest `retained` at the end of any transaction, tokens.")
    processed: int = described("Tokens of everything that callers added.")
    saved: int = described("Tokens removed, less replacements and what was restored.")
    leased: int = described("Tokens reserved for work in flight.")
    available: int = described("budget - retained - leased, tokens; negative if over budget.")
    of_window: float = described("retained / window.")
    of_budget: float = described("retained / budget.")
    level: Level


class Reach(Record):
    """When `retained` reaches a limit, if the context grows on as before and nothing is removed."""

    at: int = described("The limit, tokens.")
    tokens: int = described("Tokens until then; 0: it is reached.")
    calls: int | None = described("Calls until then; 0: it is reached; null: unknown.")
    low: int | None = described(
        "Calls until then at the least: it is between `low` and `high` in nine of ten cases. null: unknown."
    )
    high: int | None = described("Calls until then at the most; null: unknown.")
    reason: Literal["tooFewCalls", "noGrowth", "tooFar"] | None = described(
        "Why `calls` is unknown. `tooFewCalls`: fewer than four have a growth. `noGrowth`: none brought a token. "
        "`tooFar`: it takes more than eight times as many calls as it is based on. null: it is known."
    )


class PhaseGrowth(Record):
    """How much calls for a phase added."""

    phase: int = described("The phase that the calls were made for.")
    calls: int = described("Calls that have a growth.")
    growth: int = described("Tokens per call, the mean.")


class AgentGrowth(Record):
    """How much calls of an agent added."""

    agent: str = described("The agent of what was added.")
    calls: int = described("Calls that have a growth.")
    growth: int = described("Tokens per call, the mean.")


class Forecast(Record):
    """How many calls are left until each limit. A call is a change that brings tokens."""

    warn: Reach = described("When `retained` reaches `warnAt`.")
    critical: Reach = described("When it reaches `criticalAt`.")
    budget: Reach = described("When it reaches the budget.")
    window: Reach = described("When it reaches the window.")
    requests: Reach | None = described(
        "When the model's own requests reach the window, from the sizes that the call gave; calls are requests here. "
        "null: it gave none."
    )
    growth: int | None = described("Tokens per call that are expected; null: unknown.")
    based_on: int = described("Calls whose growth it is based on, the latest.")
    basis: Literal["phase", "session"] = described(
        "Whose calls these are: those of the running phase, as soon as four of them have a growth."
    )
    by_phase: list[PhaseGrowth] = described("The growth of the latest calls by phase.")
    by_agent: list[AgentGrowth] = described("The growth of the latest calls by agent, largest first.")


class Notice(Record):
    """Something that the store has lost or had to repair, reported until `store/acknowledge`; or a fault in a file of
    settings, reported until the file is corrected."""

    id: int = described("The loss's id; 0 for a fault in a file of settings.")
    found_at: str
    kind: str = described(
        "`salvaged`: a damaged file was replaced with what could be read of it. `wentBack`: acknowledged changes of "
        "sessions are missing. `headerRepaired`: the file's header was damaged; nothing is lost. `settings`: part of a "
        "file of settings is not used."
    )
    message: str = described("A message for people that names what is lost.")
    detail: dict[str, Any] = described(
        "Data for programs, depending on the kind: `sessions[]` and where the file is kept, or `file`, `line` and "
        "`setting`."
    )


class Noticed(Record):
    """Members of results that report losses."""

    notices: list[Notice] = described(
        "Losses that have not been acknowledged, and faults in files of settings.", default=()
    )


class Alert(Record):
    """The level rose. Raised once for each crossing, whichever process caused it."""

    level: Literal["warn", "critical"]
    previous: Level
    retained: int = described("Tokens.")
    threshold: int = described("The figure that was reached, tokens.")
    budget: int = described("Tokens.")
    window_source: WindowSource = described(
        "Where the window that the budget is a share of comes from. `default`: displays need not warn.",
        default="default",
    )
    of_budget: float = described("retained / budget.")
    revision: int
    at: str
    message: str = described("One sentence for people and models.")
    next: str | None = described(
        "What to do next, in one line, as in `advice` of `budget/status`; null: an earlier version raised the alert.",
        default=None,
    )


class PlanRow(Record):
    """One item of a prune: what happens to it, why, and the tokens before and after."""

    id: str
    action: Literal["reduced", "pruned", "kept", "added"] = described(
        "`reduced`: another item replaces it. `added`: a replacement, made by this prune."
    )
    reason: str = described(
        "policy, requested, superseded, noMetadata, emergency, marker, metadata; for kept items: pinned, permanent, "
        "metadata, running, deferred, diagnostic, notRetained."
    )
    layer: Layer
    kind: Kind
    phase: int | None = None
    wave: int | None = None
    title: str | None = None
    tokens_before: int
    tokens_after: int
    stand_in: str | None = described("The item that replaces this one.", default=None)


class PruneOutcome(Record):
    """What a prune did, and the id with which to undo it."""

    plan: list[PlanRow]
    saved: int = described("Sum of tokensBefore - tokensAfter over the plan, tokens.")
    undo: str | None = described("For `context/undo`; null if nothing changed.")


class Assumption(Record):
    """Something that a plan does not say, or that was not understood, and what was assumed instead."""

    code: AssumptionCode = described("The kind of assumption.")
    phases: list[int] = described("The phases that it is about; empty: the plan as a whole.")
    message: str


class PastUse(Record):
    """What past runs used for a phase."""

    runs: int = described("Past runs that have this phase, by name or, where one has no name, by number.")
    tokens: int | None = described(
        "What they used at the quantile: with that probability the next run stays within it. null: they are too few."
    )
    provenance: Provenance | None = described(
        "Where the roughest part of what they used comes from. null: there is no figure."
    )
    basis: AllocationBasis = described(
        "What its share follows: what past runs used (`history`), else its complexity, or `even` without complexities."
    )


class HistoryBasis(Record):
    """The past runs that a division was learned from."""

    quantile: float = described("The share of past runs that a phase's figure covers.")
    measure: PastMeasure = described("What counts as used: `used` at the completion of the phase, or its `peak`.")
    runs: int = described("Finished runs of the scope that were looked at: the latest, 50 at most.")
