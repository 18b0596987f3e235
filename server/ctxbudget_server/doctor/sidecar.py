"""Checks the process that answers the workspace's hooks and calls, if any: is it alive, and of this version?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, suppress
from typing import Any

from ctxbudget_server.doctor.finding import Finding, command
from ctxbudget_server.settings.access import roots_of_user, user_access
from ctxbudget_server.sidecar.client import TAKEN_SECONDS, switched_on
from ctxbudget_server.sidecar.identity import identity
from ctxbudget_server.sidecar.wire import REFUSED, TAKEN, OneShotRequest
from ctxbudget_server.store.location import socket_place

NAME = "sidecar"
MAX_REPLY_BYTES = 200
HARMLESS = (
    "another durability",
    "another user's settings",
    "another extra roots",
    "too many callers",
    "too many requests",
)
"""Reasons that are not faults of the process: it was started with other options, or is busy."""


def findings(workspace: str, store: str) -> Iterator[Finding]:
    """The result of connecting to its socket.

    No request is made: the caller hangs up before sending one.
    """
    if not switched_on():
        yield Finding(NAME, "ok", "sockets are switched off, so each call does its own work")
        return
    try:
        process, reply = _knock(workspace, store)
    except (FileNotFoundError, ConnectionRefusedError, NotADirectoryError):
        yield Finding(NAME, "ok", "no process answers for the workspace, so each call does its own work")
    except PermissionError as fault:
        message = f"the folder of the socket belongs to another user, or is accessible to others: {fault}"
        yield Finding(NAME, "error", message, command("rm", "-r", socket_place(workspace, store)[0]))
    except (OSError, ValueError) as fault:
        message = f"the socket of the workspace does not answer within {TAKEN_SECONDS:g} s: {fault}"
        yield Finding(NAME, "warning", message, command("ls", "-ld", socket_place(workspace, store)[0]))
    else:
        yield _heard(process, reply)


def _heard(process: int, reply: bytes) -> Finding:
    who = f"process {process}" if process else "a process"
    data: dict[str, Any] = {"process": process or None}
    if reply == TAKEN:
        return Finding(NAME, "ok", f"{who} answers for the workspace, with this version", None, data)
    stop = command("kill", str(process)) if process else None
    if reply.startswith(REFUSED):
        reason = reply[len(REFUSED) :].decode("utf-8", "replace").strip()
        data["refused"] = reason
        if reason in HARMLESS:
            return Finding(NAME, "notice", f"{who} answers for the workspace, but not this call: {reason}", None, data)
        return Finding(NAME, "warning", f"{who} has the workspace's socket but refuses calls: {reason}", stop, data)
    return Finding(NAME, "warning", f"{who} has the workspace's socket but does not respond", stop, data)


def _knock(workspace: str, store: str) -> tuple[int, bytes]:
    from ctxbudget_server.sidecar.endpoint import Endpoint, peer

    with closing(Endpoint(*socket_place(workspace, store))) as endpoint:
        connection = endpoint.connection(TAKEN_SECONDS)
        access = user_access()
        with closing(connection):
            process = peer(connection)[1]
            shared = identity(workspace, store, access.durability or "full", roots_of_user((), access))
            connection.sendall(OneShotRequest(shared, "", "call", ["session/list"], b" ").head())
            with suppress(TimeoutError):
                return process, connection.recv(MAX_REPLY_BYTES)
            return process, b""
