"""A host's status line: `ctx 21% of window · 5,250/7,500 · phase 2/6 · 2 agents out · warn · cache cold: … · …`.

What is used of the window is the host's own figure if it reports one, else the account's; tokens are retained/budget.
Both are shares of one window: the one that is set, else the host's.
While the window is not set, tokens are shown without a share, and no level.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_protocol.values import NamedTuple
from ctxbudget_server.agents.model import AccountClient
from ctxbudget_server.agents.session_choice import Choice, session_to_show
from ctxbudget_server.agents.sessions import marked_window, opened_session, update
from ctxbudget_server.agents.transcript_files import latest_request_sizes
from ctxbudget_server.presentation.forecasts import limit_in_words, next_limit
from ctxbudget_server.presentation.terminal import line

_LONG_WINDOW: Final = 1_000_000
"""The window of a session of Claude Code that uses more than it says it has, tokens."""

_CHOSEN: Final = frozenset({"session", "user", "project"})
"""Sources of a window that someone has set; they count before what a host says."""

_MAX_REQUESTS: Final = 100
"""Requests whose sizes are passed on: more than a forecast uses."""

SEPARATOR: Final = " · "
UNKNOWN: Final = "ctx ?"
_COLOURS: Final = {"ok": "32", "warn": "33", "critical": "31"}
"""Green, yellow and red of the terminal's palette."""
_DROPPED_FIRST: Final = ("full", "forecast", "session", "cache", "phase", "agents", "figures", "level")


class Look(NamedTuple):
    """How the line is formatted."""

    colour: bool = False
    width: int | None = None


class HostWindow(NamedTuple):
    """What a host reports about its window, in tokens."""

    size: int | None
    used: int | None
    model: str | None
    used_share: float | None = None
    """The share that the host computed, for a payload that names no tokens."""

    def share_of(self, size: int) -> float | None:
        """The share of a window of `size` tokens that is used; None: the host does not say."""
        if self.used is None:
            return self.used_share
        return self.used / size if size else None


def statusline_of(account: AccountClient, session: str | None, payload: Mapping[str, Any], look: Look) -> str:
    """The line; without a session, that of the one that changed last, whose name it then shows.

    Adapts a named session's settings to the host's. Raises `ProtocolError` for an unusable store.
    """
    host = host_window(payload)
    requests = _requests(payload.get("transcript_path"))
    status = _status(account, shown := session_to_show(session, account.ask), requests)
    if shown is None or status is None:
        return _fitted({"window": _window(host, None), "level": "no account yet"}, "ok", look)
    told = shown.rule == "named" and status["state"] == "open" and (host.size or host.model)
    if told and _follow(account, shown.session_id, host):
        status = account.ask("budget/status", sessionId=shown.session_id, requests=requests)
    parts = _parts(status, host)
    if cold := _cold_cache(payload.get("prompt_cache")):
        parts["cache"] = cold
    if shown.rule != "named":
        parts["session"] = f"session {shown.session_id}"
    level = status["level"] if status["windowSource"] != "default" else "ok"
    return _fitted(parts, level, look)


def _requests(transcript: Any) -> list[int]:
    """The input of the latest requests, as the provider billed it, in tokens; empty if no transcript tells."""
    return latest_request_sizes(transcript)[-_MAX_REQUESTS:] if isinstance(transcript, str) else []


def _status(account: AccountClient, shown: Choice | None, requests: list[int]) -> dict[str, Any] | None:
    """The status of a session; None if it does not exist."""
    if shown is None:
        return None
    try:
        return account.ask("budget/status", sessionId=shown.session_id, requests=requests)
    except ProtocolError as error:
        if error.name != "unknownSession":
            raise
        return None


def host_window(payload: Mapping[str, Any]) -> HostWindow:
    """The window as reported in Claude Code's status line payload."""
    window, model = payload.get("context_window"), payload.get("model")
    window = window if isinstance(window, Mapping) else {}
    name = model.get("id") if isinstance(model, Mapping) else model
    name = name if isinstance(name, str) and name else None
    size, used = _count(window.get("context_window_size")) or None, _used(window.get("current_usage"))
    percent = _figure(window.get("used_percentage"))
    share = None if percent is None else percent / 100
    if used is None and size and share is not None:
        used = round(share * size)
    if size and used and size < used <= _LONG_WINDOW:  # hosts say 200,000 of sessions that hold more
        size = _LONG_WINDOW
    return HostWindow(max(size or 0, marked_window(name)) or None, used, name, share)


