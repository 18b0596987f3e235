"""Allocations against what recorded workflows came to: overruns of each strategy at the same total.

    python benchmarks/allocation.py WORKFLOWS.jsonl[.gz]

Each line is one workflow: `repo`, `feature` and `artifacts[{kind, phase, tokens}]`. What a phase used is the sum of its
artifacts' tokens. Of each repository with five workflows or more, each workflow is left out once: the strategies divide
a total among its phases without knowing their sizes, `history` knowing the other workflows of the repository.

- total: what the workflow really used x 1, x 1.25, x 1.5, x 2; or the same for all workflows, in tokens;
- overruns: phases that used more than they were allocated;
- over: the tokens beyond allocations, as a share of all that the workflow used, the mean over workflows;
- certainty: of 2,000 draws of as many repositories, with replacement, those in which `history` has fewer overruns than
  `dynamic`: how likely that is on other repositories.

`fixed` is the template of full-implementation, with specification as phase 0, research as 1, plan and design as 2 and
tasks as 3; "without a buffer", its tokens alone scaled to the total. `dynamic` needs a complexity, which nobody knows
before the run: 1 for each phase, or the number of its documents, as if that were planned.

A second comparison takes the phases inside task lists, whose complexity `workflow/plan` reads from their check boxes:
most of them are of one feature alone, and recur in no other workflow.
"""

from __future__ import annotations

import gzip
import json
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import mean, median
from typing import Any, NamedTuple

from ctxbudget_server.account.plans import outline_of_survey
from ctxbudget_server.extract.plans.survey import survey_plan
from ctxbudget_server.rules.allocation import DEFAULT_QUANTILE, TEMPLATES, PhaseNeed, dynamic, fixed
from ctxbudget_server.rules.allocation_history import PastPhase, by_history, quantile_of, share_out

MIN_WORKFLOWS = 5
SCOPE = "full-implementation"
NUMBERS = {"specify": 0, "research": 1, "design": 2, "plan": 2, "tasks": 3}
FACTORS = (0.75, 1.0, 1.25, 1.5, 2.0)
DRAWS = 2_000
FEW = (1, 2, 3, 5, 8)
"""Numbers of past runs for the table of what few runs are worth."""

Used = Mapping[str, int]
"""Tokens by phase."""


TOTALS: Mapping[str, Callable[[Used], int]] = {
    **{f"x {factor:g}": lambda used, f=factor: round(f * sum(used.values())) for factor in FACTORS},
    **{f"{total:,}": lambda _, t=total: t for total in (7_500, 15_000, 30_000)},
}


class Case(NamedTuple):
    """A workflow that was left out, and the others of its repository."""

    repo: str
    used: Used
    documents: Mapping[str, int]
    past: Sequence[Used]


Strategy = Callable[[Case, int], Mapping[str, int]]


def main() -> None:
    """Print the tables."""
    if len(sys.argv) < 2 or not Path(sys.argv[1]).is_file():
        print("no workflows to measure: name the file of an evaluation kit, f_workflows_dev.jsonl.gz")
        return
    rows = list(_rows(Path(sys.argv[1])))
    for title, member in (("phases", "phase"), ("kinds of documents as phases", "kind")):
        cases = list(_cases(rows, member))
        phases = sum(len(case.used) for case in cases)
        print(f"\n{title}: {len(cases)} workflows, {phases:,} phases; overruns / over\n")
        strategies = {name: one for name, one in STRATEGIES.items() if member == "phase" or "fixed" not in name}
        _table(cases, strategies)
        cells = [f"{_certainty(cases, total_of):.0%}" for total_of in TOTALS.values()]
        print("| certainty | " + " | ".join(cells) + " |")
    cases = list(_cases(rows, "phase"))
    print("\nby the number of past runs; overruns / over\n")
    few = {f"{n} past run{'s' if n > 1 else ''}": _few(n) for n in FEW}
    _table(cases, {"dynamic, each the same": STRATEGIES["dynamic, each the same"], **few})
    _plans(rows)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _cases(rows: Sequence[dict[str, Any]], member: str) -> Iterator[Case]:
    by_repo: defaultdict[str, list[tuple[Used, Mapping[str, int]]]] = defaultdict(list)
    for row in rows:
        used: Counter[str] = Counter()
        for one in row["artifacts"]:
            used[one[member]] += one["tokens"]
        by_repo[row["repo"]].append((used, Counter(one[member] for one in row["artifacts"])))
    for repo, workflows in by_repo.items():
        if len(workflows) >= MIN_WORKFLOWS:
            for i, (used, documents) in enumerate(workflows):
                yield Case(repo, used, documents, [other for other, _ in workflows[:i] + workflows[i + 1 :]])


def _table(cases: Sequence[Case], strategies: Mapping[str, Strategy]) -> None:
    print("| strategy | " + " | ".join(TOTALS) + " |\n| --- |" + " --- |" * len(TOTALS))
    for name, strategy in strategies.items():
        cells = []
        for total_of in TOTALS.values():
            beyond = [_beyond(case, strategy, total_of) for case in cases]
            overruns = sum(tokens > 0 for each in beyond for tokens in each)
            over = mean(sum(each) / sum(case.used.values()) for each, case in zip(beyond, cases, strict=True))
            cells.append(f"{overruns} / {over:.0%}")
        print(f"| {name} | " + " | ".join(cells) + " |")


def _beyond(case: Case, strategy: Strategy, total_of: Callable[[Used], int]) -> list[int]:
    """The tokens beyond the allocation of each phase."""
    total = total_of(case.used)
    given = strategy(case, total)
    assert sum(given.values()) <= total, "no strategy may give more than there is"
    return [max(0, tokens - given.get(phase, 0)) for phase, tokens in case.used.items()]


