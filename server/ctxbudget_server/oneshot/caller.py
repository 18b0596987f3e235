"""The caller's end: have the sidecar answer, or find out soon that this process must."""

from __future__ import annotations

import os
import sys

from ctxbudget_server.oneshot.endpoint import Endpoint
from ctxbudget_server.oneshot.frames import TAKEN, Answer, Ask, read_answer
from ctxbudget_server.store.location import socket_place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _socket import socket

SWITCH_VARIABLE = "CTXBUDGET_SOCKET"
"""`off` keeps callers from asking a sidecar, and sidecars from listening."""

TAKEN_SECONDS = 1.0
"""For a sidecar to say that it takes the request: one that is stopped, or busy beyond that, is done without."""
ANSWER_SECONDS = 30.0
"""Without a byte in that time the sidecar is given up."""
MAX_BODY_BYTES = 64 * 1024 * 1024
"""A larger body is not sent: no sidecar takes it."""


def switched_on() -> bool:
    """Whether there may be a sidecar to ask."""
    return sys.platform != "win32" and os.environ.get(SWITCH_VARIABLE) != "off"


def ask_sidecar(ask: Ask, workspace: str, store: str) -> Answer | None:
    """The sidecar's answer; None if there is no sidecar, if it refuses, or if anything is odd."""
    if len(ask.body) > MAX_BODY_BYTES:
        return None
    try:
        endpoint = Endpoint(*socket_place(workspace, store))
    except OSError:
        return None
    try:
        connection = endpoint.connection(TAKEN_SECONDS)
        try:
            return _converse(connection, ask)
        finally:
            connection.close()
    except (OSError, ValueError):
        return None
    finally:
        endpoint.close()


def _converse(connection: socket, ask: Ask) -> Answer | None:
    connection.sendall(ask.head())
    if connection.recv(len(TAKEN)) != TAKEN:
        return None
    ask.sent = True
    connection.settimeout(ANSWER_SECONDS)
    if ask.body:  # an empty write would fail if the sidecar had answered and closed by now
        connection.sendall(ask.body)
    chunks = []
    while chunk := connection.recv(1 << 20):
        chunks.append(chunk)
    return read_answer(b"".join(chunks))
