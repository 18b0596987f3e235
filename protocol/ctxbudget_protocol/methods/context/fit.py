"""`context/fit`: its params, its result and its row of the table."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from ctxbudget_protocol.common import Alert, Figures, MutatingParams
from ctxbudget_protocol.fields import (
    MAX_ITEMS,
    MAX_MESSAGES,
    Conversation,
    Messages,
    Model,
    PositiveTokens,
    Retrieve,
    Text,
    Tokens,
)
from ctxbudget_protocol.method import WRITE_ERRORS, Example, Method
from ctxbudget_protocol.records import Constraint, Record, described
from ctxbudget_protocol.words import (
    FitAnswer,
    FitContinues,
    FitReason,
    MessageFormat,
    OverheadSource,
    Provenance,
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
