"""What words cost in Claude's vocabularies: the least number of measured pieces, additive, and bounded in time."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxbudget_server.tokens import EditedRange, around, count_for, resolve, weight_of
from ctxbudget_server.tokens.data import build_words
from ctxbudget_server.tokens.encodings import CLAUDE_3_WORDS, CLAUDE_4_7_WORDS, WordSource
from ctxbudget_server.tokens.estimator import byte_joints
from ctxbudget_server.tokens.vocabulary import VocabularyDataError
from ctxbudget_server.tokens.words import MAX_WORD_LETTERS, load_words

MIXED = st.text(alphabet="abXY 09_/-.\n\t()é→中", max_size=80)


@pytest.mark.parametrize(
    ("word", "old", "new"),
    [
        ("get", 1, 1), ("Foo", 2, 3), ("I", 1, 1), ("NASA", 1, 3), ("ABC", 1, 3), ("getUserName", 2, 4),
        ("parseHTTPResponse", 4, 9), ("TestFooBAR", 5, 7),
    ],
)  # fmt: skip
def test_words_cost_what_ctok_says(word: str, old: int, new: int) -> None:
    assert load_words(CLAUDE_3_WORDS).count(word) == (1, old)
    assert load_words(CLAUDE_4_7_WORDS).count(word) == (1, new)


def test_a_text_costs_what_its_words_cost() -> None:
    counter = load_words(CLAUDE_3_WORDS)
    text = "cmd/entire/cli: getUserName(NASA) 12 " * 3_000

    words, pieces = counter.count(text)

    one = [counter.count(word)[1] for word in ("cmd", "entire", "cli", "getUserName", "NASA")]
    assert (words, pieces) == (15_000, 3_000 * sum(one))


def test_a_run_of_letters_is_several_words() -> None:
    words, pieces = load_words(CLAUDE_3_WORDS).count("q" * 100 * MAX_WORD_LETTERS)

    assert words == 100
    assert 100 < pieces <= 100 * (MAX_WORD_LETTERS + 2)


def test_counting_words_can_be_cancelled() -> None:
    def check() -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        load_words(CLAUDE_3_WORDS).count("word " * 100_000, check)
    with pytest.raises(TimeoutError):
        byte_joints("word\n" * 100_000, check)


@given(st.lists(MIXED, min_size=2, max_size=6))
def test_the_weight_of_lines_is_that_of_the_whole(parts: list[str]) -> None:
    family = resolve("claude-opus-4-6")
    lines = [f"x{part.rstrip()}\n" for part in parts]

    assert sum(weight_of(line, family) for line in lines) == pytest.approx(weight_of("".join(lines), family))


@given(MIXED, MIXED, MIXED, MIXED)
def test_an_edit_changes_the_weight_by_what_is_around_it(before: str, gone: str, come: str, after: str) -> None:
    family = resolve("claude-opus-4-6")
    old, new = before + gone + after, before + come + after

    was, becomes = around(old, EditedRange(len(before), len(before) + len(gone), come))

    changed = weight_of(old, family) - weight_of(was, family) + weight_of(becomes, family)
    assert changed == pytest.approx(weight_of(new, family))


def test_words_unknown_to_o200k_cost_what_they_cost_claude() -> None:
    """Two texts of equal bytes by kind: one of Claude's words, one of letters in no order."""
    known = "context budget counter estimate reports " * 50
    unknown = "xtcotne tbgedu rcoutne mietaset rtpeors " * 50
    family = resolve("claude-opus-4-6")

    assert count_for(unknown, family).tokens == pytest.approx(901, rel=0.1)
    assert count_for(unknown, family).tokens > 3 * count_for(known, family).tokens


@pytest.mark.parametrize(("model", "ctok"), [("claude-opus-4-6", 232), ("claude-opus-4-8", 510)])
def test_prose_costs_what_ctok_says(model: str, ctok: int) -> None:
    licence = Path(__file__).parents[2] / "LICENSE"

    assert count_for(licence.read_text(), resolve(model)).tokens == pytest.approx(ctok, rel=0.08)


def test_damaged_pieces_are_refused() -> None:
    with pytest.raises(VocabularyDataError, match="damaged"):
        load_words(WordSource(CLAUDE_3_WORDS.blob, "0" * 64, 4))


def test_only_pieces_of_letters_are_packed() -> None:
    import zlib

    groups = {
        "word_pieces": {"⟨bow⟩get⟨eow⟩": {}, "⟨shift⟩": {}, "né": {}},
        "bytes_fallback": {"ab": {}},
        "p": {"<": {}},
    }
    packed = build_words.pack(json.dumps({"tokens": groups}).encode())

    assert zlib.decompress(packed).decode().split("\n") == ["<get>", "^"]


def test_a_foreign_file_of_pieces_is_not_packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["build_words", str(tmp_path)])
    (tmp_path / "pieces_v3.json").write_text("{}")
    assert hashlib.sha256(b"{}").hexdigest() != build_words.SOURCES["claude_3_words"][1]

    with pytest.raises(ValueError, match="not the file"):
        build_words.main()
