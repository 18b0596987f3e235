import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from token_texts import texts

from ctxbudget_server.tokens import count, fits, truncate, vocabulary

FIXED = settings(deadline=None, max_examples=300)
LIMITS = st.integers(-1, 60)


@given(texts, LIMITS)
@FIXED
def test_fits_is_the_count_compared(text, limit):
    tokens = count(text)
    answer = fits(text, limit)
    assert answer.fits == (tokens <= limit)
    assert answer.tokens in {None, tokens}


@given(st.lists(texts, min_size=1, max_size=3), st.integers(0, 2000))
@FIXED
def test_fits_in_several_chunks(parts, limit):
    text = ("".join(parts) + " and so on.\n") * 120
    assert fits(text, limit).fits == (count(text) <= limit)


@given(texts, LIMITS)
@FIXED
def test_truncate_keeps_the_limit_and_says_what_it_cut(text, limit):
    kept = truncate(text, limit)
    assert text.startswith(kept.text)
    assert kept.tokens == count(kept.text) <= max(limit, 0)
    removed = text[len(kept.text) :]
    assert kept.is_cut == bool(removed)
    assert kept.removed_characters == len(removed)
    assert kept.removed_bytes == len(removed.encode("utf-8", "surrogatepass"))
    assert kept.removed_lines == len(removed.removesuffix("\n").split("\n")) * bool(removed)
    if count(text) <= limit:
        assert not removed


def test_truncate_is_close_to_the_limit():
    text = "The quick brown fox's 12345 jumps;\n\tover {the: 'lazy'} dog.\n" * 500
    for limit in (1, 10, 100, 999, 5000):
        assert limit - 3 <= truncate(text, limit).tokens <= limit


def test_truncate_never_takes_a_long_token_for_too_long():
    for line in (" " * 128, "-" * 128, "=" * 64, "\t" * 100):
        for limit in range(6):
            assert truncate(line * 5, limit).tokens <= limit
            assert truncate(line * limit, count(line * limit)).text == line * limit


@pytest.mark.parametrize("character", ["👩\u200d👩\u200d👧", "👍🏽", "🇫🇷", "e\u0301\u0323", "각", "❤\ufe0f", "\r\n"])
def test_truncate_breaks_no_character(character):
    for encoding in ("o200k_base", "cl100k_base"):
        text = "x" + character * 8
        for limit in range(count(text, encoding)):
            kept = truncate(text, limit, encoding).text
            assert kept in {"", *("x" + character * n for n in range(8))}


def test_truncate_keeps_surrogate_pairs_whole():
    text = "a \ud83d\ude42 \ud83d b" * 50
    for limit in range(count(text)):
        kept = truncate(text, limit).text
        assert text.startswith(kept)
        # A pair may only end the text complete; the lone one of this text is followed by a space.
        assert not (kept.endswith("\ud83d") and text[len(kept)] == "\ude42")


def test_bytes_within_the_limit_need_no_vocabulary(monkeypatch):
    monkeypatch.setattr(vocabulary, "_loaded", {})
    monkeypatch.setattr(vocabulary, "Vocabulary", None)
    assert fits("añb", 4) == (True, None)
    assert fits("文" * 1000, 3000) == (True, None)
    assert fits("\ud83d" * 10, 30) == (True, None)
    assert fits("x" * 1_000_000, 1000) == (False, None)
    assert fits("", 0) == (True, None)


@pytest.mark.parametrize("line", ["Some words in a row.\n", "x", " ", "文"])
def test_cost_is_in_proportion_to_the_limit(line):
    text = line * (8_000_000 // len(line))
    fits(text, 100), truncate(text, 100)
    start = time.process_time()
    assert not fits(text, 2000).fits
    assert truncate(text, 2000).tokens <= 2000
    assert time.process_time() - start < 1.0


def test_check_cancels():
    class CancelledError(Exception):
        pass

    def check() -> None:
        raise CancelledError

    text = "a line of text\n" * 100_000
    with pytest.raises(CancelledError):
        fits(text, 200_000, check=check)
    with pytest.raises(CancelledError):
        truncate(text, 200_000, check=check)
