"""CPU of `context/render` on a large session, beside counting all that the session retains once.

    python benchmarks/render.py [ITEMS]

Every row is one request to the services in this process, without the wire: the first time, and again.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.service.service import BudgetService, Options
from ctxbudget_server.tokens import count

LIMITS = (2_000, 8_000, 50_000, 200_000)
WORDS = [
    f"{a}{b}" for a in ("gate", "token", "queue", "cache", "shard", "lease") for b in ("", "way", "s", "d", "able")
]


def cpu(work: Callable[[], Any]) -> tuple[float, Any]:
    """CPU milliseconds, and what the work made."""
    start = time.process_time()
    made = work()
    return (time.process_time() - start) * 1e3, made


def document(dice: random.Random, number: int) -> str:
    """A report of 50 to some thousand tokens."""
    lines = [f"# Report {number}: {' '.join(dice.choices(WORDS, k=4))}", ""]
    for part in range(max(1, int(dice.lognormvariate(2.5, 0.8)))):
        said = " ".join(dice.choices(WORDS, k=14))
        lines += [f"## Finding {part}", "", f"The {said}. It is kept in `src/{dice.choice(WORDS)}_{number}.py`.", ""]
    return "\n".join(lines)


def fill(ask: Callable[..., Any], items: int) -> None:
    """A session with a few permanent and phase-scoped items, a third metadata, the rest transient."""
    dice = random.Random(7)
    layers = ["permanent"] * 3 + ["phase"] * 20 + ["metadata"] * (items // 3)
    layers += ["transient"] * (items - len(layers))
    dice.shuffle(layers)
    ask("session/open", config={"contextWindow": 1_000_000_000})
    ask("workflow/startPhase", phase=1)
    for start in range(0, items, 1000):
        batch = [
            {"layer": layer, "kind": "report", "content": document(dice, start + n)}
            for n, layer in enumerate(layers[start : start + 1000])
        ]
        ask("context/add", items=batch)


def main() -> None:
    """Print the table."""
    items = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    with tempfile.TemporaryDirectory() as folder:
        services = BudgetService(Options(folder, str(Path(folder) / "store.db"), "fast"), actor="benchmark")

        def ask(method: str, **params: Any) -> Any:
            return services.call(method, params, Cancellation())

        fill(ask, items)
        contents = [
            ask("context/get", itemId=item["id"])["content"] for item in ask("context/list", limit=10_000)["items"]
        ]
        counting, tokens = cpu(lambda: sum(map(count, contents)))
        print(f"{items} retained items, {tokens:,} tokens; counting them all: {counting:.0f} ms of CPU\n")
        print("| maxTokens | focus | first, ms | ratio | again, ms | ratio | whole | metadata | line |")
        print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
        for limit in LIMITS:
            for focus in (None, "which queue holds the lease"):
                asked = {"maxTokens": limit, **({"focus": focus} if focus else {})}
                first, found = cpu(partial(ask, "context/render", **asked))
                again, _ = cpu(partial(ask, "context/render", **asked))
                assert count(found["text"]) == found["tokens"] <= limit
                details = [item["detail"] for item in found["items"]]
                shown = " | ".join(str(details.count(detail)) for detail in ("whole", "metadata", "line"))
                print(
                    f"| {limit:,} | {'yes' if focus else 'no'} | {first:.0f} | {first / counting:.2f} |"
                    f" {again:.0f} | {again / counting:.2f} | {shown} |"
                )
        services.close()


if __name__ == "__main__":
    main()
