"""tiktoken's own encodings, built offline from our vocabulary data, as the reference of every count."""

import functools

import pytest
import tiktoken
from tiktoken_ext import openai_public

from ctxbudget_server.tokens.vocabulary import load


def openai_definition(name: str) -> dict:
    """What `tiktoken_ext.openai_public` passes to `tiktoken.Encoding`, without its download."""

    def ranks(url: str, expected_hash: str) -> dict[bytes, int]:
        base = url.rsplit("/", 1)[1].removesuffix(".tiktoken")
        return {token: rank for rank, token in enumerate(load(base).token_bytes())}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(openai_public, "load_tiktoken_bpe", ranks)
        return openai_public.ENCODING_CONSTRUCTORS[name]()


@functools.cache
def tiktoken_encoding(name: str) -> tiktoken.Encoding:
    return tiktoken.Encoding(**openai_definition(name))


def reference(text: str, encoding: str) -> int:
    """The count of tiktoken itself."""
    return len(tiktoken_encoding(encoding).encode_ordinary(text))
