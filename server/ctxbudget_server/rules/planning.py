"""From a plan to the phases of a workflow: numbers, waves, complexities, and what had to be assumed for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from ctxbudget_protocol.fields import MAX_PHASE
from ctxbudget_protocol.words import AssumptionCode, Scope
from ctxbudget_server.rules.allocation import DEBUG_PHASE, RESEARCH_PHASE, TEMPLATES, TOKENS_PER_AGENT, PhaseNeed
from ctxbudget_server.rules.complexity import Complexity, Work, complexities
from ctxbudget_server.rules.scopes import PHASE_NAMES

WavesBasis = Literal["stated", "dependencies", "order"]
TOKENS_PER_COMPLEXITY = 100
"""Tokens of a scope's template for which one of its phases has a complexity of 1."""


class Entry(NamedTuple):
    """A phase as the plan has it: its own number, and the plan's numbers of the phases on which it depends."""

    number: int | None
    name: str | None
    work: Work = Work()
    entries: int = 0
    """List entries without a check box."""
    tasks_done: int = 0
    depends_on: tuple[int, ...] = ()
    agents: int | None = None
    status: str | None = None
    estimate: str | None = None


class Assumed(NamedTuple):
    """What was taken for something that the plan does not say; `phases` by their numbers in the workflow."""

    code: AssumptionCode
    phases: list[int]
    message: str


class Planned(NamedTuple):
    """A phase of the workflow; `number` is the one that the plan gives it."""

    phase: int
    entry: Entry
    depends_on: list[int]
    complexity: Complexity

    @property
    def need(self) -> PhaseNeed:
        """What an allocation is made from."""
        return PhaseNeed(self.phase, self.entry.name, self.complexity.value, self.entry.agents)


class Outline(NamedTuple):
    """The phases of a workflow in order, and which of them may run in parallel."""

    phases: list[Planned]
    waves: list[list[int]]
    waves_basis: WavesBasis
    assumed: list[Assumed]

    def wave_of_each(self) -> dict[int, int]:
        """Which wave each phase is in, from 1."""
        return {phase: n for n, wave in enumerate(self.waves, 1) for phase in wave}


class NumberError(ValueError):
    """The phases' numbers would be higher than a phase's can be."""


def outline_of_scope(scope: Scope, agents: int | None = None) -> Outline:
    """The phases of a scope's template; `agents` are those of its research phase, else the template's."""
    phases = []
    for number, tokens in TEMPLATES[scope].items():
        own = agents or tokens // TOKENS_PER_AGENT if number == RESEARCH_PHASE else None
        weight = (own * TOKENS_PER_AGENT if own else tokens) / TOKENS_PER_COMPLEXITY
        how = f"{own} agents x 3" if own else f"the template's {tokens:,} tokens / {TOKENS_PER_COMPLEXITY}"
        entry = Entry(None, PHASE_NAMES[number], agents=own)
        phases.append(Planned(number, entry, [], Complexity(weight, "template", how)))
    return Outline(phases, [[one.phase] for one in phases], "order", [])


def outline_of_plan(
    entries: Sequence[Entry],
    waves: Sequence[Sequence[int]] = (),
    *,
    waves_stated: bool = False,
    circle: Iterable[int] = (),
    outside: Sequence[str] = (),
    first_phase: int | None = None,
) -> Outline:
    """The phases of a plan; `waves` and `circle` have the plan's numbers, `outside` the heading of each task that is in
    no phase. Raises `NumberError`.
    """
    assumed: list[Assumed] = []
    numbers = _numbers(entries, first_phase, assumed)
    own = {entry.number: n for entry, n in zip(entries, numbers, strict=True) if entry.number is not None}
    work = _tasks(entries, numbers, assumed)
    weights = complexities(work)
    _say_unsized(numbers, work, weights, assumed)
    if outside:
        named = ", ".join(dict.fromkeys(heading for heading in outside if heading))
        message = f"{len(outside):,} check boxes belong to no phase and are not counted{named and ': '}{named}"
        assumed.append(Assumed("tasksOutside", [], message))
    phases = [
        Planned(number, entry._replace(work=one), _known(entry, own), weight)
        for number, entry, one, weight in zip(numbers, entries, work, weights, strict=True)
    ]
    placed = _placed(waves, own)
    in_circle = [own[n] for n in circle if n in own]
    ordered, basis = _waves(phases, [wave for wave in placed if wave], waves_stated, in_circle, assumed)
    return Outline(phases, ordered, basis, assumed)


def outside_template(outline: Outline, parts: Mapping[int, int]) -> list[Assumed]:
    """How a plan's own phases fit a division by the numbers of a scope's phases."""
    outside = [one.phase for one in outline.phases if one.phase not in parts]
    if not outside:
        return []
    them = phases_in_words(outside)
    message = f"the scope's template has nothing for {them}: the buffer serves; `dynamic` divides by complexity"
    return [Assumed("outsideTemplate", outside, message)]


def debug_share(outline: Outline) -> list[Assumed]:
    """How the strategy `reserve` treats a plan whose phase 5 is not the debugging phase."""
    if all(one.phase != DEBUG_PHASE for one in outline.phases):
        return []
    message = f"phase {DEBUG_PHASE} gets the share for debugging, whatever it is called; `firstPhase` renumbers"
    return [Assumed("debugShare", [DEBUG_PHASE], message)]


