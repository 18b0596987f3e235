"""Fitting a long array beside LangChain's `trim_messages`: time, and the later-needed names that stay, side by side.

LangChain goes first; ours gets as its limit exactly what LangChain kept, by our count of its JSON.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.suite.conversation import contains, conversation, said
from benchmarks.suite.rounds import Pair, Probe, Row
from benchmarks.suite.scratch import Scratch
from benchmarks.suite.worker import Worker

LATER = 150
TOKENS = 200_000
SHARES = {"half": 2, "eighth": 8}
PEER = "LangChain, `trim_messages`, exact counter"
ROWS = tuple(
    row
    for name, parts in SHARES.items()
    for row in (
        Row(f"fit-{name}", f"an array of {TOKENS:,} tokens fitted to 1/{parts}", PEER),
        Row(f"fit-{name}-names", "names in it that later calls write, kept", PEER, "%"),
    )
)


def kept(messages: list[dict[str, Any]], names: set[str]) -> float:
    """Which share of the names an array still has, in %."""
    text = said(messages)
    return 100 * sum(contains(text, name) for name in names) / len(names)


def rounds(scratch: Scratch, quick: bool) -> Iterator[dict[str, Pair]]:
    """Each fits the same array to each share of it."""
    messages, names = conversation(TOKENS, LATER)
    cache = {"TIKTOKEN_CACHE_DIR": str(scratch.vocabularies)}
    with (
        Worker(scratch.python("langchain"), "langchain_trim", cache) as peer,
        Worker(scratch.python("ours"), "ours") as ours,
    ):
        peer.do("hold", messages=messages)
        ours.do("hold", messages=messages)
        for worker, work in ((peer, "trim"), (ours, "fit")):  # once before it counts: modules are loaded
            worker.do(work, limit=TOKENS // 2)
        while True:
            found = {}
            for name, parts in SHARES.items():
                other, indexes = peer.do("trim", limit=TOKENS // parts)
                trimmed = [messages[index] for index in indexes]
                _, limit = ours.do("count_array", messages=trimmed)
                mine, fitted = ours.do("fit", limit=limit)
                assert fitted["fits"]
                found[f"fit-{name}"] = mine, other
                found[f"fit-{name}-names"] = kept(fitted["messages"], names), kept(trimmed, names)
            yield found


PROBE = Probe(ROWS, rounds, quick=2, full=7)
