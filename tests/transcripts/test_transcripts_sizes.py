"""The input of each request, as transcripts record it, and what forecasts made of it are worth."""

from __future__ import annotations

import json
import math
import os
import tarfile
from pathlib import Path
from typing import Any

import pytest

from ctxbudget_server.rules.forecast import Call, Forecast, growths
from ctxbudget_server.transcripts.tail import request_sizes

KIT = Path(os.environ.get("CTXBUDGET_EVALUATION_KIT") or Path(__file__).parents[3] / "shared" / "eval")
PACKS = sorted(KIT.glob("packs/e_transcripts_*.tar.gz"))


def answer(id: str, read: int, **row: Any) -> dict[str, Any]:
    usage = {"input_tokens": 5, "cache_creation_input_tokens": 95, "cache_read_input_tokens": read, "output_tokens": 7}
    return {"type": "assistant", "message": {"id": id, "role": "assistant", "usage": usage}, **row}


def transcript(*rows: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def test_an_answer_in_several_rows_is_one_request_and_subagents_are_others() -> None:
    data = transcript(
        {"type": "user", "message": {"role": "user", "content": 'What is "usage"?'}},
        answer("a", 1_000),
        answer("a", 1_000),
        answer("x", 90_000, isSidechain=True),
        answer("b", 1_500),
    )

    assert request_sizes(data) == [1_100, 1_600]


def test_the_beginning_may_be_torn_and_a_compaction_is_seen() -> None:
    data = transcript(answer("a", 1_000), answer("b", 2_000), answer("c", 300))

    assert request_sizes(data[20:]) == [2_100, 400]


def test_impossible_figures_are_no_requests() -> None:
    assert request_sizes(transcript(answer("a", -5_000), answer("b", 10**12), answer("c", 300))) == [400]


def test_gemini_cli_s_messages_have_their_bills_too() -> None:
    rows = [{"type": "gemini", "id": f"g{n}", "tokens": {"input": 100 * n, "output": 5}} for n in (1, 2)]

    assert request_sizes(transcript(*rows)) == [100, 200]


@pytest.mark.skipif(not PACKS, reason="the evaluation kit is not here")
@pytest.mark.parametrize("of_way", [False, True])
def test_half_way_the_call_that_passes_80_percent_of_the_peak_is_foretold(of_way: bool) -> None:
    """At half of all calls, and at half of those until then, where it is ahead and four growths have been seen."""
    known = answered = near = held = 0
    for pack in PACKS:
        with tarfile.open(pack) as tar:
            for member in tar:
                file = tar.extractfile(member)
                sizes = request_sizes(file.read()) if file else []
                if not sizes:
                    continue
                limit = math.ceil(0.8 * max(sizes))
                passed = next(number for number, size in enumerate(sizes, 1) if size >= limit)
                now = (passed if of_way else len(sizes)) // 2
                if not 5 <= now < passed:
                    continue
                known += 1
                reach = Forecast(growths([Call(size) for size in sizes[:now]])).reach(limit - sizes[now - 1])
                if reach.calls is not None and reach.low is not None and reach.high is not None:
                    answered += 1
                    near += abs((now + reach.calls) / passed - 1) <= 0.25
                    held += now + reach.low <= passed <= now + reach.high

    assert known and answered >= known * 2 / 3
    assert near > known / 2
    assert held >= 0.8 * answered
