"""The encoder of the extra `fast`: splintr, used only where it is known to give the tokens that tiktoken gives.

When loaded, its vocabulary is compared whole with ours, and its tokens for the texts of `data/known_tokens.json` with
those that tiktoken gave. If anything differs, tiktoken counts instead, and a warning says so.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Protocol

    from ctxbudget_server.tokens.encodings import VocabularySource

    class FastEncoder(Protocol):
        """What we use of splintr's tokenizer. It holds the GIL, about 1 ms for 64 KB."""

        def encode_ordinary(self, text: str) -> list[int]: ...

        def decode_bytes(self, tokens: Sequence[int]) -> bytes: ...


SWITCH: Final = "CTXBUDGET_TOKENIZER"
"""The environment variable that, set to `tiktoken`, leaves the extra unused."""

LONGEST: Final = 1 << 17
"""Characters encoded at most: longer pieces have no safe cut, and tiktoken lets other threads run meanwhile."""

_LONG_S: Final = "\u017f"
"""The one character that it treats differently: for tiktoken it is an s in the contraction 's."""


class DifferentTokensError(Exception):
    """The encoder differs from tiktoken."""


def handles(text: str) -> bool:
    """Whether the encoder is known to give tiktoken's tokens for `text`."""
    return len(text) <= LONGEST and _LONG_S not in text


def load_fast(source: VocabularySource, tokens: bytes) -> FastEncoder | None:
    """The encoder for a vocabulary whose tokens, joined by rank, are `tokens`; None: tiktoken has to count.

    It takes about as long as tiktoken's, and less memory.
    """
    try:
        encoder = checked(source, tokens)
    except DifferentTokensError as difference:
        import logging

        logging.getLogger(__name__).warning("tiktoken counts instead of splintr: %s", difference)
        return None
    return encoder


def checked(source: VocabularySource, tokens: bytes) -> FastEncoder | None:
    """The encoder, or None if it is not installed or not wanted. Raises `DifferentTokensError`."""
    if os.environ.get(SWITCH) == "tiktoken":
        return None
    try:
        from splintr import Tokenizer
    except ImportError:
        return None
    name = source.blob.removesuffix(".bin")
    encoder: FastEncoder = Tokenizer.from_pretrained(name)
    check(encoder, name, source.size, tokens)
    return encoder


def check(encoder: FastEncoder, name: str, size: int, tokens: bytes) -> None:
    """Raise `DifferentTokensError` unless the vocabulary is ours, and each known text has the tokens of tiktoken."""
    if encoder.decode_bytes(range(size)) != tokens:
        raise DifferentTokensError(f"its vocabulary {name} is another one")
    for text, known in known_tokens(name):
        if encoder.encode_ordinary(text) != known:
            raise DifferentTokensError(f"{name} gives other tokens for {text!r}")
        if encoder.decode_bytes(known) != text.encode():
            raise DifferentTokensError(f"{name} decodes the tokens of {text!r} to another text")


def known_tokens(name: str) -> list[tuple[str, list[int]]]:
    """Texts, and the tokens that tiktoken gave for each."""
    import json
    from pathlib import Path

    known = json.loads((Path(__file__).parent / "data" / "known_tokens.json").read_bytes())
    return list(zip(known["texts"], known[name], strict=True))