def _used(usage: Any) -> int | None:
    if not isinstance(usage, Mapping):
        return _count(usage)
    names = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
    parts = [_count(usage.get(name)) for name in names]
    return None if parts == [None] * len(parts) else sum(part or 0 for part in parts)


def _count(value: Any) -> int | None:
    figure = _figure(value)
    return None if figure is None else int(figure)


def _figure(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value) or value < 0:
        return None
    return value


def _follow(account: AccountClient, session: str, host: HostWindow) -> bool:
    """Pass on what the host reports; returns whether the account may have changed."""
    try:
        before = opened_session(account, session)
        if before is None:
            return False
        update(account, session, "claude-code", before["host"], model=host.model, window=host.size)
    except ProtocolError as error:
        if error.name != "storeBusy":  # the next status line will do it
            raise
        return False
    return True


def _parts(status: Mapping[str, Any], host: HostWindow) -> dict[str, str]:
    """The parts that have something to show, in order. Nobody chose the default window: nothing is a share of it."""
    known = status["windowSource"] != "default"
    parts = {"window": _window(host, status if known else None)}
    if known:
        parts["figures"] = f"{status['retained']:,}/{status['budget']:,}"
    elif parts["window"] == UNKNOWN:
        parts["window"] = f"ctx {status['retained']:,} tokens"
    else:
        parts["figures"] = f"{status['retained']:,} tokens"
    if status["phase"] is not None:
        parts["phase"] = f"phase {status['phase']}/{max(phase['phase'] for phase in status['phases'])}"
    if out := len(status["leases"]):
        parts["agents"] = f"{out} agent{'s' if out > 1 else ''} out"
    if known and status["level"] != "ok":
        parts["level"] = status["level"]
    forecast = status["forecast"]
    if known and (soon := next_limit(forecast)):
        parts["forecast"] = soon
    if known and forecast["requests"] and (full := limit_in_words("window full", forecast["requests"])):
        parts["full"] = full
    return parts


def _cold_cache(cache: Any) -> str | None:
    """That the provider has forgotten the conversation, so that the next request costs more, and the cause of it."""
    if not isinstance(cache, Mapping) or cache.get("caching_observed") is not True or cache.get("warm") is not False:
        return None
    cause = cache.get("last_miss_cause")
    causes = cause.get("causes") if isinstance(cause, Mapping) else None
    named = [one.replace("_", " ") for one in causes if isinstance(one, str)] if isinstance(causes, list) else []
    return f"cache cold: {named[0]}" if named else "cache cold"


def _window(host: HostWindow, status: Mapping[str, Any] | None) -> str:
    """What the host counts as used, else the account, as a share of the budget's window; what is over it in tokens.

    Only where nobody has set the window may the host know better.
    """
    told = host.size or 0
    source = status["windowSource"] if status else "default"
    if status is None or (told and source == "model"):  # assumed of the model
        size = told
    else:
        size = status["window"] if source in _CHOSEN else max(told, status["window"])
    share = host.share_of(size)
    used = host.used
    if share is None and status is not None:
        share, used = status["ofWindow"], status["retained"]
    if share is None:
        return UNKNOWN
    if share > 1:
        return f"ctx {used - size:,} over window" if used is not None and size else "ctx 100% of window"
    return f"ctx {share:.0%} of window"


def _fitted(parts: dict[str, str], level: str, look: Look) -> str:
    """The parts that fit into the width; the least important are dropped first."""
    for name in (None, *_DROPPED_FIRST):
        parts = {key: part for key, part in parts.items() if key != name}
        text = line(SEPARATOR.join(parts.values()))
        if look.width is None or len(text) <= look.width:
            break
    text = text if look.width is None else text[: look.width]
    return f"\x1b[{_COLOURS[level]}m{text}\x1b[0m" if look.colour else text
