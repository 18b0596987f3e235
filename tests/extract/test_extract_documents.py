"""Typed fields of whole documents, as their authors write them."""

from pathlib import Path

import pytest
from extract_checks import count, invented

from ctxbudget_server.extract import extract

DATA = Path(__file__).parent / "data"


def document(name: str) -> str:
    return (DATA / name).read_text(encoding="utf-8")


def test_report_has_summary_findings_and_numbered_recommendations():
    found = extract(document("report.md"), count=count, max_tokens=150)
    assert (found.kind, found.title) == ("report", "Cache Invalidation in the Ledger Service")
    assert found.summary.startswith("The ledger service serves stale balances for up to ninety seconds.")
    assert len(found.summary.split()) <= 50 and found.summary.endswith(".")
    assert found.key_findings == (
        "Writes bypass the bus: `LedgerWriter.commit` updates the row and returns.",
        "The expiry is ninety seconds: The value stands in `config/cache.toml` under `ttl_seconds`.",
        "Tests never read after a write",
    )
    assert len(found.recommendations) == 3 and found.recommendations[0].startswith("Publish on commit: call")
    assert "config/cache.toml" in found.paths and "LedgerWriter.commit" in found.identifiers
    assert [e.heading for e in found.outline].count("Recommendations") == 1, "a heading in a fence is none"


def test_plan_has_phases_with_status_tasks_dependencies_and_waves():
    plan = extract(document("plan.md"), count=count).plan
    assert plan is not None
    assert [(p.number, p.name, p.status, p.tasks_done, p.tasks_open, p.depends_on) for p in plan.phases] == [
        (1, "Spike", "COMPLETED", 2, 0, ()),
        (2, "Publish on commit", "IN PROGRESS", 1, 1, (1,)),
        (3, "Tests and rollout", "NOT STARTED", 0, 2, (1, 2)),
    ]
    assert (plan.phase_count, plan.waves) == (3, ((1,), (2,), (3,)))
    assert (plan.complexity, plan.complexity_basis) == (6.5, "given")
    assert plan.estimate == "6-8 hours", "struck-out text is not a value"
    assert plan.dependencies == ("Task 41",)
    assert len(plan.success_criteria) == 3 and plan.risks[0].startswith("Message storm")


@pytest.mark.parametrize(
    ("text", "phases", "estimate"),
    [
        ("## 1. Set up\n- [x] one\n\n## 2. Build\n- [ ] two\n- [ ] three\n", ["Set up", "Build"], None),
        (
            "# Phase 3: Evaluate\n- **Estimated Duration**: ~~6-8 hours~~ 4-6 hours\n\n- [ ] a\n",
            ["Evaluate"],
            "4-6 hours",
        ),
        (
            "# Plan\n**Effort**: 1.5 hours\n\n## Phase 1: A\n## Phase 2: B\n## Phase 10: C\n",
            ["A", "B", "C"],
            "1.5 hours",
        ),
        (
            "---\neffort: 3 days\n---\n# Plan\n\n| Phase | Goal |\n|---|---|\n| Phase 1 | Read |\n| Phase 2 | Act |\n",
            ["Read", "Act"],
            "3 days",
        ),
        (
            "# Plan\n- **Estimated Phases**: 7\n- **Estimated Hours**: 3\n### Stage 1: One\n### Stage 2: Two\n",
            ["One", "Two"],
            "3 hours",
        ),
    ],
)
def test_plans_of_other_shapes(text: str, phases: list[str], estimate: str | None):
    plan = extract(text, count=count, kind="plan").plan
    assert plan is not None
    assert [p.name for p in plan.phases] == phases
    assert plan.estimate == estimate


def test_complexity_is_computed_when_the_plan_gives_none():
    text = "# Plan\n**Effort**: 4 hours\n## Phase 1: A\n- [ ] x\n- [ ] y\n## Phase 2: B\n**Depends on**: 1\n- [ ] z\n"
    plan = extract(text, count=count, kind="plan").plan
    assert plan is not None
    assert (plan.complexity, plan.complexity_basis) == (round(2 + 0.3 * 3 + 0.1 * 4 + 1, 1), "computed")


def test_implementation_summary_reads_raw_header_lines_and_files():
    found = extract(document("summary.md"), count=count)
    done = found.implementation
    assert found.kind == "summary" and done is not None
    assert done.files_changed == ("ledger/cache.py", "ledger/writer.py", "tests/test_ledger.py")
    assert done.status == "COMPLETED"
    assert done.tests is not None and done.tests.startswith("All 212 tests pass")
    assert done.remaining == ("Remove the feature flag after a week",)


def test_debug_report_has_cause_and_fix():
    found = extract(document("debug.md"), count=count)
    assert found.kind == "debug" and found.debug is not None
    assert found.debug.cause is not None and "lease name `rollout-main`" in found.debug.cause
    assert found.debug.fix == "Derive the lease name from the region in `rollout/lease.go`."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# R\n## Recommendations\n- Do a thing\n- Do another\n", 2),
        ("# R\n## Recommendations\n1. **First** (Effort: 9 hours)\n   - detail\n2. **Second**\n", 2),
        ("# R\n#### 5.2 Recommendations\nWe should cache the plan. It is cheap.\n", 1),
        (
            "# R\n## Recommendations\n### Priority 1: Cache the plan\nText.\n### Priority 2: Drop the poll\nText.\n",
            2,
        ),
        ("# R\n## Recommendations\n### Short term\n- a thing\n### Long term\n- another\n- third\n", 3),
        ("# R\n## Recommendations\n| Action | Why |\n|---|---|\n| Cache it | cheap |\n", 1),
    ],
)
def test_recommendations_in_any_form(text: str, expected: int):
    assert len(extract(text, count=count, kind="report").recommendations) == expected


