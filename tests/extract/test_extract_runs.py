"""Output of many runners, real (`data/runs/`) or in published formats (`data/samples/`): counts, names and messages;
prefixes of CI; and logs that are cut.
"""

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

DATA = Path(__file__).parent / "data"
FOLDERS: dict[str, Path] = {}
LABELS: dict[str, dict] = {}
for folder in (DATA / "runs", DATA / "samples"):
    labels = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
    LABELS |= labels
    FOLDERS |= dict.fromkeys(labels, folder)


def log(name: str) -> str:
    return (FOLDERS[name] / f"{name}.txt").read_bytes().decode("utf-8")


def test_every_text_has_a_label():
    assert {path.stem for folder in set(FOLDERS.values()) for path in folder.glob("*.txt")} == set(LABELS)


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
    "name",
    [
        "pytest",
        "unittest",
        "go",
        "jest-broken",
        "mocha",
        "node-tap",
        "cargo",
        "ctest",
        "bats-tap",
        "maven",
        "gradle",
        "rspec",
        "phpunit",
        "googletest",
        "playwright-list",
        "bun",
        "deno",
    ],
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


def quiet(line: str) -> TestFields:
    tests = parse_tests(f"..F\n{line}\n", expected=True)
    assert tests is not None
    return tests


def test_a_word_of_a_plugin_does_not_hide_the_others_in_the_last_line_of_pytest():
    failed = quiet("1 failed, 4 passed, 2 quarantined, 1 rerun in 0.03s")
    assert (failed.status, failed.failed, failed.passed) == ("failed", 1, 4)
    assert (quiet("4 passed, 2 quarantined in 0.03s").status, quiet("4 passed in 0.03s").status) == ("passed", "passed")
    assert quiet("4 passed, 2 crashed in 0.03s").status is None, "what it counts may be failures"
    assert parse_tests("3 apples, 2 pears in 3s\n") is None


def test_subtests_of_pytest_are_no_tests_but_their_failure_is_one():
    passed = quiet("2 passed, 5 subtests passed in 0.03s")
    assert (passed.status, passed.passed) == ("passed", 2)
    assert quiet("2 passed, 1 subtests failed, 5 subtests passed in 0.03s").status == "failed"


def test_a_closing_line_of_pytest_without_its_beginning_proves_nothing():
    assert parse_tests("=== test session starts ===\n1 passed in 0.02s ====\n").status is None
    assert parse_tests("[... output truncated ...]\n1 passed in 0.02s\n").status is None


def test_a_test_task_that_had_nothing_to_do_proves_nothing():
    idle = "> Task :app:compileTestJava UP-TO-DATE\n> Task :app:test UP-TO-DATE\n\nBUILD SUCCESSFUL in 611ms\n"
    assert parse_tests(idle) is None
    assert parse_tests(idle.replace("test UP-TO-DATE", "test")).status == "passed"
    assert parse_tests(idle.replace("> Task :app:test UP-TO-DATE\n", "")) is None, "a build is not a test run"


def test_a_module_of_maven_that_passes_does_not_prove_the_build():
    module = "[INFO] Tests run: 3, Failures: 0, Errors: 0, Skipped: 0\n"
    assert parse_tests(module).status is None
    assert parse_tests(module + "[INFO] BUILD SUCCESS\n").status == "passed"
    assert parse_tests(module + "[INFO] BUILD FAILURE\n").status == "error"
    ignored = "[ERROR] Tests run: 3, Failures: 1, Errors: 0, Skipped: 0\n[INFO] BUILD SUCCESS\n"
    assert parse_tests(ignored).status == "failed", "testFailureIgnore lets the build succeed"


def test_a_program_of_googletest_that_crashes_names_the_test():
    tests = parse_tests(log("googletest-crash") + "Segmentation fault (core dumped)\n")
    assert (tests.status, tests.errors, tests.failing) == ("failed", 1, ("Cart.Crashes",))
    two = log("googletest-pass") + log("googletest-crash")
    assert parse_tests(two).status is None, "the second program never ended"


def test_figures_of_playwright_must_add_up():
    whole = log("playwright-pass")
    assert parse_tests(whole.replace("  1 skipped\n", "")).status is None
    assert parse_tests(whole[whole.index("  1 passed") :]) is None, "a failure would stand above it"


def test_a_nul_in_a_log_hides_nothing():
    log = "=== test session starts ===\ncollected 2 items\n\na.py .F\nE   got \0 and x\n"
    found = extract(f"{log}\0\0=== 1 failed, 1 passed in 0.1s ===\n", count=count, kind="test-output", max_tokens=250)
    assert (found.tests.status, found.tests.failed) == ("failed", 1)
