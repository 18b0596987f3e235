"""What is retained on an account, from several sides: by layer, agent, tool and file, and the largest items."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from heapq import nlargest
from typing import Final

from ctxbudget_protocol.breakdown import AccountBreakdown, AccountItem, AccountRow
from ctxbudget_protocol.words import Provenance
from ctxbudget_server.account.bills import bills_of
from ctxbudget_server.account.money import table_of, wire_costs
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.transactions import Snapshot
from ctxbudget_server.rules.items import Item
from ctxbudget_server.rules.naming import title_of, tool_of
from ctxbudget_server.rules.shares import ratio
from ctxbudget_server.rules.sources import names_of

CERTAINTY: Final[tuple[Provenance, ...]] = ("exact", "reported", "calibrated", "estimated")
"""Provenances from the most certain to the least: a sum is as certain as its least certain part."""


def account_breakdown(request: Request, snapshot: Snapshot, largest: int) -> AccountBreakdown:
    """The retained items of a session; every side sums to the same figure."""
    session = snapshot.session
    everything = snapshot.reader.items(session.id)
    items = [item for item in everything if item.state == "retained"]
    bills = bills_of(snapshot.reader, session)
    shown, each = request.documents.shown, request.cancellation.each
    return AccountBreakdown(
        retained=session.retained,
        by_layer=_rows(items, names_of(each(everything), lambda item: item.layer)),
        by_agent=_rows(items, names_of(each(everything), lambda item: item.agent)),
        by_tool=_rows(items, names_of(each(everything), tool_of)),
        by_file=_rows(items, names_of(each(everything), lambda item: shown(item.path))),
        largest=[_item(item, shown) for item in nlargest(largest, items, key=lambda item: (item.tokens, -item.seq))],
        cost=wire_costs(bills, table_of(request.files)) if bills else None,
    )


def weakest(provenances: Iterable[Provenance]) -> Provenance:
    """The least certain of several provenances; `exact` of none."""
    return max(provenances, key=CERTAINTY.index, default="exact")


def _rows(items: Sequence[Item], names: Mapping[str, str | None]) -> list[AccountRow]:
    groups: dict[str | None, list[Item]] = {}
    for item in items:
        groups.setdefault(names[item.id], []).append(item)
    total = sum(item.tokens for item in items)
    rows = [
        AccountRow(
            name=name,
            items=len(group),
            tokens=(tokens := sum(item.tokens for item in group)),
            provenance=weakest(item.provenance for item in group),
            of_retained=ratio(tokens, total) if total else None,
        )
        for name, group in groups.items()
    ]
    return sorted(rows, key=lambda row: (-row.tokens, row.name or ""))


def _item(item: Item, shown: Callable[[str | None], str | None]) -> AccountItem:
    return AccountItem(
        id=item.id,
        layer=item.layer,
        kind=item.kind,
        agent=item.agent,
        title=title_of(item),
        path=shown(item.path),
        phase=item.phase,
        tokens=item.tokens,
        provenance=item.provenance,
    )
