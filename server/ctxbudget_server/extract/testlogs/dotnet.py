"""`dotnet test`: VSTest's lines for each assembly and its totals, and the terminal logger's summary."""

from __future__ import annotations

import re

from ctxbudget_server.extract.testlogs.tally import ERROR, FAILED, Tally

_ASSEMBLY = re.compile(
    r"\s*(Passed|Failed|Skipped)!\s+- Failed:\s*(\d+), Passed:\s*(\d+), Skipped:\s*(\d+), Total:\s*(\d+)"
)
_TOTAL = re.compile(r"Total tests: (\d+)(?:\s*$|\. Passed: (\d+)\. Failed: (\d+)\. Skipped: (\d+)\.)")
_PART = re.compile(r"\s+(Passed|Failed|Skipped): (\d+)$")
_SUMMARY = re.compile(
    r"\s*Test summary: total: (\d+), failed: (\d+), succeeded: (\d+), skipped: (\d+)(?:, duration: .*)?$"
)
_VERDICT = re.compile(r"Test Run (Failed|Aborted|Successful)\.")
_NAME = re.compile(
    r"\s+Failed (\S.*?)(?: \[(?:< )?[\d.,]+ \w+(?: [\d.,]+ \w+)*\])?$|\s*failed (\S+(?:\(.*\))?) \([\d.,]+\w+.*\)$"
)
_XUNIT = re.compile(r"\[xUnit\.net [\d:.]+\]\s+(\S.*) \[FAIL\]$")
_TERMINAL = re.compile(r"(?:.*: error TESTERROR:)?\s*(\S+?(?:\(.*\))?) \([\d.]+m?s\): Error Message: (.*)$")
_MESSAGE = re.compile(r"\s+Error Message:$")
_ABORTED = re.compile(r"The active test run was aborted\. Reason: (.*)$|Test host process crashed")


def parse(lines: list[str]) -> Tally | None:
    """The tally. Each form states all figures; if several forms report one run, the first of them counts."""
    tally = Tally("dotnet")
    assemblies = [match for line in lines if (match := _ASSEMBLY.match(line))]
    summaries = [match for line in lines if (match := _SUMMARY.match(line))]
    totals = [at for at, line in enumerate(lines) if _TOTAL.match(line)]
    verdicts = [match[1] for line in lines if (match := _VERDICT.match(line))]
    aborted = [line.strip() for line in lines if _ABORTED.match(line.strip())]
    if not (assemblies or summaries or totals or verdicts):
        return None
    if summaries:
        for match in summaries:
            _, failed, passed, skipped = (int(figure[:9]) for figure in match.groups())
            tally.count(passed=passed, failed=failed, skipped=skipped)
    elif assemblies:
        for match in assemblies:
            failed, passed, skipped = (int(figure[:9]) for figure in match.groups()[1:4])
            tally.count(passed=passed, failed=failed, skipped=skipped)
            if match[1] == "Failed":
                tally.verdict = FAILED
    else:
        for at in totals:
            _add_total(lines, at, tally)
    _failures(lines, tally)
    if "Failed" in verdicts:
        tally.verdict = FAILED
    elif aborted or "Aborted" in verdicts:
        tally.verdict = ERROR
        tally.messages += aborted
    certain = bool(summaries or assemblies) or len(totals) == verdicts.count("Successful") > 0
    return tally.conclude(certain)


def _add_total(lines: list[str], at: int, tally: Tally) -> None:
    match = _TOTAL.match(lines[at])
    if match and match[2]:
        tally.count(passed=int(match[2][:9]), failed=int(match[3][:9]), skipped=int(match[4][:9]))
        return
    for line in lines[at + 1 : at + 4]:
        if part := _PART.match(line):
            tally.count(**{part[1].lower(): int(part[2][:9])})


def _failures(lines: list[str], tally: Tally) -> None:
    shown = [match[1] or match[2] for line in lines if (match := _NAME.match(line))]
    for name in shown or [match[1] for line in lines if (match := _XUNIT.match(line))]:
        tally.fails(name)
    for at, line in enumerate(lines):
        if terminal := _TERMINAL.match(line):
            tally.fails(terminal[1])
            tally.messages.append(terminal[2])
        elif _MESSAGE.match(line):
            tally.messages += [text.strip() for text in lines[at + 1 : at + 2] if text.strip()]
    if tally.passed is not None and not tally.failed and tally.verdict is None:
        tally.failing.clear()  # what a passing test printed
