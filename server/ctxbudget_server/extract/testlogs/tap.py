"""TAP with its subtests and YAML blocks, Bats's pretty output, and the spec reporter of `node --test`."""

from __future__ import annotations

import re

from ctxbudget_server.extract.testlogs.tally import FAILED, Tally, told

_POINT = re.compile(r"( *)(not ok|ok)\b(?: +(\d+))?(?: +-)? *(.*)$")
_PLAN = re.compile(r"1\.\.(\d+)(?:\s|$)")
_WAIVED = re.compile(r"#\s*(?:skip|todo)\b", re.I)
_REMARK = re.compile(r"\s+#\s.*$|\s*\{$")
_SUBTEST = re.compile(r" *# Subtest: (.*)$")
_REASON = re.compile(r" *(?:error|message): *(?:'(.*)'|\"(.*)\"|([^\s|>].*))$")
_BLOCK = re.compile(r" *(?:error|message): *[|>][+-]?$")
_PARENT_FAILED = re.compile(r"\d+ subtests? failed$")
_DIAGNOSIS = re.compile(r"#? +(`.*' failed(?: with status \d+)?)$")
MESSAGES = 20

_FIGURE = re.compile(r"# (pass|fail|cancelled|skipped|todo) +(\d+)$")

_BATS_NAME = re.compile(r"(?:.*\d+/\d+)?\s*✗ (\S.*)$")  # the cursor moves back over the progress display
_OUTERMOST = ("ok ", "not ok ", "Bail out!")
"""Beginnings of lines of points that are in no other."""
_BATS_CLOSE = re.compile(r"(\d+) tests?, (\d+) failures?(?:, (\d+) skipped)?")


class _Points:
    """The test points so far. A point that contains others is a suite; its own outcome repeats theirs."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally
        self.planned = self.top = self.seen = 0
        self.closed = False
        self.figures: dict[str, int] = {}  # the producer's own totals
        self.opened: list[tuple[int, str]] = []  # suites announced before their points: indent, name
        self.deepest = -1  # indent of the last point, while it may turn out to be inside the next one
        self.reason_due = False

    def announce(self, indent: int, name: str) -> None:
        self.opened = [(depth, held) for depth, held in self.opened if depth < indent]
        self.opened.append((indent, name))

    def point(self, match: re.Match[str]) -> None:
        indent, name = len(match[1]), _REMARK.sub("", match[4]).strip()
        opens = match[4].endswith("{")
        holds = opens or self.deepest > indent
        self.deepest = indent
        self.seen += 1
        self.top += not indent
        self.reason_due = False
        if opens:
            self.announce(indent, name)
        path = " > ".join([held for depth, held in self.opened if depth < indent] + [name])
        if holds:
            return
        if _WAIVED.search(match[4]):
            self.tally.count(skipped=1)
        elif match[2] == "ok":
            self.tally.count(passed=1)
        else:
            self.tally.count(failed=1)
            self.tally.fails(path)
            self.reason_due = True


def parse(lines: list[str]) -> Tally | None:
    """The tally of TAP or of Bats's pretty output. It counts as passed only if the plan is there and all points are."""
    return _tally(lines) if any(map(_shows_a_run, lines)) else None


def _shows_a_run(line: str) -> bool:
    """Whether a line may be of an outermost point, or closes Bats's output; prose has neither."""
    return line.startswith(_OUTERMOST) or (" failure" in line and bool(_BATS_CLOSE.match(line)))


