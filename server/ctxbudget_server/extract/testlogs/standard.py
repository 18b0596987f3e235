"""CTest, and tox's verdict about its environments."""

from __future__ import annotations

import re

from ctxbudget_server.extract.testlogs.tally import FAILED, PASSED, Tally

_CTEST = re.compile(r"\d+% tests passed, (\d+) tests? failed out of (\d+)")
_CTEST_NAME = re.compile(
    r"\s+\d+ - (.+) \((?:Failed|Timeout|SEGFAULT|Not Run|Exception|Subprocess (?:aborted|killed)|ILLEGAL"
    r"|INTERRUPT|NUMERICAL|OTHER_FAULT|BAD_COMMAND|SIG\w+)[^)]*\)"
)
_CTEST_RUN = re.compile(r"\s*\d+/\d+ Test +#\d+: (.+?) \.*(\*\*\*| {2,}Passed)(Not Run \(Disabled\)|Skipped)?")
_CTEST_QUIET = re.compile(r"\s*Start +\d+: |\s*\d+/\d+ Test +#|\d+% tests passed|Total Test time|\d+: Test |test \d+$")
_CTEST_WAIVED = re.compile(r"\s+\d+ - (.+) \((?:Disabled|Skipped)\)")
_CTEST_MISSING = re.compile(r"Unable to find executable: .*")

_TOX = re.compile(
    r" {0,2}[\w.,-]+: (OK|FAIL)(?: code -?\d+)? ?[(✔✖]|ERROR:\s+[\w.,-]+: (?:commands|could not|InvocationError)"
)
_TOX_BAD = re.compile(
    r"\s*evaluation failed :\(|ERROR:\s+[\w.-]+: (?:commands failed|could not)|ERROR: InvocationError"
)
_TOX_RUN = re.compile(r"[\w.,-]+(?: run-test)?: commands\[\d+\]")
_TOX_GOOD = re.compile(r"\s*congratulations :\)")


def parse_ctest(lines: list[str]) -> Tally | None:
    """CTest's tally; the message of a failed test is the first line that it printed."""
    if not any(("tests passed, " in x and _CTEST.match(x)) or (" Test " in x and _CTEST_RUN.match(x)) for x in lines):
        return None
    tally = Tally("ctest")
    finished = False
    for n, line in enumerate(lines):
        if match := _CTEST.match(line):
            finished = True
            failed = int(match[1][:9])
            tally.count(passed=int(match[2][:9]) - failed, failed=failed)
        elif match := _CTEST_NAME.match(line):
            tally.fails(match[1])
        elif _CTEST_WAIVED.match(line):
            tally.count(skipped=1)
        elif match := _CTEST_RUN.match(line):
            if match[2] == "***" and not match[3]:
                tally.fails(match[1])
                printed = next((x.strip() for x in lines[n + 1 : n + 4] if x.strip()), "")
                if printed and not _CTEST_QUIET.match(printed):
                    tally.messages.append(printed)
        elif _CTEST_MISSING.match(line):
            tally.messages.append(line.strip())
    return tally.conclude(finished)


def parse_tox(lines: list[str]) -> Tally | None:
    """tox's own verdict; it has no counts of tests. Its messages name the environments that failed.

    Only the closing line is about all environments.
    """
    tally = Tally("tox")
    bad = good = seen = False
    for line in lines:
        match = _TOX.match(line)
        if _TOX_BAD.match(line) or (match and match[1] != "OK"):
            bad = True
            if match:
                tally.messages.append(line.strip())
        elif _TOX_GOOD.match(line):
            good = True
        elif match or _TOX_RUN.match(line):
            seen = True
    if not bad and not good and not seen:
        return None
    tally.verdict = FAILED if bad else PASSED if good else None
    return tally
