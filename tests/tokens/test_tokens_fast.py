"""The extra `fast` gives exactly tiktoken's tokens, or does not count at all."""

import json
import logging
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from token_reference import reference, tiktoken_encoding
from token_texts import texts

from ctxbudget_server.tokens import count, fast, vocabulary
from ctxbudget_server.tokens.data.build_known_tokens import TEXTS
from ctxbudget_server.tokens.encodings import CL100K, O200K

SOURCES = {"o200k_base": O200K, "cl100k_base": CL100K}


@pytest.fixture(scope="module", autouse=True)
def encoder():
    """Only with the extra."""
    pytest.importorskip("splintr", reason="splintr-rs is not installed: pip install 'ctxbudget[fast]'")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vocabulary, "_loaded", {})
        patch.delenv(fast.SWITCH, raising=False)
        yield


@pytest.fixture(params=list(SOURCES))
def encoding(request):
    return request.param


def encode_by_tiktoken(text, encoding):
    return tiktoken_encoding(encoding).encode_ordinary(text)


def test_it_counts_where_it_is_installed(encoding):
    loaded = vocabulary.load(encoding)
    assert loaded.encode("hello world's") == encode_by_tiktoken("hello world's", encoding)
    assert vocabulary.is_fast(encoding)


def test_known_tokens_are_those_of_tiktoken(encoding):
    assert fast.known_tokens(encoding) == [(text, encode_by_tiktoken(text, encoding)) for text in TEXTS]


@given(texts, st.sampled_from(list(SOURCES)))
@settings(deadline=None, max_examples=500)
def test_tokens_are_those_of_tiktoken(text, encoding):
    tokens = encode_by_tiktoken(text, encoding)
    loaded = vocabulary.load(encoding)
    assert loaded.encode(text) == tokens
    assert loaded.decode(tokens) == tiktoken_encoding(encoding).decode_bytes(tokens)


def test_every_character_in_every_branch(encoding):
    """Each branch of the patterns depends on classes of characters, which differ between versions of Unicode."""
    loaded = vocabulary.load(encoding)
    planes = [range(0x34000), range(0xE0000, 0xE0200), range(0xFFF00, 0x100100), range(0x10FF00, 0x110000)]
    for character in (chr(code) for plane in planes for code in plane if not 0xD800 <= code < 0xE000):
        text = f"a{character}b {character * 2}'s {character}A'{character}s1{character}2\n{character}/\n \t{character}"
        assert loaded.encode(text) == encode_by_tiktoken(text, encoding), hex(ord(character))


@pytest.mark.parametrize("text", ["\u017f", "l'\u017f'Se", "a" * (fast.LONGEST + 1), " " * 1_000_000])
def test_what_it_does_not_handle_is_left_to_tiktoken(text, encoding, monkeypatch):
    loaded = vocabulary.Vocabulary(SOURCES[encoding])
    assert not fast.handles(text)
    expected = loaded.encode(text)
    assert loaded._encoding is not None
    if len(text) < vocabulary.LONG_RUN:
        assert expected == encode_by_tiktoken(text, encoding)


class Different:
    """An encoder that differs from a good one in one way."""

    def __init__(self, good, text=None, without_last_token=False):
        self.good, self.text, self.without_last_token = good, text, without_last_token

    def encode_ordinary(self, text):
        return self.good.encode_ordinary(text) + [0] * (text == self.text)

    def decode_bytes(self, tokens):
        return self.good.decode_bytes(tokens)[: -1 if self.without_last_token else None]


@pytest.mark.parametrize("way", [{"text": TEXTS[0]}, {"text": TEXTS[-1]}, {"without_last_token": True}])
def test_it_is_refused_where_a_single_text_differs(way, encoding, monkeypatch, caplog):
    import splintr

    good = splintr.Tokenizer.from_pretrained(encoding)

    class Tokenizer:
        @staticmethod
        def from_pretrained(name):
            return Different(good, **way)

    monkeypatch.setattr(splintr, "Tokenizer", Tokenizer)
    with pytest.raises(fast.DifferentTokensError, match=encoding):
        vocabulary.is_fast(encoding)
    with caplog.at_level(logging.WARNING):
        loaded = vocabulary.Vocabulary(SOURCES[encoding])
    assert "tiktoken counts instead of splintr" in caplog.text
    assert loaded._fast is None
    assert loaded.encode(TEXTS[0]) == encode_by_tiktoken(TEXTS[0], encoding)


def test_the_variable_switches_it_off(encoding, monkeypatch):
    monkeypatch.setenv(fast.SWITCH, "tiktoken")
    assert not vocabulary.is_fast(encoding)
    assert vocabulary.Vocabulary(SOURCES[encoding])._fast is None


def test_without_the_package_tiktoken_counts(encoding, monkeypatch):
    monkeypatch.setitem(sys.modules, "splintr", None)
    assert not vocabulary.is_fast(encoding)
    assert vocabulary.Vocabulary(SOURCES[encoding]).encode("hello") == encode_by_tiktoken("hello", encoding)


def test_counts_of_many_threads(encoding):
    from concurrent.futures import ThreadPoolExecutor

    parts = [text * 20 for text in TEXTS]
    expected = [reference(text, encoding) for text in parts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda text: count(text, encoding), parts * 5)) == expected * 5


LOADED = """
import json, sys
from ctxbudget_server.tokens import count
counted = count("one two three")
print(json.dumps([counted, "splintr" in sys.modules, "tiktoken" in sys.modules]))
"""


@pytest.mark.parametrize(("switch", "loaded"), [("", [3, True, False]), ("tiktoken", [3, False, True])])
def test_only_one_of_the_two_is_loaded(switch, loaded, monkeypatch):
    monkeypatch.setenv(fast.SWITCH, switch)
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(done.stdout) == loaded
