"""Models of `metadata/*`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ctxbudget_protocol.models.base import ItemId, Kind, Provenance, Result, SessionParams, Text, Title


class ExtractParams(SessionParams):
    """Params of `metadata/extract`: exactly one of content, path and itemId. Nothing is stored."""

    content: Text | None = None
    path: Title | None = None
    item_id: ItemId | None = None
    kind: Kind | None = Field(None, description="Absent: seen from the path and the content.")
    max_tokens: Annotated[int, Field(ge=1, le=1_000_000)] = Field(300, description="A hard bound, tokens.")
    focus: Annotated[Text, Field(description="What the reader wants to know.")] | None = None
    model: Annotated[str, Field(min_length=1, max_length=200)] | None = None


class PlanPhase(Result):
    """A phase that a plan names."""

    number: int | None
    name: str
    status: str | None
    tasks_done: int
    tasks_open: int


class PlanFields(Result):
    """What a plan says."""

    phases: list[PlanPhase]
    phase_count: int
    complexity: float | None
    complexity_basis: Literal["given", "computed"] | None
    estimate: str | None
    dependencies: list[str]
    success_criteria: list[str]
    risks: list[str]


class ImplementationFields(Result):
    """What an implementation summary says."""

    files_changed: list[str]
    status: str | None
    tests: str | None
    remaining: list[str]


class DebugFields(Result):
    """What a debug report says."""

    cause: str | None
    evidence: list[str]
    fix: str | None


class TestFields(Result):
    """What test output says; unknown is null."""

    __test__ = False

    status: Literal["passed", "failed", "error"] | None
    passed: int | None
    failed: int | None
    skipped: int | None
    errors: int | None
    failing: list[str]


class OutlineEntry(Result):
    """A section of the source."""

    heading: str
    path: list[str] = Field(description="The headings from the top to this one.")
    level: int
    start_line: int = Field(description="1-based.")
    end_line: int = Field(description="Included.")
    tokens: int


class ExtractResult(Result):
    """Result of `metadata/extract`."""

    kind: Kind
    title: str | None
    summary: str = Field(description="At most 50 words, whole sentences of the source.")
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
    text: str = Field(description="What enters the context: at most maxTokens.")
    tokens: int = Field(description="Of `text`.")
    source_tokens: int
    provenance: Provenance
    reduction: float = Field(description="1 - tokens / sourceTokens, as a share.")
