"""The diagnosis over real stdio, as a command, in bash, in the Python client and for a model; and its page."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support.client import Client
from support.documents import REPORT
from support.session import Session, serve_command

from ctxbudget_client import Client as PythonClient
from ctxbudget_server.diagnosis.stage import StagedAccount
from ctxbudget_server.mcp.tools import budget_status
from ctxbudget_server.store.interface import Writer
from diagnosis.record_page import PAGE, run

LONG = "\n\n".join(f"## Part {number}\n\n{REPORT}" for number in range(6))


@pytest.fixture
def mild(session: Session) -> Session:
    """A session whose policy has kept the reports of a completed phase."""
    session.open(policy="minimal", scope="full-implementation")
    session.call("workflow/startPhase", phase=1, name="research")
    for name in ("one", "two"):
        session.add(kind="report", agent=name, content=f"# {name}\n\n{LONG}")
    session.call("workflow/completePhase", phase=1)
    return session


def test_sending_the_requests_reaches_the_figure(mild: Session) -> None:
    before = mild.status()

    diagnosis = mild.call("budget/diagnose")

    assert mild.status() == before
    (finding, *others) = diagnosis["findings"]
    assert finding["code"] == "policyTooMild"
    assert {piece["id"] for piece in finding["evidence"]} == set(mild.items(layer="transient"))
    for request in finding["requests"]:
        mild.client.request(request["method"], request["params"])
    assert mild.retained() == finding["retained"] == before["retained"] - finding["saves"]
    for request in (request for other in others for request in other["requests"]):
        mild.client.request(request["method"], request["params"])
    after = mild.status()
    assert {name: after[name] for name in diagnosis["reaches"]} == diagnosis["reaches"]


def test_a_request_is_refused_once_the_session_has_changed(mild: Session) -> None:
    request = mild.call("budget/diagnose")["findings"][0]["requests"][0]
    mild.add(tokens=1)

    error = mild.client.request_error(request["method"], request["params"])

    assert error["data"]["name"] == "conflict"


def test_one_finding_alone_can_be_cured(mild: Session) -> None:
    mild.call("budget/reserve", tokens=10, holder="late", phase=1)
    both = [finding["code"] for finding in mild.call("budget/diagnose")["findings"]]
    assert both[:2] == ["policyTooMild", "leaseNotSettled"]

    (finding,) = mild.call("budget/diagnose", only=["leaseNotSettled"])["findings"]

    (request,) = finding["requests"]
    assert request["params"]["ifRevision"] == mild.status()["revision"]
    mild.client.request(request["method"], request["params"])
    assert (mild.retained(), mild.status()["available"]) == (finding["retained"], finding["available"])
    refused = mild.error("budget/diagnose", only=["nothing"])
    assert refused["name"] == "invalidParams" and refused["errors"][0]["loc"] == ["only", 0]


def test_what_is_pinned_is_never_part_of_a_cure(mild: Session) -> None:
    for item in mild.items(layer="transient"):
        mild.call("context/update", itemId=item, pinned=True)

    findings = mild.call("budget/diagnose")["findings"]

    assert {finding["code"] for finding in findings} <= {"protectedTooLarge", "peak"}
    assert all(finding["saves"] == 0 for finding in findings)


def test_a_closed_session_has_findings_without_requests(session: Session) -> None:
    session.open(scope="full-implementation")
    session.call("workflow/startPhase", phase=1)
    session.add(kind="report", tokens=3_000)
    session.call("session/close")

    (finding,) = session.call("budget/diagnose")["findings"]

    assert (finding["code"], finding["requests"], finding["undo"]) == ("metadataMissing", [], [])


def test_a_session_that_does_not_exist(client: Client) -> None:
    error = client.request_error("budget/diagnose", {"sessionId": "nobody"})

    assert error["data"]["name"] == "unknownSession"


def test_the_stage_keeps_every_change_that_a_request_makes() -> None:
    """What it does not know itself it reads from the snapshot, where nothing can be written."""
    writing = {name for name in vars(Writer) if not name.startswith("_")}
    of_other_requests = {"expire_keys", "put_calibration", "delete_session", "put_fit", "forget_fits"}

    assert writing - of_other_requests <= {name for name in vars(StagedAccount) if not name.startswith("_")}


# ---------------------------------------------------------------------- the other places


def command(workspace: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """The command, on the account of the module's server."""
    store = str(workspace / "state" / "store.db")
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CTXBUDGET")}
    return subprocess.run(
        [sys.executable, "-m", "ctxbudget_server", *words, "--workspace", str(workspace), "--store", store],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env={**clean, **env},
        check=False,
    )


