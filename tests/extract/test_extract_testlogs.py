# ruff: noqa: E501 -- logs stand here as the tools print them
"""Test runs: the status is proved or None, and never `passed` when something failed."""

import pytest
from extract_checks import count
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxbudget_server.extract import extract
from ctxbudget_server.extract.model import TestFields


def run(text: str) -> TestFields:
    tests = extract(text, count=count, kind="test-output").tests
    assert tests is not None
    return tests


PASSING = {
    "pytest": "=== test session starts ===\ncollected 2 items\n\ntests/test_a.py ..   [100%]\n\n=== 2 passed, 1 warning in 0.02s ===",
    "pytest quiet": "..\n2 passed in 0.02s",
    "unittest": "..\n------\nRan 2 tests in 0.001s\n\nOK (skipped=1)",
    "go": "=== RUN   TestA\n--- PASS: TestA (0.00s)\nPASS\nok  \texample.org/a\t0.01s",
    "cargo": "running 1 test\ntest a::b ... ok\n\ntest result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out",
    "nextest": "    PASS [   0.005s] pkg tests::a\n------------\n     Summary [   0.010s] 1 test run: 1 passed, 0 skipped",
    "jest": "PASS src/a.test.js\n\nTest Suites: 1 passed, 1 total\nTests:       3 passed, 3 total\nTime:  1 s",
    "vitest": " Test Files  1 passed (1)\n      Tests  3 passed | 1 skipped (4)\n   Duration  1s",
    "mocha": "  Cart\n    ✓ adds\n\n  1 passing (5ms)",
    "junit": '<testsuites><testsuite name="a" tests="2" failures="0" errors="0"><testcase name="x"/></testsuite></testsuites>',
    "tap": "TAP version 13\n1..2\nok 1 - a\nok 2 - b # SKIP later",
    "ctest": "1/1 Test #1: a ....   Passed    0.01 sec\n\n100% tests passed, 0 tests failed out of 1",
    "bats": " ✓ adds\n ✓ removes\n\n2 tests, 0 failures",
    "tox": "=== test session starts ===\n=== 2 passed in 0.1s ===\n  py311: OK (2.1 seconds)\n  congratulations :) (2.2 seconds)",
    "sympy": "=== test process starts ===\na.py[2] ..   [OK]\n=== tests finished: 2 passed, in 0.1 seconds ===",
}

FAILING = {
    "pytest": (
        "=== test session starts ===\ntests/test_a.py .F\nE   assert 1 == 2\n=== short test summary info ===\n"
        "\x1b[31mFAILED\x1b[0m tests/test_a.py::test_b - assert 1 == 2\n\x1b[31m=== 1 failed, 1 passed in 0.02s ===\x1b[0m",
        "tests/test_a.py::test_b",
    ),
    "unittest": (
        "FAIL: test_b (pkg.tests.CaseTest.test_b)\n------\nAssertionError: 1 != 2\n\nRan 2 tests in 0.001s\n\nFAILED (failures=1)",
        "test_b (pkg.tests.CaseTest.test_b)",
    ),
    "go": (
        "[test] $ go test ./...\n--- FAIL: TestA (0.01s)\n    --- FAIL: TestA/empty (0.00s)\n        a_test.go:9: got 1\n"
        "FAIL\nFAIL\texample.org/a\t0.1s\nok  \texample.org/b\t0.2s",
        "TestA/empty",
    ),
    "cargo": (
        "test a::b ... FAILED\n\nfailures:\n    a::b\n\ntest result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured",
        "a::b",
    ),
    "nextest": (
        "        FAIL [   0.005s] pkg tests::a\n     Summary [   0.010s] 2 tests run: 1 passed, 1 failed, 0 skipped",
        "pkg tests::a",
    ),
    "jest": (
        "FAIL src/a.test.js\n  ● cart › adds\n\n    expect(received).toBe(1)\n\nTests:       1 failed, 2 passed, 3 total\n",
        "cart › adds",
    ),
    "vitest": (
        " FAIL  src/a.test.ts > cart > adds\nAssertionError: expected 1\n\n Test Files  1 failed (1)\n      Tests  1 failed | 2 passed (3)",
        "src/a.test.ts > cart > adds",
    ),
    "mocha": ("  1 passing (5ms)\n  1 failing\n\n  1) Cart\n       adds:\n     AssertionError: no", "Cart adds"),
    "junit": (
        '<testsuite tests="2" failures="1"><testcase classname="c" name="n"><failure message="no &lt;1&gt;">x</failure>'
        "</testcase></testsuite>",
        "c.n",
    ),
    "tap": ("1..2\nok 1 - a\nnot ok 2 - b works", "b works"),
    "ctest": (
        "50% tests passed, 1 tests failed out of 2\n\nThe following tests FAILED:\n\t  2 - store_test (Failed)",
        "store_test",
    ),
    "bats": (" ✓ adds\n ✗ removes\n\n2 tests, 1 failure", "removes"),
    "sympy": (
        "___ a/tests/test_a.py:test_b ___\nAssertionError\n tests finished: 82 passed, 2 failed, 1 expected to fail, \n"
        " 1 exceptions, in 1.42 seconds \nDO *NOT* COMMIT!",
        "a/tests/test_a.py:test_b",
    ),
}


