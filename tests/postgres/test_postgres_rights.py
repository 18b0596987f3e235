"""Tenants do not see each other; a dashboard only reads; passwords stay where they belong; migrations run once."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from support.postgres import Cluster, new_schema

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.store.postgres.migration import VERSION
from postgres.account import Account

PAGE = Path(__file__).parents[2] / "docs" / "postgres.md"


def statements(after: str) -> str:
    """The SQL that the page shows after this heading."""
    found = re.search(rf"^#+ {after}$.*?```sql\n(.*?)```", PAGE.read_text(), re.M | re.S)
    assert found is not None, after
    return found[1]


def test_a_tenant_sees_nothing_of_another(tmp_path: Path, cluster: Cluster) -> None:
    cluster.query(statements("Tenants"))
    one = Account(tmp_path, cluster.url("team_one", user="team_one"))
    two = Account(tmp_path, cluster.url("team_two", user="team_two"))
    one("context/add", items=[{"layer": "transient", "content": "ours alone"}], requestKey="k")
    assert two("session/list")["sessions"] == []
    assert two("context/add", items=[{"layer": "transient", "tokens": 1}], requestKey="k")["revision"] == 1
    intruder = Account(tmp_path, cluster.url("team_one", user="team_two"))
    with pytest.raises(ProtocolError, match="permission denied") as refused:
        intruder("session/list")
    assert refused.value.name == "storeUnavailable"
    for account in (one, two, intruder):
        account.service.close()


def test_a_role_for_dashboards_reads_and_cannot_write(tmp_path: Path, cluster: Cluster) -> None:
    cluster.query(statements("Roles"))
    owner = Account(tmp_path, cluster.url("ctxbudget", user="ctxbudget_app"))
    owner("context/add", items=[{"layer": "transient", "tokens": 5}])
    reader = Account(tmp_path, cluster.url("ctxbudget", user="ctxbudget_dashboard"))
    assert reader("budget/status")["retained"] == 5
    with pytest.raises(ProtocolError, match="permission denied"):
        reader("context/add", items=[{"layer": "transient", "tokens": 5}])
    assert owner("budget/status")["retained"] == 5
    for account in (owner, reader):
        account.service.close()


@pytest.mark.parametrize("url", ["postgresql://u:hunter2@h/db", "postgresql://h/db?password=hunter2"])
def test_a_password_in_the_url_is_refused_and_not_repeated(tmp_path: Path, url: str) -> None:
    words = [sys.executable, "-m", "ctxbudget_server", "call", "budget/status", "--store", url]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "PGPASSWORD" in done.stderr
    assert "hunter2" not in done.stderr + done.stdout


def test_many_servers_that_start_at_once_make_the_tables_once(tmp_path: Path, url: str, cluster: Cluster) -> None:
    accounts = [Account(tmp_path, url) for _ in range(6)]
    threads = [threading.Thread(target=account, args=("budget/status",)) for account in accounts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for account in accounts:
        account.service.close()
    schema = accounts[0].service.store.address.schema  # type: ignore[attr-defined]
    assert cluster.query(f"SELECT version FROM {schema}.store_version") == [str(VERSION)]


def test_tables_of_a_later_version_are_used_if_they_say_so_and_refused_otherwise(
    tmp_path: Path, cluster: Cluster
) -> None:
    schema = new_schema()
    account = Account(tmp_path, cluster.url(schema))
    account("context/add", items=[{"layer": "transient", "tokens": 5}])
    account.service.close()
    cluster.query(f"UPDATE {schema}.store_version SET version = 99, oldest = {VERSION}")
    assert account("budget/status")["retained"] == 5
    account.service.close()
    cluster.query(f"UPDATE {schema}.store_version SET oldest = 99")
    with pytest.raises(ProtocolError) as refused:
        account("budget/status")
    assert refused.value.name == "storeTooNew"
    account.service.close()


def test_a_deleted_session_leaves_no_row(tmp_path: Path, cluster: Cluster) -> None:
    schema = new_schema()
    account = Account(tmp_path, cluster.url(schema))
    account("session/open", sessionId="s")
    added = account("context/add", sessionId="s", items=[{"layer": "transient", "content": "a secret"}])
    account("context/prune", sessionId="s", target={"items": [added["items"][0]["id"]]}, requestKey="k")
    account("session/delete", sessionId="s")
    tables = cluster.query(f"SELECT tablename FROM pg_tables WHERE schemaname = '{schema}'")
    left = {table: int(cluster.query(f"SELECT count(*) FROM {schema}.{table}")[0]) for table in tables}
    assert {table for table, rows in left.items() if rows} == {"store_version"}
    account.service.close()
