"""The account in its wire form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ctxbudget_protocol.common import Figures as WireFigures
from ctxbudget_protocol.words import Level
from ctxbudget_server.account.settings import Settings
from ctxbudget_server.rules.items import Figures, Item, SumKey
from ctxbudget_server.rules.leases import available
from ctxbudget_server.rules.levels import next_level
from ctxbudget_server.rules.naming import title_of
from ctxbudget_server.rules.shares import ratio
from ctxbudget_server.store.records import Session

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.context.add import AddedItem
    from ctxbudget_protocol.methods.context.item_info import ItemInfo


def wire_figures(session: Session, settings: Settings, leased: int) -> WireFigures:
    """The account's main figures."""
    return WireFigures(
        window=settings.window,
        window_source=settings.window_source,
        budget=settings.budget,
        retained=session.retained,
        peak=session.peak,
        processed=session.processed,
        saved=session.processed - session.retained,
        leased=leased,
        available=available(settings.budget, session.retained, leased),
        of_window=ratio(session.retained, settings.window),
        of_budget=ratio(session.retained, settings.budget),
        level=level_of(session, settings),
    )


def level_of(session: Session, settings: Settings) -> Level:
    """The level now: the stored one, unless a file of settings has moved the thresholds since the last transaction."""
    return next_level(session.level, session.retained, settings.thresholds)


def wire_item(item: Item) -> ItemInfo:
    """An item in its wire form."""
    from ctxbudget_protocol.methods.context.item_info import ItemInfo

    values = {name: getattr(item, name) for name in ItemInfo.names}
    return ItemInfo(**{**values, "title": title_of(item), "reduces": list(item.reduces)})


def wire_added(item: Item) -> AddedItem:
    """An item as it was added."""
    from ctxbudget_protocol.methods.context.add import AddedItem

    values = {name: getattr(item, name) for name in AddedItem.names}
    return AddedItem(**{**values, "reduces": list(item.reduces)})


def sums_by(sums: Mapping[SumKey, Figures], field: str) -> dict[object, Figures]:
    """Running sums grouped by one field of their key."""
    grouped: dict[object, Figures] = {}
    for key, figures in sums.items():
        name = getattr(key, field)
        grouped[name] = grouped[name].plus(figures) if name in grouped else figures
    return grouped


def retained_where(sums: Mapping[SumKey, Figures], layer: str, phase: int | None = None) -> int:
    """Retained tokens of a layer, or of one phase in it."""
    return sum(
        figures.retained
        for key, figures in sums.items()
        if key.layer == layer and (phase is None or key.phase == phase)
    )
