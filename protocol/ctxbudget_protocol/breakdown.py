"""Records of `budget/breakdown` and `usage/bill`: what a window holds, why its cache was written again, and money."""

from __future__ import annotations

from typing import Annotated, Any

from ctxbudget_protocol.fields import Label, Text, Title, Tokens
from ctxbudget_protocol.records import Constraint, Record, described
from ctxbudget_protocol.words import (
    CacheCauseName,
    HostName,
    Kind,
    KnownProvenance,
    Layer,
    RecordingFormat,
    WindowSourceName,
)

MAX_REPORTED = 10_000
"""Maximum number of rows that a caller reports."""
MAX_LARGEST = 1_000
"""Maximum number of items that are listed as the largest."""

Amount = Annotated[float, Constraint(ge=0, le=1_000_000_000, finite=True)]
Currency = Annotated[str, Constraint(min_length=1, max_length=12)]


class RecordingSource(Record, exactly_one=("path", "session", "content")):
    """A session that a host recorded: exactly one of path, session and content."""

    path: Title | None = described(
        "Its file, inside the workspace or a folder that may be read; `FILE#SESSION` in a database of opencode.",
        default=None,
    )
    session: Label | None = described(
        "The host's id of it: it is looked for where hosts keep their sessions on this machine.", default=None
    )
    content: Text | None = described("The recording itself.", default=None)
    host: HostName | None = described("With `session`: whose it is. Absent: any host's.", default=None)
    format: RecordingFormat | None = described("What it is read as. Absent: detected.", default=None)


class ReportedSource(Record):
    """What a host itself says of its window, as Claude Code's `getContextUsage` does."""

    source: WindowSourceName = described("Where the tokens come from.")
    name: Title | None = described(
        "For example the MCP server of definitions, or the path of a memory file.", default=None
    )
    tokens: Tokens


class WindowRow(Record):
    """Tokens of the window from one source."""

    source: WindowSourceName = described("Where the tokens come from.")
    name: str | None = described("The tool, MCP server or file, where the source has several.")
    items: int = described("How many parts these are.")
    tokens: int | None = described(
        "null: it is there, and the recording does not tell its size. `unaccounted` is negative if more was counted "
        "than the provider billed."
    )
    provenance: KnownProvenance = described("Of `unaccounted`: that of the figures that it is the difference of.")
    of_total: float | None = described("tokens / total; null if one of them is unknown.")


class WindowPart(Record):
    """One part of the window."""

    source: WindowSourceName = described("Where the tokens come from.")
    name: str | None = described("The tool of a call or an output.")
    title: str = described("What it is, in a few words of its own.")
    tokens: int
    provenance: KnownProvenance
    message: int | None = described("Index of its message since the last break of the conversation; null: in none.")


class Window(Record):
    """What the latest call sent, by source."""

    total: int | None = described("Tokens of the request as the provider billed it; null: there is no bill of it.")
    counted: int = described("Sum of the rows that were counted or reported, tokens.")
    since: int = described("Tokens counted of what came after that request: the answer and its results.")
    rows: list[WindowRow] = described("By source; `unaccounted`: the total less what was counted.")
    largest: list[WindowPart] = described("The parts that cost most, the largest first.")


class CacheBreak(Record):
    """A call that read less from the prompt cache than the call before it left there."""

    agent: str = described("`main`, or the host's id of a subagent.")
    call: int = described("Number of the call among the agent's, from 1.")
    at: str | None = described("When it was answered; null: unknown.")
    model: str | None = described("That answered; null: unknown.")
    cause: CacheCauseName = described("Why, as far as the recording or the log tells.")
    evidence: str = described("What tells the cause; empty: nothing does.")
    written: int | None = described("Tokens newly written to the cache; null: the host does not record it.")
    read: int = described("Tokens read from the cache.")
    before: int = described("Tokens that were in the cache before; if the host does not record it, at most these.")
    lost: int = described("before - read: tokens that had to be sent again, or replaced.")
    idle_ms: int | None = described("Milliseconds since the request before; null: unknown.")


class CacheCause(Record):
    """Calls whose newly written tokens have the same cause."""

    cause: CacheCauseName = described(
        "`start`: nothing was cached. `appended`: only what is new was written. `ourCut`: a fit of ctxbudget's. "
        "`edit`: something before the end changed, as when a person goes back. `unknown`: nothing tells."
    )
    calls: int = described("How many calls these are.")
    written: int | None = described("Tokens newly written to the cache; null: the host does not record it.")
    lost: int = described("Tokens.")


class CacheUse(Record):
    """The calls of a recording, and why each wrote to the prompt cache. Each call has one cause."""

    calls: int = described("Calls that were billed.")
    read: int = described("Tokens.")
    written: int | None = described("Tokens; null: the host does not record it.")
    causes: list[CacheCause] = described("By cause; each call is in one of them.")
    breaks: list[CacheBreak] = described("The calls at which something was lost, the latest last.")
    omitted: int = described("Breaks that are not listed, the oldest.")


