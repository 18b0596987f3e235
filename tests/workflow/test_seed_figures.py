"""Every number of the seed document, as the design settles it, over the real server."""

from __future__ import annotations

import pytest
from support.session import Session

PHASES = [
    (0, None, [(2_000, 500)]),
    (1, None, [(5_000, 250), (4_800, 250), (5_200, 300)]),
    (2, None, [(3_000, 800)]),
    (3, 1, [(3_000, 400), (2_800, 400)]),
    (3, 2, [(2_500, 350)]),
    (4, None, [(1_000, 400)]),
    (6, None, [(800, 300)]),
]
"""Example 1: phase, wave, and (full output, metadata) of each artifact; tokens."""


class Workflow:
    """Example 1 under one policy: metadata is supplied when the policy wants it."""

    def __init__(self, session: Session, policy: str) -> None:
        self.session = session
        self.policy = policy
        self.waiting: list[tuple[str, int]] = []
        self.started: list[int] = []

    def run(self) -> list[int]:
        """Retained tokens after each phase, the waves of phase 3 apart."""
        return [self.step(*step) for step in PHASES]

    def step(self, phase: int, wave: int | None, artifacts: list[tuple[int, int]]) -> int:
        session, place = self.session, {"phase": phase} | ({} if wave is None else {"wave": wave})
        if phase not in self.started:
            if self.policy == "moderate":
                self.supply()
            session.call("workflow/startPhase", phase=phase)
            self.started.append(phase)
        if wave is not None:
            session.call("workflow/startWave", **place)
        added = session.call(
            "context/add", items=[{"layer": "transient", **place, "tokens": full} for full, _ in artifacts]
        )
        self.waiting += [(item["id"], metadata) for item, (_, metadata) in zip(added["items"], artifacts, strict=True)]
        if self.policy == "aggressive":
            self.supply()
        if wave is not None:
            result = session.call("workflow/completeWave", **place)
        if wave in (None, 2):
            result = session.call("workflow/completePhase", phase=phase)
        return result["status"]["retained"]

    def supply(self) -> None:
        """Reduce what waits to its metadata; that of phase 0 is permanent."""
        for item_id, metadata in self.waiting:
            layer = "permanent" if self.started == [0] else "metadata"
            self.session.call("context/add", items=[{"layer": layer, "tokens": metadata, "reduces": [item_id]}])
        self.waiting = []


@pytest.mark.parametrize(
    ("policy", "settings", "retained"),
    [
        ("aggressive", {"markers": False}, [500, 1300, 2100, 2900, 2450, 2850, 3150]),
        ("aggressive", {}, [500, 1300, 2100, 2900, 2456, 2856, 3156]),
        ("aggressive", {"markers": False, "metadataHorizon": 2}, [500, 1300, 2100, 2900, 1650, 1250, 800]),
        ("moderate", {"markers": False}, [2000, 15500, 4300, 7900, 10400, 4250, 4450]),
        ("minimal", {"markers": False}, [2000, 17000, 20000, 25800, 28300, 29300, 30100]),
    ],
)
def test_example_1_phase_by_phase(session: Session, policy: str, settings: dict, retained: list[int]) -> None:
    session.open(policy=policy, **settings)

    assert Workflow(session, policy).run() == retained

    status = session.status()
    assert status["processed"] == 30_100
    assert status["retained"] == status["processed"] - status["saved"]


def test_example_1_with_horizon_and_markers_ends_at_824(session: Session) -> None:
    session.open(policy="aggressive", metadataHorizon=2)

    assert Workflow(session, "aggressive").run()[-1] == 824

    markers = [item for item in session.items(state="retained").values() if item["marker"]]
    assert [(item["phase"], item["wave"], item["tokens"], item["provenance"]) for item in markers] == [
        (1, None, 6, "exact"),
        (2, None, 6, "exact"),
        (3, None, 6, "exact"),
        (4, None, 6, "exact"),
    ]
    text = session.call("context/get", itemId=markers[1]["id"])["content"]
    assert text == "Phase 2: complete ✓"


