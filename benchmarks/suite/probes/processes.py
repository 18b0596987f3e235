"""One-shot commands, as hooks run them, beside `python -c pass`: processor time of the process.

With a sidecar, a server of the workspace answers; its own time is not in the process.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import tempfile
import time
from collections.abc import Iterator
from itertools import count

from benchmarks.suite.rounds import Pair, Probe, Row
from benchmarks.suite.scratch import Scratch
from benchmarks.writes import Peer

PASS = "`python -c pass`"
COMMANDS = {
    "call-status": ("`ctxbudget call budget/status`", ["call", "budget/status"]),
    "call-add": (
        "`ctxbudget call context/add`",
        ["call", "context/add", '{"items": [{"layer": "transient", "tokens": 5}]}'],
    ),
    "hook": ("`ctxbudget hook PostToolUse`, 2 kB", ["hook", "PostToolUse"]),
}
SETTINGS = {"sidecar": (", with a sidecar", 2.2), "alone": (", without one", 7.0)}
ROWS = tuple(
    Row(f"{name}-{setting}", what + suffix, PASS, at_most=asked)
    for setting, (suffix, asked) in SETTINGS.items()
    for name, (what, _) in COMMANDS.items()
)
OUTPUT = {"stdout": "a line of output, and its number\n" * 64, "stderr": ""}
calls = count(1)


def payload() -> bytes:
    """What a coding agent writes to a hook; each time another tool call."""
    event = {"hook_event_name": "PostToolUse", "tool_name": "Bash", "tool_response": OUTPUT}
    return json.dumps({"session_id": "benchmark", "tool_use_id": f"call-{next(calls)}", **event}).encode()


def spent(command: list[str], environment: dict[str, str]) -> float:
    """Milliseconds of processor time of one run."""
    stdin = payload() if "hook" in command else b""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, input=stdin, stdout=subprocess.DEVNULL, check=True, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1e3


def rounds(scratch: Scratch, quick: bool) -> Iterator[dict[str, Pair]]:
    """Each command in turn with the bare process, in a workspace with a server and in one without."""
    script, bare = scratch.command(), [str(scratch.python("ours")), "-c", "pass"]
    with tempfile.TemporaryDirectory() as served, tempfile.TemporaryDirectory() as alone:
        folders = {"sidecar": served, "alone": alone}
        environments = {
            name: {**os.environ, "CTXBUDGET_STORE": f"{folder}/store.db", "CTXBUDGET_WORKSPACE": folder}
            for name, folder in folders.items()
        }
        server = Peer([script, "serve", "--workspace", served, "--store", f"{served}/store.db"])
        try:
            server.request("tokens/count", {"texts": ["the vocabulary is loaded"]})
            time.sleep(1)
            while True:
                yield {
                    f"{name}-{setting}": (
                        spent([script, *arguments], environments[setting]),
                        spent(bare, environments[setting]),
                    )
                    for setting in SETTINGS
                    for name, (_, arguments) in COMMANDS.items()
                }
        finally:
            server.end()


PROBE = Probe(ROWS, rounds, quick=5, full=21)
