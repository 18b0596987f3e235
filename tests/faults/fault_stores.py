"""Stores with content, the harm that is done to them, and the processes that use them."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

from support.client import Client
from support.session import serve_command

PAGE = 4096


def store_of(folder: Path) -> Path:
    """Where the store of a test's workspace lies."""
    return folder / "state" / "store.db"


def server(folder: Path, **options: Any) -> Client:
    """A server of the workspace."""
    return Client(serve_command(folder), cwd=folder, **options)


def call(folder: Path, method: str, params: dict[str, Any] | None = None) -> subprocess.CompletedProcess[bytes]:
    """A `ctxbudget call` process of its own, which no sidecar answers."""
    command = [sys.executable, "-m", "ctxbudget_server", "call", method, json.dumps(params or {})]
    return subprocess.run(
        [*command, "--workspace", str(folder), "--store", str(store_of(folder))],
        cwd=folder,
        capture_output=True,
        timeout=120,
        env={**os.environ, "CTXBUDGET_NO_SIDECAR": "1"},
        check=False,
    )


def called(folder: Path, method: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
    """The result of a `ctxbudget call` process."""
    done = call(folder, method, params)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def refused(folder: Path, method: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
    """The `data` of the error of a `ctxbudget call` process."""
    done = call(folder, method, params)
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return json.loads(done.stderr)["data"]


def add(client: Client, text: str, session: str | None = None) -> str:
    """Add one item by a server; its id, once it is acknowledged."""
    params: dict[str, Any] = {"items": [{"layer": "transient", "content": text}]}
    if session is not None:
        params["sessionId"] = session
    return client.request("context/add", params)["items"][0]["id"]


def fold_log(store: Path) -> None:
    """Put all of the log into the database, so that harm to it is harm to what is stored."""
    with contextlib.closing(sqlite3.connect(store)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def root_page(store: Path, table: str) -> int:
    """The page at which a table begins."""
    with contextlib.closing(sqlite3.connect(store)) as connection:
        return connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0]


def spoil(path: Path, offset: int, data: bytes) -> None:
    """Write over bytes in place."""
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(data)


def flip(path: Path, offset: int) -> None:
    """Change one byte in place."""
    with path.open("r+b") as file:
        file.seek(offset)
        (byte,) = file.read(1)
        file.seek(offset)
        file.write(bytes([byte ^ 0x40]))


def damaged_files(store: Path) -> list[Path]:
    """What was set aside."""
    return [each for each in store.parent.glob("*.damaged-*") if not each.name.endswith(("-wal", "-shm"))]
