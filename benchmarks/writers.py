"""How long one write waits while many processes write to one store as fast as they can.

    python benchmarks/writers.py [--processes 8 20] [--seconds 5] [--durability full] [--stdio]

Each process adds items that are token figures to a session of its own, one request after the other: as a plain Python
process with the services in it, and with `--stdio` through a server of its own. Each row is run twice, without and
with the write queue: without it a write waits in SQLite's busy handler alone. Times are of whole requests.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

WITHOUT_QUEUE = """
from ctxbudget_server.store import write_queue
def begin_alone(self, connection, until):
    connection.execute("BEGIN IMMEDIATE")
write_queue.WriteQueue.begin = begin_alone
"""
SERVICES = """
import json, sys, time
from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.service.service import Options, BudgetService
name, store, durability, seconds = sys.argv[1:5]
services = BudgetService(Options(workspace=".", store=store, durability=durability), actor="benchmark")
def request(method, params):
    return services.call(method, params, Cancellation())
"""
STDIO = """
import json, subprocess, sys, time
from ctxbudget_client import Client, ResponseError as ProtocolError
name, store, durability, seconds, server = sys.argv[1:6]
client = Client.spawn([sys.executable, "-c", server, "serve", "--store", store, "--durability", durability])
request = client.request
"""
SERVER = "import sys\nfrom ctxbudget_server.cli import main\nsys.exit(main())\n"
LOOP = """
request("session/open", {"sessionId": name})
params = {"sessionId": name, "items": [{"layer": "transient", "tokens": 1}]}
print("ready", flush=True)
sys.stdin.readline()
times, refused, end = [], 0, time.perf_counter() + float(seconds)
while (start := time.perf_counter()) < end:
    try:
        request("context/add", params)
    except ProtocolError:
        refused += 1
    times.append(time.perf_counter() - start)
status = request("budget/status", {"sessionId": name})
print(json.dumps({"times": times, "refused": refused, "retained": status["retained"]}))
"""


def run(count: int, seconds: float, durability: str, *, stdio: bool, queue: bool) -> tuple[list[float], int]:
    """(times of all requests in seconds, how many were refused)."""
    switch = "" if queue else WITHOUT_QUEUE
    script = STDIO + LOOP if stdio else SERVICES + switch + LOOP
    with tempfile.TemporaryDirectory() as folder:
        store = str(Path(folder) / "store.db")
        writers = [
            subprocess.Popen(
                [sys.executable, "-c", script, f"writer-{n}", store, durability, str(seconds), switch + SERVER],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                cwd=folder,
                text=True,
            )
            for n in range(count)
        ]
        for writer in writers:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n"
        outcomes = []
        for writer in writers:
            assert writer.stdin is not None
            writer.stdin.write("go\n")
            writer.stdin.flush()
        for writer in writers:
            out, _ = writer.communicate(timeout=seconds + 120)
            outcomes.append(json.loads(out))
    for outcome in outcomes:
        assert outcome["retained"] == len(outcome["times"]) - outcome["refused"], "a write was lost or doubled"
    return [one for outcome in outcomes for one in outcome["times"]], sum(outcome["refused"] for outcome in outcomes)


def row(count: int, seconds: float, durability: str, *, stdio: bool, queue: bool) -> str:
    """One line of the table."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    times, refused = run(count, seconds, durability, stdio=stdio, queue=queue)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1e3 / len(times)
    times.sort()
    p50, p99 = (times[int(len(times) * share)] * 1e3 for share in (0.5, 0.99))
    way, state = "stdio" if stdio else "services", "on" if queue else "off"
    return (
        f"| {count:9} | {way:8} | {state:5} | {p50:6.1f} | {p99:6.1f} | {p99 / p50:9.1f} | {times[-1] * 1e3:10.0f} "
        f"| {len(times) / seconds:10.0f} | {cpu:12.1f} | {refused:7} |"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--processes", type=int, nargs="+", default=[8, 20])
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--durability", choices=("full", "fast"), default="full")
    parser.add_argument("--stdio", action="store_true")
    options = parser.parse_args()
    print(
        "| processes | way | queue | p50 ms | p99 ms | p99 / p50 | longest ms | writes / s | CPU ms / write | refused |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for count in options.processes:
        for queue in (False, True):
            print(row(count, options.seconds, options.durability, stdio=options.stdio, queue=queue), flush=True)


if __name__ == "__main__":
    main()
