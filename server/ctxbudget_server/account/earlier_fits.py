"""Decisions of fits, so that they hold while a conversation grows.

A harness that sends its whole conversation at every turn gets the same stand-ins in the same places until they are not
enough any more: what a provider has cached of the fitted array stays valid. They are kept with the session that keeps
what was removed, so another process goes on from them. This process remembers those that it used latest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from threading import Lock
from typing import Any, NamedTuple

from cachetools import LRUCache

from ctxbudget_server.account.beginnings import Beginnings
from ctxbudget_server.account.content import encode
from ctxbudget_server.fit import SHAPES, Fitted, Message
from ctxbudget_server.fit.decisions import decided, decision_of, touched_by
from ctxbudget_server.fit.shapes import to_json
from ctxbudget_server.store.interface import Reader
from ctxbudget_server.store.records import KeptFit, KnownFit

REMOVAL_BYTES = 1_000
"""What a removal takes beside its texts: its record, and the message that it is edited into."""
MAX_BYTES = 16 * 1024 * 1024
"""What the remembered fits took out of their arrays, together. One conversation has at most a quarter of it."""
MAX_LENGTHS = 32
"""Fits of each conversation that are remembered, the latest."""
NEVER_KEPT = 0
"""In place of the revision that kept a decision, where no session does."""


class Place(NamedTuple):
    """Where the decisions about a conversation are kept."""

    session_id: str | None
    """None: in this process alone."""
    nonce: str
    conversation: str


class Earlier(NamedTuple):
    """A fit of the beginning of a conversation, without its array and without what it removed."""

    known: KnownFit
    fitted: Fitted
    decision: dict[str, Any]

    @property
    def ids(self) -> frozenset[str]:
        """The ids that the stand-ins name."""
        return frozenset(what.item_id for what in self.fitted.removals if what.item_id is not None)


def _size(fits: Sequence[Earlier]) -> int:
    """The bytes of what was removed and of what replaces it, roughly; a decision that was repeated shares them."""
    removed = {id(what): what for fit in fits for what in fit.fitted.removals}
    return sum(REMOVAL_BYTES + 2 * len(what.stand_in or "") for what in removed.values())


MAX_SEEN = 1_000
"""Conversations of which it is remembered that they were within their limit."""

_seen: LRUCache[Place, tuple[int, bytes]] = LRUCache(MAX_SEEN)
_earlier: LRUCache[Place, tuple[Earlier, ...]] = LRUCache(MAX_BYTES, _size)
_lock = Lock()


def conversation_key(form: str, asked: Sequence[Any], messages: Sequence[Message]) -> str:
    """The name of a conversation that has none: how it was asked for, and how it begins."""
    beginning = messages[: 1 if SHAPES[form].grows else 2]
    return hashlib.blake2b(encode(to_json([form, *asked, beginning])), digest_size=12).hexdigest()


def earlier_fit(
    place: Place, messages: Sequence[Message], beginnings: Beginnings, reader: Reader | None
) -> Earlier | None:
    """The latest fit of the longest beginning of an array.

    Failing that, the latest one of an array that was the same as far as the fit changed it: hosts edit the end of a
    conversation, and people go back to an earlier point of it.
    """
    with _lock:
        remembered = _earlier.get(place, ())
    if reader is None or place.session_id is None:
        known = [one.known for one in remembered]
    else:
        known = reader.known_fits(place.session_id, place.conversation)
    same = [one for one in known if one.digest == beginnings.digest(one.length)]
    if same:
        found = max(same, key=lambda one: one.length)
        here = next((one for one in remembered if one.known == found), None)
        return here or _kept(place, found, messages, reader)
    alike = [one for one in known if one.touched == beginnings.digest(one.touched_length)]
    for found in sorted(alike, key=lambda one: one.revision, reverse=True):
        here = next((one for one in remembered if one.known == found), None)
        made = _again(here, messages) if here else _kept(place, found, messages, reader)
        if made is not None:
            return made
    return None


def _again(here: Earlier, messages: Sequence[Message]) -> Earlier | None:
    """A fit that this process remembers, of messages of which the last one may have grown since."""
    if "last" not in here.decision:
        return here
    try:
        return here._replace(fitted=decided(here.decision, messages))
    except ValueError:
        return None


def _kept(place: Place, found: KnownFit, messages: Sequence[Message], reader: Reader | None) -> Earlier | None:
    """A fit that the store has; None if it cannot be read, or is not about these messages."""
    if reader is None or place.session_id is None:
        return None
    decision = reader.kept_fit(place.session_id, place.conversation, found.digest)
    try:
        made = None if decision is None else Earlier(found, decided(decision, messages), decision)
    except ValueError:
        return None
    if made is not None:
        _remember(place, made)
    return made


def has_grown(place: Place, messages: Sequence[Message]) -> bool:
    """Whether this process has seen a conversation when it was shorter, and within its limit."""
    with _lock:
        length, digest = _seen.get(place, (0, b""))
    return 0 < length <= len(messages) and _digest(messages[length - 1]) == digest


def saw_within(place: Place, messages: Sequence[Message], form: str) -> None:
    """Remember that a conversation was within its limit."""
    length = len(messages) - (len(messages) > 1 and SHAPES[form].grows)
    if length:
        with _lock:
            _seen[place] = length, _digest(messages[length - 1])


def _digest(message: Message) -> bytes:
    return hashlib.blake2b(encode(to_json(message)), digest_size=12).digest()


class Decided(NamedTuple):
    """A new decision, not kept yet."""

    place: Place
    known: KnownFit
    fitted: Fitted
    decision: dict[str, Any]

    @classmethod
    def of(
        cls,
        place: Place,
        whole: tuple[Sequence[Message], Beginnings],
        form: str,
        fitted: Fitted,
        ids: Mapping[int, str],
    ) -> Decided:
        """What was decided about an array. `ids` are those of what went, by the number of the removal."""
        removals = tuple(
            replace(what, original="", is_earlier=True, item_id=ids.get(what.number)) for what in fitted.removals
        )
        bare = replace(fitted, messages=[], removals=removals)
        messages, beginnings = whole
        length = len(messages)
        decision = decision_of(SHAPES[form], messages, bare)
        touched = touched_by(bare, decision, length)
        digests = [beginnings.digest(length) or b"", beginnings.digest(touched) or b""]
        known = KnownFit(digests[0], length, digests[1], touched, NEVER_KEPT)
        return cls(place, known, bare, decision)

    def kept_at(self, revision: int) -> KeptFit:
        """What the session keeps, from this revision on."""
        place = self.place
        known = self.known._replace(revision=revision)
        return KeptFit(place.session_id or "", place.conversation, *known, self.decision)

    def remember(self, revision: int) -> None:
        """Let this process know it, too."""
        _remember(self.place, Earlier(self.known._replace(revision=revision), self.fitted, self.decision))


def _remember(place: Place, made: Earlier) -> None:
    with _lock:
        kept = [one for one in _earlier.pop(place, ()) if one.known.digest != made.known.digest]
        kept = [*kept[1 - MAX_LENGTHS :], made]
        while _size(kept) > MAX_BYTES // 4:
            del kept[0]
        _earlier[place] = tuple(kept)


def forget_fits() -> None:
    """Forget all that this process remembers."""
    with _lock:
        _earlier.clear()
        _seen.clear()
