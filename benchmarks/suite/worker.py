"""Work within the environment of a library, asked for line by line, and timed there.

`serve` is the worker's side, and knows nothing but the standard library; `Worker` is the suite's. Seconds are processor
time of the worker's process, so that other work on the machine matters little.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def serve(work: Mapping[str, Callable[..., Any]]) -> None:
    """Answer each line of stdin, `{"work": NAME, "given": {...}}`, with `{"seconds": S, "result": ...}`."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints is not an answer
    for line in sys.stdin:
        asked = json.loads(line)
        gc.collect()
        start = time.process_time()
        result = work[asked["work"]](**asked["given"])
        seconds = time.process_time() - start
        answers.write(json.dumps({"seconds": seconds, "result": result}) + "\n")
        answers.flush()


class Worker:
    """A process that works in another environment: the module NAME of `benchmarks.suite.peers`."""

    def __init__(self, python: Path, name: str, variables: Mapping[str, str] | None = None) -> None:
        pipe = subprocess.PIPE
        environment = {**os.environ, "PYTHONPATH": str(ROOT), **(variables or {})}
        command = [str(python), "-m", f"benchmarks.suite.peers.{name}"]
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env=environment)

    def do(self, work: str, **given: Any) -> tuple[float, Any]:
        """(milliseconds of processor time, result) of a piece of work."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps({"work": work, "given": given}).encode() + b"\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the worker ended at {work}: {self._process.args!r}")
        answer = json.loads(line)
        return answer["seconds"] * 1e3, answer["result"]

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        with self._process:  # the end of its input ends it
            pass
