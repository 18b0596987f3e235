"""What holds for every text: the bound, the source's own words, the same answer twice, a bounded time."""

import json
import time

import pytest
from extract_checks import count, invented
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ctxbudget_server.extract import KINDS, extract

SENTENCE = st.sampled_from(
    [
        "The store keeps every session.",
        "It fails when `config.yaml` is missing!",
        "See [the guide](docs/guide.md) for more.",
        "- **Status**: done",
        "- [ ] write tests for foo_bar()",
        "## Recommendations",
        "# Plan of the Work",
        "### Phase 1: Begin [DONE]",
        "1. Use AppCache.get in src/app/cache.py.",
        "| Key | Value |",
        "|---|---|",
        "| Effort | 3 hours |",
        "",
        "",
        "```",
        "~~old~~ new text.",
        "Ran 3 tests in 0.1s",
        "FAILED (failures=1)",
        "2 passed in 0.10s",
        "--- FAIL: TestX (0.0s)",
        "日本語の文章です。",
        "> quoted *words* here.",
        "a" * 300,
        "---",
        "title: Some name",
        "Why? Because. It works.",
        "\ud800 broken",
        "\x00 nul",
        "__bold__ and _thin_ words.",
        "**Phase 2: Build** (done)",
        "- [x] Phase 3: Ship - blocked",
        "4. Phase 4 depends on Phase 1 and 2",
        "Depends on Phase 1",
        "Phase 2 → Phase 1",
        "## Dependencies",
        "### Phase 3 ✅ (after Phase 2)",
        "| 2 | Sow | in progress |",
        "We expect this to take 3-4 days.",
        "## Estimate",
        "estimated_hours: 12",
        "## Complexity",
        "7/10 for now.",
        "Root cause: the pool is closed twice.",
        "## Remaining work",
        "work_remaining: 2",
        "**Not done:**",
        "[Summary will be added here]",
        "(pending)",
        "✅ It works well.",
    ]
)
TEXTS = st.one_of(
    st.lists(SENTENCE, max_size=40).map("\n".join),
    st.lists(SENTENCE, max_size=12).map("\r\n".join),
    st.text(max_size=400),
)
SLOW = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@given(TEXTS, st.integers(0, 120), st.sampled_from([None, *KINDS]), st.sampled_from([None, "config tests", "?"]))
@SLOW
def test_bound_determinism_and_whole_words(text: str, budget: int, kind: str | None, focus: str | None):
    found = extract(text, count=count, kind=kind, max_tokens=budget, focus=focus, item_id="i1")
    assert found.tokens == count(found.text) <= budget
    assert found == extract(text, count=count, kind=kind, max_tokens=budget, focus=focus, item_id="i1")
    assert len(found.summary.split()) <= 50
    assert 0.0 <= found.reduction <= 1.0
    if count(text) <= budget:
        assert found.text == text


@given(
    st.lists(SENTENCE.filter(lambda s: "\ud800" not in s and "~~" not in s and s != "```"), max_size=30),
    st.integers(5, 90),
    st.sampled_from([None, "report", "plan", "summary", "debug"]),
)
@SLOW
def test_every_line_stands_in_the_source(lines: list[str], budget: int, kind: str | None):
    text = "\n\n".join(lines)
    assert not invented(extract(text, count=count, kind=kind, max_tokens=budget), text)


HOSTILE = {
    "minified": "function a(b,c){return b+c};var x=[1,2,3];" * 8_000,
    "deep json": "[" * 50_000 + "]" * 50_000,
    "deep objects": '{"a":' * 30_000 + "1" + "}" * 30_000,
    "big json": json.dumps([{"id": i, "name": f"n{i}", "at": f"src/{i}.py"} for i in range(4_000)]),
    "one word": "a" * 300_000,
    "spaces": " " * 300_000,
    "brackets": "[" * 200_000,
    "stars": "**a" * 70_000,
    "backticks": "`" * 200_000,
    "comments": "<!--" * 60_000,
    "tildes": "~~a" * 70_000,
    "nested list": "\n".join(" " * (i % 200) + "- x" for i in range(3_000)),
    "tables": "| a | b |\n|---|---|\n" * 6_000,
    "quotes": "> " * 100_000,
    "cjk": "这是一个没有空格的句子。" * 15_000,
    "carriage returns": "# A\rSome words here.\r" * 4_000,
    "headings": "# x\n" * 15_000,
    "underlines": "a\n=\n" * 40_000,
    "abbreviations": "A. " * 80_000,
    "open fences": "```x\ny\n" * 30_000,
    "equals": "=" * 200_000,
    "junit": "<testsuite tests='3'>" * 8_000,
    "dashes": "-" * 200_000,
    "pluses": "+ " * 80_000,
    "phase headings": "".join(f"# Phase {n}.{n}: x\nStatus: open\n" for n in range(8_000)),
    "phase items": "".join(f"{' ' * (n % 60)}- Phase {n % 999}: x [done]\n" for n in range(8_000)),
    "phase rows": "| Phase | Status | Depends on |\n|---|---|---|\n" + "| 7 | done | 1-50 |\n" * 9_000,
    "links": "Phase 3 depends on Phase 1 → Phase 2, and Phase 4. " * 6_000,
    "remaining": "## Remaining\n" + "".join(f"- thing {n}: x\n" for n in range(12_000)),
    "estimates": "We expect that this will take about " * 8_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_take_a_bounded_time(name: str):
    text = HOSTILE[name]
    for kind, focus in ((None, "some question"), ("plan", None), ("test-output", None)):
        start = time.process_time()
        found = extract(text, count=lambda s: len(s) // 4 + 1, kind=kind, max_tokens=50, focus=focus)
        spent = time.process_time() - start
        assert found.tokens <= 50
        # The aim is 1 s per MB on an idle machine; loaded test machines get room.
        assert spent < 3.0 * max(0.4, len(text) / 1e6)


def test_cancellation_stops_the_work():
    class CancelledError(Exception):
        pass

    calls = 0

    def check() -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise CancelledError

    with pytest.raises(CancelledError):
        extract("# T\n\nSome words stand here.\n" * 50, count=count, max_tokens=30, check=check)


def test_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="kind must be one of"):
        extract("x", count=count, kind="novel")
