"""At the end of a turn: the model that answered, and what its provider billed for what was counted here."""

from __future__ import annotations

from typing import Any, Final

from ctxbudget_server.agents.model import AccountClient, Event
from ctxbudget_server.agents.sessions import config_of, update
from ctxbudget_server.agents.transcript_files import transcript_tail
from ctxbudget_server.transcripts.usage import Bill

MIN_BILLED_TOKENS: Final = 500
"""Bills of fewer tokens say more of a request's frame than of the vocabulary."""
MAX_BILLS: Final = 8
"""Of one turn, the last ones: the rule forgets older ones anyhow, and a host waits."""
MAX_ITEMS: Final = 10_000


def learn(account: AccountClient, event: Event) -> list[dict[str, Any]]:
    """Take the model from the transcript and calibrate its figures; recount what was only estimated; the alerts of it.

    What needs the vocabulary waits for a process that has it loaded. A model that is counted with its own vocabulary
    needs no bill.
    """
    current = config_of(account, event.session)
    if current is None:
        return []
    transcript = transcript_tail(event.transcript)
    model = event.text("model") or transcript.model
    changed = update(account, event.session, current, model=model, window=transcript.window)
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
    """Whether anything retained was estimated without a vocabulary."""
    items = account.ask("context/list", sessionId=session, state="retained", limit=MAX_ITEMS)["items"]
    return any(item["encoding"] is None and item["hash"] is not None for item in items)
