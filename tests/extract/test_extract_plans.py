"""Phases, dependencies, estimates and complexity of plans in the many forms that authors give them."""

import pytest
from extract_checks import count

from ctxbudget_server.extract import PlanFields, extract
from ctxbudget_server.extract.plans.dependencies import links_in, numbers_in
from ctxbudget_server.extract.readers.progress import split_status, stated_status


def plan_of(text: str) -> PlanFields:
    plan = extract(text, count=count, kind="plan").plan
    assert plan is not None
    return plan


SHAPES = {
    "headings of mixed levels": "## Phase 1: Dig (done)\n- [x] a\n### Phase 2: Sow — in progress\n- [ ] b\n"
    "## Phase 3: Reap\n",
    "bold lines": "**Phase 1: Dig** (done)\n- [x] a\n**Phase 2: Sow** – in progress\n- [ ] b\n**Phase 3**: Reap\n",
    "bold items": "- **Phase 1: Dig** (done)\n  - [x] a\n- **Phase 2**: Sow [IN PROGRESS]\n  - [ ] b\n"
    "- **Phase 3: Reap**\n",
    "plain items": "- Phase 1: Dig - done\n  - [x] a\n- Phase 2 - Sow - in progress\n  - [ ] b\n- Phase 3: Reap\n",
    "numbered items": "## Phases\n1. Dig (done)\n   - [x] a\n2. Sow (in progress)\n   - [ ] b\n3. Reap\n",
    "plain lines": "Phase 1: Dig (done)\nPhase 2: Sow (in progress)\nPhase 3: Reap\n",
    "table": "| Phase | Name | Status |\n|---|---|---|\n| 1 | Dig | done |\n| 2 | Sow | In progress |\n"
    "| 3 | Reap | |\n",
    "counted table": "## Phases\n\n| # | What | State |\n|---|---|---|\n| 1 | Dig | done |\n"
    "| 2 | Sow | in progress |\n| 3 | Reap | |\n",
    "short numbers": "| Phase | Title | Status |\n|---|---|---|\n| P1 | Dig | done |\n"
    "| P2 | Sow | in progress |\n| P3 | Reap | |\n",
    "numbered headings": "## 4. Work\n### 4.1 Phase 1: Dig (done)\n### 4.2 Phase 2: Sow (in progress)\n"
    "### 4.3 Phase 3: Reap\n",
    "roman": "## Phase I: Dig (done)\n## Phase II: Sow (in progress)\n## Phase III: Reap\n",
    "spelled": "## Phase one: Dig (done)\n## Phase two: Sow (in progress)\n## Phase three: Reap\n",
    "status fields": "## Stage 1: Dig\n**Status:** ✅ done\n## Stage 2: Sow\nStatus: in progress\n## Stage 3: Reap\n",
    "criteria first": "## Success criteria\n### Phase 1: works\n- [ ] it digs\n### Phase 2: works\n- [ ] it sows\n"
    "## Phase 1: Dig (done)\n- [x] a\n## Phase 2: Sow (in progress)\n- [ ] b\n## Phase 3: Reap\n",
    "status section later": "## Phase 1: Dig (done)\n## Phase 2: Sow (in progress)\n## Phase 3: Reap\n## Log\n"
    "### Phase 1: notes\n",
    "table beside headings": "## Phase 1: Dig\n## Phase 2: Sow\n## Phase 3: Reap\n## Overview\n\n"
    "| Phase | Status |\n|---|---|\n| 1 | done |\n| 2 | in progress |\n",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_phases_are_found_in_every_form(shape: str):
    plan = plan_of(f"# Plan\n\nWe grow beans.\n\n{SHAPES[shape]}")
    assert [(p.number, p.name) for p in plan.phases] == [(1, "Dig"), (2, "Sow"), (3, "Reap")]
    assert [(p.status or "").lower() for p in plan.phases] == ["done", "in progress", ""]
    if "[x] a" in SHAPES[shape]:
        assert [(p.tasks_done, p.tasks_open) for p in plan.phases] == [(1, 0), (0, 1), (0, 0)]


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("### Phase 3: C\nDepends on Phase 1\n", (1,)),
        ("### Phase 3: C\n- It depends on phases 1 and 2.\n", (1, 2)),
        ("### Phase 3: C (after Phase 2)\n", (2,)),
        ("### Phase 3: C — depends on Phase 1\n", (1,)),
        ("### Phase 3: C\n**Depends on**: Phase 1 (needs 2 days)\n", (1,)),
        ("### Phase 3: C\n- **Dependencies**: [1-2]\n", (1, 2)),
        ("### Phase 3: C\ndepends_on: [phase_1, phase_2]\n", (1, 2)),
        ("### Phase 3: C\nBlocked by Phase 2.\n", (2,)),
        ("### Phase 3: C\n## Dependencies\n- Phase 3 depends on Phase 1 and 2\n", (1, 2)),
        ("### Phase 3: C\n## Dependencies\n- Phase 3 → Phase 1\n", (1,)),
        ("### Phase 3: C\n## Dependencies\n- **Phase 3**: Phase 1, Phase 2\n", (1, 2)),
        ("### Phase 3: C\n## Order\nPhase 1 must be done before Phase 3.\n", (1,)),
        ("### Phase 3: C\n## Execution order\n\n1 → 3\n", (1,)),
        ("### Phase 3: C\n\n| Phase | Depends on |\n|---|---|\n| 1 | – |\n| 3 | 1, 2 |\n", (1, 2)),
        ("### Phase 3: C\n**Depends on**: none\n", ()),
        ("### Phase 3: C\n**Depends on**: Task 2\n", ()),
        ("### Phase 3: C\nRequires 2 engineers and Python 3.\n", ()),
        ("### Phase 3: C\nPhase 3 can run in parallel with Phase 2.\n", ()),
        ("### Phase 3: C\nDepends on Phase 7\n", ()),
    ],
)
def test_dependencies_of_a_phase(text: str, needs: tuple[int, ...]):
    plan = plan_of(f"# Plan\n\n### Phase 1: A\n\nText.\n\n### Phase 2: B\n\nText.\n\n{text}")
    assert [p.depends_on for p in plan.phases] == [(), (), needs]
    assert plan.waves == {(): (), (1,): ((1, 2), (3,)), (2,): ((1, 2), (3,)), (1, 2): ((1, 2), (3,))}[needs]