def test_example_1_moderate_leaves_3950_after_close(session: Session) -> None:
    session.open(policy="moderate", markers=False)
    workflow = Workflow(session, "moderate")
    workflow.run()
    workflow.supply()

    assert session.call("session/close")["status"]["retained"] == 3_950


def test_example_1_report_names_peak_breach_and_both_bases(session: Session) -> None:
    session.open(policy="aggressive", markers=False, scope="full-implementation")
    session.call("budget/allocate", strategy="fixed")
    Workflow(session, "aggressive").run()

    report = session.call("budget/report")
    markdown = session.call("budget/report", format="markdown")["markdown"]

    assert report["status"]["peak"] == 15_500
    assert (report["underAllocation"], report["allocated"]) == (1_750, 4_900)
    assert (report["underBudget"], report["underBudgetShare"]) == (4_350, 0.58)
    metadata = next(layer for layer in report["layers"] if layer["layer"] == "metadata")
    assert (metadata["breached"], metadata["sincePhase"], metadata["ceiling"]) == (True, 2, 1_500)
    phase_1 = next(phase for phase in report["phases"] if phase["phase"] == 1)
    assert (phase_1["peak"], phase_1["retained"], phase_1["allocated"], phase_1["over"]) == (15_000, 800, 900, 0)
    assert "15,500" in markdown
    assert "ceiling passed from phase 2 on" in markdown


def test_example_2_is_under_budget_and_over_its_own_allocation(session: Session) -> None:
    session.open(policy="aggressive", scope="research-only")
    allocated = session.call("budget/allocate", strategy="fixed")
    assert (allocated["allocated"], allocated["buffer"]) == (1_700, 5_800)
    for phase, artifacts in (
        (0, [(1_800, 500)]),
        (1, [(6_000, 300), (5_500, 300), (5_800, 300), (6_200, 350)]),
    ):
        session.call("workflow/startPhase", phase=phase)
        ids = [session.add(tokens=full) for full, _ in artifacts]
        for item_id, (_, metadata) in zip(ids, artifacts, strict=True):
            layer = "permanent" if phase == 0 else "metadata"
            session.call("context/add", items=[{"layer": layer, "tokens": metadata, "reduces": [item_id]}])
        session.call("workflow/completePhase", phase=phase)

    report = session.call("budget/report")

    assert report["status"]["retained"] == 1_750
    assert (report["underBudget"], report["underBudgetShare"]) == (5_750, 0.766667)
    assert report["underAllocation"] == -50
    assert [(phase["phase"], phase["over"]) for phase in report["phases"]] == [(0, 0), (1, 50)]
    assert report["status"]["peak"] == 24_000


def test_the_managed_workflow(session: Session) -> None:
    session.open(policy="aggressive")
    retained = []
    for phase, artifacts in ((0, [(2_000, 500)]), (1, [(5_000, 250), (5_000, 250), (4_500, 250)]), (2, [(3_000, 800)])):
        session.call("workflow/startPhase", phase=phase)
        for full, metadata in artifacts:
            item = session.add(tokens=full)
            layer = "permanent" if phase == 0 else "metadata"
            session.call("context/add", items=[{"layer": layer, "tokens": metadata, "reduces": [item]}])
        retained.append(session.call("workflow/completePhase", phase=phase)["status"]["retained"])

    assert retained == [500, 1_250, 2_050]


@pytest.mark.parametrize(
    ("scope", "parts", "allocated", "buffer"),
    [
        ("full-implementation", {0: 500, 1: 900, 2: 800, 3: 2_000, 4: 400, 6: 300}, 4_900, 2_600),
        ("research-and-plan", {0: 500, 1: 1_200, 2: 1_000}, 2_700, 4_800),
        ("research-only", {0: 500, 1: 1_200}, 1_700, 5_800),
        ("debug-only", {0: 500, 4: 400, 5: 1_500}, 2_400, 5_100),
    ],
)
def test_fixed_templates(session: Session, scope: str, parts: dict, allocated: int, buffer: int) -> None:
    result = session.call("budget/allocate", strategy="fixed", scope=scope)

    assert {row["phase"]: row["tokens"] for row in result["allocations"]} == parts
    assert (result["allocated"], result["buffer"], result["total"]) == (allocated, buffer, 7_500)


