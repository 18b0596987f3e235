"""Workflows in which nothing is wrong, of every kind that the rules allow."""

from __future__ import annotations

from collections.abc import Callable

from diagnosis.runs import Run

PHASES = {
    "full-implementation": (0, 1, 2, 3, 4, 6),
    "research-and-plan": (0, 1, 2),
    "research-only": (0, 1),
}
NAMES = {0: "location", 1: "research", 2: "planning", 3: "implementation", 4: "testing", 6: "documentation"}


def opened(run: Run, scope: str | None = "full-implementation", **config: object) -> None:
    """Open the session with its settings, and allocate."""
    window = run.rng.choice((25_000, 25_000, 60_000, 200_000))
    run.call("session/open", config={"contextWindow": window, "scope": scope, **config})
    if scope and run.rng.random() < 0.7:
        run.call("budget/allocate", strategy=run.rng.choice(("fixed", "fixed", "reserve")), scope=scope)
    run.add("permanent", title="task", tokens=run.rng.randrange(100, 600))


def agent(run: Run, name: str, **place: int) -> None:
    """An agent works under a lease and hands its report over; only metadata enters."""
    lease = run.call("budget/reserve", tokens=250, holder=name)["leaseId"]
    text = run.text(run.rng.randrange(600, 5_000))
    if run.rng.random() < 0.6:
        most = run.rng.randrange(80, 160)
        run.call("context/handOver", leaseId=lease, agent=name, content=text, maxTokens=most, **place)
        run.call("budget/settle", leaseId=lease, used=most)
    else:
        metadata = run.call("metadata/extract", content=text, maxTokens=run.rng.randrange(80, 160))
        source = run.add(kind="report", agent=name, content=run.text(run.rng.randrange(400, 900)), **place)
        run.call("context/add", items=[{"reduces": [source], "content": metadata["text"]}])
        run.call("budget/settle", leaseId=lease, used=metadata["tokens"])


def phase(run: Run, number: int, *, complete: bool = True, waves: bool = True) -> None:
    """One phase, as the rules want it."""
    run.call("workflow/startPhase", phase=number, name=NAMES.get(number, "debugging"))
    run.add("phase", kind="instructions", tokens=run.rng.randrange(100, 500))
    if number == 1:
        for index in range(run.rng.randrange(1, 4)):
            agent(run, f"research-{index}")
    elif number == 3 and waves:
        for wave in range(1, run.rng.randrange(2, 4)):
            run.call("workflow/startWave", phase=number, wave=wave)
            agent(run, f"builder-{wave}", phase=number, wave=wave)
            run.add(kind="tool-output", title="Bash: make", content=run.text(200), phase=number, wave=wave)
            run.call("workflow/completeWave", phase=number, wave=wave)
    else:
        run.add(kind="tool-output", title="Read: notes.md", tokens=run.rng.randrange(50, 500))
    if complete:
        summary = {"summary": "All done. " * run.rng.randrange(1, 12)} if run.rng.random() < 0.5 else {}
        run.call("workflow/completePhase", phase=number, **summary)


def up_to(run: Run, last: int, scope: str = "full-implementation") -> None:
    """The scope's phases up to and including this one, all complete."""
    for number in PHASES[scope]:
        if number <= last:
            phase(run, number)


def whole(run: Run) -> None:
    """A whole workflow of some scope, closed or not."""
    scope = run.rng.choice(list(PHASES))
    opened(run, scope, metadataHorizon=run.rng.choice((None, 2)), markers=run.rng.random() < 0.7)
    up_to(run, 6, scope)
    if run.rng.random() < 0.4:
        run.call("session/close")


def in_the_middle(run: Run) -> None:
    """A workflow in which a phase is running."""
    opened(run)
    last = run.rng.choice((0, 1, 2, 3, 4))
    up_to(run, last - 1)
    phase(run, last, complete=False)


def agents_at_work(run: Run) -> None:
    """Agents in flight, and outputs of the running phase that the budget has room for."""
    opened(run)
    up_to(run, 0)
    run.call("workflow/startPhase", phase=1, name="research")
    for index in range(run.rng.randrange(1, 4)):
        run.call("budget/reserve", tokens=300, holder=f"research-{index}")
    run.add(kind="report", agent="research-0", content=run.text(run.rng.randrange(300, 2_000)))
    run.clock.move(minutes=1)


