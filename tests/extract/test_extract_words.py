"""Words for matching: where a stem is looked for, every word of that stem is found."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ctxbudget_server.extract.search.words import places_of, terms

ENDINGS = [
    "",
    "ies",
    "sses",
    "shes",
    "xes",
    "s",
    "ingly",
    "edly",
    "ing",
    "ed",
    "ly",
    "ization",
    "ation",
    "ion",
    "y",
    "'s",
]
WORDS = st.builds(
    lambda root, *ends: root + "".join(ends),
    st.text("abeilnstuy1", min_size=1, max_size=5),
    st.sampled_from(ENDINGS[:-1]),
    st.sampled_from(ENDINGS),
)


@given(WORDS, st.sampled_from(["", "(", "x ", "é, "]), st.sampled_from(["", ")", " x"]))
def test_a_word_is_found_by_its_stem(word: str, before: str, after: str) -> None:
    for term in set(terms(word)):
        assert len(before) in places_of(term, f"{before}{word}{after}".lower())


def test_cjk_pairs_are_found_anywhere_and_parts_of_words_nowhere() -> None:
    assert list(places_of("缓存", "清空缓存数据")) == [2]
    assert list(places_of("key", "keyboard monkey key")) == [16]
