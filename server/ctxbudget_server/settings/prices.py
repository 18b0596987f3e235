"""The setting `prices`: what a million tokens of a model cost. A project may set it: it opens nothing."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, Final

from ctxbudget_server.settings.names import PRICES as NAME

CURRENCY: Final = "currency"
MEMBERS: Final = ("input", "output", "cacheRead", "cacheWrite", "cacheWrite1h")
"""What a price says of a model, for a million tokens each."""
MAX_MODELS: Final = 1_000
MAX_NAME: Final = 200
"""Characters of the name or pattern of models."""
MAX_PRICE: Final = 1_000_000_000

_CURRENCY: Final = re.compile(r"[^\W\d_]{1,12}|[$€£¥₹₩]")

Wrong = tuple[tuple[str, ...], str]
"""The path of what is not used, and why."""


def valid_prices(given: Any) -> tuple[dict[str, Any], list[Wrong]]:
    """(what is valid of the setting, what is wrong). Without a currency nothing of it is used: a sum needs one."""
    if not isinstance(given, Mapping):
        return {}, [((NAME,), f'setting "{NAME}" must be a table of models; not used')]
    currency = given.get(CURRENCY)
    if not isinstance(currency, str) or not _CURRENCY.fullmatch(currency):
        where = (NAME, CURRENCY) if CURRENCY in given else (NAME,)
        return {}, [(where, f'setting "{NAME}" must have a {CURRENCY}, such as "USD"; not used')]
    models = [(name, price) for name, price in given.items() if name != CURRENCY]
    if len(models) > MAX_MODELS:
        return {}, [((NAME,), f'setting "{NAME}" has more than {MAX_MODELS:,} models; not used')]
    values: dict[str, Any] = {CURRENCY: currency}
    wrong: list[Wrong] = []
    for name, price in models:
        fault = _fault(name, price)
        if fault is None:
            values[name] = dict(price)
        else:
            path, why = fault
            wrong.append(((NAME, name, *path), f'setting "{_short(".".join((NAME, name, *path)))}" {why}; not used'))
    return ({NAME: values} if len(values) > 1 else {}), wrong


def _fault(name: str, price: Any) -> Wrong | None:
    """What is wrong with the price of one model."""
    if not 0 < len(name) <= MAX_NAME:
        return (), f"must have a name of 1 to {MAX_NAME} characters"
    if not isinstance(price, Mapping) or not price:
        return (), f"must be a table of prices for a million tokens: {', '.join(MEMBERS)}"
    for member, value in price.items():
        if member not in MEMBERS:
            nested = isinstance(value, Mapping)
            why = f'is unknown: a name with dots needs quotes, [{NAME}."{name}.{member}"]' if nested else "is unknown"
            return (member,), why if nested else f"{why}: there are {', '.join(MEMBERS)}"
        if type(value) not in (int, float) or not math.isfinite(value) or not 0 <= value <= MAX_PRICE:
            return (member,), f"must be a number from 0 to {MAX_PRICE:,}"
    return None


def _short(name: str) -> str:
    return name if len(name) <= 80 else f"{name[:79]}…"
