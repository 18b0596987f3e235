"""The encodings that are counted exactly: how each splits text into pieces, and where its vocabulary is.

The patterns are part of an encoding; a test compares them with `tiktoken_ext.openai_public`. Special tokens are left
out on purpose: in a context they are ordinary text, and `encode_ordinary` counts them as such. Without them
o200k_harmony is o200k_base, and the two share one vocabulary in memory.
"""

from typing import Final

from ctxbudget_protocol.values import NamedTuple

DEFAULT_ENCODING: Final = "o200k_base"

MAX_TOKEN_BYTES: Final = 128
"""Bytes of the longest token of any encoding here: a text of n bytes has at least n / 128 tokens."""


class VocabularySource(NamedTuple):
    """A vocabulary as shipped: its blob in `data/`, the blob's sha256, its number of tokens, its pattern."""

    blob: str
    sha256: str
    size: int
    pattern: str


class WordSource(NamedTuple):
    """Pieces of words as shipped: the blob in `data/`, its sha256, the letters from which on capitals are a mark."""

    blob: str
    sha256: str
    marked_capitals: int | None


_CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
_UPPER = r"\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}"
_LOWER = r"\p{Ll}\p{Lm}\p{Lo}\p{M}"

O200K: Final = VocabularySource(
    blob="o200k_base.bin",
    sha256="815ad0c59958aa18ac2136a9d9ac315c38394f2584aefdc5e2aa426fb96722c4",
    size=199_998,
    pattern="|".join(
        (
            rf"[^\r\n\p{{L}}\p{{N}}]?[{_UPPER}]*[{_LOWER}]+{_CONTRACTIONS}",
            rf"[^\r\n\p{{L}}\p{{N}}]?[{_UPPER}]+[{_LOWER}]*{_CONTRACTIONS}",
            r"\p{N}{1,3}",
            r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
            r"\s*[\r\n]+",
            r"\s+(?!\S)",
            r"\s+",
        )
    ),
)

CL100K: Final = VocabularySource(
    blob="cl100k_base.bin",
    sha256="b65cdaaedbfd77b3b19f247b231a5461f9fc4f51209606d33d523f78cc07288b",
    size=100_256,
    pattern="|".join(
        (
            r"'(?i:[sdmt]|ll|ve|re)",
            r"[^\r\n\p{L}\p{N}]?+\p{L}++",
            r"\p{N}{1,3}+",
            r" ?[^\s\p{L}\p{N}]++[\r\n]*+",
            r"\s++$",
            r"\s*[\r\n]",
            r"\s+(?!\S)",
            r"\s",
        )
    ),
)

ENCODINGS: Final[dict[str, VocabularySource]] = {
    "o200k_base": O200K,
    "o200k_harmony": O200K,
    "cl100k_base": CL100K,
}

CLAUDE_3_WORDS: Final = WordSource(
    blob="claude_3_words.bin",
    sha256="751c07c391341af37d4904b7985250447f7f136d47b052c42190d0accb0c9670",
    marked_capitals=4,
)

CLAUDE_4_7_WORDS: Final = WordSource(
    blob="claude_4_7_words.bin",
    sha256="6df3f211bc88189e8fcbc5a058856d8523dac546f8a8c5626fd1fbb27b129339",
    marked_capitals=None,
)
