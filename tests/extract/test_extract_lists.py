"""Lists in the text: whole while they fit, else cut at their end with the number of entries left out."""

import re

import pytest
from extract_checks import count, invented
from support.session import Session

from ctxbudget_server.extract import extract

PHASES = [
    "Clear the ground (stones, roots and the old fence)",
    "Dig the beds",
    "Lay the pipes: two lines along the wall, with a tap at each end and a drain below",
    "Sow",
    "Put up the nets",
    "Water every evening until the first leaves come",
    "Weed",
    "Thin out the rows",
    "Harvest",
    "Store",
]
PLAN = (
    "# Plan: The Kitchen Garden\n\n## Overview\n\nThe kitchen gets its own garden behind the wall. Nothing is bought. "
)
PLAN += "It takes the work of three people on the dry days of spring. " * 4 + "\n\n"
PLAN += "\n".join(
    f"### Phase {n}: {name} [{'DONE' if n < 3 else 'OPEN'}]\n\n- [ ] Look at `tools/list_{n}.md`\n- [ ] Do it\n"
    f"- **Depends on**: Phase {n - 1}\n"
    for n, name in enumerate(PHASES, 1)
)


def phase_lines(text: str) -> list[str]:
    return re.findall(r"^- (\d+: .*)$", text, re.M)


def test_all_phases_are_listed_in_brief_before_anything_else():
    text = extract(PLAN, count=count, max_tokens=160).text
    shown = phase_lines(text)
    assert [int(line.split(":")[0]) for line in shown] == list(range(1, 11)) and "more" not in text
    assert shown[0] == "1: Clear the ground [DONE]" and shown[2] == "3: Lay the pipes [OPEN]"


def test_phases_are_told_in_full_if_there_is_room():
    text = extract(PLAN, count=count, max_tokens=420).text
    shown = phase_lines(text)
    assert shown[2] == f"3: {PHASES[2]} [OPEN] 0/2 tasks after 2" and len(shown) == 10
    assert "The kitchen gets its own garden" in text


@pytest.mark.parametrize("budget", [60, 80, 100, 120])
def test_phases_that_do_not_fit_are_counted(budget: int):
    found = extract(PLAN, count=count, max_tokens=budget)
    shown = phase_lines(found.text)
    assert 0 < len(shown) < 10 and f"- … {10 - len(shown)} more" in found.text
    assert [int(line.split(":")[0]) for line in shown] == list(range(1, len(shown) + 1))
    assert found.tokens <= budget and not invented(found, PLAN)


ADVICE = [
    f"Repair the gate number {n}: the hinge of gate number {n} is old and squeaks in the wind" for n in range(1, 15)
]
REPORT = "# Report: The Gates\n\n## Overview\n\nFourteen gates are bad. They were all hung in the same year.\n\n"
REPORT += "## Recommendations\n\n" + "".join(f"- {a}\n" for a in ADVICE)


@pytest.mark.parametrize("budget", [60, 100, 160, 240])
def test_advice_is_cut_at_its_end_and_says_so(budget: int):
    text = extract(REPORT, count=count, max_tokens=budget).text
    told = text.split("Recommendations:\n")[1].split("\n\n")[0].split("\n")
    shown = [int(m[1]) for line in told if (m := re.match(r"- Repair the gate number (\d+)", line))]
    assert shown == list(range(1, len(shown) + 1)) and shown
    assert told[-1] == f"- … {14 - len(shown)} more" if len(shown) < 14 else "more" not in text


def test_advice_is_brief_rather_than_cut():
    text = extract(REPORT, count=count, max_tokens=260).text
    assert f"- {ADVICE[0]}\n" in text and "- Repair the gate number 14" in text.split("\n")


def test_advice_is_whole_rather_than_followed_by_sentences():
    """All of it in brief, if that fits, before sentences of the body."""
    advice = [f"Move the login tests number {n} to the API level." for n in (1, 2, 3, 4)]
    body = "".join(f"Runner {n} was slow on day {n * 7}.\n\n" for n in range(30))
    listed = "".join(f"- {entry}\n" for entry in advice)
    text = f"# Report: Flaky Tests\n\n## Summary\n\nOne test in six fails.\n\n## Recommendations\n\n{listed}"

    found = extract(f"{text}\n## Details\n\n{body}", count=count, max_tokens=110).text

    assert found.split("Recommendations:\n")[1].split("\n\n")[0] == listed.rstrip()


