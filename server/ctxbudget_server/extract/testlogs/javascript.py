"""Jest, Vitest and Mocha."""

from __future__ import annotations

import re

from ctxbudget_server.extract.testlogs.tally import ERROR, FAILED, Tally, counts, told

MESSAGES = 20
_RAISED = re.compile(r"\s*(?:\w*Error(?: \[\w+\])?: \S|expect\()")

_JEST_TESTS = re.compile(r"Tests:\s+(.*\d+ total.*)$")
_JEST_SUITES = re.compile(r"Test Suites:\s+(.*\d+ (?:of \d+ )?total.*)$")
_JEST_NAME = re.compile(r"  ● (\S.*)$")
_JEST_NO_TEST = re.compile(r"Console$|Test suite failed to run$|Cannot log after tests are done|.*(?:Warning|Error):?$")
_JEST_FILE = re.compile(r"\s*(?:FAIL|PASS)\s+(?:[\w@/-]+ )?(\S+\.[cm]?[jt]sx?)\b")
_JEST_NONE = re.compile(r"No tests found, exiting with code [1-9]")

_VITEST_FILES = re.compile(r"\s*Test Files\s+(\d+ .*|no tests.*)$")
_VITEST_TESTS = re.compile(r"\s*Tests\s+(\d+ .*|no tests.*)$")
_VITEST_ERRORS = re.compile(r"\s*Errors\s+(\d+) errors?")
_VITEST_CLOSE = re.compile(r"\s*(?:Start at|Duration)\s")
_VITEST_FILE = re.compile(r"\s*FAIL\s+(?:\|[^|]+\|\s+)?(\S+) \[ \S+ \]$")
_VITEST_NAME = re.compile(r"\s*(?:FAIL\s+|[×✗]\s+)(?:\|[^|]+\|\s+)?(\S.*?)(?:\s+\d+ ?ms)?$")
_VITEST_NONE = re.compile(r"\s*No test files found, exiting with code [1-9]")

_MOCHA = re.compile(r"\s+(\d+) (passing|failing|pending)\b(?: \(.*\))?$")
_MOCHA_PART = re.compile(r"\s*\d+ ?[a-z]{0,8}$")
_MOCHA_TICK = re.compile(r"\s+[✓✔√] ")
_MOCHA_NAME = re.compile(r"\s{2,}(\d+)\) (\S.*)$")
_MOCHA_BROKEN = re.compile(r"\s*(Exception during run: .*|Error: No test files found.*)$")
_TITLE_LINES = 8


def _add(tally: Tally, figures: dict[str, int]) -> None:
    tally.count(
        passed=figures.get("passed", 0),
        failed=figures.get("failed", 0),
        skipped=figures.get("skipped", 0) + figures.get("todo", 0),
    )


def parse_jest(lines: list[str]) -> Tally | None:
    """Jest's tally; a suite that failed to run counts as an error and is named by its file."""
    tally = Tally("jest")
    tested = suited = False
    suites_failed = 0
    for line in lines:
        if match := _JEST_TESTS.match(line):
            _add(tally, counts(match[1]))
            tested = True
        elif match := _JEST_SUITES.match(line):
            suited = True
            suites_failed += counts(match[1]).get("failed", 0)
        elif _JEST_NONE.match(line):
            tally.verdict = ERROR
            tally.messages.append(line.strip())
    if not tested and not suited and tally.verdict != ERROR:
        return None
    broken = _jest_failures(lines, tally)
    if suites_failed and not tally.failed:
        tally.failing.clear()  # names come from the output of passing tests
        broken = broken or [m[1] for x in lines if "FAIL" in x and (m := _JEST_FILE.match(x))]
    if suites_failed and (broken or not tally.failed):
        tally.errors = len(broken) or suites_failed
        for name in broken:
            tally.fails(name)
    elif not tally.failed and tested:
        tally.failing.clear()
    return tally.conclude(tested and suited)


def _jest_failures(lines: list[str], tally: Tally) -> list[str]:
    """Take the names of failing tests and what was raised; returns the files of suites that failed to run."""
    broken: list[str] = []
    file = ""
    due = False
    for line in lines:
        if match := _JEST_NAME.match(line):
            due = "Console" not in match[1]
            if match[1].startswith("Test suite failed to run"):
                broken += [file] if file else []
            elif not _JEST_NO_TEST.match(match[1]):
                tally.fails(match[1])
        elif match := _JEST_FILE.match(line):
            file = match[1]
        elif due and line.strip():
            due = False
            if len(tally.messages) < MESSAGES:
                tally.messages.append(line.strip())
    return list(dict.fromkeys(broken))


