"""`go test`: package and test lines, also as `-json` events, also behind a task runner's `[name] ` prefix."""

from __future__ import annotations

import json
import re

from .tally import ERROR, Tally

_PREFIX = re.compile(r"\[[\w:.-]+\] ")
_TEST = re.compile(r"\s*--- (PASS|FAIL|SKIP): (\S+)")
_PACKAGE = re.compile(r"(ok|FAIL|\?|---)\s+([\w.~-]+(?:/[\w.~@+-]+)*)(?:\s+(.*))?$")
_PANIC = re.compile(r"panic: .*|fatal error: .*|# \S+$|\S+\.go:\d+:\d+: .*")
_GOTESTSUM = re.compile(
    r"(?:DONE )?(\d+) tests?(?:, (\d+) skipped)?(?:, (\d+) failures?)?(?:, (\d+) errors?)? in [\d.]+s$"
)
_MESSAGE = re.compile(r"\s+\w[\w./-]*_test\.go:\d+: (\S.*)$")


def parse(lines: list[str]) -> Tally | None:
    """The tally, or None when the log has no line of `go test`."""
    tally = Tally("go test")
    state = _State()
    for raw in lines:
        line = _PREFIX.sub("", raw, count=1)
        if line.startswith('{"') and '"Action"' in line:
            state.event(line, tally)
        else:
            state.line(line, tally)
    if not state.seen:
        return None
    if state.tests or tally.failing:
        tally.count(passed=state.passed, failed=state.failed, skipped=state.skipped, errors=state.builds)
    elif state.builds:
        tally.errors = state.builds
    if state.bad and not tally.failing and not state.builds:
        tally.verdict = "failed"
    if state.panicked and state.bad and not state.failed:
        tally.verdict = ERROR
    tally.failing = _deepest(tally.failing)
    return tally.conclude(state.good)


class _State:
    """What the lines have shown so far."""

    def __init__(self) -> None:
        self.seen = self.good = self.bad = self.panicked = False
        self.passed = self.failed = self.skipped = self.builds = self.tests = 0

    def line(self, line: str, tally: Tally) -> None:
        test = _TEST.match(line)
        if test:
            self.test(test[1], test[2], tally)
            return
        stripped = line.strip()
        package = _PACKAGE.match(stripped)
        if stripped == "PASS":
            self.seen = self.good = True
        elif stripped == "FAIL":
            self.seen = self.bad = True
        elif package and (package[1] != "---"):
            self.package(package, tally)
        elif stripped.startswith(("panic: ", "fatal error: ")):
            self.panicked = True
            tally.messages.append(stripped)
        elif len(tally.messages) < 20:
            message = _MESSAGE.match(line)
            if message or re.match(r"\S+\.go:\d+:\d+: ", line):
                tally.messages.append(stripped)

    def package(self, match: re.Match[str], tally: Tally) -> None:
        rest = match[3] or ""
        if match[1] == "ok" and (re.match(r"[\d.]+s|\(cached\)|\[|coverage", rest)):
            self.seen = self.good = True
        elif match[1] == "?" and "no test files" in rest:
            self.seen = True
        elif match[1] == "FAIL" and (re.match(r"[\d.]+s|\[|\(", rest) or "/" in match[2] or not rest):
            self.seen = self.bad = True
            if "[" in rest:
                self.builds += 1
                tally.messages.append(match[0])

    def test(self, outcome: str, name: str, tally: Tally) -> None:
        self.seen = True
        self.tests += 1
        if outcome == "FAIL":
            self.bad = True
            self.failed += 1
            tally.fails(name)
        elif outcome == "PASS":
            self.passed += 1
        else:
            self.skipped += 1

    def event(self, line: str, tally: Tally) -> None:
        try:
            event = json.loads(line)
        except (ValueError, RecursionError):
            return
        action, test = event.get("Action"), event.get("Test")
        outcome = {"pass": "PASS", "fail": "FAIL", "skip": "SKIP"}.get(str(action))
        self.seen = True
        if outcome and isinstance(test, str):
            self.test(outcome, test, tally)
        elif outcome == "PASS":
            self.good = True
        elif outcome == "FAIL":
            self.bad = True


def _deepest(names: list[str]) -> list[str]:
    """Failing tests without those that only contain a failing subtest."""
    parents = {name[:i] for name in names for i, c in enumerate(name) if c == "/"}
    return [n for n in names if n not in parents]
