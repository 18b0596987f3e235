"""Reports that many tools write: JUnit XML, TAP (and Bats), CTest, and tox's verdict about its environments."""

from __future__ import annotations

import html
import re

from .tally import FAILED, PASSED, Tally

_SUITE = re.compile(r"<(testsuites?)\b([^<>]{0,2000})>")
_ATTRIBUTE = re.compile(r"\b(\w+)=(?:\"([^\"]*)\"|'([^']*)')")
_CASE = re.compile(r"<testcase\b([^<>]{0,2000}?)(/?)>")
_BAD = re.compile(r"<(failure|error)\b([^<>]{0,4000})")

_TAP = re.compile(r"\s*(not ok|ok)\b(?:\s+(\d+))?(?:\s+-)?\s*(.*)$")
_TAP_PLAN = re.compile(r"1\.\.(\d+)(?:\s|$)")
_BATS_NAME = re.compile(r"\s*✗ (\S.*)$")
_BATS_CLOSE = re.compile(r"(\d+) tests?, (\d+) failures?(?:, (\d+) skipped)?")

_CTEST = re.compile(r"\d+% tests passed, (\d+) tests? failed out of (\d+)")
_CTEST_NAME = re.compile(
    r"\s+\d+ - (\S+) \((?:Failed|Timeout|SEGFAULT|Not Run|Exception|Subprocess aborted|ILLEGAL|OTHER_FAULT)[^)]*\)"
)
_CTEST_RUN = re.compile(r"\s*\d+/\d+ Test +#\d+: ")

_TOX = re.compile(
    r" {0,2}[\w.,-]+: (OK|FAIL)(?: code -?\d+)? ?[(✔✖]|ERROR:\s+[\w.,-]+: (?:commands|could not|InvocationError)"
)
_TOX_BAD = re.compile(
    r"\s*evaluation failed :\(|ERROR:\s+[\w.-]+: (?:commands failed|could not)|ERROR: InvocationError"
)
_TOX_GOOD = re.compile(r"\s*congratulations :\)")


def parse_junit(lines: list[str]) -> Tally | None:
    """The tally of a JUnit XML report, also of one cut off."""
    text = "\n".join(lines)
    tally = Tally("junit")
    suites = [(m[1], m[2]) for m in _SUITE.finditer(text)]
    if not suites:
        return None
    roots = [attributes for name, attributes in suites if name == "testsuites" and "tests=" in attributes]
    for attributes in roots or [attributes for name, attributes in suites if name == "testsuite"]:
        figures = {k: int(v[:9]) for k, v, w in _ATTRIBUTE.findall(attributes) if v.isdigit()}
        failed, errors = figures.get("failures", 0), figures.get("errors", 0)
        skipped = figures.get("skipped", 0) + figures.get("disabled", 0)
        passed = max(0, figures.get("tests", 0) - failed - errors - skipped)
        tally.count(passed=passed, failed=failed, skipped=skipped, errors=errors)
    cases = [case for case in _CASE.finditer(text)]  # noqa: C416 -- list() would hold the interpreter
    ends = [case.start() for case in cases[1:]] + [len(text)]
    for case, end in zip(cases, ends, strict=False):
        if case[2]:
            continue
        body = text[case.end() : end]
        bad = _BAD.search(body)
        if bad:
            named = {k: html.unescape(v or w) for k, v, w in _ATTRIBUTE.findall(case[1])}
            tally.fails(".".join(p for p in (named.get("classname"), named.get("name")) if p))
            told = {k: html.unescape(v or w) for k, v, w in _ATTRIBUTE.findall(bad[2])}
            if told.get("message"):
                tally.messages.append(told["message"].split("\n")[0])
            if bad[1] == "error" and not tally.errors:
                tally.errors = 1
            elif bad[1] == "failure" and not tally.failed:
                tally.failed = 1
    closed = "</testsuites>" in text or ("<testsuites" not in text and text.count("</testsuite>") >= len(suites))
    return tally.conclude(closed or all(a.rstrip().endswith("/") for _, a in suites))


def parse_tap(lines: list[str]) -> Tally | None:
    """The tally of TAP or of Bats's pretty output. Without its plan, or with fewer points, nothing has passed."""
    tally = Tally("tap")
    planned = points = 0
    closed = False
    for line in lines:
        if plan := _TAP_PLAN.match(line):
            planned += int(plan[1][:9])
        elif match := _TAP.match(line) if line.lstrip().startswith(("ok", "not ok")) else None:
            if not match[2]:
                continue
            nested = line.startswith(" ")
            points += not nested
            waived = re.search(r"#\s*(skip|todo)", match[3], re.I)
            if waived:
                tally.count(skipped=not nested)
            elif match[1] == "ok":
                tally.count(passed=not nested)
            else:
                tally.count(failed=not nested)
                tally.fails(re.sub(r"\s+# .*$", "", match[3]))
        elif match := _BATS_NAME.match(line):
            tally.fails(match[1])
        elif match := _BATS_CLOSE.match(line):
            closed = True
            failed, skipped = int(match[2][:9]), int((match[3] or "0")[:9])
            tally.framework = "bats"
            tally.count(passed=max(0, int(match[1][:9]) - failed - skipped), failed=failed, skipped=skipped)
        elif line.startswith("Bail out!"):
            tally.verdict = FAILED
            points += 1
    if not closed and not (points and (planned or points >= 2)):
        return None
    return tally.conclude(closed or (planned > 0 and points >= planned))


def parse_ctest(lines: list[str]) -> Tally | None:
    """CTest's tally."""
    tally = Tally("ctest")
    seen = finished = False
    for line in lines:
        if match := _CTEST.match(line):
            seen = finished = True
            failed = int(match[1][:9])
            tally.count(passed=int(match[2][:9]) - failed, failed=failed)
        elif match := _CTEST_NAME.match(line):
            tally.fails(match[1])
        elif _CTEST_RUN.match(line):
            seen = True
    return tally.conclude(finished) if seen else None


def parse_tox(lines: list[str]) -> Tally | None:
    """tox's own verdict; it has no counts of tests."""
    if not any(_TOX.match(x) or _TOX_GOOD.match(x) or _TOX_BAD.match(x) for x in lines):
        return None
    tally = Tally("tox")
    bad = any(_TOX_BAD.match(x) or ((m := _TOX.match(x)) and m[1] != "OK") for x in lines)
    good = any(_TOX_GOOD.match(x) or ((m := _TOX.match(x)) and m[1] == "OK") for x in lines)
    tally.verdict = FAILED if bad else PASSED if good else None
    return tally
