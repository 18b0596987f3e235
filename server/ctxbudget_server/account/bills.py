"""What providers billed for a session, as its log keeps it, and the limit of what it may cost.

A bill is the `bill` in the detail of an event of `usage/bill`: `model`, `agent`, `tokens` by kind and perhaps `cost`.
It is kept as it was told; what it costs is computed from the prices of the moment, which may be corrected later.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from ctxbudget_protocol.breakdown import Spent
from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.settings import Settings
from ctxbudget_server.account.unit_of_work import UnitOfWork
from ctxbudget_server.store.interface import Log, Reader
from ctxbudget_server.store.records import Session
from ctxbudget_server.transcripts.billed import KINDS, Billed
from ctxbudget_server.transcripts.call_marks import Mark
from ctxbudget_server.transcripts.moments import seconds_of
from ctxbudget_server.transcripts.requests import Paid
from ctxbudget_server.transcripts.requests import Request as BilledRequest

METHOD: Final = "usage/bill"
"""The method of the events that hold a bill."""
PAGE: Final = 10_000
"""Headings of the log that are read at once."""
FIT: Final = "context/fit"
"""The method of the events that cut a conversation: their detail has `firstChanged`, the index of the first message
that differs from what was sent before."""


class _Known(NamedTuple):
    """The bills of a session up to an entry of its log, which its hash identifies."""

    revision: int
    hash: bytes
    bills: tuple[BilledRequest, ...]


_known: dict[str, _Known] = {}
"""By the session's nonce. Whoever bills every request need not read the log again from its beginning."""
MAX_KNOWN: Final = 64


def bills_of(reader: Reader, session: Session) -> list[BilledRequest]:
    """The bills of a session in order. Of the log only headings are read, and what is new since the last time."""
    log = reader.log(session)
    known = _known.get(session.nonce)
    if known is not None and _hash_at(log, known.revision) != known.hash:
        known = None
    bills = [*known.bills] if known else []
    bills += [
        bill_in(session.id, detail["bill"]) for _, detail in _details(log, METHOD, known.revision if known else 0)
    ]
    if (head := log.head()) is not None:
        if len(_known) >= MAX_KNOWN:
            _known.clear()
        _known[session.nonce] = _Known(head.revision, head.hash, tuple(bills))
    return bills


def cuts_of(reader: Reader, session: Session) -> list[Mark]:
    """The fits in a session's log that changed what had been sent before."""
    return [
        Mark("ourCut", "context/fit cut the conversation", seconds_of(at))
        for at, detail in _details(reader.log(session), FIT, 0)
        if detail.get("firstChanged") is not None
    ]


def _details(log: Log, method: str, since: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """(time, detail) of the entries of a method after a revision."""
    while rows := log.timeline(since, 1, PAGE):
        for row in rows:
            if row.method == method:
                for entry in log.entries(row.revision - 1, 1):
                    yield row.at, json.loads(entry.line)["body"]["detail"]
        since = rows[-1].revision


def _hash_at(log: Log, revision: int) -> bytes | None:
    return next((entry.hash for entry in log.entries(revision - 1, 1)), None)


def bill_in(session_id: str, bill: Mapping[str, Any]) -> BilledRequest:
    """A bill as an event's detail has it."""
    tokens, cost = bill.get("tokens") or {}, bill.get("cost")
    return BilledRequest(
        session_id,
        bill["agent"],
        bill["model"],
        Billed(*(int(tokens.get(kind, 0)) for kind in KINDS)),
        paid=Paid(float(cost["amount"]), cost["currency"]) if cost else None,
    )


def spent_by(bills: Iterable[BilledRequest], request: Request, limit: float) -> Spent:
    """What bills come to at the prices in force, beside a limit.

    The limit also counts as exceeded if nothing is known of what was billed: there is nothing to hold it against.
    """
    from ctxbudget_server.account.money import table_of, wire_costs

    found = wire_costs(bills, table_of(request.files)).total
    money, requests = found.cost, found.requests
    amount = money.amount if found.tokens.total or money.amount is not None else 0.0
    return Spent(
        amount=amount,
        currency=money.currency,
        requests=requests,
        covered_share=money.covered_share if found.tokens.total else 1.0,
        max_cost=limit,
        exceeded=amount is None or amount >= limit,
    )


def spent_of(reader: Reader, session: Session, settings: Settings, request: Request) -> Spent | None:
    """What a session has spent. None: it has no `maxCost`, and no bill was read."""
    limit = settings.values["maxCost"]
    return None if limit is None else spent_by(bills_of(reader, session), request, limit)


def check_cost(unit: UnitOfWork, request: Request) -> Spent | None:
    """Raise `costExceeded` if the session has spent its `maxCost`. None: it has none."""
    spent = spent_of(unit.reader, unit.stored, unit.settings, request)
    if spent is not None and spent.exceeded:
        raise costs_too_much(spent, spent.max_cost)
    return spent


def refusal(spent: Spent, limit: float) -> str:
    """Why a session may spend no more, and what changes that."""
    if spent.amount is None:
        billed = "1 request" if spent.requests == 1 else f"{spent.requests:,} requests"
        why = f"what {billed} cost is unknown, so the limit of {limit:g} cannot be held: set prices"
    else:
        why = f"{spent.amount:,.4f} {spent.currency or ''} spent of {limit:g}".replace("  ", " ")
    return f"{why}; session/open raises or removes maxCost"


def costs_too_much(spent: Spent, limit: float) -> ProtocolError:
    """The error of a session that may spend no more."""
    return ProtocolError(
        "costExceeded",
        refusal(spent, limit),
        spent=spent.amount,
        limit=limit,
        currency=spent.currency,
    )
