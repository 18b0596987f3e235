import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from token_reference import reference, tiktoken_encoding
from token_texts import LONG_RUNS, awkward, texts

from ctxbudget_server.tokens import counting, cuts
from ctxbudget_server.tokens.counting import (
    EditedRange,
    count,
    count_appended,
    count_edited,
    count_growing,
    tail_start,
)

ENCODINGS = ["o200k_base", "o200k_harmony", "cl100k_base"]
FIXED = settings(deadline=None, max_examples=300)


@given(texts, st.sampled_from(ENCODINGS))
@example("<|endoftext|>", "o200k_harmony")
@example("\ud83d\ude42 \ud83d", "o200k_base")
@example("", "cl100k_base")
@FIXED
def test_equals_tiktoken(text, encoding):
    assert count(text, encoding) == reference(text, encoding)


@given(texts, st.sampled_from(ENCODINGS), st.integers(1, 8))
@FIXED
def test_equals_tiktoken_however_small_the_chunks(text, encoding, chunk):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counting, "CHUNK", chunk)
        assert count(text, encoding) == reference(text, encoding)


@given(texts, st.sampled_from(ENCODINGS))
@FIXED
def test_every_cut_is_safe(text, encoding):
    whole = reference(text, encoding)
    position = 0
    while (cut := cuts.next_cut(text, position + 1)) < len(text):
        assert reference(text[:cut], encoding) + reference(text[cut:], encoding) == whole, (text, cut)
        position = cut


@given(texts, st.integers(2, 5))
@FIXED
def test_cuts_do_not_depend_on_the_search_window(text, window):
    every = [cut for cut in range(1, len(text)) if cuts.next_cut(text, cut) == cut]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cuts, "WINDOW", window)
        assert [cut for cut in range(1, len(text)) if cuts.next_cut(text, cut) == cut] == every
        for position in range(len(text) + 1):
            assert cuts.next_cut(text, position) == min((c for c in every if c >= position), default=len(text))
            assert cuts.last_cut(text, position) == max((c for c in every if c < position), default=0)


def test_last_cut_far_back():
    text = "a b" + "b" * 300_000
    assert cuts.last_cut(text) == 1
    assert cuts.next_cut("b" * 300_000 + " x", 5) == 300_000


@pytest.mark.parametrize(
    ("encoding", "name"),
    # o200k_harmony has the vocabulary of o200k_base; in cl100k_base tiktoken itself takes such runs.
    [("o200k_base", name) for name in LONG_RUNS] + [("cl100k_base", "spaces"), ("cl100k_base", "letters")],
)
def test_long_runs(name, encoding, capfd):
    """Against the `regex` module and single-piece BPE, which take the texts that tiktoken cannot cut."""
    import regex

    text = LONG_RUNS[name]
    tiktoken = tiktoken_encoding(encoding)
    # `$` of Python also matches before a last line feed; the patterns mean the end.
    pattern = tiktoken._pat_str.replace("$", r"\Z")
    expected = sum(len(tiktoken._encode_single_piece(piece)) for piece in regex.findall(pattern, text))
    assert count(text, encoding) == expected
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("after", ["", "x", "\n", "\r\n  y", "/", "'s", "\x1c", "🙂"])
@pytest.mark.parametrize("before", ["", "x", "x\n", "  \n", "/\r", ".", "\u3000\n"])
def test_run_rule_equals_tiktoken_where_tiktoken_can(before, after, encoding, monkeypatch):
    """The rule for runs that tiktoken cannot take, tried on runs that it can."""
    from ctxbudget_server.tokens import vocabulary

    monkeypatch.setattr(vocabulary, "LONG_RUN", 3)
    for run in ("   ", " \t \u2003  ", "\xa0" * 9, " " * 500):
        text = before + run + after + run + "z" + run
        assert len(vocabulary.load(encoding).encode(text)) == reference(text, encoding)


class CancelledError(Exception):
    pass


def test_check_cancels_between_chunks():
    calls = 0

    def check() -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise CancelledError

    with pytest.raises(CancelledError):
        count("a line of text\n" * 100_000, check=check)
    assert calls == 3


@pytest.mark.parametrize("line", ["a line of text\n", '{"a":1,"b":[2,3]},', "文字を数える。", "слово "])
def test_check_is_called_for_each_64_kb(line):
    calls = 0

    def check() -> None:
        nonlocal calls
        calls += 1

    text = line * (1_000_000 // len(line))
    assert count(text, check=check) == reference(text, "o200k_base")
    assert calls >= len(text) // (64 * 1024)


def test_check_is_called_where_no_cut_exists():
    calls = 0

    def check() -> None:
        nonlocal calls
        calls += 1

    count("b" * 1_000_000, check=check)
    assert calls >= 15


@given(texts, st.lists(texts, max_size=4), st.sampled_from(ENCODINGS))
@FIXED
def test_append_is_exact(text, additions, encoding):
    counted = count_growing(text, encoding)
    assert counted.tokens == reference(text, encoding)
    for addition in additions:
        text += addition
        counted = count_appended(*counted, addition, encoding)
        assert counted.tokens == reference(text, encoding)
        assert counted.tail == text[tail_start(text) :]


@given(texts, texts, st.sampled_from(ENCODINGS))
@FIXED
def test_tail_holds_whatever_follows(text, more, encoding):
    cut = tail_start(text)
    parts = reference(text[:cut], encoding) + reference(text[cut:] + more, encoding)
    assert parts == reference(text + more, encoding)


@given(st.tuples(awkward, awkward, awkward, awkward), st.sampled_from(ENCODINGS))
@FIXED
def test_edit_is_exact(parts, encoding):
    before, removed, after, replacement = parts
    old = before + removed + after
    edit = EditedRange(len(before), len(before) + len(removed), replacement)
    tokens = count_edited(reference(old, encoding), old, edit, encoding)
    assert tokens == reference(before + replacement + after, encoding)


def test_append_and_edit_encode_only_around_the_change(monkeypatch):
    from ctxbudget_server.tokens import vocabulary

    text = "Some words of a sentence, and more.\n" * 30_000
    tokens = count(text)
    encoded = 0
    encode = vocabulary.Vocabulary.encode

    def watched(self, part):
        nonlocal encoded
        encoded += len(part)
        return encode(self, part)

    monkeypatch.setattr(vocabulary.Vocabulary, "encode", watched)
    appended = count_appended(tokens, text[tail_start(text) :], "one more line\n")
    assert encoded < 100
    encoded = 0
    edited = count_edited(tokens, text, EditedRange(500_000, 500_003, "XYZ"))
    assert encoded < 100
    monkeypatch.undo()
    assert appended.tokens == count(text + "one more line\n")
    assert edited == count(text[:500_000] + "XYZ" + text[500_003:])