def _numbers(entries: Sequence[Entry], first: int | None, assumed: list[Assumed]) -> list[int]:
    """The numbers in the workflow: the plan's own if each phase has one of its own, else their positions."""
    stated = [entry.number for entry in entries if entry.number is not None]
    usable = len(stated) == len(entries) == len(set(stated)) and all(n <= MAX_PHASE for n in stated)
    if usable:
        numbers = stated if first is None else [n - min(stated, default=0) + first for n in stated]
    else:
        start = 1 if first is None else first
        numbers = list(range(start, start + len(entries)))
        message = "not each phase has a number of its own, so all are numbered in the plan's order"
        assumed.append(Assumed("numbers", numbers, message))
    if any(n > MAX_PHASE for n in numbers):
        raise NumberError(f"the phases would have numbers up to {max(numbers):,}; the highest allowed is {MAX_PHASE:,}")
    return numbers


def _placed(waves: Sequence[Sequence[int]], own: Mapping[int, int]) -> list[list[int]]:
    """The waves by the numbers in the workflow, each phase in the first that names it."""
    seen: set[int] = set()
    placed = []
    for wave in waves:
        new = [own[n] for n in dict.fromkeys(wave) if n in own and n not in seen]
        seen.update(wave)
        placed.append(new)
    return placed


def _known(entry: Entry, own: Mapping[int, int]) -> list[int]:
    return [own[n] for n in entry.depends_on if n in own]


def _tasks(entries: Sequence[Entry], numbers: list[int], assumed: list[Assumed]) -> list[Work]:
    """The work of each phase; in a plan without a check box, list entries are its tasks."""
    counted = [n for n, entry in zip(numbers, entries, strict=True) if entry.entries]
    if any(entry.work.tasks for entry in entries) or not counted:
        return [entry.work for entry in entries]
    message = "the plan has no check boxes, so the list entries of its phases count as their tasks"
    assumed.append(Assumed("entriesAsTasks", counted, message))
    return [entry.work._replace(tasks=entry.entries) for entry in entries]


def _say_unsized(numbers: list[int], work: list[Work], weights: list[Complexity], assumed: list[Assumed]) -> None:
    stated = [n for n, one in zip(numbers, work, strict=True) if one.stated is not None]
    if stated and weights[0].basis != "stated":
        missing = [n for n, one in zip(numbers, work, strict=True) if not one.stated or one.stated <= 0]
        them = phases_in_words(missing)
        message = f"the complexities that the plan states are not used, since there is none above 0 for {them}"
        assumed.append(Assumed("complexityIgnored", stated, message))
    unsized = [n for n, weight in zip(numbers, weights, strict=True) if weight.basis == "default"]
    if unsized:
        usual = next(weight for weight in weights if weight.basis == "default")
        alike = ", the same for all" if len(unsized) == len(weights) else ""
        message = (
            f"no tasks, no time and no size are stated for {phases_in_words(unsized)}: weight {usual.value:g}{alike}"
        )
        assumed.append(Assumed("noEffort", unsized, message))


def _waves(
    phases: list[Planned],
    waves: list[list[int]],
    stated: bool,
    circle: list[int],
    assumed: list[Assumed],
) -> tuple[list[list[int]], WavesBasis]:
    in_order = [[one.phase] for one in phases]
    placed = {number for wave in waves for number in wave}
    if circle:
        message = f"{phases_in_words(circle)} wait for each other, so all phases run in the plan's order"
        assumed.append(Assumed("cycle", circle, message))
        return in_order, "order"
    if not waves:
        message = "the plan states no dependencies between its phases, so they run one after another"
        if len(phases) > 1:
            assumed.append(Assumed("noDependencies", [], message))
        return in_order, "order"
    rest = [one.phase for one in phases if one.phase not in placed]
    if rest:
        assumed.append(
            Assumed("wavesIncomplete", rest, f"no wave of the plan names {phases_in_words(rest)}: put after the others")
        )
        waves = [*waves, *([number] for number in rest)]
    _say_doubtful(phases, waves, stated, assumed)
    return waves, "stated" if stated else "dependencies"


def _say_doubtful(phases: list[Planned], waves: list[list[int]], stated: bool, assumed: list[Assumed]) -> None:
    at = {number: n for n, wave in enumerate(waves) for number in wave}
    early = [one.phase for one in phases if any(at[one.phase] <= at[other] for other in one.depends_on)]
    if early:
        message = f"the plan's waves start {phases_in_words(early)} before all that must be complete by then"
        assumed.append(Assumed("waveOrder", early, message))
    free = [one.phase for one in phases if not one.depends_on and one.phase != phases[0].phase]
    if free and not stated:
        message = f"no dependencies are stated for {phases_in_words(free)}: put into the first wave"
        assumed.append(Assumed("dependenciesMissing", free, message))


def phases_in_words(numbers: Sequence[int]) -> str:
    """`phase 3`, `phases 3, 4`."""
    shown = ", ".join(map(str, numbers))
    return f"phase {shown}" if len(numbers) == 1 else f"phases {shown}"
