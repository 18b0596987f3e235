"""How long the short processes of hooks take, as ratios to `python -c pass` in the same run.

    python benchmarks/start.py [ROUNDS]

CPU is user plus system time of the child. The best of the rounds counts; rounds are interleaved, so that a busy machine
slows all rows alike.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time

PYTHON = sys.executable
CTXBUDGET = [PYTHON, "-m", "ctxbudget_server", "call"]
ADD = '{"items": [{"layer": "transient", "tokens": 5}]}'
ROWS = {
    "python -c pass": [PYTHON, "-c", "pass"],
    "python with one pydantic model": [PYTHON, "-c", "from pydantic import BaseModel\nclass A(BaseModel): x: int"],
    "ctxbudget call budget/status": [*CTXBUDGET, "budget/status"],
    "ctxbudget call context/add (a figure)": [*CTXBUDGET, "context/add", ADD],
    "ctxbudget call session/list": [*CTXBUDGET, "session/list"],
    "import pygls": [PYTHON, "-c", "import pygls.lsp.server"],
}


def once(command: list[str]) -> tuple[float, float]:
    """(CPU, wall) milliseconds of one run."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu * 1e3, wall * 1e3


def main() -> None:
    """Print the table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"CTXBUDGET_STORE": f"{folder}/store.db", "CTXBUDGET_WORKSPACE": folder}
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in ROWS}
        for _ in range(rounds):
            for name, command in ROWS.items():
                times[name].append(once(command))
    best = {name: (min(cpu for cpu, _ in runs), min(wall for _, wall in runs)) for name, runs in times.items()}
    floor_cpu, floor_wall = best["python -c pass"]
    print(f"| {'process':38} | CPU ms | ratio | wall ms | ratio |\n| --- | --- | --- | --- | --- |")
    for name, (cpu, wall) in best.items():
        print(f"| {name:38} | {cpu:6.1f} | {cpu / floor_cpu:5.1f} | {wall:7.1f} | {wall / floor_wall:5.1f} |")


if __name__ == "__main__":
    main()
