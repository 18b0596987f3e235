"""`metadata/extract` over the wire: bounded, typed, and touching no account."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.client import Client
from support.documents import REPORT
from support.session import Session, serve_command

PLAN = """# Implementation plan: gateway

- **Complexity Score**: 62.5
- **Estimated Hours**: ~~20~~ 12 hours

## Success Criteria
- [x] Tokens rotate
- [ ] Reuse is detected

### Phase 1: Store [COMPLETED]
dependencies: []
- [x] Create the table
### Phase 2: Rotation [IN PROGRESS]
dependencies: [1]
- [ ] Rotate on use
"""

PYTEST_LOG = """\x1b[1m==== test session starts ====\x1b[0m
tests/test_a.py .F                        [100%]
==== FAILURES ====
____ test_rotation ____
E   assert 1 == 2
==== short test summary info ====
FAILED tests/test_a.py::test_rotation - assert 1 == 2
==== 1 failed, 1 passed in 0.12s ====
"""


@pytest.mark.parametrize("limit", [1, 20, 50, 300, 2_000])
def test_the_bound_holds(session: Session, limit: int) -> None:
    found = session.call("metadata/extract", content=REPORT, maxTokens=limit)

    recount = session.call("tokens/count", texts=[found["text"]])["total"]
    assert found["tokens"] == recount <= limit
    assert len(found["summary"].split()) <= 50


def test_a_report_in_fields(session: Session) -> None:
    found = session.call("metadata/extract", content=REPORT)

    assert (found["kind"], found["title"]) == ("report", "Token rotation for the gateway")
    assert len(found["recommendations"]) == 3
    assert any("Reuse is detected" in finding for finding in found["keyFindings"])
    assert "auth/families.py" in found["paths"]
    assert found["complete"] is True
    assert 0 < found["reduction"] < 1


def test_a_plan_in_fields(session: Session) -> None:
    plan = session.call("metadata/extract", content=PLAN, kind="plan")["plan"]

    assert (plan["phaseCount"], plan["complexity"], plan["complexityBasis"]) == (2, 62.5, "given")
    assert "12 hours" in plan["estimate"] and "20" not in plan["estimate"]
    assert [phase["dependsOn"] for phase in plan["phases"]] == [[], [1]]
    assert plan["waves"] == [[1], [2]]


def test_a_failing_log_in_fields(session: Session) -> None:
    tests = session.call("metadata/extract", content=PYTEST_LOG, kind="test-output")["tests"]

    assert (tests["status"], tests["passed"], tests["failed"]) == ("failed", 1, 1)
    assert tests["failing"] == ["tests/test_a.py::test_rotation"]


@pytest.mark.parametrize(
    "gate",
    [
        "FAIL Required test coverage of 90% not reached. Total coverage: 40.00%",
        "ERROR: Coverage failure: total of 40 is less than fail-under=90",
    ],
)
def test_a_missed_coverage_gate_is_a_failure(session: Session, gate: str) -> None:
    log = f"collected 5 items\n\nt.py .....   [100%]\n\n{gate}\n\n===== 5 passed in 0.12s =====\n"

    assert session.call("metadata/extract", content=log, kind="test-output")["tests"]["status"] == "failed"


@pytest.mark.parametrize("title", ["Pool Analysis", "Evaluation Results", "Recommendations for pools"])
def test_the_title_is_no_section_s_name(session: Session, title: str) -> None:
    report = (
        f"# {title}\n\n**Date**: 2026-03-04\n\n## Summary\n\nThe pool is slow.\n\n## Findings\n\n"
        "- The pool is too small.\n- Retries double the load.\n\n## Recommendations\n\n- Raise the size.\n"
    )

    found = session.call("metadata/extract", content=report)

    assert found["keyFindings"] == ["The pool is too small.", "Retries double the load."]
    assert found["recommendations"] == ["Raise the size."]


@pytest.mark.parametrize("content", ["", "no tests here", "Compiling...\n"])
def test_an_unknown_test_status_is_null(session: Session, content: str) -> None:
    found = session.call("metadata/extract", content=content, kind="test-output")

    assert found["tests"] is None or found["tests"]["status"] is None


def test_empty_and_unfinished_documents_say_so(session: Session) -> None:
    empty = session.call("metadata/extract", content="")
    assert (empty["text"], empty["complete"]) == ("", False)
    assert empty["warnings"]
    placeholder = session.call("metadata/extract", content="# Report\n\n[To be completed after research]\n")
    assert placeholder["complete"] is False


def test_an_item_s_metadata_names_the_item_and_the_outline_leads_back(session: Session) -> None:
    item = session.add(content=REPORT, kind="report")
    before = session.status()

    found = session.call("metadata/extract", itemId=item, sessionId=session.id)

    assert item in found["text"]
    for entry in found["outline"]:
        part = session.call("context/get", itemId=item, lines={"start": entry["startLine"], "end": entry["endLine"]})
        assert part["content"].lstrip("# ").startswith(entry["heading"])
        assert part["tokens"] == entry["tokens"]
    assert session.status() == before


def test_folders_above_the_workspace_say_nothing_about_the_kind(tmp_path: Path) -> None:
    workspace = tmp_path / "reports" / "w"
    workspace.mkdir(parents=True)
    (workspace / "notes.txt").write_text("Buy milk. Call the bank.")
    with Client(serve_command(workspace), cwd=workspace) as client:
        by_path = client.request("metadata/extract", {"path": "notes.txt"})
        by_content = client.request("metadata/extract", {"content": "Buy milk. Call the bank."})

    assert by_path["kind"] == by_content["kind"]


@pytest.mark.parametrize(
    ("params", "name"),
    [
        ({}, "invalidParams"),
        ({"content": "x", "path": "y"}, "invalidParams"),
        ({"content": "x", "maxTokens": 0}, "invalidParams"),
        ({"content": "x", "kind": "novel"}, "invalidParams"),
        ({"content": "binary \0 data"}, "notText"),
        ({"itemId": "i-none"}, "unknownItem"),
    ],
)
def test_bad_extracts_are_named(client: Client, params: dict, name: str) -> None:
    assert client.request_error("metadata/extract", params)["data"]["name"] == name


LOG = "a line of a log\n" * 20 + "2 failed, 1 passed in 0.2s\0\n"


def extracted(workspace: Path, **params: Any) -> Any:
    """The answer of a server of the workspace, or its error."""
    with Client(serve_command(workspace), cwd=workspace) as client:
        response = client.response(client.send_request("metadata/extract", params))
    return response.get("result") or response["error"]["data"]


def test_a_few_nul_bytes_do_not_make_a_log_binary(tmp_path: Path) -> None:
    (tmp_path / "run.log").write_text(LOG)

    for given in ({"content": LOG}, {"path": "run.log"}):
        tests = extracted(tmp_path, **given, kind="test-output")["tests"]
        assert (tests["status"], tests["failed"]) == ("failed", 2)


@pytest.mark.parametrize(("name", "text"), [("core.log", "\0" * 40 + LOG), ("photo.md", LOG)])
def test_what_is_not_a_log_or_has_many_nul_bytes_is_binary(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)

    assert extracted(tmp_path, path=name)["name"] == "notText"
