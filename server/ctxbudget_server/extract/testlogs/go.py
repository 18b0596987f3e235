"""`go test`: package and test lines, including `-json` events and lines with a task runner's `[name] ` prefix."""

from __future__ import annotations

import json
import re

from ctxbudget_server.extract.testlogs.tally import ERROR, Tally

_PREFIX = re.compile(r"\[[\w:.-]+\] ")
_TEST = re.compile(r"\s*--- (PASS|FAIL|SKIP): (\S+)")
_PACKAGE = re.compile(r"(ok|FAIL|\?|---)\s+([\w.~-]+(?:/[\w.~@+-]+)*)(?:\s+(.*))?$")
_GOTESTSUM = re.compile(
    r"(?:DONE )?(\d+) tests?(?:, (\d+) skipped)?(?:, (\d+) failures?)?(?:, (\d+) errors?)? in [\d.]+s$"
)
_MESSAGE = re.compile(r"\s+\w[\w./-]*\.go:\d+: ?.*$")
_COMPILER = re.compile(r"\S+\.go:\d+:\d+: ")
_CURRENT = re.compile(r"=== (?:RUN|CONT|NAME)\s+(\S+)")
_SCRIPT = re.compile(r"\.[cm]?[jt]sx?$")  # Jest prints `FAIL path/a.test.js`
MESSAGES = 20


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
        if not state.verbose:
            tally.passed = tally.skipped = None  # only failures are printed
    elif state.builds:
        tally.errors = state.builds
    if state.bad and not tally.failing and not state.builds:
        tally.verdict = "failed"
    if state.panicked and state.bad and not state.failed:
        tally.verdict = ERROR
    tally.failing = _deepest(tally.failing)
    return tally.conclude(state.good and not state.running)


class _State:
    """What the lines have shown so far."""

    def __init__(self) -> None:
        self.seen = self.good = self.bad = self.panicked = False
        self.passed = self.failed = self.skipped = self.builds = self.tests = 0
        self.verbose = False  # whether tests that pass are printed
        self.running: set[str] = set()  # tests, or packages of events, that have not ended
        self.current = ""  # the test whose output follows
        self.told: dict[str, list[str]] = {}  # the output of running tests, until their outcome is known
        self.failing = False  # whether the test of the last outcome line failed

    def line(self, line: str, tally: Tally) -> None:
        test = _TEST.match(line)
        if test:
            self.test(test[1], test[2], tally)
            return
        stripped = line.strip()
        package = _PACKAGE.match(stripped)
        if line.rstrip() == "PASS":
            self.seen = self.good = True
        elif stripped == "FAIL":
            self.seen = self.bad = True
        elif package and (package[1] != "---"):
            self.package(package, tally)
        elif stripped.startswith(("panic: ", "fatal error: ")):
            self.panicked = True
            self.say(stripped.removesuffix(" [recovered]"), tally)
        elif current := _CURRENT.match(line):
            self.current = current[1]
            self.running.add(current[1])
            self.verbose = True
        elif _MESSAGE.match(line):
            if self.current:
                self.told.setdefault(self.current, []).append(stripped)
            elif self.failing:
                self.say(stripped, tally)
        elif _COMPILER.match(line):
            self.say(stripped, tally)

    def say(self, message: str, tally: Tally) -> None:
        if len(tally.messages) < MESSAGES:
            tally.messages.append(message)

    def package(self, match: re.Match[str], tally: Tally) -> None:
        rest = match[3] or ""
        if match[1] == "ok" and (re.match(r"[\d.]+s|\(cached\)|\[|coverage", rest)):
            self.seen = self.good = True
            self.running.clear()  # output without a line end may hide a test's outcome
        elif match[1] == "?" and "no test files" in rest:
            self.seen = True
        elif match[1] == "FAIL" and _failed_package(match[2], rest):
            self.seen = self.bad = True
            if "[" in rest:
                self.builds += 1
                tally.messages.append(match[0])

    def test(self, outcome: str, name: str, tally: Tally) -> None:
        self.seen = True
        self.tests += 1
        told = self.told.pop(name, [])
        self.running.discard(name)
        self.current = ""
        self.failing = outcome == "FAIL"
        self.verbose = self.verbose or not self.failing
        if outcome == "FAIL":
            self.bad = True
            for message in told:
                self.say(message, tally)
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
        package = str(event.get("Package"))
        self.running.add(package)
        if action in ("pass", "fail", "skip") and test is None:
            self.running.discard(package)
        outcome = {"pass": "PASS", "fail": "FAIL", "skip": "SKIP"}.get(str(action))
        output = event.get("Output")
        if isinstance(output, str):
            self.output(output.rstrip("\n"), test if isinstance(test, str) else "", tally)
            return
        if action == "build-fail":
            self.builds += 1
        self.seen = True
        if outcome and isinstance(test, str):
            self.test(outcome, test, tally)
        elif outcome == "PASS":
            self.good = True
        elif outcome == "FAIL":
            self.bad = True

    def output(self, line: str, test: str, tally: Tally) -> None:
        """Take what a test has printed, from an event; outcomes are separate events."""
        if line.startswith(("panic: ", "fatal error: ")):
            self.panicked = True
            self.say(line.removesuffix(" [recovered]"), tally)
        elif _MESSAGE.match(line):
            self.told.setdefault(test, []).append(line.strip())
        elif _COMPILER.match(line):
            self.say(line.strip(), tally)
        elif (package := _PACKAGE.match(line)) and package[1] == "FAIL" and " failed]" in line:
            self.package(package, tally)


def _failed_package(name: str, rest: str) -> bool:
    """Whether `FAIL name rest` is a line of `go test`."""
    if _SCRIPT.search(name):
        return False
    return bool(re.match(r"[\d.]+s|\[(?:build|setup) failed\]|\(", rest)) or ("/" in name and not rest) or not rest


def _deepest(names: list[str]) -> list[str]:
    """Failing tests without those that only contain a failing subtest."""
    parents = {name[:i] for name in names for i, c in enumerate(name) if c == "/"}
    return [n for n in names if n not in parents]
