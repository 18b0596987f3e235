"""`metadata/extract`: its params, its result and its row of the table."""

from __future__ import annotations

from typing import Annotated, Literal

from ctxbudget_protocol.common import SessionParams
from ctxbudget_protocol.fields import ItemId, Text, Title
from ctxbudget_protocol.method import FILE_ERRORS, SESSION_ERRORS, Example, Method
from ctxbudget_protocol.records import Constraint, Meaning, Record, described
from ctxbudget_protocol.words import Kind, Provenance


class ExtractParams(SessionParams, exactly_one=("content", "path", "item_id")):
    """Params of `metadata/extract`: exactly one of content, path and itemId. Nothing is stored."""

    content: Text | None = None
    path: Title | None = None
    item_id: ItemId | None = None
    kind: Kind | None = described("Absent: detected from the path and the content.", default=None)
    max_tokens: Annotated[int, Constraint(ge=1, le=1000000)] = described("A hard limit, tokens.", default=300)
    focus: Annotated[Text, Meaning("What the reader wants to know.")] | None = None
    model: Annotated[str, Constraint(min_length=1, max_length=200)] | None = None
    novel: bool = described(
        "Do not name again (in the index, `identifiers`, `paths`) what another retained item of the session holds.",
        default=False,
    )


class PlanPhase(Record):
    """A phase of a plan."""

    number: int | None
    name: str
    status: str | None = described("The status as the author wrote it; null: none is stated.")
    tasks_done: int
    tasks_open: int
    depends_on: list[int] = described("Numbers of the phases on which it depends.")
    estimate: str | None = described("The estimated time stated for the phase.")


class PlanFields(Record):
    """What a plan says."""

    phases: list[PlanPhase]
    phase_count: int
    complexity: float | None = described("As stated, or phases + 0.3 tasks + 0.1 hours + dependencies.")
    complexity_basis: Literal["given", "computed"] | None = described(
        "Whether the plan states the complexity or it was computed; null: neither."
    )
    estimate: str | None = described("The plan's own estimate; failing that, those of its phases joined by ` + `.")
    dependencies: list[str]
    waves: list[list[int]] = described("Numbers of the phases that may run in parallel, wave by wave.")
    success_criteria: list[str]
    risks: list[str]


class ImplementationFields(Record):
    """What an implementation summary says."""

    files_changed: list[str]
    status: str | None = described(
        "In the author's words; `complete` for a date of completion, `partial` for a share below the whole."
    )
    progress: str | None = described("The share of the whole work that is done, in the author's words.")
    tests: str | None = described("What the summary says about its tests.")
    remaining: list[str]


class DebugFields(Record):
    """What a debug report says."""

    cause: str | None
    evidence: list[str]
    fix: str | None


class TestFields(Record):
    """What test output says; null means unknown."""

    __test__ = False
    framework: str | None
    status: Literal["passed", "failed", "error"] | None = described("The verdict of the run; null: not proven.")
    passed: int | None
    failed: int | None
    skipped: int | None
    errors: int | None
    failing: list[str] = described("Names of the failing tests.")
    messages: list[str] = described("The first lines of their errors.")


class OutlineEntry(Record):
    """A section of the source."""

    heading: str
    path: list[str] = described("The headings from the top to this one.")
    level: int = described("The heading's level, 1 to 6.")
    start_line: int = described("1-based.")
    end_line: int = described("Included.")
    tokens: int


class Omitted(Record):
    """A list of the result that is cut at its end."""

    field: str = described("The list, such as `recommendations` or `plan.risks`.")
    entries: int = described("Number of entries of the source beyond those in the list.")


class ExtractResult(Record):
    """Result of `metadata/extract`."""

    kind: Kind
    title: str | None = described("The document's title.")
    summary: str = described("At most 50 words, whole sentences of the source.")
    key_findings: list[str]
    recommendations: list[str]
    paths: list[str]
    identifiers: list[str]
    plan: PlanFields | None = described("What a plan says; null for other kinds.")
    implementation: ImplementationFields | None
    debug: DebugFields | None = described("What a debug report says; null for other kinds.")
    tests: TestFields | None = described("What test output says; null for other kinds.")
    outline: list[OutlineEntry]
    omitted: list[Omitted] = described(
        "The lists that are cut at their end, with how many entries follow; `text` aside."
    )
    complete: bool
    warnings: list[str]
    text: str = described("The text for the context: at most maxTokens.")
    tokens: int = described("Tokens of `text`.")
    source_tokens: int
    provenance: Provenance
    reduction: float = described("1 - tokens / sourceTokens, as a share.")


