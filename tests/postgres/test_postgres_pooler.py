"""A pooler that gives each transaction another connection of the server: nothing may depend on the one before."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.client import Client
from support.postgres import Cluster, free_port, new_schema
from support.session import serve_command

from postgres.account import Account

PROGRAMS = ("pgbouncer", "/usr/sbin/pgbouncer")


@pytest.fixture
def pooler(cluster: Cluster) -> Iterator[int]:
    """The port of a pgbouncer with two connections of the server for everyone."""
    program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        pytest.skip("PgBouncer is not installed: apt-get install pgbouncer")
    port = free_port()
    settings = cluster.folder / f"pgbouncer-{port}.ini"
    settings.write_text(
        f"[databases]\nctxbudget = host={cluster.folder} port={cluster.port} user=ctxbudget\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nauth_type = any\npool_mode = transaction\n"
        "default_pool_size = 2\nmax_client_conn = 200\nserver_reset_query_always = 0\nunix_socket_dir =\n"
    )
    settings.chmod(0o644)
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    with (cluster.folder / "pgbouncer.log").open("w") as log:
        running = subprocess.Popen(
            [program, str(settings)], user=user, stdout=log, stderr=log, stdin=subprocess.DEVNULL
        )
    until = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            break
        except OSError:
            assert time.monotonic() < until, (cluster.folder / "pgbouncer.log").read_text()
            time.sleep(0.05)
    yield port
    running.terminate()
    running.wait()


def test_work_goes_through_a_pooler_and_news_past_it(
    tmp_path: Path, cluster: Cluster, pooler: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CTXBUDGET_STORE_DIRECT", cluster.url(tcp=True))
    schema = new_schema()
    url = cluster.url(schema, port=pooler)
    command = serve_command(tmp_path)
    command[command.index("--store") + 1] = url
    accounts = [Account(tmp_path, url) for _ in range(3)]
    with Client(command, cwd=tmp_path, root=tmp_path, ignore={"budget/didChange"}) as watcher:
        watcher.request("session/open", {"sessionId": "s", "watch": True})
        for _ in range(4):
            for account in accounts:
                account("context/add", sessionId="s", items=[{"layer": "transient", "content": "green"}])
                account("budget/status", sessionId="s")
        watcher.notification("budget/didChange", timeout=20)
        assert watcher.request("budget/status", {"sessionId": "s"})["retained"] == 12
    for account in accounts:
        account.service.close()
    assert cluster.query(f"SELECT count(*) FROM {schema}.items") == ["12"]
