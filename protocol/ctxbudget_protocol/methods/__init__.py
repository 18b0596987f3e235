"""The method table: every method of the contract, once, with its params, result, errors and an example.

The server's registration, the clients, the JSON Schema and the protocol page are derived from it. A namespace's module
is imported when one of its methods is looked up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module

from ctxbudget_protocol.method import Method
from ctxbudget_protocol.suggestions import did_you_mean

NAMESPACES = ("session", "workflow", "budget", "context", "metadata", "tokens", "usage", "settings", "store")
"""Namespaces in the order of the protocol page."""
MAX_NAME = 200
"""How many characters of an unknown method's name a message repeats."""


class MethodTable(Mapping[str, Method]):
    """Methods by name, in the order of the protocol page."""

    def __init__(self) -> None:
        self._namespaces: dict[str, dict[str, Method]] = {}

    def __getitem__(self, name: str) -> Method:
        return self._namespace(name.partition("/")[0])[name]

    def __iter__(self) -> Iterator[str]:
        return (name for namespace in NAMESPACES for name in self._namespace(namespace))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _namespace(self, name: str) -> dict[str, Method]:
        if name not in self._namespaces:
            if name not in NAMESPACES:
                return {}
            module = import_module(f"{__name__}.{name}")
            rows = [value for value in vars(module).values() if isinstance(value, Method)]
            self._namespaces[name] = {row.name: row for row in rows}
        return self._namespaces[name]


METHODS = MethodTable()
"""Every method by name."""


def requests() -> list[Method]:
    """The methods that a client calls."""
    return [method for method in METHODS.values() if method.direction == "clientToServer"]


def notifications() -> list[Method]:
    """The notifications that the server sends."""
    return [method for method in METHODS.values() if method.direction == "serverToClient"]


def unknown_method(name: str) -> str:
    """A message about a method that clients cannot call, with the one that may have been meant."""
    return f"unknown method {name[:MAX_NAME]!r}{did_you_mean(name, (method.name for method in requests()))}"
