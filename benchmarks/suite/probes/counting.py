"""Counting beside tiktoken, with and without the extra `fast`: processor time for 1 MB of prose, code and JSON."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from importlib import import_module

from benchmarks.suite.conversation import conversation
from benchmarks.suite.rounds import Pair, Probe, Row
from benchmarks.suite.scratch import EXTRA, ROOT, Scratch, UnavailableError
from benchmarks.suite.worker import Worker

TEXT = "1 MB of prose, code and JSON counted, times as fast"
WITH_EXTRA = f"the same with the extra `{EXTRA}`"
ROWS = (
    Row("counting", TEXT, "tiktoken", times_as_fast=True),
    Row("counting-fast", WITH_EXTRA, "tiktoken", at_least=2.5, times_as_fast=True, needs=EXTRA),
)
SOURCES = ("argparse", "ast", "asyncio.base_events", "email.message", "http.client", "inspect", "pathlib", "tarfile")
PART = 333_000


def text() -> str:
    """A third each: this project's documentation, sources of this Python, a conversation."""
    prose = "\n".join(page.read_text("utf-8") for page in sorted((ROOT / "docs").glob("*.md")))
    code = "\n".join(inspect.getsource(import_module(name)) for name in SOURCES)
    dumped = json.dumps(conversation(150_000, 0)[0])
    return "\n".join(part[:PART] for part in (prose, code, dumped))


def rounds(scratch: Scratch, quick: bool) -> Iterator[dict[str, Pair]]:
    """Each counts the whole text in turn; the counts are equal."""
    with ExitStack() as workers:
        cache = {"TIKTOKEN_CACHE_DIR": str(scratch.vocabularies)}
        peer = workers.enter_context(Worker(scratch.python("tiktoken"), "tiktoken_count", cache))
        ours = {"counting": workers.enter_context(Worker(scratch.python("ours"), "ours"))}
        with suppress(UnavailableError):  # the row says so
            ours["counting-fast"] = workers.enter_context(Worker(scratch.python(EXTRA), "ours"))
        data = text()
        for worker in (peer, *ours.values()):
            worker.do("hold", data=data)
        while True:
            found = {}
            for name, worker in ours.items():
                mine, tokens = worker.do("count_text")
                other, same = peer.do("count_text")
                assert tokens == same, f"{tokens} tokens, {same} by tiktoken"
                found[name] = (mine, other)
            yield found


PROBE = Probe(ROWS, rounds, quick=5, full=15)
