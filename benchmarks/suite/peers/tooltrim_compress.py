"""tooltrim as a worker: extracts for a question by BM25, offline and without weights, with exact counts of tokens."""

from __future__ import annotations

from typing import Any

from tooltrim import ToolCompressor, using_exact_counts

from benchmarks.suite.worker import serve

held: list[dict[str, Any]] = []


def hold(cases: list[dict[str, Any]]) -> None:
    """Keep the cases."""
    assert using_exact_counts()
    held[:] = cases
    compress(100)


def compress(limit: int) -> list[str]:
    """An extract of each case for its question."""
    tool = ToolCompressor(limit, store=None, add_footer=False)
    return [tool.compress(case["text"], query=case["question"]).text for case in held]


if __name__ == "__main__":
    serve({"hold": hold, "compress": compress})
