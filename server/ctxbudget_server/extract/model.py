"""The result of an extraction: plain, frozen values that the service turns into wire form.

All line numbers are 1-based and inclusive. All token figures come from the caller's `count`.
"""

from __future__ import annotations

from dataclasses import dataclass

from ctxbudget_server.markdown.model import OutlineEntry


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A line that matches a search; `score` is higher for better matches."""

    line: int
    text: str
    score: float


@dataclass(frozen=True, slots=True)
class PlanPhase:
    """A phase of a plan; task figures are those of its checkboxes."""

    number: int | None
    name: str
    status: str | None
    tasks_done: int
    tasks_open: int
    depends_on: tuple[int, ...] = ()
    estimate: str | None = None


@dataclass(frozen=True, slots=True)
class PlanFields:
    """What a plan says. `complexity` without a figure in the source is computed (see `plan.COMPLEXITY_FORMULA`)."""

    phases: tuple[PlanPhase, ...]
    phase_count: int
    complexity: float | None
    complexity_basis: str | None
    estimate: str | None
    dependencies: tuple[str, ...]
    waves: tuple[tuple[int, ...], ...]
    success_criteria: tuple[str, ...]
    risks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImplementationFields:
    """What an implementation summary says was done, and what it leaves undone.

    `status` is `complete` or `partial` where a date of completion or a share of the work says so, else as written.
    """

    files_changed: tuple[str, ...]
    status: str | None
    progress: str | None
    tests: str | None
    remaining: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DebugFields:
    """What a debugging report found."""

    cause: str | None
    evidence: tuple[str, ...]
    fix: str | None


@dataclass(frozen=True, slots=True)
class TestFields:
    """A test run. `status` is None when the output does not prove one; counts are None when it does not give them."""

    __test__ = False  # pytest must not collect it because of its name

    framework: str | None = None
    status: str | None = None
    passed: int | None = None
    failed: int | None = None
    skipped: int | None = None
    errors: int | None = None
    failing: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Omitted:
    """How many entries the source has beyond those in a list; `field` is the list's name on the wire."""

    field: str
    entries: int


@dataclass(frozen=True, slots=True)
class Extraction:
    """An artifact reduced to what the next phase needs. `text` is what enters the context, `tokens` its size."""

    kind: str
    title: str
    summary: str
    key_findings: tuple[str, ...]
    recommendations: tuple[str, ...]
    paths: tuple[str, ...]
    identifiers: tuple[str, ...]
    plan: PlanFields | None
    implementation: ImplementationFields | None
    debug: DebugFields | None
    tests: TestFields | None
    outline: tuple[OutlineEntry, ...]
    omitted: tuple[Omitted, ...]
    complete: bool
    warnings: tuple[str, ...]
    text: str
    tokens: int
    source_tokens: int
    reduction: float