def test_a_cycle_has_no_waves_and_is_told():
    found = extract("# Plan\n## Phase 1: A\nDepends on Phase 2\n## Phase 2: B\nDepends on Phase 1\n", count=count)
    assert found.plan is not None and found.plan.waves == ()
    assert found.warnings == ("phases wait for each other, so there are no waves: 1, 2",)


@pytest.mark.parametrize(
    ("text", "estimate"),
    [
        ("We expect this to take 3-4 days.\n", "3-4 days"),
        ("## Estimate\n\nAbout two weeks.\n", "About two weeks."),
        ("## Estimated Effort\n\n- Server: 3 days\n- Client: 2 days\n- **Total**: 5 days\n", "5 days"),
        ("## Timeline\n\n| Part | Time |\n|---|---|\n| A | 1 week |\n| Total | 3 weeks |\n", "3 weeks"),
        ("Effort: 6h\n", "6h"),
        ("**Total scope**: ~113 hours\n", "~113 hours"),
        ("The whole migration should be finished in about six weeks.\n", "six weeks"),
        ("The work is estimated at 12 hours.\n", "12 hours"),
        ("It is about 3 days of work.\n", "3 days"),
        ("- **Estimated Phases**: 7\n", None),
        ("Sessions will expire after 30 minutes.\n", None),
        ("It takes 30 minutes to run the tests.\n", None),
    ],
)
def test_estimates(text: str, estimate: str | None):
    assert plan_of(f"# Plan\n\n{text}\n## Phase 1: A\n## Phase 2: B\n").estimate == estimate


def test_a_bare_number_takes_the_unit_of_its_key():
    assert plan_of("---\nestimated_hours: 12\n---\n# Plan\n").estimate == "12 hours"
    assert plan_of("duration_minutes: 45\nowner: me\n\n# Plan\n").estimate == "45 minutes"


@pytest.mark.parametrize(
    ("text", "complexity"),
    [
        ("## Complexity\n\n7/10, for want of tests.\n", 7.0),
        ("## Complexity\n\nMedium (6/10)\n", 6.0),
        ("**Complexity**: 8/10 → 6.5/10\n", 6.5),
        ("- Complexity Score: 41.5\n", 41.5),
        ("**Complexity**: Medium (touches 3 files)\n", None),
        ("## Complexity: high\n", None),
    ],
)
def test_complexity_is_a_stated_figure_or_computed(text: str, complexity: float | None):
    plan = plan_of(f"# Plan\n\n{text}\n## Phase 1: A\n## Phase 2: B\n")
    expected = (complexity, "given") if complexity is not None else (2.0, "computed")
    assert (plan.complexity, plan.complexity_basis) == expected


