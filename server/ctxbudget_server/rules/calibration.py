"""Learns one factor per model from what a provider bills compared with what was counted.

Every record says "these texts were counted as `counted_raw` tokens before any calibration, and billed as
`reported`". The factor is the weighted median of `reported / counted_raw` over recent records, plus one vote for 1, as
if a full-sized record had come before the first. A median, because some records say nothing about the tokenizer: a
prompt from a cache is billed far less, an attachment or a reminder that was not counted far more.

Why not `overhead + slope × counted`? The overhead is real (see `HALF_WEIGHT_TOKENS`), but it belongs to a call, and
the wire applies one factor to figures of single texts, which sessions add up: an overhead in each would be billed
many times over. So records are weighted by size instead, and the factor answers for the sizes that a host sends.

Everything is pure: the caller stores one `Calibration` per workspace and model, using `dump` and `load`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

MIN_RATIO: Final = 0.4
MAX_RATIO: Final = 3.0
"""A ratio billed / counted outside these bounds does not come from a tokenizer; such a record is ignored.

The extremes of single documents, at the 5th and 95th percentile, are 2.15 (code for Claude 4.7 and later, counted with
o200k) and its inverse, 0.47 (its coefficients on a model that has o200k). Beyond that are cached prompts (0.1 and
less), and short texts beside a long reminder. Clamping to 0.5 to 2, as a similar tool does, would cut off real ratios
at both ends.
"""

MAX_TOKENS: Final = 1e12
"""No call counts more (this is a million of the largest windows), and all sums stay finite."""

HALF_WEIGHT_TOKENS: Final = 2_000
"""A record of this many counted tokens has half the weight of an infinite one; one of n tokens, n / (n + this).

On 126 billed calls of coding agents, the bill exceeds the count of the texts (by Anthropic's tokenizer as reconstructed
by `ctok`) by a median of 145 tokens for small calls and 182 for large ones: frames of tool results, reminders. At 2,000
to 3,000 tokens that equals the noise of one ratio, 5 to 7 %. Between 500 and 8,000 this number matters little.
"""

HALF_LIFE: Final = 16.0
"""Full-sized records after which a record counts half, so that about as many outvote everything before a change.

Measured in weight, so that a flood of tiny records cannot wash out what large ones have shown.
"""

WINDOW: Final = 64
"""Records kept: four half-lives of full-sized ones. The lightest is dropped first; among equals in size, the oldest."""

PRIOR_WEIGHT: Final = 1.0
"""The weight of the vote for 1: an absurd first record can move the factor at most half way (in logs), a second one
that contradicts it brings it back, and two that agree have the majority.
"""

BAND_RECORDS: Final = 9
"""Records needed before a band is given. Of n + 1 similar bills, the last is the worst in one of n + 1 cases, so fewer
than 9 cannot show what nine in ten stay below.
"""


UNSEEN: Final = 2.0
"""The weight, in the band, of bills worse than all that were seen. The next bill may be one, hence 1; and 1 more, since
bills of one session resemble each other, so that they promise less about the next session than their number says.

