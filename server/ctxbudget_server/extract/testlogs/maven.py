"""Maven Surefire and Failsafe: the results of each module, and how the build ended."""

from __future__ import annotations

import re

from ctxbudget_server.extract.testlogs.tally import ERROR, Tally

_LEVEL = re.compile(r"\[(?:INFO|ERROR|WARNING)\] ?")
_RUN = r"Tests run: (\d+), Failures: (\d+), Errors: (\d+), Skipped: (\d+)"
_MODULE = re.compile(rf"{_RUN}(?:, Flakes: \d+)?\s*$")
_CLASS = re.compile(rf"{_RUN}(?:, Flakes: \d+)?, Time elapsed")
_NAME = re.compile(r"(?!Tests run:)(\S.*?)\s+(?:-- )?Time elapsed: [\d.,]+ s(?:ec)?\s+<<< (FAILURE|ERROR)!")
_END = re.compile(r"BUILD (SUCCESS|FAILURE)$")
_NOT_COMPILED = re.compile(r"COMPILATION ERROR")


def parse(lines: list[str]) -> Tally | None:
    """The tally of all modules. Only the end of the build proves that no module is missing."""
    tally = Tally("maven")
    plain = [_LEVEL.sub("", line, count=1) for line in lines]
    ended = ""
    seen = False
    for at, line in enumerate(plain):
        if match := _MODULE.match(line):
            seen = True
            run, failed, errors, skipped = (int(figure[:9]) for figure in match.groups())
            tally.count(passed=max(0, run - failed - errors - skipped), failed=failed, errors=errors, skipped=skipped)
        elif _CLASS.match(line):
            seen = True
        elif match := _NAME.match(line):
            seen = True
            tally.fails(match[1])
            if raised := next((text.strip() for text in plain[at + 1 : at + 3] if text.strip()), ""):
                tally.messages.append(raised)
        elif _NOT_COMPILED.match(line):
            seen, tally.verdict = True, ERROR
            tally.messages += [text.strip() for text in plain[at + 1 : at + 4] if ".java:" in text or ".kt:" in text]
        elif match := _END.match(line.strip()):
            ended = match[1]
    if not seen:
        return None
    if ended == "FAILURE" and not (tally.failed or tally.errors or tally.failing):
        tally.verdict = ERROR
    return tally.conclude(ended == "SUCCESS" and tally.passed is not None)
