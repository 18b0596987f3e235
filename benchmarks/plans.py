"""Plans of recorded workflows: phases and tasks as labelled, and the shares of phases against the size they had.

    python benchmarks/plans.py WORKFLOWS.jsonl[.gz] [REPOSITORIES]

Each line is one workflow: `repo`, `feature` and `artifacts[{kind, path, tokens, phases?[{title, boxes, tokens}]}]`.
From the labels alone, a plan is written with a heading and so many check boxes for each phase; the tokens that the
phase's section really had are what its share should follow. With REPOSITORIES, a folder of clones named `OWNER+NAME`
(or `OWNER+NAME/repo`), the plans themselves are read, and the shares of work packages are held against the files that
were written for them later.

Shares by `workflow/plan`'s formula, by the fixed template and by variants of the formula are ranked within a workflow:
Spearman's and Kendall's (tau-b) correlation, the mean over workflows with at least three phases. Repositories are split
in halves by a byte of their name's hash, taken so that both have work packages: what was chosen on one must hold on
the other.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

from ctxbudget_server.account.plans import outline_of_survey
from ctxbudget_server.extract.plans.survey import survey_plan
from ctxbudget_server.rules.allocation import TEMPLATES
from ctxbudget_server.rules.planning import Outline, Planned
from ctxbudget_server.rules.shares import apportion

BUDGET = 7_500
MIN_PHASES = 3
TEMPLATE = TEMPLATES["full-implementation"]
WEIGHTS: dict[str, Callable[[Planned], float]] = {
    "fixed template": lambda one: TEMPLATE.get(one.phase, 0),
    "workflow/plan": lambda one: one.complexity.value,
    "whole plan's formula, per phase": lambda one: _with_dependencies(one, 1),
    "dependencies at 0.1": lambda one: _with_dependencies(one, 0.1),
    "tasks alone": lambda one: 1 + 0.3 * one.entry.work.tasks,
    "lines at 0.01": lambda one: 1 + 0.3 * one.entry.work.tasks + 0.01 * one.entry.work.lines,
    "lines at 0.001": lambda one: 1 + 0.3 * one.entry.work.tasks + 0.001 * one.entry.work.lines,
}


class Workflow(NamedTuple):
    """One plan of a repository, and what each of its phases came to."""

    repo: str
    outline: Outline
    sizes: list[float]
    """Tokens, in the order of the outline's phases."""


def main() -> None:
    """Print the tables."""
    if len(sys.argv) < 2 or not Path(sys.argv[1]).is_file():
        print("no workflows to measure: name the file of an evaluation kit, f_workflows_dev.jsonl.gz")
        return
    rows = list(_rows(Path(sys.argv[1])))
    labelled = [(row, one) for row in rows for one in row["artifacts"] if one.get("phases")]
    written = [(row["repo"], _written(one["phases"]), one["phases"]) for row, one in labelled]
    _recognition("plans written from the labels", written)
    _correlation("tokens of the phase's section", [w for each in written if (w := _sections(*each))])
    if len(sys.argv) > 2:
        texts = [
            (row, one, text) for row, one in labelled if (text := _text(Path(sys.argv[2]), row["repo"], one["path"]))
        ]
        tasks = [(row["repo"], text, one["phases"]) for row, one, text in texts if one["kind"] == "tasks"]
        _recognition("task lists as they are", tasks)
        _correlation("tokens of the phase's section", [w for each in tasks if (w := _sections(*each))])
        _correlation("tokens of the files written for a work package", [w for each in texts if (w := _packages(*each))])


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _written(phases: Sequence[dict[str, Any]]) -> str:
    return "# Plan\n\n" + "".join(f"## {one['title']}\n\n" + "- [ ] task\n" * one["boxes"] + "\n" for one in phases)


def _text(folder: Path, repo: str, path: str) -> str | None:
    """A file of a clone, working tree or bare, as of its newest commit."""
    clone = folder / repo.replace("/", "+")
    clone = clone / "repo" if (clone / "repo").is_dir() else clone
    if not clone.is_dir():
        return None
    shown = subprocess.run(["git", "-C", str(clone), "show", f"HEAD:{path}"], capture_output=True, check=False)
    return shown.stdout.decode("utf-8", "replace") if shown.returncode == 0 else None


