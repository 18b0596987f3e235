"""Hostile documents: what reads them takes time in proportion to their length."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import pytest

from ctxbudget_server.account.counter import Counter
from ctxbudget_server.editor.analysis import Analysis
from ctxbudget_server.editor.lines import split_document
from ctxbudget_server.extract import extract, outline, search_text
from ctxbudget_server.extract.search.lines import search_all
from ctxbudget_server.transcripts.detection import read_transcript
from ctxbudget_server.transcripts.model import TranscriptError

UNITS = [
    "+", "*", "[", "(", "`", " ", "|", "1", ".", "a", "-", "_", "<", "#", "\\", "/", "\"", ":", "~", "=", "{", "é",
    "+-", "a ", "a.", "a/", "1.", "1-", "a: ", "**a", "[a](", "<!-- ", "- - ", "a|", "a@", "x\n", "# a\n", "* a\n",
    "> ", "あ",
    "| a | b |\n", "```\n", "Phase 1: a\n", "phase 1 -> ", "FAILED a::b\n", "\x1b[31", "<testcase a=\"", "1 failed, ",
]  # fmt: skip
SHORT, TIMES = 4_000, 4
MOST_GROWTH = 2.5 * TIMES
"""Four times the length may take ten times as long, on a machine that does other things; a square takes sixteen."""
MIN_SECONDS = 0.1
"""Of CPU time; below it growth is noise."""
TRIES = 4


def analyse(text: str) -> None:
    analysis = Analysis(split_document(text))
    analysis.outline(COUNTER, lambda: None)
    analysis.mentions()


COUNTER = Counter(None)
READERS: dict[str, Callable[[str], object]] = {
    "extract": lambda text: extract(text, count=lambda part: len(part) // 4, focus="a word (b"),
    "test output": lambda text: extract(text, count=lambda part: len(part) // 4, kind="test-output"),
    "plan": lambda text: extract(text, count=lambda part: len(part) // 4, kind="plan"),
    "outline": lambda text: outline(text, len),
    "search": lambda text: (search_text(text, "a* (b", 10), search_all([text], "a* (b", 10)),
    "count": lambda text: COUNTER.figure(text, lambda: None),
    "editor": analyse,
}


def seconds(read: Callable[[str], object], text: str) -> float:
    start = time.process_time()
    read(text)
    return time.process_time() - start


@pytest.mark.parametrize("reader", READERS)
def test_time_grows_with_the_length(reader: str, long_run: bool) -> None:
    read, short = READERS[reader], SHORT * (5 if long_run else 1)
    for unit in UNITS:
        small, large = ((unit * size)[:size] + "!" for size in (short, TIMES * short))
        spent = []
        for _ in range(TRIES):
            spent.append((seconds(read, small), seconds(read, large)))
            least, most = min(one for one, _ in spent), min(four for _, four in spent)
            if most < max(MIN_SECONDS, MOST_GROWTH * least):
                break
        else:
            pytest.fail(f"{unit!r}: {least:.3f} s, {most:.3f} s for {TIMES} times the length")


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000], ids=["lists", "objects"])
def test_a_transcript_deeper_than_the_stack_is_refused(text: str) -> None:
    with pytest.raises(RecursionError):
        json.loads(text)
    with pytest.raises(TranscriptError):
        read_transcript(text)
