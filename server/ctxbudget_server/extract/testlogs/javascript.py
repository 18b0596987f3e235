"""Jest, Vitest and Mocha."""

from __future__ import annotations

import re

from .tally import FAILED, Tally, counts

_JEST_TESTS = re.compile(r"Tests:\s+(.*\d+ total.*)$")
_JEST_SUITES = re.compile(r"Test Suites:\s+(.*\d+ (?:of \d+ )?total.*)$")
_JEST_NAME = re.compile(r"\s+● (?!Console)(\S.*)$")
_JEST_FILE = re.compile(r"\s*FAIL\s+(\S+\.[cm]?[jt]sx?)\b")
_VITEST_FILES = re.compile(r"\s*Test Files\s+(\d+ .*|no tests.*)$")
_VITEST_TESTS = re.compile(r"\s*Tests\s+(\d+ .*|no tests.*)$")
_VITEST_ERRORS = re.compile(r"\s*Errors\s+(\d+) errors?")
_VITEST_NAME = re.compile(r"\s*(?:FAIL\s+|[×✗]\s+)(?:\|[^|]+\|\s+)?(\S.*?)(?:\s+\d+ ?ms)?$")
_MOCHA = re.compile(r"\s+(\d+) (passing|failing|pending)\b(?: \(.*\))?$")
_MOCHA_TICK = re.compile(r"\s+[✓✔√] ")
_MOCHA_NAME = re.compile(r"\s{2,}(\d+)\) (\S.*)$")


def parse_jest(lines: list[str]) -> Tally | None:
    """Jest's tally; a suite that failed to run counts as an error."""
    tally = Tally("jest")
    seen = finished = False
    suites_failed = 0
    for line in lines:
        if match := _JEST_TESTS.match(line):
            figures = counts(match[1])
            tally.count(
                passed=figures.get("passed", 0),
                failed=figures.get("failed", 0),
                skipped=figures.get("skipped", 0) + figures.get("todo", 0),
            )
            seen = finished = True
        elif match := _JEST_SUITES.match(line):
            seen = True
            suites_failed += counts(match[1]).get("failed", 0)
        elif match := _JEST_NAME.match(line):
            if " › " in match[1]:
                tally.fails(match[1])
        elif len(tally.messages) < 20 and re.match(r"\s+(?:expect\(|[A-Z]\w*Error: )", line):
            tally.messages.append(line.strip())
    if not seen:
        return None
    if suites_failed and not tally.failed:
        tally.errors = suites_failed
        for line in lines:
            if match := _JEST_FILE.match(line):
                tally.fails(match[1])
    elif not tally.failed and finished:
        tally.failing.clear()
    return tally.conclude(finished)


def parse_vitest(lines: list[str]) -> Tally | None:
    """Vitest's tally; unhandled errors fail a run."""
    tally = Tally("vitest")
    seen = finished = False
    files_failed = 0
    for line in lines:
        if match := _VITEST_TESTS.match(line):
            figures = counts(match[1])
            tally.count(
                passed=figures.get("passed", 0),
                failed=figures.get("failed", 0),
                skipped=figures.get("skipped", 0) + figures.get("todo", 0),
            )
            finished = True
        elif match := _VITEST_FILES.match(line):
            seen = True
            files_failed += counts(match[1]).get("failed", 0)
        elif match := _VITEST_ERRORS.match(line):
            tally.errors = (tally.errors or 0) + int(match[1][:9])
        elif match := _VITEST_NAME.match(line):
            if " > " in match[1]:
                tally.fails(re.split(r"\s{2,}", match[1])[0])
        elif len(tally.messages) < 20 and re.match(r"[A-Z]\w*Error: ", line):
            tally.messages.append(line.strip())
    if not seen:
        return None
    if files_failed and not tally.failed:
        tally.errors = (tally.errors or 0) + files_failed
    elif finished and not tally.failed and not tally.errors:
        tally.failing.clear()
    return tally.conclude(finished)


def parse_mocha(lines: list[str]) -> Tally | None:
    """Mocha's tally; failing names stand in the numbered list after the counts.

    `N failing` follows `N passing`, so a log that ends with the latter may be cut: it proves a pass only if it also
    shows every test that passed and none that failed.
    """
    tally = Tally("mocha")
    seen = finished = False
    ticks = passing = 0
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
            parts = [named[2].strip()]
            for following in lines[i + 1 : i + 5]:
                if not following.strip() or parts[-1].endswith(":"):
                    break
                parts.append(following.strip())
            tally.fails(parts[-1].rstrip(":"))
        elif _MOCHA_TICK.match(line):
            ticks += 1
        elif not seen and _MOCHA_NAME.match(line):
            tally.fails(line.split(")", 1)[1])  # the reporter numbers failures where they happen
    last = next((x for x in reversed(lines) if x.strip()), "")
    cut = bool(_MOCHA.match(last)) and "failing" not in last and ticks < passing
    return tally.conclude(finished and not cut) if seen else None
