"""Results of `metadata/*`."""

from __future__ import annotations

from typing import Literal

from ctxbudget_protocol.results.record import Record, described
from ctxbudget_protocol.words import Kind, Provenance


class PlanPhase(Record):
    """A phase that a plan names."""

    number: int | None
    name: str
    status: str | None
    tasks_done: int
    tasks_open: int
    depends_on: list[int] = described("Numbers of phases.")
    estimate: str | None = described("The time that the phase gives itself.")


class PlanFields(Record):
    """What a plan says."""

    phases: list[PlanPhase]
    phase_count: int
    complexity: float | None = described("As given, or phases + 0.3 tasks + 0.1 hours + dependencies.")
    complexity_basis: Literal["given", "computed"] | None
    estimate: str | None = described("The plan's own; failing that, its phases' times with ` + ` between them.")
    dependencies: list[str]
    waves: list[list[int]] = described("Numbers of the phases that may run at the same time, wave by wave.")
    success_criteria: list[str]
    risks: list[str]


class ImplementationFields(Record):
    """What an implementation summary says."""

    files_changed: list[str]
    status: str | None
    tests: str | None
    remaining: list[str]


class DebugFields(Record):
    """What a debug report says."""

    cause: str | None
    evidence: list[str]
    fix: str | None


class TestFields(Record):
    """What test output says; unknown is null."""

    __test__ = False

    framework: str | None
    status: Literal["passed", "failed", "error"] | None
    passed: int | None
    failed: int | None
    skipped: int | None
    errors: int | None
    failing: list[str] = described("Names of the tests.")
    messages: list[str] = described("The first lines of their errors.")


class OutlineEntry(Record):
    """A section of the source."""

    heading: str
    path: list[str] = described("The headings from the top to this one.")
    level: int
    start_line: int = described("1-based.")
    end_line: int = described("Included.")
    tokens: int


class ExtractResult(Record):
    """Result of `metadata/extract`."""

    kind: Kind
    title: str | None
    summary: str = described("At most 50 words, whole sentences of the source.")
    key_findings: list[str]
    recommendations: list[str]
    paths: list[str]
    identifiers: list[str]
    plan: PlanFields | None
    implementation: ImplementationFields | None
    debug: DebugFields | None
    tests: TestFields | None
    outline: list[OutlineEntry]
    complete: bool
    warnings: list[str]
    text: str = described("What enters the context: at most maxTokens.")
    tokens: int = described("Of `text`.")
    source_tokens: int
    provenance: Provenance
    reduction: float = described("1 - tokens / sourceTokens, as a share.")
