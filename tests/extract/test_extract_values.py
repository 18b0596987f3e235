"""Right values: statuses, causes, advice and titles as a reader would give them."""

import pytest
from extract_checks import count

from ctxbudget_server.extract import extract

TOLD = "\n\nThe hives stand at the south wall, and the frames were moved on a dry morning in May.\n"


def summary(text: str):
    return extract(text, count=count, kind="summary").implementation


@pytest.mark.parametrize(
    ("text", "status", "progress"),
    [
        ("**Completed**: 2026-06-22", "complete", None),
        ("- **Date Completed**: June 22, 2026 (late)", "complete", None),
        ("Completed on: 22 June 2026", "complete", None),
        ("**Completed**: TBD", None, None),
        ("**Completed**: 2026-06-22\n**Status**: [BLOCKED]", "BLOCKED", None),
        ("**Completion**: 17 % complete", "partial", "17 % complete"),
        ("**Status**: 17% complete", "partial", "17% complete"),
        ("**Status**: DONE (3 of 5 phases)", "partial", "DONE (3 of 5 phases)"),
        ("**Completed**: 2026-06-22\n\n3 of 5 phases are finished.", "partial", "3 of 5 phases are finished."),
        ("5 of 5 phases are finished.", "complete", "5 of 5 phases are finished."),
        ("**Phases Completed**: 4/4", "complete", "4/4"),
        ("**Status**: Context usage at 85%, handing over", None, None),
        ("**Status**: COMPLETE\n**Context used**: 62 % complete", "COMPLETE", None),
        ("## Status\n\nThe context window is 80 % used.", None, None),
        ("## Status\n\n✅ All tasks are complete - ready to ship\n✅ Nothing broke", "All tasks are complete", None),
        ("3 of 5 phases were finished.\n\n## Phase 1: Dig\n\n**Status**: COMPLETED", "partial", None),
        ("## Phase 1: Dig\n\n**Status**: COMPLETED\n\n## Phase 2: Sow\n\nNot begun.", None, None),
        ("## Phase 1: Dig [COMPLETED]\n\nx\n\n## Phase 2: Sow [BLOCKED]\n\ny", "partial", None),
    ],
)
def test_the_status_of_a_summary(text: str, status: str | None, progress: str | None):
    done = summary(f"# Work on the hives\n\n{text}{TOLD}")
    assert done.status == status
    assert progress is None or done.progress == progress


@pytest.mark.parametrize("head", ["---\nphases_completed: [1, 2]\nphases_total: 4\n---\n", ""])
def test_the_status_in_front_matter_and_title(head: str):
    done = summary(f"{head}# Hive Phase 3: Frames - COMPLETE ✅{TOLD}")
    assert (done.status, done.progress) == (("partial", "2/4") if head else ("COMPLETE", None))


FAILURE = """# Frames Fall Out of Hive 7

Seen on Monday.

## Root Cause

The spacer was cut for the old frames, which are wider:
- old: 37 mm
- new: 35 mm

{more}
"""


@pytest.mark.parametrize("path", ["reports/frames.md", "specs/7/reports/hive.md", "debug/frames.md", "summaries/x.md"])
@pytest.mark.parametrize(
    "more", ["## Fix\n\n### Problem\nIt slips.\n\n**Solution**: Cut new spacers.", "Fix: Cut new spacers."]
)
def test_cause_and_fix_of_a_failure_in_any_folder(path: str, more: str):
    found = extract(FAILURE.format(more=more) + TOLD * 20, count=count, path=path, max_tokens=120)
    assert found.debug is not None
    assert found.debug.cause == "The spacer was cut for the old frames, which are wider: old: 37 mm; new: 35 mm"
    assert found.debug.fix == "Cut new spacers."
    assert "Cause: The spacer" in found.text and found.text.count("Cut new spacers.") == 1, "each is told once"


def test_a_report_that_is_about_no_failure_has_no_cause():
    text = "# Honey Yields\n\nYields fell because of rain.\n\n## Fixes\n\n- Feed sooner\n\n## Results\n\nNone failed.\n"
    assert extract(text, count=count, kind="report").debug is None


@pytest.mark.parametrize(
    "text",
    [
        "## Recommended Reading\n\n- A book\n\n## Recommendations\n\n- Feed sooner\n- Move hive 7\n",
        "## Option B: Wait (Not Recommended)\n\n- It costs\n\n## Recommendations\n\n- Feed sooner\n- Move hive 7\n",
        "## Required Fixes\n\n### Priority 1 - Critical (Blocking)\n1. Feed sooner\n\n### Priority 2\n2. Move hive 7\n",
        "## Fixes to Apply\n\n### Fix 1: Feed sooner\n\nText.\n\n### Fix 2: Move hive 7\n\nText.\n",
        "## Recommendations\n\n- Feed sooner\n- Move hive 7\n\n## Record Recommendations\n\n- none\n",
        "## Record Recommendations\n\n- **Topic**: Winter\n- **Gap**: No page on it\n\n## Next steps\n\n- Feed sooner\n"
        "- Move hive 7\n",
        "## Recommendations\n\n- **Recommendation**: Feed sooner\n- **Rationale**: It is cold.\n- Move hive 7\n",
        "## Recommended Approach\n\n### In order\n\n1. Feed sooner\n2. Move hive 7\n",
        "## Next steps\n\n### Today:\n- Feed sooner\n\n### Follow-up\n- Move hive 7\n\n### Commands:\n```\nls\n```\n",
    ],
)
def test_advice_comes_from_its_own_section_first(text: str):
    found = extract(f"# Hives\n\nText that says little.\n\n{text}", count=count, kind="report").recommendations
    assert len(found) == 2 and "Feed sooner" in found[0] and "Move hive 7" in found[1]


def test_the_option_that_is_recommended():
    text = (
        "# Hives\n\n## Option A: Feed sooner (Recommended)\n\nText.\n\n## Option B: Wait (not recommended)\n\nText.\n"
    )
    assert extract(text, count=count, kind="report").recommendations == ("Option A: Feed sooner",)


@pytest.mark.parametrize("none", ["None.", "- none", "N/A", "No action needed", "- None: all is well"])
def test_no_advice_is_none(none: str):
    text = f"# Hives\n\nAll is well.\n\n## Recommendations\n\n{none}\n"
    assert extract(text, count=count, kind="report").recommendations == ()


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# Table of Contents\n\n- [Bees](#bees)\n\n# The Bees\n\nText.\n", "The Bees"),
        ("# Contents\n\n## The Bees\n\nText.\n", "The Bees"),
        ("---\ntitle: The Bees\n---\n## 📑 Table of Contents\n\n- x\n", "The Bees"),
        ("# The Bees\n\n## Table of Contents\n\n- x\n", "The Bees"),
    ],
)
def test_a_table_of_contents_is_no_title(text: str, title: str):
    assert extract(text, count=count).title == title
