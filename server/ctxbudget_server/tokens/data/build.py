"""Builds the vocabulary blobs in this folder from published `.tiktoken` files.

Run by hand, with a copy of the source files (see ORIGIN.md):

    python -m ctxbudget_server.tokens.data.build FOLDER

FOLDER holds `o200k_base.tiktoken` and `cl100k_base.tiktoken`, plain or gzipped (`.gz`).
Nothing is written unless a file has the sha256 that tiktoken expects.
"""

import base64
import gzip
import hashlib
import sys
import zlib
from pathlib import Path

TIKTOKEN_SHA256 = {
    "o200k_base": "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    "cl100k_base": "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
}
"""sha256 of the published `.tiktoken` files, as `tiktoken_ext.openai_public` states them."""


def pack(published: bytes) -> bytes:
    """The blob of a `.tiktoken` file: one length byte for each token, then all tokens, by rank, deflated.

    Keeping lengths apart from the bytes compresses 5 % better than interleaving them, and is read in one pass.
    """
    tokens = []
    for rank, line in enumerate(published.splitlines()):
        token, stated = line.split()
        if int(stated) != rank:
            raise ValueError(f"expected rank {rank}, got {int(stated)}")
        tokens.append(base64.b64decode(token))
    return zlib.compress(bytes(map(len, tokens)) + b"".join(tokens), 9)


def unpack(tokens: list[bytes]) -> bytes:
    """The published `.tiktoken` text of tokens in rank order."""
    return b"".join(b"%s %d\n" % (base64.b64encode(token), rank) for rank, token in enumerate(tokens))


def read_published(folder: Path, name: str) -> bytes:
    plain = folder / f"{name}.tiktoken"
    published = plain.read_bytes() if plain.exists() else gzip.decompress(Path(f"{plain}.gz").read_bytes())
    if hashlib.sha256(published).hexdigest() != TIKTOKEN_SHA256[name]:
        raise ValueError(f"{plain} is not the file that tiktoken expects")
    return published


def main() -> None:
    source, target = Path(sys.argv[1]), Path(__file__).parent
    for name in TIKTOKEN_SHA256:
        blob = pack(read_published(source, name))
        (target / f"{name}.bin").write_bytes(blob)
        sys.stdout.write(f"{name}: {len(blob)} bytes, sha256 {hashlib.sha256(blob).hexdigest()}\n")


if __name__ == "__main__":
    main()
