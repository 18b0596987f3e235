"""Decisions of fits, so that they hold while a conversation grows.

A harness that sends its whole conversation at every turn gets the same stand-ins in the same places until they are not
enough any more: what a provider has cached of the fitted array stays valid. They are kept in this process alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Mapping, Sequence, Set
from dataclasses import replace
from threading import Lock
from typing import NamedTuple

from cachetools import LRUCache

from ctxbudget_server.account.content import encode
from ctxbudget_server.fit import Fitted, Message
from ctxbudget_server.fit.shapes import to_json

REMOVAL_BYTES = 1_000
"""What a removal takes beside its texts: its record, and the message that it is edited into."""
MAX_BYTES = 16 * 1024 * 1024
"""What the kept fits took out of their arrays, together: of all ways of asking (limit, session, focus, …), those used
latest. One way of asking has at most a quarter of it."""
MAX_LENGTHS = 32
"""Fits of each that are kept, the latest: several conversations may be asked about in the same way."""


class Earlier(NamedTuple):
    """A fit of the beginning of a conversation, without its array and without what it removed."""

    length: int
    digest: bytes
    fitted: Fitted

    @property
    def ids(self) -> frozenset[str]:
        """The ids that the stand-ins name."""
        return frozenset(what.item_id for what in self.fitted.removals if what.item_id is not None)


def _size(fits: Sequence[Earlier]) -> int:
    """The bytes of what was removed and of what stands in, roughly; a decision that was repeated shares them."""
    removed = {id(what): what for fit in fits for what in fit.fitted.removals}
    return sum(REMOVAL_BYTES + 2 * len(what.stand_in or "") for what in removed.values())


_earlier: LRUCache[Hashable, tuple[Earlier, ...]] = LRUCache(MAX_BYTES, _size)
_lock = Lock()


def earlier_fit(key: Hashable, messages: Sequence[Message]) -> Earlier | None:
    """The latest fit of the longest beginning of an array; `key` is all else that the answer depends on."""
    with _lock:
        decided = _earlier.get(key, ())
    known = [one for one in decided if one.length <= len(messages)]
    digests = _digests(messages, {one.length for one in known})
    same = (one for one in known if one.digest == digests[one.length])
    return max(same, key=lambda one: one.length, default=None)


def remember_fit(key: Hashable, messages: Sequence[Message], fitted: Fitted, ids: Mapping[int, str]) -> None:
    """Keep what was decided about an array."""
    length = len(messages)
    removals = tuple(
        replace(what, original="", is_earlier=True, item_id=ids.get(what.number)) for what in fitted.removals
    )
    decided = replace(fitted, messages=[], removals=removals)
    made = Earlier(length, _digests(messages, {length})[length], decided)
    with _lock:
        kept = [*[one for one in _earlier.pop(key, ()) if one.digest != made.digest][1 - MAX_LENGTHS :], made]
        while _size(kept) > MAX_BYTES // 4:
            del kept[0]
        _earlier[key] = tuple(kept)


def forget_fits() -> None:
    """Forget all decisions."""
    with _lock:
        _earlier.clear()


def _digests(messages: Sequence[Message], lengths: Set[int]) -> dict[int, bytes]:
    """The digests of the beginnings of these lengths."""
    found = {}
    digest = hashlib.blake2b(digest_size=16)
    for length, message in enumerate(messages[: max(lengths, default=0)], start=1):
        digest.update(encode(to_json(message)))
        if length in lengths:
            found[length] = digest.digest()
    return found
