"""What is rare about the values of one column: the value, how it is written, its words, its length."""

from __future__ import annotations

import itertools
import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Sequence
from statistics import median

from ctxbudget_server.extract.rows.features import form, outline, template, words_of
from ctxbudget_server.extract.rows.model import AGAIN, Add
from ctxbudget_server.extract.rows.sizes import judge_length, judge_size

MIN_VALUES = 4
"""With fewer values there is nothing to compare."""
_MIN_BITS = 0.5
_MARGIN = 0.5
"""Bits by which a rare value may exceed what is usual beyond its surprise."""
_MANY = 8
_NEARLY_ALL = 0.9
"""Share of the values that must be distinct for a repeated one to be odd, or have as many parts as most."""


def judge_category(places: list[int], values: Sequence[Hashable], add: Add) -> None:
    """Rare values: by how few rows have one as rare, and by how much rarer it is than usual in the column."""
    size = len(values)
    counts = Counter(values)
    if size < MIN_VALUES or len(counts) in (1, size):
        return
    usual = sum(n * math.log2(size / n) for n in counts.values()) / size
    tail = 0
    bits: dict[Hashable, float] = {}
    for n, same in itertools.groupby(sorted(counts.items(), key=lambda c: c[1]), key=lambda c: c[1]):
        found = [value for value, _ in same]
        tail += n * len(found)
        rare = min(math.log2(size / tail), math.log2(size / n) - usual + _MARGIN)
        if rare > _MIN_BITS:
            bits |= dict.fromkeys(found, rare)
    for place, value in zip(places, values, strict=True):
        if value in bits:
            add(place, bits[value], value)


def judge_column(places: list[int], values: list[str], add: Add) -> None:
    """Everything about the cells of one column."""
    distinct = len(set(values))
    if len(values) < MIN_VALUES or distinct == 1:
        return

    def add_form(row: int, bits: float, what: Hashable) -> None:
        add(row, bits, ("form", what))

    judge_category(places, values, add)
    forms = [form(v) for v in values]
    judge_category(places, forms, add_form)
    outlines = [outline(v) for v in values]
    if outlines != forms:
        judge_category(places, outlines, add_form)
    if distinct > 2:
        judge_size(places, values, add)
    if len(values) > _MANY and _NEARLY_ALL * len(values) <= distinct < len(values) and _are_names(values):
        _judge_repeats(places, values, add)
    if distinct > _MANY and max(map(len, values)) > _MANY:
        judge_length(places, list(map(len, values)), add)
        if sum(" " in v.strip() for v in values) > 0.5 * len(values):
            _judge_words(places, values, add)
    _judge_parts(places, values, add)


def judge_line(places: list[int], values: list[str], add: Add) -> None:
    """Whole lines: what remains without figures, their words, their length."""
    if len(values) < MIN_VALUES:
        return
    judge_category(places, [template(v) for v in values], add)
    _judge_words(places, values, add)
    judge_length(places, list(map(len, values)), add)


def _judge_parts(places: list[int], values: list[str], add: Add) -> None:
    """The parts of values that consist of the same few."""
    if sum(" " in v for v in values) < _NEARLY_ALL * len(values):
        return
    parts = [v.split() for v in values]
    width = Counter(map(len, parts)).most_common(1)[0][0]
    if not 2 <= width <= 4 or sum(len(p) == width for p in parts) < _NEARLY_ALL * len(parts):
        return
    for at in range(width):
        found = [(place, p[at]) for place, p in zip(places, parts, strict=True) if len(p) == width]
        judge_category([place for place, _ in found], [part for _, part in found], add)


def _are_names(values: list[str]) -> bool:
    """Whether values look like ids: no amounts, no times, no texts."""
    return sum(" " in v or "." in v or ":" in v or not v for v in values) <= 0.1 * len(values)


def _judge_repeats(places: list[int], values: list[str], add: Add) -> None:
    """Values that occur again in a column where hardly any does."""
    counts = Counter(values)
    again = sum(n for n in counts.values() if n > 1)
    for place, value in zip(places, values, strict=True):
        if counts[value] > 1:
            add(place, math.log2(len(values) / again), (AGAIN, value))


def _judge_words(places: list[int], values: list[str], add: Add) -> None:
    """Words that hardly any other value has, where the others share theirs."""
    bags = [words_of(v) for v in values]
    spread = Counter(w for bag in bags for w in bag)
    size = len(values)
    rarity = {w: math.log2(size / n) for w, n in spread.items()}
    rarest = [sorted((rarity[w] for w in bag), reverse=True)[:4] for bag in bags]
    scores = [sum(r[:2]) / 2 + 0.25 * sum(r[2:]) for r in rarest]
    usual = median(scores)
    usual += 2 * median(abs(s - usual) for s in scores)
    ordered = sorted(scores)
    for place, score in zip(places, scores, strict=True):
        if score - usual > _MIN_BITS:
            as_rare = size - bisect_left(ordered, score)
            add(place, min(score - usual, math.log2(size / as_rare)), "words")
