"""How long the event loop is held while a worker counts or extracts, beside a server at rest.

    python benchmarks/wait.py

Requests that the loop answers by itself (an unknown method) are sent one after the other; the longest wait is printed.
"""

from __future__ import annotations

import contextlib
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable

from ctxbudget_client import Client, ServerError

WORDS = [f"word{n}" for n in range(5_000)]


def ping(client: Client) -> float:
    """Milliseconds until the loop has refused an unknown method."""
    start = time.perf_counter()
    with contextlib.suppress(ServerError):
        client.request("no/such")
    return (time.perf_counter() - start) * 1e3


def waits(client: Client, done: Callable[[], bool]) -> list[float]:
    """Waits until something is done, in milliseconds."""
    times = [ping(client)]
    while not done():
        times.append(ping(client))
    return times


def main() -> None:
    """Print the table."""
    dice = random.Random(7)
    text = "\n".join(" ".join(dice.choices(WORDS, k=12)) + "." for _ in range(120_000))
    with tempfile.TemporaryDirectory() as folder:
        options = ["--workspace", folder, "--store", f"{folder}/s.db"]
        command = [sys.executable, "-m", "ctxbudget_server", "serve", *options]
        with Client.spawn(command, cwd=folder, timeout=300) as client:
            client.request("tokens/count", {"texts": ["warm"]})
            client.request("metadata/extract", {"content": "# warm\n\nWarm."})
            end = time.perf_counter() + 2
            rows = {"at rest": waits(client, lambda: time.perf_counter() > end)}
            for name, method, params in (
                (f"counting {len(text) / 1e6:.0f} MB", "tokens/count", {"texts": [text]}),
                (f"extracting {len(text) / 1e6:.0f} MB", "metadata/extract", {"content": text}),
            ):
                pending = client.send(method, params)
                time.sleep(0.5)  # the message itself is decoded on the loop
                rows[name] = waits(client, lambda pending=pending: pending.done)
    print("| while | median ms | longest ms |\n| --- | --- | --- |")
    for name, times in rows.items():
        print(f"| {name} | {statistics.median(times):.2f} | {max(times):.1f} |")


if __name__ == "__main__":
    main()
