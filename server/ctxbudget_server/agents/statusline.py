"""A host's status line: `ctx 21% of window · 5,250/7,500 · phase 2/6 · 2 agents out · warn`.

The share of the window is the host's own figure if it reports one, else the account's; tokens are retained/budget.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.agents.model import AccountClient
from ctxbudget_server.agents.session_choice import Choice, session_to_show
from ctxbudget_server.agents.sessions import config_of, update
from ctxbudget_server.presentation.terminal import line

SEPARATOR: Final = " · "
_COLOURS: Final = {"ok": "32", "warn": "33", "critical": "31"}
"""Green, yellow and red of the terminal's palette."""
_DROPPED_FIRST: Final = ("session", "phase", "agents", "figures", "level")


class Look(NamedTuple):
    """How the line is formatted."""

    colour: bool = False
    width: int | None = None


class HostWindow(NamedTuple):
    """What a host reports about its window, in tokens."""

    size: int | None
    used: int | None
    model: str | None

    @property
    def share(self) -> float | None:
        """used / size."""
        return self.used / self.size if self.size and self.used is not None else None


def statusline_of(account: AccountClient, session: str | None, payload: Mapping[str, Any], look: Look) -> str:
    """The line; without a session, that of the one that changed last, whose name it then shows.

    Adapts a named session's settings to the host's. Raises `ProtocolError` for an unusable store.
    """
    host = host_window(payload)
    status = _status(account, shown := session_to_show(session, account.ask))
    if shown is None or status is None:
        return _fitted({"window": _window(host.share, None), "level": "no account yet"}, "ok", look)
    told = shown.rule == "named" and status["state"] == "open" and (host.size or host.model)
    if told and _follow(account, shown.session_id, host):
        status = account.ask("budget/status", sessionId=shown.session_id)
    parts = _parts(status, host)
    if shown.rule != "named":
        parts["session"] = f"session {shown.session_id}"
    return _fitted(parts, status["level"], look)


def _status(account: AccountClient, shown: Choice | None) -> dict[str, Any] | None:
    """The status of a session; None if it does not exist."""
    if shown is None:
        return None
    try:
        return account.ask("budget/status", sessionId=shown.session_id)
    except ProtocolError as error:
        if error.name != "unknownSession":
            raise
        return None


def host_window(payload: Mapping[str, Any]) -> HostWindow:
    """The window as reported in Claude Code's status line payload."""
    window, model = payload.get("context_window"), payload.get("model")
    window = window if isinstance(window, Mapping) else {}
    name = model.get("id") if isinstance(model, Mapping) else model
    return HostWindow(
        _count(window.get("context_window_size")) or None,
        _used(window.get("current_usage")),
        name if isinstance(name, str) and name else None,
    )


def _used(usage: Any) -> int | None:
    if not isinstance(usage, Mapping):
        return _count(usage)
    names = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
    parts = [_count(usage.get(name)) for name in names]
    return None if parts == [None] * len(parts) else sum(part or 0 for part in parts)


def _count(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value) or value < 0:
        return None
    return int(value)


def _follow(account: AccountClient, session: str, host: HostWindow) -> bool:
    try:
        before = config_of(account, session)
        if before is None:
            return False
        update(account, session, before, model=host.model, window=host.size)
    except ProtocolError as error:
        if error.name != "storeBusy":  # the next status line will do it
            raise
        return False
    return host.size is not None and before["contextWindow"] != host.size


def _parts(status: Mapping[str, Any], host: HostWindow) -> dict[str, str]:
    """The parts that have something to show, in order."""
    parts = {
        "window": _window(host.share, status["ofWindow"]),
        "figures": f"{status['retained']:,}/{status['budget']:,}",
    }
    if status["phase"] is not None:
        parts["phase"] = f"phase {status['phase']}/{max(phase['phase'] for phase in status['phases'])}"
    if out := len(status["leases"]):
        parts["agents"] = f"{out} agent{'s' if out > 1 else ''} out"
    if status["level"] != "ok":
        parts["level"] = status["level"]
    return parts


def _window(reported: float | None, counted: float | None) -> str:
    share = counted if reported is None else reported
    return "ctx ?" if share is None else f"ctx {share:.0%} of window"


def _fitted(parts: dict[str, str], level: str, look: Look) -> str:
    """The parts that fit into the width; the least important are dropped first."""
    for name in (None, *_DROPPED_FIRST):
        parts = {key: part for key, part in parts.items() if key != name}
        text = line(SEPARATOR.join(parts.values()))
        if look.width is None or len(text) <= look.width:
            break
    text = text if look.width is None else text[: look.width]
    return f"\x1b[{_COLOURS[level]}m{text}\x1b[0m" if look.colour else text