@pytest.mark.parametrize("name", PASSING)
def test_passing_runs(name: str):
    tests = run(PASSING[name])
    assert tests.status == "passed" and not tests.failed and not tests.errors and tests.failing == ()


@pytest.mark.parametrize("name", FAILING)
def test_failing_runs_name_what_failed(name: str):
    log, failing = FAILING[name]
    tests = run(log)
    assert tests.status == "failed"
    assert failing in tests.failing
    assert tests.failed == (2 if name == "sympy" else 2 if name == "go" else 1)


@pytest.mark.parametrize("name", FAILING)
def test_kind_is_seen_without_being_told_and_failures_come_first(name: str):
    log, failing = FAILING[name]
    found = extract("starting\n" * 40 + log, count=count, max_tokens=60)
    assert found.kind == "test-output"
    assert found.text.startswith("Tests: failed") and failing in found.text


@given(
    st.permutations([*PASSING.values()][:8]), st.sampled_from([log for log, _ in FAILING.values()]), st.integers(0, 8)
)
@settings(max_examples=60, deadline=None)
def test_a_failure_among_passes_never_passes(passing: list[str], failing: str, place: int):
    logs = [*passing[:place], failing, *passing[place:]]
    assert run("\n".join(logs)).status != "passed"


@given(st.sampled_from([log for log, _ in FAILING.values()]), st.floats(0, 1))
@settings(max_examples=150, deadline=None)
def test_a_truncated_failure_never_passes(log: str, share: float):
    lines = log.split("\n")
    assert run("\n".join(lines[: int(len(lines) * share)])).status != "passed"


@pytest.mark.parametrize(
    "log",
    [
        "",
        "all tests passed, trust me",
        "=== test session starts ===\ncollected 9 items\ntests/test_a.py ....",
        "Ran 3 tests in 0.1s\n",
        "running 3 tests\ntest a ... ok\n",
        "1..4\nok 1 - a\nok 2 - b",
        '<testsuites><testsuite tests="2"><testcase name="a">',
        "=== RUN   TestA\n--- PASS: TestA (0.0s)\n=== RUN   TestB",
        "no tests ran in 0.01s",
        "  Cart\n\n  12 passing (5ms)",
        "=== test session starts ===\ncollected 9 items\na.py .F\nKilled\n=== test session starts ===\n=== 2 passed in 0.1s ===",
    ],
)
def test_what_is_not_proved_is_none(log: str):
    found = extract(log, count=count, kind="test-output")
    assert found.tests is not None and found.tests.status is None
    assert found.warnings


def test_a_session_in_captured_output_does_not_count():
    inner = "--- Captured stdout call ---\n=== test session starts ===\nFAILED inner.py::test_x\n=== 1 failed in 0.01s ===\n"
    log = f"=== test session starts ===\n{inner}PASSED a.py::test_y\n=== 3 passed in 0.5s ==="
    assert run(log).status == "passed"


def test_a_test_known_by_its_docstring_is_named():
    log = "test_b (pkg.tests.CaseTest)\nAmounts with both separators are refused. ... FAIL\ntest_c (pkg.tests.CaseTest) ... ok\n"
    assert run(log).failing == ("test_b (pkg.tests.CaseTest)",)


def test_a_crash_of_the_runner_is_an_error():
    log = 'Traceback (most recent call last):\n  File "x.py", line 1, in <module>\nImportError: no module named y'
    assert run(log).status == "error"
    assert run("ImportError while loading conftest '/a/conftest.py'.\nE   ImportError: x").status == "error"


def test_exit_code_of_the_caller_overrules_a_pass():
    assert run("2 passed in 0.02s\nmake: *** [Makefile:3: test] Error 1").status == "failed"


def test_a_report_that_quotes_a_run_is_no_run():
    text = "# Report\n\nWe ran the suite.\n\n```\n=== 1 failed in 0.1s ===\n```\n\n## Findings\n\nIt broke.\n\n## Summary\n\nBad.\n"
    assert extract(text, count=count).kind == "report"


def test_entities_of_a_junit_report_are_never_expanded():
    levels = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(12))
    report = (
        f'<?xml version="1.0"?><!DOCTYPE testsuite [<!ENTITY e0 "boom">{levels}<!ENTITY f SYSTEM "file:///etc/hosts">]>'
        '<testsuite tests="2" failures="1"><testcase name="a"/><testcase name="b"><failure message="&e12;">&f;</failure>'
        "</testcase></testsuite>"
    )
    tests = run(report)
    assert (tests.status, tests.failing, tests.messages) == ("failed", ("b",), ("&e12;",))


def test_a_broken_case_of_a_junit_report_spoils_no_other():
    cases = '<testcase name="a"><failure message="x"><b</failure></testcase><testcase name="c"><system-out>1 < 2'
    tests = run(f'<testsuite tests="4">{cases}<error/></system-out></testcase><testcase name="d"/></testsuite>')
    assert tests.status == "failed" and tests.failing == ("a", "c") and tests.messages == ("x",)
