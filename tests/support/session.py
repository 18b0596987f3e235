"""One session of a running server, with every answer held against the contract."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from ctxbudget_protocol.conformance import session as judged
from ctxbudget_protocol.conformance.schema import check, check_result, definitions

SERVE = [sys.executable, "-m", "ctxbudget_server", "serve"]


class Session(judged.Session):
    """One session of a running server; every answer is held against the contract."""

    def add(self, layer: str = "transient", **item: Any) -> str:
        """Add one item; its id."""
        return self.call("context/add", items=[{"layer": layer, **item}])["items"][0]["id"]

    def items(self, **filters: Any) -> dict[str, dict[str, Any]]:
        """The listed items by id."""
        return {item["id"]: item for item in self.call("context/list", **filters)["items"]}


def conforms(method: str, result: Any) -> None:
    """Fail unless the result is what the contract says."""
    check_result(method, result)


def conforms_to(name: str, value: dict[str, Any]) -> None:
    """Fail unless the value is of this type of the contract, and has no members but those of the type."""
    check(definitions()[name], value, name)
    assert value.keys() <= definitions()[name]["properties"].keys()


def serve_command(folder: Path, *more: str) -> list[str]:
    """The command of a server whose workspace and store are in this folder."""
    return [*SERVE, "--workspace", str(folder), "--store", str(folder / "state" / "store.db"), *more]
