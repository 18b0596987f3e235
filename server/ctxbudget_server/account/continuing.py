"""Conversations that callers continue: what is known of each, so that only what is new has to be sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from cachetools import LRUCache

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_protocol.words import FitContinues
from ctxbudget_server.account.beginnings import Beginnings
from ctxbudget_server.account.fit_memory import Measured
from ctxbudget_server.fit import SHAPES, Message
from ctxbudget_server.fit.model import Edit, edited
from ctxbudget_server.fit.shape import shared_beginning

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.context.fit import FitEdit, FittedPart

MAX_BYTES = 64 * 1024 * 1024
"""JSON of the conversations that are remembered, together: those that were continued latest."""


class Name(NamedTuple):
    """By which a conversation is known in this process."""

    workspace: str
    session_id: str | None
    nonce: str
    conversation: str


class Known(NamedTuple):
    """A conversation as it was given, and what was answered."""

    form: str
    messages: list[Message]
    beginnings: Beginnings
    edits: tuple[Edit, ...]
    keeps: tuple[int, frozenset[int | str]]
    """Turns and pins that the edits were found to leave alone."""
    measured: Measured
    told: tuple[list[FitEdit] | None, list[FittedPart]]
    """What the answer said of the edits."""
    settled: tuple[int, Counter[str]] | None = None
    """The revision of the session at which its account had all of it, and the pieces by digest."""


class Whole(NamedTuple):
    """A conversation with what is new in it."""

    messages: list[Message]
    beginnings: Beginnings
    continues: FitContinues | None = None
    known: int | None = None
    """How many messages at the beginning were known."""
    is_grown: bool = False
    """Whether it is what was given last, with nothing but new messages behind it."""


_known: LRUCache[Name, Known] = LRUCache(MAX_BYTES, lambda one: one.beginnings.size)
_lock = Lock()


def recall(name: Name) -> Known | None:
    """What is known of a conversation."""
    with _lock:
        return _known.get(name)


def remember(name: Name, known: Known) -> None:
    """Know a conversation from now on, unless it is too large for that."""
    with _lock:
        _known.pop(name, None)
        if known.beginnings.size <= MAX_BYTES // 4:
            _known[name] = known


def as_before(known: Known | None, given: Sequence[Message]) -> int:
    """How many messages an array begins with as the one before did."""
    return _same(known.messages, given) if known else 0


def continued(known: Known | None, name: Name, given: list[Message], since: int | None) -> Whole:
    """The whole conversation; raises `unknownBase` if what precedes the given messages is not known."""
    if since is None and known is not None and _are_new(known, given):
        since = len(known.messages)
    if since:
        there = len(known.messages) if known else 0
        if known is None or since > there:
            raise ProtocolError(
                "unknownBase",
                f"{there} messages of conversation {name.conversation!r} are known, not the {since} before these: "
                "send all of it, without `since`",
                loc=["since"],
                conversation=name.conversation,
                known=there,
            )
        if since == there:
            whole = [*known.messages, *given]
            return Whole(whole, Beginnings(whole, known.beginnings), "given", since, is_grown=True)
        whole = [*known.messages[:since], *given]
        return Whole(whole, Beginnings(whole), "given", since)
    if known is None:
        return Whole(given, Beginnings(given), "nothing", 0)
    same = _same(known.messages, given)
    if same == len(known.messages):
        whole = [*known.messages, *given[same:]]  # what was measured is known by the object
        return Whole(whole, Beginnings(whole, known.beginnings), "given", same, is_grown=True)
    answered = edited(known.messages, known.edits) if known.edits else []
    sent = _same(answered, given)
    if answered and sent == len(answered):
        return Whole(given, Beginnings(given), "answered", sent)
    grown = _alike(known.messages, given, same)
    if answered and sent == len(answered) - 1 and _alike(answered, given, sent) > grown:
        return Whole(given, Beginnings(given), "answered", sent)
    shape = SHAPES[known.form]
    is_begun = grown or any(shape.role(message) != "system" for message in given[:same])
    whole = [*known.messages[:same], *given[same:]]
    return Whole(whole, Beginnings(whole), "given" if is_begun and sent <= same else "nothing", same)


def _same(known: Sequence[Message], given: Sequence[Message]) -> int:
    """How many messages two arrays begin with alike."""
    pairs = enumerate(zip(known, given, strict=False))
    return next((index for index, (one, other) in pairs if one != other), min(len(known), len(given)))


def _alike(known: Sequence[Message], given: Sequence[Message], at: int) -> int:
    """How many blocks, calls or results two messages of the same speaker begin with alike: one may have grown."""
    if at >= min(len(known), len(given)) or known[at].get("role") != given[at].get("role"):
        return 0
    return sum(len(value) for value in shared_beginning(known[at], given[at]).values() if isinstance(value, list))


def _are_new(known: Known, given: Sequence[Message]) -> bool:
    """Whether messages cannot be a whole conversation: the agent speaks first, or a result comes first."""
    if not given or not known.messages or given[0] == known.messages[0]:
        return False
    return SHAPES[known.form].role(given[0]) in ("assistant", "result")
