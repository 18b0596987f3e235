"""pytest: the closing line, the short summary, verbose lines; sessions inside captured output do not count."""

from __future__ import annotations

import re
from itertools import pairwise

from ctxbudget_server.extract.testlogs.prefixes import is_cut
from ctxbudget_server.extract.testlogs.tally import ERROR, FAILED, Tally, counts

_START = re.compile(r"(?<!=)=+ test session starts =+$")
_KNOWN = r"passed|failed|errors?|skipped|deselected|xfailed|xpassed|warnings?|rerun"
_FIGURE = r"\d+ (?:subtests )?[a-z]+"
_FOOTER = re.compile(
    rf"(?:=+ )?((?=\d)(?=.{{0,200}}\b(?:{_KNOWN})\b){_FIGURE}(?:, {_FIGURE})*|no tests ran)"
    r"(?: in [\d.:]+ ?(?:s|seconds)?\b.*|\s*=+)$"
)
"""Plugins add words of their own, which must not hide the others."""
_SUBTESTS = re.compile(r"\d+ subtests ([a-z]+)(?:, )?")
_SINISTER = re.compile(r"fail|err|crash|abort|timeout|broken")
"""In a word that is not known: what it counts may be failures."""
_SUMMARY = re.compile(r"(FAILED|ERROR|SUBFAIL(?:ED)?(?: ?[\[(].*[\])])?) ((?!\()\S.*?)(?: - (.*))?$")
_VERBOSE = re.compile(r"(\S+::\S.*?) (FAILED|ERROR)(?:\s+\[ *\d+%\])?$")
_WORKER = re.compile(r"\[gw\d+\](?: \[ *\d+%\])? (FAILED|ERROR) (\S.*)$")
_NODE = re.compile(r"\S+(?:::|\.py\b|/)")
_BROKEN = re.compile(
    r"(?:ImportError while loading conftest|ERROR: (?:not found|file or directory not found|usage)"
    r"|INTERNALERROR>|!+ Interrupted)"
)
MESSAGES = 20
_CAPTURED = re.compile(r"-+ Captured \w+")
_DIVIDER = re.compile(r"=+ (?:FAILURES|ERRORS|PASSES|short test summary info) =+$")
_RAISED = re.compile(r"E {3,}(\S.*)$")
_FAILURE = re.compile(r"_{3,} (?:ERROR (?:at (?:setup|teardown) of|collecting) )?(\S.*?) _{3,}$")
_RULE = re.compile(r"=+ .*[^=]$")
_RULE_END = re.compile(r"[^=].* =+$|=+$")


def parse(lines: list[str]) -> tuple[Tally | None, list[tuple[int, int]]]:
    """The tally, and the half-open line ranges of the sessions, which other frameworks must not read."""
    lines = _unwrapped(lines)
    starts = [i for i, x in enumerate(lines) if "test session starts" in x and _START.search(x)]
    stripped = enumerate(map(str.strip, lines))
    footers = [(i, m[1]) for i, x in stripped if x and (x[0] in "=n" or x[0].isdigit()) and (m := _FOOTER.match(x))]
    broken = any(_BROKEN.match(x) for x in lines)
    if not starts and not footers and not broken:
        return None, []
    tally = Tally("pytest")
    closing, certain = _outer(starts, [i for i, _ in footers])
    texts = dict(footers)
    doubtful = any(_begins_late(lines, i) for i in closing)
    for i in closing:
        figures = counts(_SUBTESTS.sub("", texts[i]))
        if any(_SINISTER.search(word) and not re.fullmatch(_KNOWN, word) for word in figures):
            doubtful = True
        if "failed" in _SUBTESTS.findall(texts[i]):
            tally.verdict = FAILED
        tally.count(
            passed=figures.get("passed", 0) + figures.get("xpassed", 0) + figures.get("xfailed", 0),
            failed=figures.get("failed", 0),
            skipped=figures.get("skipped", 0),
            errors=figures.get("error", 0) + figures.get("errors", 0),
        )
    _names(lines, tally, bool(closing), closing[-1] if closing else len(lines))
    if broken and not closing:
        tally.verdict = ERROR
    elif not certain and any({"failed", "error", "errors"} & counts(t).keys() for t in texts.values()):
        # The footers cannot be paired with sessions, and one of them may belong to a run that failed.
        return tally.conclude(False), []
    finished = bool(closing) and (not starts or starts[-1] < closing[-1])
    finished = finished and not doubtful and not _abandoned(lines, starts, closing)
    if finished and not tally.failed and not tally.errors and tally.verdict != FAILED:
        tally.failing.clear()  # names come from the output of passing tests
    return tally.conclude(finished), _spans(starts, closing, len(lines)) if certain else []


