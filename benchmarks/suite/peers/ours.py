"""Our own libraries as a worker: counting, fitting and extraction in a process."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.suite.worker import serve
from ctxbudget_protocol.limits import Limits
from ctxbudget_server.account import fit_memory
from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.extract import extract
from ctxbudget_server.service.service import BudgetService, Options
from ctxbudget_server.tokens import count

held: dict[str, Any] = {}


def hold(**given: Any) -> None:
    """Keep something for later work, so that the time of reading it is not counted."""
    held.update(given)
    count("the vocabulary is loaded")


def count_text() -> int:
    """The tokens of the text that is held."""
    return count(held["data"].encode().decode())


def count_array(messages: list[dict[str, Any]]) -> int:
    """The tokens of an array's JSON."""
    return count(json.dumps(messages, ensure_ascii=False))


def fit(limit: int) -> dict[str, Any]:
    """The array that is held, fitted by a server that has not seen it before."""
    fit_memory.forget()
    params = {"messages": held["messages"], "format": "anthropic", "maxTokens": limit}
    answer: dict[str, Any] = services.call("context/fit", params, Cancellation())
    return {"messages": answer["messages"], "fits": answer["fits"]}


def compress(limit: int, asked: bool) -> list[str]:
    """An extract of each case that is held, for its question or without one."""
    cases = held["cases"]
    return [
        extract(case["text"], count=count, max_tokens=limit, focus=case["question"] if asked else None).text
        for case in cases
    ]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        options = Options(folder, str(Path(folder) / "store.db"), "full", Limits())
        services = BudgetService(options, actor="benchmark")
        serve({work.__name__: work for work in (hold, count_text, count_array, fit, compress)})
        services.close()
