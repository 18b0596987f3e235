"""PHPUnit: the closing lines, and the numbered lists of errors and failures."""

from __future__ import annotations

import re

from ctxbudget_server.extract.testlogs.tally import ERROR, FAILED, Tally

_OK = re.compile(r"OK \((\d+) tests?, \d+ assertions?\)$")
_COUNTS = re.compile(r"Tests: (\d+), Assertions: \d+(.*)\.$")
_FIGURE = re.compile(r", ([A-Z][\w ]*): (\d+)")
_HEAD = re.compile(r"(FAILURES|ERRORS|WARNINGS)!$")
_SECTION = re.compile(r"There (?:was|were) \d+ (?:PHPUnit )?(\w+)")
_NAME = re.compile(r"\d+\) (\S.*)$")
_TESTDOX = re.compile(r" ✘ (\S.*)$")
_TESTDOX_RAISED = re.compile(r"\s+├ (\S.*)$")
_FATAL = re.compile(r"(?:PHP )?(?:Fatal|Parse) error: +(\S.*)$")
_BANNER = re.compile(r"PHPUnit \d[\w.-]* by Sebastian Bergmann")
_NONE = re.compile(r"No tests executed!|Cannot open file \"|Test file \".*\" not found|Could not read \"")
_BAD = ("error", "errors", "failure", "failures")


def parse(lines: list[str]) -> Tally | None:
    """The tally; incomplete tests count as skipped."""
    tally = Tally("phpunit")
    seen = closed = False
    worst = ""
    for line in lines:
        if match := _OK.match(line):
            seen = closed = True
            tally.count(passed=int(match[1][:9]))
        elif match := _COUNTS.match(line):
            seen = closed = True
            figures = {word: int(figure[:9]) for word, figure in _FIGURE.findall(match[2])}
            failed, errors = figures.get("Failures", 0), figures.get("Errors", 0) + figures.get("PHPUnit Errors", 0)
            skipped = figures.get("Skipped", 0) + figures.get("Incomplete", 0)
            passed = max(0, int(match[1][:9]) - failed - errors - skipped)
            tally.count(passed=passed, failed=failed, errors=errors, skipped=skipped)
        elif match := _HEAD.match(line):
            seen, worst = True, match[1]
        elif _BANNER.match(line):
            seen = True
        elif seen and (match := _FATAL.match(line)):
            worst = "ERRORS"
            tally.messages.append(match[1])
        elif seen and _NONE.match(line):
            worst = "ERRORS"
            tally.messages.append(line.strip())
    if not seen and not _fatal(lines, tally):
        return None
    _failures(lines, tally)
    if (closed and not worst and not tally.failed and not tally.errors) or worst == "WARNINGS":
        tally.failing.clear()  # numbered lists of risky tests, or what a test printed
    if worst or not seen:
        tally.verdict = FAILED if worst == "FAILURES" else ERROR
    return tally.conclude(closed)


def _fatal(lines: list[str], tally: Tally) -> bool:
    """Whether PHP ended in PHPUnit's own code before it printed anything."""
    found = next((match[1] for line in lines if (match := _FATAL.match(line))), "")
    if not found or not any("PHPUnit\\TextUI\\" in line for line in lines):
        return False
    tally.messages.append(found)
    return True


def _failures(lines: list[str], tally: Tally) -> None:
    bad = False
    suite = ""
    described: list[tuple[str, str]] = []
    for at, line in enumerate(lines):
        if match := _SECTION.match(line):
            bad = match[1] in _BAD
        elif bad and (match := _NAME.match(line)):
            tally.fails(match[1])
            tally.messages += [text.strip() for text in lines[at + 1 : at + 2] if text.strip()]
        elif match := _TESTDOX.match(line):
            described.append((f"{suite} > {match[1]}" if suite else match[1], ""))
        elif described and not described[-1][1] and (match := _TESTDOX_RAISED.match(line)):
            described[-1] = (described[-1][0], match[1])
        elif line[:1].isalnum():
            suite = line.strip()
    if not tally.failing:
        for name, raised in described:
            tally.fails(name)
            tally.messages += [raised] if raised else []
