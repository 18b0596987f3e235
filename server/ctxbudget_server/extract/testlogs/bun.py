"""Bun's test runner."""

from __future__ import annotations

import re

from ctxbudget_server.extract.testlogs.tally import ERROR, Tally

_COUNT = re.compile(r" *(\d+) (pass|fail|skip|todo|error)s?$")
_CLOSE = re.compile(r"Ran (\d+) tests? across (\d+) files?\.")
_BANNER = re.compile(r"bun test v\d")
_NAME = re.compile(r"(?:\(fail\)|✗) (\S.*?)(?: \[[\d.]+m?s\])?$")
_RAISED = re.compile(r"(?:error|[A-Z]\w*(?:Error|Exception)): (?:\S.*)$")
_NONE = re.compile(r"The following filters did not match any test files|error: No tests found|No tests found!")


def parse(lines: list[str]) -> Tally | None:
    """The tally; its figures stand directly above the closing line."""
    tally = Tally("bun")
    banner = any(_BANNER.match(line) for line in lines)
    closes = [at for at, line in enumerate(lines) if _CLOSE.match(line)]
    none = banner and next((line.strip() for line in lines if _NONE.match(line)), "")
    if not banner and not closes:
        return None
    for close in closes:
        figures: dict[str, int] = {}
        for line in reversed(lines[max(0, close - 12) : close]):
            if match := _COUNT.match(line):
                figures[match[2]] = int(match[1][:9])
            elif line.strip() and "expect() calls" not in line and "snapshots" not in line:
                break
        if "pass" in figures:
            skipped = figures.get("skip", 0) + figures.get("todo", 0)
            failed, errors = figures.get("fail", 0), figures.get("error", 0)
            tally.count(passed=figures["pass"], failed=failed, skipped=skipped, errors=errors)
    for line in lines:
        if match := _NAME.match(line):
            tally.fails(match[1])
        elif _RAISED.match(line):
            tally.messages.append(line.strip())
    if none:
        tally.verdict = ERROR
        tally.messages.append(none)
    finished = bool(closes) and tally.passed is not None
    if finished and not tally.failed and not tally.errors:
        tally.failing.clear()
    return tally.conclude(finished)
