"""Learns at the end of a turn which model answered and what its provider billed for the tokens counted here."""

from __future__ import annotations

from typing import Any, Final

from ctxbudget_server.agents.model import AccountClient, HostEvent
from ctxbudget_server.agents.sessions import opened_session, update
from ctxbudget_server.agents.transcript_files import transcript_tail
from ctxbudget_server.transcripts.usage import Bill

MIN_BILLED_TOKENS: Final = 500
"""Smaller bills say more about a request's overhead than about the vocabulary."""
MAX_BILLS: Final = 8
"""Maximum number of bills per turn, the latest: older ones would soon be forgotten, and the host is waiting."""
MAX_ITEMS: Final = 10_000


def learn(account: AccountClient, event: HostEvent) -> list[dict[str, Any]]:
    """Take the model from the transcript, calibrate its figures, recount estimates; returns any alerts.

    Whatever needs the vocabulary is left to a process that has it loaded. A model counted with its own vocabulary needs
    no bills.
    """
    current = opened_session(account, event.session)
    if current is None:
        return []
    transcript = transcript_tail(event.transcript)
    model = event.text("model") or transcript.model
    changed = update(account, event.session, event.host, current["host"], model=model, window=transcript.window)
    if not account.counts_exactly:
        return []
    if model is not None and event.host != "codex":
        for bill in transcript.bills()[-MAX_BILLS:]:
            _record(account, model, bill)
    if not changed and not _has_rough_figures(account, event.session):
        return []
    recounted = account.ask("session/recalibrate", sessionId=event.session, requestKey=account.step("recount"))
    alerts: list[dict[str, Any]] = recounted["alerts"]
    return alerts


def _record(account: AccountClient, model: str, bill: Bill) -> None:
    if bill.reported < MIN_BILLED_TOKENS or not bill.key:
        return
    counted = account.ask("tokens/count", texts=bill.texts, model=model)
    account.ask(
        "usage/record",
        model=model,
        counted=counted["total"],
        factor=counted["factor"],
        reported=bill.reported,
        requestKey=f"bill:{bill.key}"[:200],
    )


def _has_rough_figures(account: AccountClient, session: str) -> bool:
    """Whether any retained item was estimated without a vocabulary."""
    items = account.ask("context/list", sessionId=session, state="retained", limit=MAX_ITEMS)["items"]
    return any(item["encoding"] is None and item["hash"] is not None for item in items)