def _recognition(title: str, plans: Sequence[tuple[str, str, Sequence[dict[str, Any]]]]) -> None:
    """How many plans have exactly the labelled phases with their check boxes; phases without any are not labelled."""
    print(f"\n{title}\n\n| half | plans | phases and boxes | boxes in all | waves |\n| --- | --- | --- | --- | --- |")
    for half in ("first", "second"):
        found = [(survey_plan(text), phases) for repo, text, phases in plans if _half(repo) == half]
        boxes = [
            ([p.boxes for p in survey.phases if p.boxes], [p["boxes"] for p in phases]) for survey, phases in found
        ]
        same = sum(got == [n for n in wanted if n] for got, wanted in boxes)
        sums = sum(sum(got) == sum(wanted) for got, wanted in boxes)
        waves = sum(bool(survey.waves) for survey, _ in found)
        print(f"| {half} | {len(found)} | {same} | {sums} | {waves} |")


def _sections(repo: str, text: str, phases: Sequence[dict[str, Any]]) -> Workflow | None:
    """The labelled phases that a plan was found to have, with the tokens of their sections."""
    survey = survey_plan(text)
    outline = outline_of_survey(survey)
    wanted = [one for one in phases if one["boxes"]]
    found = [one for one, seen in zip(outline.phases, survey.phases, strict=True) if seen.boxes]
    if len(found) != len(wanted) or len(wanted) < MIN_PHASES:
        return None
    return Workflow(repo, outline._replace(phases=found), [float(one["tokens"]) for one in wanted])


def _packages(row: dict[str, Any], plan: dict[str, Any], text: str) -> Workflow | None:
    """The work packages of a plan, with the tokens of the file of each."""
    if plan["kind"] != "tasks":
        return None
    sizes: dict[int, float] = {}
    for one in row["artifacts"]:
        if one["kind"] == "work-package" and (match := re.search(r"WP(\d+)", one["path"])):
            sizes[int(match[1])] = sizes.get(int(match[1]), 0) + one["tokens"]
    outline = outline_of_survey(survey_plan(text))
    found = [one for one in outline.phases if one.phase in sizes]
    if len(found) < MIN_PHASES or not any(re.search(r"\bWP\d", line) for line in text.splitlines() if line[:1] == "#"):
        return None
    return Workflow(row["repo"], outline._replace(phases=found), [sizes[one.phase] for one in found])


def _correlation(title: str, workflows: Sequence[Workflow]) -> None:
    halves = {half: [one for one in workflows if _half(one.repo) == half] for half in ("first", "second")}
    counts = ", ".join(f"{half} {len(group)} workflows" for half, group in halves.items())
    print(f"\nagainst the {title} ({counts}); Spearman / Kendall\n")
    print("| shares by | first half | second half |\n| --- | --- | --- |")
    for name, weight in WEIGHTS.items():
        print(f"| {name} | " + " | ".join(_mean(group, weight) for group in halves.values()) + " |")


def _mean(workflows: Sequence[Workflow], weight: Callable[[Planned], float]) -> str:
    if not workflows:
        return "-"
    pairs = []
    for one in workflows:
        weights = [weight(phase) for phase in one.outline.phases]
        shares = apportion(BUDGET, weights) if sum(weights) else weights
        pairs.append((shares, one.sizes))
    return " / ".join(f"{statistics.mean(rank(*pair) for pair in pairs):.2f}" for rank in (spearman, kendall))


def _with_dependencies(one: Planned, weight: float) -> float:
    return one.complexity.value - 0.003 * one.entry.work.lines + weight * len(one.depends_on)


def spearman(left: Sequence[float], right: Sequence[float]) -> float:
    """The rank correlation; 0 if one side is all alike."""
    try:
        return statistics.correlation(_ranks(left), _ranks(right))
    except statistics.StatisticsError:
        return 0.0


def kendall(left: Sequence[float], right: Sequence[float]) -> float:
    """Tau-b; 0 if one side is all alike."""
    signs = [(_sign(a - b), _sign(c - d)) for (a, c), (b, d) in combinations(list(zip(left, right, strict=True)), 2)]
    untied = sum(a != 0 for a, _ in signs) * sum(b != 0 for _, b in signs)
    return sum(a * b for a, b in signs) / untied**0.5 if untied else 0.0


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)


def _ranks(values: Sequence[float]) -> list[float]:
    """Ranks from 1; equal values share the mean of theirs."""
    return [sum(other < one for other in values) + (values.count(one) + 1) / 2 for one in values]


def _half(repo: str) -> str:
    return ("first", "second")[hashlib.sha256(repo.encode()).digest()[4] % 2]


if __name__ == "__main__":
    main()
