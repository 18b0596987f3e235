"""Events of coding agents that could not be put on the account at once: kept in the store's spool, folded in later.

An event keeps its request key in the spool, so that it counts once, however often and by whomever it is folded in.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.sidecar.wire import OneShotRequest
from ctxbudget_server.store.spool import DamagedEventError, Spool

if TYPE_CHECKING:
    from ctxbudget_server.service.service import BudgetService

POLL_INTERVAL_SECONDS: Final = 0.02
"""How often one looks whether another process has folded everything in."""

PutOnAccount = Callable[["BudgetService", OneShotRequest], None]
"""Puts an event on the account. Raises `ProtocolError`, or ValueError for an event that cannot be read."""


class Folded(NamedTuple):
    """What came of folding events in."""

    clear: bool
    """Whether none waits any more: only then may a new event go before."""
    rejected: list[str]
    """A line for each event that can never be folded in, and was set aside."""


class _Waiting(NamedTuple):
    """An event in the spool, as JSON in its first line; what the host wrote follows."""

    workspace: str
    key: str
    words: list[str]

    def packed(self, body: bytes) -> bytes:
        """The event as the spool keeps it."""
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
    """Keep the event in `request` until a process folds it in. Raises OSError if that is not possible.

    The words that say what the host is told are left out: the host is not told later.
    """
    words = [word for word in request.arguments if not word.startswith("replace-over=")]
    Spool(store).put(_Waiting(workspace, request.key, words).packed(bytes(request.body)), durable=durable)


def fold_in(service: BudgetService, until: float, put: PutOnAccount) -> Folded:
    """Put the events that wait on the account, in their order, until `until` (of `time.monotonic`).

    Raises OSError if the spool cannot be used. An event that the store has no time or room for goes on waiting.
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
        rejected.append(_told(spool, name, "its process was killed while it wrote the event"))
    for name in spool.pending():
        try:
            waiting, body = _Waiting.unpacked(spool.read(name))
            request = OneShotRequest([], waiting.key, "hook", waiting.words, body)
            put(service.of_workspace(waiting.workspace).hurried(until), request)
        except FileNotFoundError:  # somebody emptied the spool by hand
            continue
        except ProtocolError as error:
            if error.name.startswith("store"):
                return False
            reason = error.message
        except (DamagedEventError, ValueError) as fault:
            reason = str(fault)
        except Exception as fault:  # one event must not keep all later ones from the account
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
    return f"an event that waited cannot be put on the account and is kept as {kept}: {reason}"