def moderate_as_asked(run: Run) -> None:
    """Few phases: the policy moderate keeps the reports of one phase until the next starts."""
    opened(run, "research-and-plan")
    up_to(run, 0, "research-and-plan")
    run.call("workflow/startPhase", phase=1, name="research")
    run.add(kind="report", agent="a", content=run.text(run.rng.randrange(500, 2_000)))
    run.call("workflow/completePhase", phase=1)
    if run.rng.random() < 0.5:
        run.call("workflow/startPhase", phase=2, name="planning")


def moderate_that_keeps_longer(run: Run) -> None:
    """`keepFor` keeps content one phase longer, on purpose."""
    opened(run, "research-and-plan", keepFor=1)
    run.call("workflow/startPhase", phase=0)
    run.add(kind="report", content=run.text(run.rng.randrange(300, 1_000)))
    run.call("workflow/completePhase", phase=0)
    run.call("workflow/startPhase", phase=1, name="research")


def debugging(run: Run) -> None:
    """Debugging keeps full logs; 60 to 80 % of the budget is what it takes."""
    run.call("session/open", config={"contextWindow": 25_000, "scope": "debug-only"})
    for number in (0, 4):
        run.call("workflow/startPhase", phase=number)
        run.add(kind="test-output", content=run.text(run.rng.randrange(800, 1_500)))
        run.call("workflow/completePhase", phase=number)
    run.call("workflow/startPhase", phase=5, name="debugging")
    run.add(kind="debug", content=run.text(run.rng.randrange(1_000, 2_000)))
    run.add(kind="log", content=run.text(run.rng.randrange(500, 1_000)))


def back_and_forth(run: Run) -> None:
    """Testing, debugging, testing again."""
    opened(run)
    up_to(run, 4)
    run.call("workflow/startPhase", phase=5, name="debugging")
    run.add(kind="debug", tokens=run.rng.randrange(100, 900))
    run.call("workflow/completePhase", phase=5)
    run.call("workflow/startPhase", phase=4, reopen=True)
    run.add(kind="test-output", tokens=run.rng.randrange(100, 900))


def without_phases(run: Run) -> None:
    """A coding agent's session: no phases, many small outputs."""
    run.call("session/open", config={"contextWindow": run.rng.choice((200_000, 1_000_000))})
    for index in range(run.rng.randrange(5, 20)):
        run.add(kind="tool-output", title=f"Read: src/{index}.py", tokens=run.rng.randrange(100, 2_000))


def of_a_claude_model(run: Run) -> None:
    """Figures that stay estimates, since no bill has been recorded; a picture among them."""
    run.call("session/open", config={"model": f"claude-made-up-{run.session}", "contextWindow": 200_000})
    phase(run, 0)
    phase(run, 1)
    run.add(kind="tool-output", title="Read: shot.png", tokens=1_500, provenance="estimated", phase=1)
    run.call("context/prune", target={"phase": 1})


def pinned_and_restored(run: Run) -> None:
    """A pinned decision, and an original that the running phase has brought back to read it."""
    opened(run)
    up_to(run, 1)
    run.add("metadata", kind="other", content="We keep the old endpoint until March.", pinned=True)
    run.call("workflow/startPhase", phase=2, name="planning")
    source = run.add(kind="report", content=run.text(run.rng.randrange(500, 1_200)))
    run.call("context/prune", target={"items": [source]})
    run.call("context/restore", items=[source])


def prepared_ahead(run: Run) -> None:
    """Instructions of the next phase that are there before it starts."""
    opened(run)
    up_to(run, 0)
    phase(run, 1, complete=False)
    run.add("phase", kind="instructions", phase=2, tokens=run.rng.randrange(100, 900))


def figures_alone(run: Run) -> None:
    """A harness that counts itself and reports figures, with metadata for each artifact."""
    run.call("session/open", config={"contextWindow": 60_000, "policy": "aggressive"})
    for number in (0, 1, 2):
        run.call("workflow/startPhase", phase=number)
        for name in range(run.rng.randrange(1, 4)):
            source = run.add(kind="report", agent=f"a{number}-{name}", tokens=run.rng.randrange(1_000, 5_000))
            run.call("context/add", items=[{"reduces": [source], "tokens": run.rng.randrange(100, 300)}])
        run.call("workflow/completePhase", phase=number)


def nothing_yet(run: Run) -> None:
    """An empty session."""
    run.call("session/open")


HEALTHY: tuple[Callable[[Run], None], ...] = (
    whole, in_the_middle, agents_at_work, moderate_as_asked, moderate_that_keeps_longer, debugging, back_and_forth,
    without_phases, of_a_claude_model, pinned_and_restored, prepared_ahead, figures_alone, whole, in_the_middle,
    nothing_yet,
)  # fmt: skip
