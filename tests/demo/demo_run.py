"""One run of the real command, with what it printed and every frame that crossed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Message = dict[str, Any]

SECONDS = 120
"""Far above what a run takes, for a machine that is busy with other tests."""


@dataclass(frozen=True)
class Call:
    """A request and its answer."""

    method: str
    params: Message
    result: Message | None
    error: Message | None


@dataclass(frozen=True)
class DemoRun:
    """What is left of a run."""

    code: int
    stdout: str
    stderr: str
    scratch: Path
    trace: list[Message] = field(default_factory=list)

    @property
    def received(self) -> list[Message]:
        return [entry["message"] for entry in self.trace if entry["direction"] == "received"]

    @property
    def calls(self) -> list[Call]:
        """The requests with their answers, in the order of asking."""
        answers = {message["id"]: message for message in self.received if "id" in message and "method" not in message}
        sent = [entry["message"] for entry in self.trace if entry["direction"] == "sent"]
        return [
            Call(m["method"], m.get("params", {}), answers[m["id"]].get("result"), answers[m["id"]].get("error"))
            for m in sent
            if "id" in m
        ]

    def results(self, method: str, **params: Any) -> list[Message]:
        """The results of a method, of the calls with at least these params."""
        return [
            call.result
            for call in self.calls
            if call.method == method and call.result is not None and params.items() <= call.params.items()
        ]

    def panels(self) -> dict[int, str]:
        """The printed panels by phase: from the rule above the title to the blank line at the end."""
        parts = re.split(r"^━+\nContext Budget After Phase (\d+).*\n━+\n\n", self.stdout, flags=re.M)
        return {int(phase): text.partition("\n\n")[0] for phase, text in zip(parts[1::2], parts[2::2], strict=True)}

    def status_after(self, phase: int) -> Message:
        """What `budget/status` answered when the phase had completed."""
        calls = self.calls
        done = next(
            i for i, c in enumerate(calls) if c.method == "workflow/completePhase" and c.params["phase"] == phase
        )
        status = next(c.result for c in calls[done:] if c.method == "budget/status")
        assert status is not None
        return status


def run_demo(scratch: Path, *arguments: str | Path, traced: bool = True, in_full: bool = True) -> DemoRun:
    """Run `ctxbudget demo` in a process of its own, with temporary folders of its own."""
    scratch.mkdir(parents=True, exist_ok=True)
    temporary, home, trace = scratch / "tmp", scratch / "home", scratch / "trace.jsonl"
    for folder in (temporary, home):
        folder.mkdir()
    command = [sys.executable, "-m", "ctxbudget_server", "demo", *(["-v"] if in_full else []), *map(str, arguments)]
    done = subprocess.run(
        [*command, "--trace", str(trace)] if traced else command,
        cwd=scratch,
        env={**os.environ, "TMPDIR": str(temporary), "HOME": str(home), "XDG_STATE_HOME": str(home / "state")},
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    lines = trace.read_text("utf-8").splitlines() if trace.exists() else []
    stdout, stderr = done.stdout.decode("utf-8"), done.stderr.decode("utf-8")
    return DemoRun(done.returncode, stdout, stderr, scratch, [json.loads(line) for line in lines])


def expected_panel(status: Message, phase: int) -> str:
    """The panel that an answer of `budget/status` must give, made without the code under test."""
    row = next(row for row in status["phases"] if row["phase"] == phase)
    assert row["allocated"]
    lines = [
        f"Current usage: {status['retained']:,} tokens ({100 * status['ofBudget']:.1f}% of budget, "
        f"{100 * status['ofWindow']:.1f}% of window)",
        f"Budget remaining: {status['available']:,} tokens of {status['budget']:,}",
        f"Level: {status['level']}    Peak so far: {status['peak']:,} tokens",
        f"This phase: {row['retained']:,} of {row['allocated']:,} allocated tokens "
        f"({100 * row['ofAllocation']:.1f}%); peak {row['peak']:,}",
        "Layers: " + ", ".join(f"{layer['layer']} {layer['retained']:,}" for layer in status["layers"]),
    ]
    return "\n".join(lines)


def figures_of_no_answer(demo: DemoRun) -> list[str]:
    """The figures and shares that were printed, without standing in what the server sent."""
    answered = " ".join(str(message) for message in demo.received)
    plain = set(re.findall(r"\d+", answered.replace(",", " ")))
    told = set(re.findall(r"\d{1,3}(?:,\d{3})+|\d+", answered))
    shares = {f"{100 * float(number):.1f}%" for number in re.findall(r"\b\d+\.\d+\b", answered)}
    shares |= set(re.findall(r"\d+\.\d%", answered))
    printed = re.sub(r"process \d+|sha256.*|^  \|.*$|^ctxbudget demo on .*$", "", demo.stdout, flags=re.M)
    figures = re.findall(r"\d{1,3}(?:,\d{3})+|\d{2,}", re.sub(r"\d+\.\d%", "", printed))
    return [share for share in re.findall(r"\d+\.\d%", printed) if share not in shares] + [
        figure for figure in figures if figure.replace(",", "") not in plain and figure not in told
    ]


def words(text: str) -> list[str]:
    """The words of a text without the marks of tables."""
    return [word for word in re.split(r"[\s|]+", text) if word.strip("-")]
