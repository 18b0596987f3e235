"""What each host event does to the account, and what the host is told.

Every request is a separate transaction, ordered so that the account stays true wherever the hook stops.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.agents.launches import LAUNCH_TOKENS, is_launch
from ctxbudget_server.agents.model import (
    AccountClient,
    EventName,
    HookOptions,
    Host,
    HostEvent,
    Reaction,
    session_id,
    shortened,
)
from ctxbudget_server.agents.previews import shown, whole
from ctxbudget_server.agents.retrieval import fetched_item, is_retrieval, way_back
from ctxbudget_server.agents.sessions import close_all, opened, state_of, with_session
from ctxbudget_server.agents.subagents import finished, release_all, started
from ctxbudget_server.media import rules_of
from ctxbudget_server.transcripts.tool_responses import (
    bytes_in,
    file_of,
    replaced,
    shown_to_model,
    text_of,
    title_of,
)

MAX_TITLE_CHARACTERS: Final = 160
MAX_FILE_CHARACTERS: Final = 4_096
"""The longest name of a file that the contract allows."""
AGENT_TOOLS: Final = ("Agent", "Task")
PROVIDERS: Final[dict[Host, str]] = {"claude-code": "anthropic", "codex": "openai", "gemini": "gemini"}
"""Whose rules for pictures and sounds hold with a host."""
PICTURES: Final = " (pictures and other media)"
"""Ends the title of what a response holds besides its text."""
MAX_METADATA_TOKENS: Final = 300
"""The largest metadata that replaces an oversized output."""
NOTICE_TOKENS: Final = 150
"""Approximate cost of the text on how to get the output back."""


def react(account: AccountClient, event: HostEvent, options: HookOptions) -> Reaction:
    """Record an event. Raises `ProtocolError` if the service refuses."""
    return _REACTIONS[event.name](account, event, options)


def _session_start(account: AccountClient, event: HostEvent, _: HookOptions) -> Reaction:
    from ctxbudget_server.agents.compaction import hand_back, reduce_to_summary, was_cut, was_reduced

    opened(account, event)
    source = event.text("source")
    if source != "compact":
        if source in ("startup", "resume"):  # subagents end with their process
            release_all(account, event.session)
        return Reaction()
    if not was_reduced(account, event.session) and not was_cut(account, event):
        reduce_to_summary(account, event)
    return Reaction(context=hand_back(account, event))


def _tool(account: AccountClient, event: HostEvent, options: HookOptions) -> Reaction:
    response = event.payload.get("tool_response")
    if response is None:
        response = event.payload.get("error")
    agent = _reporting_agent(event, response)
    if agent and (report := _report_of(account, event, agent)):
        replacement = _replacement(account, event, [report], options)
        if replacement is not None:
            return Reaction(replacement=replacement)
        _leave_preview(account, event, report, text_of(response))
        return Reaction(context=_advice_with(account, event, report))
    launched = is_launch(event, response)
    text = "" if launched else shown_to_model(response)
    bytes_tokens = LAUNCH_TOKENS if launched else bytes_in(response, rules_of(PROVIDERS[event.host]))
    text = whole(event, text) if _is_replaceable(event, options) and not bytes_tokens else shown(event, text)
    tool, asked = event.text("tool_name"), event.payload.get("tool_input")
    common: dict[str, Any] = {
        "layer": "transient",
        "kind": "report" if agent else "tool-output",
        "agent": agent or event.agent,
        "tool": shortened(tool, MAX_TITLE_CHARACTERS) if tool else None,
        "file": _file(asked),
        "title": shortened(title_of(tool, asked), MAX_TITLE_CHARACTERS),
        "againOf": fetched_item(event),
    }
    items = [{**common, "content": text}] if text else []
    if bytes_tokens:
        title = f"{common['title']}{PICTURES}" if text else common["title"]
        items.append({**common, "title": title, "tokens": bytes_tokens, "provenance": "estimated"})
    if not items:
        return Reaction()
    added = _added(account, event, event.own_session, items, event.text("tool_use_id"))
    if agent:  # its end was never reported
        finished(account, event, agent, added["items"][0]["tokens"])
    replacement = None if bytes_tokens else _replacement(account, event, added["items"], options)
    if replacement is not None:  # the output that crossed a threshold is not in the window
        return Reaction(replacement=replacement)
    return Reaction(*_alert(account, event, added))


def _file(asked: Any) -> str | None:
    """The file that a tool was asked about, where the contract allows its name."""
    name = file_of(asked)
    if name is None or len(name) > MAX_FILE_CHARACTERS or "\0" in name or name.lower().startswith("file:"):
        return None
    return name


def _reporting_agent(event: HostEvent, response: Any) -> str | None:
    """The subagent whose report a tool's response is. A background subagent reports later."""
    if event.text("tool_name") not in AGENT_TOOLS or not isinstance(response, dict) or not response.get("content"):
        return None
    agent = response.get("agentId")
    return session_id(agent) if isinstance(agent, str) and agent else None


