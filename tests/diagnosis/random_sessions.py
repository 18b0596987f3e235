"""Sessions in which anything happens that the protocol allows, with a seed."""

from __future__ import annotations

from contextlib import suppress

from ctxbudget_protocol.errors import ProtocolError
from diagnosis.runs import Run

LAYERS = ("transient", "transient", "transient", "phase", "metadata", "permanent")
KINDS = ("report", "plan", "summary", "debug", "test-output", "log", "tool-output", "instructions", "other")
SCOPES = (None, "full-implementation", "research-and-plan", "research-only", "debug-only")
POLICIES = ("auto", "aggressive", "moderate", "minimal")


def at_random(run: Run, steps: int = 40) -> None:
    """Open a session and take so many steps; what is refused is not counted."""
    rng = run.rng
    run.call(
        "session/open",
        config={
            "contextWindow": rng.choice((2_000, 8_000, 25_000)),
            "policy": rng.choice(POLICIES),
            "scope": rng.choice(SCOPES),
            "metadataHorizon": rng.choice((None, None, 1, 2)),
            "metadataTokens": rng.choice((40, 120, 300)),
            "keepFor": rng.choice((0, 1)),
            "markers": rng.random() < 0.7,
            "autoPrune": rng.random() < 0.3,
            "model": rng.choice((None, None, "claude-anything")),
        },
    )
    known: list[str] = []
    leases: list[str] = []
    for _ in range(rng.randrange(1, steps)):
        with suppress(ProtocolError):
            _step(run, known, leases)


def _step(run: Run, known: list[str], leases: list[str]) -> None:
    rng = run.rng
    phase, wave = rng.randrange(6), rng.randrange(1, 4)
    some = rng.sample(known, min(len(known), rng.randrange(1, 4)))
    match rng.randrange(16):
        case 0 | 1:
            run.call("workflow/startPhase", phase=phase, reopen=rng.random() < 0.5)
        case 2:
            run.call("workflow/completePhase", phase=phase, force=rng.random() < 0.5)
        case 3:
            run.call("workflow/startWave", wave=wave, reopen=rng.random() < 0.5)
        case 4:
            run.call("workflow/completeWave", wave=wave)
        case 5:
            run.call("context/prune", target={"items": some})
        case 6:
            run.call("context/restore", items=some)
        case 7:
            run.call("context/update", itemId=(some or [""])[0], layer=rng.choice(LAYERS), pinned=rng.random() < 0.2)
        case 8:
            more = {"content": run.text(rng.randrange(30, 900))} if rng.random() < 0.6 else {"tokens": 200}
            known.append(run.call("context/add", items=[{"reduces": some, **more}])["items"][0]["id"])
        case 9:
            holder = rng.choice(("a", "b", "c"))
            held = {"tokens": rng.randrange(1, 900), "ttlMs": rng.choice((1_000, 10**8)), "force": True}
            leases.append(run.call("budget/reserve", holder=holder, **held)["leaseId"])
        case 10:
            if rng.random() < 0.5 and leases:
                run.call("budget/settle", leaseId=rng.choice(leases), used=rng.randrange(900))
            else:
                run.clock.move(seconds=rng.randrange(5))
        case 11:
            if rng.random() < 0.3:
                run.call("budget/allocate", strategy=rng.choice(("fixed", "reserve")), basis="total")
        case _:
            place = {} if rng.random() < 0.4 else {"phase": phase} | ({"wave": wave} if rng.random() < 0.4 else {})
            figure = (
                {"content": run.text(rng.choice((20, 200, 900, 3_000)))}
                if rng.random() < 0.6
                else {"tokens": rng.randrange(2_000), "provenance": rng.choice(("reported", "estimated"))}
            )
            added = run.add(
                rng.choice(LAYERS),
                kind=rng.choice(KINDS),
                pinned=rng.random() < 0.1,
                **({"agent": rng.choice(("a", "b", "c", "d", "e", "f"))} if rng.random() < 0.5 else {}),
                **place,
                **figure,
            )
            known.append(added)
