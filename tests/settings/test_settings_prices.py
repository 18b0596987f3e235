"""The setting `prices`, in the user's and in a project's file."""

from __future__ import annotations

from typing import Any

import pytest

from settings.conftest import Place

PRICES = '[prices]\ncurrency = "USD"\n\n[prices."gpt-5.2"]\ninput = 2\noutput = 8.5\n'


def prices(place: Place) -> dict[str, tuple[Any, str, int | None]]:
    """Value, origin and line of each price."""
    settings = place.config()[1]["settings"]
    return {
        each["name"]: (each["value"], each["origin"], each["line"])
        for each in settings
        if each["name"].startswith("prices.")
    }


def test_a_project_may_set_prices_and_the_users_count_before_them(place: Place) -> None:
    place.project(PRICES + '[prices."m-*"]\ninput = 1\n')
    place.user('[prices]\ncurrency = "EUR"\n[prices."gpt-5.2"]\ninput = 3\n')

    assert prices(place) == {
        "prices.gpt-5.2": ({"currency": "EUR", "input": 3}, "user", 3),
        "prices.m-*": ({"currency": "USD", "input": 1}, "project", 7),
    }
    assert place.config()[2] == []


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ("[prices.m]\ninput = true\n", 'ctxbudget.toml:8: setting "prices.m.input" must be a number from 0'),
        ("[prices.gpt-5.3]\ninput = 1\n", 'a name with dots needs quotes, [prices."gpt-5.3"]'),
        ("[prices.m]\n", 'setting "prices.m" must be a table of prices for a million tokens: input, output'),
    ],
)
def test_a_wrong_price_is_named_and_the_others_count(place: Place, more: str, why: str) -> None:
    place.project(f"{PRICES}{more}")

    code, _, said = place.config()

    assert code == 1
    assert why in said[0]
    assert list(prices(place)) == ["prices.gpt-5.2"]


@pytest.mark.parametrize("currency", ["", 'currency = "two words"', "currency = 3"])
def test_prices_without_a_currency_are_not_used(place: Place, currency: str) -> None:
    place.project(PRICES.replace('currency = "USD"', currency))

    code, _, said = place.config()

    assert code == 1
    assert 'setting "prices" must have a currency, such as "USD"; not used' in said[0]
    assert prices(place) == {}
