"""Each method once, in a process of its own: prints as JSON what it cost.

`figures.measure` runs it.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from . import counting

Params = dict[str, Any]
REPORT = "# Rate limits\n\n## Findings\n\n" + "\n".join(
    f"- Endpoint {n} takes {n * 7 % 31} ms and is described in `docs/endpoint-{n}.md`." for n in range(120)
)
EARLIER = 40
"""Items that are there before: what a method costs must not hide in an empty session."""
LAST = ("session/close", "session/archive", "session/export", "session/delete", "session/import")
"""What ends the account, in this order."""
SESSION = "guard"
OF_NO_SESSION = ("metadata/extract", "tokens/count", "tokens/fits", "tokens/truncate", "context/fit", "usage/record")
"""They touch no account unless a session is named."""


class Scenario:
    """One workflow in which every method of the table has its turn."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}

    def item(self, index: int = 0, method: str = "context/add") -> str:
        """The id of an item that was added."""
        return str(self.answers[method]["items"][index]["id"])

    def requests(self) -> Iterator[tuple[str, Params]]:
        """(method, params) in order; the answer to each is in `answers` before the next is made."""
        yield "session/open", {"config": {"policy": "moderate", "contextWindow": 1_000_000}}
        yield "budget/allocate", {"strategy": "fixed", "scope": "full-implementation"}
        yield "workflow/startPhase", {"phase": 1, "name": "research"}
        yield "workflow/startWave", {"phase": 1, "wave": 1}
        yield "budget/reserve", {"tokens": 900, "holder": "one"}
        yield "budget/renew", {"leaseId": self.answers["budget/reserve"]["leaseId"]}
        yield "budget/settle", {"leaseId": self.answers["budget/reserve"]["leaseId"], "used": 250}
        yield from self._content()
        yield from self._pruning()
        yield "workflow/completeWave", {"phase": 1, "wave": 1}
        yield "workflow/completePhase", {"phase": 1}
        yield "budget/status", {}
        yield "budget/report", {}
        yield "budget/diagnose", {}
        yield "budget/breakdown", {}
        yield "session/recalibrate", {}
        yield "session/list", {}
        yield "session/history", {}
        yield "store/losses", {}
        yield "store/acknowledge", {}
        yield from self._others()
        for method in LAST[:-1]:
            yield method, {}
        yield LAST[-1], {"lines": self.answers["session/export"]["lines"]}

    def _content(self) -> Iterator[tuple[str, Params]]:
        transient = {"layer": "transient", "kind": "report"}
        yield "context/add", {"items": [{**transient, "content": REPORT}, {**transient, "tokens": 50}]}
        yield "context/update", {"itemId": self.item(), "title": "Rate limits"}
        yield "context/append", {"itemId": self.item(), "content": "\n\n## More\n\nOne more line.\n"}
        yield "context/handOver", {"content": REPORT, "maxTokens": 100}
        yield "context/list", {}
        yield "context/get", {"itemId": self.item()}
        yield "context/search", {"query": "endpoint-77"}
        yield "context/render", {"maxTokens": 500}
        yield "metadata/extract", {"content": REPORT}
        yield "tokens/count", {"texts": [REPORT]}
        yield "tokens/fits", {"text": REPORT, "limit": 100}
        yield "tokens/truncate", {"text": REPORT, "limit": 100}
        messages = [{"role": "user", "content": "Begin."}]
        for n in range(8):
            messages += [{"role": "assistant", "content": f"{n}: {REPORT}"}, {"role": "user", "content": f"Go on {n}."}]
        yield "context/fit", {"messages": messages, "format": "anthropic", "maxTokens": 4_000}
        yield "usage/bill", {"model": "claude-opus-4-8", "tokens": {"input": 1_000, "output": 100}}
        yield "usage/record", {"model": "claude-opus-4-8", "counted": 1_000, "reported": 1_100}

    def _pruning(self) -> Iterator[tuple[str, Params]]:
        yield "context/prune", {"target": {"items": [self.item()]}}
        yield "context/undo", {"undo": self.answers["context/prune"]["undo"]}
        yield "context/prune", {"target": {"items": [self.item()]}}
        yield "context/restore", {"items": [self.item()]}
        yield "budget/reserve", {"tokens": 100, "holder": "two"}
        yield "budget/release", {"leaseId": self.answers["budget/reserve"]["leaseId"]}

    def _others(self) -> Iterator[tuple[str, Params]]:
        """The methods that have no call of their own here, with the params of their examples."""
        from ctxbudget_protocol.methods import requests

        for row in requests():
            if row.name not in {*self.answers, *LAST} and row.example is not None:
                yield row.name, {name: value for name, value in row.example.params.items() if name != "sessionId"}


def play(services: Any, session: str, earlier: int) -> dict[str, dict[str, int]]:
    """What each method costs in a session that holds `earlier` items, the first time that it is called."""
    from ctxbudget_protocol.methods import METHODS
    from ctxbudget_server.account.cancellation import Cancellation

    def call(method: str, params: Params) -> Any:
        of_session = "session_id" in METHODS[method].params.names and method not in OF_NO_SESSION
        return services.call(method, {**params, "sessionId": session} if of_session else params, Cancellation())

    there = [{"layer": "transient", "content": f"{n}\n{REPORT}"} for n in range(earlier)]
    store = Path(services.whereabouts.store)
    figures: dict[str, dict[str, int]] = {}
    scenario = Scenario()
    for method, params in scenario.requests():
        empty_log(store)
        counting.COUNTS.clear()
        scenario.answers[method] = call(method, params)
        cost = {**counting.COUNTS, "bytesWritten": size_of_log(store)}
        if method == "session/open" and there:
            call("context/add", {"items": there})
        figures.setdefault(method, {name: number for name, number in sorted(cost.items()) if number})
    return figures


def empty_log(store: Path) -> None:
    """Move what was committed into the database file, so that the log holds what the next request writes."""
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def size_of_log(store: Path) -> int:
    """Bytes in the log."""
    log = store.with_name(f"{store.name}-wal")
    return log.stat().st_size if log.exists() else 0


def measured(folder: Path) -> dict[str, dict[str, int]]:
    """What each method costs once everything is loaded."""
    from ctxbudget_server.service.service import BudgetService, Options

    counting.install()
    options = Options(workspace=str(folder), store=str(folder / "store.db"))
    services = BudgetService(options, actor="guard", clock=lambda: datetime(2026, 1, 1, tzinfo=UTC))
    services.warm_up()
    play(services, "warm-up", 0)
    figures = play(services, SESSION, EARLIER)
    services.close()
    return dict(sorted(figures.items()))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        json.dump(measured(Path(place).resolve()), sys.stdout)
