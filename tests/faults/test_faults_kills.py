"""`kill -9` at any moment: what was acknowledged stays, what was not is there whole or not at all.

A campaign is one store and a row of servers that are killed while they write. The next server is asked again what the
last one left unanswered; then the books are held against every answer. One server in ten starts cold, and many of those
are killed while they start; the others are forked (see `faults_nursery`).
"""

from __future__ import annotations

import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from support.client import Client
from support.session import serve_command

from faults.faults_books import Books
from faults.faults_nursery import Nursery
from faults.faults_workload import BriefWriter, Driver, Writer, all_requests

LIVES_OF_A_SESSION = 6
"""Kills after which new sessions begin: looking through the books costs as much as what they hold."""
KILLS_OF_A_CAMPAIGN = 50
AT_A_TIME = 2
"""Campaigns."""
COLD_STARTS = 0.1
EARLY_KILLS = 0.05
"""The share of servers that are killed while they start; of those that start cold it is half."""
MOST_WRITES = 90
"""Acknowledged writes before a server is killed, at most."""
LATEST_MOMENT = 0.02
"""Seconds from the last of these to the kill, at most: a write takes a fraction of it."""


@dataclass
class Life:
    """One server of a campaign and its client."""

    folder: Path
    driver: Driver
    chance: random.Random
    nursery: Nursery
    killed: bool = False

    def run(self, inspect: Callable[[], None], spare: bool) -> None:
        """Start a server, ask again, write, and kill it; `spare` lets it shut down instead."""
        command, cold = serve_command(self.folder), self.chance.random() < COLD_STARTS
        start = None if cold else lambda: self.nursery.start(command, self.folder)
        client = Client(command, cwd=self.folder, handshake=False, exit_code=None, timeout=120, start=start)
        try:
            if not spare and self.chance.random() < (0.5 if cold else EARLY_KILLS):
                self._kill_later(client, self.chance.random() * (1.0 if cold else 0.1))
            try:
                client.initialize(root=self.folder)
                client.request("session/list", {})
            except (AssertionError, OSError):
                assert self.killed or client.process.poll() == -signal.SIGKILL, client.stderr
                return
            inspect()
            alive = self.driver.retry(client) and self._write(client, spare)
            if alive and spare and not self.killed:
                client.shutdown()
                client.notify("exit")
                assert client.wait() == 0
            assert spare or self.killed, f"the server ended by itself: {client.stderr[-4000:]}"
        finally:
            if self.killed:
                client.process.wait()
            client.kill()

    def _write(self, client: Client, spare: bool) -> bool:
        wanted = self.chance.randrange(2, MOST_WRITES)

        def enough(done: int) -> bool:
            if done >= wanted and not spare and not self.killed:
                self._kill_later(client, self.chance.random() * LATEST_MOMENT)
            return spare and done >= wanted

        return self.driver.run(client, enough)

    def _kill_later(self, client: Client, seconds: float) -> None:
        self.killed = True
        timer = threading.Timer(seconds, client.process.send_signal, [signal.SIGKILL])
        timer.daemon = True
        timer.start()


@dataclass
class Campaign:
    """A store on which servers are killed until there were enough kills."""

    folder: Path
    seed: int
    clients: int
    nursery: Nursery
    kills: int = 0
    totals: Counter[str] = field(default_factory=Counter)
    writers: list[Writer] = field(default_factory=list)

    def run(self, kills: int) -> Counter[str]:
        """Until so many kills; the figures."""
        self.chance = random.Random(self.seed)
        self.drivers = [Driver([], self.seed + n) for n in range(self.clients)]
        books = Books(self.folder / "state" / "store.db")
        rounds = 0
        while self.kills < kills:
            if rounds % LIVES_OF_A_SESSION == 0:
                self._begin_sessions(rounds)
            self._freshen(rounds)
            self._lives(books, kills - self.kills)
            rounds += 1
        self._settle(books)
        books.check(lambda: all_requests(self.writers), complete=True)
        books.check_file()
        books.close()
        self.totals["kills"] = self.kills
        self.totals["acknowledged"] = sum(driver.acknowledged for driver in self.drivers)
        self.totals["refused"] = sum(driver.refused for driver in self.drivers)
        return self.totals

    def _begin_sessions(self, rounds: int) -> None:
        """One session that all clients write to, and one of each client's own."""
        for n, driver in enumerate(self.drivers):
            driver.earlier += driver.writers
            driver.writers = [
                Writer(f"shared-{rounds}", f"c{n}", self.seed),
                Writer(f"own-{rounds}-{n}", f"c{n}", self.seed),
            ]
            self.writers += driver.writers

    def _freshen(self, rounds: int) -> None:
        """A session to be deleted for each client that has none."""
        for n, driver in enumerate(self.drivers):
            brief = [writer for writer in driver.writers if isinstance(writer, BriefWriter)]
            if all(writer.over for writer in brief):
                new = BriefWriter(f"brief-{rounds}-{n}", f"c{n}", self.seed)
                driver.writers = [w for w in driver.writers if w not in brief] + [new]
                self.writers.append(new)

    def _lives(self, books: Books, wanted: int) -> None:
        """A server for each client at once; one of them is killed, or all."""
        lives = [self._life(driver) for driver in self.drivers]
        victims = set(self.chance.sample(range(len(lives)), min(wanted, self.chance.randrange(1, len(lives) + 1))))
        written = {writer.session for driver in self.drivers for writer in (*driver.earlier, *driver.writers)}
        current = [writer for writer in self.writers if writer.session in written]
        in_turn = threading.Lock()

        def inspect() -> None:
            with in_turn:
                books.check(lambda: all_requests(current), complete=False)

        with ThreadPoolExecutor(len(lives)) as pool:
            for future in [pool.submit(life.run, inspect, n not in victims) for n, life in enumerate(lives)]:
                future.result()
        self.kills += sum(life.killed for life in lives)

    def _life(self, driver: Driver) -> Life:
        return Life(self.folder, driver, random.Random(self.chance.random()), self.nursery)

    def _settle(self, books: Books) -> None:
        """A last server for each client, which is spared, so that every request has its answer."""
        for driver in self.drivers:
            self._life(driver).run(lambda: None, spare=True)


def campaigns(tmp_path: Path, kills: int, clients: int) -> Counter[str]:
    """Campaigns with so many kills together."""
    rows = [min(KILLS_OF_A_CAMPAIGN, kills - at) for at in range(0, kills, KILLS_OF_A_CAMPAIGN)]
    totals: Counter[str] = Counter()
    with Nursery() as nursery, ThreadPoolExecutor(AT_A_TIME) as pool:
        running = []
        for number, row in enumerate(rows):
            folder = tmp_path / f"campaign-{number}"
            folder.mkdir()
            running.append(pool.submit(Campaign(folder, seed=number, clients=clients, nursery=nursery).run, row))
        for future in running:
            totals += future.result()
            print(dict(totals), flush=True)
    return totals


@pytest.mark.parametrize("clients", [1, 2], ids=["one process", "two processes"])
def test_nothing_acknowledged_is_lost(tmp_path: Path, long_run: bool, clients: int) -> None:
    kills = 1_000 if long_run else 6
    began = time.monotonic()

    totals = campaigns(tmp_path, kills, clients)

    print(f"{clients} writing: {dict(totals)} in {time.monotonic() - began:.0f} s")
    assert totals["kills"] == kills
    assert totals["acknowledged"] >= 20 * kills
