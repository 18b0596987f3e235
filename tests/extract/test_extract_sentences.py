"""Sentences that say something: findings with their first sentence, lead-ins with what they announce."""

import pytest
from extract_checks import count, invented

from ctxbudget_server.extract import extract

FINDINGS = """# Bees

The hives were looked at in May.

## Findings

### Finding 1: The queen is old

**Severity**: High
**Location**: hive 7

She lays half as many eggs as last year. The brood is patchy.

### 2. The frames are damp

- **Evidence**: mould on nine frames
- **Severity**: Low

### Mites

```
- not this
```

### The lid leaks:

- at the left corner
- at the hinge
"""


def test_a_finding_is_its_heading_with_its_first_sentence():
    found = extract(FINDINGS, count=count, kind="report")
    assert found.key_findings == (
        "The queen is old: She lays half as many eggs as last year.",
        "The frames are damp: Evidence: mould on nine frames",
        "Mites",
        "at the left corner",
        "at the hinge",
    )
    assert not invented(found, FINDINGS)


def test_an_entry_that_announces_a_list_comes_with_the_list():
    text = (
        "# R\n\n## Key findings\n\n- The bees need:\n  - water\n  - a roof\n- The shed is dry\n- They left because:\n"
    )
    found = extract(text, count=count, kind="report")
    assert found.key_findings == ("The bees need: water; a roof", "The shed is dry", "They left because")


def test_a_long_list_after_a_lead_in_is_cut_at_its_end():
    below = "".join(f"  - the frame number {n} of the hive by the wall\n" for n in range(9))
    text = f"# R\n\n## Key findings\n\n- These frames are damp:\n{below}- The shed is dry\n"
    first = extract(text, count=count, kind="report").key_findings[0]
    assert first.startswith("These frames are damp: the frame number 0") and first.endswith("; … 6 more")


@pytest.mark.parametrize("heading", ["Issues Identified", "Critical Gaps", "Problems Found", "Key Findings"])
def test_headings_that_name_findings(heading: str):
    text = (
        f"# R\n\nText.\n\n## {heading}\n\n### 1. It leaks\n\nWater runs in.\n\n### 2. It creaks\n\nThe hinge is dry.\n"
    )
    found = extract(text, count=count, kind="report").key_findings
    assert found == ("It leaks: Water runs in.", "It creaks: The hinge is dry.")


@pytest.mark.parametrize(
    "first",
    ["Research Summary", "Changes from v2", "Summary of Changes", "Summary of the Research", "Revision History"],
)
def test_the_overview_comes_before_what_was_researched_or_changed(first: str):
    text = f"# Plan\n\n## {first}\n\nTwo reports say that bees like clover. The date was moved.\n\n## Overview\n\n"
    text += "The hives move to the clover field. " + "They go one by one in the night. " * 3 + "\n\n## Work\n\n"
    text += "".join(f"- Carry the hive number {n} down the hill and set it beside the wall.\n" for n in range(30))
    found = extract(text, count=count, kind="plan", max_tokens=90)
    assert found.summary.startswith("The hives move to the clover field.")
    assert "The hives move to the clover field." in found.text