On 252 billed calls of 81 sessions, the band of 90 % holds for 95 % of the calls with the sessions in random orders, for
93 % if each session follows all the others. With 1, it holds for 91 % and for 87 %.
"""

RULE: Final = 2
"""The rule by which counts are made; raised when figures before calibration change by a percent or more."""
EARLIER_RULE: Final = 0.25
"""What remains of the freshness of bills for counts by an earlier rule: a start, which a few new bills outvote."""


@dataclass(frozen=True, slots=True)
class BillRecord:
    """One bill: tokens counted before calibration, tokens billed, and the share of its weight left by age (0 to 1).

    `given` is the count as the caller gave it; None in records from before it was kept.
    """

    counted: float
    reported: int
    freshness: float = 1.0
    given: int | None = None

    @property
    def weight(self) -> float:
        """Its weight in the factor."""
        return self.freshness * _size_weight(self.counted)


@dataclass(frozen=True, slots=True)
class Calibration:
    """What is known about one model: the total number of records learned from, and those that still count."""

    samples: int = 0
    recent: tuple[BillRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class ErrorBand:
    """|calibrated figure / bill - 1| of a call as shares (0.03 is 3 %): not exceeded in 50 % and in 90 % of calls."""

    median: float
    p90: float


def observe(state: Calibration, counted_raw: float, reported: int, given: int | None = None) -> Calibration:
    """`state` after a bill of `reported` tokens for texts counted as `counted_raw` before any calibration.

    `given` is the count as the caller gave it, for `raw_count`. A useless record (no tokens, not a number, a ratio
    impossible for a tokenizer) leaves `state` unchanged.
    """
    if not _is_sane(counted_raw, reported):
        return state
    aged = 0.5 ** (_size_weight(counted_raw) / HALF_LIFE)
    older = (replace(record, freshness=record.freshness * aged) for record in state.recent)
    recent = [*older, BillRecord(float(counted_raw), reported, given=given)]
    if len(recent) > WINDOW:
        recent.remove(min(recent, key=lambda record: record.weight))
    return Calibration(state.samples + 1, tuple(recent))


def factor(state: Calibration) -> float:
    """What to multiply an uncalibrated figure by; 1 before the first record. Rounded, so that wire and sum agree."""
    if not state.recent:
        return 1.0
    voices = [(math.log(record.reported / record.counted), record.weight) for record in state.recent]
    return round(math.exp(_weighted_median([*voices, (0.0, PRIOR_WEIGHT)])), 4)


def raw_count(state: Calibration, given: int) -> float:
    """A count given without its factor, as it was before calibration.

    A count that an earlier bill gave as well is the same count, used again: divided by today's factor, which that bill
    has moved, it would raise the factor once more with every use. A new count has the current factor in it. Two counts
    of one text are equal only if their factors are, so a fresh count of a text is never taken for its old one.
    """
    again = next((record.counted for record in reversed(state.recent) if record.given == given), None)
    return given / factor(state) if again is None else again


def error_band(state: Calibration) -> ErrorBand | None:
    """How far off a call's calibrated figure may be, from recent bills and the current factor; None if there are too
    few.

    All sizes have equal weight, since a small call's error is an error too.
    """
    if len(state.recent) < BAND_RECORDS:
        return None
    now = factor(state)
    errors = sorted((abs(now * record.counted / record.reported - 1), record.freshness) for record in state.recent)
    return ErrorBand(_bound(errors, 0.5), _bound(errors, 0.9))


def dump(state: Calibration) -> dict[str, object]:
    """`state` in JSON's own types; the records as `[counted, reported, freshness, given]`."""
    return {
        "rule": RULE,
        "samples": state.samples,
        "recent": [[record.counted, record.reported, record.freshness, record.given] for record in state.recent],
    }


def load(dumped: Mapping[str, object]) -> Calibration:
    """Read the output of `dump` after a round trip through JSON. Raises ValueError for anything else.

    Bills for counts by another rule are kept with less weight: they are a better start than none.
    """
    samples, recent = dumped.get("samples"), dumped.get("recent")
    if not isinstance(samples, int) or not isinstance(recent, list) or not len(recent) <= min(samples, WINDOW):
        raise ValueError("not a calibration")
    records = tuple(_record(entry) for entry in recent)
    if dumped.get("rule", 1) != RULE:
        records = tuple(replace(record, freshness=EARLIER_RULE * record.freshness) for record in records)
    return Calibration(samples, records)


def _record(entry: object) -> BillRecord:
    match entry:
        case [counted, reported, freshness]:
            return _record([counted, reported, freshness, None])
        case [int() | float() as counted, int() as reported, int() | float() as freshness, int() | None as given] if (
            _is_sane(counted, reported) and 0 <= freshness <= 1
        ):
            return BillRecord(float(counted), reported, float(freshness), given)
    raise ValueError("not a record of a calibration")


def _is_sane(counted: float, reported: int) -> bool:
    """Uses only comparisons: they work for whole numbers of any size, and fail for NaN."""
    return 0 < counted <= MAX_TOKENS and MIN_RATIO * counted <= reported <= MAX_RATIO * counted


def _size_weight(counted: float) -> float:
    return counted / (counted + HALF_WEIGHT_TOKENS)


def _weighted_median(voices: list[tuple[float, float]]) -> float:
    """The weighted median of `(value, weight)`, interpolated; each value is at the middle of its weight."""
    voices.sort()
    half = math.fsum(weight for _, weight in voices) / 2
    passed, last_place, last_value = 0.0, 0.0, voices[0][0]
    for value, weight in voices:
        place = passed + weight / 2
        if place >= half:
            return last_value + (value - last_value) * (half - last_place) / (place - last_place)
        passed, last_place, last_value = passed + weight, place, value
    return last_value


def _bound(errors: list[tuple[float, float]], share: float) -> float:
    """The error that the next call does not exceed with probability `share`.

    Without UNSEEN, a few records would promise too much.
    """
    wanted = share * (UNSEEN + math.fsum(freshness for _, freshness in errors))
    passed = 0.0
    for error, freshness in errors:
        passed += freshness
        if passed >= wanted:
            return error
    return errors[-1][0]
