"""Reads what a test run's output proves: no status without proof, and never 'passed' beside a failure."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module

from ctxbudget_server.extract.listed import Listed
from ctxbudget_server.extract.model import TestFields
from ctxbudget_server.extract.testlogs.prefixes import is_cut, without_prefixes
from ctxbudget_server.extract.testlogs.tally import ERROR, FAILED, PASSED, Tally
from ctxbudget_server.markdown.lines import bare_lines, strip_ansi
from ctxbudget_server.markdown.model import Check, no_check

_HARD_EXIT = re.compile(
    r"\s*(?:exit status [1-9]|(?:Error: )?Exit code:? [1-9]|make(?:\[\d+\])?: \*\*\*|npm ERR! Test failed"
    r"|error: test failed"
    r"|ELIFECYCLE|##\[error\]|(?:Error: )?Process completed with exit code [1-9]|Command failed with exit code [1-9]"
    r"|Segmentation fault|Killed$)"
)
_GATE = re.compile(
    r"\s*(?:FAIL Required test coverage of|ERROR: Coverage failure: total of|Coverage failure: total of"
    r"|Jest: .*coverage threshold .* not met|ERROR: Coverage for .* does not meet)"
)
# Each parser with strings of which a log must contain one, since most texts are not test logs.
_PYTEST = (
    "test session starts",
    " passed",
    " failed",
    " error",
    " skipped",
    "no tests ran",
    "conftest",
    "ERROR: ",
    "INTERNAL",
)
_PARSERS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("unittest", "parse", ("Ran ", "FAILED (", "... FAIL", "... ERROR", "FAIL: ", "ERROR: ")),
    ("sympy", "parse", ("tests finished:", "test process starts", "DO *NOT* COMMIT!")),
    ("go", "parse", ("--- PASS", "--- FAIL", "--- SKIP", "FAIL", "PASS", "ok  ", "ok\t", "no test files", '"Action"')),
    ("cargo", "parse", ("test result:", "Summary [", "error: ", "error[", "... FAILED")),
    ("javascript", "parse_jest", ("Tests: ", "Test Suites: ", "No tests found, exiting with code")),
    ("javascript", "parse_vitest", ("Test Files ", "No test files found, exiting")),
    ("javascript", "parse_mocha", (" passing", " failing", "Exception during run: ", "No test files found")),
    ("tap", "parse", ("ok ", " failure", "Bail out!")),
    ("tap", "parse_node", ("ℹ pass ", "ℹ fail ")),
    ("standard", "parse_ctest", ("tests passed, ", "Test ")),
    ("standard", "parse_tox", (": OK", ": FAIL", ": commands[", "congratulations", "evaluation failed", "ERROR: ")),
    ("junit", "parse", ("<testsuite",)),
    ("maven", "parse", ("Tests run: ", "COMPILATION ERROR")),
    ("gradle", "parse", ("BUILD SUCCESSFUL in ", "BUILD FAILED in ", " tests completed, ", "> Task :")),
    ("rspec", "parse", (" examples, ", " example, ")),
    ("phpunit", "parse", ("PHPUnit", "Assertions: ", "OK (", "FAILURES!", "ERRORS!")),
    ("googletest", "parse", ("[==========]", "[  PASSED  ]", "[  FAILED  ]", "[ RUN      ]")),
    ("playwright", "parse", (" tests using ", " test using ", "Error: No tests found", " › ")),
    ("bun", "parse", ("bun test v", " tests across ", " test across ")),
    ("deno", "parse", ("ok | ", "FAILED | ", "error: Type checking failed.")),
    (
        "dotnet",
        "parse",
        ("Total tests: ", "Test summary: total: ", " - Failed: ", "Test Run Failed.", "Test Run Aborted."),
    ),
    ("swift", "parse", ("Test Suite '", "Test run ")),
)
_TOTALLED = ("pytest", "unittest", "django", "jest", "vitest", "ctest", "cargo nextest", "node test", "playwright")
"""Frameworks that print all figures in one place at the end, so that an omitted part cannot hide a failure."""
_RAISED = re.compile(r"[\w.]*(?:Error|Exception|Exit|Interrupt)\b(?::|$)")
MESSAGES = 12
MAX_LINE = 4_000
"""Characters of a line that are read, half from its beginning and half from its end; XML is read whole."""


def parse_tests(text: str, check: Check = no_check, *, expected: bool = False) -> TestFields | None:
    """The test run in a log; None if no framework's report is recognised.

    `expected` says that the text is a test run's output: then a crash before any report is an error.
    """
    plain = strip_ansi(text)
    whole = without_prefixes(bare_lines(plain))
    lines = [(x if len(x) <= MAX_LINE else x[: MAX_LINE // 2] + x[-MAX_LINE // 2 :]).rstrip() for x in whole]
    check()
    tallies: list[Tally] = []
    spans: list[tuple[int, int]] = []
    if any(signal in plain for signal in _PYTEST):
        from ctxbudget_server.extract.testlogs import pytest

        outer, spans = pytest.parse(lines)
        if outer is not None:
            tallies.append(outer)
    rest = _without(lines, spans)
    for module, function, signals in _PARSERS:
        if any(signal in plain for signal in signals):
            check()
            tally = _parser(module, function)(_without(whole, spans) if module == "junit" else rest)
            if tally is not None:
                tallies.append(tally)
    if not tallies:
        return _crash(lines) if expected else None
    return _merge(tallies, lines, rest)


def _crash(lines: list[str]) -> TestFields | None:
    """The tally of a log that ends with a Python traceback, because the runner itself failed."""
    last = next((x for x in reversed(lines) if x.strip()), "")
    if _RAISED.match(last) and any(x.startswith("Traceback (most recent call last):") for x in lines):
        return TestFields(status=ERROR, messages=(last.strip(),))
    return None


def _parser(module: str, function: str) -> Callable[[list[str]], Tally | None]:
    """A framework's parser, loaded the first time that a log looks like that framework's."""
    parse: Callable[[list[str]], Tally | None] = getattr(import_module(f".{module}", __name__), function)
    return parse


def _without(lines: list[str], spans: list[tuple[int, int]]) -> list[str]:
    """The lines outside the given ranges."""
    if not spans:
        return lines
    kept: list[str] = []
    at = 0
    for start, end in spans:
        kept += lines[at:start]
        at = max(at, end)
    return kept + lines[at:]


def _merge(tallies: list[Tally], lines: list[str], rest: list[str]) -> TestFields:
    """Combine all tallies: any failure means failed, any error means error, and all must have passed for 'passed'.

    A failed coverage threshold is inside a runner's own report; an exit code is outside it, in `rest`.
    """
    verdicts = {t.verdict for t in tallies}
    if FAILED in verdicts:
        status: str | None = FAILED
    elif ERROR in verdicts:
        status = ERROR
    elif verdicts == {PASSED}:
        status = PASSED
    else:
        status = None
    if status == PASSED and not all(t.framework in _TOTALLED for t in tallies) and is_cut(lines):
        status = None
    if status == PASSED and (any(map(_HARD_EXIT.match, rest)) or any(map(_GATE.match, lines))):
        status = FAILED
    counted = [t for t in tallies if t.passed is not None or t.failed is not None or t.errors is not None]

    def total(figures: list[int | None]) -> int | None:
        known = [f for f in figures if f is not None]
        return sum(known) if known else None

    failing = list(dict.fromkeys(n for t in tallies for n in t.failing))
    messages = [] if status == PASSED else list(dict.fromkeys(m for t in tallies for m in t.messages))
    main = counted[0] if counted else tallies[0]
    return TestFields(
        framework=main.framework,
        status=status,
        passed=total([t.passed for t in counted]),
        failed=total([t.failed for t in counted]),
        skipped=total([t.skipped for t in counted]),
        errors=total([t.errors for t in counted]),
        failing=Listed.cut(failing, len(failing), sum(len(t.further) for t in tallies if t.failing)),
        messages=Listed.cut(messages, MESSAGES),
    )
