"""Builds the blobs of words in this folder from the pieces that the package ctok publishes.

Run by hand, with the wheel unpacked (see ORIGIN.md):

    python -m ctxbudget_server.tokens.data.build_words ctok/data

Nothing is written unless a file has the sha256 stated here.
"""

import hashlib
import json
import re
import sys
import zlib
from pathlib import Path

SOURCES = {
    "claude_3_words": ("pieces_v3.json", "4c6db216062ef01e70ba033ff52ad3b97f886e79877235f2c7bbbd40d09ffb9b"),
    "claude_4_7_words": ("pieces_v4_7.json", "a785fc240010c855f3d9a498fbd422ee389752dd151f1d5eef57ca8c85c19993"),
}
"""File and sha256 of the pieces of each blob."""

MARKS = {"⟨bow⟩": "<", "⟨eow⟩": ">", "⟨shift⟩": "^", "⟨caps⟩": "*"}
_LETTERS = re.compile(rf"(?:[A-Za-z]|{'|'.join(MARKS)})+")


def pack(published: bytes) -> bytes:
    """The pieces of ASCII letters and marks, in order, one a line, deflated."""
    groups = json.loads(published)["tokens"]
    pieces = {piece for name, group in groups.items() if name != "bytes_fallback" for piece in group}
    spelled = sorted(_spelled(piece) for piece in pieces if _LETTERS.fullmatch(piece))
    return zlib.compress("\n".join(spelled).encode(), 9)


def _spelled(piece: str) -> str:
    for mark, sign in MARKS.items():
        piece = piece.replace(mark, sign)
    return piece


def main() -> None:
    source, target = Path(sys.argv[1]), Path(__file__).parent
    for name, (file, sha256) in SOURCES.items():
        published = (source / file).read_bytes()
        if hashlib.sha256(published).hexdigest() != sha256:
            raise ValueError(f"{file} is not the file that ctok 1.3.0 has")
        blob = pack(published)
        (target / f"{name}.bin").write_bytes(blob)
        sys.stdout.write(f"{name}: {len(blob)} bytes, sha256 {hashlib.sha256(blob).hexdigest()}\n")


if __name__ == "__main__":
    main()