EXTRACT = Method(
    name="metadata/extract",
    doc="Condense an artifact to at most N tokens of metadata.",
    params=ExtractParams,
    result=ExtractResult,
    errors=(*SESSION_ERRORS, *FILE_ERRORS, "unknownItem", "noContent", "contentDropped", "contentDamaged"),
    example=Example(
        params={"path": "report.md", "maxTokens": 120},
        result={
            "kind": "report",
            "title": "Token rotation for the gateway",
            "summary": "Refresh tokens are rotated on every use. A stolen token is found out when its twin is "
            "presented a second time. The gateway keeps the family id of each token in "
            "`auth/families.py` and revokes the whole family at once.",
            "keyFindings": [
                "Reuse is detected within one request: `TokenFamily.revoke()` runs in the same "
                "transaction as the look-up, so that no second request can slip through.",
                "Clock skew breaks short expiries: Two of the five edge nodes were 90 seconds behind.",
            ],
            "recommendations": [
                "Rotate on every use, and keep a grace period of 10 seconds for lost answers.",
                "Run chrony on the edge nodes before the expiry goes below five minutes.",
                "Alert on more than three revoked families in an hour.",
            ],
            "paths": ["auth/families.py"],
            "identifiers": [
                "auth/families.py",
                "TokenFamily.revoke()",
                "edge-01",
                "edge-02",
                "edge-03",
                "edge-04",
                "edge-05",
                "edge-06",
                "edge-07",
                "edge-08",
                "TokenFamily.revoke",
                "95th",
                "40,000",
                "1268",
                "1585",
                "2219",
                "2536",
            ],
            "plan": None,
            "implementation": None,
            "debug": None,
            "tests": None,
            "outline": [
                {
                    "heading": "Token rotation for the gateway",
                    "path": ["Token rotation for the gateway"],
                    "level": 1,
                    "startLine": 1,
                    "endLine": 73,
                    "tokens": 542,
                },
                {
                    "heading": "Executive Summary",
                    "path": ["Token rotation for the gateway", "Executive Summary"],
                    "level": 2,
                    "startLine": 3,
                    "endLine": 7,
                    "tokens": 53,
                },
                {
                    "heading": "Findings",
                    "path": ["Token rotation for the gateway", "Findings"],
                    "level": 2,
                    "startLine": 8,
                    "endLine": 18,
                    "tokens": 102,
                },
                {
                    "heading": "Finding 1: Reuse is detected within one request",
                    "path": [
                        "Token rotation for the gateway",
                        "Findings",
                        "Finding 1: Reuse is detected within one request",
                    ],
                    "level": 3,
                    "startLine": 10,
                    "endLine": 14,
                    "tokens": 62,
                },
                {
                    "heading": "Finding 2: Clock skew breaks short expiries",
                    "path": [
                        "Token rotation for the gateway",
                        "Findings",
                        "Finding 2: Clock skew breaks short expiries",
                    ],
                    "level": 3,
                    "startLine": 15,
                    "endLine": 18,
                    "tokens": 37,
                },
                {
                    "heading": "Options considered",
                    "path": ["Token rotation for the gateway", "Options considered"],
                    "level": 2,
                    "startLine": 19,
                    "endLine": 29,
                    "tokens": 122,
                },
                {
                    "heading": "Recommendations",
                    "path": ["Token rotation for the gateway", "Recommendations"],
                    "level": 2,
                    "startLine": 30,
                    "endLine": 35,
                    "tokens": 53,
                },
                {
                    "heading": "Appendix 1",
                    "path": ["Token rotation for the gateway", "Appendix 1"],
                    "level": 2,
                    "startLine": 36,
                    "endLine": 40,
                    "tokens": 25,
                },
                {
                    "heading": "Appendix 2",
                    "path": ["Token rotation for the gateway", "Appendix 2"],
                    "level": 2,
                    "startLine": 41,
                    "endLine": 45,
                    "tokens": 25,
                },
                {
                    "heading": "Appendix 3",
                    "path": ["Token rotation for the gateway", "Appendix 3"],
                    "level": 2,
                    "startLine": 46,
                    "endLine": 50,
                    "tokens": 25,
                },
                {
                    "heading": "Appendix 4",
                    "path": ["Token rotation for the gateway", "Appendix 4"],
                    "level": 2,
                    "startLine": 51,
                    "endLine": 55,
                    "tokens": 26,
                },
                {
                    "heading": "Appendix 5",
                    "path": ["Token rotation for the gateway", "Appendix 5"],
                    "level": 2,
                    "startLine": 56,
                    "endLine": 60,
                    "tokens": 26,
                },
                {
                    "heading": "Appendix 6",
                    "path": ["Token rotation for the gateway", "Appendix 6"],
                    "level": 2,
                    "startLine": 61,
                    "endLine": 65,
                    "tokens": 26,
                },
                {
                    "heading": "Appendix 7",
                    "path": ["Token rotation for the gateway", "Appendix 7"],
                    "level": 2,
                    "startLine": 66,
                    "endLine": 70,
                    "tokens": 26,
                },
                {
                    "heading": "Appendix 8",
                    "path": ["Token rotation for the gateway", "Appendix 8"],
                    "level": 2,
                    "startLine": 71,
                    "endLine": 73,
                    "tokens": 26,
                },
            ],
            "omitted": [],
            "complete": True,
            "warnings": [],
            "text": "# Token rotation for the gateway\n"
            "report of 542 tokens\n"
            "\n"
            "Refresh tokens are rotated on every use. A stolen token is found out when its twin is "
            "presented a second time. The gateway keeps the family id of each token in "
            "`auth/families.py` and revokes the whole family at once.\n"
            "\n"
            "Recommendations:\n"
            "- Rotate on every use, and keep a grace period of 10 seconds for lost answers.\n"
            "- Run chrony on the edge nodes before the expiry goes below five minutes.\n"
            "- Alert on more than three revoked families in an hour.\n"
            "\n"
            "Names: TokenFamily.revoke()",
            "tokens": 118,
            "sourceTokens": 542,
            "provenance": "exact",
            "reduction": 0.7823,
        },
    ),
)
