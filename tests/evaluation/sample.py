"""Folders as people have them, for `ctxbudget evaluate`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

FILLER = "The queue was watched for a week, and the figures below are means over all of its workers. " * 12

CACHE = f"""# Report: the cache

## Summary

{FILLER}

## Findings

- Eviction is done by `EvictionPolicy.sweep` in `src/cache/evict.py`.
- The limit is read from `CACHE_MAX_BYTES`.
- Nothing calls `legacy_flush()` any more.
"""
QUEUE = f"""# Report: the queue

{FILLER}

Retries are counted in `RetryBudget`, which `src/queue/retry.py` resets at `QUEUE_EPOCH`.
"""
NEEDED = {"EvictionPolicy.sweep", "src/cache/evict.py", "CACHE_MAX_BYTES"}
"""Facts of `CACHE` that `CACHE_PLAN` contains."""
CACHE_PLAN = "# Plan\n\n1. Replace `EvictionPolicy.sweep` in src/cache/evict.py.\n2. Document `CACHE_MAX_BYTES`.\n"
QUEUE_PLAN = "# Plan\n\n1. Test `RetryBudget`.\n"


def write(folder: Path, files: dict[str, str]) -> None:
    """Write files, given by their paths in the folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def evaluate(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command, run in a folder."""
    command = [sys.executable, "-m", "ctxbudget_server", "evaluate", *(arguments or (".",))]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def figures(folder: Path, files: dict[str, str] | None = None) -> dict[str, Any]:
    """The JSON of the command on these files."""
    write(folder, files or {})
    done = evaluate(folder, ".", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def pairs(found: dict[str, Any]) -> dict[str, dict[str, str]]:
    """By a report's path: what came after it, and why."""
    return {one["path"]: {each["path"]: each["why"] for each in one["after"]} for one in found["reports"]}


def left_out(found: dict[str, Any]) -> dict[str, list[str]]:
    """The paths that are left out, by reason."""
    return {each["reason"]: each["paths"] for each in found["leftOut"]}


def session(*messages: tuple[str, Any]) -> str:
    """A recorded conversation, one message a line."""
    return "".join(json.dumps({"role": role, "content": content}) + "\n" for role, content in messages)


def call(name: str, **given: str) -> list[dict[str, Any]]:
    """The content of a message with one call."""
    return [{"type": "tool_use", "id": f"call-{name}", "name": name, "input": given}]


def result(name: str, text: str) -> list[dict[str, Any]]:
    """The content of a message with the result of that call."""
    return [{"type": "tool_result", "tool_use_id": f"call-{name}", "content": text}]
