"""The tool by which a model prunes, in three calls: what could go, what would go, and only then it goes.

What people said, pins and permanent items are never candidates, and named ones stay.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

from ctxbudget_protocol.errors import ProtocolError, invalid
from ctxbudget_server.agents.compaction import CONVERSATION_TITLE
from ctxbudget_server.mcp.session import Arguments
from ctxbudget_server.presentation import terminal

if TYPE_CHECKING:
    from ctxbudget_server.agents.model import SendRequest

CANDIDATES: Final = 12
"""Items that a list of candidates names, the largest first."""

EFFECT: Final = "Your host drops them from your context at its next cut or compaction."


def context_prune(ask: SendRequest, session: str, given: Arguments) -> str:
    """List, rehearse, prune or undo. Raises `ProtocolError`."""
    if "undo" in given:
        if "ids" in given or "plan" in given:
            raise invalid(["undo"], "goes alone")
        try:
            done = ask("context/undo", sessionId=session, undo=given["undo"])
        except ProtocolError as error:
            if error.name != "conflict":
                raise
            raise ProtocolError(error.name, f"{error.message}; context_get still reads them", **error.fields) from error
        return f"back on the account: {' '.join(done['restored'])}"
    if "ids" not in given:
        if "plan" in given:
            raise invalid(["plan"], "needs the ids that it was made for")
        return _candidates(ask, session)
    ids = list(dict.fromkeys(given["ids"]))
    if not ids:
        raise invalid(["ids"], "must name at least one item", "too_short")
    plan = ask("context/prune", sessionId=session, target={"items": ids}, dryRun=True)["plan"]
    going = [row for row in plan if row["action"] in ("pruned", "reduced") and _may_go(row)]
    code = _code(going)
    if "plan" not in given:
        return _rehearsed(plan, going, code)
    if given["plan"] != code:
        raise invalid(["plan"], "is not the plan of these ids as they are now: ask for it again without `plan`")
    if not going:
        return "nothing to prune"
    done = ask("context/prune", sessionId=session, target={"items": [row["id"] for row in going]})
    status = done["status"]
    # As in budget_status: a budget that follows from a window that nobody chose says nothing.
    budget = "" if status["windowSource"] == "default" else f" of {status['budget']:,} budget"
    went = " ".join(row["id"] for row in going)
    return (
        f"pruned: {done['saved']:,} tokens in {went}; {status['retained']:,}{budget} tokens are in use. "
        f"{EFFECT} To take it back: undo {done['undo']}"
    )


def _candidates(ask: SendRequest, session: str) -> str:
    found: list[dict[str, Any]] = []
    page = ask("context/list", sessionId=session, state="retained", layer="transient", pinned=False)
    found += page["items"]
    while page["next"] is not None:
        page = ask(
            "context/list", sessionId=session, state="retained", layer="transient", pinned=False, after=page["next"]
        )
        found += page["items"]
    # Not what the agent said itself: only results leave the model's context.
    found = sorted(
        (item for item in found if _may_go(item) and item["kind"] != "other"), key=lambda item: -item["tokens"]
    )
    lines = [f"{item['id']} {item['tokens']:,} tokens{_titled(item)}" for item in found[:CANDIDATES]]
    if len(found) > CANDIDATES:
        rest = sum(item["tokens"] for item in found[CANDIDATES:])
        lines.append(f"and {len(found) - CANDIDATES:,} smaller ones, {rest:,} tokens")
    return "\n".join(map(terminal.line, lines)) or "nothing to prune"


def _rehearsed(plan: list[dict[str, Any]], going: list[dict[str, Any]], code: str) -> str:
    goes = {row["id"] for row in going}
    lines = [f"{row['id']} goes: {row['tokensBefore'] - row['tokensAfter']:,} tokens{_titled(row)}" for row in going]
    lines += [f"{row['id']} stays: {_why(row)}" for row in plan if row["id"] not in goes and row["action"] != "added"]
    saved = sum(row["tokensBefore"] - row["tokensAfter"] for row in going)
    if going:
        lines.append(f"{saved:,} tokens in all. Nothing is changed yet; to do it, call again with plan {code}")
    return "\n".join(map(terminal.line, lines))


def _may_go(item: dict[str, Any]) -> bool:
    """Whether an item is of what tools and agents brought in."""
    return item["layer"] == "transient" and item.get("title") != CONVERSATION_TITLE


def _why(row: dict[str, Any]) -> str:
    if row["action"] == "kept":
        return str(row["reason"])
    return "what people said" if row["layer"] == "phase" else f"it is {row['layer']}"


def _titled(item: dict[str, Any]) -> str:
    return f" {item['title']}" if item.get("title") else ""


def _code(going: list[dict[str, Any]]) -> str:
    """Names a plan, so that only what was rehearsed is done."""
    told = " ".join(f"{row['id']}:{row['tokensBefore']}" for row in going)
    return hashlib.sha256(told.encode()).hexdigest()[:6]