def test_struck_out_text_and_fences_say_nothing():
    plan = plan_of(
        "# Plan\n**Effort**: ~~5 days~~ 2 days\n## Phase 1: A\n- [ ] ~~old~~\n- [x] new\n## ~~Phase 2: gone~~\n"
        "```\n## Phase 3: example\n- [ ] no\n```\n## Success criteria\n- ~~never~~\n- it runs\n"
    )
    assert [(p.number, p.tasks_done, p.tasks_open) for p in plan.phases] == [(1, 1, 0)]
    assert (plan.estimate, plan.success_criteria) == ("2 days", ("it runs",))


def test_what_is_no_goal_is_no_criterion():
    plan = plan_of("# Plan\n## Goals & Non-Goals\n\n**Goals**:\n- fast\n- small\n\n**Non-Goals**:\n- pretty\n")
    assert plan.success_criteria == ("fast", "small")


@pytest.mark.parametrize(
    ("text", "status", "rest"),
    [
        ("Build [COMPLETED]", "COMPLETED", "Build"),
        ("Build [Not Started]", "Not Started", "Build"),
        ("Build (completed 2031-02-01)", "completed", "Build"),
        ("Build - blocked", "blocked", "Build"),
        ("Build — in progress (60 %)", "in progress", "Build"),
        ("Foundation (Week 1-2) ✅ COMPLETE!", "COMPLETE", "Foundation (Week 1-2)"),
        ("✅ Build", "✅", "Build"),
        ("[x] Build", "done", "Build"),
        ("Build (~4 hours)", None, "Build (~4 hours)"),
        ("Well-done steaks", None, "Well-done steaks"),
        ("Open the gates", None, "Open the gates"),
    ],
)
def test_status_marks(text: str, status: str | None, rest: str):
    assert split_status(text) == (status, rest)


def test_stated_status_keeps_the_word():
    assert stated_status("✅ **Complete**") == "Complete"
    assert stated_status("[NOT STARTED]") == "NOT STARTED"
    assert stated_status("done, but the long story of how it came to be would fill a book") == "done"


def test_links_between_phases():
    assert [*links_in("Order: Phase 1 → Phase 2 → Phase 4, and Phase 1 → Phase 3.")] == [(2, 1), (4, 2), (3, 1)]
    assert [*links_in("Phases 2 and 3 require Phase 1")] == [(2, 1), (3, 1)]
    assert [*links_in("Phase 2 does not depend on Phase 1")] == []
    assert numbers_in("Phases 1-3, 5") == (1, 2, 3, 5)
    assert numbers_in("v2.1 of the 3 tools") == ()


@pytest.mark.parametrize(
    "text",
    [
        "## Expected Improvements\n\n- **Time**: 3 hours\n- **Total time**: 2 days\n",
        "**Expected**: 2 hours\n",
        "**Total time**: 40 minutes → 5 minutes\n",
        "**Duration**: 3 hours faster\n",
        "The plan should take the nightly job from 3 hours down to 20 minutes.\n",
        "## Performance\n\nThe job will take 3 hours.\n",
        "We expect to save 2 days of work.\n",
    ],
)
def test_what_is_gained_is_not_an_estimate(text: str):
    assert plan_of(f"# Plan\n\n{text}\n## Phase 1: A\n## Phase 2: B\n").estimate is None


def test_a_label_that_says_estimate_counts_wherever_it_stands():
    text = "# Plan\n## Phase 1: A\n## Phase 2: B\n## Expected Outcomes\n- It opens.\n\n**Estimated Time**: 2-3 hours\n"
    assert plan_of(text).estimate == "2-3 hours"


def test_times_in_brackets_are_estimates_of_phases():
    text = "# Plan\n## Phase 1: Dig (30 minutes)\n## Phase 2: Sow (est. 2-3 hours)\n## Phase 3: Reap (Week 2)\n"
    assert [p.estimate for p in plan_of(text).phases] == ["30 minutes", "2-3 hours", None]
    listed = plan_of("# Plan\n## Phases\n1. **Dig** (15 min) — the beds\n2. **Sow** (1 hour) — the beans\n")
    assert [(p.name, p.estimate) for p in listed.phases] == [("Dig", "15 min"), ("Sow", "1 hour")]
    assert listed.estimate == "15 min + 1 hour"


