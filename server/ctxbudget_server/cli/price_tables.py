"""The prices that a command counts with: its option's file, then the user's settings, then the project's."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from ctxbudget_server.account.money import prices_of
from ctxbudget_server.cost.prices import Price, PriceTable, prices_in
from ctxbudget_server.presentation.output import complain
from ctxbudget_server.settings.current import CurrentSettings
from ctxbudget_server.settings.names import PRICES
from ctxbudget_server.settings.prices import valid_prices
from ctxbudget_server.workspace.documents import find_workspace

MAX_BYTES: Final = 1 << 20
"""Maximum size of a file of prices."""


class PricesError(Exception):
    """A file of prices that cannot be used; the message is for people."""


def add_prices(parser: ArgumentParser) -> None:
    """Add the options for prices, and for the workspace whose settings may have some."""
    parser.add_argument(
        "--prices",
        metavar="FILE",
        help="a table of prices, TOML or JSON in the form of the setting `prices`; counts before those of the settings",
    )
    parser.add_argument(
        "--workspace", metavar="DIR", help="the workspace, for its settings (default: found from the current directory)"
    )


def price_table(option: str | None, workspace: str | None, command: str) -> PriceTable:
    """The prices in force; what is wrong in the settings goes to stderr. Raises `PricesError` or `ProtocolError`."""
    files = CurrentSettings(str(find_workspace(workspace, None))).now()
    for problem in files.problems:
        if problem.setting is None or problem.setting.partition(".")[0] == PRICES:
            complain(command, f"{problem.place}: {problem.message}")
    return PriceTable([*([_of_option(option)] if option else []), *prices_of(files)])


def _of_option(name: str) -> list[Price]:
    raw = _read(name)
    table = raw.get(PRICES, raw)
    values, wrong = valid_prices(table)
    if wrong:
        raise PricesError(f"{name}: {'; '.join(_told(wrong))}")
    if not values:
        raise PricesError(f"{name} has no prices of models")
    return prices_in(values[PRICES], "option", {"": name})


def _told(wrong: list[tuple[tuple[str, ...], str]]) -> Iterator[str]:
    for _, why in wrong[:5]:
        yield why.removesuffix("; not used")
    if len(wrong) > 5:
        yield f"and {len(wrong) - 5:,} more"


def _read(name: str) -> Mapping[str, Any]:
    """The table of a file."""
    try:
        with Path(name).open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        text = data.decode("utf-8-sig")
    except OSError as fault:
        raise PricesError(f"{name}: {fault.strerror}") from fault
    except UnicodeDecodeError as fault:
        raise PricesError(f"{name} is not UTF-8 (byte {fault.start:,})") from fault
    if len(data) > MAX_BYTES:
        raise PricesError(f"{name} has more than {MAX_BYTES:,} bytes")
    try:
        found = json.loads(text) if text.lstrip().startswith("{") else _toml(text)
    except (ValueError, RecursionError) as fault:
        raise PricesError(f"{name} is neither TOML nor a JSON object: {fault}") from fault
    return found if isinstance(found, Mapping) else {}


def _toml(text: str) -> Any:
    import tomllib

    return tomllib.loads(text)