def _agent_start(account: AccountClient, event: HostEvent, _: HookOptions) -> Reaction:
    if event.agent:
        with_session(account, event, event.session, lambda: started(account, event))
    return Reaction()


def _agent_stop(account: AccountClient, event: HostEvent, _: HookOptions) -> Reaction:
    if not event.agent or (event.host == "claude-code" and not event.agent_type):
        return Reaction()  # without a type it is Claude Code's own, which writes a compaction's summary
    report = event.text("last_assistant_message")
    if not report:
        from ctxbudget_server.agents.transcript_files import transcript_tail

        report = transcript_tail(event.text("agent_transcript_path")).last_message()
    message = context = None
    used = 0
    if report:
        item = {
            "layer": "transient",
            "kind": "report",
            "agent": event.agent,
            "title": shortened(f"{event.agent_type or 'subagent'}: report", MAX_TITLE_CHARACTERS),
            "content": report,
        }
        added = _added(account, event, event.session, [item], _id_of_report(event, report))
        used = added["items"][0]["tokens"]
        message, context = _alert(account, event, added)
    finished(account, event, event.agent, used)
    return Reaction(message, context)


def _compacting(account: AccountClient, event: HostEvent, _: HookOptions) -> Reaction:
    from ctxbudget_server.agents.compaction import keep_conversation

    with_session(account, event, event.own_session, lambda: keep_conversation(account, event))
    return Reaction()


def _compacted(account: AccountClient, event: HostEvent, _: HookOptions) -> Reaction:
    from ctxbudget_server.agents.compaction import reduce_to_summary, was_cut

    def follow() -> None:
        if not was_cut(account, event):
            reduce_to_summary(account, event)

    with_session(account, event, event.own_session, follow)
    return Reaction()


def _model_switch(account: AccountClient, event: HostEvent, _: HookOptions) -> Reaction:
    """Another model: another window, and another vocabulary for what comes."""
    if state_of(account, event.session) == "open" and event.text("to_model"):
        opened(account, event, model=event.text("to_model"))
    return Reaction()


def _turn_end(account: AccountClient, event: HostEvent, _: HookOptions) -> Reaction:
    from ctxbudget_server.agents.billing import learn

    if state_of(account, event.session) == "closed":
        return Reaction()  # an event that comes after the session's end does not open it again
    alerts = [alert for alert in learn(account, event) if _warns(alert)]
    if event.host == "gemini":
        from ctxbudget_server.agents.compaction import follow_shrinking

        with_session(account, event, event.session, lambda: follow_shrinking(account, event))
    return Reaction(_message(alerts[-1]) if alerts else None)


def _session_end(account: AccountClient, event: HostEvent, options: HookOptions) -> Reaction:
    if state_of(account, event.session) != "open":
        return Reaction()  # another hook for the same event was first, or nothing was ever recorded
    told = _turn_end(account, event, options)
    release_all(account, event.session)
    close_all(account, event.session)
    return told


_REACTIONS: Final[dict[EventName, Callable[[AccountClient, HostEvent, HookOptions], Reaction]]] = {
    "session-start": _session_start,
    "tool": _tool,
    "agent-start": _agent_start,
    "agent-stop": _agent_stop,
    "compacting": _compacting,
    "compacted": _compacted,
    "model-switch": _model_switch,
    "turn-end": _turn_end,
    "session-end": _session_end,
}


def _added(
    account: AccountClient, event: HostEvent, session: str, items: list[dict[str, Any]], host_id: str
) -> dict[str, Any]:
    """A request key that lets an item enter only once, even if the hook is configured twice."""
    key = f"{event.host}:{host_id}" if 0 < len(host_id) <= 150 else account.step("add")
    given = [{name: value for name, value in item.items() if value is not None} for item in items]

    def add() -> dict[str, Any]:
        return account.ask("context/add", sessionId=session, items=given, allowEstimate=True, requestKey=key)

    try:
        added = with_session(account, event, session, add)
    except ProtocolError as error:
        if error.name != "unknownItem":
            raise
        for item in given:  # the model fetched an item of another session
            item.pop("againOf", None)
        added = with_session(account, event, session, add)
    if added["status"]["windowSource"] == "default" and session == event.session:
        opened(account, event)  # the transcript may tell the model by now
    return added


