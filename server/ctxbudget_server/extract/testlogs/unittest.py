"""unittest and Django's runner: `Ran N tests`, then OK or FAILED; names from `FAIL: test (class)` and verbose lines."""

from __future__ import annotations

import re

from ctxbudget_server.extract.testlogs.tally import Tally

_RAN = re.compile(r"Ran (\d+) tests? in ")
_CLOSE = re.compile(r"(OK|FAILED)(?: \(([^)]*)\))?\s*$")
_HEAD = re.compile(r"(FAIL|ERROR): (\S.*?)(?: \[.*\])?$")
_VERBOSE = re.compile(r"(test\w*(?: \([\w.]+\))?)(?:.*?) \.\.\. (?:.*\b)?(FAIL|ERROR)$")
_DESCRIBED = re.compile(r"(test\w* \([\w.]+\))$")  # its docstring and outcome follow on the next line
_OUTCOME = re.compile(r" \.\.\. (?:FAIL|ERROR)$")
_PART = re.compile(r"(failures|errors|skipped|expected failures|unexpected successes)=(\d+)")
_BASE = re.compile(r"test\w* \([\w.]+\)")
_DJANGO = (
    "Creating test database for alias",
    "System check identified",
    "Destroying test database for alias",
    "Found ",
)
_RAISED = re.compile(r"(?:[\w.]*(?:Error|Exception|Failure|Warning))(?::.*)?$")


def parse(lines: list[str]) -> Tally | None:
    """The tally, or None if the log has no lines of unittest."""
    tally = Tally("unittest")
    pending: int | None = None
    unclosed = False
    runs = known = 0
    names = False
    above = ""
    for line in lines:
        ran = _RAN.match(line)
        if ran:
            unclosed = unclosed or pending is not None
            pending = int(ran[1][:9])
            continue
        if line.startswith(_DJANGO) and (not line.startswith("Found ") or line.endswith(" test(s).")):
            tally.framework = "django"
        close = _CLOSE.match(line)
        if close and (pending is not None or close[1] == "FAILED"):
            parts = {k: int(v[:9]) for k, v in _PART.findall(close[2] or "")}
            failures = parts.get("failures", 0) + parts.get("unexpected successes", 0)
            errors, skipped = parts.get("errors", 0), parts.get("skipped", 0)
            if close[1] == "FAILED" and not failures and not errors:
                failures = 1
            broken = _broken_tests(tally.failing[known:], failures + errors)
            known = len(tally.failing)
            passed = max(0, (pending or 0) - broken - skipped)
            tally.count(passed=passed, failed=failures, skipped=skipped, errors=errors)
            runs += 1
            pending = None
            continue
        head = _HEAD.match(line)
        if head and (" (" in head[2] or head[2].startswith("test")):
            tally.fails(head[2])
            names = True
            continue
        verbose = _VERBOSE.match(line) if line.endswith(("FAIL", "ERROR")) else None
        named = verbose or (_DESCRIBED.match(above) if _OUTCOME.search(line) else None)
        above = line
        if named:
            tally.fails(named[1])
            names = True
        elif names and len(tally.messages) < 20 and _RAISED.match(line):
            tally.messages.append(line.strip())
    if not runs and pending is None and not tally.failing:
        return None
    if runs and pending is None and not unclosed and not tally.failed and not tally.errors:
        tally.failing.clear()
    return tally.conclude(bool(runs) and pending is None and not unclosed)


def _broken_tests(names: list[str], stated: int) -> int:
    """How many of the tests that ran have failed: subtests fail individually, and a failed setUpClass is not a test."""
    if len(names) != stated:
        return stated
    return len({match[0] for name in names if (match := _BASE.match(name))})