class TokenKinds(Record):
    """Tokens of requests, by what they are billed as. The kinds never overlap."""

    input: int = described("Neither read from the cache nor written to it.")
    cache_read: int = described("Read from the cache.")
    cache_write: int = described("Written to the cache for a time that is not known.")
    cache_write5m: int = described("Written for 5 minutes.")
    cache_write1h: int = described("Written for an hour.")
    output: int = described("What the model wrote, thinking included.")
    total: int = described("Sum of the kinds.")


class Money(Record):
    """A price, and what it covers."""

    amount: float | None = described("null: unknown.")
    currency: str | None
    provenance: KnownProvenance = described("`reported`: bills at the prices in the settings, or as the caller told.")
    covered_tokens: int = described("Tokens whose price is known.")
    covered_share: float = described("covered tokens / all billed tokens.")


class CostRow(Record):
    """What the requests of one session, agent and model were billed and cost."""

    session: str | None = described("The host's id of the session, or the account's.")
    agent: str | None = described("`main`, or the host's id of a subagent.")
    agent_type: str | None = described("For example `Explore`; null: not recorded.")
    model: str | None = described("null: not recorded.")
    requests: int = described("How many requests these are; each counts once.")
    unbilled: int = described("Of these, requests of which there is no bill.")
    output_at_least: int = described("Of these, requests recorded before the answer ended: their output may be more.")
    tokens: TokenKinds
    cost: Money = described("What they cost, as far as prices are known.")


class UnpricedTokens(Record):
    """Tokens of a model without a price."""

    model: str | None = described("null: not recorded.")
    tokens: TokenKinds


class Costs(Record):
    """Money by session, agent and model, where bills and prices are known."""

    rows: list[CostRow] = described("One for each session, agent and model.")
    total: CostRow = described("Of all rows; its session, agent and model are null.")
    unpriced: list[UnpricedTokens] = described("Tokens without a price, by model; they are in no sum of money.")
    warning: str | None = described(
        "Why there is no sum, if there is none: prices in several currencies.", default=None
    )


class RecordingBreakdown(Record):
    """What a recorded session tells."""

    host: str = described("The format it was read as.")
    session: str | None = described("The host's id of it.")
    path: str | None = described("Its file; null: its content was given.")
    model: str | None = described("That answered last.")
    at: str | None = described("When the latest call was answered.")
    tools: dict[str, Any] = described("How many tools the host listed last, by MCP server; `built-in`: its own.")
    window: Window = described("What its latest call sent.")
    cache: CacheUse | None = described("null: the format has no bills.")
    cost: Costs | None = described("null: the format has no bills.")
    warnings: list[str] = described("What could not be read of it.")


class AccountRow(Record):
    """Retained tokens of items that have something in common."""

    name: str | None = described("null: the items do not say.")
    items: int = described("How many items these are.")
    tokens: int
    provenance: KnownProvenance = described("The least certain of its items' figures.")
    of_retained: float | None = described("tokens / retained; null if nothing is retained.")


class AccountItem(Record):
    """One retained item."""

    id: str
    layer: Layer
    kind: Kind
    agent: str | None
    title: str | None
    path: str | None
    phase: int | None
    tokens: int
    provenance: KnownProvenance


class AccountBreakdown(Record):
    """What is retained on a session's account, from several sides; each sums to `retained`."""

    retained: int
    by_layer: list[AccountRow] = described("By layer.")
    by_agent: list[AccountRow] = described("By agent.")
    by_tool: list[AccountRow] = described("By the tool whose output the items are; null: they are none.")
    by_file: list[AccountRow] = described("By file; null: they are of none.")
    largest: list[AccountItem] = described("The items that cost most, the largest first.")
    cost: Costs | None = described("Of the bills that `usage/bill` recorded; null: none.")


class BilledTokens(Record):
    """Tokens of one request as the provider billed it, by kind. The kinds must not overlap."""

    input: Tokens = described("Neither read from the cache nor written to it.", default=0)
    cache_read: Tokens = described("Read from the cache.", default=0)
    cache_write: Tokens = described("Written to the cache, if it is not known for how long.", default=0)
    cache_write5m: Tokens = described("Written for 5 minutes.", default=0)
    cache_write1h: Tokens = described("Written for an hour.", default=0)
    output: Tokens = described("What the model wrote, thinking included.", default=0)


class ToldCost(Record):
    """What a request cost, as its provider or host says."""

    amount: Amount = described("In whole units of the currency.")
    currency: Currency = described("That of the prices in the settings, if these count too: there is no exchange.")


class Spent(Record):
    """What a session has spent by the bills that were recorded for it."""

    amount: float | None = described("null: unknown, although something was billed.")
    currency: str | None
    requests: int = described("How many bills were recorded.")
    covered_share: float = described("Share of the billed tokens whose price is known.")
    max_cost: float = described("The session's setting.")
    exceeded: bool = described("Whether `budget/reserve` refuses now.")
