"""CPU of fitting an array of about 200,000 tokens, as a ratio to counting its JSON text once in the same run.

    python benchmarks/fit.py [ROUNDS]

Rows: the first fit in a process; the same array grown by one turn (the caller sends the whole conversation again); the
fitted array grown by turns until it is over the limit once more; the same on a session's account. Then a conversation
of 100,000 tokens that is continued turn by turn (`continue`, `since`, edits): the median call that cuts nothing, and
the median that does. And a replay of all calls of the conversation, with every policy, as a ratio to counting the text
once. The best of the rounds counts.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from bisect import bisect
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path
from statistics import median
from typing import Any

from ctxbudget_protocol.limits import Limits
from ctxbudget_server.account import fit_memory
from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.account.counter import Counter
from ctxbudget_server.account.preparing import PREPARING
from ctxbudget_server.extract import distinct_names
from ctxbudget_server.fit import USUAL_PRICES
from ctxbudget_server.replay import Stretch, policy, replay
from ctxbudget_server.service.service import BudgetService, Options
from ctxbudget_server.tokens import count

TOKENS, TURNS, LIMIT = 200_000, 300, 100_000
CONTINUED, FIRST = 100_000, 60_000
"""Tokens of the conversation that is continued, and the limit at which it is cut."""


def conversation(dice: random.Random, turns: int, tokens: int) -> list[dict[str, Any]]:
    """An agent that reads, searches and edits; half of the results are short, some are very long."""
    words = [f"handler_{n}.step_{n % 97}" for n in range(4_000)] + ["returns", "if", "the", "lock", "is", "held"] * 200
    messages: list[dict[str, Any]] = [{"role": "user", "content": "Find out where the queue loses messages."}]
    for n in range(turns):
        length = max(12, int(dice.lognormvariate(0, 1.2) * tokens / turns / 12))
        body = "\n".join(f"{i}: {' '.join(dice.choices(words, k=8))}" for i in range(length // 8 + 1))
        call, path = f"call-{turns}-{n}", f"pkg/file_{n % 120}.py"
        use = {"type": "tool_use", "id": call, "name": "Read", "input": {"file_path": path}}
        messages.append({"role": "assistant", "content": [{"type": "text", "text": f"Now step {n}."}, use]})
        messages.append({"role": "user", "content": [{"type": "tool_result", "tool_use_id": call, "content": body}]})
    return messages


def spent(work: Callable[[], object]) -> float:
    """CPU seconds."""
    start = time.process_time()
    work()
    return time.process_time() - start


def continued(services: BudgetService, messages: list[dict[str, Any]], **more: Any) -> tuple[float, float]:
    """CPU seconds of a continued call that cuts nothing, and of one that cuts: the medians."""
    held: list[float] = []
    cutting: list[float] = []
    start = len(messages) // 2 // 2 * 2 + 1
    taken = tokens = 0
    for length in range(start, len(messages) + 1, 2):
        params = {"messages": messages[taken:length], "format": "anthropic", "maxTokens": FIRST, "answer": "edits"}
        params |= {"continue": True, "since": taken, **more}
        found: dict[str, Any] = {}

        def call(params: dict[str, Any] = params, found: dict[str, Any] = found) -> None:
            found.update(services.call("context/fit", params, Cancellation()))

        seconds = spent(call)
        PREPARING.finish()  # the host waits for its model
        if tokens:
            (held if found["tokens"] > tokens else cutting).append(seconds)
        taken, tokens = length, found["tokens"]
    return median(held), median(cutting)


def main() -> None:
    """Print the table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    dice = random.Random(5)
    messages = conversation(dice, TURNS, TOKENS)
    while count(json.dumps(messages)) > TOKENS:
        messages = messages[:-2]
    rest = conversation(dice, 40, LIMIT // 2)[1:]
    text = json.dumps(messages, ensure_ascii=False)
    best: dict[str, float] = {}

    def note(name: str, seconds: float) -> None:
        best[name] = min(best.get(name, seconds), seconds)

    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            services = BudgetService(
                Options(folder, str(Path(folder) / "store.db"), "fast", Limits()), actor="benchmark"
            )

            def fit(array: list[dict[str, Any]], services: BudgetService = services, **more: Any) -> dict[str, Any]:
                params = {"messages": array, "format": "anthropic", "maxTokens": LIMIT, **more}
                return services.call("context/fit", params, Cancellation())

            note("count the text once", spent(lambda: count(text)))
            fit_memory.forget()
            note("first fit", spent(lambda fit=fit: fit(messages)))
            note("again, grown by a turn", spent(lambda fit=fit: fit([*messages, *rest[:2]])))
            fitted = fit(messages)["messages"]
            note("fitted array, under the limit", spent(lambda fit=fit, fitted=fitted: fit([*fitted, *rest[:2]])))
            grown = [*fitted, *rest]
            assert fit(grown)["sourceTokens"] > LIMIT
            note("fitted array, over it again", spent(lambda fit=fit, grown=grown: fit(grown)))
            services.call("session/open", {"sessionId": "run"}, Cancellation())
            fit_memory.forget()
            note("first fit, on a session's account", spent(lambda fit=fit: fit(messages, sessionId="run")))
            again = [*messages, *rest[:2]]
            note("again on it, grown by a turn", spent(lambda fit=fit, again=again: fit(again, sessionId="run")))
            part = messages[
                : bisect([0, *accumulate(count(json.dumps(one)) for one in messages)], CONTINUED) // 2 * 2 + 1
            ]
            for suffix, more in (("", {}), (", on a session's account", {"sessionId": "continued"})):
                fit_memory.forget()
                hold, cut = continued(services, part, conversation="bench", **more)
                note(f"continued{suffix}", hold)
                note(f"continued{suffix}, with a cut", cut)
    tools = fit_memory.tools_for(Counter(None), lambda: None)
    specs = ("clear", "reduce", f"fit:{LIMIT}", f"drop-oldest:{LIMIT}")
    policies = {spec: policy(spec, "anthropic", tools, None, USUAL_PRICES) for spec in specs}
    stretches = [Stretch(messages)]
    note(
        f"replay of {len(messages) // 2} calls, four policies",
        spent(lambda: replay(stretches, "anthropic", policies, tools, names=distinct_names, prices=USUAL_PRICES)),
    )
    floor = best["count the text once"]
    print(f"{count(text):,} tokens in {len(messages)} messages, to {LIMIT:,}\n")
    print("| work | CPU ms | ratio |\n| --- | --- | --- |")
    for name, seconds in best.items():
        print(f"| {name} | {seconds * 1e3:.1f} | {seconds / floor:.2f} |")


if __name__ == "__main__":
    main()
