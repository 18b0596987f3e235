"""Eight clients with a server each write to one session and to one of their own, all at once: the books agree."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from support.client import Client
from support.session import serve_command

from faults.faults_books import Books
from faults.faults_nursery import Nursery
from faults.faults_workload import Driver, Writer, all_requests

CLIENTS = 8


@pytest.mark.parametrize("own", [False, True], ids=["one session", "several sessions"])
def test_mixed_mutations_of_many_processes(tmp_path: Path, long_run: bool, own: bool) -> None:
    mutations = 1_000 if long_run else 40
    writers = [
        [Writer("shared", f"c{n}", seed=n), *([Writer(f"own-{n}", f"c{n}", seed=n)] if own else [])]
        for n in range(CLIENTS)
    ]
    drivers = [Driver(each, seed=n) for n, each in enumerate(writers)]
    command = serve_command(tmp_path)

    def mutate(driver: Driver, nursery: Nursery) -> None:
        start = lambda: nursery.start(command, tmp_path)  # noqa: E731
        with Client(command, cwd=tmp_path, root=tmp_path, timeout=120, start=start) as client:
            assert driver.run(client, lambda done: done >= mutations, window=4)
            assert driver.retry(client)

    began = time.monotonic()
    with Nursery() as nursery, ThreadPoolExecutor(CLIENTS) as pool:
        for done in [pool.submit(mutate, driver, nursery) for driver in drivers]:
            done.result()

    asked = all_requests(writer for each in writers for writer in each)
    books = Books(tmp_path / "state" / "store.db")
    books.check(lambda: asked, complete=True)
    books.check_file()
    books.close()
    done = sum(driver.acknowledged for driver in drivers)
    print(
        f"{CLIENTS} processes: {done:,} mutations acknowledged, {sum(d.refused for d in drivers)} refused as they must"
    )
    print(f"{len(asked)} sessions agree with every answer; {time.monotonic() - began:.0f} s")
    assert done >= CLIENTS * mutations
