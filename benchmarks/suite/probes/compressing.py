"""Extracts of tools' outputs beside compressors that are offline and deterministic: time and quality side by side.

Each output has a fact in one row that differs (`tests/extract/odd_rows`); no rule of ours was made on these. Entroly is
the query-blind peer, since it kept the most facts without a question of those compressors that need no model's weights;
tooltrim is the query-aware one, for the same reason with a question. The question has a word that only the row has.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from benchmarks.suite.rounds import Pair, Probe, Row
from benchmarks.suite.scratch import ROOT, Scratch
from benchmarks.suite.worker import Worker

LIMIT = 256
EVERY = 4
"""Of the cases, a quick run takes one in so many."""
ROWS = (
    Row("blind", f"an output of a tool cut to {LIMIT} tokens, no question", "Entroly, `compress`"),
    Row("blind-facts", "facts kept", "Entroly, `compress`", "%"),
    Row("aware", "the same with a question that names the fact's row", "tooltrim, with a query"),
    Row("aware-facts", "facts kept", "tooltrim, with a query", "%"),
)


def rounds(scratch: Scratch, quick: bool) -> Iterator[dict[str, Pair]]:
    """Each cuts all outputs in turn; times are for one output."""
    sys.path.insert(0, str(ROOT / "tests" / "extract"))
    family, holds = importlib.import_module("odd_rows.kept"), importlib.import_module("odd_rows.case").holds
    cases: Sequence[Any] = list(family.cases())[:: EVERY if quick else 1]
    given = [{"text": case.text, "question": case.named} for case in cases]
    cache = {"TIKTOKEN_CACHE_DIR": str(scratch.vocabularies)}

    def facts(texts: list[str]) -> float:
        return 100 * sum(bool(holds(text, case)) for text, case in zip(texts, cases, strict=True)) / len(cases)

    with (
        Worker(scratch.python("ours"), "ours") as ours,
        Worker(scratch.python("entroly"), "entroly_compress") as blind,
        Worker(scratch.python("tooltrim"), "tooltrim_compress", cache) as aware,
    ):
        for worker in (ours, blind, aware):
            worker.do("hold", cases=given)
        ours.do("compress", limit=LIMIT, asked=True)
        while True:
            found = {}
            for name, peer in (("blind", blind), ("aware", aware)):
                mine, texts = ours.do("compress", limit=LIMIT, asked=name == "aware")
                other, others = peer.do("compress", limit=LIMIT)
                found[name] = mine / len(cases), other / len(cases)
                found[f"{name}-facts"] = facts(texts), facts(others)
            yield found


PROBE = Probe(ROWS, rounds, quick=2, full=5)
