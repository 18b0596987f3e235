"""Gradle's tests: what it prints of tests that fail, its count where some do, and how the build ended."""

from __future__ import annotations

import re

from ctxbudget_server.extract.testlogs.tally import ERROR, Tally

_NAME = re.compile(r"(?!> Task )(\S.* > \S.*?) (?:FAILED|ERROR)$")
_COUNT = re.compile(r"(\d+) tests? completed(?:, (\d+) failed)?(?:, (\d+) skipped)?$")
_TASK = re.compile(r"(?:> Task )?(?::[\w.-]+)*:(\w+)(?: (FAILED|UP-TO-DATE|NO-SOURCE|FROM-CACHE|SKIPPED))?$")
_TEST_TASK = re.compile(r"test|(?!compile|process|clean|generate|package|assemble|copy)\w*Test|test[A-Z]\w*UnitTest")
_COMPILE_TASK = re.compile(r"compile\w*Test\w*")
_END = re.compile(r"BUILD (SUCCESSFUL|FAILED) in ")
_WRONG = re.compile(r"\* What went wrong:$")
_BLAMED = re.compile(r"Execution failed for task '(?::[\w.-]+)*:(\w+)'")
_IDLE = ("UP-TO-DATE", "NO-SOURCE", "FROM-CACHE", "SKIPPED")


def parse(lines: list[str]) -> Tally | None:
    """The tally. Without failures Gradle prints no count: then the build's end proves that its tests passed.

    A test task that had nothing to do proves nothing.
    """
    tally = Tally("gradle")
    ended = ""
    ran = wanted = False
    for at, line in enumerate(lines):
        if match := _COUNT.match(line.strip()):
            ran = True
            failed, skipped = int((match[2] or "0")[:9]), int((match[3] or "0")[:9])
            tally.count(passed=max(0, int(match[1][:9]) - failed - skipped), failed=failed, skipped=skipped)
        elif match := _NAME.match(line):
            ran = True
            tally.fails(match[1])
            if raised := next((text.strip() for text in lines[at + 1 : at + 2] if text.startswith(" ")), ""):
                tally.messages.append(raised)
        elif match := _TASK.match(line):
            ran = ran or bool(_TEST_TASK.fullmatch(match[1]) and match[2] not in _IDLE)
            wanted = wanted or bool(_TEST_TASK.fullmatch(match[1]) or _COMPILE_TASK.fullmatch(match[1]))
        elif match := _BLAMED.match(line):
            wanted = wanted or bool(_TEST_TASK.fullmatch(match[1]) or _COMPILE_TASK.fullmatch(match[1]))
        elif _WRONG.match(line) and not tally.failing:
            tally.messages += [text.strip() for text in lines[at + 1 : at + 3] if text.strip()]
        elif match := _END.match(line):
            ended = match[1] if ended != "FAILED" else ended
    if not (ran or (wanted and ended == "FAILED")):
        return None
    if ended == "FAILED" and not (tally.failed or tally.failing):
        tally.verdict = ERROR
    return tally.conclude(ran and ended == "SUCCESSFUL")
