"""All figures of the guard: measured, accepted, and what rose."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from support.client import Client

from .counting import STANDARD
from .starts import MEASURED, WARM

ACCEPTED = Path(__file__).with_name("accepted.json")
ROOT = Path(__file__).parents[2]
RENEW = "make costs"
MOST_GROWTH = 0.2
"""The share by which a figure may rise over the accepted one."""
SLACK = {"bytesWritten": 5 * 4120}
"""What may be more in any case: in which request SQLite splits a page depends on the lengths of paths and ids."""

Figures = dict[str, dict[str, int]]
"""What was measured → what was counted → how often."""

HOOK = {"hook_event_name": "PostToolUse", "tool_name": "Bash", "session_id": "guard", "tool_use_id": "call-1"}
ASIDE = {
    "--version": (["--version"], b""),
    "call budget/status": (["call", "budget/status"], b""),
    "call context/add": (["call", "context/add", '{"items": [{"layer": "phase", "tokens": 5}]}'], b""),
    "hook PostToolUse": (["hook", "PostToolUse"], json.dumps({**HOOK, "tool_response": "x " * 200}).encode()),
    "statusline": (["statusline"], json.dumps({"session_id": "guard"}).encode()),
}
"""Commands of one answer, with what they read on stdin."""


def measure() -> Figures:
    """What everything costs now."""
    return {**_methods(), **_starts()}


def accepted() -> Figures:
    """What was agreed to."""
    loaded: Figures = json.loads(ACCEPTED.read_text(encoding="utf-8"))
    return loaded


def accept(figures: Figures) -> None:
    """Agree to figures; those of other versions of Python stay."""
    before = accepted() if ACCEPTED.exists() else {}
    for what, counted in figures.items():
        counted.update({name: n for name, n in before.get(what, {}).items() if _of_another_python(name)})
    ACCEPTED.write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def rises(now: Figures, before: Figures) -> list[str]:
    """What costs more than is accepted, or was never measured: one line each."""
    found = []
    for what, counted in now.items():
        for name, figure in counted.items():
            if name == STANDARD and not any(name in others for others in before.values()):
                continue
            limit = before.get(what, {}).get(name, 0)
            if figure > max(limit * (1 + MOST_GROWTH), limit + SLACK.get(name, 0)):
                share = f"+{figure / limit - 1:.0%}" if limit else "new"
                found.append(f"{what}: {name} {limit:,} → {figure:,} ({share})")
    return found


def _of_another_python(name: str) -> bool:
    return name.startswith("standard ") and name != STANDARD


def _module(name: str, *words: str, cwd: Path = ROOT, stdin: bytes = b"") -> bytes:
    """The output of a module of this package, in a process of its own, which must succeed and have nothing to say."""
    command = [*_python(name), *words]
    done = subprocess.run(command, cwd=cwd, input=stdin, capture_output=True, check=False, timeout=300)
    assert (done.returncode, done.stderr.decode()) == (0, ""), words
    return done.stdout


def _python(name: str) -> list[str]:
    """A module of this package, wherever it is run."""
    program = f"import runpy, sys; sys.path.insert(0, {str(ROOT / 'tests')!r}); sys.argv.pop(0); runpy.run_module("
    return [sys.executable, "-c", f"{program}'guard.{name}', run_name='__main__', alter_sys=True)", "-"]


def _methods() -> Figures:
    measured: Figures = json.loads(_module("methods"))
    return {f"method {name}": figures for name, figures in measured.items()}


def _starts() -> Figures:
    figures: Figures = {}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place).resolve()
        (folder / "ctxbudget.toml").touch()
        for name in ASIDE:
            _start(folder, name)  # the store and what Python compiles are there from here on
            figures[f"start {name}"] = _start(folder, name)
        with _sidecar(folder) as client:
            for _ in range(WARM + MEASURED):
                client.request("budget/status")
            client.request_error("workspace/executeCommand", {"command": "none"})  # what is loaded later is there
            for _ in range(WARM + MEASURED):
                client.request("tokens/count", {"texts": ["a few words"]})
            while "callers are answered" not in client.stderr:
                client.request("budget/status")
            for name in list(ASIDE)[1:]:
                figures[f"start {name}, with a sidecar"] = _start(folder, name)
        served: dict[str, Any] = json.loads((folder / "serve.json").read_text())
        figures["start serve, until initialize is answered"] = served["start"]
        for name in ("budget/status", "tokens/count"):
            figures[f"request {name}, on the wire"] = served[name]
    return figures


def _start(folder: Path, name: str) -> dict[str, int]:
    words, stdin = ASIDE[name]
    target = folder / "start.json"
    _module("starts", str(target), *words, *_store(folder, name), cwd=folder, stdin=stdin)
    figures: dict[str, int] = json.loads(target.read_text())["start"]
    return figures


def _store(folder: Path, name: str) -> list[str]:
    return [] if name == "--version" else ["--store", str(folder / "store.db")]


@contextmanager
def _sidecar(folder: Path) -> Iterator[Client]:
    command = [*_python("starts"), str(folder / "serve.json"), "serve", "-v", "--store", str(folder / "store.db")]
    with Client(command, cwd=folder, root=folder) as client:
        yield client
