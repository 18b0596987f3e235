"""Deno's test runner."""

from __future__ import annotations

import re

from ctxbudget_server.extract.testlogs.tally import ERROR, FAILED, Tally

_STEPS = r"(?: \(\d+ steps?\))?"
_CLOSE = re.compile(
    rf"(ok|FAILED) \| (\d+) passed{_STEPS} \| (\d+) failed{_STEPS}(?: \| (\d+) ignored{_STEPS})?"
    r"(?: \| \d+ measured)?(?: \| \d+ filtered out)? \("
)
_NAME = re.compile(r"(\S.*?) => \S+:\d+:\d+$")
_RAISED = re.compile(r"error: (?:\(in promise\) )?(\S.*)$")
_CHECKED = re.compile(r"Check \S*[._]?test\.[cm]?[jt]sx?$")
_NOT_CHECKED = re.compile(r"error: Type checking failed\.$|error: Module not found|error: No test modules found")
_FAULT = re.compile(r"(?:TS\d+ \[ERROR\]|error): \S.*$")


def parse(lines: list[str]) -> Tally | None:
    """The tally; a test file that is not well typed is an error."""
    tally = Tally("deno")
    finished = False
    for line in lines:
        if match := _CLOSE.match(line):
            finished = True
            tally.count(passed=int(match[2][:9]), failed=int(match[3][:9]), skipped=int((match[4] or "0")[:9]))
            if match[1] == "FAILED":
                tally.verdict = FAILED
    if not finished:
        if not (any(map(_CHECKED.match, lines)) and any(map(_NOT_CHECKED.match, lines))):
            return None
        tally.verdict = ERROR
        tally.messages = [line.strip() for line in lines if _FAULT.match(line)]
        return tally.conclude(False)
    if tally.failed or tally.verdict == FAILED:
        _failures(lines, tally)
    return tally.conclude(finished)


def _failures(lines: list[str], tally: Tally) -> None:
    for line in lines:
        if match := _NAME.match(line):
            tally.fails(match[1])
        elif (match := _RAISED.match(line)) and not match[1].startswith("Test failed"):
            tally.messages.append(match[1])