@pytest.mark.parametrize("name", ["report.md", "plan.md", "summary.md", "debug.md"])
@pytest.mark.parametrize("budget", [1, 20, 60, 100, 140])
def test_nothing_is_invented_and_the_bound_holds(name: str, budget: int):
    text = document(name)
    for focus in (None, "what is left to do about the tests"):
        found = extract(text, count=count, max_tokens=budget, focus=focus, item_id="it-1")
        assert found.tokens == count(found.text) <= budget
        assert not invented(found, text)


def test_a_document_within_the_bound_comes_back_whole():
    text = document("debug.md")
    found = extract(text, count=count, max_tokens=count(text))
    assert (found.text, found.tokens, found.reduction) == (text, found.source_tokens, 0.0)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  \n",
        "# Report\n\n[To be completed after research]\n",
        "# Plan\n\n## Summary\n\nTODO\n\n## Risks\n\nTBD\n",
        "# A\n## B\n",
    ],
)
def test_what_says_nothing_is_incomplete(text: str):
    found = extract(text, count=count)
    assert not found.complete and found.warnings


def test_full_documents_are_complete():
    assert all(extract(document(n), count=count).complete for n in ("report.md", "plan.md", "summary.md"))


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("specs/12_x/reports/01_caching.md", "report"),
        ("specs/12_x/plans/01_caching.md", "plan"),
        ("specs/12_x/summaries/01-implementation-summary.md", "summary"),
        ("debug/002_stall.md", "debug"),
        ("CLAUDE.md", "instructions"),
        ("build/server.log", "log"),
        ("out/junit.xml", "test-output"),
    ],
)
def test_kind_from_path(path: str, kind: str):
    assert extract("Some words that tell nothing.", count=count, path=path).kind == kind


def test_focus_serves_the_question_and_the_rest_is_named():
    text = document("report.md")
    found = extract(text, count=count, max_tokens=70, focus="which file sets the expiry", item_id="it-9")
    assert "config/cache.toml" in found.text and "it-9" in found.text


def test_focus_on_code_brings_the_lines_around():
    code = "".join(f"def helper_{i}(x):\n    y = x + {i}\n    return y\n\n\n" for i in range(80))
    code = code.replace("    y = x + 41\n", "    y = x + 41  # the magic offset of the ledger\n")
    found = extract(code, count=count, max_tokens=80, focus="magic ledger offset")
    assert found.kind == "tool-output"
    assert "def helper_41(x):" in found.text and "    return y" in found.text


def test_json_result_tells_shape_counts_and_values():
    text = '{"items": [' + ",".join(f'{{"id": {i + 1000}, "path": "src/mod_{i}.py"}}' for i in range(60)) + "]}"
    found = extract(text, count=count, max_tokens=90)
    assert found.kind == "tool-output"
    assert "items: array of 60, keys id path" in found.text and "src/mod_0.py" in found.text


def test_log_puts_errors_first_and_folds_repeats():
    lines = [f"2026-02-01T10:00:{i % 60:02d}Z INFO heartbeat {i}" for i in range(300)]
    lines[150] = "2026-02-01T10:02:30Z ERROR cannot open /var/lib/ledger/db: permission denied"
    found = extract("\n".join(lines), count=count, max_tokens=120)
    assert found.kind == "log"
    assert "permission denied" in found.text and "(×299)" in found.text


CODE = Path(__file__).parents[2] / "server" / "ctxbudget_server" / "markdown" / "scan.py"


@pytest.mark.parametrize("path", [None, "src/scan.py"])
def test_focus_on_code_gives_whole_windows_of_lines_as_they_stand(path: str | None):
    text = CODE.read_text(encoding="utf-8")
    lines = text.split("\n")
    found = extract(text, count=count, path=path, max_tokens=400, focus="is_plausible block")
    given = found.text.split("\n")
    assert all(line in lines for line in given), "indented as in the file"
    hit = next(n for n, line in enumerate(given) if line.startswith("def is_plausible"))
    at = lines.index(given[hit])
    assert given[hit : hit + 3] == lines[at : at + 3]


@pytest.mark.parametrize("path", [None, "src/scan.py"])
def test_code_without_focus_gives_its_definitions_and_names(path: str | None):
    text = CODE.read_text(encoding="utf-8")
    found = extract(text, count=count, path=path, max_tokens=150)
    assert (
        "def scan(lines: Sequence[str], state: State, content: Container[int] = ()) -> Scan:" in found.text
        and "\nNames: " in found.text
    )
    assert not found.outline and not invented(found, text)


def test_markdown_about_code_is_no_code():
    text = "# Guide\n\n## Use\n\nx = 1\ny = 2\nz = f(x)\n\n## Next\n\nreturn z\nimport a\n"
    assert extract(text, count=count).outline
