"""The observer of the service: it notes what happened, in microseconds, and leaves the rest to a thread."""

from __future__ import annotations

import logging
import re
import time
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

from ctxbudget_protocol.errors import ERRORS, ProtocolError
from ctxbudget_protocol.limits import SESSION_ID
from ctxbudget_protocol.methods import METHODS
from ctxbudget_server.account.cancellation import Cancelled

MAX_WAITING = 10_000
"""How many requests are noted at most until the thread takes them; beyond that the oldest are dropped."""
MAX_TRACEPARENT, MAX_TRACESTATE = 256, 4096
"""Longer ones are nobody's: W3C has 55 characters, and asks for 512 to be carried."""
OTHER = "_OTHER"
"""The conventions' word for a name that is not known. What a client calls an unknown method may be anything."""

log = logging.getLogger(__name__)

_IS_SESSION = re.compile(SESSION_ID)


class Bill(NamedTuple):
    """What a provider billed, by kind, as the client recorded it."""

    model: str
    tokens: dict[str, int]
    key: str | None
    revision: int
    """The session's after it was recorded; a repeated request has that of the first."""


class Seen(NamedTuple):
    """One request. Times are nanoseconds since 1970."""

    method: str
    began: int
    ended: int
    session: str | None
    parent: dict[str, str]
    """The W3C headers that came with it."""
    error: str | None
    """Name of a protocol error."""
    bill: Bill | None


class Recorder:
    """An observer that only notes. `waiting` is emptied by a thread, which `close` ends."""

    def __init__(self) -> None:
        self.waiting: deque[Seen] = deque(maxlen=MAX_WAITING)
        self.ended: Callable[[], None] = _nothing
        """Ends what empties the queue, within a second."""
        self.is_off = False
        """Whether nothing takes what is noted."""

    def observed(self, method: str, params: dict[str, Any], answer: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Return or raise what `answer` does, and note it."""
        if self.is_off:
            return answer()
        began, start = time.time_ns(), time.perf_counter_ns()
        result, error = None, "internalError"
        try:
            result = answer()
        except Cancelled:
            error = "requestCancelled"
            raise
        except ProtocolError as fault:
            error = fault.name
            raise
        finally:
            ended = began + time.perf_counter_ns() - start
            self._note(method, params, result, error, (began, ended))
        return result

    def _note(
        self, method: str, params: dict[str, Any], result: dict[str, Any] | None, error: str, times: tuple[int, int]
    ) -> None:
        try:
            self.waiting.append(_seen(method, params, result, error, times))
        except Exception:  # what a client sent may be anything, and its request must not fail of this
            log.debug("a request of %s could not be noted", method, exc_info=True)

    def close(self) -> None:
        """Have the last requests sent."""
        self.ended()


def _nothing() -> None:
    """Nothing has begun yet."""


def _seen(
    method: str, params: dict[str, Any], result: dict[str, Any] | None, error: str, times: tuple[int, int]
) -> Seen:
    """What is noted of a request. Of what the client sent, only what has been checked, or has a form of its own."""
    session = (result or {}).get("sessionId") or params.get("sessionId")
    return Seen(
        method if method in METHODS else OTHER,
        *times,
        session if isinstance(session, str) and _IS_SESSION.fullmatch(session) else None,
        _parent(params.get("_meta")),
        None if result is not None else error if error in ERRORS else "internalError",
        _bill(params, result) if method == "usage/bill" and result is not None else None,
    )


def _parent(meta: Any) -> dict[str, str]:
    if not isinstance(meta, dict):
        return {}
    given = {name: meta.get(name) for name in ("traceparent", "tracestate")}
    limits = {"traceparent": MAX_TRACEPARENT, "tracestate": MAX_TRACESTATE}
    return {
        name: value
        for name, value in given.items()
        if isinstance(value, str) and len(value) <= limits[name] and value.isascii()
    }


def _bill(params: dict[str, Any], result: dict[str, Any]) -> Bill | None:
    tokens = params.get("tokens")
    if not isinstance(tokens, dict):
        return None  # only its cost is known
    model = str(params["model"]).encode("utf-8", "replace").decode()
    counted = {kind: int(count) for kind, count in tokens.items() if count}
    return Bill(model, counted, params.get("requestKey"), result["revision"])
