"""CPU of an extraction beside named floors in the same run, its time per MB, and the rates on the labelled documents.

    python benchmarks/extract.py [ROUNDS]

The best of the rounds counts; rounds are interleaved, so that a busy machine slows all rows alike. Token counts are
exact and part of every row but the parsers'.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

from markdown_it import MarkdownIt

from ctxbudget_server.extract import extract
from ctxbudget_server.tokens import count

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "extract"))

LIMIT = 250
DOCUMENT_TOKENS = 5_000


def head(text: str) -> str:
    """The longest beginning of at most `LIMIT` tokens."""
    low, high = 0, min(len(text), LIMIT * 8)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if count(text[:middle]) <= LIMIT else (low, middle - 1)
    return text[:low]


def best(rows: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Least CPU milliseconds of each row."""
    least = dict.fromkeys(rows, float("inf"))
    for _ in range(rounds):
        for name, work in rows.items():
            start = time.process_time()
            work()
            least[name] = min(least[name], (time.process_time() - start) * 1e3)
    return least


def main() -> None:
    """Print the tables."""
    from labelled_set import check_labels, handover, labels, rates, text_of

    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    document = "\n".join(text_of(name) for name in labels() if name.startswith("report"))
    while count(document) < DOCUMENT_TOKENS:
        document += document
    document = document[: document.rfind("\n", 0, len(document) * DOCUMENT_TOKENS // count(document)) + 1]
    parser = MarkdownIt("commonmark")
    quoted = json.dumps(document)
    rows = {
        "json.loads of the document": lambda: json.loads(quoted),
        "count of the document": lambda: count(document),
        "head of 250 tokens": lambda: head(document),
        "markdown-it parse": lambda: parser.parse(document),
        "extract": lambda: extract(document, count=count, max_tokens=LIMIT),
        "extract with focus": lambda: extract(document, count=count, max_tokens=LIMIT, focus="what to do first"),
    }
    least = best(rows, rounds)
    floor = least["markdown-it parse"]
    print(f"A report of {count(document)} tokens\n\n| work | CPU ms | ratio to markdown-it |\n| --- | --- | --- |")
    for name, spent in least.items():
        print(f"| {name} | {spent:.2f} | {spent / floor:.2f} |")

    dice = random.Random(7)
    words = [f"word{n}" for n in range(2_000)]
    huge = {
        "prose": "\n".join(" ".join(dice.choices(words, k=12)) + "." for _ in range(30_000)),
        "a heading every four bytes": "# x\n" * 250_000,
        "one line": "some words stand here and there. " * 30_000,
        "a list of quotes": "- > a\n" * 170_000,
        "nested brackets": "[" * 1_000_000,
        "JSON": json.dumps([{"id": n, "path": f"src/m{n}.py"} for n in range(30_000)]),
    }

    def rough(text: str) -> int:
        return len(text) // 4 + 1

    print("\nTexts of about 1 MB, without token counts\n\n| text | MB | CPU s per MB |\n| --- | --- | --- |")
    for name, text in huge.items():
        spent = best({name: lambda text=text: extract(text, count=rough, max_tokens=LIMIT)}, 2)[name] / 1e3
        print(f"| {name} | {len(text) / 1e6:.1f} | {spent / len(text) * 1e6:.2f} |")

    print(f"\n{len(labels())} labelled documents\n\n| measure | found | of |\n| --- | --- | --- |")
    for measure, (found, total) in sorted(rates(check_labels(count)).items()):
        print(f"| {measure} | {found} | {total} |")
    recalls = handover(count, LIMIT)
    ours, naive = (sum(values) / len(recalls) for values in zip(*recalls.values(), strict=True))
    print(f"\nWords of a one-line hand-over kept in {LIMIT} tokens: {ours:.1%}; by the head: {naive:.1%}")


if __name__ == "__main__":
    main()
