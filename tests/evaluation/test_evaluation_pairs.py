"""`ctxbudget evaluate` finds what came after each report in the layouts that people use, and says why."""

from __future__ import annotations

from pathlib import Path

import pytest
from evaluation.sample import (
    CACHE,
    CACHE_PLAN,
    NEEDED,
    QUEUE,
    QUEUE_PLAN,
    call,
    figures,
    left_out,
    pairs,
    result,
    session,
)


@pytest.mark.parametrize(
    ("report", "plan", "why"),
    [
        ("specs/012_cache/reports/001_eviction.md", "specs/012_cache/plans/001_sweep.md", "same folder"),
        ("specs/012_cache/reports/001_research/a.md", "specs/012_cache/plans/001_sweep.md", "same folder"),
        ("specs/012-cache/research.md", "specs/012-cache/tasks.md", "same folder"),
        ("specs/012-cache/research.md", "specs/012-cache/tasks/WP01-sweep.md", "same folder"),
        ("openspec/changes/cache/design.md", "openspec/changes/cache/tasks.md", "same folder"),
        (".kiro/specs/cache/design.md", ".kiro/specs/cache/tasks.md", "same folder"),
        ("docs/specs/2026-03-01-cache-design.md", "docs/plans/2026-03-02-cache.md", "same name"),
        ("reports/eviction.md", "plans/eviction.md", "same name"),
        ("cache-report.md", "cache-plan.md", "same name"),
        ("notes/one.md", "notes/plan.md", "same folder"),
    ],
)
def test_a_plan_is_found(tmp_path: Path, report: str, plan: str, why: str) -> None:
    found = figures(tmp_path, {report: CACHE, plan: CACHE_PLAN})

    assert pairs(found) == {report: {plan: why}}
    assert set(found["reports"][0]["needed"]) == NEEDED


def test_a_plan_that_names_a_report_came_after_it_wherever_it_is(tmp_path: Path) -> None:
    files = {"research/eviction.md": CACHE, "work/sprint/plan.md": CACHE_PLAN + "See research/eviction.md.\n"}

    assert pairs(figures(tmp_path, files)) == {"research/eviction.md": {"work/sprint/plan.md": "names it"}}


def test_where_a_folder_holds_many_pieces_of_work_names_decide(tmp_path: Path) -> None:
    files = {
        "reports/cache.md": CACHE,
        "reports/queue.md": QUEUE,
        "reports/alone.md": CACHE,
        "plans/cache.md": CACHE_PLAN,
        "plans/queue.md": QUEUE_PLAN,
    }

    found = figures(tmp_path, files)

    assert pairs(found) == {
        "reports/cache.md": {"plans/cache.md": "same name"},
        "reports/queue.md": {"plans/queue.md": "same name"},
    }
    assert left_out(found) == {"reports with no plan, diff or transcript after them": ["reports/alone.md"]}


def test_where_a_folder_holds_many_pieces_of_work_numbers_decide(tmp_path: Path) -> None:
    files = {
        "reports/011_eviction.md": CACHE,
        "reports/012_retries.md": QUEUE,
        "plans/011_sweep.md": CACHE_PLAN,
        "plans/012_budget.md": QUEUE_PLAN,
    }

    assert pairs(figures(tmp_path, files)) == {
        "reports/011_eviction.md": {"plans/011_sweep.md": "same number"},
        "reports/012_retries.md": {"plans/012_budget.md": "same number"},
    }


def test_numbers_within_one_piece_of_work_are_only_an_order(tmp_path: Path) -> None:
    files = {
        "specs/012_cache/reports/001_eviction.md": CACHE,
        "specs/012_cache/reports/002_limits.md": CACHE,
        "specs/012_cache/plans/001_sweep.md": CACHE_PLAN,
        "specs/012_cache/plans/002_more.md": QUEUE_PLAN,
    }

    found = pairs(figures(tmp_path, files))

    assert [sorted(after) for after in found.values()] == [
        ["specs/012_cache/plans/001_sweep.md", "specs/012_cache/plans/002_more.md"]
    ] * 2


def test_an_earlier_plan_did_not_come_after(tmp_path: Path) -> None:
    files = {
        "specs/2026-03-05-cache-design.md": CACHE,
        "plans/2026-03-01-cache.md": CACHE_PLAN,
        "plans/2026-03-06-cache.md": CACHE_PLAN,
    }

    found = figures(tmp_path, files)

    assert pairs(found) == {"specs/2026-03-05-cache-design.md": {"plans/2026-03-06-cache.md": "same name"}}
    assert left_out(found) == {"no report comes before them": ["plans/2026-03-01-cache.md"]}


def test_prompts_and_templates_are_no_reports(tmp_path: Path) -> None:
    files = {"templates/research.md": CACHE, "research.md": CACHE, "plan.md": CACHE_PLAN}

    found = figures(tmp_path, files)

    assert list(pairs(found)) == ["research.md"]
    assert left_out(found) == {"prompts, rules or templates, by folder": ["templates/research.md"]}


DIFF = """diff --git a/specs/012_cache/reports/001_eviction.md b/specs/012_cache/reports/001_eviction.md
--- /dev/null
+++ b/specs/012_cache/reports/001_eviction.md
@@ -0,0 +1 @@
+Nothing calls `legacy_flush()` any more.
diff --git a/src/cache/evict.py b/src/cache/evict.py
--- a/src/cache/evict.py
+++ b/src/cache/evict.py
@@ -1,3 +1,3 @@
 limit = environ["CACHE_MAX_BYTES"]
-EvictionPolicy.sweep()
+EvictionPolicy.drain()
"""


def test_a_diff_counts_with_what_it_changes_and_not_with_the_report_it_adds(tmp_path: Path) -> None:
    files = {"specs/012_cache/reports/001_eviction.md": CACHE, "specs/012_cache/change.diff": DIFF}

    found = figures(tmp_path, files)

    assert found["reports"][0]["after"] == [
        {"path": "specs/012_cache/change.diff", "kind": "diff", "why": "same folder"}
    ]
    assert set(found["reports"][0]["needed"]) == {"src/cache/evict.py", "EvictionPolicy.sweep"}


def test_a_conversation_counts_with_what_the_agent_wrote_after_it_saw_the_report(tmp_path: Path) -> None:
    conversation = session(
        ("user", "Look at CACHE_MAX_BYTES."),
        ("assistant", call("Write", file_path="reports/eviction.md", content=CACHE)),
        ("user", result("Write", "written")),
        ("assistant", call("Read", file_path="reports/eviction.md")),
        ("user", result("Read", CACHE)),
        ("assistant", call("Edit", file_path="reports/eviction.md", new_string="`legacy_flush()` is dead")),
        ("user", result("Edit", "written")),
        ("assistant", call("Grep", pattern="EvictionPolicy.sweep", path="src/cache/evict.py")),
        ("user", result("Grep", "3 hits")),
        ("assistant", "Done."),
    )
    files = {"reports/eviction.md": CACHE, "sessions/5f1c.jsonl": conversation}

    found = figures(tmp_path, files)

    assert pairs(found) == {"reports/eviction.md": {"sessions/5f1c.jsonl": "names it"}}
    assert set(found["reports"][0]["needed"]) == {"EvictionPolicy.sweep", "src/cache/evict.py"}
