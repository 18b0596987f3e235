"""`swift test` and xcodebuild: XCTest's suites, and Swift Testing's run."""

from __future__ import annotations

import re

from ctxbudget_server.extract.testlogs.tally import ERROR, FAILED, Tally

_SUITE = re.compile(r"\s*Test Suite '(.+)' (started|passed|failed) at ")
_EXECUTED = re.compile(
    r"\s*Executed (\d+) tests?, with (?:(\d+) tests? skipped and )?(\d+) failures? \((\d+) unexpected\)"
)
_CASE = re.compile(r"\s*Test Case '(?:-\[(.+)\]|(.+))' failed \(")
_ASSERTED = re.compile(r"\s*\S.*: error: (?:-\[.+?\]|\S+) : (\S.*)$")
_OUTER = ("All tests", "Selected tests")
_RUN_START = re.compile(r"\s*\S\s+Test run started\.")
_RUN = re.compile(r"\s*\S\s+Test run with (\d+) tests?(?: in \d+ suites?)? (passed|failed) after ")
_TEST = re.compile(
    r"\s*\S\s+Test (?!run with |case passing )(\S.*?)(?: with \d+ test cases?)? (failed|skipped)(?: after |[.:]|$)"
)
_ISSUE = re.compile(r"\s*\S\s+Test .+? recorded an issue(?: with .*?)?(?: at \S+:\d+:\d+)?: (\S.*)$")
_CRASHED = re.compile(r"\s*(?:error: Exited with (?:unexpected )?signal code \d+|\S*:? ?Fatal error: )")


def parse(lines: list[str]) -> Tally | None:
    """The tally of both libraries: `swift test` runs XCTest first, even where it has no test."""
    tally = Tally("swift")
    seen, closed = _xctest(lines, tally)
    started = sum(bool(_RUN_START.match(line)) for line in lines)
    runs = [match for line in lines if (match := _RUN.match(line))]
    if not (seen or started or runs):
        return None
    _swift_testing(lines, runs, tally)
    if crash := next((line.strip() for line in lines if _CRASHED.match(line)), ""):
        tally.verdict = ERROR
        tally.messages.append(crash)
    return tally.conclude(closed and started <= len(runs) and bool(seen or runs))


def _xctest(lines: list[str], tally: Tally) -> tuple[bool, bool]:
    """Add XCTest's figures: those of the outermost suites. Returns whether it ran, and whether all suites ended."""
    opened: list[str] = []
    seen = False
    executed: list[tuple[int, int, int]] = []
    for at, line in enumerate(lines):
        if match := _SUITE.match(line):
            seen = True
            name, what = match[1], match[2]
            if what == "started":
                opened.append(name)
                continue
            if name in opened:
                del opened[opened.index(name) :]
            figures = _EXECUTED.match(lines[at + 1]) if at + 1 < len(lines) else None
            if figures and (name in _OUTER or not opened):
                executed.append((int(figures[1][:9]), int((figures[2] or "0")[:9]), int(figures[3][:9])))
            if what == "failed":
                tally.verdict = FAILED
        elif match := _CASE.match(line):
            seen = True
            tally.fails(match[1] or match[2])
        elif match := _ASSERTED.match(line):
            tally.messages.append(match[1])
    failing = len(tally.failing)
    for run, skipped, failures in executed:
        failed = min(run, failing or failures)  # a test may fail several times
        tally.count(passed=max(0, run - skipped - failed), failed=failed, skipped=skipped)
    return seen, not opened and (bool(executed) or not seen)


def _swift_testing(lines: list[str], runs: list[re.Match[str]], tally: Tally) -> None:
    before = len(tally.failing)
    skipped = 0
    for line in lines:
        if match := _ISSUE.match(line):
            tally.messages.append(match[1])
        elif match := _TEST.match(line):
            if match[2] == "failed":
                tally.fails(match[1])
            else:
                skipped += 1
    failed = len(tally.failing) - before
    total = sum(int(match[1][:9]) for match in runs)
    if runs:
        tally.count(passed=max(0, total - failed - skipped), failed=failed, skipped=skipped)
    if any(match[2] == "failed" for match in runs):
        tally.verdict = FAILED
