"""Counts what a process does: SQL statements, JSON passes, opened files, threads, wake-ups.

It imports nothing at the start, because what a start path imports is counted too. The counters stay for the rest of the
process, so each measurement is a process of its own.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

STANDARD = f"standard {sys.version_info[0]}.{sys.version_info[1]}"
"""Each version of Python has its own figure: its parts import each other."""
COUNTS: dict[str, int] = {}

IMPORTED_FILES = (".py", ".pyc", ".so", ".pth", ".zip")
"""Opened by imports, which are counted as such."""


def add(name: str, number: int = 1) -> None:
    """Count."""
    COUNTS[name] = COUNTS.get(name, 0) + number


def begin() -> None:
    """Count what can be counted without an import."""
    sys.addaudithook(heard)
    import _thread

    for name in ("start_new_thread", "start_joinable_thread"):
        if start := getattr(_thread, name, None):
            counted = _counted("threads", start)
            setattr(_thread, name, counted)
            if threading := sys.modules.get("threading"):
                setattr(threading, f"_{name}", counted)


def install() -> None:
    """Count everything; this imports what is counted."""
    begin()
    _count_statements()
    _count_json()
    _count_wake_ups()


def heard(event: str, given: tuple[Any, ...]) -> None:
    """Count an audit event."""
    if event == "open" and not str(given[0]).endswith(IMPORTED_FILES):
        add("opens")
    elif event == "sqlite3.connect":
        add("connections")


def _count_statements() -> None:
    import sqlite3

    connect = sqlite3.connect

    def traced(*given: Any, **named: Any) -> Any:
        connection = connect(*given, **named)
        connection.set_trace_callback(lambda text: add("statements"))
        return connection

    sqlite3.connect = traced


def _count_json() -> None:
    import json

    decode, encode = json.JSONDecoder.decode, json.JSONEncoder.encode

    def decoded(self: Any, text: str, *more: Any) -> Any:
        add("jsonPasses")
        add("jsonBytes", len(text))
        return decode(self, text, *more)

    def encoded(self: Any, value: Any) -> str:
        text = encode(self, value)
        add("jsonPasses")
        add("jsonBytes", len(text))
        return text

    json.JSONDecoder.decode = decoded  # type: ignore[method-assign]
    json.JSONEncoder.encode = encoded  # type: ignore[method-assign]


def _count_wake_ups() -> None:
    import asyncio
    import threading

    for owner, name in ((threading.Condition, "notify"), (asyncio.BaseEventLoop, "call_soon_threadsafe")):
        setattr(owner, name, _counted("wakeUps", getattr(owner, name)))


def _counted(what: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def counted(*given: Any, **named: Any) -> Any:
        add(what)
        return function(*given, **named)

    return counted


def loaded(before: set[str]) -> dict[str, int]:
    """How many modules of ours, packages of others and parts of the standard library were imported since `before`."""
    new = [name for name in list(sys.modules) if name not in before]
    ours = [name for name in new if name.startswith("ctxbudget_")]
    packages = {name.partition(".")[0] for name in new} - {name.partition(".")[0] for name in ours}
    standard = {name for name in packages if name in sys.stdlib_module_names}
    # Private parts of the standard library differ from one version of Python to the next.
    public = {name for name in standard if not name.startswith("_")}
    return {"ours": len(ours), "packages": len(packages - standard), STANDARD: len(public)}
