"""Formats answers as text. Nothing here sends or computes anything: every figure comes from an argument."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

from ctxbudget_server.demo.console import WIDTH
from ctxbudget_server.presentation import terminal

Answer = dict[str, Any]

RULE = "━" * 57
"""As wide as in the guide from which the panel is taken."""

GAUGE = 24
"""Width of a gauge in columns."""

CELL_EDGE = re.compile(r"(?<!\\)\|")
"""A bar between cells of a Markdown table."""


def after_phase(phase: int, status: Answer) -> str:
    """The panel after a phase, from the answer of `budget/status`."""
    row = next(row for row in status["phases"] if row["phase"] == phase)
    name = f" ({row['name']})" if row["name"] else ""
    layers = ", ".join(f"{layer['layer']} {layer['retained']:,}" for layer in status["layers"])
    lines = [
        RULE,
        f"Context Budget After Phase {phase}{name}",
        RULE,
        "",
        f"Current usage: {status['retained']:,} tokens ({_part(status, 'budget')}, {_part(status, 'window')})",
        f"Budget remaining: {status['available']:,} tokens of {status['budget']:,}",
        f"Level: {status['level']}    Peak so far: {status['peak']:,} tokens",
        f"This phase: {_phase_row(row)}",
        f"Layers: {layers}",
    ]
    if status["level"] != "ok":
        lines += ["", *_wrapped(f"WARNING: {status['advice']['text']}")]
    return "\n".join(lines)


def outset(opened: Answer, allocated: Answer) -> str:
    """What a brief run starts with: budget, window and allocations."""
    budget = f"Budget: {opened['budget']:,} of a window of {opened['config']['contextWindow']:,} tokens"
    return f"{budget}; allocated {allocated['allocated']:,}, buffer {allocated['buffer']:,}"


def balance(phase: int, status: Answer) -> str:
    """What came into the context in a phase, what is kept of it, and a gauge of the account after it."""
    row = next(row for row in status["phases"] if row["phase"] == phase)
    filled = min(GAUGE, round(GAUGE * status["retained"] / status["budget"]))
    gauge = "█" * filled + "░" * (GAUGE - filled)
    return (
        f"  in {row['processed']:>6,}, kept {row['retained']:>4,}   {gauge}  "
        f"{status['retained']:>5,} of {status['budget']:,}, {status['level']}"
    )


def short_alert(answer: Answer) -> str:
    """An alert, in one line."""
    return f"alert {answer['level']}: {answer['retained']:,} tokens in the context, threshold {answer['threshold']:,}"


def wave(number: int, completed: Answer) -> str:
    """What the policy did when a wave was complete."""
    acted: dict[str, int] = {}
    for row in completed["plan"]:
        acted[row["action"]] = acted.get(row["action"], 0) + 1
    done = ", ".join(f"{count} {action}" for action, count in acted.items())
    return f"  wave {number} is complete: {done}; {completed['status']['retained']:,} tokens stay"


def outcome(figures: Answer) -> str:
    """What a brief run ends with."""
    return (
        f"{figures['processed']:,} tokens came in, at most {figures['peak']:,} were there at once, "
        f"{figures['retained']:,} are left.\n"
        "ctxbudget demo -v shows every step; --trace FILE writes down every frame."
    )


def _part(status: Answer, base: str) -> str:
    """What is retained as a share of budget or window; what is over it in tokens."""
    over = status["retained"] - status[base]
    return f"{over:,} over {base}" if over > 0 else f"{share(status['retained'] / status[base])} of {base}"


def _phase_row(row: Answer) -> str:
    retained = f"{row['retained']:,}"
    if row["allocated"] is None:
        return f"{retained} tokens, drawn on the buffer"
    of_allocation = "" if row["ofAllocation"] is None else f" ({share(row['ofAllocation'])})"
    return f"{retained} of {row['allocated']:,} allocated tokens{of_allocation}; peak {row['peak']:,}"


def account(figures: Answer) -> str:
    """The account's figures in one line."""
    return (
        f"retained {figures['retained']:,} = processed {figures['processed']:,} - saved {figures['saved']:,}; "
        f"level {figures['level']}"
    )


