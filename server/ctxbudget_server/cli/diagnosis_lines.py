"""A diagnosis, and what its cures have reached, as lines for people."""

from __future__ import annotations

import json
import shlex
import textwrap
from argparse import Namespace
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from ctxbudget_server.presentation.look import heading, terminal_width

Json = dict[str, Any]

WIDTH = 110
MAX_EVIDENCE = 5
"""Pieces of evidence shown for each finding; `--json` has more."""


class Applied(NamedTuple):
    """What sending the requests has done."""

    cured: Sequence[Json]
    left: Sequence[Json]
    status: Json
    undo: Sequence[Json]


def lines(diagnosis: Json, options: Namespace) -> Iterator[str]:
    """What is wrong, each cause with its cure, and the command that applies the cures."""
    status, findings = diagnosis["status"], diagnosis["findings"]
    yield heading(
        f"{diagnosis['sessionId']}: {status['retained']:,} tokens in the context, budget {status['budget']:,}, "
        f"available {status['available']:,}, policy {diagnosis['policy']}"
    )
    if status["windowSource"] == "default":
        yield f"The window's size is not set: the budget is a share of the default, {status['window']:,}."
    for symptom in diagnosis["symptoms"]:
        yield f"- {symptom['message']}"
    before = status["retained"]
    for number, finding in enumerate(findings, 1):
        yield ""
        yield from _finding(number, finding, before)
        before = finding["retained"]
    yield ""
    if not findings:
        yield "No cause was found." if diagnosis["symptoms"] else "Nothing is wrong."
    elif sending := sum(len(finding["requests"]) for finding in findings):
        only = "".join(f" --only {code}" for code in options.only or ())
        what = "sends this request" if sending == 1 else f"sends these {sending:,} requests in order"
        command = f"ctxbudget diagnose {shlex.quote(diagnosis['sessionId'])}{only}{_place(options)} --apply"
        yield f"{command} {what}: {_change(status, diagnosis)}."


def _change(status: Json, diagnosis: Json) -> str:
    retained, reached = status["retained"], diagnosis["reaches"]["retained"]
    available, then = status["available"], diagnosis["reaches"]["available"]
    return f"{retained:,} → {reached:,} tokens in the context, {available:,} → {then:,} available"


def _finding(number: int, finding: Json, before: int) -> Iterator[str]:
    yield from _paragraph(f"{number}. ", f"{finding['code']}: {finding['message']}")
    yield from _paragraph("   rule      ", finding["rule"])
    label = "evidence"
    for piece in finding["evidence"][:MAX_EVIDENCE]:
        yield f"   {label:8}  {_evidence(piece)}"
        label = ""
    more = len(finding["evidence"]) + finding["evidenceLeftOut"] - MAX_EVIDENCE
    if more > 0:
        yield f"             and {more:,} more (--json)"
    label = "cure"
    for request in finding["requests"]:
        yield f"   {label:8}  {request['method']} {_shown(request['params'])}"
        label = ""
    if finding["requests"]:
        saves = finding["saves"]
        freed = f" (frees {saves:,})" if saves > 0 else f" (adds {-saves:,})" if saves < 0 else ""
        yield f"   reaches   {before:,} → {finding['retained']:,} tokens{freed}, {finding['available']:,} available"
    yield from _paragraph("   prevent   " if finding["requests"] else "   do        ", finding["prevention"])


def _paragraph(label: str, text: str) -> list[str]:
    return textwrap.wrap(
        text, _width(), initial_indent=label, subsequent_indent=" " * len(label), break_long_words=False
    )


def _width() -> int:
    return min(WIDTH, terminal_width() or WIDTH)


def _evidence(piece: Json) -> str:
    name = f"{piece['type']} {piece['id']}"
    title = f" “{piece['title']}”" if piece["title"] else ""
    phase = f", phase {piece['phase']}" if piece["phase"] is not None and piece["type"] in ("item", "lease") else ""
    return f"{name}{title}{phase}: {piece['tokens']:,} tokens"


def _shown(params: Json) -> str:
    """Params in one line, without what all requests of the cure have, and with long texts cut."""
    own = {name: value for name, value in params.items() if name not in ("sessionId", "ifRevision")}
    text = json.dumps(own, ensure_ascii=False)
    return text if len(text) <= 2 * WIDTH else f"{text[: 2 * WIDTH]}… (--json)"


def applied_lines(diagnosis: Json, applied: Applied, options: Namespace) -> Iterator[str]:
    """What was cured, what is left, the figures before and after, and the way back."""
    before, after = diagnosis["status"], applied.status
    if not diagnosis["findings"]:
        yield "No cause was found." if diagnosis["symptoms"] else "Nothing is wrong."
        return
    for finding in applied.cured:
        yield from _paragraph("cured: ", f"{finding['code']}: {finding['message']}")
    for finding in applied.left:
        yield from _paragraph("left:  ", f"{finding['code']}: {finding['message']} {finding['prevention']}")
    promised = applied.cured[-1]["retained"] if applied.cured else before["retained"]
    reached = "as promised" if after["retained"] == promised else f"{promised:,} were promised"
    yield ""
    yield (
        f"{before['retained']:,} → {after['retained']:,} tokens in the context ({reached}), "
        f"{before['available']:,} → {after['available']:,} available"
    )
    if applied.undo:
        yield ""
        yield "To take it back:"
        yield from (
            f"  ctxbudget call {request['method']} {shlex.quote(json.dumps(request['params']))}{_place(options)}"
            for request in applied.undo
        )


def _place(options: Namespace) -> str:
    """The options that name the account, for commands that are shown."""
    named = (("--workspace", options.workspace), ("--store", options.store))
    return "".join(f" {option} {shlex.quote(value)}" for option, value in named if value)
