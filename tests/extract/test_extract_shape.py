"""The shape of the text: Markdown that reads the same raw and rendered, and says what it leaves out."""

import re

import pytest
from extract_checks import count
from labelled_set import labels, text_of
from markdown_it import MarkdownIt

from ctxbudget_server.extract import extract

PHASES = "\n\n".join(
    f"### Phase {n}: {name} [NOT STARTED]\n\n- [ ] Write about {name}\n- **Timing**: {n} hours"
    for n, name in enumerate(["Soil", "Seeds", "Sowing", "Watering", "Weeding", "Harvest", "Storage"], 1)
)
PLAN = f"# Plan: The Garden\n\n## Overview\n\nThe garden is laid out in seven steps.\n\n{PHASES}\n"
LONG = "# Notes on Bees\n\n" + "\n\n".join(
    f"## Hive {n}\n\nHive {n} stands at the wall number {n}. Its queen number {n} came from the valley.\n\n- frame {n}"
    for n in range(90)
)


@pytest.mark.parametrize("budget", [40, 60, 80, 110])
def test_a_list_of_phases_has_no_holes(budget: int):
    text = extract(PLAN, count=count, max_tokens=budget).text
    shown = [int(n) for n in re.findall(r"^- (\d): ", text, re.M)]
    assert shown == list(range(1, len(shown) + 1))
    assert (f"- … {7 - len(shown)} more" in text) == (0 < len(shown) < 7)


def test_a_plan_without_an_estimate_gives_those_of_its_phases():
    plan = extract(PLAN, count=count).plan
    assert [p.estimate for p in plan.phases[:2]] == ["1 hours", "2 hours"]
    assert plan.estimate == " + ".join(f"{n} hours" for n in range(1, 8))
    part = extract(PLAN.replace("- **Timing**: 3 hours", ""), count=count).plan
    assert part.estimate is None
    own = extract(PLAN.replace("## Overview", "**Estimate**: 40 hours\n\n## Overview"), count=count).plan
    assert own.estimate == "40 hours"


def test_sentences_of_a_section_are_one_paragraph_and_entries_are_bullets():
    text = extract(LONG, count=count, max_tokens=200).text
    for block in text.split("\n\n")[2:]:  # behind the title and the summary
        hives = set(re.findall(r"\bHive (\d+) stands|queen number (\d+)", block))
        assert len({a or b for a, b in hives}) <= 1
    assert not re.search(r"^frame", text, re.M)


def test_a_long_extract_has_the_headings_of_what_it_says():
    text = extract(LONG, count=count, max_tokens=700).text
    body = re.split(r"^## ", text, flags=re.M)[1:]
    assert len(body) > 5
    for part in body:
        number = re.match(r"Hive (\d+)\b", part)[1]
        told = part.split("\nNames:")[0]
        assert set(re.findall(r"number (\d+)", told)) <= {number}
    assert "## Hive" not in extract(LONG, count=count, max_tokens=300).text


@pytest.mark.parametrize("name", sorted(labels()))
def test_nothing_runs_into_a_list(name: str):
    """A line behind a list, such as the names, would read as a part of its last entry."""
    text = extract(text_of(name), count=count, max_tokens=120, item_id="i1").text
    if text == text_of(name):
        return
    for token in MarkdownIt("commonmark").parse(text):
        if token.type == "inline" and token.level > 2:
            assert "\n" not in token.content


def test_the_task_and_an_over_long_summary():
    long = "This work " + "and more of the work " * 12 + "is done."
    text = f"# Report: Task 9\n\n- **Task**: 9 - Move the old beds\n\n## Overview\n\n{long} It pays off.\n\n## Rest\n\n"
    found = extract(text + "More is said here. " * 60, count=count, max_tokens=200)
    assert found.summary.startswith("9 - Move the old beds")
    assert found.text.index(long) < found.text.index("It pays off.")


def test_an_introduction_is_a_summary_and_a_row_is_none():
    text = "# Store\n\nThe store keeps every session on disk.\n\n## Kinds\n\n| kind | fields |\n|---|---|\n"
    text += "| summary | files changed, status, tests, what remains |\n"
    assert extract(text, count=count).summary == "The store keeps every session on disk."


def test_decisions_of_finished_work_are_no_advice():
    text = "# Implementation Summary\n\n## Overview\n\nDone.\n\n## Decisions\n\n- Kept the format\n- Left the flag on\n"
    assert extract(text, count=count, kind="summary").recommendations == ()
    assert len(extract(text, count=count, kind="report").recommendations) == 2


def test_struck_tags_are_no_values():
    text = "# Plan: X\n\n**Estimate**: <del>9 hours</del> 4 hours\n\n## Phase 1: A\n\nIt is <s>big</s> small.\n"
    found = extract(text, count=count, kind="plan")
    assert found.plan.estimate == "4 hours"
    assert "big" not in found.summary
