"""How well the call is foretold at which a session passes 80 % of its peak.

    make bench NAME=forecast ARGS='SESSIONS [--loo]'

SESSIONS is a folder or an archive (.tar, .tar.gz) of sessions of Claude Code (.jsonl), with the provider's usage. The
series of a session is the input of each request of its main conversation; its peak is the largest. A forecast is made
after a share of the calls (of the whole session, then of those up to the call that passes 80 % of the peak), from the
calls until then alone. `known`: sessions with at least `MIN_CALLS` calls until then, in which 80 % of the peak is not
yet passed; of the others there is nothing to predict, or nothing to predict from. Then, as shares of the known ones:

answered     a number of calls is given
within 25 %  answered, and the number of the call, counted from the session's first, is off by at most a quarter
band         of the answered ones: the call is between `low` and `high`, both included
high/low     median width of the band

Beside it is the mean of the last five growths, without a band. `all cuts` forecasts after every call, for limits from
5 to 200 % above what is retained, until the session's end or its next compaction: a limit that is not reached counts
against a band that ended before. The shares are means over sessions. `--loo` chooses the two constants of the rule on
all sessions but one, and judges that one.

Without SESSIONS, only synthetic sessions are judged: 200 of each kind, from fixed seeds.
"""

from __future__ import annotations

import argparse
import math
import random
import tarfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from statistics import fmean, median
from typing import NamedTuple

from ctxbudget_server.rules import forecast as rule
from ctxbudget_server.rules.forecast import Call, Forecast, Reach, growths
from ctxbudget_server.transcripts.tail import request_sizes

Series = list[Call]
Rule = Callable[[Series, int], Reach]

PEAK_SHARE = 0.8
MIN_CALLS = 5
TOLERANCE = 0.25
CUTS = (0.3, 0.4, 0.5, 0.6, 0.7)
ABOVE = (1.05, 1.1, 1.2, 1.3, 1.5, 2.0, 3.0)
FALL = 0.9
"""Less than this share of what was retained before is a compaction."""
RECENCIES, DRIFTS = (0, 1, 1.5, 2, 3), (0.0, 0.05, 0.1, 0.15, 0.2, 0.3)
PROMISE = 0.9


class Case(NamedTuple):
    """What is foretold of a session, and what came."""

    session: str
    seen: Series
    limit: int
    passed: int | None
    """The number of the call that passes the limit; None: none does."""
    last: int
    """The number of the last call before the session's end or a compaction."""


class Judged(NamedTuple):
    """A forecast against what came. None where it says nothing or cannot be told."""

    answered: bool
    near: bool | None
    held: bool | None
    width: float | None


def ours(seen: Series, limit: int) -> Reach:
    """The rule."""
    return Forecast(growths(seen), seen[-1].phase).reach(limit - seen[-1].retained)


def last_five(seen: Series, limit: int) -> Reach:
    """The mean of the last five growths."""
    latest = [one.tokens for one in growths(seen)[-5:]]
    left = limit - seen[-1].retained
    if len(latest) < 5 or not any(latest):
        return Reach(left)
    return Reach(left, math.ceil(left / fmean(latest)))


def judged(case: Case, foretell: Rule) -> Judged:
    """A forecast against what came."""
    reach, now = foretell(case.seen, case.limit), len(case.seen)
    if reach.calls is None:
        return Judged(False, None, None, None)
    near = None if case.passed is None else abs((now + reach.calls) / case.passed - 1) <= TOLERANCE
    if reach.low is None or reach.high is None:
        return Judged(True, near, None, None)
    if case.passed is None:
        held = None if now + reach.high > case.last else False
    else:
        held = now + reach.low <= case.passed <= now + reach.high
    return Judged(True, near, held, reach.high / reach.low)


def recorded(path: Path) -> dict[str, Series]:
    """The series of each session."""
    if path.is_dir():
        texts = {file.stem: file.read_bytes() for file in sorted(path.rglob("*.jsonl"))}
    else:
        with tarfile.open(path) as archive:
            members = sorted((one for one in archive if one.name.endswith(".jsonl")), key=lambda one: one.name)
            texts = {Path(one.name).stem: held.read() for one in members if (held := archive.extractfile(one))}
    series = {name: [Call(size) for size in request_sizes(text)] for name, text in texts.items()}
    return {name: calls for name, calls in series.items() if calls}


def passing(calls: Series, limit: float) -> int | None:
    """The number of the first call, from 1, after which at least so much is retained."""
    return next((number for number, call in enumerate(calls, 1) if call.retained >= limit), None)


def at_share(sessions: dict[str, Series], share: float, of_way: bool) -> Iterator[Case]:
    """A case for each session of which there is something to predict."""
    for name, calls in sessions.items():
        limit = math.ceil(PEAK_SHARE * max(call.retained for call in calls))
        passed = passing(calls, limit)
        assert passed is not None
        now = int(share * (passed if of_way else len(calls)))
        if MIN_CALLS <= now < passed:
            yield Case(name, calls[:now], limit, passed, len(calls))


def everywhere(sessions: dict[str, Series]) -> Iterator[Case]:
    """A case for each call and each limit above what is retained after it."""
    for name, calls in sessions.items():
        falls = [n for n in range(1, len(calls)) if calls[n].retained < FALL * calls[n - 1].retained]
        for now in range(MIN_CALLS, len(calls)):
            last = next((fall for fall in falls if fall >= now), len(calls))
            for above in ABOVE:
                limit = math.ceil(above * calls[now - 1].retained)
                passed = passing(calls[now:last], limit)
                yield Case(name, calls[:now], limit, None if passed is None else now + passed, last)


