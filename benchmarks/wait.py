"""How long small requests wait while a worker does something large, beside a server at rest.

    python benchmarks/wait.py

`budget/status` is asked one after the other: it takes the event loop, a worker and the store. ITEMS in the environment
sets the size of the session that is pruned.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from ctxbudget_client import Client

WORDS = [f"word{n}" for n in range(5_000)]
ITEMS = int(os.environ.get("ITEMS", "100000"))
FILES = 2_000


def waits(client: Client, done: Callable[[], bool]) -> list[float]:
    """Waits for a small request until something is done, in milliseconds."""
    times = []
    while not times or not done():
        start = time.perf_counter()
        client.request("budget/status")
        times.append((time.perf_counter() - start) * 1e3)
    return times


def fill(client: Client, folder: Path) -> None:
    """A session of many items, and a folder of many texts."""
    client.request("session/open", {"sessionId": "many"})
    for start in range(0, ITEMS, 5_000):
        items = [{"layer": "transient", "kind": "log", "tokens": 3, "title": f"item {start + n}"} for n in range(5_000)]
        client.request("context/add", {"sessionId": "many", "items": items})
    dice = random.Random(3)
    for n in range(FILES):
        (folder / f"{n}.md").write_text("\n".join(" ".join(dice.choices(WORDS, k=12)) for _ in range(80)))


def main() -> None:
    """Print the table."""
    dice = random.Random(7)
    text = "\n".join(" ".join(dice.choices(WORDS, k=12)) + "." for _ in range(140_000))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        options = ["--workspace", name, "--store", f"{name}/state/s.db"]
        command = [sys.executable, "-m", "ctxbudget_server", "serve", *options]
        with Client.spawn(command, cwd=name, root=name, timeout=600) as client:
            fill(client, folder)
            client.request("metadata/extract", {"content": "# warm\n\nWarm."})
            end = time.perf_counter() + 2
            rows = {"at rest": waits(client, lambda: time.perf_counter() > end)}
            for label, method, params in (
                (f"counting {len(text) / 1e6:.0f} MB", "tokens/count", {"texts": [text]}),
                (f"extracting {len(text) / 1e6:.0f} MB", "metadata/extract", {"content": text}),
                (f"pruning {ITEMS:,} items", "context/prune", {"sessionId": "many", "target": {"workflow": True}}),
                (f"counting {FILES:,} files", "workspace/executeCommand", {"command": "ctxbudget.countWorkspace"}),
            ):
                pending = client.send(method, params)
                rows[label] = waits(client, lambda pending=pending: pending.done)
    print("| while | requests | p50 ms | p99 ms | longest ms |\n| --- | --- | --- | --- | --- |")
    for label, times in rows.items():
        p99 = statistics.quantiles(times, n=100, method="inclusive")[98] if len(times) > 1 else times[0]
        print(f"| {label} | {len(times)} | {statistics.median(times):.1f} | {p99:.1f} | {max(times):.1f} |")


if __name__ == "__main__":
    main()
