"""Prices of models, as someone set them. There is no built-in list: it would go out of date unnoticed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, Final, NamedTuple

PER: Final = 1_000_000
"""Tokens that a price is for."""

MEMBERS: Final = {
    "input": "input",
    "output": "output",
    "cacheRead": "cache_read",
    "cacheWrite": "cache_write",
    "cacheWrite1h": "cache_write_1h",
}
"""Members of a price in a file, and their attributes."""


class Price(NamedTuple):
    """What a million tokens of each kind cost, for the models of one name or pattern; None: it is not set."""

    models: str
    currency: str
    origin: str
    """Where it was set: `option`, `user` or `project`."""
    place: str
    """`FILE:LINE`, or the file alone."""
    input: float | None = None
    output: float | None = None
    cache_read: float | None = None
    cache_write: float | None = None
    cache_write_1h: float | None = None

    @property
    def by_kind(self) -> tuple[float | None, ...]:
        """The price of each kind in `Billed`. What was written for an untold time costs what 5 minutes cost."""
        return self.input, self.cache_read, self.cache_write, self.cache_write, self.cache_write_1h, self.output


class PriceTable:
    """Prices from several sources, of which the first that knows a model counts."""

    def __init__(self, sources: Iterable[Sequence[Price]]) -> None:
        self._prices = [one for prices in sources for one in sorted(prices, key=_rank)]
        self._known: dict[str, Price | None] = {}

    def __bool__(self) -> bool:
        return bool(self._prices)

    def of(self, model: str | None) -> Price | None:
        """The price of a model. Within a source a name counts before patterns, a longer pattern before a shorter."""
        if model is None:
            return None
        if model not in self._known:
            name = model.casefold()
            found = (one for one in self._prices if fnmatchcase(name, one.models.casefold()))
            self._known[model] = next(found, None)
        return self._known[model]


def prices_in(table: Mapping[str, Any], origin: str, place: Mapping[str, str]) -> list[Price]:
    """The prices of a valid table of settings. `place`: where each entry is, by its name, and under `""` the table."""
    currency = str(table.get("currency"))
    return [
        Price(name, currency, origin, place.get(name, place[""]), **{MEMBERS[key]: float(value[key]) for key in value})
        for name, value in table.items()
        if isinstance(value, Mapping)
    ]


def _rank(price: Price) -> tuple[bool, int]:
    """Names before patterns, then by the number of characters that a pattern fixes."""
    wild = sum(price.models.count(each) for each in "*?[")
    return bool(wild), wild - len(price.models)
