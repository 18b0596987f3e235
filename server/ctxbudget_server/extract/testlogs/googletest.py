"""GoogleTest: each program's closing lines, and the lines of tests that fail."""

from __future__ import annotations

import re

from ctxbudget_server.extract.testlogs.tally import ERROR, Tally, told

_START = re.compile(r"\[==========\] Running \d+ tests? from ")
_END = re.compile(r"\[==========\] (\d+) tests? from .* ran\.")
_PASSED = re.compile(r"\[  PASSED  \] (\d+) tests?\.")
_SKIPPED = re.compile(r"\[  SKIPPED \] (\d+) tests?[.,]")
_FAILED = re.compile(r"\[  FAILED  \] (\d+) tests?, listed below:")
_NAME = re.compile(r"\[  FAILED  \] (?!\d+ tests?,)(\S+?)(?:, where .*?)?(?: \(\d+ ms\))?$")
_RUN = re.compile(r"\[ RUN      \] (\S+)$")
_OVER = re.compile(r"\[(?:       OK |  FAILED  |  SKIPPED )\] ")
_WHERE = re.compile(r"(\S+:\d+|\S.*\(\d+\)|unknown file): (?:Failure|error: .*)$")
_CRASHED = re.compile(r"\s*(?:\S+: line \d+: +\d+ )?(?:Segmentation fault|Aborted|Bus error|Illegal instruction)")


def parse(lines: list[str]) -> Tally | None:
    """The tally of all programs. A program that ended within a test has an error, if the log says how it ended."""
    tally = Tally("googletest")
    started = sum(bool(_START.match(line)) for line in lines)
    ran = [int(match[1][:9]) for line in lines if (match := _END.match(line))]
    told_of = _figures(lines, tally)
    crashed = _failures(lines, tally)
    if not (started or ran or told_of or tally.failing):
        return None
    if crashed:
        tally.fails(crashed)
        tally.count(errors=1)
        tally.verdict = ERROR
    if ran and not tally.failed and tally.failing:
        tally.count(failed=len(tally.failing) - (tally.errors or 0))  # a brief run lists them only where they fail
    return tally.conclude(bool(ran) and started <= len(ran) and sum(ran) == told_of)


def _figures(lines: list[str], tally: Tally) -> int:
    """Add the figures of all closing lines; returns of how many tests they tell."""
    told_of = 0
    for line in lines:
        for word, pattern in (("passed", _PASSED), ("skipped", _SKIPPED), ("failed", _FAILED)):
            if match := pattern.match(line):
                tally.count(**{word: int(match[1][:9])})
                told_of += int(match[1][:9])
    return told_of


def _failures(lines: list[str], tally: Tally) -> str:
    """Add names and messages; returns the test in which a program crashed, if any."""
    running = crashed = ""
    for at, line in enumerate(lines):
        if match := _RUN.match(line):
            running = match[1]
        elif match := _NAME.match(line):
            running = ""
            tally.fails(match[1])
        elif _OVER.match(line) or _END.match(line):
            running = ""
        elif match := _WHERE.match(line):
            tally.messages.append(f"{match[1]} - {told(lines, at + 1)}" if at + 1 < len(lines) else match[1])
        elif running and _CRASHED.match(line):
            crashed = running
    return crashed