@pytest.mark.parametrize(
    ("value", "dependencies"),
    [
        ("None: uses what is there", ()),
        ("None (independent of other work)", ()),
        ("N/A - first task", ()),
        ("No external dependencies.", ()),
        (
            "Task 86 (the schema, in review), Task 88 (its tests)",
            ("Task 86 (the schema, in review)", "Task 88 (its tests)"),
        ),
        ("Task 86; Task 88", ("Task 86", "Task 88")),
        ("Task 86 and Task 88", ("Task 86", "Task 88")),
        ("PostgreSQL 15, `redis, cluster mode`", ("PostgreSQL 15", "`redis, cluster mode`")),
        ("The schema must be merged first, which the other team has promised for May", None),
    ],
)
def test_dependencies_of_a_plan(value: str, dependencies: tuple[str, ...] | None):
    found = plan_of(f"# Plan\n\n**Dependencies**: {value}\n\n## Phase 1: A\n## Phase 2: B\n").dependencies
    assert found == ((value,) if dependencies is None else dependencies)


def test_dependencies_below_risks():
    text = "# Plan\n## Dependencies and Risks\n### Critical Dependencies\n1. **Database**: all need it\n2. **Cache**\n"
    assert plan_of(text).dependencies == ("Database: all need it", "Cache")


TWICE = """# Plan

## Merge Order

### Phase 1: Fix the gate

### Phase 2: Open the shop

## {heading}

### {one}

- cut the wood

### {two}

- hang the sign
"""


@pytest.mark.parametrize(
    ("heading", "one", "two", "phases"),
    [
        (
            "What was done",
            "✅ Phase 1: Wood (COMPLETE)",
            "Phase 2: Sign [OPEN]",
            [("Wood", "COMPLETE"), ("Sign", "OPEN")],
        ),
        ("Implementation Plan", "Phase 1: Wood", "Phase 2: Sign", [("Wood", None), ("Sign", None)]),
        ("Notes", "Phase 1: Wood", "Phase 2: Sign", [("Fix the gate", None), ("Open the shop", None)]),
    ],
)
def test_of_two_lists_of_phases(heading: str, one: str, two: str, phases: list[tuple[str, str | None]]):
    plan = plan_of(TWICE.format(heading=heading, one=one, two=two))
    assert [(p.name, p.status) for p in plan.phases] == phases


def test_a_list_with_statuses_is_completed_from_the_whole_list():
    text = "# Plan\n## Phase 1: Dig\n## Phase 2: Sow\n## Phase 3: Reap\n"
    text += "## Log\n### Phase 1: Dig [DONE]\n### Phase 2: Sow [OPEN]\n"
    assert [(p.number, p.status) for p in plan_of(text).phases] == [(1, "DONE"), (2, "OPEN"), (3, None)]


def test_phases_with_short_marks_and_a_status_section():
    plan = plan_of("# Plan\n## Phased roadmap\n1. **P0 — Frame** (of oak): cut.\n2. **P1 — Lid**: nail.\n")
    assert [(p.number, p.name) for p in plan.phases] == [(0, "Frame"), (1, "Lid")]
    plan = plan_of("# Phase 4: Sow the Beans\n\n## Status\n\nImplemented.\n\n## What\n\nBeans.\n")
    assert [(p.number, p.status) for p in plan.phases] == [(4, "Implemented")]


def test_work_packages_are_phases_and_name_what_they_depend_on():
    plan = plan_of(
        "# Work packages: rotation\n\n## Work Package WP01: Store (Priority: P0)\n- [x] T001 table\n\n"
        "## Work Package WP02: Tests of the contract\n- [ ] T002 write\n### Dependencies\n- Depends on WP01.\n\n"
        "## Work Package WP03: Docs\n- [ ] T003 page\n### Dependencies\n- Depends on WP01, WP02.\n"
    )

    assert [(p.number, p.tasks_done + p.tasks_open) for p in plan.phases] == [(1, 1), (2, 1), (3, 1)]
    assert [p.depends_on for p in plan.phases] == [(), (1,), (1, 2)]
    assert plan.waves == ((1,), (2,), (3,))


