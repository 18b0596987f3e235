"""Workflows in which one thing goes wrong, and the first cause that a diagnosis must name."""

from __future__ import annotations

from collections.abc import Callable

from diagnosis.healthy import opened, phase, up_to
from diagnosis.runs import Run

FULL = "full-implementation"


def small(run: Run, **config: object) -> None:
    """A session with a budget of 7,500."""
    run.call("session/open", config={"contextWindow": 25_000, "scope": FULL, **config})
    if run.rng.random() < 0.5:
        run.call("budget/allocate", strategy="fixed", scope=FULL)
    run.add("permanent", title="task", tokens=run.rng.randrange(100, 400))


def reports(run: Run, number: int, least: int, most: int, **more: object) -> list[str]:
    """So many full responses of agents, each of that size."""
    return [
        run.add(kind="report", agent=f"agent-{index}", content=run.text(run.rng.randrange(least, most)), **more)
        for index in range(number)
    ]


def policy_too_mild(run: Run) -> None:
    small(run, policy=run.rng.choice(("minimal", "moderate")))
    phase(run, 0)
    run.call("workflow/startPhase", phase=1, name="research")
    reports(run, 3, 1_500, 5_000)
    run.call("workflow/completePhase", phase=1)
    if run.rng.random() < 0.3 and run.call("budget/status")["policy"] == "minimal":
        run.call("workflow/startPhase", phase=2, name="planning")


def phase_not_completed(run: Run) -> None:
    small(run)
    phase(run, 0)
    if run.rng.random() < 0.5:  # started, and nobody has said when it ended
        run.call("workflow/startPhase", phase=1, name="research")
        reports(run, run.rng.randrange(1, 4), 1_000, 4_000)
        run.add(kind="plan", phase=2, content=run.text(run.rng.randrange(500, 900)))
    else:  # never started either
        reports(run, run.rng.randrange(1, 4), 1_000, 4_000, phase=1)
        run.call("workflow/startPhase", phase=2, name="planning")


def content_not_pruned(run: Run) -> None:
    small(run)
    up_to(run, 0)
    run.call("workflow/startPhase", phase=1, name="research")
    sources = reports(run, 2, 700, 1_500)
    run.call("workflow/completePhase", phase=1)
    if run.rng.random() < 0.5:  # reports that arrive late
        reports(run, run.rng.randrange(1, 4), 1_500, 4_500, phase=1)
    else:  # originals that were brought back
        run.call("context/restore", items=sources)
    if run.rng.random() < 0.5:
        phase(run, 2, complete=False)


def wave_left_open(run: Run) -> None:
    small(run)
    up_to(run, 1)
    run.call("workflow/startPhase", phase=3, name="implementation")
    last = run.rng.randrange(2, 5)
    for wave in range(1, last + 1):
        if run.rng.random() < 0.7:
            run.call("workflow/startWave", phase=3, wave=wave)
        run.add(kind="report", agent=f"b{wave}", content=run.text(run.rng.randrange(800, 2_500)), phase=3, wave=wave)
        if wave == last:
            run.call("context/prune", target={"phase": 3, "wave": wave})


def wave_not_pruned(run: Run) -> None:
    small(run)
    up_to(run, 1)
    run.call("workflow/startPhase", phase=3, name="implementation")
    for wave in range(1, run.rng.randrange(2, 4)):
        run.call("workflow/startWave", phase=3, wave=wave)
        run.add(kind="report", agent=f"b{wave}", tokens=500, phase=3, wave=wave)
        run.call("workflow/completeWave", phase=3, wave=wave)
        reports(run, run.rng.randrange(1, 3), 900, 2_500, phase=3, wave=wave)


def phase_context_grows(run: Run) -> None:
    small(run)
    up_to(run, 1)
    run.call("workflow/startPhase", phase=3, name="implementation")
    for _ in range(run.rng.randrange(4, 9)):
        run.add("phase", kind="instructions", content=run.text(run.rng.randrange(1_000, 1_600)))


def agent_output_kept(run: Run) -> None:
    small(run)
    up_to(run, run.rng.choice((0, 1, 2)))
    number = run.rng.choice((1, 2, 3)) if run.rng.random() < 0.1 else 3
    run.call("workflow/startPhase", phase=number, reopen=True)
    reports(run, run.rng.randrange(2, 5), 2_600, 5_000)


def huge_tool(run: Run) -> None:
    small(run)
    up_to(run, run.rng.choice((0, 1, 2)))
    if run.rng.random() < 0.7:
        run.call("workflow/startPhase", phase=3, name="implementation")
    kind = run.rng.choice(("tool-output", "log", "test-output"))
    for _ in range(run.rng.randrange(1, 4)):
        run.add(kind=kind, title="Bash: pytest -q", content=run.text(run.rng.randrange(4_500, 9_000)))
    reports(run, 1, 300, 900)


def transient_kept(run: Run) -> None:
    small(run)
    up_to(run, run.rng.choice((0, 1)))
    run.call("workflow/startPhase", phase=3, name="implementation")
    for index in range(run.rng.randrange(9, 14)):
        run.add(kind="other", title=f"Note {index}", content=run.text(run.rng.randrange(900, 1_400)))


def too_many_agents(run: Run) -> None:
    small(run)
    up_to(run, 0)
    run.call("workflow/startPhase", phase=1, name="research")
    for index in range(run.rng.randrange(6, 10)):
        text = run.text(run.rng.randrange(2_000, 5_000))
        run.call("context/handOver", agent=f"research-{index}", content=text, maxTokens=run.rng.randrange(260, 300))
    if run.rng.random() < 0.5:
        run.call("workflow/completePhase", phase=1)


