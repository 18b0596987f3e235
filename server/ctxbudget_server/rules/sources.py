"""Where tokens came from: what entered and what is still kept, by agent, tool or file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import NamedTuple

from ctxbudget_server.rules.items import Item

Key = Callable[[Item], str | None]


class Source(NamedTuple):
    """One agent, tool or file. All figures are tokens, except `items`."""

    name: str | None
    """None: items that name none."""
    items: int = 0
    """Items that it brought in."""
    entered: int = 0
    kept: int = 0
    """Retained now, in these items or in what replaces them."""

    def plus(self, item: Item) -> Source:
        """With one more item."""
        came = int(item.brought_in)
        kept = item.tokens if item.state == "retained" else 0
        return Source(self.name, self.items + came, self.entered + came * item.tokens, self.kept + kept)


def names_of(items: Iterable[Item], key: Key) -> dict[str, str | None]:
    """The source of each item by its id: what it names, else what the items that it replaces share.

    `items` are all of a session, in the order in which they were added, so that what is replaced comes first.
    """
    names: dict[str, str | None] = {}
    for item in items:
        name = key(item)
        if name is None and item.reduces:
            name = _shared(names[one] for one in item.reduces if one in names)
        names[item.id] = name
    return names


def sources(items: Iterable[Item], key: Key) -> list[Source]:
    """What each source brought in and what is kept of it, the largest first; the sums are those of the account.

    `items` are all of a session, in the order in which they were added.
    """
    listed = [*items]
    names = names_of(listed, key)
    found: defaultdict[str | None, Source] = defaultdict(lambda: Source(None))
    for item in listed:
        name = names[item.id]
        found[name] = found[name]._replace(name=name).plus(item)
    return sorted(found.values(), key=lambda one: (-one.entered, -one.kept, one.name or ""))


def shortened(rows: list[Source], most: int) -> tuple[list[Source], Source | None]:
    """(the first `most` rows, the sum of the others; None if there are none)."""
    rest = rows[most:]
    if not rest:
        return rows, None
    return rows[:most], Source(
        None, sum(one.items for one in rest), sum(one.entered for one in rest), sum(one.kept for one in rest)
    )


def _shared(names: Iterable[str | None]) -> str | None:
    different = {*names}
    return different.pop() if len(different) == 1 else None
