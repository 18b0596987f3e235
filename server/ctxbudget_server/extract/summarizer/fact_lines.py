"""Formats the typed fields of a kind as lines of the text."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from ctxbudget_server.extract.facts import Facts
from ctxbudget_server.extract.model import DebugFields, ImplementationFields, PlanFields, PlanPhase, TestFields
from ctxbudget_server.extract.readers.fields import first_value
from ctxbudget_server.extract.summarizer.composer import FACTS, Composer
from ctxbudget_server.extract.summarizer.ranking import estimate_tokens

MAX_FAILING = 100
"""Maximum number of names of failed tests in the text."""
MAX_MESSAGES = 6
"""Maximum number of messages of failed tests in the text, if not all of them fit."""
_NAMES_SHARE = 0.75
"""Share of the budget for a failed run's lines that goes to names of tests before messages."""
_STATUS = re.compile("status|plan status")


def add_facts(facts: Facts, composer: Composer, told: list[str], limit: int) -> list[str]:
    """Add the typed fields of the kind, without what is `told` already; returns what they say."""
    floor = composer.left - limit
    lists = [*([_debug_lines(facts.debug)] if facts.debug else []), *_lists(facts, told)]
    said = [line for lines in lists for line in composer.add_list(FACTS, lines, composer.left - floor)]
    if isinstance(facts.of_kind, TestFields):
        _add_failures(facts.of_kind, composer, composer.left - floor)
    return said


def _lists(facts: Facts, told: list[str]) -> list[list[str]]:
    match facts.of_kind:
        case TestFields() as tests:
            return [[tests_line(tests)]]
        case PlanFields() as plan:
            status = first_value([f for f in facts.fields if f.section <= 0], _STATUS)
            return _plan_lines(plan, status, " ".join(told))
        case ImplementationFields() as done:
            return _implementation_lines(done)
        case None:
            return []


def tests_line(tests: TestFields) -> str:
    """The verdict of a test run, with its figures."""
    figures = [
        f"{n} {word}"
        for n, word in (
            (tests.failed, "failed"),
            (tests.errors, "errors"),
            (tests.passed, "passed"),
            (tests.skipped, "skipped"),
        )
        if n
    ]
    status = f"Tests: {tests.status or 'unknown'}"
    if tests.framework:
        status += f" ({tests.framework})"
    return ": ".join([status, ", ".join(figures)]) if figures else status


def _add_failures(tests: TestFields, composer: Composer, limit: int) -> None:
    """Add what failed and why: each name with its message if all fit, else names, some messages, the other names."""
    floor = composer.left - limit
    told = {name: f"- {m}" for m in tests.messages for name in [m.split(" - ", 1)[0]] if name in tests.failing}
    plain = [m for m in tests.messages if m.split(" - ", 1)[0] not in told]
    names = sorted(tests.failing, key=_variant(tests.failing))  # stable: each test once before its variants
    if sum(map(estimate_tokens, [*told.values(), *plain, *(n for n in names if n not in told)])) <= limit:
        composer.add_all(
            FACTS, [told.get(name, f"- {name}") for name in names] + plain[:MAX_MESSAGES], limit, MAX_FAILING
        )
        return
    bullets = [f"- {name}" for name in names]
    said = composer.add_all(FACTS, bullets, int(limit * _NAMES_SHARE), MAX_FAILING)
    why = [told[name].split(" - ", 1)[1] for name in names if name in told] + plain
    composer.add_all(FACTS, list(dict.fromkeys(why))[:MAX_MESSAGES], composer.left - floor, MAX_MESSAGES)
    composer.add_all(FACTS, bullets[len(said) :], composer.left - floor, MAX_FAILING)


def _variant(names: tuple[str, ...]) -> Callable[[str], bool]:
    """Whether a name is a further case of a parametrised test that has been named."""
    first: dict[str, str] = {}
    for name in names:
        first.setdefault(name.split("[", 1)[0], name)
    return lambda name: first[name.split("[", 1)[0]] != name


def _listed(label: str, entries: Sequence[str]) -> list[str]:
    """Bullets under a label, which is part of the first bullet so that it is never alone."""
    bullets = [f"- {entry}" for entry in entries]
    return [f"{label}\n{bullets[0]}", *bullets[1:]] if bullets else []


def _plan_lines(plan: PlanFields, status: str | None, told: str) -> list[list[str]]:
    """Add the lists of a plan's facts, the most important first."""
    figures = [
        [f"Status: {status.strip('[] ')}"] if status else [],
        [f"Estimate: {plan.estimate}"] if plan.estimate else [],
        [f"Complexity: {plan.complexity:g} ({plan.complexity_basis})"] if plan.complexity is not None else [],
    ]
    dependencies = [f"Dependencies: {'; '.join(plan.dependencies[:4])}"] if plan.dependencies else []
    criteria = [c for c in plan.success_criteria if c not in told]
    phases = [f"Phases: {plan.phase_count}"] if plan.phases else []
    return [
        *figures,
        phases,
        [_phase_line(p) for p in plan.phases],
        dependencies,
        _listed("Success criteria:", criteria[:5]),
    ]


def _phase_line(phase: PlanPhase) -> str:
    line = f"- {phase.number}: {phase.name}" if phase.number is not None else f"- {phase.name}"
    if phase.status:
        line += f" [{phase.status}]"
    if phase.tasks_done or phase.tasks_open:
        line += f" {phase.tasks_done}/{phase.tasks_done + phase.tasks_open} tasks"
    if phase.depends_on:
        line += f" after {', '.join(map(str, phase.depends_on))}"
    return line


def _implementation_lines(done: ImplementationFields) -> list[list[str]]:
    return [
        [f"Status: {', '.join(filter(None, (done.status, done.progress)))}"] if done.status else [],
        [f"Tests: {done.tests}"] if done.tests else [],
        [f"Files: {' '.join(done.files_changed[:15])}"] if done.files_changed else [],
        _listed("Remaining:", done.remaining[:5]),
    ]


def _debug_lines(debug: DebugFields) -> list[str]:
    return [line for line in (debug.cause and f"Cause: {debug.cause}", debug.fix and f"Fix: {debug.fix}") if line]
