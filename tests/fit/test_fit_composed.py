"""Edits of arrays, and of what they leave."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ctxbudget_server.fit.model import Edit, composed, edited


@st.composite
def edits(draw: st.DrawFn, length: int) -> list[Edit]:
    """Edits in order, each of at least one message of an array of this length."""
    found, place = [], 0
    while place < length and draw(st.booleans()):
        start = draw(st.integers(place, length - 1))
        end = draw(st.integers(start + 1, min(length, start + 4)))
        messages: tuple[dict[str, Any], ...] = tuple(
            {"new": draw(st.integers())} for _ in range(draw(st.integers(0, 3)))
        )
        found.append(Edit(start, end, messages))
        place = end
    return found


@given(st.data(), st.integers(1, 12))
def test_edits_of_what_edits_left_are_edits_of_the_array(data: st.DataObject, length: int) -> None:
    array = [{"old": n} for n in range(length)]
    first = data.draw(edits(length))
    between = edited(array, first)
    second = data.draw(edits(len(between))) if between else []

    both = composed(first, second)

    assert edited(array, both) == edited(between, second)
    assert all(one.end <= two.start for one, two in pairwise(both))
    untouched = set(range(length)) - {n for edit in first for n in range(edit.start, edit.end)}
    kept = {message["old"] for message in edited(between, second) if "old" in message}
    gone = {n for edit in both for n in range(edit.start, edit.end)}
    assert untouched - gone <= kept, "no message goes that neither touches"
