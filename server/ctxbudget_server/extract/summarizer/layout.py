"""What goes into the text for each kind of artifact, and how the budget is shared between prose and names."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ctxbudget_server.extract.model import DebugFields, ImplementationFields, PlanFields, PlanPhase, TestFields
from ctxbudget_server.extract.readers.fields import Field, first_value
from ctxbudget_server.extract.search.identifiers import name_density, without_line_numbers
from ctxbudget_server.extract.summarizer.composer import (
    ADVICE,
    BODY,
    BULLET,
    FACTS,
    FINDINGS,
    HEAD,
    REST,
    SUMMARY,
    Composer,
)
from ctxbudget_server.extract.summarizer.filling import fill
from ctxbudget_server.extract.summarizer.ranking import Candidate, choose, estimate_tokens
from ctxbudget_server.markdown.document import Document
from ctxbudget_server.markdown.lines import bare_lines
from ctxbudget_server.markdown.model import Check
from ctxbudget_server.markdown.sentences import is_sentence


@dataclass(slots=True)
class Parts:
    """Everything that the text may be made of."""

    document: Document
    kind: str
    medium: str
    source_tokens: int
    title: str
    summary: str
    more_summary: tuple[tuple[int, str], ...]
    task: str
    key_findings: tuple[str, ...]
    recommendations: tuple[str, ...]
    paths: tuple[str, ...]
    names: list[str]
    fields: list[Field]
    ranked: list[Candidate]
    plan: PlanFields | None
    implementation: ImplementationFields | None
    debug: DebugFields | None
    tests: TestFields | None


_NAMES_SHARE = {"prose": (0.07, 0.5), "log": (0.1, 0.3)}
"""Least and largest share of the budget for names, by medium; other media are remembered by names above all."""
_NAMES_BESIDE_SUMMARY = 0.25
"""Largest share of the budget for names where a document that names its task has a summary of its author."""
_SMALL_JSON = 120
"""Tokens below which the shape of JSON may take all that its names leave."""
_MOST_NAMES = 0.7
"""Share of the budget that names take even where nothing else wants it (of code they take all)."""
_STATUS = re.compile("status|plan status")
_SUMMARY_SHARE = {"plan": 0.4, "summary": 0.8}
"""Share of what the names leave that more than the summary field may take of the author's summary; else a half."""
_HEADING = -2
"""The paragraph of headings, which no sentence is of."""
_HEADED = 600
"""Tokens of a text from which on the sentences of a section stand under its heading."""
_MESSAGES = 6
_NAMES_FIRST = 0.75
"""Share of what a failed run's lines may take that names of tests have before messages."""
_FACTS_SHARE = {"plan": 0.85, "test-output": 1.0}
"""Share of what the names leave that typed fields may take, by kind."""


def names_share(parts: Parts) -> float:
    """Share of the budget for the index of names, by how much of the text is names.

    Prose that hardly names anything needs little; a report about code, and code itself, is remembered by its names.
    """
    if parts.tests is not None and parts.tests.failing:
        return 0.1  # the names of the tests that failed are the index
    density = name_density(parts.document.text)
    low, high = _NAMES_SHARE.get(parts.medium, (0.5, 0.7))
    if parts.task and parts.more_summary:
        high = min(high, _NAMES_BESIDE_SUMMARY)
    return low + (high - low) * min(1.0, max(0.0, (density - 0.13) / 0.15))


def write_text(parts: Parts, composer: Composer, item_id: str | None, check: Check) -> None:
    """Offers the parts of an unfocused extract in the order of their worth."""
    budget = composer.budget
    _head(parts, composer)
    _rest(parts, composer, item_id)
    names_room = int(budget * names_share(parts)) if parts.names else 0
    room = max(0, composer.left - names_room)
    told = _summary(parts, composer, room)
    room = max(0, composer.left - names_room)
    said = told + _facts(parts, composer, told, int(room * _FACTS_SHARE.get(parts.kind, 0.6)))
    by_line = parts.medium != "prose" or parts.kind in ("test-output", "log")
    if by_line:
        _lines(parts, composer, composer.left - names_room, check)
    else:
        _prose(parts, composer, composer.left - names_room, said, check)
    most = 1.0 if parts.medium in ("code", "listing") else _MOST_NAMES
    composer.add_names(parts.names, min(composer.left, int(composer.budget * most)))
    if parts.medium != "json" or not composer.says_something():
        fill(parts.document, by_line, composer)


