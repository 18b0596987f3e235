"""How near the figures come to the bill before and after learning from it.

    python benchmarks/calibration.py BILLS.jsonl[.gz]

Each line is one call: `model`, `input_delta` (tokens that the provider billed on top of the call before), and the text
that was added: `assistant_text` and `added[{text}]`. Calls are taken in order: counted, then recorded. The error of a
call is |answered / billed - 1| before its own bill is known; the table is over the second half of each model's calls.
The last line is the share of these calls that were within the band of 90 % stated before them.
"""

from __future__ import annotations

import gzip
import json
import statistics
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.service.service import BudgetService, Options
from ctxbudget_server.tokens import count_for, resolve


def rows(path: Path) -> list[dict[str, Any]]:
    """The calls of a file."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def spread(errors: Sequence[float]) -> str:
    """Median, 90th percentile and share within 5 %."""
    ordered = sorted(errors)
    within = sum(error < 0.05 for error in errors) / len(errors)
    return f"{statistics.median(ordered):6.1%} {ordered[int(0.9 * (len(ordered) - 1))]:6.1%} {within:5.0%}"


def main() -> None:
    """Print the table."""
    columns = ("characters / 4", "o200k_base", "family", "calibrated")
    errors: dict[str, dict[str, list[float]]] = defaultdict(lambda: {column: [] for column in columns})
    held: dict[str, list[bool | None]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        services = BudgetService(
            Options(workspace=folder, store=f"{folder}/s.db", durability="fast"), actor="benchmark"
        )
        for row in rows(Path(sys.argv[1])):
            model, billed = row["model"], row["input_delta"]
            texts = [*(added["text"] for added in row["added"]), row["assistant_text"]]
            counted = services.call("tokens/count", {"texts": texts, "model": model}, Cancellation())
            record = {"model": model, "counted": counted["total"], "factor": counted["factor"], "reported": billed}
            services.call("usage/record", record, Cancellation())
            figures = (
                sum(map(len, texts)) / 4,
                sum(count_for(text, resolve(None)).tokens for text in texts),
                sum(count_for(text, resolve(model)).tokens for text in texts),
                counted["total"],
            )
            band = counted["errorBand"]
            held[model].append(abs(counted["total"] / billed - 1) <= band["p90"] if band else None)
            for column, figure in zip(columns, figures, strict=True):
                errors[model][column].append(abs(figure / billed - 1))
    print(f"{'model, calls':34}" + "".join(f"{column:>22}" for column in columns))
    halves = {
        model: {c: e[len(e) // 2 :] for c, e in by.items()} for model, by in errors.items() if len(by[columns[0]]) >= 10
    }
    halves["all"] = {column: [error for by in halves.values() for error in by[column]] for column in columns}
    for model, by in halves.items():
        print(
            f"{model + ', ' + str(len(by[columns[0]])):34}" + "".join(f"{spread(by[column]):>22}" for column in columns)
        )
    within = [each for by in held.values() if len(by) >= 10 for each in by[len(by) // 2 :] if each is not None]
    print(f"within the band of 90 %: {sum(within) / len(within):.0%} of {len(within)}")


if __name__ == "__main__":
    main()
