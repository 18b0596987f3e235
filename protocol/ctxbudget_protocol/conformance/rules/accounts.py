"""The account of a server that has items: sums, peak, levels and alerts."""

from __future__ import annotations

import random
from typing import Any

from ctxbudget_protocol.conformance.bench import Bench
from ctxbudget_protocol.conformance.client import ErrorAnswerError
from ctxbudget_protocol.conformance.rule import equal, expect, rule
from ctxbudget_protocol.conformance.rules.figures import hang_together
from ctxbudget_protocol.conformance.session import Session

STEPS, LOOKS = 60, 6
"""Random steps, and after how many of them the items are looked at."""
LAYERS = ("permanent", "phase", "metadata", "transient")
ITEMS = ("context/add", "context/list")


def add(session: Session, layer: str = "transient", **item: Any) -> str:
    """Add one item; its id."""
    result = session.call("context/add", items=[{"layer": layer, **item}])
    item_id: str = result["items"][0]["id"]
    return item_id


def items(session: Session, **filters: Any) -> dict[str, dict[str, Any]]:
    """The items of a session by id."""
    return {item["id"]: item for item in session.call("context/list", **filters)["items"]}


def agrees(session: Session) -> dict[str, Any]:
    """Hold the figures against the items; the status."""
    hang_together(session)
    status = session.status()
    retained = [item for item in items(session).values() if item["state"] == "retained"]
    equal(status["retained"], sum(item["tokens"] for item in retained), "retained, as the sum of the items")
    for row in status["layers"]:
        held = sum(item["tokens"] for item in retained if item["layer"] == row["layer"])
        equal(row["retained"], held, f"the layer {row['layer']}, as the sum of its items")
    for row in status["phases"]:
        held = sum(item["tokens"] for item in retained if item["phase"] == row["phase"])
        equal(row["retained"], held, f"phase {row['phase']}, as the sum of its items")
    return status


@rule(
    "accounts.sums",
    "Whatever is done, retained is the sum of the retained items, and processed - saved; peak is the highest so far.",
    "what-full-adds",
    level="full",
    needs=(*ITEMS, "context/prune", "context/undo", "context/restore"),
)
def sums(bench: Bench) -> None:
    session = bench.session(contextWindow=1_000_000)
    dice = random.Random(1)
    known: list[str] = []
    undos: list[str] = []
    peak = processed = 0
    for number in range(1, STEPS + 1):
        try:
            processed += _step(session, dice, known, undos)
        except ErrorAnswerError as refused:
            name = refused.error["data"]["name"]
            expect(name in ("conflict", "protectedItem", "unknownUndo", "noContent"), f"it answered {refused}")
        status = session.status() if number % LOOKS else agrees(session)
        peak = max(peak, status["retained"])
        equal(status["peak"], peak, "peak")
        equal(status["processed"], processed, "processed: what was brought in, without what replaces it")


def _step(session: Session, dice: random.Random, known: list[str], undos: list[str]) -> int:
    """Do something; the tokens that it brings in."""
    what = dice.choice(("add", "add", "add", "reduce", "prune", "undo", "restore"))
    if what == "add" or not known:
        tokens = dice.randrange(1, 900)
        known.append(add(session, dice.choice(LAYERS), tokens=tokens))
        return tokens
    item = dice.choice(known)
    if what == "reduce":
        known.append(add(session, "metadata", tokens=dice.randrange(1, 90), reduces=[item]))
    elif what == "prune":
        undos.append(session.call("context/prune", target={"items": [item]})["undo"])
    elif what == "undo" and undos and (undo := undos.pop()):
        session.call("context/undo", undo=undo)
    else:
        session.call("context/restore", items=[item])
    return 0


@rule(
    "accounts.never-refused",
    "context/add is never refused because of the budget; available is negative then.",
    "what-full-adds",
    level="full",
    needs=ITEMS,
)
def never_refused(bench: Bench) -> None:
    session = bench.session()
    add(session, tokens=100_000)
    status = agrees(session)
    equal((status["retained"], status["available"], status["level"]), (100_000, -92_500, "critical"), "the account")
    data = session.refused("budgetExceeded", "budget/reserve", tokens=1, holder="a")
    equal((data["available"], data["retryable"]), (-92_500, False), "available and retryable")


@rule(
    "accounts.levels",
    "A level is reached at >= its threshold and left strictly below its release; each rise is one alert.",
    "what-full-adds",
    level="full",
    needs=(*ITEMS, "context/prune"),
)
def levels(bench: Bench) -> None:
    session = bench.session()
    base = add(session, tokens=5_000)
    steps = ((624, "ok", 0), (1, "warn", 1), (1_499, "warn", 0), (1, "critical", 1), (500, "critical", 0))
    known = [base]
    for tokens, level, alerts in steps:
        result = session.call("context/add", items=[{"layer": "transient", "tokens": tokens}])
        known.append(result["items"][0]["id"])
        found = (result["status"]["level"], len(result["alerts"]))
        equal(found, (level, alerts), f"level and alerts at {result['status']['retained']} tokens")
        for alert in result["alerts"]:
            threshold = {"warn": 5_625, "critical": 7_125}[level]
            equal((alert["level"], alert["threshold"], alert["budget"]), (level, threshold, 7_500), "the alert")
            equal(alert["revision"], result["revision"], "the revision of the alert")
    falls = ((500 + 1 + 374, "critical"), (1, "warn"), (1_499, "warn"), (1, "ok"))
    held = session.retained()
    equal(held, 7_625, "retained")
    for tokens, level in falls:
        held -= tokens
        _shrink(session, known, held)
        equal(session.status()["level"], level, f"the level at {held} tokens")
    again = session.call("context/add", items=[{"layer": "transient", "tokens": 5_625 - held}])
    equal((again["status"]["level"], len(again["alerts"])), ("warn", 1), "level and alerts of the next rise")


def _shrink(session: Session, known: list[str], wanted: int) -> None:
    """Replace everything with one item of so many tokens, in one transaction."""
    sources = [item for item in known if items(session)[item]["state"] == "retained"]
    known.append(add(session, "metadata", tokens=wanted, reduces=sources))


@rule(
    "accounts.empty",
    "Empty content is an item of 0 tokens.",
    "what-full-adds",
    level="full",
    needs=(*ITEMS, "context/get"),
)
def empty(bench: Bench) -> None:
    session = bench.session()
    item = add(session, content="")
    equal(items(session)[item]["tokens"], 0, "its tokens")
    equal(session.call("context/get", itemId=item)["content"], "", "its content")
