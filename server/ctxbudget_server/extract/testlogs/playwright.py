"""Playwright Test: the reporters list, line and dot, and the figures at the end."""

from __future__ import annotations

import re

from ctxbudget_server.extract.testlogs.tally import ERROR, Tally

_START = re.compile(r"\s*Running (\d+) tests? using \d+ workers?")
_FIGURE = re.compile(r" {2}(\d+) (failed|flaky|interrupted|skipped|did not run|passed)(?: \([\d.]+\w+\))?$")
_OUTSIDE = re.compile(r" {2}(\d+) errors? (?:was|were) not a part of any test")
_NAME = re.compile(r" {4}(\S.* › .*?)(?: ─+)?$")
_HEAD = re.compile(r" {2}\d+\) (\S.* › .*?) ─+$")
_RAISED = re.compile(r" {4}(\w*Error: \S.*|Test timeout of .*)$")
_NONE = re.compile(r"Error: No tests found\.?")
_HINT = re.compile(r"Make sure that arguments are regular expressions matching test files")
_BROKEN = re.compile(r"\w*Error: \S")


def parse(lines: list[str]) -> Tally | None:
    """The tally; its figures must add up to the tests that began, since each has a line of its own."""
    tally = Tally("playwright")
    began = figured = 0
    running = False
    section = ""
    for line in lines:
        if match := _START.match(line):
            began += int(match[1][:9])
            running = True
        elif match := _FIGURE.match(line):
            section, figure = match[2], int(match[1][:9])
            figured += figure
            tally.count(
                passed=figure if section in ("passed", "flaky") else 0,
                failed=figure if section == "failed" else 0,
                errors=figure if section == "interrupted" else 0,
                skipped=figure if section in ("skipped", "did not run") else 0,
            )
        elif match := _OUTSIDE.match(line):
            section = ""
            tally.count(errors=int(match[1][:9]))
        elif section in ("failed", "interrupted") and (match := _NAME.match(line)):
            tally.fails(match[1])
    if not running:
        return _not_begun(lines, tally)
    _messages(lines, tally)
    return tally.conclude(bool(figured) and figured == began)


def _not_begun(lines: list[str], tally: Tally) -> Tally | None:
    """The tally of a log without its beginning, or of a run that found no test."""
    if any(map(_NONE.match, lines)) and any(map(_HINT.match, lines)):
        tally.verdict = ERROR
        tally.messages = [next(line.strip() for line in lines if _BROKEN.match(line))]
        return tally.conclude(False)
    return tally.conclude(False) if tally.failing else None


def _messages(lines: list[str], tally: Tally) -> None:
    """The first error of each failing test."""
    due = False
    named: set[str] = set()
    for line in lines:
        if match := _HEAD.match(line):
            due = match[1] not in named and (not tally.failing or match[1] in tally.failing)
            named.add(match[1])
        elif due and (match := _RAISED.match(line)):
            tally.messages.append(match[1])
            due = False
