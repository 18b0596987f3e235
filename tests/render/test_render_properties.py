"""What holds of every text, whatever is on the account and however little room there is."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from render_items import COMPLETED, METADATA_TOKENS, RUNNING, counted, rendered, sessions, tools

from ctxbudget_protocol.words import Detail
from ctxbudget_server.render import OverLimitError, Rendered, RenderRequest
from ctxbudget_server.render.model import CLOSING, RenderCandidate
from ctxbudget_server.render.piece_cache import SEAM, PieceCache
from ctxbudget_server.render.scoring import candidates
from ctxbudget_server.rules.items import Item

LIMITS = st.integers(1, 1500)


def attempt(items: list[Item], limit: int) -> Rendered | None:
    """The text, or None where what must stand does not fit."""
    try:
        return rendered(items, limit)
    except OverLimitError as over:
        assert over.requested > limit
        return None


@settings(max_examples=300)
@given(sessions(), LIMITS)
def test_never_over_and_counted_as_a_whole(items: list[Item], limit: int) -> None:
    found = attempt(items, limit)
    assume(found is not None)

    assert found.tokens == counted(found.text) <= limit
    assert [shown.item_id for shown in found.shown] == [each.id for each in items]
    for shown, each in zip(found.shown, items, strict=True):
        named = f"item {each.id}" in found.text
        assert named == (shown.tokens > 0)
        if shown.detail == "whole":
            assert each.segments[0] in found.text
        if each.pinned:
            assert shown.detail == ("whole" if each.hash else "line")
        if each.layer == "permanent":
            assert shown.detail != "omitted"


@settings(max_examples=150)
@given(sessions(), st.integers(1, 400))
def test_what_must_stand_is_told_to_the_token(items: list[Item], limit: int) -> None:
    try:
        rendered(items, limit)
    except OverLimitError as over:
        assert rendered(items, over.requested).tokens <= over.requested
        with pytest.raises(OverLimitError):
            rendered(items, over.requested - 1)


@settings(max_examples=150)
@given(sessions(), sessions(), LIMITS, st.sampled_from([None, 1, 2]))
def test_the_permanent_beginning_depends_on_the_permanent_items_alone(
    items: list[Item], others: list[Item], limit: int, phase: int | None
) -> None:
    permanent = [each for each in items if each.layer == "permanent"]
    alone = rendered(permanent, 100_000)
    mixed = permanent + [
        each._replace(id=f"o{each.id}", seq=each.seq + 100) for each in others if each.layer != "permanent"
    ]
    try:
        found = rendered(sorted(mixed, key=lambda each: each.seq), limit, relevance={each.id: 1.0 for each in mixed})
    except OverLimitError:
        return
    whole = [shown.detail for shown in found.shown if shown.item_id in {each.id for each in permanent}]
    assume(whole == [shown.detail for shown in alone.shown])
    assert found.text.startswith(alone.text)
    assert found.stable_prefix_tokens == alone.tokens == counted(alone.text)


@settings(max_examples=150)
@given(sessions(), LIMITS, st.integers(1, 300))
def test_more_room_is_never_worth_less(items: list[Item], limit: int, more: int) -> None:
    less = attempt(items, limit)
    assume(less is not None)
    assert rendered(items, limit + more).value >= less.value


@settings(max_examples=60)
@given(sessions(most=6, least=1), LIMITS)
def test_close_to_the_best_of_all_choices(items: list[Item], limit: int) -> None:
    """As good as the best choice for a limit smaller by the frame and the seams, never better than that for its own."""
    found = attempt(items, limit)
    assume(found is not None)
    smaller = best_by_trying(items, limit - FRAME - SEAM * len(items))
    assert smaller is None or found.value >= smaller
    assert found.value <= best_by_trying(items, limit)


FRAME = 35
"""Tokens of the headings, a marker and the empty lines at most."""


def best_by_trying(items: list[Item], limit: int) -> tuple[int, int] | None:
    """The most value of all choices that fit, permanent items before the others."""
    request = RenderRequest("s-1", items, limit, METADATA_TOKENS, RUNNING, COMPLETED)
    found = candidates(request)
    cache = PieceCache(request, tools())
    values = [
        value_of(found, choice)
        for choice in itertools.product(*([None, *each.details] for each in found))
        if all(detail or not each.required for each, detail in zip(found, choice, strict=True))
        and cost_of(cache, found, choice) <= limit
    ]
    return max(values, default=None)


def cost_of(cache: PieceCache, found: list[RenderCandidate], choice: tuple[Detail | None, ...]) -> int:
    """Tokens of a choice without empty lines. Of a phase that speaks for itself no marker stands; the closing line is
    not written where all stands as fine as it may."""
    chosen = [(each, detail) for each, detail in zip(found, choice, strict=True) if detail]
    phases = {each.phase for each, _ in chosen if each.item}
    pieces = [(each, detail) for each, detail in chosen if each.item or each.phase not in phases - {None}]
    if all(detail == each.details[-1] for each, detail in zip(found, choice, strict=True)):
        pieces = [piece for piece in pieces if piece[0].key != CLOSING]
    headings = {each.section for each, _ in pieces}
    return sum(cache.piece(*piece).tokens for piece in pieces) + sum(cache.heading(one).tokens for one in headings)


def value_of(found: list[RenderCandidate], choice: tuple[Detail | None, ...]) -> tuple[int, int]:
    """The value of a choice: of permanent items, and of the others; what cannot stand otherwise counts for nothing."""
    values = [(each, each.value(detail or "omitted")) for each, detail in zip(found, choice, strict=True)]
    return (
        sum(value for each, value in values if each.required and each.required != each.details[-1]),
        sum(value for each, value in values if not each.required),
    )
