"""The session of a host, opened when first needed, with the host's model and window."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_protocol.words import SessionState
from ctxbudget_server.agents.model import AccountClient, Host, HostEvent

T = TypeVar("T")

_MODELS: Final[dict[Host, str | None]] = {"claude-code": "claude", "codex": None, "gemini": "gemini"}
"""Models whose vocabulary comes closest, until the host names its model."""
_WINDOWS: Final[dict[Host, int]] = {"claude-code": 200_000, "codex": 272_000, "gemini": 1_048_576}
"""The windows that hosts assume of a model that they do not know, until they report another."""
_LONG_WINDOW: Final = ("[1m]", 1_000_000)
"""How Claude Code marks a model with the long window."""


def with_session(account: AccountClient, event: HostEvent, session: str, work: Callable[[], T]) -> T:
    """Do `work`; if the session does not exist yet or was closed, open it and try again."""
    try:
        return work()
    except ProtocolError as error:
        if error.name not in ("unknownSession", "sessionClosed"):
            raise
    opened(account, event, session)
    return work()


def opened(account: AccountClient, event: HostEvent, session: str | None = None, *, model: str = "") -> None:
    """Open the session of an event, or another one of its host, with what is known of the model."""
    from ctxbudget_server.agents.transcript_files import transcript_tail

    session = session or event.session
    model = model or event.text("model") or transcript_tail(event.transcript).model or ""
    current = opened_session(account, session)
    if current is None:
        _begin(account, event.host, session, model)
    else:
        update(account, session, event.host, current["host"], model=model or None)


def close_all(account: AccountClient, session: str) -> None:
    """Close the session of a host and those of its subagents, which another hook may be doing at the same time.

    Nothing is pruned: a resumed session gets its window back.
    """
    for one in (*_subagents(account, session), session):
        try:
            account.ask("session/close", sessionId=one, prune=False, requestKey=account.step("close"))
        except ProtocolError as error:
            if error.name not in ("sessionClosed", "unknownSession"):
                raise


def _subagents(account: AccountClient, session: str) -> list[str]:
    """The open sessions of a session's subagents, oldest first: none of them is older than the session itself."""
    page = account.ask("session/list", state="open", after=session)
    found = list(page["sessions"])
    while page["next"] is not None:
        page = account.ask("session/list", state="open", after=page["next"])
        found += page["sessions"]
    return [one["sessionId"] for one in found if one["sessionId"].startswith(f"{session}:")]


def state_of(account: AccountClient, session: str) -> SessionState | None:
    """Whether a session is open or closed; None if there is no such session."""
    try:
        state: SessionState = account.ask("budget/status", sessionId=session)["state"]
    except ProtocolError as error:
        if error.name == "unknownSession":
            return None
        raise
    return state


def opened_session(account: AccountClient, session: str) -> dict[str, Any] | None:
    """The answer of opening a session; None if there is no such session. A closed one is reopened."""
    if state_of(account, session) is None:
        return None
    return account.ask("session/open", sessionId=session)


def update(
    account: AccountClient,
    session: str,
    host: Host,
    known: dict[str, Any],
    *,
    model: str | None = None,
    window: int | None = None,
) -> bool:
    """Pass on what a host reports about itself, if it is new. Returns whether the model is.

    A window never narrows while the model stays the same: hosts say 200,000 of sessions that hold more. Another model
    has another window: what was reported for the one before it no longer counts.
    """
    report: dict[str, Any] = {}
    if model and _bare(model) != known["model"]:
        report["model"] = _bare(model)
    size = max(window or 0, marked_window(model))
    narrower = "model" not in report and size < (known["contextWindow"] or 0)
    if size and size != known["contextWindow"] and not narrower:
        report["contextWindow"] = size
    elif "model" in report and known["contextWindow"] and not size:
        report["contextWindow"] = None
    if report:
        opened = account.ask("session/open", sessionId=session, host=report)
        if "model" in report:
            _assume_window(account, session, host, opened)
    return "model" in report


def _bare(model: str) -> str:
    """A model by its provider's name, without the mark for its window that hosts sometimes append."""
    return model.replace(_LONG_WINDOW[0], "")


def marked_window(model: str | None) -> int:
    """The window that a model's mark names; 0: none."""
    mark, size = _LONG_WINDOW
    return size if model and mark in model.lower() else 0


def _begin(account: AccountClient, host: Host, session: str, model: str) -> None:
    """Open a new session with what is known of its host: the model, else the usual one; the window, if it is marked.

    Claude Code often names no model at the start, and its models have windows of 200,000 or 1,000,000 tokens: nothing
    is assumed until it names one.
    """
    report: dict[str, Any] = {}
    if named := _bare(model) or _MODELS[host]:
        report["model"] = named
    if window := marked_window(model):
        report["contextWindow"] = window
    opened = account.ask("session/open", sessionId=session, host=report)
    if model or host != "claude-code":
        _assume_window(account, session, host, opened)


def _assume_window(account: AccountClient, session: str, host: Host, opened: dict[str, Any]) -> None:
    """Where neither a setting, nor the host, nor the model tells the window, it is what the host assumes."""
    if opened["windowSource"] == "default":
        account.ask("session/open", sessionId=session, host={"contextWindow": _WINDOWS[host]})
