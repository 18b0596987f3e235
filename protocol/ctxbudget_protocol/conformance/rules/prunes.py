"""Prunes: what is shown is what is done, what is protected stays, and an undo brings everything back."""

from __future__ import annotations

from typing import Any

from ctxbudget_protocol.conformance.bench import Bench
from ctxbudget_protocol.conformance.rule import equal, expect, rule
from ctxbudget_protocol.conformance.rules.accounts import add, agrees, items
from ctxbudget_protocol.conformance.session import Session

NEEDS = ("context/add", "context/list", "context/prune", "context/undo")
FIGURES = ("retained", "saved", "processed", "layers", "leased", "available", "provenance")
"""What of a status an undo brings back."""


def filled(bench: Bench) -> tuple[Session, dict[str, str]]:
    """A session with items of all kinds."""
    session = bench.session()
    return session, {
        "permanent": add(session, "permanent", tokens=50),
        "pinned": add(session, tokens=70, pinned=True),
        "figure": add(session, tokens=400),
        "text": add(session, kind="report", content="# Findings\n\n" + "The gate is slow. " * 80),
        "metadata": add(session, "metadata", tokens=30),
    }


def states(session: Session) -> dict[str, tuple[str, int, str]]:
    """State, tokens and layer of each item."""
    return {item_id: (one["state"], one["tokens"], one["layer"]) for item_id, one in items(session).items()}


def figures(session: Session) -> dict[str, Any]:
    """The figures that an undo brings back."""
    status = session.status()
    kept = {name: status[name] for name in FIGURES}
    kept["layers"] = [{name: row[name] for name in ("layer", "retained", "pinned")} for row in kept["layers"]]
    return kept


@rule(
    "prunes.dry-run",
    "A dry run changes nothing, and its plan is what is carried out.",
    "what-full-adds",
    level="full",
    needs=NEEDS,
)
def dry_run(bench: Bench) -> None:
    session, _ = filled(bench)
    before = session.status(), states(session)
    shown = session.call("context/prune", target={"workflow": True}, policy="aggressive", dryRun=True)
    equal((session.status(), states(session)), before, "the account after a dry run")
    done = session.call("context/prune", target={"workflow": True}, policy="aggressive")
    sides = [
        [(row["action"], row["reason"], row["tokensBefore"], row["tokensAfter"]) for row in one["plan"]]
        for one in (shown, done)
    ]
    equal(sides[1], sides[0], "the plan that was carried out")
    equal(done["saved"], shown["saved"], "saved")
    equal(done["saved"], sum(row["tokensBefore"] - row["tokensAfter"] for row in done["plan"]), "saved, as a sum")
    equal(session.retained(), before[0]["retained"] - done["saved"], "retained")
    agrees(session)


@rule(
    "prunes.protected",
    "Pinned and permanent items are kept by every prune; reducing one is protectedItem {itemId}.",
    "what-full-adds",
    level="full",
    needs=NEEDS,
)
def protected(bench: Bench) -> None:
    session, known = filled(bench)
    for name in ("pinned", "permanent"):
        instead = [{"tokens": 1, "reduces": [known["figure"], known[name]]}]
        data = session.refused("protectedItem", "context/add", items=instead)
        equal(data["itemId"], known[name], "the item in the error")
    done = session.call("context/prune", target={"workflow": True}, policy="aggressive")
    actions = {row["id"]: row["action"] for row in done["plan"]}
    for name in ("pinned", "permanent"):
        equal(actions.get(known[name], "kept"), "kept", f"what happens to the {name} item")
        equal(states(session)[known[name]][0], "retained", f"the state of the {name} item")
    expect(states(session)[known["figure"]][0] != "retained", "an item that nothing protects is still there")


@rule(
    "prunes.undo",
    "context/undo brings back exactly what its prune changed, and can itself be undone.",
    "what-full-adds",
    level="full",
    needs=NEEDS,
)
def undone(bench: Bench) -> None:
    session, known = filled(bench)
    for target in ({"workflow": True}, {"items": [known["figure"], known["text"]]}, {"layer": "transient"}):
        before = figures(session), states(session)
        pruned = session.call("context/prune", target=target, policy="aggressive")
        after = figures(session), states(session)
        expect(after != before, f"a prune of {target} changed nothing")
        undo = session.call("context/undo", undo=pruned["undo"])
        equal(figures(session), before[0], "the figures after an undo")
        there = states(session)
        equal({item: there.get(item) for item in before[1]}, before[1], "the items after an undo")
        session.call("context/undo", undo=undo["undo"])
        equal(figures(session), after[0], "the figures after the undo of the undo")
        equal(session.status()["peak"], max(before[0]["retained"], session.status()["peak"]), "peak")
        again = session.call("context/prune", target={"items": [add(session, tokens=1)]})
        session.call("context/undo", undo=again["undo"])
        session.call("context/restore", items=[known["figure"]])


@rule(
    "prunes.conflict",
    "An undo whose items have changed since is conflict {items}, and changes nothing.",
    "what-full-adds",
    level="full",
    needs=(*NEEDS, "context/restore"),
)
def conflict(bench: Bench) -> None:
    session, known = filled(bench)
    pruned = session.call("context/prune", target={"items": [known["figure"]]})
    session.call("context/restore", items=[known["figure"]])
    data = session.refused("conflict", "context/undo", undo=pruned["undo"])
    equal([one.get("id", one.get("itemId")) for one in data["items"]], [known["figure"]], "the items in the error")


@rule(
    "prunes.reduces",
    "An item that is added with reduces replaces its sources in the same transaction, and is not processed.",
    "what-full-adds",
    level="full",
    needs=NEEDS,
)
def reduces(bench: Bench) -> None:
    session, known = filled(bench)
    before = session.status()
    result = session.call("context/add", items=[{"tokens": 20, "reduces": [known["figure"]]}])
    equal(result["items"][0]["layer"], "metadata", "its layer")
    equal(result["revision"], before["revision"] + 1, "the revision")
    status = agrees(session)
    equal(status["retained"], before["retained"] - 400 + 20, "retained")
    equal((status["processed"], status["saved"]), (before["processed"], before["saved"] + 380), "processed and saved")
    source = items(session)[known["figure"]]
    equal((source["state"], source["standIn"]), ("reduced", result["items"][0]["id"]), "the source")