def metadata_not_extracted(run: Run) -> None:
    small(run)
    up_to(run, 0)
    run.call("workflow/startPhase", phase=1, name="research")
    for index in range(run.rng.randrange(1, 4)):
        run.add("metadata", kind="report", agent=f"r{index}", content=run.text(run.rng.randrange(1_500, 5_000)))
    if run.rng.random() < 0.6:
        run.call("workflow/completePhase", phase=1)


def metadata_too_large(run: Run) -> None:
    small(run)
    up_to(run, 0)
    run.call("workflow/startPhase", phase=1, name="research")
    for index in range(run.rng.randrange(1, 4)):
        source = run.add(kind="report", agent=f"r{index}", content=run.text(run.rng.randrange(1_900, 3_000)))
        size = run.rng.randrange(700, 1_500)
        figure = {"content": run.text(size)} if run.rng.random() < 0.6 else {"tokens": size}
        run.call("context/add", items=[{"reduces": [source], **figure}])
    run.call("workflow/completePhase", phase=1)


def metadata_larger(run: Run) -> None:
    small(run)
    up_to(run, 0)
    run.call("workflow/startPhase", phase=1, name="research")
    for index in range(run.rng.randrange(1, 4)):
        figure = {"content": run.text(90)} if run.rng.random() < 0.7 else {"tokens": 120}
        source = run.add(kind="report", agent=f"r{index}", **figure)
        run.call("context/add", items=[{"reduces": [source], "content": run.text(run.rng.randrange(250, 290))}])
    run.call("workflow/completePhase", phase=1)


def metadata_missing(run: Run) -> None:
    small(run)
    up_to(run, 0)
    run.call("workflow/startPhase", phase=1, name="research")
    for index in range(run.rng.randrange(1, 4)):
        run.add(kind="report", agent=f"r{index}", tokens=run.rng.randrange(500, 1_800))
    run.call("workflow/completePhase", phase=1)


def metadata_accumulates(run: Run) -> None:
    small(run)
    for number in range(run.rng.randrange(6, 9)):
        run.call("workflow/startPhase", phase=number)
        for index in range(3):
            text = run.text(run.rng.randrange(1_000, 3_000))
            run.call(
                "context/handOver", agent=f"a{number}-{index}", content=text, maxTokens=run.rng.randrange(200, 300)
            )
        run.call("workflow/completePhase", phase=number)


def protected_too_large(run: Run) -> None:
    opened(run)
    window = run.call("budget/status")["window"]
    if run.rng.random() < 0.5:
        run.add("permanent", tokens=window * 6 // 100)
    else:
        run.add("metadata", kind="other", tokens=window * 26 // 100, pinned=True)


def estimates(run: Run) -> None:
    small(run)
    up_to(run, 0)
    run.call("workflow/startPhase", phase=1, name="research")
    for _ in range(run.rng.randrange(2, 5)):
        run.add("metadata", kind="report", tokens=run.rng.randrange(150, 290), provenance="estimated")
    if run.rng.random() < 0.5:
        run.call("workflow/completePhase", phase=1)


def estimates_before_bills(run: Run) -> None:
    model = f"claude-invented-{run.session}"
    run.call("session/open", config={"contextWindow": 200_000, "model": model})
    phase(run, 0)
    phase(run, 1)
    counted = run.call("tokens/count", texts=["a few words of it"], model=model)
    reported = round(counted["total"] * run.rng.uniform(1.1, 1.5)) + 1
    for _ in range(5):
        bill = {"model": model, "counted": counted["total"] * 100, "reported": reported * 100}
        run.send({"method": "usage/record", "params": bill})


def leases(run: Run) -> None:
    small(run)
    up_to(run, 0)
    run.call("workflow/startPhase", phase=1, name="research")
    held = run.rng.randrange(1, 4)
    for index in range(held):
        run.call("budget/reserve", tokens=run.rng.randrange(200, 1_500), holder=f"r{index}", ttlMs=600_000)
    if run.rng.random() < 0.5:
        run.call("context/handOver", agent="r0", content=run.text(900), maxTokens=150)
    if run.rng.random() < 0.5:
        run.call("workflow/completePhase", phase=1, force=True)
    else:
        run.clock.move(minutes=11)


def peak(run: Run) -> None:
    small(run)
    up_to(run, 0)
    run.call("workflow/startPhase", phase=1, name="research")
    reports(run, 3, 4_000, 5_000)
    run.call("workflow/completePhase", phase=1)
    if run.rng.random() < 0.5:
        phase(run, 2)


PLANTED: tuple[tuple[str, Callable[[Run], None]], ...] = (
    ("policyTooMild", policy_too_mild),
    ("phaseNotCompleted", phase_not_completed),
    ("contentNotPruned", content_not_pruned),
    ("waveLeftOpen", wave_left_open),
    ("waveNotPruned", wave_not_pruned),
    ("phaseContextGrows", phase_context_grows),
    ("agentOutputKept", agent_output_kept),
    ("hugeTool", huge_tool),
    ("transientKept", transient_kept),
    ("tooManyAgents", too_many_agents),
    ("metadataNotExtracted", metadata_not_extracted),
    ("metadataTooLarge", metadata_too_large),
    ("metadataLargerThanSource", metadata_larger),
    ("metadataMissing", metadata_missing),
    ("metadataAccumulates", metadata_accumulates),
    ("protectedTooLarge", protected_too_large),
    ("estimatesNotCounts", estimates),
    ("estimatesNotCounts", estimates_before_bills),
    ("leaseNotSettled", leases),
    ("peak", peak),
)
"""(the first cause, what plants it). What one of them plants may have later causes as well."""
VARIANTS = 20
