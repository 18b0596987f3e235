"""News of changes and alerts reach every machine, each alert once for all, and nobody asks the server for them."""

from __future__ import annotations

from pathlib import Path

from support.client import Client
from support.postgres import Cluster
from support.session import serve_command

from postgres.account import Account

WAIT_SECONDS = 20


def serving(folder: Path, url: str) -> Client:
    """A real server on a machine of its own, as far as anything tells."""
    folder.mkdir()
    command = serve_command(folder)
    command[command.index("--store") + 1] = url
    return Client(command, cwd=folder, root=folder)


def test_every_machine_hears_of_a_change_and_of_each_alert_once(tmp_path: Path, url: str, account: Account) -> None:
    with serving(tmp_path / "one", url) as one, serving(tmp_path / "two", url) as two:
        for watcher in (one, two):
            watcher.request("session/open", {"sessionId": "s", "watch": True})
        account("context/add", sessionId="s", items=[{"layer": "transient", "tokens": 6_001}])
        for watcher in (one, two):
            assert watcher.notification("budget/didChange", timeout=WAIT_SECONDS)["status"]["retained"] == 6_001
            assert watcher.notification("budget/alert", timeout=WAIT_SECONDS)["level"] == "warn"
        account("context/add", sessionId="s", items=[{"layer": "transient", "tokens": 1}])
        for watcher in (one, two):
            assert watcher.notification("budget/didChange", timeout=WAIT_SECONDS)["status"]["retained"] == 6_002
            watcher.quiet(0.5)
    with account.service.store.read() as reader:
        assert len(reader.alerts("s")) == 1


def test_news_arrive_again_after_the_server_was_gone(tmp_path: Path, durable: Cluster) -> None:
    url = durable.url("news")
    with serving(tmp_path / "one", url) as watcher:
        watcher.request("session/open", {"sessionId": "s", "watch": True})
        durable.restart("immediate")
        account = Account(tmp_path, url)
        account("context/add", sessionId="s", items=[{"layer": "transient", "tokens": 5}])
        assert watcher.notification("budget/didChange", timeout=WAIT_SECONDS)["status"]["retained"] == 5
        account.service.close()


def test_nobody_asks_the_server_whether_there_is_news(account: Account, cluster: Cluster) -> None:
    account("session/open", sessionId="s")
    store = account.service.store
    store.change_mark()
    asked = "SELECT coalesce(sum(xact_commit + xact_rollback), 0) FROM pg_stat_database WHERE datname = 'ctxbudget'"
    cluster.query("SELECT pg_stat_force_next_flush()")
    before = int(cluster.query(asked)[0])
    marks = {store.change_mark() for _ in range(10_000)}
    cluster.query("SELECT pg_stat_force_next_flush()")
    assert len(marks) == 1
    assert int(cluster.query(asked)[0]) - before < 100
