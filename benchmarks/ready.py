"""How soon a spawned server answers, and how much memory it holds, beside the floor of plain imports.

    python benchmarks/ready.py [ROUNDS]

Wall milliseconds from the spawn, the best and the median of the rounds; memory is the resident set after a count.
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

TEXT = "The vocabulary loads after initialize is answered. " * 200


def plain(code: str) -> float:
    """Milliseconds of a Python process that runs `code`."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return (time.perf_counter() - start) * 1e3


def served() -> tuple[float, float, float, float]:
    """(initialize, first estimate allowed, first exact count) in milliseconds from the spawn; megabytes resident."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        command = [
            sys.executable,
            "-m",
            "ctxbudget_server",
            "serve",
            "--workspace",
            folder,
            "--store",
            f"{folder}/s.db",
        ]
        with Client.spawn(command, cwd=folder) as client:
            initialized = time.perf_counter() - start
            client.request("tokens/count", {"texts": [TEXT], "allowEstimate": True})
            estimated = time.perf_counter() - start
            counted = client.request("tokens/count", {"texts": [TEXT]})
            exact = time.perf_counter() - start
            assert counted["counts"][0]["provenance"] == "exact"
            resident = resident_megabytes(client.pid)
    return initialized * 1e3, estimated * 1e3, exact * 1e3, resident


def resident_megabytes(process_id: int) -> float:
    """The resident set of a process; Linux only."""
    status = Path(f"/proc/{process_id}/status")
    if not status.exists():
        return float("nan")
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def main() -> None:
    """Print the table."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # compiled modules are there, as pip leaves them
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    runs = [served() for _ in range(rounds)]
    rows = {
        "python -c pass": [plain("pass") for _ in range(rounds)],
        "import pygls": [plain("import pygls.lsp.server") for _ in range(rounds)],
        "spawn to initialize": [run[0] for run in runs],
        "spawn to first answer, estimate allowed": [run[1] for run in runs],
        "spawn to first exact count": [run[2] for run in runs],
    }
    print(f"| {'what':40} | best ms | median ms |\n| --- | --- | --- |")
    for name, times in rows.items():
        print(f"| {name:40} | {min(times):7.0f} | {statistics.median(times):9.0f} |")
    print(f"\nresident with o200k_base loaded: {statistics.median(run[3] for run in runs):.0f} MB")


if __name__ == "__main__":
    main()
