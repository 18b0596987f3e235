"""`hook` and `statusline`: the words and the JSON of a coding agent, until they are requests, and what is printed.

A fault is a line on stderr and nothing on stdout, with exit code 0: an agent must not be stopped by its account.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.agents.hosts import HOSTS, answer, event_of, payload_of
from ctxbudget_server.agents.model import Account, FaultyPayloadError, HookOptions, session_id
from ctxbudget_server.oneshot.frames import Answer, Ask
from ctxbudget_server.presentation.terminal import line
from ctxbudget_server.services.cancellation import Cancellation
from ctxbudget_server.services.counting import Counter
from ctxbudget_server.store.location import store_path

if TYPE_CHECKING:
    from ctxbudget_server.services.dispatch import Services

Work = tuple[str | None, Callable[[Cancellation], Answer]]
"""A lane, and what is to be done in it."""


def hook(services: Services, ask: Ask) -> Work:
    """What `ctxbudget hook EVENT` does with the payload in `ask`."""
    word, *given = ask.arguments
    try:
        options = _hook_options(_settings(given))
        event = event_of(word, payload_of(ask.body), options.host)
    except FaultyPayloadError as fault:
        complaint = Answer(0, stderr=_line("hook", fault))
        return None, lambda _: complaint

    def run(cancellation: Cancellation) -> Answer:
        from ctxbudget_server.agents.hook import react

        try:
            return Answer(0, answer(event, react(_account(services, ask, cancellation), event, options)))
        except ProtocolError as error:
            return Answer(0, stderr=_line("hook", error))

    return event.session, run


def statusline(services: Services, ask: Ask) -> Work:
    """What `ctxbudget statusline` prints for the payload in `ask`, which may be empty."""

    def run(cancellation: Cancellation) -> Answer:
        from ctxbudget_server.agents.statusline import Look, statusline_of

        try:
            given = _settings(ask.arguments)
            payload = payload_of(ask.body) if bytes(ask.body).strip() else {}
            look = Look(given.get("color") != "never", _whole(given, "width"))
            named = payload.get("session_id") or given.get("session")
            session = session_id(named) if isinstance(named, str) else None
            text = statusline_of(_account(services, ask, cancellation), session, payload, look)
            return Answer(0, f"{text}\n".encode())
        except (FaultyPayloadError, ProtocolError) as fault:
            return Answer(0, b"ctx ?\n", _line("statusline", fault))

    return None, run


def _account(services: Services, ask: Ask, cancellation: Cancellation) -> Account:
    def request(method: str, **params: Any) -> dict[str, Any]:
        return services.call(method, params, cancellation)

    at = services.whereabouts
    elsewhere = () if at.store == store_path(at.workspace) else ("--store", at.store)
    return Account(request, ask.key, Counter(None).is_ready, ("--workspace", at.workspace, *elsewhere))


def _settings(given: list[str]) -> dict[str, str]:
    return dict(word.partition("=")[::2] for word in given)


def _hook_options(given: dict[str, str]) -> HookOptions:
    host = given.get("host")
    if host is not None and host not in HOSTS:
        raise FaultyPayloadError(f"there is no host {host!r}; those known: {', '.join(HOSTS)}")
    return HookOptions(host, _whole(given, "replace-over"))


def _whole(given: dict[str, str], name: str) -> int | None:
    value = given.get(name)
    if value is None:
        return None
    if not value.isascii() or not value.isdecimal() or not 0 < int(value) < 10**9:
        raise FaultyPayloadError(f"--{name} is no whole number above 0: {value!r}")
    return int(value)


def _line(command: str, fault: Exception) -> bytes:
    return f"ctxbudget {command}: {line(' '.join(str(fault).split()))}\n".encode()
