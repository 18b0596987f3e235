"""The labelled documents of `labelled/` and the share of their labels that extraction finds.

All were written for this project. `labels.json` says of each document what a reader finds in it: phrases of its
recommendations, its estimate, its phases as [number, name, status, tasks done, tasks open, depends on], and so on;
`gold` is a one-sentence summary as a colleague would hand it over.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ctxbudget_server.extract import Extraction, extract
from ctxbudget_server.extract.search.words import terms
from ctxbudget_server.markdown.sentences import plain

FOLDER = Path(__file__).parent / "labelled"


@dataclass(frozen=True)
class Check:
    """One label: whether it was found, and what was found instead."""

    document: str
    measure: str
    found: bool
    got: object


def labels() -> dict[str, dict[str, object]]:
    """The labels by document."""
    return json.loads((FOLDER / "labels.json").read_text(encoding="utf-8"))


def text_of(name: str) -> str:
    """A document."""
    return (FOLDER / f"{name}.md").read_text(encoding="utf-8")


def _phrases(wanted: list[str], got: tuple[str, ...]) -> Iterator[bool]:
    for phrase in wanted:
        yield any(plain(phrase) in entry for entry in got)


def _checks(wanted: dict, found: Extraction) -> Iterator[tuple[str, bool, object]]:
    """(measure, found, got) for every label of a document."""
    yield "complete", found.complete == wanted.get("complete", True), found.warnings
    lists = {"recommendations": found.recommendations, "findings": found.key_findings}
    values: dict[str, object] = {}
    if plan := found.plan:
        values["estimate"] = plan.estimate
        lists["dependencies"] = plan.dependencies
        phases = [[p.number, p.name, p.status, p.tasks_done, p.tasks_open, [*p.depends_on]] for p in plan.phases]
        yield "phase count", len(phases) == len(wanted["phases"]), phases
        for got, phase in zip(phases, wanted["phases"], strict=False):
            yield "phase", got == phase, got
        yield (
            "complexity",
            [plan.complexity, plan.complexity_basis] == wanted.get("complexity")
            or ("complexity" not in wanted and plan.complexity_basis == "computed"),
            (plan.complexity, plan.complexity_basis),
        )
        if "waves" in wanted:
            yield "waves", [[*w] for w in plan.waves] == wanted["waves"], plan.waves
        for name, entries in (("criteria", plan.success_criteria), ("risks", plan.risks)):
            if name in wanted:
                yield name, len(entries) == wanted[name], entries
    if done := found.implementation:
        values |= {"status": done.status, "progress": done.progress, "tests": done.tests}
        lists["remaining"] = done.remaining
        yield "files", [*done.files_changed] == wanted["files"], done.files_changed
    if debug := found.debug:
        values |= {"cause": debug.cause, "fix": debug.fix}
        lists["evidence"] = debug.evidence
    for name, got in lists.items():
        if name in wanted:
            hits = [*_phrases(wanted[name], got)]
            yield f"{name}: all and no more", all(hits) and len(got) == len(hits), got
            if hits:
                yield f"{name}: any", any(hits), got
            for hit in hits:
                yield f"{name}: each", hit, got
    for name, got in values.items():
        if name in wanted:
            yield name, plain(str(wanted[name])) in str(got), got


def check_labels(count: Callable[[str], int]) -> list[Check]:
    """Every label of every document, checked; the kind is detected once, then given."""
    checks: list[Check] = []
    for name, wanted in labels().items():
        text, kind = text_of(name), str(wanted["kind"])
        detected = extract(text, count=count).kind
        checks.append(Check(name, "kind", detected == kind, detected))
        for measure, found, got in _checks(wanted, extract(text, count=count, kind=kind)):
            checks.append(Check(name, measure, found, got))
    return checks


def rates(checks: list[Check]) -> dict[str, tuple[int, int]]:
    """(found, all) by measure."""
    table: dict[str, tuple[int, int]] = {}
    for check in checks:
        found, total = table.get(check.measure, (0, 0))
        table[check.measure] = (found + check.found, total + 1)
    return table


def recall(gold: str, text: str) -> float:
    """Share of the gold's content words (stemmed, with repeats) that stand in a text."""
    wanted = Counter(terms(gold))
    return (wanted & Counter(terms(text))).total() / wanted.total()


def handover(count: Callable[[str], int], limit: int) -> dict[str, tuple[float, float]]:
    """By document with a `gold`: its recall in the extract at a limit, and in the head of the document."""
    found: dict[str, tuple[float, float]] = {}
    for name, wanted in labels().items():
        if "gold" in wanted:
            text = text_of(name)
            low, high = 0, len(text)
            while low < high:
                middle = (low + high + 1) // 2
                low, high = (middle, high) if count(text[:middle]) <= limit else (low, middle - 1)
            extracted = extract(text, count=count, max_tokens=limit).text
            found[name] = (recall(wanted["gold"], extracted), recall(wanted["gold"], text[:low]))
    return found
