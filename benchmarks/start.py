"""How long the short processes of hooks take, as ratios to `python -c pass` in the same run.

    python benchmarks/start.py [--rounds 20] [--beside COMMAND]

CPU is user plus system time of the child. The middle of the rounds counts; rounds are interleaved, so that a busy
machine slows all rows alike. `ctxbudget` is the script that pip installed beside this Python; `--beside` measures
another version's script in the same rounds, with a store of its own. With a sidecar: one of the workspace lives, and
answers; its own time is in the wall time of the caller, not in the caller's CPU time.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from ctxbudget_client import Client

PYTHON = sys.executable
CTXBUDGET = str(Path(PYTHON).with_name("ctxbudget"))
STATUS = [CTXBUDGET, "call", "budget/status"]
ADD = [CTXBUDGET, "call", "context/add", '{"items": [{"layer": "transient", "tokens": 5}]}']
TEXT = [CTXBUDGET, "call", "tokens/count", '{"texts": ["How many tokens are in this?"]}']
HOOK = [CTXBUDGET, "hook", "PostToolUse"]
LINE = [CTXBUDGET, "statusline"]
FLOOR = {"python -c pass": [PYTHON, "-c", "pass"]}
ALONE = {
    "python with one pydantic model": [PYTHON, "-c", "from pydantic import BaseModel\nclass A(BaseModel): x: int"],
    "import pygls": [PYTHON, "-c", "import pygls.lsp.server"],
    "ctxbudget call budget/status": STATUS,
    "ctxbudget call context/add (a figure)": ADD,
    "ctxbudget call tokens/count (a text)": TEXT,
    "ctxbudget hook PostToolUse (2 kB)": HOOK,
    "ctxbudget statusline": LINE,
}
ASKING = {
    "the same imports: re, socket": [PYTHON, "-c", "import re, socket"],
    "budget/status, with a sidecar": STATUS,
    "context/add, with a sidecar": ADD,
    "tokens/count, with a sidecar": TEXT,
    "hook PostToolUse (2 kB), with a sidecar": HOOK,
    "statusline, with a sidecar": LINE,
}
SESSION = {"session_id": "benchmark", "model": {"id": "claude-opus-4-8"}}
WINDOW = {"context_window_size": 200_000, "current_usage": {"input_tokens": 42_000}}
OUTPUT = {"stdout": "a line of output, and its number\n" * 64, "stderr": ""}
calls = count(1)


def stdin_of(command: list[str]) -> bytes:
    """What a coding agent writes to a hook; each time another tool call."""
    if command[1:2] == ["hook"]:
        event = {"hook_event_name": "PostToolUse", "tool_name": "Bash", "tool_response": OUTPUT}
        return json.dumps({**SESSION, **event, "tool_use_id": f"call-{next(calls)}"}).encode()
    return json.dumps({**SESSION, "context_window": WINDOW}).encode() if command[1:] == ["statusline"] else b""


def once(command: list[str]) -> tuple[float, float]:
    """(CPU, wall) milliseconds of one run."""
    stdin = stdin_of(command)
    store = os.environ["CTXBUDGET_STORE"] + ("" if command[0] == CTXBUDGET else ".other")
    environment = {**os.environ, "CTXBUDGET_STORE": store}
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, input=stdin, stdout=subprocess.DEVNULL, check=True, env=environment)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu * 1e3, wall * 1e3


def measured(rows: dict[str, list[str]], rounds: int) -> None:
    """Print the table of these rows."""
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in rows}
    for number in range(rounds + 1):  # the first, in which Python may compile, does not count
        for name, command in rows.items():
            taken = once(command)
            if number:
                times[name].append(taken)
    middle = {name: [statistics.median(figures) for figures in zip(*runs, strict=True)] for name, runs in times.items()}
    floor_cpu, floor_wall = middle[next(iter(rows))]
    print(f"| {'process':39} | CPU ms | ratio | wall ms | ratio |\n| --- | --- | --- | --- | --- |")
    for name, (cpu, wall) in middle.items():
        print(f"| {name:39} | {cpu:6.1f} | {cpu / floor_cpu:5.1f} | {wall:7.1f} | {wall / floor_wall:5.1f} |")


@contextmanager
def sidecar() -> Iterator[None]:
    """A server of the workspace that answers one-shot callers."""
    with Client.spawn([CTXBUDGET, "serve"]) as client:
        client.request("tokens/count", {"texts": ["the vocabulary is loaded"]})
        time.sleep(1)
        yield


def beside(rows: dict[str, list[str]], other: str | None) -> dict[str, list[str]]:
    """The rows, each that runs ctxbudget followed by the same with the other script."""
    both = dict[str, list[str]]()
    for name, command in rows.items():
        both[name] = command
        if other and command[0] == CTXBUDGET:
            both[f"{name}, other"] = [other, *command[1:]]
    return both


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--beside", metavar="COMMAND", help="another version's script; without a sidecar")
    options = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # compiled modules are there, as pip leaves them
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"CTXBUDGET_STORE": f"{folder}/store.db", "CTXBUDGET_WORKSPACE": folder}
        measured(FLOOR | beside(ALONE, options.beside), options.rounds)
        print()
        with sidecar():
            measured(FLOOR | ASKING, options.rounds)


if __name__ == "__main__":
    main()
