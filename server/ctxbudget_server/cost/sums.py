"""Bills and money, summed by session, agent and model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from ctxbudget_server.cost.prices import PER, Price, PriceTable
from ctxbudget_server.transcripts.billed import KINDS, Billed
from ctxbudget_server.transcripts.requests import Request

BY: Final = ("session", "agent", "model")
"""What requests can be summed by."""


class MixedCurrenciesError(ValueError):
    """Prices of several currencies, which have no sum."""


class Sum(NamedTuple):
    """The sum of some requests. Money covers only the tokens whose price is known."""

    requests: int = 0
    unbilled: int = 0
    """Requests of which the recording has no bill; they are in none of the other figures."""
    at_least: int = 0
    """Requests whose output may be larger than recorded."""
    billed: Billed = Billed()
    covered: Billed = Billed()
    """Tokens whose price is known."""
    amount: float = 0.0
    """The price of the covered tokens."""
    paid: int = 0
    """Requests whose price was told, and is not made of tokens."""

    @property
    def is_known(self) -> bool:
        """Whether the amount says anything: some tokens have a price, or none were billed."""
        return self.covered.total > 0 or self.paid > 0

    @property
    def share(self) -> float:
        """The share of the tokens that the amount covers."""
        return self.covered.total / self.billed.total if self.billed.total else float(self.paid > 0)

    def plus(self, other: Sum) -> Sum:
        """The sum of both."""
        return Sum(
            self.requests + other.requests,
            self.unbilled + other.unbilled,
            self.at_least + other.at_least,
            self.billed.plus(other.billed),
            self.covered.plus(other.covered),
            self.amount + other.amount,
            self.paid + other.paid,
        )


class Row(NamedTuple):
    """The sum of the requests that have the same session, agent and model, as far as these are told apart."""

    session: str | None
    agent: str | None
    model: str | None
    sum: Sum


class Costs(NamedTuple):
    """What requests cost."""

    rows: list[Row]
    total: Sum
    currency: str | None
    """None: no request has a price."""
    prices: list[Price]
    """Those that were used."""
    unpriced: dict[str, Billed]
    """Tokens without a price, by model; '' for those whose model is not recorded."""


def costs(requests: Iterable[Request], table: PriceTable, by: Sequence[str] = BY) -> Costs:
    """Sum requests. Raises `MixedCurrenciesError`."""
    sums: dict[tuple[str | None, str | None, str | None], Sum] = {}
    used: dict[Price, None] = {}
    told: dict[str, str] = {}
    unpriced: dict[str, Billed] = {}
    for request in requests:
        price = table.of(request.model)
        one = _sum(request, price)
        key = (
            request.session if "session" in by else None,
            request.agent if "agent" in by else None,
            request.model if "model" in by else None,
        )
        sums[key] = sums.get(key, Sum()).plus(one)
        if request.paid is not None:
            told.setdefault(request.paid.currency, f"{request.paid.currency} told of {request.model or 'a request'}")
        elif price is not None and one.is_known:
            used[price] = None
        rest = Billed(*map(int.__sub__, one.billed, one.covered))
        if rest.total:
            unpriced[request.model or ""] = unpriced.get(request.model or "", Billed()).plus(rest)
    currencies = list(dict.fromkeys([*(price.currency for price in used), *told]))
    if len(currencies) > 1:
        some = "; ".join([*(f"{one.currency} for {one.models} ({one.place})" for one in used), *told.values()])
        raise MixedCurrenciesError(f"prices in several currencies have no sum: {some}")
    total = Sum()
    for one in sums.values():
        total = total.plus(one)
    rows = [Row(*key, one) for key, one in sums.items()]
    return Costs(rows, total, currencies[0] if currencies else None, list(used), unpriced)


def kinds_in(billed: Billed) -> list[str]:
    """The kinds of which there are tokens, as settings and JSON name them."""
    return [name for name, tokens in zip(KINDS, billed, strict=True) if tokens]


def _sum(request: Request, price: Price | None) -> Sum:
    billed = request.billed
    if billed is None:
        return Sum(1, unbilled=1)
    if request.paid is not None:
        return Sum(1, 0, int(not request.is_final), billed, billed, request.paid.amount, 1)
    prices = price.by_kind if price is not None else (None,) * len(KINDS)
    covered = Billed(*(tokens if each is not None else 0 for tokens, each in zip(billed, prices, strict=True)))
    amount = sum(tokens * (each or 0.0) for tokens, each in zip(billed, prices, strict=True)) / PER
    return Sum(1, 0, int(not request.is_final), billed, covered, amount)
