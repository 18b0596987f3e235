"""What `ctxbudget cost` prints for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ctxbudget_server.cli.columns import columns
from ctxbudget_server.cli.shares import covered
from ctxbudget_server.cost.prices import MEMBERS, PriceTable
from ctxbudget_server.cost.sums import BY, Costs, Row, Sum, kinds_in
from ctxbudget_server.transcripts.billed import KINDS
from ctxbudget_server.transcripts.requests import Requests

HEADS = {
    "input": "input", "cacheRead": "cache read", "cacheWrite": "cache write", "cacheWrite5m": "write 5 min",
    "cacheWrite1h": "write 1 h", "output": "output",
}  # fmt: skip
"""Columns for the kinds of tokens."""
MAX_SHORT = 12
"""Characters shown of the id of a session or an agent; `--json` has all of it."""


def cost_lines(found: Costs, requests: Requests, table: PriceTable, by: Sequence[str]) -> list[str]:
    """The table, what its figures are based on, and the prices."""
    if not found.rows:
        return ["nothing is recorded of what a provider billed"]
    total = found.total
    shown = [name for name in KINDS if name in ("input", "cacheRead", "output") or name in kinds_in(total.billed)]
    named = [one for one in BY if one in by]
    head = [*named, "requests", *(HEADS[name] for name in shown), "cost", "of tokens"]
    rows = [[*_names(row, requests, named), *_cells(row.sum, shown, found.currency)] for row in found.rows]
    if len(rows) > 1:
        rows.append(["total", *[""] * (len(named) - 1), *_cells(total, shown, found.currency)])
    return [
        *columns([head, *rows], right=range(len(named), len(head))),
        "",
        *_base(found),
        *_prices(found, table),
    ]


def _names(row: Row, requests: Requests, named: Sequence[str]) -> Iterator[str]:
    for one in named:
        if one == "session":
            yield _short(row.session or "")
        elif one == "model":
            yield row.model or "not recorded"
        else:
            kind = requests.type_of(row.agent or "")
            yield f"{kind} {_short(row.agent or '')}" if kind else _short(row.agent or "")


def _short(name: str) -> str:
    return name if len(name) <= MAX_SHORT else f"{name[: MAX_SHORT - 1]}…"


def _cells(one: Sum, shown: Sequence[str], currency: str | None) -> list[str]:
    figures = dict(zip(KINDS, one.billed, strict=True))
    money = f"{one.amount:,.4f} {currency}" if one.is_known else "unknown"
    return [
        f"{one.requests:,}",
        *("unknown" if one.unbilled == one.requests else f"{figures[name]:,}" for name in shown),
        money,
        covered(one.share) if one.is_known else "",
    ]


def _base(found: Costs) -> Iterator[str]:
    total = found.total
    billed = _requests(total.requests - total.unbilled)
    yield f"{total.billed.total:,} tokens billed by providers in {billed}, each counted once"
    if total.unbilled:
        yield f"not in these figures: {_requests(total.unbilled)} of which the recording has no bill"
    if total.at_least:
        subject = "output" if found.currency is None else "output, and so the money,"
        yield f"{subject} is at least this much: {_requests(total.at_least)} recorded before the answer ended"


def _requests(number: int) -> str:
    return "1 request" if number == 1 else f"{number:,} requests"


def _prices(found: Costs, table: PriceTable) -> Iterator[str]:
    total = found.total
    if found.currency is not None:
        yield (
            f"{total.amount:,.4f} {found.currency} is the price of {total.covered.total:,} of these tokens"
            f" ({covered(total.share)})"
        )
        for one in found.prices:
            each = ", ".join(
                f"{name} {getattr(one, at):g}" for name, at in MEMBERS.items() if getattr(one, at) is not None
            )
            yield f"a million tokens of {one.models}: {each} {one.currency} ({one.origin}: {one.place})"
    for model, rest in found.unpriced.items():
        kinds = ", ".join(f"{HEADS[name]} {tokens:,}" for name, tokens in zip(KINDS, rest, strict=True) if tokens)
        yield f"no price: {model or 'model not recorded'} ({kinds})"
    if not table and total.billed.total:
        yield "no prices are set: docs/settings.md, or --prices FILE"
