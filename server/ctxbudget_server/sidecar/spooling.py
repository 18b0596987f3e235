"""Events of coding agents that could not be recorded at once: kept in the store's spool and folded in later.

An event keeps its request key in the spool, so it counts once however often, and by whichever process, it is folded in.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_protocol.values import NamedTuple
from ctxbudget_server.sidecar.wire import OneShotRequest
from ctxbudget_server.store.spool import DamagedEventError, Spool

if TYPE_CHECKING:
    from ctxbudget_server.service.service import BudgetService

POLL_INTERVAL_SECONDS: Final = 0.02
"""How often to check whether another process has finished folding events in."""

PutOnAccount = Callable[["BudgetService", OneShotRequest], None]
"""Records an event. Raises `ProtocolError`, or ValueError for an event that cannot be parsed."""


class Folded(NamedTuple):
    """The outcome of folding events in."""

    clear: bool
    """Whether no event is waiting any more: only then may a new event be recorded directly."""
    rejected: list[str]
    """A line for each event that was set aside because it can never be folded in."""


class _Waiting(NamedTuple):
    """A spooled event: JSON in the first line, followed by what the host wrote."""

    workspace: str
    key: str
    words: list[str]

    def packed(self, body: bytes) -> bytes:
        """The event in the form in which the spool keeps it."""
        return json.dumps(self).encode() + b"\n" + body

    @classmethod
    def unpacked(cls, event: bytes) -> tuple[_Waiting, bytes]:
        """The event, and what the host wrote. Raises ValueError."""
        line, found, body = event.partition(b"\n")
        with suppress(ValueError):
            match json.loads(line):
                case [str(workspace), str(key), [*words]] if found and all(isinstance(word, str) for word in words):
                    return cls(workspace, key, words), body
        raise ValueError("it is not an event of this version")


def spool_event(store: str, workspace: str, request: OneShotRequest, *, durable: bool) -> None:
    """Spool the event in `request` until a process folds it in. Raises OSError if that is not possible.

    Arguments about the output for the host are dropped, since nothing will be printed later.
    """
    words = [word for word in request.arguments if not word.startswith("replace-over=")]
    Spool(store).put(_Waiting(workspace, request.key, words).packed(bytes(request.body)), durable=durable)


def fold_in(service: BudgetService, until: float, put: PutOnAccount) -> Folded:
    """Record the waiting events in order, until `until` (`time.monotonic`).

    Raises OSError if the spool cannot be used. An event for which the store has no time or room keeps waiting.
    """
    spool = Spool(service.whereabouts.store)
    rejected: list[str] = []
    while not spool.is_empty():
        with spool.folding() as allowed:
            if allowed:
                return Folded(_folded(service, spool, until, put, rejected), rejected)
        if time.monotonic() >= until:
            return Folded(False, rejected)
        time.sleep(POLL_INTERVAL_SECONDS)
    return Folded(True, rejected)


def _folded(service: BudgetService, spool: Spool, until: float, put: PutOnAccount, rejected: list[str]) -> bool:
    for name in spool.sweep():
        rejected.append(_told(spool, name, "its process was killed while writing the event"))
    for name in spool.pending():
        try:
            waiting, body = _Waiting.unpacked(spool.read(name))
            request = OneShotRequest([], waiting.key, "hook", waiting.words, body)
            put(service.of_workspace(waiting.workspace).hurried(until), request)
        except FileNotFoundError:  # someone emptied the spool by hand
            continue
        except ProtocolError as error:
            if error.name.startswith("store"):
                return False
            reason = error.message
        except (DamagedEventError, ValueError) as fault:
            reason = str(fault)
        except Exception as fault:  # one event must not block all later ones
            reason = f"{type(fault).__name__}: {fault}"
        else:
            spool.done(name)
            if time.monotonic() >= until:
                return spool.is_empty()
            continue
        spool.reject(name, reason)
        rejected.append(_told(spool, name, reason))
    return True


def _told(spool: Spool, name: str, reason: str) -> str:
    kept = spool.folder / "rejected" / name
    return f"a spooled event cannot be recorded and is kept as {kept}: {reason}"
