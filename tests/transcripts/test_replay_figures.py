"""The figures of a replay, beside sums that were worked out another way."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fit.fit_conversations import MAKERS, STEPS, Step
from fit.fit_legal import faults
from hypothesis import given, settings
from recordings import long_session
from report.pages import Page

from ctxbudget_server.extract import distinct_names, index_entries, stands_in
from ctxbudget_server.fit import SHAPES, USUAL_PRICES, Prices, Tools
from ctxbudget_server.pages.replays import replay_page
from ctxbudget_server.replay import Replay, Stretch, painted, panels, policy, replay
from ctxbudget_server.transcripts.detection import read_transcript

TOOLS = Tools(
    count=lambda text: -(-len(text) // 4),
    total=lambda pieces: -(-len("".join(pieces)) // 4),
    names=index_entries,
    stands_in=stands_in,
    lead=lambda text, limit, focus: text[: 4 * limit],
    verdict=lambda text: "",
    check=lambda: None,
)
CLEARED = "[Old tool result content cleared]"


def replayed(stretches: list[Stretch], *specs: str, shape: str = "anthropic", prices: Prices | None = None) -> Replay:
    made = {spec: policy(spec, shape, TOOLS, None, USUAL_PRICES) for spec in specs}
    return replay(stretches, shape, made, TOOLS, names=distinct_names, prices=prices or USUAL_PRICES)


def session(**given: Any) -> list[Stretch]:
    return [Stretch(one.messages, one.shared) for one in read_transcript(long_session(**given).text()).segments]


def tokens(messages: list[dict[str, Any]]) -> int:
    return sum(TOOLS.count(f" {json.dumps(message, ensure_ascii=False)},") for message in messages)


def test_every_call_sends_all_that_was_before_it() -> None:
    [stretch] = session(calls=8)
    found = replayed([stretch])

    prefixes = [stretch.messages[:end] for end, m in enumerate(stretch.messages) if m["role"] == "assistant"]
    assert found.baseline.tokens == [tokens(prefix) for prefix in prefixes]
    assert found.baseline.token_turns == sum(map(tokens, prefixes))
    assert (found.baseline.names.lost, found.baseline.names.absent, found.baseline.removed) == (0, 0, 0)


def test_a_result_is_cleared_once_so_many_calls_have_sent_it() -> None:
    [stretch] = session(calls=10)
    found = replayed([stretch], "clear:3").outcomes[0]

    expected = []
    for call in range(11):
        sent = json.loads(json.dumps(stretch.messages[: 2 * call + 1]))
        for entered in range(1, call - 2):
            sent[2 * entered]["content"][0]["content"] = CLEARED
        expected.append(tokens(sent))
    assert found.tokens == expected
    assert found.removed == 7


def test_names_are_lost_with_their_result_unless_something_holds_them() -> None:
    """At each call from the seventh on, the agent speaks a name that a result brought six calls before."""
    found = replayed(session(calls=20), "clear:3", "clear:12", "reduce:3")
    early, late, reduced = (outcome.names for outcome in found.outcomes)

    assert found.baseline.names.used == 14
    assert (early.used, early.after, early.lost, early.absent) == (14, 14, 14, 14)
    assert (late.after, late.lost, late.absent) == (0, 0, 0)
    assert reduced.after == 14
    assert reduced.lost < 7, "metadata keeps names"
    assert found.saved(found.outcomes[0]) > found.saved(found.outcomes[2]) > found.saved(found.outcomes[1]) > 0


def test_a_small_result_stays() -> None:
    found = replayed(session(calls=20, lines=10), "clear:3", "reduce:3")
    assert [outcome.removed for outcome in found.outcomes] == [0, 0]
    assert [found.saved(outcome) for outcome in found.outcomes] == [0, 0]


def test_the_cache_holds_what_did_not_change_since_the_call_before() -> None:
    stretches = session(calls=9, compact_after=5)
    found = replayed(stretches, "clear:3", prices=Prices(read=0.5, write=2.0))

    def cost(sent: list[int], cached: list[int]) -> float:
        return sum(0.5 * old + 2.0 * (whole - old) for whole, old in zip(sent, cached, strict=True))

    sent = found.baseline.tokens
    cached = [0 if call in (0, 5) else sent[call - 1] for call in range(len(sent))]
    assert found.breaks == [5]
    assert found.baseline.cost == pytest.approx(cost(sent, cached))
    cleared = found.outcomes[0]
    assert found.cost_ratio(cleared) == pytest.approx(cleared.cost / found.baseline.cost)
    assert cleared.cost > cost(cleared.tokens, [0, *cleared.tokens[:-1]]), "a change in the middle costs the rest again"


def test_calls_before_a_step_back_are_made_once() -> None:
    [stretch] = session(calls=6)
    twice = [stretch, Stretch(stretch.messages, shared=9)]

    found = replayed(twice, "clear:2")

    once = replayed([stretch], "clear:2")
    assert found.baseline.tokens == once.baseline.tokens + once.baseline.tokens[4:]
    assert found.outcomes[0].tokens == once.outcomes[0].tokens + once.outcomes[0].tokens[4:]


@pytest.mark.parametrize("form", MAKERS)
@settings(max_examples=25)
@given(steps=STEPS)
def test_what_policies_send_is_legal_and_within_its_limit(form: str, steps: list[Step]) -> None:
    messages = MAKERS[form](steps)
    limit = max(60, tokens(messages) // 3)
    for spec in ("none", "clear:1", "reduce:1", f"fit:{limit}"):
        running = policy(spec, form, TOOLS, None, USUAL_PRICES)()
        ends = [i for i, m in enumerate(messages) if SHAPES[form].role(m) == "assistant" and i > 0]
        for end in ends:
            if faults(form, messages[:end]):
                continue
            assert not faults(form, running.array(messages[:end]))
    found = replayed([Stretch(messages)], f"fit:{limit}", f"drop-oldest:{limit}", "reduce:2", shape=form)
    assert len(found.baseline.tokens) == len(found.outcomes[0].tokens)
    assert max(found.outcomes[0].tokens) <= max(found.baseline.tokens)


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        ("fit", "needs a limit in tokens"),
        ("clear:0", "expected a positive number, got '0'"),
        ("reduce:x", "expected a positive number, got 'x'"),
        ("none:3", "unknown policy"),
        ("shrink", "unknown policy"),
    ],
)
def test_a_policy_that_cannot_be_is_refused_in_words(spec: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        policy(spec, "anthropic", TOOLS, None, USUAL_PRICES)


def test_the_window_is_the_limit_of_a_policy_without_one() -> None:
    made = {"fit": policy("fit", "anthropic", TOOLS, 4000, USUAL_PRICES)}
    found = replay(session(), "anthropic", made, TOOLS, names=distinct_names, prices=Prices())
    assert max(found.baseline.tokens) > 4000 >= max(found.outcomes[0].tokens)


@pytest.mark.parametrize("width", [30, 80, 200])
def test_panels_are_as_wide_as_asked(width: int) -> None:
    found = replayed(session(calls=30, compact_after=12), "clear:3", "reduce:3")

    lines = panels(found, width)

    assert (
        max(len(line) for line in lines if "token" not in line and not line.lstrip().startswith(("^ ", "┴ "))) <= width
    )
    assert sum(any(block in line for block in "▁▂▃▄▅▆▇█") for line in lines) >= 4
    assert any("^" in line for line in lines), "the break is marked"
    assert "\x1b" not in "".join(lines)
    assert "\x1b[36m" in "".join(map(painted, lines))


def test_cuts_are_marked_where_they_were_made() -> None:
    found = replayed(session(calls=30), "clear:3", "none")
    calls, cuts = len(found.baseline.tokens), found.outcomes[0].cuts

    lines = panels(found, 8 + 4 * calls)  # four columns to a call

    axis = next(line for line in lines if line.startswith("     0 ┼"))
    assert cuts
    assert [column // 4 + 1 for column, cell in enumerate(axis[8:]) if cell == "┴"] == cuts
    assert not any("┴" in line for line in panels(replayed(session(calls=8), "none"), 80))
    page = Page(replay_page(found, name="dots", source="claude-code", window=None, prices=""))
    assert [cut["call"] for cut in page.data("sent")["cuts"]] == cuts


def test_the_page_has_what_each_call_sent_under_each_policy() -> None:
    found = replayed(session(calls=30, compact_after=12), "clear:3", "fit:2000")

    page = Page(replay_page(found, name="a <title> & more", source="claude-code", window=5_000, prices="read 0.1"))

    drawn = page.data("sent")
    for outcome in found.all:
        points = [point for point in drawn["sent"] if point["policy"] == outcome.policy]
        assert [point["tokens"] for point in points] == outcome.tokens
        assert [point["call"] for point in points] == list(range(1, len(outcome.tokens) + 1))
    assert {point["stretch"] for point in drawn["sent"]} == set(range(len(found.breaks) + 1))
    assert [line["call"] for line in drawn["breaks"]] == [call + 0.5 for call in found.breaks]
    assert drawn["window"] in ([], [{"tokens": 5_000, "label": "window 5,000"}])
    assert "a <title> & more" in page.said
    for outcome in found.outcomes:
        assert f"× {found.cost_ratio(outcome):.2f}" in page.said
    assert found.cheapest.policy in page.said


def test_the_page_of_a_long_conversation_is_thinned_and_says_so() -> None:
    found = replayed(session(calls=400), "clear:3")

    page = Page(replay_page(found, name="long", source="claude-code", window=None, prices=""))

    for outcome in found.all:
        points = [point for point in page.data("sent")["sent"] if point["policy"] == outcome.policy]
        assert max(point["tokens"] for point in points) == max(outcome.tokens)
        assert set(outcome.cuts) <= {point["call"] for point in points}
    assert "Thinned: of" in page.said
