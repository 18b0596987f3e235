"""What holds for every text: the bound, the source's own words, the same answer twice, a bounded time."""

import json
import time
from collections.abc import Callable

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


HOSTILE: dict[str, Callable[[int], str]] = {
    "minified": lambda n: "function a(b,c){return b+c};var x=[1,2,3];" * (4_000 * n),
    "deep json": lambda n: "[" * (25_000 * n) + "]" * (25_000 * n),
    "deep objects": lambda n: '{"a":' * (15_000 * n) + "1" + "}" * (15_000 * n),
    "big json": lambda n: json.dumps([{"id": i, "name": f"n{i}", "at": f"src/{i}.py"} for i in range(2_000 * n)]),
    "one word": lambda n: "a" * (150_000 * n),
    "spaces": lambda n: " " * (150_000 * n),
    "brackets": lambda n: "[" * (100_000 * n),
    "stars": lambda n: "**a" * (35_000 * n),
    "backticks": lambda n: "`" * (100_000 * n),
    "comments": lambda n: "<!--" * (30_000 * n),
    "tildes": lambda n: "~~a" * (35_000 * n),
    "nested list": lambda n: "\n".join(" " * (i % 200) + "- x" for i in range(1_500 * n)),
    "tables": lambda n: "| a | b |\n|---|---|\n" * (3_000 * n),
    "quotes": lambda n: "> " * (50_000 * n),
    "cjk": lambda n: "这是一个没有空格的句子。" * (7_500 * n),
    "carriage returns": lambda n: "# A\rSome words here.\r" * (2_000 * n),
    "headings": lambda n: "# x\n" * (7_500 * n),
    "underlines": lambda n: "a\n=\n" * (20_000 * n),
    "abbreviations": lambda n: "A. " * (40_000 * n),
    "open fences": lambda n: "```x\ny\n" * (15_000 * n),
    "equals": lambda n: "=" * (100_000 * n),
    "junit": lambda n: "<testsuite tests='3'>" * (4_000 * n),
    "junit cases": lambda n: "<testsuite>" + '<testcase name="' * (10_000 * n),
    "mocha failures": lambda n: " 1 passing\n 1 failing\n" + "  1) a\n b\n" * (15_000 * n),
    "tap suites": lambda n: "ok 1 - a\n    not ok 2 - b\n" * (7_500 * n),
    "assignments": lambda n: "a = " * (40_000 * n),
    "dashes": lambda n: "-" * (100_000 * n),
    "pluses": lambda n: "+ " * (40_000 * n),
    "phase headings": lambda n: "".join(f"# Phase {i}.{i}: x\nStatus: open\n" for i in range(4_000 * n)),
    "phase items": lambda n: "".join(f"{' ' * (i % 60)}- Phase {i % 999}: x [done]\n" for i in range(4_000 * n)),
    "phase rows": lambda n: "| Phase | Status | Depends on |\n|---|---|---|\n" + "| 7 | done | 1-50 |\n" * (4_500 * n),
    "links": lambda n: "Phase 3 depends on Phase 1 → Phase 2, and Phase 4. " * (3_000 * n),
    "remaining": lambda n: "## Remaining\n" + "".join(f"- thing {i}: x\n" for i in range(6_000 * n)),
    "estimates": lambda n: "We expect that this will take about " * (4_000 * n),
}


QUESTIONS = ((None, "some question"), ("plan", None), ("test-output", None))


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_take_a_bounded_time(name: str):
    half, whole = HOSTILE[name](1), HOSTILE[name](2)
    for kind, focus in QUESTIONS:
        spent = seconds(whole, kind, focus)
        # The aim is 1 s per MB on an idle machine.
        if spent < 3.0 * max(0.4, len(whole) / 1e6):
            continue
        # A loaded machine is slow with every text; what grows faster than the text is slow on any machine.
        assert spent < 30.0 * max(0.4, len(whole) / 1e6)
        least = min(seconds(whole, kind, focus) for _ in range(2))
        assert min(spent, least) < 3.0 * min(seconds(half, kind, focus) for _ in range(2)), "not linear"


def seconds(text: str, kind: str | None, focus: str | None) -> float:
    """Processor time of one extraction, which keeps its bound."""
    start = time.process_time()
    found = extract(text, count=lambda s: len(s) // 4 + 1, kind=kind, max_tokens=50, focus=focus)
    spent = time.process_time() - start
    assert found.tokens <= 50
    return spent


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


SPARSE = {
    "nested json": json.dumps({"run": {"result": {"jobs": [{"step": {"code": 3, "name": "deploy to staging"}}] * 30}}}),
    "array of objects": json.dumps([{"id": i, "state": "open", "mail": f"u{i}@example.org"} for i in range(200)]),
    "array of arrays": json.dumps([[i, i * 2] for i in range(200)]),
    "unparseable json": "[" * 9_000,
    "json with one long text": json.dumps(
        {"text": "word " * 900, "more": {"text": "This is said first. Then more. " * 60}}
    ),
    "chinese without marks": "这是一个没有标点的句子" * 200,
    "chinese sentences": "这是一个没有空格的句子。" * 200,
    "thai": "ภาษาไทยไม่มีช่องว่าง" * 100,
    "arabic": "هذه جملة طويلة باللغة العربية تشرح النتائج " * 60,
    "hebrew lines": "\n".join(f"שורה מספר {i} של הדוח" for i in range(100)),
    "one word": "a" * 5_000,
    "minified": "function a(b,c){return b+c};var x=[1,2,3];" * 200,
    "only a table": "| a | b |\n|---|---|\n" + "\n".join(f"| row {i} | value {i} |" for i in range(100)),
    "only headings": "\n".join(f"## Heading number {i}" for i in range(100)),
    "only code": "```\n" + "x = 1\n" * 300 + "```\n",
    "only comments": "<!-- note -->\n" * 300,
    "only quotes": "\n".join(f"> quoted {i}" for i in range(200)),
    "only boxes": "\n".join(f"- [ ] do {i}" for i in range(200)),
    "tabs": "\n".join(f"col{i}\tval{i}\tx" for i in range(200)),
    "crlf": "".join(f"Line number {i} says something here.\r\n" for i in range(200)),
    "marks": "=-+*" * 900,
    "emoji": "😀🎉" * 600,
    "html": "<html><body>" + "<div class='a'><p>Some text</p></div>" * 200 + "</body></html>",
}


@pytest.mark.parametrize("limit", [20, 30, 60, 250])
@pytest.mark.parametrize("name", SPARSE)
def test_a_text_is_never_empty_where_a_word_fits(name: str, limit: int):
    for focus in (None, "nothing of the kind"):
        found = extract(SPARSE[name], count=count, max_tokens=limit, focus=focus)
        assert found.text.strip() and found.tokens == count(found.text) <= limit
    if name not in ("only comments",):
        assert not invented(found, SPARSE[name])


def test_json_tells_its_shape_its_counts_and_what_is_seldom():
    found = extract(
        json.dumps(
            {"status": "error", "items": [{"id": f"it-{i}", "state": "open" if i else "shut"} for i in range(90)]}
        ),
        count=count,
        max_tokens=100,
    )
    assert found.text.startswith("object, keys status items\nitems: array of 90, keys id state\n")
    assert "status: error" in found.text and "state: open (×89), shut (×1)" in found.text
    small = extract(SPARSE["array of objects"], count=count, max_tokens=20)
    assert small.text.startswith("array of 200, keys id state mail")
