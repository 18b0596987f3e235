"""How many bytes the store keeps on disk for each byte of content, and what holds them.

    python benchmarks/space.py [SESSIONS] [ITEMS]

Three workloads, each in a store of its own: tool outputs as hooks report them (2 to 6 kB of listings, source and search
results), the same at a tenth of the size, and content that does not compress. In each, every session adds its items one
request at a time with request keys, extracts metadata of some, prunes phase by phase, takes one prune back, and closes.
"""

from __future__ import annotations

import base64
import contextlib
import inspect
import random
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.service.service import BudgetService, Options

SOURCES = ("argparse", "ast", "asyncio.base_events", "email.message", "http.client", "inspect", "pathlib", "tarfile")
PHASES = 4


def lines_of_source() -> list[str]:
    """Lines of the standard library."""
    return [line for name in SOURCES for line in inspect.getsource(import_module(name)).splitlines()]


def tool_output(dice: random.Random, lines: list[str], size: int) -> str:
    """About `size` characters of what a tool prints: a part of a file, search results, a listing, or a test run."""
    kind = dice.choice(["file", "search", "listing", "tests"])
    text: list[str] = []
    start = dice.randrange(len(lines))
    while sum(map(len, text)) + len(text) < size:
        number = start + len(text)
        line = lines[number % len(lines)]
        if kind == "file":
            text.append(f"{number:6}\t{line}")
        elif kind == "search":
            text.append(f"src/{dice.choice(SOURCES)}/{dice.choice(SOURCES)}.py:{dice.randrange(2000)}:{line.strip()}")
        elif kind == "listing":
            text.append(
                f"-rw-r--r-- 1 dev dev {dice.randrange(10**6):8} Mar {dice.randrange(28)} {number:x}-{len(line)}.py"
            )
        else:
            text.append(
                f"tests/test_{dice.choice(SOURCES)}.py::test_{dice.randrange(10**4)} PASSED [{number % 100:3}%]"
            )
    return "\n".join(text)


def noise(dice: random.Random, size: int) -> str:
    """About `size` characters that compress by a quarter at best."""
    return base64.b85encode(dice.randbytes(size * 4 // 5)).decode()


def work(call: Callable[..., dict[str, Any]], sessions: int, items: int, text: Callable[[], str]) -> int:
    """Run the sessions; the bytes of content that came in."""
    content = 0
    for number in range(sessions):
        session = f"session-{number}"
        call("session/open", sessionId=session, config={"policy": "aggressive", "contextWindow": 200_000})
        for at in range(items):
            phase = at * PHASES // items
            if at % (items // PHASES) == 0:
                call("workflow/startPhase", sessionId=session, phase=phase)
            given = text()
            content += len(given.encode())
            entry = {
                "layer": "transient",
                "kind": "tool-output",
                "phase": phase,
                "title": f"Bash: run {at}",
                "content": given,
            }
            key = f"claude-code:toolu_{number:08}{at:012}"
            item = call("context/add", sessionId=session, items=[entry], requestKey=key)["items"][0]["id"]
            if at % 10 == 0:
                call("metadata/extract", sessionId=session, itemId=item)
            if at % (items // PHASES) == items // PHASES - 1:
                pruned = call("context/prune", sessionId=session, target={"phase": phase}, policy="aggressive")
                if phase == 0 and pruned["undo"]:
                    call("context/undo", sessionId=session, undo=pruned["undo"])
                call("workflow/completePhase", sessionId=session, phase=phase)
        call("session/close", sessionId=session)
    return content


def measured(name: str, sessions: int, items: int, text: Callable[[], str]) -> None:
    """Print what one workload leaves on disk."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.db"
        services = BudgetService(Options(workspace=folder, store=str(path), durability="fast"), actor="space")
        content = work(lambda method, **params: services.call(method, params, Cancellation()), sessions, items, text)
        services.close()
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            tables = by_table(connection)
        # The last connection to close removes the WAL and the shared memory.
        disk = sum(file.stat().st_size for file in Path(folder).glob("store.db*") if file.is_file())
    print(f"{name}: {content:,} bytes of content, {disk:,} on disk: {disk / content:.2f} bytes a byte")
    for table, size in tables:
        print(f"    {table:32}{size:>12,}{size / content:>8.3f}")


def by_table(connection: sqlite3.Connection) -> list[tuple[str, int]]:
    """Tables and indexes with their bytes, the largest first; nothing where this SQLite cannot tell."""
    with contextlib.suppress(sqlite3.OperationalError):
        return connection.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name ORDER BY 2 DESC").fetchall()
    return []


def main() -> None:
    """Print the figures of each workload."""
    sessions = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    items = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    dice = random.Random(11)
    lines = lines_of_source()
    measured("tool outputs", sessions, items, lambda: tool_output(dice, lines, dice.randint(2_000, 6_000)))
    measured("small outputs", sessions, items, lambda: tool_output(dice, lines, dice.randint(200, 600)))
    measured("noise", sessions, items, lambda: noise(dice, dice.randint(2_000, 6_000)))


if __name__ == "__main__":
    main()
