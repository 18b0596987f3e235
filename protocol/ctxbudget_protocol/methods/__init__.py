"""The method table: every method of the contract, once, with its params, result, errors and an example.

The server's registration, the clients, the JSON Schema and the protocol page are derived from it. A method's module
is imported when it is looked up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Final

from ctxbudget_protocol.method import Method
from ctxbudget_protocol.records import attribute
from ctxbudget_protocol.suggestions import did_you_mean

NAMES: Final[dict[str, tuple[str, ...]]] = {
    "session": ("open", "close", "archive", "receipt", "export", "import", "recalibrate", "list", "history", "delete"),
    "workflow": ("startPhase", "completePhase", "startWave", "completeWave", "plan"),
    "budget": (
        "allocate",
        "status",
        "reserve",
        "settle",
        "release",
        "renew",
        "report",
        "timeline",
        "diagnose",
        "breakdown",
        "didChange",
        "alert",
    ),
    "context": (
        "add",
        "handOver",
        "update",
        "append",
        "list",
        "get",
        "search",
        "restore",
        "prune",
        "undo",
        "render",
        "fit",
    ),
    "metadata": ("extract",),
    "tokens": ("count", "fits", "truncate"),
    "usage": ("record", "bill"),
    "settings": ("get",),
    "store": ("losses", "acknowledge"),
}
"""The methods of each namespace, in the order of the protocol page."""
NOTIFICATIONS: Final = ("budget/didChange", "budget/alert")
"""The methods among them that the server sends."""
MAX_NAME = 200
"""How many characters of an unknown method's name a message repeats."""


class MethodTable(Mapping[str, Method]):
    """Methods by name, in the order of the protocol page."""

    def __init__(self) -> None:
        self._rows: dict[str, Method] = {}

    def __getitem__(self, name: str) -> Method:
        row = self._rows.get(name)
        if row is None:
            row = self._rows[name] = _row(name)
        return row

    def __iter__(self) -> Iterator[str]:
        return (f"{namespace}/{method}" for namespace, methods in NAMES.items() for method in methods)

    def __contains__(self, name: object) -> bool:
        namespace, _, method = name.partition("/") if isinstance(name, str) else ("", "", "")
        return method in NAMES.get(namespace, ())

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _row(name: str) -> Method:
    """The row in the module of this method; raises KeyError if there is no such method."""
    if name not in METHODS:
        raise KeyError(name)
    namespace, _, method = name.partition("/")
    module = import_module(f"{__name__}.{namespace}.{attribute(method)}")
    return next(row for row in vars(module).values() if isinstance(row, Method) and row.name == name)


METHODS = MethodTable()
"""Every method by name."""


def request_names() -> Iterator[str]:
    """The names of the methods that a client calls; no method is imported for it."""
    return (name for name in METHODS if name not in NOTIFICATIONS)


def requests() -> list[Method]:
    """The methods that a client calls."""
    return [METHODS[name] for name in request_names()]


def notifications() -> list[Method]:
    """The notifications that the server sends."""
    return [METHODS[name] for name in NOTIFICATIONS]


def unknown_method(name: str) -> str:
    """A message about a method that clients cannot call, with the one that may have been meant."""
    return f"unknown method {name[:MAX_NAME]!r}{did_you_mean(name, request_names())}"
