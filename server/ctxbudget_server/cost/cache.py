"""What the prompt cache costs a session, as multiples of an input token, from its bills and a table of prices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final, NamedTuple

from ctxbudget_server.cost.prices import Price, PriceTable
from ctxbudget_server.transcripts.requests import MAIN, Request

MAX_MULTIPLE: Final = 100
"""Above this, a multiple is a mistake in the table."""


class CacheMultiples(NamedTuple):
    """Prices of a token that is read from the cache or written to it, in input tokens; None: the table cannot tell."""

    read: float | None
    write: float | None
    price: Price


def cache_multiples(requests: Iterable[Request], table: PriceTable) -> CacheMultiples | None:
    """The multiples of the model that answered most often; None if it has no price, or nothing was billed.

    Writes count at the price of the lifetime that most of this model's were billed for.
    """
    billed = [one for one in requests if one.billed is not None and one.model is not None]
    main = [one for one in billed if one.agent == MAIN] or billed
    if not main:
        return None
    model = Counter(one.model for one in main).most_common(1)[0][0]
    price = table.of(model)
    if price is None or not price.input:
        return None
    bills = [one.billed for one in main if one.model == model and one.billed is not None]
    is_long = sum(one.cache_write_1h for one in bills) > sum(one.cache_write + one.cache_write_5m for one in bills)
    return CacheMultiples(
        _multiple(price.cache_read, price.input),
        _multiple(price.cache_write_1h if is_long else price.cache_write, price.input),
        price,
    )


def _multiple(price: float | None, of: float) -> float | None:
    """None if it is unknown or absurd; a free cache has no multiple that a policy could weigh."""
    return price / of if price is not None and 0 < price <= MAX_MULTIPLE * of else None