def test_fixed_scales_to_another_budget(session: Session) -> None:
    session.open(contextWindow=200_000)

    result = session.call("budget/allocate", strategy="fixed", scope="full-implementation")

    assert {row["phase"]: row["tokens"] for row in result["allocations"]} == {
        0: 4_000, 1: 7_200, 2: 6_400, 3: 16_000, 4: 3_200, 6: 2_400,
    }  # fmt: skip
    assert (result["buffer"], result["total"]) == (20_800, 60_000)


def test_dynamic_follows_complexity(session: Session) -> None:
    phases = [{"number": n, "complexity": c} for n, c in ((1, 5), (2, 8), (3, 12))]

    result = session.call("budget/allocate", strategy="dynamic", phases=phases)

    assert [row["tokens"] for row in result["allocations"]] == [1_500, 2_400, 3_600]
    assert (result["buffer"], result["total"]) == (0, 7_500)


def test_dynamic_of_what_remains(session: Session) -> None:
    session.add(tokens=2_500)
    phases = [{"number": n, "complexity": c} for n, c in ((1, 5), (2, 8), (3, 12))]

    result = session.call("budget/allocate", strategy="dynamic", phases=phases, basis="remaining")

    assert [row["tokens"] for row in result["allocations"]] == [1_000, 1_600, 2_400]
    assert result["total"] == 5_000


@pytest.mark.parametrize("complexity", [None, 0])
def test_a_phase_without_complexity_is_an_error_that_names_it(session: Session, complexity: int | None) -> None:
    phases = [{"number": 1, "complexity": 5}, {"number": 2, "complexity": complexity}]

    data = session.error("budget/allocate", strategy="dynamic", phases=phases)

    assert data["name"] == "invalidParams"
    assert data["errors"][0]["loc"] == ["phases", 1, "complexity"]
    assert data["phase"] == 2


def test_reserve_keeps_debugging_and_overflow_apart(session: Session) -> None:
    result = session.call("budget/allocate", strategy="reserve")
    by_phase = {row["phase"]: row["tokens"] for row in result["allocations"]}

    assert by_phase.pop(5) == 1_500
    assert (sum(by_phase.values()), result["buffer"], result["total"]) == (4_500, 1_500, 7_500)


def test_thresholds_are_reached_at_exactly_their_figures(session: Session) -> None:
    def added(tokens: int) -> tuple[str, list[tuple[str, int]]]:
        result = session.call("context/add", items=[{"layer": "transient", "tokens": tokens}])
        return result["status"]["level"], [(alert["level"], alert["threshold"]) for alert in result["alerts"]]

    assert added(5_624) == ("ok", [])
    assert added(1) == ("warn", [("warn", 5_625)])
    assert added(1_499) == ("warn", [])
    assert added(1) == ("critical", [("critical", 7_125)])
    assert added(1) == ("critical", [])


def test_a_phase_of_an_allocation_goes_by_phase_or_by_its_older_name(session: Session) -> None:
    answers = [
        session.call(
            "budget/allocate", strategy="dynamic", phases=[{name: 1, "complexity": 1}, {name: 2, "complexity": 3}]
        )
        for name in ("phase", "number")
    ]

    first, second = ([(one["phase"], one["tokens"]) for one in answer["allocations"]] for answer in answers)
    assert first == second
    for phases in ([{"phase": 1, "number": 1, "complexity": 1}], [{"complexity": 1}]):
        refused = session.error("budget/allocate", strategy="dynamic", phases=phases)
        assert refused["errors"][0]["loc"] == ["phases", 0]