def _id_of_report(event: HostEvent, report: str) -> str:
    """A request key for the report of an agent's turn, however many hooks report it; hosts give it no id."""
    told = "\0".join((event.agent or "", event.text("prompt_id") or event.text("turn_id"), report))
    import hashlib

    return f"report:{hashlib.sha256(told.encode('utf-8', 'surrogatepass')).hexdigest()}"


def _report_of(account: AccountClient, event: HostEvent, agent: str) -> dict[str, Any] | None:
    """The item of a subagent's report, if the subagent's end already brought it."""
    try:
        known = account.ask("context/list", sessionId=event.session, kind="report", agent=agent)
    except ProtocolError as error:
        if error.name == "unknownSession":
            return None
        raise
    return known["items"][-1] if known["items"] else None


def _leave_preview(account: AccountClient, event: HostEvent, report: dict[str, Any], text: str) -> None:
    """Replace a report with the part that the model sees, if the host keeps the rest in a file."""
    seen = shown(event, text)
    if seen != text and report["state"] == "retained" and report["bytes"] > len(seen.encode("utf-8", "replace")):
        item = {"layer": "transient", "reduces": [report["id"]], "content": seen, "complete": False}
        key = account.step("preview")
        account.ask("context/add", sessionId=event.session, items=[item], allowEstimate=True, requestKey=key)


def _is_replaceable(event: HostEvent, options: HookOptions) -> bool:
    """Whether a large output of this tool should be replaced, and the host supports that."""
    response = event.payload.get("tool_response")
    if options.replace_over is None or response is None or is_retrieval(event):
        return False
    return event.host != "claude-code" or replaced(response, "") is not None


def _replacement(
    account: AccountClient, event: HostEvent, items: list[dict[str, Any]], options: HookOptions
) -> str | None:
    """The text that replaces an oversized output on the account and in the window; None if the output stays.

    The first item is the output's text.
    """
    item = items[0]
    if not _is_replaceable(event, options) or item["state"] != "retained":
        return None
    if item["tokens"] <= (options.replace_over or 0):
        return None
    session = event.own_session
    made = account.ask("metadata/extract", sessionId=session, itemId=item["id"], maxTokens=MAX_METADATA_TOKENS)
    if made["tokens"] + NOTICE_TOKENS >= item["tokens"]:
        return None
    text = f"{made['text'].rstrip()}\n\n{way_back(account, session, item)}"
    stand_in = {"reduces": [one["id"] for one in items], "content": text, "complete": made["complete"]}
    account.ask(
        "context/add", sessionId=session, items=[stand_in], allowEstimate=True, requestKey=account.step("replace")
    )
    return text


def _alert(account: AccountClient, event: HostEvent, added: dict[str, Any]) -> tuple[str | None, str | None]:
    """(for the user, for the model): one message for each crossing that the account reports."""
    if not added["alerts"] or added["sessionId"] != event.session:
        return None, None
    alert = added["alerts"][-1]
    if not _warns(alert):
        return _alert_of_known_window(account, event)
    return _message(alert), _advice(account.ask("budget/status", sessionId=event.session))


def _alert_of_known_window(account: AccountClient, event: HostEvent) -> tuple[str | None, str | None]:
    """The same where the transcript has told the model since, if the level is not an effect of the default window."""
    status = account.ask("budget/status", sessionId=event.session)
    if status["windowSource"] == "default" or status["level"] == "ok":
        return None, None
    return f"ctxbudget: {status['advice']['text']}", _advice(status)


def _advice_with(account: AccountClient, event: HostEvent, report: dict[str, Any]) -> str | None:
    """The alert caused by a subagent's report, for the model; it cannot be told when the subagent ends."""
    status = account.ask("budget/status", sessionId=event.session)
    if event.agent or status["level"] == "ok":
        return None
    alerts = account.ask("budget/report", sessionId=event.session)["alerts"]
    return _advice(status) if any(alert["at"] == report["addedAt"] and _warns(alert) for alert in alerts) else None


def _warns(alert: dict[str, Any]) -> bool:
    """Whether people are warned: not of the budget of a window that nobody chose."""
    return bool(alert["windowSource"] != "default")


def _message(alert: dict[str, Any]) -> str:
    return f"ctxbudget: {alert['message']}"


def _advice(status: dict[str, Any]) -> str:
    return f"Context budget: {status['advice']['text']}"
