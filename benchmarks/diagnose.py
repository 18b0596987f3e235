"""Planted symptoms and healthy workflows: is the first cause right, and do the cures reach what they promise?

    python benchmarks/diagnose.py [seen|kept|only-random] [-v] [random=1000]

Each symptom is planted in 20 variants (`tests/diagnosis/planted.py`); every other one is `kept` aside during
development. `-v` lists what was found instead. Then random sessions, in which anything happens that the protocol
allows: their cures must reach what they promise, touch no item twice, and can be taken back.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from diagnosis.runs import Runs

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))


def main() -> None:
    """Print a row for each symptom, and one for the healthy workflows."""
    from diagnosis.healthy import HEALTHY
    from diagnosis.planted import PLANTED, VARIANTS
    from diagnosis.runs import apply, runs, take_back

    halves = [half for half in ("seen", "kept") if half in sys.argv] or ["seen", "kept"]
    halves = [] if "only-random" in sys.argv else halves
    totals: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder, runs(Path(folder).resolve()) as made:
        print(f"{'planted':28}{'half':6}{'variants':>9}{'first':>7}{'to the token':>14}{'taken back':>12}")
        for code, plant in PLANTED:
            for half in halves:
                row: Counter[str] = Counter()
                for variant in range(VARIANTS):
                    if (variant % 2 == 0) != (half == "seen"):
                        continue
                    run = made.fresh(f"{plant.__name__} {variant}")
                    plant(run)
                    diagnosis = run.call("budget/diagnose")
                    found = [finding["code"] for finding in diagnosis["findings"]]
                    row["variants"] += 1
                    row["first"] += found[:1] == [code]
                    row["exact"] += all(promised == reached for promised, reached in apply(run, diagnosis))
                    take_back(run, diagnosis)
                    recounted = any(
                        request["method"] == "session/recalibrate"
                        for finding in diagnosis["findings"]
                        for request in finding["requests"]
                    )
                    row["back"] += recounted or run.retained() == diagnosis["status"]["retained"]
                    if "-v" in sys.argv and found[:1] != [code]:
                        print(f"  {plant.__name__} {variant}: {found}\n{diagnosis['text']}")
                totals.update({f"{half} {name}": count for name, count in row.items()})
                print(f"{code:28}{half:6}{row['variants']:9}{row['first']:7}{row['exact']:14}{row['back']:12}")
        for half in halves:
            variants, first = totals[f"{half} variants"], totals[f"{half} first"]
            exact, back = totals[f"{half} exact"], totals[f"{half} back"]
            print(
                f"{'all':28}{half:6}{variants:9}{first / variants:7.1%}{exact / variants:14.1%}{back / variants:12.1%}"
            )
            wrong = healthy = 0
            for index, workflow in enumerate(HEALTHY):
                for variant in range(6):
                    if (variant % 2 == 0) != (half == "seen"):
                        continue
                    run = made.fresh(f"{workflow.__name__} {index} {variant}")
                    workflow(run)
                    diagnosis = run.call("budget/diagnose")
                    healthy += 1
                    wrong += bool(diagnosis["findings"])
                    if "-v" in sys.argv and diagnosis["findings"]:
                        print(f"  {workflow.__name__} {variant}: {diagnosis['text']}")
            print(f"{'healthy workflows':28}{half:6}{healthy:9}   with a finding: {wrong}")
        at_random_rows(made, int(next((word[7:] for word in sys.argv if word.startswith("random=")), "0")))


def at_random_rows(made: Runs, sessions: int) -> None:
    """The row of the random sessions, and the causes that were found in them."""
    from diagnosis.checks import holds
    from diagnosis.random_sessions import at_random

    from ctxbudget_protocol.errors import ProtocolError

    codes: Counter[str] = Counter()
    broken = sent = final = 0
    for number in range(sessions):
        run = made.fresh(f"random {number}")
        at_random(run)
        diagnosis = run.call("budget/diagnose")
        codes.update(finding["code"] for finding in diagnosis["findings"])
        sent += sum(len(finding["requests"]) for finding in diagnosis["findings"])
        final += sum(bool(finding["saves"]) and not finding["undo"] for finding in diagnosis["findings"])
        try:
            holds(run, diagnosis)
        except (AssertionError, ProtocolError) as fault:
            broken += 1
            print(f"  random {number}: {fault}")
    if sessions:
        found = ", ".join(f"{code} {count}" for code, count in codes.most_common())
        print(
            f"{sessions:,} random sessions: {sent:,} requests sent, {broken} promises broken, "
            f"{final} cures without a way back; {found}"
        )


if __name__ == "__main__":
    main()
