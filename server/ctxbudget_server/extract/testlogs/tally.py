"""The totals of one framework's report in a log."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

PASSED, FAILED, ERROR = "passed", "failed", "error"
MAX_FAILING = 500
_COUNT = re.compile(r"(\d+) ([a-z]+)")


@dataclass(slots=True)
class Tally:
    """Counts and names of one framework. `verdict` is None as long as the report does not prove one."""

    framework: str
    verdict: str | None = None
    passed: int | None = None
    failed: int | None = None
    skipped: int | None = None
    errors: int | None = None
    failing: list[str] = field(default_factory=list)
    further: set[str] = field(default_factory=set)
    """Failing tests beyond `MAX_FAILING`."""
    messages: list[str] = field(default_factory=list)

    def count(self, *, passed: int = 0, failed: int = 0, skipped: int = 0, errors: int = 0) -> None:
        """Adds a run's figures."""
        self.passed = (self.passed or 0) + passed
        self.failed = (self.failed or 0) + failed
        self.skipped = (self.skipped or 0) + skipped
        self.errors = (self.errors or 0) + errors

    def fails(self, name: str) -> None:
        """Adds a failing test, once."""
        name = name.strip()
        if not name or name in self.failing or name in self.further:
            return
        if len(self.failing) < MAX_FAILING:
            self.failing.append(name)
        else:
            self.further.add(name)

    def conclude(self, finished: bool) -> Tally:
        """Sets the verdict from counts and names; only a finished run without failures has passed."""
        if self.failed or self.failing or self.verdict == FAILED:
            self.verdict = FAILED if self.failed or self.failing or not self.errors else ERROR
        elif self.errors or self.verdict == ERROR:
            self.verdict = ERROR
        elif finished and self.passed != 0:
            self.verdict = PASSED
        else:
            self.verdict = None
        return self


def told(lines: list[str], at: int) -> str:
    """The line at `at`; if it ends with a colon, joined with the next non-empty one."""
    line = lines[at].strip()
    if line.endswith(":"):
        line = f"{line} {next((x.strip() for x in lines[at + 1 : at + 4] if x.strip()), '')}"
    return line.strip()


def counts(text: str) -> dict[str, int]:
    """The figures of a line such as `3 failed, 12 passed`, by word."""
    found: dict[str, int] = {}
    for figure, word in _COUNT.findall(text):
        found[word] = found.get(word, 0) + int(figure[:9])
    return found
