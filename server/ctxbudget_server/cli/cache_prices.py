"""The prices of the prompt cache for a replay: from options, else from a table of prices, else the usual ones."""

from __future__ import annotations

from argparse import Namespace
from typing import NamedTuple

from ctxbudget_server.cost.cache import CacheMultiples, cache_multiples
from ctxbudget_server.cost.prices import PriceTable
from ctxbudget_server.fit import USUAL_PRICES, Prices
from ctxbudget_server.recordings.opening import lines_of
from ctxbudget_server.transcripts.model import TranscriptError
from ctxbudget_server.transcripts.requests import Requests


class CachePrices(NamedTuple):
    """Prices relative to an input token, and where each is from."""

    prices: Prices
    read_from: str
    write_from: str


def cache_prices(options: Namespace, name: str, table: PriceTable) -> CachePrices:
    """The prices for a transcript. Of stdin, which is read once, the table cannot tell the model. Raises ValueError."""
    read, write = options.cache_read, options.cache_write
    if read is not None and not 0 < read <= 100:
        raise ValueError(f"--cache-read must be above 0 and at most 100, not {read:g}")
    if write is not None and write > 100:
        raise ValueError(f"--cache-write must be at most 100, not {write:g}")
    known = None if None not in (read, write) or not table or name == "-" else _known(name, table)
    found_read, read_from = _chosen("--cache-read", read, known.read if known else None, known, USUAL_PRICES.read)
    found_write, write_from = _chosen("--cache-write", write, known.write if known else None, known, USUAL_PRICES.write)
    return CachePrices(Prices(found_read, found_write), read_from, write_from)


def _chosen(
    option: str, given: float | None, priced: float | None, known: CacheMultiples | None, usual: float
) -> tuple[float, str]:
    if given is not None:
        return given, option
    if priced is not None and known is not None:
        return priced, f"{known.price.models} in {known.price.place}"
    return usual, "default"


def _known(name: str, table: PriceTable) -> CacheMultiples | None:
    requests = Requests()
    try:
        requests.read(lines_of(name), name)
    except TranscriptError:  # messages alone have no bills
        return None
    return cache_multiples(requests, table)
