"""Recommendations, findings, what remains, and causes in the many forms that authors give them."""

import pytest
from extract_checks import count

from ctxbudget_server.extract import extract


@pytest.mark.parametrize(
    "text",
    [
        "Recommendations:\n1. Use x\n2. Drop y\n",
        "## 5. Recommendations & Next Steps\n\n### 5.1 Immediate\n- Use x\n\n### 5.2 Later\n1. Drop y\n",
        "## Recommendations\n\n| # | What |\n|---|---|\n| 1 | Use x |\n| 2 | Drop y |\n",
        "## Recommendations\n\n1. Use x\n   ```\n   - not this\n   ```\n2. Drop y\n",
        "Recommendations\n---------------\n\n* Use x\n* Drop y\n",
        "## Recommendations\n\n#### High priority\n\n**1. Use x**\n\nReason.\n\n#### Low\n\n**2. Drop y**\n\nReason.\n",
        "## Recommendations\n\na) Use x\nb) Drop y\n",
        "## Recommendations\n\n- ~~Use w~~\n- Use x\n- Drop y\n- Use x.\n",
        "## Actions Recommended\n\n### For Operators (today)\n\n1. **Use x**:\n   - it is fast\n"
        "\n### For Authors\n\n2. **Drop y**\n",
        "## Recommended Fixes\n\n### Fix 1: Use x\n\nText.\n\n### Fix 2: Drop y\n",
        "## Recommendations\n\nWe recommend the following:\n\n1. Use x\n2. Drop y\n",
    ],
)
def test_recommendations_in_more_forms(text: str):
    found = extract(f"# R\n\nText that says little.\n\n{text}", count=count, kind="report").recommendations
    assert len(found) == 2 and "Use x" in found[0] and "Drop y" in found[1]


def test_recommendations_from_front_matter_and_marked_lines():
    text = "---\nrecommendations:\n  - use x\n  - drop y\n---\n# R\n\nText.\n"
    assert extract(text, count=count, kind="report").recommendations == ("use x", "drop y")
    text = "# R\n\n## Recommendations\n\n✅ **Use x**: fast\n❌ **Avoid y**: slow\n"
    assert extract(text, count=count, kind="report").recommendations == ("✅ Use x: fast", "❌ Avoid y: slow")


def test_findings_are_told_once_and_end_where_another_list_begins():
    text = "# R\n\n## Findings\n\n- It leaks.\n- It leaks\n- It stalls\n\nRecommendations:\n- Close it\n- Wait\n"
    found = extract(text, count=count, kind="report")
    assert found.key_findings == ("It leaks.", "It stalls")
    assert found.recommendations == ("Close it", "Wait")


def test_an_agent_speaking_of_itself_sums_nothing_up():
    text = "Now I have all the information I need. Let me write the report.\n\nThe cache never expires its entries.\n"
    assert extract(text, count=count, kind="report").summary == "The cache never expires its entries."


def test_a_placeholder_is_no_recommendation():
    text = "# R\n\nThe cache never expires.\n\n## Recommendations\n\n_To be filled during triage_\n"
    assert extract(text, count=count, kind="report").recommendations == ()


@pytest.mark.parametrize(
    ("text", "remaining"),
    [
        ("## Remaining work\n- a one\n- b two\n", ("a one", "b two")),
        ("**Not done:**\n- a one\n- b two\n", ("a one", "b two")),
        ("What remains:\n- a one\n- b two\n", ("a one", "b two")),
        ("## Not Yet Implemented\n\n### A one\nText.\n\n### B two\nText.\n", ("A one", "B two")),
        ("- [x] done\n- [ ] a one\n- [ ] ~~no~~\n", ("a one",)),
        ("## Next steps\n\n1. **Deploy**: push it\n", ("Deploy: push it",)),
        ("## What's left\n\nThe bar is missing.\n", ("The bar is missing.",)),
        ("Remaining: the docs\n", ("the docs",)),
        ("work_remaining: 2\n", ("work_remaining: 2",)),
        ("work_remaining: 0\n", ()),
        ("## Remaining work\n\nNone - all phases complete.\n\n**Blockers**: None\n", ()),
        ("✅ It works\n\n⏳ The docs\n", ("⏳ The docs",)),
    ],
)
def test_what_remains(text: str, remaining: tuple[str, ...]):
    done = extract(f"# Summary\n\nThe work is told here.\n\n{text}", count=count, kind="summary").implementation
    assert done is not None and done.remaining == remaining


def test_a_list_of_files_names_its_files_only():
    text = "# Summary\n\n## Files changed\n\n- `a/b.py` - replaces\n  `old/c.py`\n- `Makefile`: calls `x/y.sh`\n"
    done = extract(text, count=count, kind="summary").implementation
    assert done is not None and done.files_changed == ("a/b.py", "Makefile")


@pytest.mark.parametrize(
    "text",
    [
        "Root cause: the pool\nis closed twice.\nFix: guard the close.\n",
        "- **Root Cause**: the pool is closed twice.\n- **Fix**: guard the close.\n",
        "| What | Detail |\n|---|---|\n| Root cause | the pool is closed twice. |\n| Fix | guard the close. |\n",
        "### Root Cause\n\nthe pool is closed twice.\n\n### Proposed Fix\n\nguard the close.\n",
        "It fails because of this: the bug is that the pool is closed twice.\n\nThe fix is: guard the close.\n",
        "## ✅ THE SOLUTION\n\n### Fix #1: guard the close.\n\n## CONCLUSION\n\n"
        "**Root Cause:** the pool is closed twice.\n",
    ],
)
def test_cause_and_fix(text: str):
    found = extract(f"# Debug\n\nSeen on Monday.\n\n{text}", count=count, kind="debug").debug
    assert found is not None and found.cause is not None and found.fix is not None
    assert "the pool is closed twice." in found.cause and "guard the close." in found.fix


SAID = "".join(f"## Hive {n}\n\nThe hive number {n} stands at the wall and is dry.\n\n" for n in range(7))


@pytest.mark.parametrize(
    ("text", "complete"),
    [
        ("## Summary\n\n[Summary will be added here]\n\n## Findings\n\n(pending)\n\n## Next steps\n\nTBD\n", False),
        ("## Summary\n\n_To be completed after research_\n", False),
        ("## Goal\n\n{{goal}}\n\n## Work\n\n- [Description of the work]\n- [Another]\n", False),
        ("**Owner**: TBD\n\nWe move the tables in one evening, and the way back is short.\n", True),
        (
            "## A\n\nThe first thing to say is long enough.\n\n## B\n\nTBD\n\n## C\n\n"
            "The third one is as long as it.\n",
            True,
        ),
        ("The parser skips TODO comments and counts TBD markers; both are shown to the author in a list.\n", True),
        (f"## Summary\n\n[To be completed]\n\n{SAID}\n## Recommendations\n\n1. [First one]\n2. [Second one]\n", False),
        (f"## Summary\n\nIt is dry.\n\n{SAID}\n## Recommendations\n\n[To be completed]\n", True),
        (
            "## Names\n\n{YYYYMMDD} {HHMM}\n\n## Times\n\n[YYYY-MM-DD HH:MM]\n\n## Files\n\n`x-<YYYYMMDD>-{NNN}.md`\n",
            True,
        ),
        ("- [ ] todo: write the docs of the loader and of all its parts\n- [x] tick it off in the list\n" * 3, True),
    ],
)
def test_templates_are_incomplete(text: str, complete: bool):
    found = extract(f"# T\n\n{text}", count=count)
    assert found.complete is complete and (complete or found.warnings)
