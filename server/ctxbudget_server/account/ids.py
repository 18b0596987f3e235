"""Ids of items, leases and undos: what one costs in tokens depends on its length alone.

The vocabularies that are counted exactly (o200k_base, cl100k_base) part letters from digits, take digits by threes, and
have a token for every three digits. So an id of one letter and 15 digits costs the same wherever it is drawn, and what
a text with ids in it has room for does not depend on chance. Ids with letters in them are of earlier versions; they are
read as ever.
"""

from __future__ import annotations

import os

NONCE_ALPHABET = "0123456789"
NONCE_LENGTH = 9
NUMBER_LENGTH = 6
"""Digits of a number; only a session's millionth id is longer."""


def new_nonce() -> str:
    """What tells the ids of one life of a session from those of all others."""
    return "".join(NONCE_ALPHABET[byte % len(NONCE_ALPHABET)] for byte in os.urandom(NONCE_LENGTH))


def make_id(kind: str, nonce: str, number: int) -> str:
    """An id: its kind's letter, its session's nonce, and a number."""
    return f"{kind}{nonce}{number:0{NUMBER_LENGTH}}"
