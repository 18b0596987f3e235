"""`cargo test` and `cargo nextest`."""

from __future__ import annotations

import re

from ctxbudget_server.extract.testlogs.tally import ERROR, FAILED, Tally

_RESULT = re.compile(r"test result: (ok|FAILED)\. (\d+) passed; (\d+) failed; (\d+) ignored")
_TEST = re.compile(r"test (\S.*?)(?: - (?:should panic|compile(?: fail)?))? \.\.\. (FAILED|failed)")
_RUNNING = re.compile(r"running \d+ tests?$")
_ERROR = re.compile(
    r"error(?:\[E\d+\])?: (?:could not compile|test failed|aborting due to|\d+ targets? failed"
    r"|.*\bdoctest failed)|error\[E\d+\]: "
)
_SUMMARY = re.compile(
    r"\s*Summary \[ *[\d.]+s\] +(\d+)(?:/\d+)? tests? run: (\d+) passed(?: \([^)]*\))?"
    r"(?:, (\d+) failed)?(?:, (\d+) timed out)"
    r"?"
    r"(?:, (\d+) exec failed)?(?:, (\d+) skipped)?"
)
_NEXTEST = re.compile(r"\s*(?:FAIL|SIG[A-Z]+|ABORT|TIMEOUT|TRY \d+ FAIL) \[ *[>\d.]+s\] (?:\( *\d+/\d+\) )?(\S.*)$")
_PANIC = re.compile(r"\s*thread '.*' (?:\(\d+\) )?panicked at (.*)")
_SHARE = re.compile(r"\s*Summary \[ *[\d.]+s\] +(\d+)/(\d+) tests? run")
_GENERAL = re.compile(
    r"error: (?:could not compile|test failed|aborting due to|\d+ targets? failed|.*\bdoctest failed|test run)"
)
MESSAGES = 20


def parse(lines: list[str]) -> Tally | None:
    """The tally, or None if the log is neither cargo's nor nextest's."""
    tally = Tally("cargo test")
    seen = False
    running = results = 0
    general: list[str] = []
    for n, line in enumerate(lines):
        if match := _RESULT.match(line):
            seen = True
            results += 1
            tally.count(passed=int(match[2][:9]), failed=int(match[3][:9]), skipped=int(match[4][:9]))
            if match[1] == "FAILED":
                tally.verdict = FAILED
        elif match := _SUMMARY.match(line):
            seen = True
            tally.framework = "cargo nextest"
            failed, late, broken, skipped = (int((match[i] or "0")[:9]) for i in (3, 4, 5, 6))
            tally.count(passed=int(match[2][:9]), failed=failed + late, errors=broken, skipped=skipped)
            share = _SHARE.match(line)
            running, results = 1, int(not share or share[1] == share[2])  # a truncated run proves nothing
        elif _RUNNING.match(line):
            running += 1
        elif match := _TEST.match(line) or _NEXTEST.match(line):
            seen = True
            tally.fails(match[1])
        elif _ERROR.match(line):
            seen = True
            (general if _GENERAL.match(line) else tally.messages).append(line.strip())
            tally.verdict = tally.verdict or (FAILED if "test failed" in line else ERROR)
        elif len(tally.messages) < MESSAGES and (match := _PANIC.match(line)):
            following = lines[n + 1].strip() if n + 1 < len(lines) else ""
            tally.messages.append(f"{match[1]} {following}".strip())
    if not seen:
        return None
    tally.messages = tally.messages or general
    # An empty suite prints a result too, so `0 passed` alone proves nothing but does not spoil the others.
    return tally.conclude(results > 0 and running <= results)
