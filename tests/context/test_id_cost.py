"""What an id costs in tokens does not depend on which one it is."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxbudget_server.account.ids import make_id, new_nonce
from ctxbudget_server.tokens import count

NONCES = st.integers(0, 10**9 - 1).map(lambda number: f"{number:09}")
AROUND = ("{}", " {}: read", '{{"itemId": "{}"}}', "[ctxbudget {}: 5", "\\n{}: read", "({})", "{}..{}")


@pytest.mark.parametrize("encoding", ["o200k_base", "cl100k_base"])
@given(nonce=NONCES, number=st.integers(0, 999_999), around=st.sampled_from(AROUND))
def test_all_ids_cost_the_same(encoding: str, nonce: str, number: int, around: str) -> None:
    made, plain = make_id("i", nonce, number), make_id("i", "0" * 9, 0)
    assert count(around.format(made, made), encoding) == count(around.format(plain, plain), encoding)


def test_nonces_differ_and_are_digits() -> None:
    drawn = {new_nonce() for _ in range(200)}
    assert len(drawn) == 200
    assert all(re.fullmatch(r"\d{9}", nonce) for nonce in drawn)
