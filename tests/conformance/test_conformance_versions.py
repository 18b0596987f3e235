"""Versions are negotiated from both sides: our client and the kit, with servers of other versions."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.session import serve_command

from conformance.test_conformance_faults import SERVER, judge
from ctxbudget_client import Client, ServerError

RULES = ["lifecycle.advertises", "messages.*", "budget/status.*", "budget/reserve.*", "leases.once", "versions.*"]


def test_our_client_works_with_a_newer_server(tmp_path: Path) -> None:
    with Client.spawn([*SERVER, "newer minor"], cwd=tmp_path, root=tmp_path) as client:
        run = client.for_session("run-1")
        run.session.open()
        lease = run.budget.reserve(tokens=10, holder="a")
        status = run.budget.status()
        with pytest.raises(ServerError) as refused:
            run.budget.settle(lease_id="no-such-lease", used=1)
        run.budget.settle(lease_id=lease.lease_id, used=1)

    assert (status.leased, status.leases[0].tokens) == (10, 10)
    assert status.unknown == {"addedLater": {"a": [1]}}
    assert (refused.value.name, refused.value.data["addedLater"]) == ("unknownLease", {"a": [1]})


def test_the_kit_lets_a_newer_server_add_members_and_no_other() -> None:
    newer = judge("newer minor", RULES, 30)
    same = judge("member too many", ["budget/status.result"], 30)

    assert [(one.rule.id, one.why) for one in newer if one.outcome != "kept"] == []
    assert [one.outcome for one in same] == ["broken"]


@pytest.mark.parametrize("server", ["other major", "deaf to versions"])
def test_our_client_refuses_another_major_version(server: str, tmp_path: Path) -> None:
    with pytest.raises(ServerError) as refused:
        Client.spawn([*SERVER, server], cwd=tmp_path, root=tmp_path)

    assert (refused.value.name, refused.value.code) == ("unsupportedVersion", 1024)
    assert refused.value.data["supported"] == ["2.0"]


def test_a_client_may_ask_for_another_version(tmp_path: Path) -> None:
    with pytest.raises(ServerError) as refused:
        Client.spawn(serve_command(tmp_path), cwd=tmp_path, options={"protocolVersion": "2.0"})

    assert refused.value.name == "unsupportedVersion"
    assert refused.value.data["supported"] == ["1.0"]


@pytest.mark.parametrize("version", ["1", "1.0", "1.999"])
def test_our_server_takes_any_minor_version(version: str, tmp_path: Path) -> None:
    with Client.spawn(serve_command(tmp_path), cwd=tmp_path, options={"protocolVersion": version}) as client:
        assert client.budget.status().budget == 7_500
