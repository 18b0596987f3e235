"""Prefixes that CI systems and container runners put before each line of a log, and marks of omitted parts."""

from __future__ import annotations

import re

_STAMP = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?"
_PREFIXES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"[^\t\n]{{1,120}}\t[^\t\n]{{1,120}}\t\ufeff?{_STAMP} ?",  # `gh run view --log`: job, step, time
        rf"\ufeff?{_STAMP} \d\d[OE][ +]?",  # GitLab: time, stream
        rf"\ufeff?\[?{_STAMP}\]? ?",  # GitHub Actions, Azure, Buildkite, Jenkins
        r"\[\d\d:\d\d:\d\d(?:[.,]\d+)?\] ?",
        r"[\w.-]{1,60} +\| ",  # docker compose
        r"#\d+ \d+\.\d+ ",  # docker build
    )
)
_MIN_SHARE = 0.6
_SAMPLE = 400
_CUT = re.compile(
    r"\W*(?:\[|\(|<|\.{3}|…)\W*(?:(?:\d+|some|more|output|log|lines?|characters?|chars|bytes|middle) ?){0,4}"
    r"(?:truncated|omitted|elided|skipped for brevity)\b",
    re.I,
)


def without_prefixes(lines: list[str]) -> list[str]:
    """The lines without the prefix that most of them share, such as the times of GitHub Actions."""
    sample = [x for x in lines if x.strip()]
    sample = sample[: _SAMPLE // 2] + sample[max(_SAMPLE // 2, len(sample) - _SAMPLE // 2) :]
    for prefix in _PREFIXES:
        if sample and _is_shared(prefix, sample):
            return [prefix.sub("", x, count=1) for x in lines]
    return lines


def _is_shared(prefix: re.Pattern[str], sample: list[str]) -> bool:
    """Whether enough lines begin with a prefix; those of other texts show soon that they do not."""
    having = len(sample)
    for line in sample:
        if not prefix.match(line):
            having -= 1
            if having < _MIN_SHARE * len(sample):
                return False
    return True


def is_cut(lines: list[str]) -> bool:
    """Whether a line says that part of the log was omitted."""
    return any(len(x) < 200 and _CUT.match(x) for x in lines)