def _begins_late(lines: list[str], at: int) -> bool:
    """Whether the beginning of a closing line, where failures stand, may be missing."""
    if lines[at].rstrip().endswith("=") and not lines[at].lstrip().startswith("="):
        return True
    return at > 0 and is_cut([lines[at - 1]])


def _unwrapped(lines: list[str]) -> list[str]:
    """The lines, with rules that a narrow terminal wrapped joined again; the number of lines stays the same."""
    found = lines
    for i, line in enumerate(lines[:-1]):
        if line.startswith("==") and _RULE.match(line) and _RULE_END.match(lines[i + 1]):
            joined = (f"{line}{lines[i + 1]}", f"{line.rstrip()} {lines[i + 1].lstrip()}")
            whole = next((x for x in joined if _FOOTER.match(x) or _START.search(x) or _DIVIDER.match(x)), None)
            if whole is not None:
                found = found if found is not lines else lines.copy()
                found[i], found[i + 1] = whole, ""
    return found


def _outer(starts: list[int], ends: list[int]) -> tuple[list[int], bool]:
    """The closing lines of outermost sessions, and whether starts and ends pair up."""
    depth, closing, certain = 0, list[int](), True
    for i, opens in sorted([(i, True) for i in starts] + [(i, False) for i in ends]):
        if opens:
            depth += 1
        elif depth <= 1:
            certain = certain and (depth == 1 or not starts or i < starts[0])
            closing.append(i)
            depth = 0
        else:
            depth -= 1
    if (depth or not certain) and ends:
        # Captured output may lack a start or an end; the last closing line is that of the outer session.
        return [ends[-1]], len(ends) == 1
    return closing, certain


def _abandoned(lines: list[str], starts: list[int], closing: list[int]) -> bool:
    """Whether a session began and never ended, i.e. another begins before any closing line, outside captured output.

    Its tests may have failed, so a later session that passes does not prove the log passed.
    """
    for first, second in pairwise(starts):
        if not any(first < end < second for end in closing):
            return not any(_CAPTURED.match(x) or _DIVIDER.match(x) for x in lines[:second])
    return False


def _names(lines: list[str], tally: Tally, finished: bool, end: int) -> None:
    """Failing tests: from the last short summary, else from verbose lines."""
    head = next((i for i in range(min(end, len(lines) - 1), -1, -1) if "short test summary info" in lines[i]), 0)
    for line in lines[head:end]:
        match = _SUMMARY.match(line)
        if match and _NODE.match(match[2]):
            tally.fails(match[2])
            if match[3]:
                tally.messages.append(f"{match[2]} - {match[3]}")
    if not tally.failing:
        for line in lines[:end]:
            if "FAILED" not in line and "ERROR" not in line:
                continue
            verbose = _VERBOSE.match(line) or _WORKER.match(line)
            if verbose:
                tally.fails(verbose[2] if verbose[1] in (FAILED.upper(), ERROR.upper()) else verbose[1])
    if not tally.failing and (tally.failed or tally.errors):
        tally.failing += dict.fromkeys(m[1] for x in lines[:end] if x.startswith("___") and (m := _FAILURE.match(x)))
    _messages(lines, tally)
    if not finished and tally.failing:
        tally.verdict = FAILED


def _messages(lines: list[str], tally: Tally) -> None:
    """Add the first line of each failure without one in the summary, and complete those that the summary truncated."""
    if tally.messages and not any(m.endswith("...") for m in tally.messages):
        return
    raised: list[str] = []
    first = True
    for line in lines:
        match = _RAISED.match(line)
        if match and first:
            raised.append(match[1])
        first = not line.startswith("E")
    if not tally.messages:
        tally.messages = raised[:MESSAGES]
    for n, message in enumerate(tally.messages):
        name, _, cut = message.rpartition(" - ")
        if cut.endswith("...") and len(cut) > 8:
            whole = next((r for r in raised if r.startswith(cut[:-3])), "")
            tally.messages[n] = f"{name} - {whole}" if whole else message


def _spans(starts: list[int], closing: list[int], total: int) -> list[tuple[int, int]]:
    """The lines of each session from its start to its end; an end without a start covers itself alone."""
    spans: list[tuple[int, int]] = []
    previous = -1
    for end in closing:
        first = next((s for s in starts if previous < s < end), end)
        spans.append((first, end + 1))
        previous = end
    if starts and (not closing or starts[-1] > closing[-1]):
        spans.append((starts[-1], total))
    return spans
