"""Formats the typed fields of a kind as lines of the text."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from ctxbudget_server.extract.facts import Facts
from ctxbudget_server.extract.listed import Listed, more_of
from ctxbudget_server.extract.model import DebugFields, ImplementationFields, PlanFields, PlanPhase, TestFields
from ctxbudget_server.extract.readers.fields import first_value
from ctxbudget_server.extract.summarizer.composer import FACTS, Composer
from ctxbudget_server.extract.summarizer.lists import Inline, add_list, brief_name, inline
from ctxbudget_server.extract.summarizer.ranking import estimate_tokens
from ctxbudget_server.markdown.sentences import split_sentences

MAX_MESSAGES = 6
"""Maximum number of messages of failed tests in the text, if not all of them fit."""
_NAMES_SHARE = 0.75
"""Share of the budget for a failed run's lines that goes to names of tests before messages."""
_STATUS = re.compile("status|plan status")
_AMPLE_SHARE = 0.6
"""Share of the budget for phases up to which they are given with their tasks and dependencies."""
_LINE_SHARE = 0.25
"""Maximum share of the budget for a list in one line."""
_PLACES = (0, 10, 20, 1000, 2000, 3000)
"""Where the lists of facts are put, so that phases come after the figures of a plan, and before what follows them."""
_PHASES = 30


def add_phases(facts: Facts, composer: Composer, limit: int) -> list[str]:
    """Add the phases of a plan, all of them while they fit `limit` in brief; returns what they say."""
    if not isinstance(facts.of_kind, PlanFields) or not facts.of_kind.phases:
        return []
    phases = facts.of_kind.phases
    head = f"Phases: {len(phases)}\n"
    full, brief = [_phase_line(p) for p in phases], [_brief_phase_line(p) for p in phases]
    full[0], brief[0] = head + full[0], head + brief[0]
    return add_list(composer, FACTS, full, limit, brief=brief, ample=int(limit * _AMPLE_SHARE), order=_PHASES)


def add_facts(facts: Facts, composer: Composer, told: list[str], limit: int) -> list[str]:
    """Add the typed fields of the kind, except phases, without what is `told` already; returns what they say."""
    floor = composer.left - limit
    said: list[str] = []
    for n, lines in enumerate(_lists(facts, told)):
        room = composer.left - floor
        if isinstance(lines, Inline):
            line = inline(lines, composer, min(room, int(composer.budget * _LINE_SHARE)))
            said += [line] if composer.add(FACTS, line, _PLACES[n], room) else []
        else:
            said += add_list(composer, FACTS, lines, room, order=_PLACES[n])
    if isinstance(facts.of_kind, TestFields):
        _add_failures(facts.of_kind, composer, composer.left - floor)
    return said


def _lists(facts: Facts, told: list[str]) -> list[Sequence[str] | Inline]:
    """The lists of facts in their places."""
    debug = _debug_lines(facts.debug, " ".join(told)) if facts.debug else []
    match facts.of_kind:
        case TestFields() as tests:
            return [[tests_line(tests)]]
        case PlanFields() as plan:
            status = first_value([f for f in facts.fields if f.section <= 0], _STATUS)
            return _plan_lines(plan, status, " ".join(told))
        case ImplementationFields() as done:
            return [*debug, *_implementation_lines(done)]
        case None:
            return [*debug]


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
    """Add what failed and why: each name with its message if all fit, else the names, then messages."""
    floor = composer.left - limit
    told = {name: f"- {m}" for m in tests.messages for name in [m.split(" - ", 1)[0]] if name in tests.failing}
    plain = [m for m in tests.messages if m.split(" - ", 1)[0] not in told]
    names = sorted(tests.failing, key=_variant(tests.failing))  # stable: each test once before its variants
    if sum(map(estimate_tokens, [*told.values(), *plain, *(n for n in names if n not in told)])) <= limit:
        add_list(composer, FACTS, _bullets(tests, [told.get(name, f"- {name}") for name in names]), limit)
        composer.add_all(FACTS, plain, composer.left - floor, MAX_MESSAGES)
        return
    why = list(dict.fromkeys([told[name].split(" - ", 1)[1] for name in names if name in told] + plain))[:MAX_MESSAGES]
    room = max(int(limit * _NAMES_SHARE), limit - sum(composer.cost(message) for message in why))
    add_list(composer, FACTS, _bullets(tests, [f"- {name}" for name in names]), room)
    composer.add_all(FACTS, why, composer.left - floor, MAX_MESSAGES)


def _bullets(tests: TestFields, lines: list[str]) -> Listed:
    return Listed.cut(lines, len(lines), more_of(tests.failing))


def _variant(names: tuple[str, ...]) -> Callable[[str], bool]:
    """Whether a name is a further case of a parametrised test that has been named."""
    first: dict[str, str] = {}
    for name in names:
        first.setdefault(name.split("[", 1)[0], name)
    return lambda name: first[name.split("[", 1)[0]] != name


def _listed(label: str, entries: Sequence[str], more: int) -> Listed:
    """Bullets under a label, which is part of the first bullet so that it is never alone."""
    bullets = [f"- {entry}" for entry in entries]
    lines = [f"{label}\n{bullets[0]}", *bullets[1:]] if bullets else []
    return Listed.cut(lines, len(lines), more)


def _plan_lines(plan: PlanFields, status: str | None, told: str) -> list[Sequence[str] | Inline]:
    """The lists of a plan's facts, except its phases, the most important first."""
    figures: list[Sequence[str] | Inline] = [
        [f"Status: {status.strip('[] ')}"] if status else [],
        [f"Estimate: {plan.estimate}"] if plan.estimate else [],
        [f"Complexity: {plan.complexity:g} ({plan.complexity_basis})"] if plan.complexity is not None else [],
    ]
    criteria = [c for c in plan.success_criteria if c not in told]
    return [
        *figures,
        Inline("Dependencies:", plan.dependencies, "; "),
        _listed("Success criteria:", criteria, more_of(plan.success_criteria)),
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


def _brief_phase_line(phase: PlanPhase) -> str:
    return _phase_line(replace(phase, name=brief_name(phase.name), tasks_done=0, tasks_open=0, depends_on=()))


def _implementation_lines(done: ImplementationFields) -> list[Sequence[str] | Inline]:
    return [
        [f"Status: {', '.join(filter(None, (done.status, done.progress)))}"] if done.status else [],
        [f"Tests: {done.tests}"] if done.tests else [],
        Inline("Files:", done.files_changed, " "),
        _listed("Remaining:", done.remaining, more_of(done.remaining)),
    ]


def _debug_lines(debug: DebugFields, told: str) -> list[list[str]]:
    """The cause and the fix, each by itself, if they are not told yet."""
    answers = (("Cause", debug.cause), ("Fix", debug.fix))
    return [[f"{label}: {answer}"] for label, answer in answers if answer and not _is_told(answer, told)]


def _is_told(answer: str, told: str) -> bool:
    """Whether the text contains the first sentence of an answer."""
    return next(iter(split_sentences(answer)), answer) in told