def test_work_packages_count_where_the_phases_beside_them_have_no_tasks():
    plan = plan_of(
        "# Tasks\n\n## Phase 1: Foundation\nFirst WP01.\n\n## Phase 2: Rest\nThen WP02.\n\n## Packages\n\n"
        "### WP01 - Store\n- [ ] table\n\n### WP02 - Limits\n- [ ] bucket\n- [ ] headers\n"
    )

    assert [(p.number, p.tasks_open) for p in plan.phases] == [(1, 1), (2, 2)]


def test_packages_are_found_in_groups_of_any_name():
    plan = plan_of(
        "# Tasks\n\n## Wave 1 - Foundation (no dependencies)\n### WP01: Store\n- [ ] table\n\n"
        "## Wave 2 - Tests\n### WP02: Check\n- [ ] write\n"
    )

    assert [p.name for p in plan.phases] == ["Store", "Check"]


def test_the_numbers_of_check_boxes_make_phases():
    plan = plan_of(
        "# Implementation Plan\n\n## Tasks\n\n- [x] 1. Store\n- [x] 1.1 (P) Table\n  - columns\n- [x] 1.2 Migration\n\n"
        "- [ ] 2. Limits\n- [ ] 2.1 Bucket\n\n- [ ] 3. Release\n"
    )

    assert [(p.number, p.name) for p in plan.phases] == [(1, "Store"), (2, "Limits"), (3, "Release")]
    assert [(p.tasks_done, p.tasks_open) for p in plan.phases] == [(2, 0), (0, 1), (0, 1)]


def test_a_section_on_dependencies_may_name_phases():
    plan = plan_of(
        "# Tasks\n\n## Phase 1: Setup (shared)\n- [ ] a\n## Phase 2: Foundational (blocking)\n- [ ] b\n"
        "## Phase 3: User Story 1 - Store (P1)\n- [ ] c\n## Phase 4: User Story 2 - Limits (P2)\n- [ ] d\n"
        "## Phase 5: Polish & Cross-Cutting Concerns\n- [ ] e\n\n## Dependencies & Execution Order\n\n"
        "### Phase Dependencies\n\n- **Setup (Phase 1)**: No dependencies - can start immediately\n"
        "- **Foundational (Phase 2)**: Depends on Setup completion - BLOCKS all user stories\n"
        "- **User Stories (Phase 3+)**: All depend on Foundational phase completion\n"
        "- **Polish (Final Phase)**: Depends on all desired user stories being complete\n\n"
        "### User Story Dependencies\n\n- **US2**: depends on US1; tests are independent\n"
    )

    assert [p.depends_on for p in plan.phases] == [(), (1,), (2,), (2, 3), (3, 4)]
    assert plan.waves == ((1,), (2,), (3,), (4,), (5,))


KIRO = """# Implementation Plan

- [x] 1. Dig the beds
  - Remove the stones
  - _Requirements: 1.1, 2.3_

- [-] 2. Build the shed
  - [x] 2.1 Saw the boards
    - Use oak
  - [ ] 2.2 Nail them together
    - _Requirements: 1.2_
  - [ ]* 2.3 Paint it
    - _Requirements: 3.1_

- [ ] 3. Sow the beans
"""


def test_numbered_check_boxes_are_phases_and_those_within_them_their_tasks():
    found = extract(KIRO, count=count, path="specs/garden/tasks.md", max_tokens=200)
    assert found.plan is not None
    assert [(p.number, p.name, p.status, p.tasks_done, p.tasks_open) for p in found.plan.phases] == [
        (1, "Dig the beds", "done", 1, 0),
        (2, "Build the shed", "open", 1, 2),
        (3, "Sow the beans", "open", 0, 1),
    ]
    assert not any(name.endswith("_") for name in found.identifiers)


def test_a_line_about_what_a_phase_needs_does_not_continue_the_list_above_it():
    phases = "## Phase 1: Dig\n\n- [x] dig\n\n## Phase 2: Sow\n\n- [ ] sow\nEstimate: 3 hours\nDepends on Phase 1\n\n"
    plan = extract(f"# Plan\n\n{phases}## Phase 3: Weed\n\n- [ ] weed\nDepends on Phase 1\n", count=count).plan

    assert plan is not None
    assert [phase.depends_on for phase in plan.phases] == [(), (1,), (1,)]
    assert [phase.estimate for phase in plan.phases] == [None, "3 hours", None]
