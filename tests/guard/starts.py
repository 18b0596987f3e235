"""What a start path imports and opens, counted in that very process.

`guard.starts FILE WORD ...` runs `ctxbudget WORD ...` and writes what it cost to FILE as JSON. With `serve`: what it
cost until `initialize` was answered, then what one request costs from frame to frame, the mean of MEASURED after WARM.
"""

from __future__ import annotations

import atexit
import os
import sys

from . import counting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

WARM = 30
MEASURED = 50


def main() -> int:
    """Run the command under the counters."""
    target, words = sys.argv[1], sys.argv[2:]
    before = set(sys.modules)
    figures: dict[str, dict[str, int]] = {}

    def so_far() -> dict[str, int]:
        opened = {name: counting.COUNTS.get(name, 0) for name in ("opens", "connections", "threads")}
        return {**counting.loaded(before), **opened}

    def write() -> None:
        made = figures or {"start": so_far()}
        import json

        with open(target, "w", encoding="utf-8") as file:  # noqa: PTH123 - it must import nothing before
            json.dump(made, file)

    process = os.getpid()

    def end(code: int) -> None:
        if os.getpid() == process:  # and not the watchdog that it forked
            write()
        leave(code)

    leave, os._exit = os._exit, end  # type: ignore[assignment] # a server ends this way
    atexit.register(write)
    if words[0] == "serve":
        counting.install()
        _count_requests(figures, so_far)
    else:
        counting.begin()
    from ctxbudget_server.cli import main as command

    return command(words)


def _count_requests(figures: dict[str, dict[str, int]], so_far: Callable[[], dict[str, int]]) -> None:
    """Look at the counters when `initialize` is answered, and before and after the measured requests of a method."""
    from ctxbudget_server.rpc.calls import BackendCalls
    from ctxbudget_server.rpc.connection import ConnectionContext
    from ctxbudget_server.rpc.inflight import Ticket

    initialized, answer, start = ConnectionContext.initialized, Ticket.answer, BackendCalls.start
    asked: dict[Ticket, str] = {}
    answered: dict[str, int] = {}
    at_first: dict[str, dict[str, int]] = {}

    def first(self: Any, ok: bool) -> None:
        figures["start"] = so_far()
        initialized(self, ok)

    def begun(self: Any, ticket: Ticket, method: str, params: dict[str, Any]) -> None:
        asked[ticket] = method
        start(self, ticket, method, params)

    def one_more(self: Any, body: bytes) -> None:
        answer(self, body)
        method = asked.pop(self, "")
        answered[method] = answered.get(method, 0) + 1
        if answered[method] == WARM:
            at_first[method] = counting.COUNTS.copy()
        elif answered[method] == WARM + MEASURED:
            counted, before = ("jsonPasses", "statements", "threads", "wakeUps"), at_first[method]
            figures[method] = {
                name: round((counting.COUNTS.get(name, 0) - before.get(name, 0)) / MEASURED) for name in counted
            }

    ConnectionContext.initialized = first  # type: ignore[method-assign]
    BackendCalls.start = begun  # type: ignore[method-assign]
    Ticket.answer = one_more  # type: ignore[method-assign]


if __name__ == "__main__":
    sys.exit(main())
