"""Versions of the protocol: another minor one only adds, another major one is not spoken."""

from __future__ import annotations

from typing import Any

from ctxbudget_client.errors import ServerError
from ctxbudget_protocol.errors import ERRORS
from ctxbudget_protocol.limits import PROTOCOL_VERSION


def check_version(answer: Any) -> None:
    """Raise `ServerError` unsupportedVersion if a server has answered `initialize` in another major version.

    One that says nothing of a version is taken as it is.
    """
    found = answer
    for name in ("capabilities", "experimental", "ctxbudget", "protocolVersion"):
        found = found.get(name) if isinstance(found, dict) else None
    if isinstance(found, str) and found.partition(".")[0] != PROTOCOL_VERSION.partition(".")[0]:
        name = "unsupportedVersion"
        message = f"the server speaks version {found} of the protocol, and this client {PROTOCOL_VERSION}"
        data = {"name": name, "retryable": False, "supported": [found]}
        raise ServerError("initialize", ERRORS[name].code, message, data)
