"""`tokens/*` and `usage/record`: exact where figures can be, and in agreement with the bill where they cannot."""

from __future__ import annotations

import pytest
from support.client import Client
from support.documents import REPORT
from support.session import Session

MODELS = [None, "gpt-4o", "claude-sonnet-4-5", "claude-opus-4-8", "gemini-2.5-pro", "never-heard-of"]


@pytest.mark.parametrize("model", MODELS)
def test_fits_agrees_with_the_count(client: Client, model: str | None) -> None:
    total = client.request("tokens/count", {"texts": [REPORT], "model": model})["total"]

    for limit in (0, 1, total - 1, total, total + 1, 10 * total):
        answer = client.request("tokens/fits", {"text": REPORT, "limit": limit, "model": model})
        assert answer["fits"] == (total <= limit)
        assert answer["tokens"] in (total, None)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("limit", [0, 1, 7, 300, 100_000])
def test_truncated_text_fits_and_says_what_was_cut(client: Client, model: str | None, limit: int) -> None:
    text = REPORT + "日本語 🎉\n" * 50
    answer = client.request("tokens/truncate", {"text": text, "limit": limit, "model": model})

    recount = client.request("tokens/count", {"texts": [answer["text"]], "model": model})["total"]
    assert answer["tokens"] == recount <= limit
    assert text.startswith(answer["text"])
    assert answer["cutCharacters"] == len(text) - len(answer["text"])
    assert answer["cut"] == (answer["cutCharacters"] > 0)
    if 300 <= limit < 10_000:
        assert recount > limit - 10


def test_a_bill_calibrates_what_is_counted_from_then_on(client: Client, session: Session) -> None:
    model = "claude-calibrated-1"
    session.open(model=model)
    early = session.add(content=REPORT)
    bill = round(1.3 * session.retained())
    for _ in range(12):
        counted = client.request("tokens/count", {"texts": [REPORT], "model": model})
        recorded = client.request(
            "usage/record",
            {"model": model, "counted": counted["total"], "factor": counted["factor"], "reported": bill},
        )
    assert recorded["samples"] == 12

    after = client.request("tokens/count", {"texts": [REPORT], "model": model})
    assert after["counts"][0]["provenance"] == "calibrated"
    assert after["errorBand"]["median"] <= after["errorBand"]["p90"] < 0.2
    assert abs(after["total"] - bill) <= 0.03 * bill
    late = session.add(content=REPORT)
    items = session.items()
    assert items[early]["provenance"] == "estimated"
    assert (items[late]["provenance"], items[late]["tokens"]) == ("calibrated", after["total"])

    rebased = session.call("session/recalibrate")
    assert rebased["items"] == 1
    assert session.items()[early]["tokens"] == after["total"]
    assert session.call("session/recalibrate")["items"] == 0


def test_a_repeated_record_counts_once(client: Client) -> None:
    params = {"model": "billed-once", "counted": 1_000, "reported": 1_100, "requestKey": "bill-1"}

    assert client.request("usage/record", params) == client.request("usage/record", params)


def test_one_count_recorded_again_and_again_is_learned_once(client: Client) -> None:
    bill = {"model": "billed-by-one-count", "counted": 1_000, "reported": 1_100}

    for _ in range(12):
        recorded = client.request("usage/record", bill)

    assert (recorded["samples"], recorded["factor"]) == (12, 1.1)


def test_an_estimate_at_once_is_marked(client: Client) -> None:
    answer = client.request("tokens/count", {"texts": [REPORT], "allowEstimate": True, "model": "gpt-3.5-turbo"})

    assert answer["counts"][0]["provenance"] in ("estimated", "exact")
    exact = client.request("tokens/count", {"texts": [REPORT], "model": "gpt-3.5-turbo"})
    assert (exact["counts"][0]["provenance"], exact["expectedError"]) == ("exact", None)
