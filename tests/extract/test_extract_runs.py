"""Real output of many runners (`data/runs/`): counts, names and messages; prefixes of CI; and logs that are cut."""

import html
import json
import re
from pathlib import Path

import pytest
from extract_checks import count, squeezed

from ctxbudget_server.extract import extract
from ctxbudget_server.extract.model import TestFields
from ctxbudget_server.extract.testlogs import parse_tests
from ctxbudget_server.markdown.lines import strip_ansi

RUNS = Path(__file__).parent / "data" / "runs"
LABELS: dict[str, dict] = json.loads((RUNS / "labels.json").read_text(encoding="utf-8"))


def log(name: str) -> str:
    return (RUNS / f"{name}.txt").read_bytes().decode("utf-8")


def said(tests: TestFields) -> dict:
    return {
        "framework": tests.framework,
        "status": tests.status,
        "passed": tests.passed,
        "failed": tests.failed,
        "skipped": tests.skipped,
        "errors": tests.errors,
        "failing": list(tests.failing),
        "messages": list(tests.messages),
    }


@pytest.mark.parametrize("name", LABELS)
def test_a_real_run_is_read_as_its_label_says(name: str):
    found = extract(log(name), count=count, kind="test-output", max_tokens=250)
    assert found.tests is not None
    assert said(found.tests) == LABELS[name]
    assert found.tokens == count(found.text) <= 250
    if found.source_tokens > 250:
        assert all(test in found.text for test in found.tests.failing), "failing names come first"
    if LABELS[name]["status"] is not None:
        assert extract(log(name), count=count).kind == "test-output"


PREFIXES = {
    "GitHub Actions": "2025-01-01T00:00:00.{n:07d}Z ",
    "gh run view": "build\tRun tests\t2025-01-01T00:00:00.{n:07d}Z ",
    "GitLab": "2025-01-01T00:00:00.{n:06d}Z 01O ",
    "Jenkins": "[2025-01-01T00:00:00.{n:03d}Z] ",
    "docker compose": "web-1  | ",
}


@pytest.mark.parametrize("system", PREFIXES)
@pytest.mark.parametrize(
    "name", ["pytest", "unittest", "go", "jest-broken", "mocha", "node-tap", "cargo", "ctest", "bats-tap"]
)
def test_what_ci_puts_before_each_line_changes_nothing(system: str, name: str):
    lines = log(name).splitlines(keepends=True)
    prefixed = "".join(PREFIXES[system].format(n=n) + line for n, line in enumerate(lines))
    tests = parse_tests(prefixed)
    assert tests is not None and said(tests) == LABELS[name]


@pytest.mark.parametrize("name", [n for n, label in LABELS.items() if label["status"] != "passed"])
def test_a_run_that_failed_never_passes_when_its_head_or_tail_is_cut(name: str):
    whole = log(name)
    for k in range(1, 40):
        cut = len(whole) * k // 40
        for part in (
            whole[:cut],
            whole[cut:],
            whole[: cut // 2] + "\n[... output truncated ...]\n" + whole[-cut // 4 :],
        ):
            tests = parse_tests(part, expected=True)
            assert tests is None or tests.status != "passed", (k, part[-200:])


@pytest.mark.parametrize("name", [n for n, label in LABELS.items() if label["failing"]])
def test_names_and_messages_stand_in_the_log(name: str):
    """Word for word; a name may be put together of those of its suites."""
    source = squeezed(strip_ansi(html.unescape(log(name).replace("\\n", "\n"))))
    label = LABELS[name]
    for part in [p for test in label["failing"] for p in re.split(r" > |(?<=\w)\.(?=\S)", test)]:
        assert squeezed(part) in source
    for message in label["messages"]:
        assert all(squeezed(part) in source for part in message.split(" - ", 1))


def test_a_note_that_lines_were_left_out_takes_away_the_proof_of_what_has_no_closing_total():
    passing = log("go-pass")
    assert parse_tests(passing).status == "passed"
    assert parse_tests(f"[12 lines omitted]\n{passing}").status is None
    assert parse_tests(f"[12 lines omitted]\n{log('pytest-pass')}").status == "passed", "its last line counts all tests"


def test_a_closing_line_that_a_narrow_terminal_wraps_is_read():
    log = "=== test session starts ===\ncollected 9 items\n\na.py ...F\n\n"
    log += "===== 1 failed, 8 passed, 2 warnings in\n0.12s =====\n"
    assert said(parse_tests(log))["failed"] == 1 and parse_tests(log).status == "failed"
    log = log.replace("1 failed, 8 passed", "9 passed").replace("F\n", ".\n")
    assert parse_tests(log).status == "passed"


def test_each_test_is_named_before_its_further_parameters():
    names = [f"tests/test_a.py::test_first[{n}]" for n in range(30)] + ["tests/test_a.py::test_second"]
    lines = [f"FAILED {name} - assert {n} == 1" for n, name in enumerate(names)]
    log = "\n".join(["=== test session starts ===", *lines, "=== 31 failed in 0.1s ==="])
    found = extract(log, count=count, kind="test-output", max_tokens=120)
    assert "- tests/test_a.py::test_second" in found.text and "\nassert 0 == 1" in found.text


def test_output_inside_a_junit_report_is_no_result():
    report = (
        '<testsuite tests="1" failures="0" errors="0"><testcase name="a"><system-out><![CDATA[<failure message="x">'
        "</system-out>]]></system-out></testcase></testsuite>"
    )
    assert said(parse_tests(report))["passed"] == 1 and parse_tests(report).status == "passed"
    assert parse_tests(report.replace('failures="0"', 'failures="1"')).status == "failed", "the suite says so"
