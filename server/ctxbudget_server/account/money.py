"""Prices from the files of settings, and what requests cost, for the wire."""

from __future__ import annotations

from collections.abc import Iterable

from ctxbudget_protocol.breakdown import CostRow, Costs, Money, TokenKinds, UnpricedTokens
from ctxbudget_server.cost.prices import Price, PriceTable, prices_in
from ctxbudget_server.cost.sums import MixedCurrenciesError, Row, Sum, costs
from ctxbudget_server.settings.names import PRICES
from ctxbudget_server.settings.source import FileSettings, Source
from ctxbudget_server.transcripts.billed import Billed
from ctxbudget_server.transcripts.requests import Request


def prices_of(files: FileSettings) -> list[list[Price]]:
    """The prices of the user's file, then those of the project's."""
    named = (("user", files.user), ("project", files.project))
    return [_of_source(source, origin) for origin, source in named if source is not None]


def table_of(files: FileSettings) -> PriceTable:
    """The prices in force."""
    return PriceTable(prices_of(files))


def _of_source(source: Source, origin: str) -> list[Price]:
    table = source.values.get(PRICES)
    if table is None:
        return []
    lines = {path[1]: line for path, line in source.lines.items() if len(path) == 2 and path[0] == PRICES}
    places = {name: f"{source.path}:{line}" for name, line in lines.items()}
    return prices_in(table, origin, {"": source.path, **places})


def wire_costs(requests: Iterable[Request], table: PriceTable, types: dict[str, str] | None = None) -> Costs:
    """What requests were billed and cost, by session, agent and model; `types` are the types of agents."""
    given = list(requests)
    warning = None
    try:
        found = costs(given, table)
    except MixedCurrenciesError as fault:
        warning = str(fault)
        found = costs([one._replace(paid=None) for one in given], PriceTable([]))
    return Costs(
        rows=[_row(row, found.currency, (types or {}).get(row.agent or "")) for row in found.rows],
        total=_row(Row(None, None, None, found.total), found.currency),
        unpriced=[
            UnpricedTokens(model=model or None, tokens=wire_kinds(rest)) for model, rest in found.unpriced.items()
        ],
        warning=warning,
    )


def _row(row: Row, currency: str | None, agent_type: str | None = None) -> CostRow:
    return CostRow(
        session=row.session,
        agent=row.agent,
        agent_type=agent_type,
        model=row.model,
        requests=row.sum.requests,
        unbilled=row.sum.unbilled,
        output_at_least=row.sum.at_least,
        tokens=wire_kinds(row.sum.billed),
        cost=wire_money(row.sum, currency),
    )


def wire_money(one: Sum, currency: str | None) -> Money:
    """The money of a sum; `currency` is that of the prices."""
    return Money(
        amount=one.amount if one.is_known else None,
        currency=currency if one.is_known else None,
        provenance="reported" if one.is_known else "unknown",
        covered_tokens=one.covered.total,
        covered_share=one.share,
    )


def wire_kinds(billed: Billed) -> TokenKinds:
    """Tokens by kind."""
    return TokenKinds(
        input=billed.input,
        cache_read=billed.cache_read,
        cache_write=billed.cache_write,
        cache_write5m=billed.cache_write_5m,
        cache_write1h=billed.cache_write_1h,
        output=billed.output,
        total=billed.total,
    )