def _tally(lines: list[str]) -> Tally | None:
    tally = Tally("tap")
    points = _Points(tally)
    suites_failed = False
    for n, line in enumerate(lines):
        if plan := _PLAN.match(line):
            points.planned += int(plan[1][:9])
        elif (match := _POINT.match(line)) and match[3]:
            points.point(match)
            suites_failed = suites_failed or (match[2] == "not ok" and not _WAIVED.search(match[4]))
        elif subtest := _SUBTEST.match(line):
            points.announce(len(line) - len(line.lstrip(" ")), subtest[1].strip())
        elif match := _BATS_NAME.match(line):
            tally.fails(match[1])
        elif match := _BATS_CLOSE.match(line):
            points.closed = True
            failed, skipped = int(match[2][:9]), int((match[3] or "0")[:9])
            tally.framework = "bats"
            tally.count(passed=max(0, int(match[1][:9]) - failed - skipped), failed=failed, skipped=skipped)
        elif figure := _FIGURE.match(line):
            points.figures[figure[1]] = int(figure[2][:9])
        elif line.startswith("Bail out!"):
            tally.verdict = FAILED
            points.top += 1
            points.seen += 1
            tally.messages.append(line.strip())
        elif len(tally.messages) < MESSAGES:
            _reason(points, lines, n)
    if not points.closed and not (points.top and (points.planned or points.top >= 2)):
        return None
    if suites_failed:
        tally.verdict = FAILED
    if {"pass", "fail"} <= points.figures.keys():
        _state(tally, points.figures)
    return tally.conclude(points.closed or (points.planned > 0 and points.top >= points.planned))


def _state(tally: Tally, figures: dict[str, int]) -> None:
    """Replace the counted points with the producer's own figures."""
    tally.passed, tally.failed = figures["pass"], figures["fail"] + figures.get("cancelled", 0)
    tally.skipped = max(tally.skipped or 0, figures.get("skipped", 0) + figures.get("todo", 0))


def _reason(points: _Points, lines: list[str], n: int) -> None:
    """Take a line under a failed point if it says why: a YAML block's error, Bats's diagnosis, or plain text."""
    line = lines[n]
    if match := _DIAGNOSIS.match(line):
        points.tally.messages.append(match[1])
        points.reason_due = False
        return
    if not points.reason_due or not line.strip() or line.strip() == "---":
        return
    reason = ""
    if match := _REASON.match(line):
        reason = match[1] or match[2] or match[3]
    elif _BLOCK.match(line):
        reason = told(lines, n + 1) if n + 1 < len(lines) else ""
    elif line.startswith(" ") and lines[n - 1].lstrip().startswith("not ok"):
        reason = told(lines, n)
    if reason and not _PARENT_FAILED.match(reason):
        points.tally.messages.append(reason)
        points.reason_due = False


_NODE_COUNT = re.compile(r"ℹ (tests|pass|fail|cancelled|skipped|todo) (\d+)$")
_NODE_TREE = re.compile(r"( *)([▶✔✖﹣]) (.+?)(?: \([\d.]+ ?ms\))?( # .*)?$")
_NODE_ERROR = re.compile(r"\s+\w*(?:Error|Exception)\b[^:]{0,40}: \S")


def parse_node(lines: list[str]) -> Tally | None:
    """The tally of the spec reporter of `node --test`; the counts are in its last lines."""
    tally = Tally("node test")
    figures: dict[str, int] = {}
    suites: list[tuple[int, str]] = []
    due = False
    for n, line in enumerate(lines):
        if match := _NODE_COUNT.match(line):
            figures[match[1]] = figures.get(match[1], 0) + int(match[2][:9])
        elif line == "✖ failing tests:":
            break
        elif match := _NODE_TREE.match(line):
            depth, name = len(match[1]), match[3]
            due = False
            if match[2] == "▶":
                suites = [(d, held) for d, held in suites if d < depth]
                suites.append((depth, name))
            elif (depth, name) in suites:
                suites = [(d, held) for d, held in suites if d < depth]  # the suite's own outcome closes it
            elif match[2] == "✖" and not match[4]:
                tally.fails(" > ".join([*(held for d, held in suites if d < depth), name]))
                due = True
        elif due and _NODE_ERROR.match(line):
            tally.messages.append(told(lines, n))
            due = False
    if "pass" not in figures and "fail" not in figures:
        return None
    _state(tally, {"pass": 0, "fail": 0, **figures})
    return tally.conclude("todo" in figures)  # the last of the counts
