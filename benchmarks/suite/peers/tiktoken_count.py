"""tiktoken as a worker."""

from __future__ import annotations

from typing import Any

import tiktoken

from benchmarks.suite.worker import serve

encoding = tiktoken.get_encoding("o200k_base")
held: dict[str, Any] = {}


def hold(**given: Any) -> None:
    """Keep something for later work."""
    held.update(given)
    encoding.encode_ordinary("the vocabulary is loaded")


def count_text() -> int:
    """The tokens of the text that is held."""
    return len(encoding.encode_ordinary(held["data"].encode().decode()))


if __name__ == "__main__":
    serve({"hold": hold, "count_text": count_text})
