"""SymPy's own runner (`bin/test`): a closing line that may wrap, and `DO *NOT* COMMIT!` after failures."""

from __future__ import annotations

import re

from ctxbudget_server.extract.testlogs.tally import FAILED, Tally, counts

_CLOSE = re.compile(r"=* ?tests finished: (.*)$")
_HEAD = re.compile(r"(?:_+ )?(\S+\.py:test_\w+)(?: _+)?$")
_RAISED = re.compile(r"(?:\w+\.)*\w*(?:Error|Exception|Failed|Warning)\b(?::.*)?$")
MESSAGES = 20
_START = re.compile(r"=+ test process starts =+$")
_VERBOSE = re.compile(r"(test_\w+) ([FEf])(?:\s|$)")
_FILE = re.compile(r"(\S+\.py)\[[\d/?]+\]")


def parse(lines: list[str]) -> Tally | None:
    """The tally, or None if the log is not SymPy's."""
    tally = Tally("sympy")
    seen = finished = due = False
    for i, line in enumerate(lines):
        close = _CLOSE.match(line)
        if close:
            text = close[1] if " in " in close[1] else " ".join([close[1], *lines[i + 1 : i + 3]])
            figures = counts(text.split(" in ")[0])
            expected = figures.get("expected", 0)
            tally.count(
                passed=figures.get("passed", 0) + expected,
                failed=figures.get("failed", 0),
                skipped=figures.get("skipped", 0),
                errors=figures.get("exceptions", 0) + figures.get("exception", 0),
            )
            seen = True
            finished = " in " in text
        elif _START.match(line.strip()):
            seen, finished = True, False
        elif line.strip() == "DO *NOT* COMMIT!":
            seen = True
            tally.verdict = FAILED
        elif match := _HEAD.match(line.strip()):
            tally.fails(match[1])
            due = True
        elif due and _RAISED.match(line):
            due = False
            if len(tally.messages) < MESSAGES:
                tally.messages.append(line.strip())
    if not seen:
        return None
    named = {name.rsplit(":", 1)[-1] for name in tally.failing}
    for line in lines:
        verbose = _VERBOSE.match(line)
        if verbose and verbose[2] in "FE" and verbose[1] not in named:
            tally.fails(verbose[1])
    return tally.conclude(finished)
