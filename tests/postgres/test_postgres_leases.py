"""Leases of many processes on one session never exceed its budget, whatever the server's isolation is by default."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from support.postgres import Cluster, new_schema

from postgres.account import Account

PROCESSES = int(os.environ.get("CTXBUDGET_LEASE_PROCESSES", "6"))
ATTEMPTS = int(os.environ.get("CTXBUDGET_LEASE_ATTEMPTS", "40"))
BUDGET, TOKENS = 7_500, 100

SCRIPT = """
import json, sys
from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.service.service import BudgetService, Options
service = BudgetService(Options(workspace=".", store=sys.argv[1]), actor="test")
outcomes = []
for n in range(int(sys.argv[2])):
    params = {"sessionId": "s", "holder": "h", "tokens": int(sys.argv[3]), "requestKey": f"{sys.argv[4]}-{n}"}
    try:
        outcomes.append(service.call("budget/reserve", params, Cancellation())["leaseId"])
    except ProtocolError as error:
        outcomes.append(error.name)
print(json.dumps(outcomes))
"""


@pytest.mark.parametrize("isolation", ["read committed", "repeatable read", "serializable"])
def test_leases_of_many_processes_never_exceed_the_budget(tmp_path: Path, cluster: Cluster, isolation: str) -> None:
    schema = new_schema()
    role = f"r_{schema}"
    cluster.query(
        f"CREATE ROLE {role} LOGIN SUPERUSER; ALTER ROLE {role} SET default_transaction_isolation = '{isolation}'"
    )
    url = cluster.url(schema, user=role)
    account = Account(tmp_path, url)
    account("session/open", sessionId="s")
    words = [sys.executable, "-c", SCRIPT, url, str(ATTEMPTS), str(TOKENS)]
    running = [
        subprocess.Popen([*words, str(n)], cwd=tmp_path, stdout=subprocess.PIPE, text=True) for n in range(PROCESSES)
    ]
    outcomes = [outcome for process in running for outcome in json.loads(process.communicate()[0])]
    assert {process.returncode for process in running} == {0}

    refused = Counter(outcome for outcome in outcomes if not outcome.startswith("l"))
    granted = [outcome for outcome in outcomes if outcome.startswith("l")]
    assert len(granted) == len(set(granted)) == min(BUDGET // TOKENS, PROCESSES * ATTEMPTS)
    assert set(refused) <= {"budgetExceeded"}
    with account.service.store.read() as reader:
        session = reader.session("s")
        assert session is not None
        log = reader.log(session)
        leased = [log.figures_at(revision).leased for revision in range(2, session.revision + 1)]  # type: ignore[union-attr]
    assert leased == [TOKENS * (n + 1) for n in range(len(granted))], (
        "each revision is one lease more, up to the budget"
    )
    assert account.service.store.check() == []
    account.service.close()
