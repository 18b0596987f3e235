"""The caller's end: get the answer from the sidecar, or find out quickly that this process must answer."""

from __future__ import annotations

import os
import sys

from ctxbudget_server.sidecar.endpoint import Endpoint
from ctxbudget_server.sidecar.wire import TAKEN, OneShotAnswer, OneShotRequest, read_answer
from ctxbudget_server.store.location import socket_place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _socket import socket

SWITCH_VARIABLE = "CTXBUDGET_SOCKET"
"""If `off`, callers do not ask a sidecar and sidecars do not listen."""

TAKEN_SECONDS = 1.0
"""How long a sidecar may take to accept the request; after that the caller does without it."""
SILENCE_SECONDS = 1.0
"""How long a sidecar may neither send nor take a byte before an agent gives it up: a working one sends signs of life.
"""
CALL_SILENCE_SECONDS = 10.0
"""The same for a call, which has more time and may find the sidecar very busy."""
STORE_SECONDS = 1.0
"""How long an agent waits for a store locked by other processes before its event is spooled."""
MIN_STORE_SECONDS = 0.4
"""The least of that time left to an event whose turn comes late."""
CHUNK_BYTES = 256 * 1024
"""Bytes sent at a time, so that a sidecar that takes a long body slowly is not given up."""
MAX_BODY_BYTES = 64 * 1024 * 1024
"""A larger body is not sent, as no sidecar accepts it."""


def switched_on() -> bool:
    """Whether the use of sidecars is switched on."""
    return sys.platform != "win32" and os.environ.get(SWITCH_VARIABLE) != "off"


def ask_sidecar(request: OneShotRequest, workspace: str, store: str) -> OneShotAnswer | None:
    """The sidecar's answer; None if there is no sidecar, it refuses, or anything is unexpected."""
    if len(request.body) > MAX_BODY_BYTES:
        return None
    try:
        endpoint = Endpoint(*socket_place(workspace, store))
    except OSError:
        return None
    try:
        connection = endpoint.connection(TAKEN_SECONDS)
        try:
            return _converse(connection, request)
        finally:
            connection.close()
    except (OSError, ValueError):
        return None
    finally:
        endpoint.close()


def _converse(connection: socket, request: OneShotRequest) -> OneShotAnswer | None:
    connection.sendall(request.head())
    if connection.recv(len(TAKEN)) != TAKEN:
        return None
    request.sent = True
    connection.settimeout(CALL_SILENCE_SECONDS if request.command == "call" else SILENCE_SECONDS)
    for start in range(0, len(request.body), CHUNK_BYTES):
        connection.sendall(request.body[start : start + CHUNK_BYTES])
    chunks = []
    while chunk := connection.recv(1 << 20):
        chunks.append(chunk)
    return read_answer(b"".join(chunks))
