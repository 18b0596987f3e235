"""Which names of a document the session's other items hold, in the order in which these entered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from ctxbudget_server.account.content import digest_of, encode, undamaged
from ctxbudget_server.account.transactions import Snapshot
from ctxbudget_server.rules.items import Item


class Holder(NamedTuple):
    """A retained item: its place in the order of the session, its text, and which of the names it contains."""

    seq: int
    text: str
    names: frozenset[str]


def holders_of(
    snapshot: Snapshot,
    names: Sequence[str],
    *,
    text: str,
    path: str | None,
    item_id: str | None,
    check: Callable[[], None],
) -> list[Holder]:
    """The retained items that hold names of a document, without the document itself and what is kept of it.

    The document itself is the item that is named, and each with the same content or from the same path. What entered
    after the first that replaces it does not count either, so that the answer stays the one from which that was made.
    If the document is transient, other transient items do not count: they leave together with it.
    """
    from ctxbudget_server.extract import stands_in

    digest = digest_of(encode(text))
    items = snapshot.reader.items(snapshot.session.id)
    own = {item.id for item in items if item.id == item_id or item.hash == digest or (path and item.path == path)}
    transient = any(item.id in own and item.layer == "transient" for item in items)
    end = min((item.seq for item in items if not own.isdisjoint(item.reduces)), default=None)

    def counts(item: Item) -> bool:
        if item.state != "retained" or item.hash is None or item.dropped_at is not None or item.id in own:
            return False
        return not (transient and item.layer == "transient") and (end is None or item.seq < end)

    found: list[Holder] = []
    for item in filter(counts, items):
        check()
        if held := undamaged(snapshot.reader, item):
            found.append(Holder(item.seq, held, frozenset(name for name in names if stands_in(name, held))))
    return found


def names_before(holders: Sequence[Holder], seq: int | None = None) -> frozenset[str]:
    """The names that items hold, or those that entered before a place in the order."""
    return frozenset[str]().union(*(holder.names for holder in holders if seq is None or holder.seq < seq))
