"""What sessions cost by the bills in the recordings of their hosts, for `ctxbudget history --recorded`."""

from __future__ import annotations

from typing import Any

from ctxbudget_server.cli.cost import read_requests, with_subagents
from ctxbudget_server.cost.prices import PriceTable
from ctxbudget_server.cost.sums import MixedCurrenciesError, costs
from ctxbudget_server.presentation.output import complain
from ctxbudget_server.recordings.listing import recorded_as
from ctxbudget_server.recordings.model import RecordingError
from ctxbudget_server.transcripts.requests import Requests

Json = dict[str, Any]


def recorded_cost(session: str, table: PriceTable) -> Json | None:
    """The money of a session that a host recorded under this id, as `session/history` has it; None: it is unknown.

    What is wrong with a recording or with prices goes to stderr.
    """
    found = recorded_as(session)
    if found is None:
        return None
    requests = Requests()
    try:
        for name, agent in with_subagents([found.path]):
            read_requests(requests, name, agent, "history")
        total, currency = (summed := costs(requests, table)).total, summed.currency
    except (RecordingError, MixedCurrenciesError) as fault:
        complain("history", f"{session}: {fault}")
        return None
    if not total.requests:
        return None
    return {
        "amount": total.amount if total.is_known else None,
        "currency": currency if total.is_known else None,
        "provenance": "reported" if total.is_known else "unknown",
        "coveredTokens": total.covered.total,
        "coveredShare": total.share,
    }
