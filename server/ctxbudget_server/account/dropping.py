"""Dropping the content of items: their figures and their place in the log stay."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ctxbudget_server.account.unit_of_work import UnitOfWork
from ctxbudget_server.rules.items import Item


class DroppedContent(NamedTuple):
    """What was dropped: items, and bytes before compression."""

    items: int
    bytes: int


def emptied(item: Item, at: str) -> Item:
    """The item without its content."""
    return item._replace(hash=None, segments=(), dropped_at=at)


def drop_content(unit: UnitOfWork, items: Iterable[Item]) -> DroppedContent:
    """Drop the content of a session's items, and what fits decided, since that quotes it."""
    sizes = [unit.put(emptied(item, unit.now)).bytes or 0 for item in unit.each(items)]
    unit.forget_fits()
    unit.session = unit.session._replace(dropped_revision=unit.revision)
    return DroppedContent(len(sizes), sum(sizes))
