"""Reads what depends on what in a plan: numbers in values and sentences, links between phases, and waves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ctxbudget_server.extract.model import PlanPhase

UNIT_WORDS = r"wps?|work packages?|phases?|stages?|milestones?|sprints?|iterations?|steps?|parts?"
"""What a plan may call its phases. Tasks are not among them: `Task 41` is mostly another piece of work."""

_UNITS = r"(?:h|hrs?|hours?|d|days?|weeks?|months?|min(?:utes?)?|files?|tests?|people|engineers?|developers?|times|%)\b"
_NUMBER = re.compile(
    rf"(?<![\w#.])(?:({UNIT_WORDS})[ _#-]*)?(\d{{1,2}})(?![\d.]*\d|\w|\s*{_UNITS})(?:\s*\([^()]{{0,80}}\))?", re.I
)
_JOIN = re.compile(r"\s*(?:(-|–|—|to\b|through\b|\.\.)|,?\s*(?:and|or|plus)\b|[,;&+/])\s*", re.I)
_NAMED = re.compile(rf"(?<!\w)(?:{UNIT_WORDS})[ _#-]*\d", re.I)
_FILLER = re.compile(r"(?:\s*(?:on|the|of|completion|all|both|output|results?|end|from|until|after)\b)*[\s:*]*", re.I)
_NEEDS = (
    r"depend(?:s|ing|ent)?(?: up)?on|depend(?:s|ing|ent)? (?:up)?on|(?:is |are )?blocked (?:by|on)|requires?|needs?"
    r"|builds? on"
    r"|follows?|waits? (?:for|on)|prerequisites?|(?:must |should |can only |can |will |only )*"
    r"(?:starts?|begins?|runs?|comes?|goes|go|done)? ?(?:only )?after"
)
_NEEDED = (
    r"blocks|enables|unblocks|precedes|(?:must|should|has to|needs to) (?:be (?:done|completed?|finished) |come |run "
    r"|finish )?"
    r"(?:before|precede)|is (?:required|needed) (?:for|by|before)|(?:is )?a prerequisite (?:for|of|to)|comes before"
    r"|before"
)
_FORWARD = re.compile(rf"(?<!\w)(?:{_NEEDS})(?!\w)", re.I)
_BACKWARD = re.compile(rf"(?<!\w)(?:{_NEEDED})(?!\w)", re.I)
_ARROW = re.compile(r"\s*(?:-{1,2}>|={1,2}>|→|⟶|➜|➔|⇒|<-{1,2}|←)\s*")
_CHAIN_START = re.compile(rf"[,;]\s*(?:and\s+)?(?=(?:{UNIT_WORDS})[ _#-]*\d{{1,2}}\s*(?:{_ARROW.pattern}))", re.I)
_AGAINST = re.compile(r"\bparallel\b|\bindependent|\bnot (?:depend|require|need|block)|\bno\b|\bwithout\b", re.I)
_OWN = re.compile(
    r"(?:\W{0,4}|.{0,60}?(?:[(;,]|\s[-–—]) ?)(?:(?:this (?:phase|stage|step|milestone)|it|which) )?"
    r"(depends? (?:up)?on|dependent (?:up)?on|(?:is )?blocked by|requires?|needs?|builds? on|prerequisites?"
    r"|(?:starts? |begins? |only )?after|waits? (?:for|on))(?!\w)",
    re.I,
)
_SHORT_PHASE = re.compile(r"\bP(?=\d{1,2}\b)")
_CERTAIN = re.compile(r"depend|block", re.I)
_SENTENCE_END = re.compile(r"[.;]\s")
_NOTHING = re.compile(r"\W*(?:none|nothing|n/?a|no\b|-+$|—+$)", re.I)
_MAX_GAP = 90
_MAX_RANGE = 50
_LOOKED_AT = 600
"""Maximum characters of a sentence that are searched for dependencies."""


def _run(text: str, at: int, *, named: bool) -> tuple[list[int], int]:
    """The numbers listed at a position, with ranges expanded, and where the list ends; `named` requires a unit word."""
    first = _NUMBER.match(text, at)
    if not first or (named and not first[1]):
        return [], at
    numbers, end = [int(first[2])], first.end()
    while join := _JOIN.match(text, end):
        following = _NUMBER.match(text, join.end())
        if not following:
            break
        last = int(following[2])
        if join[1] and numbers[-1] < last <= numbers[-1] + _MAX_RANGE:
            numbers += range(numbers[-1] + 1, last)
        numbers.append(last)
        end = following.end()
    return numbers, end


def _runs(text: str, *, named: bool) -> Iterator[tuple[list[int], int, int]]:
    """(numbers, start, end) of every list of phases in a text."""
    at = 0
    pattern = _NAMED if named else _NUMBER
    while found := pattern.search(text, at):
        numbers, end = _run(text, found.start(), named=named)
        if numbers:
            yield numbers, found.start(), end
        at = max(end, found.end())


def numbers_in(value: str | None, own: int | None = None) -> tuple[int, ...]:
    """The phases named by a value such as `Phase 1, 2`, `[1-3]` or `none`, without `own`."""
    if not value or _NOTHING.match(value):
        return ()
    value = _SHORT_PHASE.sub("", value[:_LOOKED_AT]).strip().strip("[]").strip()
    found = [n for numbers, _, _ in _runs(value, named=True) for n in numbers]
    if not found:
        numbers, end = _run(value, 0, named=False)
        found = numbers if re.match(r"\s*(?:$|[.(;\]–—-])", value[end:]) else []
    return tuple(dict.fromkeys(n for n in found if n != own))


def names_phase(text: str) -> bool:
    """Whether a text names a phase by its number."""
    return bool(_NAMED.search(text[:_LOOKED_AT]))


def own_needs(text: str, own: int | None) -> tuple[int, ...]:
    """The phases that a phase depends on, according to its heading or a line in it: `Depends on Phase 1`, `(after Phase
    2)`.
    """
    match = _OWN.match(text[:_LOOKED_AT])
    if not match or _AGAINST.search(text[: match.end() + _MAX_GAP]):
        return ()
    return tuple(dict.fromkeys(n for n in _needs_at(text, match.end(), match[1]) if n != own))


def _needs_at(text: str, at: int, verb: str) -> list[int]:
    """The phases right after a verb; numbers without a unit word count only if nothing else can be meant."""
    filler = _FILLER.match(text, at)
    start = filler.end() if filler else at
    numbers, _ = _run(text, start, named=True)
    if numbers or not _CERTAIN.search(verb):
        return numbers
    numbers, end = _run(text, start, named=False)
    return numbers if re.match(r"\s*(?:$|[.,;)\]]|for\b)", text[end:]) else []


def links_in(text: str, *, bare: bool = False) -> Iterator[tuple[int, int]]:
    """(phase, phase it depends on) pairs in a sentence: `Phase 3 depends on Phase 1 and 2`, `Phase 2 → Phase 1`.

    Of two phases joined by an arrow, the later one depends on the other: authors draw arrows both ways, but plans count
    in order. `bare` also reads numbers without a unit word, and `Phase 3: Phase 1`; it is for lists about nothing else.
    """
    text = text[:_LOOKED_AT]
    if not _NAMED.search(text) and not (bare and _ARROW.search(text)):
        return
    named = not (bare and bool(_ARROW.search(text)))
    for piece in _chains(text):
        runs = [*_runs(piece, named=named)]
        for n, (numbers, _, end) in enumerate(runs):
            yield from _links_after(piece, numbers, end, runs[n + 1] if n + 1 < len(runs) else None, bare=bare)


def _chains(text: str) -> Iterator[str]:
    """The separate chains of arrows in a text: `1 → 2 → 4, 1 → 3` has two, `1, 2 → 3` is one."""
    start = 0
    for match in _CHAIN_START.finditer(text):
        if _ARROW.search(text, start, match.start()):
            yield text[start : match.start()]
            start = match.end()
    yield text[start:]


def _links_after(
    text: str, numbers: list[int], end: int, following: tuple[list[int], int, int] | None, *, bare: bool
) -> Iterator[tuple[int, int]]:
    """The links between a list of phases and the list that follows it."""
    gap = text[end : following[1] if following else end + _MAX_GAP]
    if len(gap) > _MAX_GAP or _AGAINST.search(gap) or _SENTENCE_END.search(gap):
        return
    if following and _ARROW.fullmatch(gap):
        yield from ((max(a, b), min(a, b)) for a in numbers for b in following[0] if a != b)
        return
    forward, backward = _FORWARD.search(gap), _BACKWARD.search(gap)
    if not forward and not backward:
        colon = re.match(r"\s*:\s*", gap) if bare else None
        others = _run(text, end + colon.end(), named=False)[0] if colon else []
        yield from _pairs(numbers, others)
    elif forward and (not backward or forward.start() <= backward.start()):
        others = _needs_at(text, end + forward.end(), forward[0])
        yield from _pairs(numbers, others or (following[0] if following else []))
    elif following:
        yield from _pairs(following[0], numbers)


def _pairs(phases: Iterable[int], needs: Iterable[int]) -> Iterator[tuple[int, int]]:
    needed = [*needs]
    return ((a, b) for a in phases for b in needed if a != b)


def _ready(phases: list[PlanPhase]) -> tuple[list[tuple[int, ...]], set[int]]:
    """The waves that can be ordered, and the phases that cannot."""
    left = {p.number: {*p.depends_on} for p in phases if p.number is not None}
    known = {*left}
    waves: list[tuple[int, ...]] = []
    done: set[int] = set()
    while left:
        ready = tuple(sorted(n for n, needs in left.items() if needs & known <= done))
        if not ready:
            break
        waves.append(ready)
        done.update(ready)
        for number in ready:
            del left[number]
    return waves, {*left}


def waves_of(phases: list[PlanPhase]) -> tuple[tuple[int, ...], ...]:
    """Groups of phases that may run in parallel, in order; empty without dependencies or if there is a cycle."""
    numbers = [p.number for p in phases if p.number is not None]
    if not any(p.depends_on for p in phases) or len({*numbers}) != len(phases):
        return ()
    waves, stuck = _ready(phases)
    return () if stuck else tuple(waves)


def waiting_in_circles(phases: Iterable[PlanPhase]) -> tuple[int, ...]:
    """The phases that depend on each other in a cycle, or on such a phase."""
    return tuple(sorted(_ready([*phases])[1]))
