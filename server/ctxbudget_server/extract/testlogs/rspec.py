"""RSpec: the closing line, and the list of failed examples."""

from __future__ import annotations

import re

from ctxbudget_server.extract.testlogs.tally import Tally, told

_CLOSE = re.compile(
    r"(\d+) examples?, (\d+) failures?(?:, (\d+) pending)?(?:, (\d+) errors? occurred outside of examples)?$"
)
_NAME = re.compile(r"rspec \S+ # (\S.*)$")
_NOT_LOADED = re.compile(r"An error occurred while loading (\S+?)\.$")
_RAISED = re.compile(r"\s*Failure/Error: ")


def parse(lines: list[str]) -> Tally | None:
    """The tally; a file that cannot be loaded counts as an error and is named."""
    tally = Tally("rspec")
    finished = False
    for at, line in enumerate(lines):
        if match := _CLOSE.match(line):
            finished = True
            examples, failed, pending, errors = (int((figure or "0")[:9]) for figure in match.groups())
            tally.count(passed=max(0, examples - failed - pending), failed=failed, skipped=pending, errors=errors)
        elif match := _NAME.match(line) or _NOT_LOADED.match(line):
            tally.fails(match[1])
        elif _RAISED.match(line):
            tally.messages += _raised(lines, at)
    if not finished:
        return None
    if not tally.failed and not tally.errors:
        tally.failing.clear()
    return tally.conclude(finished)


def _raised(lines: list[str], at: int) -> list[str]:
    """What failed: the first line after the blank one that follows the code, with what came where that was expected."""
    blank = next((n for n in range(at + 1, min(at + 12, len(lines))) if not lines[n].strip()), len(lines))
    first = next((n for n in range(blank, min(blank + 3, len(lines))) if lines[n].strip()), None)
    if first is None:
        return []
    second = lines[first + 1].strip() if first + 1 < len(lines) else ""
    return [f"{told(lines, first)} {second}" if second.startswith("got: ") else told(lines, first)]
