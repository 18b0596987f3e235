"""One session of a running server, with every answer held against the contract."""

from __future__ import annotations

from typing import Any

from ctxbudget_protocol.conformance.client import Client
from ctxbudget_protocol.conformance.rule import equal
from ctxbudget_protocol.conformance.schema import check_error, check_result, shown
from ctxbudget_protocol.limits import PROTOCOL_VERSION
from ctxbudget_protocol.methods import METHODS

OF_NO_SESSION = ("session/list", "tokens/count", "metadata/extract")
"""Methods that are asked without a session, though some may name one."""


class Session:
    """One session of a running server; every answer is held against the contract."""

    def __init__(self, client: Client, session_id: str) -> None:
        self.client = client
        self.id = session_id

    @property
    def additions(self) -> bool:
        """Whether the server may answer members that this version of the contract does not know."""
        return adds(client=self.client)

    def params(self, method: str, **params: Any) -> dict[str, Any]:
        """Params about this session."""
        return params if method in OF_NO_SESSION else {"sessionId": self.id, **params}

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Ask about this session; the result."""
        result: dict[str, Any] = self.client.request(method, self.params(method, **params))
        check_result(method, result, additions=self.additions)
        return result

    def error(self, method: str, **params: Any) -> dict[str, Any]:
        """Ask about this session; the `data` of the error, which must be one that the contract allows."""
        before = self.client.request("budget/status", {"sessionId": self.id})
        error = self.client.request_error(method, {"sessionId": self.id, **params})
        check_error(error, method if method in METHODS else None, additions=self.additions)
        after = self.client.request("budget/status", {"sessionId": self.id})
        equal(after, before, f"a refused {method} changes nothing")
        data: dict[str, Any] = error["data"]
        return data

    def refused(self, name: str, method: str, **params: Any) -> dict[str, Any]:
        """Ask about this session; the `data` of the error, which must have this name."""
        data = self.error(method, **params)
        equal(data["name"], name, f"the error of {method} with {shown(params)}")
        return data

    def open(self, **config: Any) -> dict[str, Any]:
        """Open the session with these settings."""
        return self.call("session/open", config=config)

    def status(self) -> dict[str, Any]:
        """The account."""
        return self.call("budget/status")

    def retained(self) -> int:
        """Retained tokens."""
        retained: int = self.status()["retained"]
        return retained


def advertised(client: Client) -> dict[str, Any]:
    """`capabilities.experimental.ctxbudget` of a server; empty if it has none."""
    found: Any = client.initialize_result
    for name in ("capabilities", "experimental", "ctxbudget"):
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def adds(client: Client) -> bool:
    """Whether a server's version is one that may have added members to what this kit knows."""
    version = str(advertised(client).get("protocolVersion", ""))
    major, _, minor = version.partition(".")
    own_major, _, own_minor = PROTOCOL_VERSION.partition(".")
    return major == own_major and minor.isdigit() and int(minor) > int(own_minor)