def _head(parts: Parts, composer: Composer) -> None:
    if parts.title:
        composer.add(HEAD, f"# {parts.title}", order=0, limit=max(composer.budget // 4, 12))
    if composer.budget >= 120:
        composer.add(HEAD, f"{_what(parts)} of {parts.source_tokens} tokens", order=1)


def _what(parts: Parts) -> str:
    """What the source is: its kind, or what it is made of when it has none."""
    made_of = {"prose": "document", "json": "JSON"}
    return made_of.get(parts.medium, parts.medium) if parts.kind == "other" else parts.kind.replace("-", " ")


def _summary(parts: Parts, composer: Composer, room: int) -> list[str]:
    """The summary field, and what more the author's own summary says, as far as it fits its share of the room."""
    floor = composer.left - int(room * _SUMMARY_SHARE.get(parts.kind, 0.5))
    told = parts.summary
    said: list[str] = []
    if parts.task and parts.task not in told and composer.add(HEAD, parts.task, order=2, limit=room // 4):
        said.append(parts.task)
    if told and composer.add(SUMMARY, told, order=0, limit=room, paragraph=0):
        said.append(told)
    for place, sentence in parts.more_summary:
        if composer.left > floor and composer.add(SUMMARY, sentence, place, composer.left - floor, paragraph=0):
            said.append(sentence)
    return said


def _rest(parts: Parts, composer: Composer, item_id: str | None) -> None:
    """How to ask for what is left out."""
    if item_id is None or composer.budget < 60:
        return
    line = f"Rest: item {item_id}"
    sections = [s.heading for s in parts.document.sections if s.level <= 2 and s.heading != parts.title]
    full = f"{line}, sections: {' | '.join(sections[:12])}"
    if not (sections and parts.medium == "prose" and composer.add(REST, full, limit=composer.budget // 6)):
        composer.add(REST, line, limit=composer.budget // 4)


def _facts(parts: Parts, composer: Composer, told: list[str], limit: int) -> list[str]:
    """The typed fields of the kind as lines, without what is `told`; returns what they say."""
    lists = [
        _test_lines(parts.tests),
        *_plan_lines(parts.plan, first_value([f for f in parts.fields if f.section <= 0], _STATUS), " ".join(told)),
        *_implementation_lines(parts.implementation),
        _debug_lines(parts.debug),
    ]
    floor = composer.left - limit
    said = [line for lines in lists for line in composer.add_list(FACTS, lines, composer.left - floor)]
    _failures(parts.tests, composer, composer.left - floor)
    return said


def _test_lines(tests: TestFields | None) -> list[str]:
    if tests is None:
        return []
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
    return [": ".join([status, ", ".join(figures)]) if figures else status]


def _failures(tests: TestFields | None, composer: Composer, limit: int) -> None:
    """What failed and why: each name with its message where all fit, else names, some messages, the other names."""
    if tests is None:
        return
    floor = composer.left - limit
    told = {name: f"- {m}" for m in tests.messages for name in [m.split(" - ", 1)[0]] if name in tests.failing}
    plain = [m for m in tests.messages if m.split(" - ", 1)[0] not in told]
    names = sorted(tests.failing, key=_variant(tests.failing))  # stable: each test once before its variants
    if sum(map(estimate_tokens, [*told.values(), *plain, *(n for n in names if n not in told)])) <= limit:
        composer.add_all(FACTS, [told.get(name, f"- {name}") for name in names] + plain[:_MESSAGES], limit, 100)
        return
    bullets = [f"- {name}" for name in names]
    said = composer.add_all(FACTS, bullets, int(limit * _NAMES_FIRST), 100)
    why = [told[name].split(" - ", 1)[1] for name in names if name in told] + plain
    composer.add_all(FACTS, list(dict.fromkeys(why))[:_MESSAGES], composer.left - floor, _MESSAGES)
    composer.add_all(FACTS, bullets[len(said) :], composer.left - floor, 100)


def _variant(names: tuple[str, ...]) -> Callable[[str], bool]:
    """Whether a name is a further case of a parametrised test that has been named."""
    first: dict[str, str] = {}
    for name in names:
        first.setdefault(name.split("[", 1)[0], name)
    return lambda name: first[name.split("[", 1)[0]] != name


def _listed(label: str, entries: Sequence[str]) -> list[str]:
    """Bullets under a label; the label comes with the first, so that it never stands alone."""
    bullets = [f"- {entry}" for entry in entries]
    return [f"{label}\n{bullets[0]}", *bullets[1:]] if bullets else []


def _plan_lines(plan: PlanFields | None, status: str | None, told: str) -> list[list[str]]:
    """The lists of a plan's facts, the most telling first."""
    if plan is None:
        return []
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


def _implementation_lines(done: ImplementationFields | None) -> list[list[str]]:
    if done is None:
        return []
    return [
        [f"Status: {done.status}"] if done.status else [],
        [f"Tests: {done.tests}"] if done.tests else [],
        [f"Files: {' '.join(done.files_changed[:15])}"] if done.files_changed else [],
        _listed("Remaining:", done.remaining[:5]),
    ]


def _debug_lines(debug: DebugFields | None) -> list[str]:
    if debug is None:
        return []
    return [line for line in (debug.cause and f"Cause: {debug.cause}", debug.fix and f"Fix: {debug.fix}") if line]


def _prose(parts: Parts, composer: Composer, room: int, said: list[str], check: Check) -> None:
    """Findings, advice, then the sentences that cover the rest best."""
    floor = composer.left - max(0, room)
    if parts.kind in ("report", "debug", "summary"):
        known = " ".join(said)
        bullets = [f"- {f}" for f in parts.key_findings if f not in known]
        found = composer.add_all(FINDINGS, bullets, int(max(0, composer.left - floor) * 0.4), 6)
        bullets = [f"- {r}" for r in parts.recommendations if r not in known]
        found += composer.add_all(ADVICE, bullets, int(max(0, composer.left - floor) * 0.45), 6)
        said += found or composer.add_all(ADVICE, bullets, composer.left - floor, 1)
    known = " ".join(said)
    pool = [c for c in parts.ranked if c.text not in known and not (parts.task and parts.task in c.text)]
    chosen = choose(pool, max(0, composer.left - floor) * 1.25, said, check)
    _body(parts, composer, chosen, composer.left - floor)


def _body(parts: Parts, composer: Composer, chosen: list[Candidate], limit: int) -> None:
    """Sentences of one section run on; what is none, such as a list's entry, is a bullet."""
    floor = composer.left - limit
    waiting = _headings(parts, chosen) if composer.budget >= _HEADED else {}
    for candidate in chosen:
        whole = is_sentence(candidate.text)
        text = candidate.text if whole else f"{BULLET}{candidate.text}"
        heading = waiting.get(candidate.section)
        room = composer.left - floor
        if heading and composer.fits(f"{heading[1]}\n{text}", room):
            order, line = waiting.pop(candidate.section)
            composer.add(BODY, line, order, paragraph=_HEADING)
            heading = None
        if heading is None:
            composer.add(BODY, text, candidate.order, composer.left - floor, candidate.section if whole else None)


def _headings(parts: Parts, chosen: list[Candidate]) -> dict[int, tuple[float, str]]:
    """By section: the place and line of its heading, which comes before the first of its sentences."""
    found: dict[int, tuple[float, str]] = {}
    for candidate in sorted(chosen, key=lambda c: c.order):
        if candidate.section < 0 or candidate.section in found:
            continue
        title = parts.document.titles[candidate.section]
        if title and title != parts.title:
            level = max(2, parts.document.sections[candidate.section].level)
            found[candidate.section] = (candidate.order - 0.5, f"{'#' * level} {title}")
    return found


_DEFINES = re.compile(
    r"^\s*(?:export |default |public |private |protected |static |async |abstract |pub(?:\([^)]*\))? )*"
    r"(?:func|def|class|type|struct|interface|enum|fn|trait|impl|module|package|function)\b.*"
)
_DOC = re.compile(r"^\s*(?://|#|\*|/\*\*|\"\"\")\s*[A-Z].{20,}")


def _lines(parts: Parts, composer: Composer, room: int, check: Check) -> None:
    """The telling lines of code, logs, listings and JSON."""
    floor = composer.left - max(0, room)
    text = parts.document.text
    if parts.medium == "json":
        from ctxbudget_server.extract.readers.json_shape import JsonShape

        shape = JsonShape(text)
        small = composer.budget < _SMALL_JSON
        said = composer.add_all(FACTS, shape.lines, room if small else room // 2, 12)
        if shape.lines and shape.lines[0] not in said:
            composer.add(FACTS, shape.lines[0].split(", keys", 1)[0], order=-1)
        composer.add_all(BODY, shape.values, max(0, composer.left - floor), 60)
    elif parts.medium in ("code", "listing") and parts.kind != "test-output":
        lines = bare_lines(without_line_numbers(text[:400_000]))
        picked = [(n, x.strip()) for n, x in enumerate(lines) if len(x) < 200 and _DEFINES.match(x)]
        picked = picked or [(n, x.strip()) for n, x in enumerate(lines) if len(x) < 200 and _DOC.match(x)]
        picked = picked or [(n, x.strip()) for n, x in enumerate(lines) if 8 < len(x) < 200]
        for n, line in picked[:60]:
            composer.add(BODY, line, order=n, limit=composer.left - floor)
    else:
        from ctxbudget_server.extract.readers.logs import fold_lines, telling_lines

        for entry in telling_lines(fold_lines(text, check))[:80]:
            line = f"{entry.text} (×{entry.times})" if entry.times > 1 else entry.text
            composer.add(BODY, line, order=entry.line, limit=composer.left - floor)


def write_focused(parts: Parts, focus: str, composer: Composer, item_id: str | None, check: Check) -> bool:
    """Offers what the text says about the focus, in its own order; False when it says nothing."""
    from ctxbudget_server.extract.search.passages import best_passages, line_passages, prose_passages, score_passages

    by_line = parts.medium != "prose"
    passages = line_passages(parts.document.text) if by_line else prose_passages(parts.document)
    score_passages(passages, focus, parts.document.titles, check)
    groups = best_passages(passages, by_line and parts.medium in ("code", "listing"))
    if not groups:
        return False
    if parts.title:
        composer.add(HEAD, f"# {parts.title}", limit=composer.budget // 12)
    if item_id is not None and composer.budget >= 60:
        composer.add(REST, f"Rest: item {item_id}")
    misses = 0
    for group in groups:
        for passage in group:
            paragraph = passage.section if is_sentence(passage.text) and not by_line else None
            misses = 0 if composer.add(BODY, passage.text, order=passage.order, paragraph=paragraph) else misses + 1
        if composer.left < 4 or misses > 40:
            break
    return True
