"""Survival of planted statements and resolved conflicts, as the package `compaction-conformance-kit` measures them.

    pip install compaction-conformance-kit
    python benchmarks/conformance_kit.py [--route array|text]

`array`: each round fits the messages that the round before left; `text`: each round gives the text of the one before,
as one message, to `answer: "text"`. The kit counts characters, so the limit in tokens is searched for.
"""

from __future__ import annotations

import argparse
from typing import Any

from compaction_kit.benchmark import budget_benchmark_to_markdown, run_budget_benchmark
from compaction_kit.compacted import CompactedContext
from compaction_kit.semantic import SemanticChecklistCompactor

from ctxbudget_server.account.counter import Counter
from ctxbudget_server.account.fit_memory import tools_for
from ctxbudget_server.fit import Message, Options, Retrieval, fit
from ctxbudget_server.fit.as_text import as_text

TOOLS = tools_for(Counter(None), lambda: None)
TRIES = 12
"""Limits that are tried."""


def written(messages: list[Message]) -> str:
    """Messages as the kit writes them."""
    return "\n".join(f"[{message['role']}] {message['content']}" for message in messages)


class Compactor:
    """Ours, as the kit calls it."""

    def __init__(self, route: str) -> None:
        self.name = f"ctxbudget-{route}"
        self._route = route
        self._array: list[Message] = []
        self._ids: dict[str, str] = {}

    def compact(self, turns: Any, round_num: int = 1, budget_chars: int | None = None) -> CompactedContext:
        """One round."""
        given = [{"role": turn.role, "content": turn.text} for turn in turns]
        if self._route == "array" and round_num > 1:
            given = self._array
        low, high = 1, sum(TOOLS.count(message["content"]) + 12 for message in given) + 40
        best = given
        for _ in range(TRIES):
            middle = (low + high) // 2
            made = self._made(given, middle)
            if budget_chars is None or len(written(made)) <= budget_chars:
                best, low = made, middle + 1
            else:
                high = middle - 1
            if low > high:
                break
        self._array = best
        text = best[0]["content"] if self._route == "text" else written(best)
        return CompactedContext(text=text, compactor_name=self.name, round_num=round_num)

    def _made(self, given: list[Message], limit: int) -> list[Message]:
        options = Options(limit, keep_turns=0, min_reclaim=0, retrieval=Retrieval("archive"))
        if self._route == "text":
            people = [{**one, "role": "user"} if len(given) == 1 else one for one in given]
            return [{"role": "user", "content": as_text(people, "openai-chat", options, TOOLS, self._id).text}]
        return fit(given, "openai-chat", options, TOOLS, self._id).messages

    def _id(self, _number: int, original: str) -> str:
        return self._ids.setdefault(original, f"i482915036{len(self._ids) + 1:06}")


def main() -> None:
    """Print the kit's own tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--route", action="append", choices=("array", "text"))
    routes = parser.parse_args().route or ["array", "text"]
    ours = {f"ctxbudget-{route}": lambda route=route: Compactor(route) for route in routes}
    found = run_budget_benchmark({**ours, "semantic-checklist": SemanticChecklistCompactor})
    print(budget_benchmark_to_markdown(found))
    for entry in found["entries"]:
        print(entry["budget_fraction"], entry["compactor"], entry["max_output_to_budget"], entry["randomized"])


if __name__ == "__main__":
    main()