class Score(NamedTuple):
    """Means over sessions."""

    sessions: int
    answered: float
    near: float
    held: float
    width: float


def score(cases: Iterable[Case], foretell: Rule) -> Score:
    """Judge all cases."""
    by: dict[str, list[Judged]] = defaultdict(list)
    for case in cases:
        one = judged(case, foretell)
        by[case.session].append(one._replace(near=False) if one.near is None and case.passed is not None else one)

    def mean(values: Callable[[Judged], bool | None]) -> float:
        told = [[value for one in many if (value := values(one)) is not None] for many in by.values()]
        return fmean(map(fmean, filter(None, told))) if any(told) else math.nan

    widths = [one.width for many in by.values() for one in many if one.width is not None]
    return Score(
        len(by),
        mean(lambda one: one.answered),
        mean(lambda one: one.near),
        mean(lambda one: one.held),
        median(widths) if widths else math.nan,
    )


def row(name: str, cases: list[Case]) -> str:
    """Our figures, and those of the mean of the last five."""
    own, other = score(cases, ours), score(cases, last_five)
    return (
        f"{name:34} {own.sessions:5} {own.answered:9.0%} {own.near:12.0%} {own.held:6.0%} {own.width:9.1f}"
        f" {other.answered:11.0%} {other.near:12.0%}"
    )


HEAD = f"{'made after':34} known  answered  within 25 %   band  high/low   last five:  within 25 %"


def synthetic(kind: str, dice: random.Random, phases: bool = False) -> Series:
    """A session of 30 to 120 calls whose growths follow a regime."""
    calls = [Call(round(dice.uniform(15_000, 45_000)), 1 if phases else None)]
    rate, phase, turn = 1_000.0, 1, dice.randrange(10, 25)
    length = dice.randrange(30, 120)
    for number in range(1, length):
        if kind == "phases" and number == turn:
            rate, phase, turn = 1_000 * dice.lognormvariate(0, 1), phase + 1, number + dice.randrange(10, 25)
        mean = rate
        if kind == "reads, then edits" and number < length / 3:
            mean = 5 * rate
        elif kind == "bursts" and dice.random() < 0.08:
            mean = 20 * rate
        elif kind == "idle" and dice.random() < 0.5:
            mean = 0.02 * rate
        grown = dice.lognormvariate(math.log(mean) - 0.5, 1)
        if kind == "subagents":
            grown = dice.uniform(3_000, 6_000) if number % 8 == 0 else grown / 4
        retained = calls[-1].retained + round(grown)
        if kind == "compactions" and retained > 70_000:
            retained = round(dice.uniform(20_000, 30_000))
        calls.append(Call(retained, phase if phases else None))
    return calls


REGIMES = ("steady", "reads, then edits", "bursts", "subagents", "idle", "compactions", "phases")


def leave_one_out(sessions: dict[str, Series]) -> None:
    """Choose the constants on all sessions but one, and judge that one."""
    cases = list(everywhere(sessions))
    usual = rule.RECENCY, rule.DRIFT

    def judge(recency: float, drift: float) -> dict[str, Score]:
        rule.RECENCY, rule.DRIFT = recency, drift  # type: ignore[misc, assignment]
        return {name: score((case for case in cases if case.session == name), ours) for name in sessions}

    def mean(values: Iterable[float]) -> float:
        return fmean(value for value in values if not math.isnan(value))

    by_recency = {recency: judge(recency, usual[1]) for recency in RECENCIES}
    by_drift = {drift: judge(usual[0], drift) for drift in DRIFTS}
    rule.RECENCY, rule.DRIFT = usual  # type: ignore[misc]
    for recency, told in by_recency.items():
        print(f"weights: power {recency}: within 25 % {mean(one.near for one in told.values()):.0%}")
    for drift, told in by_drift.items():
        print(f"drift {drift}: band {mean(one.held for one in told.values()):.0%}")
    near, held, chosen = [], [], []
    for left in sessions:
        recency = max(RECENCIES, key=lambda one: mean(s.near for name, s in by_recency[one].items() if name != left))
        wide = [d for d in DRIFTS if mean(s.held for name, s in by_drift[d].items() if name != left) >= PROMISE]
        drift = min(wide, default=DRIFTS[-1])
        near.append(by_recency[recency][left].near)
        held.append(by_drift[drift][left].held)
        chosen.append((recency, drift))
    print(f"leave one out: within 25 % {mean(near):.0%}, band {mean(held):.0%}; chosen: {sorted(set(chosen))}")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("sessions", nargs="?", type=Path)
    parser.add_argument("--loo", action="store_true", help="choose the constants without each session in turn")
    options = parser.parse_args()
    print(HEAD)
    if options.sessions:
        sessions = recorded(options.sessions)
        for of_way, base in ((False, "session"), (True, "way to 80 % of the peak")):
            for share in CUTS:
                print(row(f"{share:.0%} of the {base}", list(at_share(sessions, share, of_way))))
        print(row("all cuts", list(everywhere(sessions))))
        if options.loo:
            leave_one_out(sessions)
    for kind in REGIMES:
        for phases in (False, True) if kind == "phases" else (False,):
            dice = random.Random(kind)
            made = {str(number): synthetic(kind, dice, phases) for number in range(200)}
            name = f"{kind}, told" if phases else kind
            print(row(f"{name}: 50 % of the session", list(at_share(made, 0.5, False))))
            print(row(f"{name}: all cuts", list(everywhere(dict(list(made.items())[:20])))))


if __name__ == "__main__":
    main()
