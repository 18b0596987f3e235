"""What a cut costs and saves, at the prices of a provider's prompt cache.

A turn on an array reads all of it from the cache. A cut makes the provider write everything behind its first change
once more, and every later turn reads less. So a cut is a purchase whose price is known and whose gain grows turn by
turn, as in the ski-rental problem: it pays if it has earned its price by the time the next cut falls due. How soon that
is follows from the growth that was seen so far, so no forecast is needed.
"""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

FIRST_RECLAIM = 0.1
"""Of the limit: the room that a cut wins while it is not known how much a turn adds."""
MIN_RECLAIM, MAX_RECLAIM = 0.2, 0.5
"""Shares of the limit: the least and the most room that a cut wins once it is known.

Less than a fifth is used up before it pays where turns are large: measured over twelve recorded sessions at limits of a
quarter to four fifths of their peak, a tenth cost up to 15 % more and lost hardly fewer names.
"""


class Prices(NamedTuple):
    """Prices of the prompt cache, as multiples of an input token's."""

    read: float = 0.1
    write: float = 1.25


USUAL_PRICES = Prices()


def reclaim_that_pays(limit: int, behind: int, growth: float | None, prices: Prices, least: float = MIN_RECLAIM) -> int:
    """Tokens below the limit that a cut should win. `behind`: tokens behind its first change, before the cut.

    It is the smallest room D that pays for itself before it is used up: in `D / growth` turns, each of which reads D
    tokens less, against writing `behind - D` tokens once more. `growth` is in tokens a turn,
    and `least` the share of the limit that is won in any case, if that is known.
    """
    most = int(MAX_RECLAIM * limit)
    extra = prices.write - prices.read
    if growth is None or extra <= 0:
        return int(FIRST_RECLAIM * limit)
    if prices.read <= 0:
        return most
    ratio = extra * growth / prices.read
    pays = (sqrt(ratio * ratio + 4 * ratio * max(0, behind)) - ratio) / 2
    return min(most, max(int(least * limit), int(pays)))


def cost_per_turn(limit: int, tokens: int, behind: int, growth: float, prices: Prices) -> float:
    """What an array of `tokens` costs a turn until the limit is reached again, in input tokens.

    `behind`: the tokens of it that are written once more, spread over these turns.
    """
    room = max(0, limit - tokens)
    turns = max(1.0, room / growth) if growth > 0 else 1.0
    return max(0.0, prices.write - prices.read) * behind / turns + prices.read * (tokens + room / 2)


def break_even(source: int, tokens: int, prefix: int, prices: Prices) -> int | None:
    """Turns after which the smaller array has paid for writing the cache again; None if it never does.

    A turn on the old array reads `source` from the cache; the first one on the new array reads `prefix` and writes the
    rest, later ones read `tokens`.
    """
    gain = prices.read * (source - tokens)
    if gain <= 0:
        return None
    cost = max(0.0, (prices.write - prices.read) * (tokens - prefix))
    return max(1, -int(-cost // gain))
