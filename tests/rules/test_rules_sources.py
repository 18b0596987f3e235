"""Sources: what they brought in and what is kept sums to the account."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ctxbudget_server.rules.items import Item
from ctxbudget_server.rules.sources import Source, shortened, sources

NAMES = st.sampled_from((None, "one", "two", "three"))


def item(number: int, agent: str | None, tokens: int, **values: Any) -> Item:
    """An item."""
    return Item(**{
        **dict.fromkeys(Item._fields), "id": f"i{number}", "seq": number, "layer": "transient", "kind": "other",
        "pinned": False, "marker": False, "brought_in": True, "tokens": tokens, "raw_tokens": tokens, "factor": 1.0,
        "provenance": "exact", "segments": (), "state": "retained", "withdrawn": False, "reduces": (),
        "added_at": "", "revision": 1, "agent": agent, **values,
    })  # fmt: skip


@given(st.lists(st.tuples(NAMES, st.integers(0, 1_000), st.booleans(), st.booleans())), st.integers(1, 5))
def test_the_tables_sum_to_the_account(rows: list[tuple[str | None, int, bool, bool]], most: int) -> None:
    items = [
        item(n, agent, tokens, brought_in=came, state="retained" if kept else "pruned")
        for n, (agent, tokens, came, kept) in enumerate(rows)
    ]
    found = sources(items, lambda one: one.agent)
    shown, others = shortened(found, most)
    assert len(shown) <= most
    table = [*shown, *([others] if others else [])]
    assert sum(row.entered for row in table) == sum(one.figures.processed for one in items)
    assert sum(row.kept for row in table) == sum(one.figures.retained for one in items)
    assert sum(row.items for row in table) == sum(one.brought_in for one in items)


def test_what_replaces_items_belongs_to_their_source_if_they_share_it() -> None:
    first = item(1, "one", 100, state="reduced")
    second = item(2, "two", 50, state="reduced")
    own = item(3, None, 10, brought_in=False, reduces=("i1",))
    mixed = item(4, None, 7, brought_in=False, reduces=("i1", "i2"))
    items = [first, second, own, mixed]
    assert sources(items, lambda one: one.agent) == [
        Source("one", 1, 100, 10),
        Source("two", 1, 50, 0),
        Source(None, 0, 0, 7),
    ]