def allocations(answer: Answer) -> str:
    """The answer of `budget/allocate`."""
    rows = [
        f"  phase {row['phase']}: {row['tokens']:>6,}  {row['name'] or ''}".rstrip() for row in answer["allocations"]
    ]
    return "\n".join(
        [
            *rows,
            f"  together {answer['allocated']:,}, buffer {answer['buffer']:,}, of {answer['total']:,} tokens",
        ]
    )


def alert(answer: Answer) -> str:
    """An alert of an answer, or of a notification."""
    return "\n".join(_wrapped(f"ALERT ({answer['level']}): {answer['message']}"))


def message(text: str, indent: str = "") -> str:
    """A sentence of the server, e.g. of an error, over as many lines as it takes."""
    return textwrap.fill(terminal.line(text), WIDTH, initial_indent=indent, subsequent_indent=indent)


def advice(status: Answer) -> str:
    """The server's advice, and the requests that it proposes."""
    methods = ", ".join(action["method"] for action in status["advice"]["actions"])
    text = f"Advice: {status['advice']['text']}"
    return "\n".join([*_wrapped(text), *([f"  as a request: {methods}"] if methods else [])])


def prune_plan(plan: Sequence[Answer]) -> str:
    """What a prune does, item by item."""
    if not plan:
        return "  (no item is concerned)"
    return "\n".join(
        f"  {row['action']:<8}{row['tokensBefore']:>7,} -> {row['tokensAfter']:>5,}  {row['reason']:<11} "
        f"{elided(row['title'] or row['id'], 44)}"
        for row in plan
    )


def leases(status: Answer) -> str:
    """The leases in flight, from the answer of `budget/status`."""
    rows = [
        f"  {lease['holder']:<12}{lease['tokens']:>7,} tokens  lease {lease['leaseId']}" for lease in status["leases"]
    ]
    return "\n".join([*rows, f"  leased {status['leased']:,}, available {status['available']:,} tokens"])


def excerpt(content: str, lines: int) -> str:
    """The first lines of a text, indented."""
    rows = content.splitlines()
    shown = [f"  | {line}".rstrip() for row in rows[:lines] for line in (textwrap.wrap(row, WIDTH - 4) or [""])]
    return "\n".join([*shown, "  | ..."] if len(rows) > lines else shown)


def report(markdown: str) -> str:
    """The server's report, with tables aligned in columns and sentences wrapped."""
    lines: list[str] = []
    table: list[list[str]] = []
    for line in [*markdown.rstrip("\n").split("\n"), ""]:
        if line.startswith("| "):
            table.append([cell.strip().replace("\\|", "|") for cell in CELL_EDGE.split(line)[1:-1]])
            continue
        lines += _columns(table)
        table = []
        lines += _wrapped(line)
    return "\n".join(lines)


def _columns(table: list[list[str]]) -> list[str]:
    rows = [row for row in table if not all(set(cell) == {"-"} for cell in row)]
    if not rows:
        return []
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return ["  ".join(_cell(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _cell(cell: str, width: int) -> str:
    return cell.rjust(width) if cell.replace(",", "").isdigit() else cell.ljust(width)


def share(value: float) -> str:
    """A share as a percentage."""
    return f"{value:.1%}"


def elided(text: str, width: int) -> str:
    """At most `width` characters of a name; the end is kept, as it says more than the beginning."""
    shown = terminal.line(text)
    return shown if len(shown) <= width else "..." + shown[3 - width :]


def _wrapped(text: str) -> Iterable[str]:
    indent = "  " if text.startswith("- ") else ""
    return textwrap.wrap(text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False) or [""]