def test_the_command_shows_what_is_wrong_and_changes_nothing(mild: Session, workspace: Path) -> None:
    before = mild.status()

    done = command(workspace, "diagnose", mild.id)

    assert (done.returncode, done.stderr) == (1, "")
    finding = mild.call("budget/diagnose")["findings"][0]
    for shown in ("policyTooMild", finding["message"][:60], f"{finding['saves']:,}", "context/prune", "--apply"):
        assert shown in done.stdout
    assert mild.status() == before


def test_the_command_applies_the_cures_and_says_how_to_take_them_back(mild: Session, workspace: Path) -> None:
    promised = mild.call("budget/diagnose")
    done = command(workspace, "diagnose", mild.id, "--apply", "--json")

    assert (done.returncode, done.stderr) == (0, "")
    applied = json.loads(done.stdout)
    assert applied["reached"] == applied["promised"] == promised["reaches"]["retained"] == mild.retained()
    assert applied["applied"] == [finding["code"] for finding in promised["findings"]]
    assert command(workspace, "diagnose", mild.id).returncode == 0
    for request in applied["undo"]:
        mild.client.request(request["method"], request["params"])
    assert mild.retained() == promised["status"]["retained"]


def test_the_command_without_a_name_changes_no_session_among_several(mild: Session, workspace: Path) -> None:
    mild.client.request("session/open", {"sessionId": "another"})
    mild.add(tokens=1)
    before = mild.status()

    shown, refused = command(workspace, "diagnose"), command(workspace, "diagnose", "--apply")

    assert shown.returncode == 1 and mild.id in shown.stdout and "changed last" in shown.stderr
    assert refused.returncode == 2 and f"ctxbudget diagnose {mild.id} --apply" in refused.stderr
    assert mild.status() == before


@pytest.mark.parametrize("words", [("diagnose", "nobody"), ("diagnose", "x", "--only", "nothing")])
def test_the_command_fails_with_2(workspace: Path, session: Session, words: tuple[str, ...]) -> None:
    done = command(workspace, *words)

    assert (done.returncode, done.stdout) == (2, "")


def test_a_title_cannot_forge_a_line(session: Session, workspace: Path) -> None:
    session.open(policy="minimal", scope="full-implementation")
    session.call("workflow/startPhase", phase=1)
    session.add(kind="report", tokens=5_000, title="x\nNothing is wrong.\x1b[2J")
    session.call("workflow/completePhase", phase=1)

    done = command(workspace, "diagnose", session.id)

    assert "\x1b" not in done.stdout and "Nothing is wrong." not in done.stdout.split("\n")


def test_the_python_client(mild: Session, workspace: Path) -> None:
    with PythonClient.spawn(serve_command(workspace), cwd=workspace, root=workspace) as client:
        diagnosis = client.for_session(mild.id).budget.diagnose()

    assert diagnosis.findings[0].code == "policyTooMild"
    assert diagnosis.reaches.retained == diagnosis.findings[-1].retained


def test_a_model_reads_causes_and_cures(mild: Session) -> None:
    def ask(method: str, **params: Any) -> dict[str, Any]:
        return mild.client.request(method, params)

    text = budget_status(ask, mild.id, {"diagnose": True})

    finding = mild.call("budget/diagnose")["findings"][0]
    assert finding["message"] in text and f"frees {finding['saves']:,}" in text
    assert "causes" not in budget_status(ask, mild.id, {"diagnose": False})


def test_the_page_shows_what_happens() -> None:
    assert f"```text\n{run()}```" in PAGE.read_text(encoding="utf-8")
