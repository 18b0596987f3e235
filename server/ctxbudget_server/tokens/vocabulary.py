"""Vocabularies in memory, loaded once, offline, on first use; with an encoder that is safe for any text."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from ctxbudget_server.tokens.encodings import ENCODINGS, VocabularySource
from ctxbudget_server.tokens.fast import checked, handles, load_fast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoken import Encoding

WHITE_SPACE: Final = (
    "\t\v\f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""What the patterns call white space (Unicode White_Space), except line feed and carriage return."""

LONG_RUN: Final = 900_000
"""Runs of WHITE_SPACE of this length are kept from tiktoken, whose regex engine panics at 999,999."""


class UnknownEncodingError(ValueError):
    """No encoding with this name is included."""


class VocabularyDataError(RuntimeError):
    """An included vocabulary cannot be read, or has been changed."""


class Vocabulary:
    """One vocabulary with its encoders. Thread-safe.

    What the extra `fast` handles is encoded with it. tiktoken's encoder, which handles everything and lets other
    threads run meanwhile, is then only loaded when it is needed.
    """

    __slots__ = ("_encoding", "_fast", "_lock", "_source", "_white_space_encoding")

    def __init__(self, source: VocabularySource) -> None:
        self._source = source
        self._lock = threading.Lock()
        self._white_space_encoding: Encoding | None = None
        self._encoding: Encoding | None = None
        data = read_blob(source.blob, source.sha256)
        self._fast = load_fast(source, data[source.size :])
        if self._fast is None:
            self._encoding = tiktoken_encoding(source, data)

    def encode(self, text: str) -> list[int]:
        """The tokens of `text`, as `encode_ordinary` of tiktoken has them, for every `str`."""
        if self._fast is not None and handles(text):
            try:
                return self._fast.encode_ordinary(text)
            except UnicodeEncodeError:
                # As tiktoken does: pairs of surrogates are joined, and lone ones replaced.
                return self._fast.encode_ordinary(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
        return self._encode_any(text)

    def _encode_any(self, text: str) -> list[int]:
        """The tokens of `text` by tiktoken.

        A long run of white space is encoded separately, since tiktoken would panic on it. It is one piece, without its
        last character if anything other than a line break follows; no other piece extends into it.
        """
        encode = self._tiktoken().encode_ordinary
        tokens: list[int] = []
        start = 0
        for begin, end in _long_runs(text):
            if end < len(text) and text[end] in "\r\n":
                continue
            piece_end = end if end == len(text) else end - 1
            tokens += encode(text[start:begin])
            tokens += self._white_space().encode_ordinary(text[begin:piece_end])
            start = piece_end
        if start == 0:
            return encode(text)
        return tokens + encode(text[start:])

    def decode(self, tokens: list[int]) -> bytes:
        """The UTF-8 bytes of `tokens`; they may begin or end inside a character."""
        return (self._fast or self._tiktoken()).decode_bytes(tokens)

    def token_bytes(self) -> list[bytes]:
        """All tokens by rank."""
        single = self._tiktoken().decode_single_token_bytes
        return [single(rank) for rank in range(self._source.size)]

    def _tiktoken(self) -> Encoding:
        if self._encoding is None:
            with self._lock:
                if self._encoding is None:
                    self._encoding = tiktoken_encoding(self._source)
        return self._encoding

    def _white_space(self) -> Encoding:
        """An encoder that treats the whole text as one piece, for text of WHITE_SPACE only.

        Merging looks up only substrings of the piece, so the few tokens made of these bytes are all it needs.
        It is built in a few milliseconds, and unlike tiktoken's single-piece call lets other threads run.
        """
        with self._lock:
            if self._white_space_encoding is None:
                from tiktoken import Encoding

                alphabet = WHITE_SPACE.encode()
                ranks = {
                    token: rank for rank, token in enumerate(self.token_bytes()) if not token.translate(None, alphabet)
                }
                self._white_space_encoding = Encoding(
                    f"white space of {self._source.blob}",
                    pat_str=r"[\s\S]+",
                    mergeable_ranks=ranks,
                    special_tokens={},
                )
            return self._white_space_encoding


def tiktoken_encoding(source: VocabularySource, data: bytes | None = None) -> Encoding:
    """tiktoken's encoder for a vocabulary as shipped; `data` is its blob, if it was read."""
    import io

    from tiktoken import Encoding

    blob = io.BytesIO(read_blob(source.blob, source.sha256) if data is None else data)
    lengths = blob.read(source.size)
    encoding = Encoding(
        source.blob,
        pat_str=source.pattern,
        mergeable_ranks=dict(zip(map(blob.read, lengths), range(source.size), strict=True)),
        special_tokens={},
    )
    # tiktoken keeps these 200,000 Python objects only for pickling; its encoder has its own copy.
    encoding._mergeable_ranks = {}
    return encoding


_loaded: Final[dict[VocabularySource, Vocabulary]] = {}
_loading: Final[dict[VocabularySource, threading.Lock]] = {source: threading.Lock() for source in ENCODINGS.values()}


def load(encoding: str) -> Vocabulary:
    """The vocabulary of `encoding`, read on first use; later calls, from any thread, get the same one.

    The first call takes 200 to 300 ms for o200k, most of them with the GIL held.
    """
    source = _source(encoding)
    vocabulary = _loaded.get(source)
    if vocabulary is None:
        with _loading[source]:
            vocabulary = _loaded.get(source)
            if vocabulary is None:
                vocabulary = _loaded[source] = Vocabulary(source)
    return vocabulary


def is_loaded(encoding: str) -> bool:
    """Whether `load` would answer at once."""
    return _source(encoding) in _loaded


def is_fast(encoding: str) -> bool:
    """Whether the extra `fast` counts. Raises `DifferentTokensError` if tiktoken has to, because the two differ."""
    source = _source(encoding)
    return checked(source, read_blob(source.blob, source.sha256)[source.size :]) is not None


def shipped() -> list[str]:
    """The names of the encodings whose vocabularies are shipped."""
    return list(ENCODINGS)


def verify(encoding: str) -> None:
    """Read a vocabulary and compare it with the hash of what was shipped. Raises `VocabularyDataError`."""
    source = _source(encoding)
    read_blob(source.blob, source.sha256)


def _source(encoding: str) -> VocabularySource:
    try:
        return ENCODINGS[encoding]
    except KeyError:
        raise UnknownEncodingError(f"unknown encoding {encoding!r}: must be one of {', '.join(ENCODINGS)}") from None


def read_blob(name: str, sha256: str) -> bytes:
    """A file of `data/`, inflated. Raises `VocabularyDataError` if it cannot be read or is not the one shipped."""
    import hashlib
    import zlib
    from pathlib import Path

    path = Path(__file__).parent / "data" / name
    try:
        blob = path.read_bytes()
    except OSError as error:
        raise VocabularyDataError(f"cannot read {path}: {error.strerror}") from error
    if hashlib.sha256(blob).hexdigest() != sha256:
        raise VocabularyDataError(f"{path} is damaged: its sha256 is not the one shipped")
    return zlib.decompress(blob)


def _long_runs(text: str) -> Iterator[tuple[int, int]]:
    """The (begin, end) of each run of WHITE_SPACE of LONG_RUN characters or more.

    A run this long covers at least one of positions LONG_RUN apart, so only these are examined.
    """
    searched, position = 0, LONG_RUN - 1
    while position < len(text):
        if text[position] in WHITE_SPACE:
            begin = searched + len(text[searched:position].rstrip(WHITE_SPACE))
            end = len(text) - len(text[position:].lstrip(WHITE_SPACE))
            if end - begin >= LONG_RUN:
                yield begin, end
            searched = position = end
        position += LONG_RUN
