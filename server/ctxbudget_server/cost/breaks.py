"""Why calls wrote to the prompt cache: each call's newly written tokens, ascribed to one cause.

A cause needs evidence in the recording or in the account's log, and a loss that it can explain. What has none is
`unknown`. A provider reads a prefix up to the first difference, so a break of the cache is a call that read less than
the call before it left there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal, NamedTuple, get_args

from ctxbudget_server.transcripts.call_marks import Mark
from ctxbudget_server.transcripts.calls import Call

Cause = Literal[
    "start", "appended", "compaction", "ourCut", "modelSwitch", "toolsChanged", "expiry", "edit", "unknown"
]  # fmt: skip
CAUSES: Final[tuple[Cause, ...]] = get_args(Cause)
BREAKS: Final = frozenset(CAUSES) - {"start", "appended"}
"""Causes by which tokens are written that were in the cache already, or that replace some that were."""

MIN_LOSS: Final = 1_024
"""Tokens: no provider caches a shorter prefix, and hosts leave out small notes of earlier turns."""
MIN_SHARE: Final = 0.1
"""Where less was cached, this share of it is a loss."""


class Ascribed(NamedTuple):
    """A call, and why it wrote what it wrote to the cache."""

    call: Call
    cause: Cause
    told: str
    """The evidence, for people; empty where nothing broke."""
    before: int
    """Tokens that were in the cache before."""
    lost: int
    """Of these, tokens that it did not read, although they are at the beginning of what was sent before."""
    idle: float | None
    """Seconds since the request before."""


def ascribed(calls: Sequence[Call], cuts: Iterable[Mark] = ()) -> list[Ascribed]:
    """The calls of one agent in order, each with the cause of what it wrote.

    `cuts` are changes that the recording does not tell, such as those that an account's log has; their times say
    between which calls they were made.
    """
    found: list[Ascribed] = []
    cached_first = calls[0].cached if calls else 0
    for index, call in enumerate(calls):
        before = calls[index - 1] if index else None
        if before is None or not before.cached:
            cut = next((mark for mark in call.marks if mark.cause == "ourCut"), None)
            idle = _idle(before, call)
            found.append(Ascribed(call, *((cut.cause, cut.told) if cut else ("start", "")), 0, 0, idle))
            continue
        change = _Change(before, call, (*call.marks, *_between(before, call, cuts)), cached_first)
        cause, told = _cause(change)
        found.append(Ascribed(call, cause, told, before.cached, change.lost, change.idle))
    return found


class _Change(NamedTuple):
    """What is known of the way from one call to the next."""

    before: Call
    call: Call
    marks: tuple[Mark, ...]
    cached_first: int
    """What the agent's first call left in the cache: the system prompt, tools and what was asked first."""

    @property
    def lost(self) -> int:
        """Tokens that the call did not read."""
        return max(0, self.before.cached - self.call.billed.cache_read)

    @property
    def is_loss(self) -> bool:
        """Whether more was lost than small notes of earlier turns."""
        return self.lost > 0 and self.lost >= min(MIN_LOSS, MIN_SHARE * self.before.cached)

    @property
    def from_the_front(self) -> bool:
        """Whether it was lost from the beginning, as tools and time take it.

        Another session may keep that much of it: the system prompt.
        """
        return self.call.billed.cache_read <= max(self.cached_first, self.before.cached // 2)

    @property
    def idle(self) -> float | None:
        """Seconds between the requests."""
        return _idle(self.before, self.call)

    def mark(self, cause: str) -> Mark | None:
        """The first change of a kind, one that is certain before one that is not."""
        found = (mark for mark in self.marks if mark.cause == cause)
        return min(found, key=lambda mark: not mark.is_certain, default=None)


def _cause(change: _Change) -> tuple[Cause, str]:
    before, call = change.before, change.call
    mark = change.mark("ourCut") or change.mark("compaction")
    if mark is not None:
        return mark.cause, mark.told
    edit = change.mark("edit") if change.lost else None
    if not change.is_loss:
        return (edit.cause, edit.told) if edit else ("appended", "")
    if _is_other_model(before.model, call.model):
        return "modelSwitch", f"{before.model} → {call.model}"
    if change.from_the_front:
        tools = change.mark("toolsChanged")
        kept = _expired_after(call, change.idle)
        if kept is not None and not (tools and tools.is_certain):
            return "expiry", f"nothing was read for longer than the {kept / 60:.0f} minutes that the cache keeps it"
        if tools:
            return tools.cause, tools.told
    return (edit.cause, edit.told) if edit else ("unknown", "")


def _between(before: Call, call: Call, cuts: Iterable[Mark]) -> list[Mark]:
    """The changes that were made after one answer and before the next."""
    if before.at is None or call.at is None:
        return []
    return [cut for cut in cuts if cut.at is not None and before.at < cut.at <= call.at]


def _idle(before: Call | None, call: Call) -> float | None:
    if before is None or before.began is None or call.began is None:
        return None
    return max(0.0, call.began - before.began)


def _expired_after(call: Call, idle: float | None) -> float | None:
    """How long what was lost was kept, seconds, if nobody read it for longer; else None."""
    if idle is None or call.lifetime is None:
        return None
    first, whole = call.lifetime
    kept = first if call.billed.cache_read else whole
    return kept if idle > kept else None


def _is_other_model(one: str | None, other: str | None) -> bool:
    """Whether two names are of different models; a name without its date is the same model."""
    if one is None or other is None:
        return False
    short, long = sorted((one, other), key=len)
    return short != long and not (long.startswith(f"{short}-") and long[len(short) + 1 :].isdigit())
