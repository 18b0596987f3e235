"""Leases reserve tokens for work in flight; no two holders ever get the same ones."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from support.session import Session


def test_reserve_settle_and_refund(session: Session) -> None:
    reserved = session.call("budget/reserve", tokens=900, holder="research-1")
    assert reserved["available"] == 6_600
    assert session.status()["leases"][0]["holder"] == "research-1"

    settled = session.call("budget/settle", leaseId=reserved["leaseId"], used=250)

    assert [settled[name] for name in ("reserved", "used", "refunded", "overrun", "available")] == [
        900,
        250,
        650,
        0,
        7_500,
    ]
    assert session.status()["leases"] == []


def test_an_overrun_is_on_record_and_never_refused(session: Session) -> None:
    lease = session.call("budget/reserve", tokens=300, holder="research-4")["leaseId"]

    assert session.call("budget/settle", leaseId=lease, used=350)["overrun"] == 50

    leases = session.call("budget/report")["leases"]
    assert (leases["overrun"], leases["overruns"][0]["holder"]) == (50, "research-4")


def test_a_reserve_fits_beside_what_is_retained_and_leased(session: Session) -> None:
    session.add(tokens=5_000)
    session.call("budget/reserve", tokens=2_000, holder="a")

    data = session.error("budget/reserve", tokens=501, holder="b")

    assert [data[name] for name in ("name", "requested", "available", "retryable")] == [
        "budgetExceeded",
        501,
        500,
        True,
    ]
    session.call("budget/reserve", tokens=500, holder="b")


@pytest.mark.parametrize(
    ("retained", "leased", "asked", "retryable", "remedy"),
    [
        (5_000, 2_000, 2_500, True, "try again when some of the 2,000 leased tokens are settled"),
        (5_000, 2_000, 2_501, False, "prune or complete a phase first"),
        (7_400, 0, 200, False, "prune or complete a phase first"),
        (0, 7_500, 7_500, True, "try again when some of the 7,500 leased tokens are settled"),
        (0, 7_500, 7_501, False, "ask for less than the budget of 7,500"),
        (0, 0, 7_501, False, "ask for less than the budget of 7,500"),
    ],
)
def test_a_refusal_is_retryable_only_if_waiting_can_help(
    session: Session, retained: int, leased: int, asked: int, retryable: bool, remedy: str
) -> None:
    session.add(tokens=retained)
    lease = session.call("budget/reserve", tokens=leased, holder="a")["leaseId"] if leased else None

    data = session.error("budget/reserve", tokens=asked, holder="b")

    assert (data["name"], data["retryable"]) == ("budgetExceeded", retryable)
    assert (data["leased"], data["budget"], data["errors"][0]["loc"]) == (leased, 7_500, ["tokens"])
    assert remedy in data["errors"][0]["msg"]
    if lease is not None:
        session.call("budget/settle", leaseId=lease, used=0)
        again = session.call if retryable else session.error
        again("budget/reserve", tokens=asked, holder="b")


def test_a_renewal_that_other_leases_prevent_is_retryable(session: Session) -> None:
    slow = session.call("budget/reserve", tokens=7_000, holder="slow", ttlMs=1)["leaseId"]
    while session.status()["leases"]:
        time.sleep(0.01)
    session.call("budget/reserve", tokens=1_000, holder="next")

    data = session.error("budget/renew", leaseId=slow)

    assert (data["retryable"], data["errors"][0]["loc"]) == (True, ["leaseId"])
    session.add(tokens=1_000)
    assert session.error("budget/renew", leaseId=slow)["retryable"] is False


def test_an_allocation_of_what_is_left_waits_only_for_leases(session: Session) -> None:
    left = {"strategy": "dynamic", "basis": "remaining", "phases": [{"phase": 1, "complexity": 1}]}
    session.call("budget/reserve", tokens=7_500, holder="a")
    assert session.error("budget/allocate", **left)["retryable"] is True
    session.add(tokens=7_500)
    assert session.error("budget/allocate", **left)["retryable"] is False


def test_work_that_has_begun_is_leased_even_where_it_does_not_fit(session: Session) -> None:
    assert session.error("budget/reserve", tokens=8_000, holder="a")["name"] == "budgetExceeded"
    assert session.call("budget/reserve", tokens=8_000, holder="a", force=True)["available"] == -500
    assert session.error("budget/reserve", tokens=1, holder="b")["name"] == "budgetExceeded"


def test_leases_expire_by_time_and_settle_late(session: Session) -> None:
    lease = session.call("budget/reserve", tokens=7_000, holder="slow", ttlMs=50)["leaseId"]
    time.sleep(0.1)

    session.call("budget/reserve", tokens=7_000, holder="next")

    assert session.error("budget/renew", leaseId=lease)["name"] == "budgetExceeded"
    assert session.call("budget/settle", leaseId=lease, used=10)["expired"] is True


def test_renew_and_release(session: Session) -> None:
    first = session.call("budget/reserve", tokens=100, holder="a", ttlMs=60_000)
    renewed = session.call("budget/renew", leaseId=first["leaseId"], ttlMs=120_000)
    assert renewed["expiresAt"] > first["expiresAt"]

    assert session.call("budget/release", leaseId=first["leaseId"])["refunded"] == 100

    data = session.error("budget/settle", leaseId=first["leaseId"], used=1)
    assert (data["name"], data["state"]) == ("leaseClosed", "released")


@pytest.mark.parametrize(
    ("params", "name", "loc"),
    [
        ({"tokens": 0, "holder": "a"}, "invalidParams", ["tokens"]),
        ({"tokens": -5, "holder": "a"}, "invalidParams", ["tokens"]),
        ({"tokens": 5}, "invalidParams", ["holder"]),
        ({"tokens": 5, "holder": ""}, "invalidParams", ["holder"]),
        ({"tokens": 5, "holder": "a", "ttlMs": 0}, "invalidParams", ["ttlMs"]),
        ({"tokens": 5, "holder": "a", "phase": 99}, "unknownPhase", ["phase"]),
    ],
)
def test_bad_reserves_are_named(session: Session, params: dict, name: str, loc: list) -> None:
    data = session.error("budget/reserve", **params)

    assert (data["name"], data["errors"][0]["loc"]) == (name, loc)


def test_an_unknown_lease_is_named(session: Session) -> None:
    assert session.error("budget/settle", leaseId="l-none", used=1)["name"] == "unknownLease"


def test_processes_never_get_the_same_tokens(session: Session, workspace: Path) -> None:
    command = [
        sys.executable, "-m", "ctxbudget_server", "call", "budget/reserve",
        json.dumps({"sessionId": session.id, "tokens": 1_000, "holder": "agent"}),
        "--workspace", str(workspace), "--store", str(workspace / "state" / "store.db"), "--durability", "fast",
    ]  # fmt: skip

    def reserve(_: int) -> bool:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0

    with ThreadPoolExecutor(4) as pool:
        granted = sum(pool.map(reserve, range(10)))

    status = session.status()
    assert granted == 7
    assert (status["leased"], status["available"]) == (7_000, 500)
