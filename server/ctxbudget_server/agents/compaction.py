"""A host's compaction: what it compacts is kept beforehand, then replaced by its summary on the account, and handed
back.

The account follows the window: once the host has compacted, only its summary remains of the conversation and the tools'
outputs. Pinned and permanent items stay, and are handed back in full.
"""

from __future__ import annotations

import hashlib
from typing import Any, Final

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.agents.model import AccountClient, HostEvent, shortened
from ctxbudget_server.agents.retrieval import call
from ctxbudget_server.agents.subagents import running_subagents
from ctxbudget_server.agents.transcript_files import MAX_CONVERSATION_BYTES, task_of_agent, transcript_tail

MAX_ITEMS: Final = 10_000
SUMMARY_TITLE: Final = "the host's summary of what it compacted"
CONVERSATION_TITLE: Final = "what was said before the compaction"
MAX_PINNED_CHARACTERS: Final = 6_000
"""Maximum length of pinned items that are handed back; hosts accept 10,000 characters in all."""
MAX_AGENTS: Final = 20
MAX_PINS: Final = 40
MAX_ATTEMPTS: Final = 3


def keep_conversation(
    account: AccountClient, event: HostEvent, before: str | None = None, key: str | None = None
) -> str | None:
    """Record the conversation, so that it remains when the host has discarded it; returns the item's id."""
    # In a subagent's event, the transcript named is its parent's.
    said = "" if event.agent else transcript_tail(event.transcript, MAX_CONVERSATION_BYTES, before).conversation()
    said = _not_kept_yet(account, event.own_session, said)
    if not said:
        return None
    item = {"layer": "transient", "kind": "log", "title": CONVERSATION_TITLE, "content": said}
    digest = hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()
    added = account.ask(
        "context/add",
        sessionId=event.own_session,
        items=[item],
        allowEstimate=True,
        requestKey=key or f"{event.host}:said:{digest}",
    )
    item_id: str = added["items"][0]["id"]
    return item_id


def _not_kept_yet(account: AccountClient, session: str, said: str) -> str:
    """What was said since the items left behind by a compaction that was not completed."""
    try:
        items = _in_window(account, session)
    except ProtocolError as error:
        if error.name == "unknownSession":
            return said
        raise
    for item in items:
        if item["title"] == CONVERSATION_TITLE and item["hash"] is not None:
            kept = account.ask("context/get", sessionId=session, itemId=item["id"])["content"]
            said = said.removeprefix(kept).lstrip("\n")
    return said


def follow_shrinking(account: AccountClient, event: HostEvent) -> None:
    """Detect that a host which does not report compressions has compressed: everything recorded before it is gone.

    Counts each compression once: the request key is that of the answer that revealed it.
    """
    shrunk = transcript_tail(event.transcript).compression()
    if shrunk is None:
        return
    answer, moment = shrunk
    items = _in_window(account, event.own_session)
    going = [item["id"] for item in items if item["addedAt"] < moment]
    if not going or any(item["title"] == SUMMARY_TITLE and item["addedAt"] > moment for item in items):
        return
    key = f"{event.host}:shrunk:{answer}"[:180]
    if said := keep_conversation(account, event, moment, f"{key}:said"):
        going.append(said)
    _reduce(account, event, going, "", key)


def was_reduced(account: AccountClient, session: str) -> bool:
    """Whether the last compaction has been recorded: no tool output has been added since its summary."""
    items = _in_window(account, session)
    summaries = [i for i, item in enumerate(items) if item["title"] == SUMMARY_TITLE]
    return bool(summaries) and not any(item["layer"] == "transient" for item in items[summaries[-1] + 1 :])


def was_cut(account: AccountClient, event: HostEvent) -> bool:
    """Whether our module has answered the compaction with a fit: then the account has the fit's figures already.

    Claude Code then reports no summary. Only fits bring in what people said, and a summary that came after them would
    have replaced it.
    """
    if event.host != "claude-code" or event.agent or event.text("compact_summary"):
        return False
    said = account.ask("context/list", sessionId=event.session, state="retained", layer="phase", kind="instructions")
    return bool(said["items"])


def reduce_to_summary(account: AccountClient, event: HostEvent) -> None:
    """Replace everything that the host has compacted with its summary."""
    summary = event.text("compact_summary")
    if not summary and not event.agent:
        summary = transcript_tail(event.transcript).summary()
    for attempt in range(MAX_ATTEMPTS):
        going = [item["id"] for item in _in_window(account, event.own_session)]
        try:
            if going:
                _reduce(account, event, going, summary, account.step(f"summary{attempt}"))
            return
        except ProtocolError as error:  # another hook has changed one of the items meanwhile
            if error.name not in ("conflict", "protectedItem") or attempt == MAX_ATTEMPTS - 1:
                raise


def _reduce(account: AccountClient, event: HostEvent, going: list[str], summary: str, key: str) -> None:
    stand_in = {
        "layer": "metadata",
        "kind": "summary",
        "reduces": going,
        "title": SUMMARY_TITLE,
        "content": summary or f"[compacted by {event.host}; it does not reveal its summary]",
        "complete": bool(summary),
    }
    account.ask("context/add", sessionId=event.own_session, items=[stand_in], allowEstimate=True, requestKey=key)


def hand_back(account: AccountClient, event: HostEvent) -> str:
    """Text for the model after a compaction: the budget, running subagents, pinned items, and how to find the rest."""
    session = event.own_session
    status = account.ask("budget/status", sessionId=session)
    search = call(account, "search", {"sessionId": session, "query": "…"})
    lines = [
        f"Context budget: {status['advice']['text']}",
        f"Everything that was compacted is kept. To find it again: the tool context_search, or {search}",
    ]
    agents = list(running_subagents(status["leases"]))
    if agents:
        lines.append("Subagents that are still at work (their results will come; do not start them again):")
    for one in agents[:MAX_AGENTS]:
        task = task_of_agent(event.transcript, one.agent)
        lines.append(f"- {one.agent_type} {one.agent}, since {one.since}{f': {task}' if task else ''}")
    if len(agents) > MAX_AGENTS:
        lines.append(f"- and {len(agents) - MAX_AGENTS} more")
    return "\n".join([*lines, *_pinned(account, session)])


def _pinned(account: AccountClient, session: str) -> list[str]:
    """Pinned items: in full while there is room, then by id."""
    pinned = account.ask("context/list", sessionId=session, state="retained", pinned=True, limit=MAX_PINS)["items"]
    lines = ["Pinned, to be kept word for word:"] if pinned else []
    room = MAX_PINNED_CHARACTERS
    for item in pinned:
        head = f"- {item['id']} {shortened(item['title'] or item['kind'], 120)}"
        content = ""
        if item["hash"] is not None and item["bytes"] <= room:
            content = account.ask("context/get", sessionId=session, itemId=item["id"])["content"]
        room -= len(content)
        lines.append(f"{head}:\n{content}" if content else f"{head} ({item['tokens']:,} tokens; see context_get)")
    return lines


def _in_window(account: AccountClient, session: str) -> list[dict[str, Any]]:
    """What a compaction removes from the window, in the order in which it was added."""
    items = account.ask("context/list", sessionId=session, state="retained", pinned=False, limit=MAX_ITEMS)["items"]
    return [item for item in items if item["layer"] != "permanent"]
