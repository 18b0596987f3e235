"""Entroly's `compress` as a worker: extracts without a question, offline and without weights."""

from __future__ import annotations

from typing import Any

from entroly import compress as entroly_compress

from benchmarks.suite.worker import serve

held: list[dict[str, Any]] = []


def hold(cases: list[dict[str, Any]]) -> None:
    """Keep the cases."""
    held[:] = cases
    entroly_compress(cases[0]["text"], budget=100)


def compress(limit: int) -> list[str]:
    """An extract of each case."""
    return [entroly_compress(case["text"], budget=limit) for case in held]


if __name__ == "__main__":
    serve({"hold": hold, "compress": compress})
