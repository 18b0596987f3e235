"""Hidden facts kept in outputs of tools: ours, beside BM25 over lines and the first lines, with and without a question.

    python benchmarks/rows.py [seen|kept] [LAYOUT]

The facts stand in one row that differs (`tests/extract/odd_rows`). Shares are in %; `named` are questions
with a word that only this row has. With a layout, its misses at 256 tokens are listed as well.
"""

from __future__ import annotations

import importlib
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from ctxbudget_server.extract import extract
from ctxbudget_server.extract.search.passages import line_passages, score_passages
from ctxbudget_server.tokens import count

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "extract"))

LIMITS = (128, 256, 800)


def within(lines: list[tuple[int, str]], limit: int) -> str:
    """The first of the given lines that fit, in the order of the source."""
    kept: list[tuple[int, str]] = []
    left = limit
    for n, line in lines:
        cost = count(line + "\n") if len(line) < left * 40 else left + 1
        if cost <= left:
            kept.append((n, line))
            left -= cost
    return "\n".join(line for _, line in sorted(kept))


def first_lines(text: str, limit: int, focus: str | None) -> str:
    """The first lines."""
    return within([(p.order, p.text) for p in line_passages(text)], limit)


def bm25_lines(text: str, limit: int, focus: str | None) -> str:
    """The lines that match the question best; without one, the first."""
    passages = line_passages(text)
    score_passages(passages, focus or "", [], bleed=False)
    return within([(p.order, p.text) for p in sorted(passages, key=lambda p: (-p.score, p.order))], limit)


def ours(text: str, limit: int, focus: str | None) -> str:
    """The text of an extraction."""
    return extract(text, count=count, max_tokens=limit, focus=focus).text


def main() -> None:
    """Print the table."""
    family = importlib.import_module(f"odd_rows.{sys.argv[1] if len(sys.argv) > 1 else 'seen'}")
    from odd_rows.case import holds

    only = sys.argv[2] if len(sys.argv) > 2 else None
    cases = [case for case in family.cases() if only is None or case.layout == only]
    methods: dict[str, Callable[[str, int, str | None], str]] = {"first": first_lines, "BM25": bm25_lines, "ours": ours}
    print(f"{len(cases)} outputs of {sum(count(c.text) for c in cases) // len(cases)} tokens on average\n")
    print(
        f"| method | question | {' | '.join(map(str, LIMITS))} | empty | longest, ms |\n|{' --- |' * (len(LIMITS) + 4)}"
    )
    for name, method in methods.items():
        for asked in ("none", "asked", "named"):
            shares, empty, slowest = [], 0, 0.0
            for limit in LIMITS:
                found = 0
                for case in cases:
                    focus = {"none": None, "asked": case.question, "named": case.named}[asked]
                    start = time.process_time()
                    text = method(case.text, limit, focus)
                    slowest = max(slowest, (time.process_time() - start) * 1e3)
                    kept = holds(text, case)
                    found += kept
                    empty += not text
                    if only and name == "ours" and limit == 256 and not kept:
                        print(f"--- {asked}: {case.difference} {case.facts} {focus}\n{text}\n")
                    if not kept and name == "ours":
                        missed[asked, case.layout][limit] += 1
                shares.append(f"{100 * found / len(cases):.1f}")
            print(f"| {name} | {asked} | {' | '.join(shares)} | {empty} | {slowest:.0f} |")
    print(
        f"\nMisses of ours\n\n| question | layout | {' | '.join(map(str, LIMITS))} |\n|{' --- |' * (len(LIMITS) + 2)}"
    )
    for (asked, layout), by_limit in sorted(missed.items()):
        print(f"| {asked} | {layout} | {' | '.join(str(by_limit[n]) for n in LIMITS)} |")


missed: defaultdict[tuple[str, str], defaultdict[int, int]] = defaultdict(lambda: defaultdict(int))

if __name__ == "__main__":
    main()