def _certainty(cases: Sequence[Case], total_of: Callable[[Used], int]) -> float:
    fewer: Counter[str] = Counter()
    for case in cases:
        for name, sign in (("dynamic, each the same", 1), ("history", -1)):
            fewer[case.repo] += sign * sum(tokens > 0 for tokens in _beyond(case, STRATEGIES[name], total_of))
    dice, repos = random.Random(1), sorted(fewer)
    draws = [sum(fewer[repo] for repo in dice.choices(repos, k=len(repos))) for _ in range(DRAWS)]
    return mean(draw > 0 for draw in draws)


def _plans(rows: Sequence[dict[str, Any]]) -> None:
    """The phases of task lists, by name, with their complexity."""
    by_repo: defaultdict[str, list[list[tuple[PhaseNeed, int]]]] = defaultdict(list)
    for row in rows:
        for one in row["artifacts"]:
            listed = [phase for phase in one.get("phases") or () if phase["boxes"] and phase["tokens"]]
            needs = _needs(listed)
            if one["kind"] == "tasks" and len(listed) > 1 and len(needs) == len(listed):
                sizes = [phase["tokens"] for phase in listed]
                by_repo[row["repo"]].append(list(zip(needs, sizes, strict=True)))
    print("\nphases of task lists; overruns\n\n| strategy | " + " | ".join(f"x {one:g}" for one in FACTORS) + " |")
    print("| --- |" + " --- |" * len(FACTORS))
    for name in ("dynamic", "history"):
        print(f"| {name} | " + " | ".join(str(_overruns(by_repo.values(), name, factor)) for factor in FACTORS) + " |")


def _needs(listed: Sequence[dict[str, Any]]) -> list[PhaseNeed]:
    plan = "".join(f"## {one['title']}\n\n" + "- [ ] task\n" * one["boxes"] + "\n" for one in listed)
    outline = outline_of_survey(survey_plan(f"# Plan\n\n{plan}"))
    return [one.need for one in outline.phases if one.entry.work.tasks]


def _overruns(repos: Iterable[list[list[tuple[PhaseNeed, int]]]], strategy: str, factor: float) -> int:
    overruns = 0
    for workflows in (one for one in repos if len(one) >= MIN_WORKFLOWS):
        runs = [[PastPhase(need.number, need.name, size, "exact") for need, size in one] for one in workflows]
        for i, workflow in enumerate(workflows):
            total, needs = round(factor * sum(size for _, size in workflow)), [need for need, _ in workflow]
            if strategy == "dynamic":
                parts = dynamic(total, needs).parts
            else:
                parts = by_history(total, needs, runs[:i] + runs[i + 1 :], DEFAULT_QUANTILE).shared.parts
            overruns += sum(size > parts[need.number] for need, size in workflow)
    return overruns


def _fixed(case: Case, total: int) -> Mapping[str, int]:
    parts = fixed(total, SCOPE).parts
    return {phase: parts[NUMBERS[phase]] for phase in case.used}


def _template(case: Case, total: int) -> Mapping[str, int]:
    return _weighted({phase: TEMPLATES[SCOPE][NUMBERS[phase]] for phase in case.used}, total)


def _weighted(weights: Mapping[str, float], total: int) -> Mapping[str, int]:
    parts = dynamic(total, [PhaseNeed(n, complexity=weight) for n, weight in enumerate(weights.values())]).parts
    return dict(zip(weights, parts.values(), strict=True))


def _history(case: Case, total: int) -> Mapping[str, int]:
    numbers = {phase: n for n, phase in enumerate(case.used)}
    runs = [
        [PastPhase(numbers.get(phase, -1), phase, tokens, "exact") for phase, tokens in run.items()]
        for run in case.past
    ]
    parts = by_history(
        total, [PhaseNeed(n, phase) for phase, n in numbers.items()], runs, DEFAULT_QUANTILE
    ).shared.parts
    return {phase: parts[n] for phase, n in numbers.items()}


def _proportional(case: Case, total: int) -> Mapping[str, int]:
    figures = _figures(case.used, case.past)
    return _weighted({phase: max(figure, 1) for phase, figure in figures.items()}, total)


def _few(runs: int) -> Strategy:
    """By what so many past runs used, however few they are: drawn at random, the same for each total."""

    def strategy(case: Case, total: int) -> Mapping[str, int]:
        drawn = random.Random(sum(case.used.values())).sample(case.past, min(runs, len(case.past)))
        figures = _figures(case.used, drawn)
        return dict(zip(figures, share_out(total, list(figures.values())), strict=True))

    return strategy


def _figures(phases: Used, past: Sequence[Used]) -> dict[str, int]:
    known = {phase: [run[phase] for run in past if phase in run] for phase in phases}
    figures = {phase: quantile_of(found, DEFAULT_QUANTILE) for phase, found in known.items() if found}
    usual = round(median(figures.values())) if figures else 1
    return {phase: figures.get(phase, usual) for phase in phases}


STRATEGIES: Mapping[str, Strategy] = {
    "fixed": _fixed,
    "fixed, without a buffer": _template,
    "dynamic, each the same": lambda case, total: _weighted(dict.fromkeys(case.used, 1), total),
    "dynamic, by number of documents": lambda case, total: _weighted(case.documents, total),
    "in proportion to past figures": _proportional,
    "history": _history,
}


if __name__ == "__main__":
    main()
