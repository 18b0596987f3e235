"""What is compared of a value: its form, its size, its words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from functools import lru_cache

_DIGITS = re.compile(r"\d+")
_LETTERS = re.compile(r"[^\W\d_]+")
_REPEATED = re.compile(r"([^\w\s])\1+")
_SPACES = re.compile(r"\s{2,}|[^\S ]")
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?)?")
_CLOCK = re.compile(r"(?<![\d.])(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?!\d)")
_NUMBER = re.compile(r"[^\w\s.,+-]{0,2}\s?([-+]?\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?)\s*([A-Za-zµ%/]*)[\]\),;]?$")
_ONE_FIGURE = re.compile(r"\D*(\d{1,15})(?![^\W\d_])\D*$")
"""One figure, not a part of a hexadecimal number."""
_WORD = re.compile(r"[^\W\d_]{2,}")
_SCALE = {
    "K": 1e3, "KB": 1e3, "KiB": 1e3, "Ki": 1e3, "M": 1e6, "MB": 1e6, "MiB": 1e6, "Mi": 1e6, "G": 1e9, "GB": 1e9,
    "GiB": 1e9, "Gi": 1e9, "T": 1e12, "TB": 1e12, "TiB": 1e12, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9,
    "s": 1.0, "h": 3600.0, "d": 86400.0,
}  # fmt: skip
_MAX, _MAX_LINE = 200, 1_000
"""Characters of a value and of a line that are compared."""
_RARE = 20
MAX_COMPARED = 6_000
"""Maximum number of rows that are compared cell by cell."""
_CACHED = 20_000


@lru_cache(maxsize=_CACHED)
def form(value: str) -> str:
    """How a value is written: each figure as `0`; in one without figures, each word as `a`."""
    value = value[:_MAX]
    found = _DIGITS.sub("0", value) if _DIGITS.search(value) else _LETTERS.sub("a", value)
    return _once(found)


@lru_cache(maxsize=_CACHED)
def outline(value: str) -> str:
    """How a value is put together: figures as `0`, words as `a`."""
    return _once(_DIGITS.sub("0", _LETTERS.sub("a", value[:_MAX])))


@lru_cache(maxsize=_CACHED)
def template(line: str) -> str:
    """A line without its figures."""
    return _once(_DIGITS.sub("0", line[:_MAX_LINE]))


def _once(text: str) -> str:
    """A text with each repeated sign once, and each run of white space as a space."""
    return _SPACES.sub(" ", _REPEATED.sub(r"\1", text))


def compared(texts: Sequence[str]) -> Collection[int]:
    """Which of many rows are compared cell by cell: all, or `MAX_COMPARED`, half of them of rare forms if there are so
    many, the others from all over.
    """
    if len(texts) <= MAX_COMPARED:
        return range(len(texts))
    forms = [_DIGITS.sub("0", text[:_MAX]) for text in texts]
    times = Counter(forms)
    rare = [n for n, found in enumerate(forms) if times[found] <= _RARE]
    half = MAX_COMPARED // 2
    chosen = set(rare[:: len(rare) // half + 1])
    chosen.update(range(0, len(texts), len(texts) // half + 1))
    return chosen


@lru_cache(maxsize=_CACHED)
def moment(value: str) -> float | None:
    """A date or a time of day in seconds."""
    match = _DATE.search(value[:_MAX])
    if match:
        year, month, day, hour, minute, second, fraction = match.groups()
        days = int(year) * 365.25 + int(month) * 30.44 + int(day)
        return days * 86400.0 + _clock(hour, minute, second, fraction)
    match = _CLOCK.search(value[:_MAX])
    return _clock(*match.groups()) if match else None


def _clock(hour: str | None, minute: str | None, second: str | None, fraction: str | None) -> float:
    whole = int(hour or 0) * 3600 + int(minute or 0) * 60 + int(second or 0)
    return whole + (float(f"0.{fraction}") if fraction else 0.0)


@lru_cache(maxsize=_CACHED)
def number(value: str) -> float | None:
    """A number, with its unit if that is a scale."""
    match = _NUMBER.match(value[:_MAX])
    if match is None:
        return None
    found = float(match[1].replace(",", ""))
    return found * _SCALE.get(match[2], 1.0) if abs(found) < 1e300 else None


def counter(value: str) -> float | None:
    """The figure of a value that has only one, such as `ord-12`."""
    match = _ONE_FIGURE.match(value[:_MAX])
    return float(match[1]) if match else None


def words_of(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(_WORD.findall(text[:_MAX_LINE].lower()))
