"""Write the vocabularies of ctxbudget's package in the form in which tiktoken keeps what it has downloaded.

    python write_vocabularies.py FOLDER

tiktoken checks each file by a hash of its own, so a difference would be found.
"""

from __future__ import annotations

import base64
import hashlib
import io
import sys
from pathlib import Path

import tiktoken_ext.openai_public as public

from ctxbudget_server.tokens.encodings import ENCODINGS
from ctxbudget_server.tokens.vocabulary import read_blob

NAMES = ("o200k_base", "cl100k_base")


def tokens(name: str) -> list[bytes]:
    """The tokens of a vocabulary by rank."""
    source = ENCODINGS[name]
    data = io.BytesIO(read_blob(source.blob, source.sha256))
    lengths = data.read(source.size)
    return [data.read(length) for length in lengths]


def main() -> None:
    """Write the files."""
    folder = Path(sys.argv[1])
    for name in NAMES:

        def keep(address: str, expected_hash: str | None = None, name: str = name) -> dict[bytes, int]:
            text = b"".join(b"%s %d\n" % (base64.b64encode(token), rank) for rank, token in enumerate(tokens(name)))
            assert hashlib.sha256(text).hexdigest() == expected_hash, f"{name} differs from tiktoken's"
            (folder / hashlib.sha1(address.encode()).hexdigest()).write_bytes(text)
            return {}

        public.load_tiktoken_bpe = keep
        public.ENCODING_CONSTRUCTORS[name]()


if __name__ == "__main__":
    main()