def test_lists_in_one_line_say_how_many_more():
    files = "".join(f"- `gates/hinge_{n}.md`\n" for n in range(40))
    text = (
        f"# Implementation Summary\n\nThe hinges are new.\n\n## Files Changed\n\n{files}\n## Remaining\n\n- the paint\n"
    )
    found = extract(text, count=count, max_tokens=150, item_id="it-1")
    assert re.search(r"^Files: (gates/hinge_\d+\.md )+… \d+ more$", found.text, re.M)
    assert not invented(found, text)


def test_failed_tests_that_do_not_fit_are_counted():
    names = [f"tests/test_gate.py::test_hinge_{n}_does_not_squeak" for n in range(60)]
    log = "".join(f"FAILED {n} - AssertionError: it does\n" for n in names)
    log = f"{'=' * 20} short test summary info {'=' * 20}\n{log}{'=' * 20} 60 failed in 1.20s {'=' * 20}\n"
    text = extract(log, count=count, kind="test-output", max_tokens=200).text
    shown = len(re.findall(r"^- tests/", text, re.M))
    assert 0 < shown < 60 and f"- … {60 - shown} more" in text


LEADS = "# Notes on the Gates\n\n" + "\n\n".join(
    f"## Gate {n}\n\nThe gate number {n} needs these parts:\n\n- a hinge of size {n}\n- a bolt for the number {n}\n\n"
    f"It closes by itself. The wood of number {n} is sound. To open it, run:\n\n```\nopen {n}\n```"
    for n in range(30)
)


@pytest.mark.parametrize("budget", [60, 120, 250, 700])
@pytest.mark.parametrize("focus", [None, "which parts does gate number 7 need", "how to open the gate"])
def test_a_lead_in_never_stands_without_what_follows(budget: int, focus: str | None):
    lines = extract(LEADS, count=count, max_tokens=budget, focus=focus).text.split("\n")
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if line.endswith(":"):
            number = re.search(r"\d+", line)
            assert following.strip() and (number is None or number[0] in following), (line, following)


def test_entries_that_become_a_paragraph_get_punctuation():
    summary = "".join(f"- The gate number {n} was painted and hung\n" for n in range(12))
    text = f"# Gates\n\n## Summary\n\n{summary}\n## Rest\n\n" + "Nothing else was done at the gates in May.\n\n" * 20
    told = extract(text, count=count, max_tokens=160).text
    assert "painted and hung; The gate number" in told and "hung The gate" not in told


def report_of(count_: int) -> str:
    advice = "".join(f"{n}. Sow bed {n} with beans of kind {n}\n" for n in range(1, count_ + 1))
    return f"# Garden report\n\n## Summary\n\nThe beds are dry.\n\n## Recommendations\n\n{advice}"


def test_a_field_that_is_cut_says_how_many_entries_follow(session: Session):
    found = session.client.request("metadata/extract", {"content": report_of(57), "maxTokens": 4000, "kind": "report"})
    assert len(found["recommendations"]) == 40
    assert {"field": "recommendations", "entries": 17} in found["omitted"]
    whole = session.client.request("metadata/extract", {"content": report_of(30), "kind": "report"})
    assert len(whole["recommendations"]) == 30 and whole["omitted"] == []


def test_a_text_counts_the_entries_that_a_field_leaves_out():
    text = extract(report_of(57), count=count, kind="report", max_tokens=150).text
    advice = text.split("Recommendations:")[1].split("\n\n")[0]
    shown = advice.count("- Sow bed")
    assert 0 < shown < 57 and advice.endswith(f"- … {57 - shown} more")


def test_fields_of_a_kind_that_are_cut_say_so():
    risks = "".join(f"- Frost in week {n}\n" for n in range(15))
    needs = "".join(f"- Seeds of kind {n}\n" for n in range(14))
    plan = extract(
        f"# Plan\n\n## Phase 1: Dig\n\n## Risks\n\n{risks}\n## Dependencies\n\n{needs}", count=count, kind="plan"
    )
    assert {(o.field, o.entries) for o in plan.omitted} == {("plan.risks", 3), ("plan.dependencies", 2)}
    files = "".join(f"- `src/part_{n}.py`\n" for n in range(60))
    done = extract(f"# Implementation summary\n\n## Files changed\n\n{files}", count=count, kind="summary")
    assert {(o.field, o.entries) for o in done.omitted} >= {("implementation.filesChanged", 10), ("paths", 10)}
    failed = "".join(f"FAILED tests/test_a.py::test_{n} - no\n" for n in range(520))
    log = f"============ test session starts ============\n{failed}============ 520 failed in 2.00s ============\n"
    tests = extract(log, count=count, kind="test-output", max_tokens=200)
    assert ("tests.failing", 20) in {(o.field, o.entries) for o in tests.omitted}
