"""Closing a store while other threads work with it."""

from __future__ import annotations

import threading
from pathlib import Path

from ctxbudget_server.store.sqlite import SqliteStore


def test_a_connection_is_closed_only_once_its_thread_has_finished(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "store.db")
    reading, go_on = threading.Event(), threading.Event()
    found: list[object] = []

    def read() -> None:
        with store.read() as reader:
            reading.set()
            go_on.wait(30)
            found.append(reader.sessions())

    reader = threading.Thread(target=read)
    reader.start()
    assert reading.wait(30)
    closer = threading.Thread(target=store.close)
    closer.start()
    closer.join(0.3)

    assert closer.is_alive()

    go_on.set()
    for thread in (reader, closer):
        thread.join(30)
    assert found == [[]]
    with store.read() as again:
        assert again.sessions() == []
    store.close()