def parse_vitest(lines: list[str]) -> Tally | None:
    """Vitest's tally; unhandled errors fail a run, and so does a file that could not be loaded."""
    tally = Tally("vitest")
    seen = tested = closed = False
    files_failed = 0
    for line in lines:
        if match := _VITEST_TESTS.match(line):
            _add(tally, counts(match[1]))
            tested = True
        elif match := _VITEST_FILES.match(line):
            seen = True
            files_failed += counts(match[1]).get("failed", 0)
        elif match := _VITEST_ERRORS.match(line):
            tally.errors = (tally.errors or 0) + int(match[1][:9])
        elif _VITEST_NONE.match(line):
            seen = True
            tally.verdict = ERROR
            tally.messages.append(line.strip())
        elif seen and _VITEST_CLOSE.match(line):
            closed = True
    if not seen:
        return None
    broken = _vitest_failures(lines, tally)
    if files_failed and (broken or not tally.failed):
        tally.errors = (tally.errors or 0) + (len(broken) or files_failed)
        for name in broken:
            tally.fails(name)
    elif tested and not tally.failed and not tally.errors:
        tally.failing.clear()
    return tally.conclude(tested and closed)


def _vitest_failures(lines: list[str], tally: Tally) -> list[str]:
    """Take the names of failing tests and what was raised; returns the files that could not be loaded."""
    broken: list[str] = []
    due = False
    for line in lines:
        if match := _VITEST_FILE.match(line):
            broken.append(match[1])
            due = True
        elif match := _VITEST_NAME.match(line):
            if " > " in match[1]:
                tally.fails(re.split(r"\s{2,}", match[1])[0])
                due = True
        elif due and line.strip() and len(tally.messages) < MESSAGES:
            tally.messages.append(line.strip().removeprefix("→ "))
            due = False
    return list(dict.fromkeys(broken))


def parse_mocha(lines: list[str]) -> Tally | None:
    """Mocha's tally; failing names are in the numbered list after the counts, one suite or test per line.

    `N failing` follows `N passing`, so a log that ends with the latter may be truncated: it proves a pass only if it
    also shows every test that passed and none that failed.
    """
    tally = Tally("mocha")
    seen = finished = False
    ticks = passing = 0
    numbered: list[str] = []
    for i, line in enumerate(lines):
        match = _MOCHA.match(line)
        if match:
            seen = True
            figure = int(match[1][:9])
            if match[2] == "passing":
                finished = True
                passing += figure
                tally.count(passed=figure)
            elif match[2] == "failing":
                tally.count(failed=figure)
                tally.verdict = FAILED
            else:
                tally.count(skipped=figure)
        elif seen and tally.failed and (named := _MOCHA_NAME.match(line)):
            _mocha_failure(tally, named[2], lines[i + 1 : i + 1 + _TITLE_LINES * 2])
        elif _MOCHA_TICK.match(line):
            ticks += 1
        elif not seen and (named := _MOCHA_NAME.match(line)):
            numbered.append(named[2])  # the reporter numbers failures as they happen
        elif match := _MOCHA_BROKEN.match(line):
            seen = True
            tally.verdict = ERROR
            tally.messages.append(match[1].strip())
    if not seen:
        return None
    for name in numbered if not tally.failing else ():
        tally.fails(name)
    last = next((x for x in reversed(lines) if x.strip()), "")
    cut = bool(_MOCHA.match(last) or _MOCHA_PART.match(last)) and "failing" not in last and ticks < passing
    return tally.conclude(finished and not cut)


def _mocha_failure(tally: Tally, first: str, following: list[str]) -> None:
    """Take one entry of the numbered list: its titles up to the one that ends with a colon, then what was raised."""
    titles = [first.strip()]
    at = 0
    while not titles[-1].endswith(":") and at < min(_TITLE_LINES, len(following)) and following[at].strip():
        titles.append(following[at].strip())
        at += 1
    tally.fails(" ".join(titles).rstrip(":"))
    raised = next((n for n in range(at, min(at + 4, len(following))) if _RAISED.match(following[n])), at)
    message = told(following, raised) if raised < len(following) else ""
    if message and len(tally.messages) < MESSAGES:
        tally.messages.append(message)
