"""One session of a running server, with every answer held against the contract."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from ctxbudget_protocol.contract import published
from ctxbudget_protocol.method import COMMON_ERRORS
from ctxbudget_protocol.methods import METHODS
from ctxbudget_protocol.models import model_of
from support.client import Client

SERVE = [sys.executable, "-m", "ctxbudget_server", "serve"]


class Session:
    """One session of a running server; every answer is held against the contract."""

    def __init__(self, client: Client, session_id: str) -> None:
        self.client = client
        self.id = session_id

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Ask about this session; the result."""
        if method not in ("session/list", "tokens/count", "metadata/extract"):
            params = {"sessionId": self.id, **params}
        result = self.client.request(method, params)
        conforms(method, result)
        return result

    def error(self, method: str, **params: Any) -> dict[str, Any]:
        """Ask about this session; the `data` of the error, which must be one that the contract allows."""
        before = self.client.request("budget/status", {"sessionId": self.id})
        error = self.client.request_error(method, {"sessionId": self.id, **params})
        assert "raceback" not in str(error)
        assert error["data"]["name"] in (*METHODS[method].errors, *COMMON_ERRORS)
        error_conforms(error)
        after = self.client.request("budget/status", {"sessionId": self.id})
        assert after == before, "a refused request changes nothing"
        return error["data"]

    def open(self, **config: Any) -> dict[str, Any]:
        """Open the session with these settings."""
        return self.call("session/open", config=config)

    def status(self) -> dict[str, Any]:
        """The account."""
        return self.call("budget/status")

    def add(self, layer: str = "transient", **item: Any) -> str:
        """Add one item; its id."""
        return self.call("context/add", items=[{"layer": layer, **item}])["items"][0]["id"]

    def items(self, **filters: Any) -> dict[str, dict[str, Any]]:
        """The listed items by id."""
        return {item["id"]: item for item in self.call("context/list", **filters)["items"]}

    def retained(self) -> int:
        """Retained tokens."""
        return self.status()["retained"]


def conforms(method: str, result: Any) -> None:
    """Fail unless the result is what the contract says."""
    model = model_of(METHODS[method].result)
    assert model is not None
    model.model_validate(result)


def error_conforms(error: dict[str, Any]) -> None:
    """Fail unless a JSON-RPC error object is what the contract says of the error that it names."""
    data = error["data"]
    promised = published()["errors"][data["name"]]
    assert error["code"] == promised["code"]
    conforms_to(promised["data"]["$ref"].rpartition("/")[2], data)


def conforms_to(name: str, value: dict[str, Any]) -> None:
    """Fail unless the value is of this type of the contract, and has no members but those of the type."""
    types = published()["$defs"]
    Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": types}).validate(value)
    assert value.keys() <= types[name]["properties"].keys()


def serve_command(folder: Path, *more: str) -> list[str]:
    """The command of a server whose workspace and store are in this folder."""
    return [*SERVE, "--workspace", str(folder), "--store", str(folder / "state" / "store.db"), *more]
