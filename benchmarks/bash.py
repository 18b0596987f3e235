"""What a call of the bash client costs once its sidecar is warm, as ratios in one run.

    python benchmarks/bash.py [CALLS]

`python -c pass` and `ctxbudget call` run from the same bash, right before and after. The median counts. The rows
"server alone" are the same calls by the Python client: a call without bash in it, the store's sync included.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ctxbudget_client import Client

CLIENT = Path(__file__).parents[1] / "clients" / "bash" / "ctxbudget.sh"
COMMAND = Path(sys.executable).with_name("ctxbudget")
SCRIPT = r"""
source "$1"
calls=$2
text=$(printf 'A line with "quotes", a \\ and a tab\t.\n%.0s' {1..25000})   # about 1 MB
row() {
    local name=$1 n i start
    shift
    for ((i = 0; i < calls; i++)); do
        start=${EPOCHREALTIME/[.,]/}
        "$@" >/dev/null
        printf '%s\t%d\n' "$name" "$((${EPOCHREALTIME/[.,]/} - start))"
    done
}
substitution() { local tokens; tokens=$(estimate_context_tokens); }
ctxbudget_call tokens/count '{"texts": ["the vocabulary is loaded"]}' >/dev/null
sleep 4
row 'python -c pass' "$3" -c pass
row 'ctxbudget_call budget/status' ctxbudget_call budget/status
row '$(estimate_context_tokens)' substitution
row 'ctxbudget_call context/add' ctxbudget_call context/add '{"items": [{"layer": "transient", "tokens": 5}]}'
row 'python -c pass' "$3" -c pass
calls=$((calls > 10 ? 10 : calls))
row 'ctxbudget_get' ctxbudget_get '{"items": [{"id": "x"}]}' items.0.id
row 'ctxbudget_quote of 1 MB' ctxbudget_quote "$text"
"""


def of_the_server(calls: int) -> dict[str, list[int]]:
    """Microseconds of the calls without bash."""
    times: dict[str, list[int]] = {}
    with Client.spawn([str(COMMAND), "serve"]) as client:
        client.request("tokens/count", {"texts": ["the vocabulary is loaded"]})
        time.sleep(2)
        for name, params in (("budget/status", {}), ("context/add", {"items": [{"layer": "transient", "tokens": 5}]})):
            for _ in range(calls):
                start = time.perf_counter_ns()
                client.request(name, params)
                times.setdefault(f"server alone: {name}", []).append((time.perf_counter_ns() - start) // 1000)
    return times


def main() -> None:
    """Print the table."""
    calls = sys.argv[1] if len(sys.argv) > 1 else "50"
    with tempfile.TemporaryDirectory() as folder:
        settings = {"CTXBUDGET_BIN": str(COMMAND), "CTXBUDGET_STORE": f"{folder}/s.db", "CTXBUDGET_WORKSPACE": folder}
        os.environ.update(settings)
        command = ["bash", "-c", SCRIPT, "bash", str(CLIENT), calls, sys.executable]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
        times = of_the_server(int(calls))
    for line in done.stdout.decode().splitlines():
        name, _, microseconds = line.partition("\t")
        times.setdefault(name, []).append(int(microseconds))
    floor = statistics.median(times["python -c pass"])
    print(f"| {'call':30} | median ms | of python -c pass |\n| --- | --- | --- |")
    for name, taken in times.items():
        median = statistics.median(taken)
        print(f"| {name:30} | {median / 1e3:9.1f} | {median / floor:17.2f} |")


if __name__ == "__main__":
    main()
