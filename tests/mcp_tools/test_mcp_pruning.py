"""The tool by which a model prunes: offered on demand, in steps, and never what people said."""

from __future__ import annotations

import json
import re
from typing import Any

from mcp import Client
from mcp_tools.test_mcp_tools import DOCS, talk
from support.session import Session

REPORT = "The cache is warmed at start, and a miss costs 40 ms. " * 60


def prune(session: Session, *calls: dict[str, Any]) -> list[tuple[str, bool]]:
    """What the tool answers to each call, and whether it failed."""

    async def work(client: Client) -> list[tuple[str, bool]]:
        results = [await client.call_tool("context_prune", call) for call in calls]
        return [(result.content[0].text, bool(result.is_error)) for result in results]

    answers: list[tuple[str, bool]] = talk(session, work, f"--session={session.id}", "--allow-prune")
    return answers


def test_it_is_offered_only_on_demand(session: Session) -> None:
    async def names(client: Client) -> list[dict[str, Any]]:
        listed = await client.list_tools()
        return [
            {"name": tool.name, "description": tool.description, "input_schema": tool.input_schema}
            for tool in listed.tools
        ]

    assert "context_prune" not in [tool["name"] for tool in talk(session, names)]
    (tool,) = [tool for tool in talk(session, names, "--allow-prune") if tool["name"] == "context_prune"]
    cost = session.call("tokens/count", texts=[json.dumps([tool])])["total"]
    assert f"{cost} more tokens" in DOCS.read_text(encoding="utf-8")

    async def refused(client: Client) -> Any:
        return await client.call_tool("context_prune", {})

    session.add(tokens=1)
    assert talk(session, refused, f"--session={session.id}").is_error


def test_what_goes_is_named_first_and_comes_back(session: Session) -> None:
    large = session.add(kind="tool-output", content=REPORT, title="Read cache.md")
    small = session.add(kind="tool-output", content="ok", title="Bash: make")

    ((listed, _),) = prune(session, {})
    assert [line.split()[0] for line in listed.splitlines()] == [large, small]
    assert "Read cache.md" in listed
    ((rehearsed, failed),) = prune(session, {"ids": [large]})
    assert not failed and "Nothing is changed yet" in rehearsed
    assert session.items()[large]["state"] == "retained"

    plan = re.search(r"with plan (\w+)", rehearsed)[1]  # type: ignore[index]
    before = session.status()
    ((done, failed),) = prune(session, {"ids": [large], "plan": plan})
    assert not failed
    assert session.items()[large]["state"] != "retained"
    assert session.retained() < before["retained"]
    assert session.call("context/get", itemId=large)["content"] == REPORT

    undo = re.search(r"undo (\w+)$", done)[1]  # type: ignore[index]
    ((back, failed),) = prune(session, {"undo": undo})
    assert not failed and large in back
    assert session.retained() == before["retained"]
    ((again, failed),) = prune(session, {"undo": undo})
    assert failed and again.startswith("conflict: ") and again.endswith("context_get still reads them")


def test_people_pins_and_rules_stay(session: Session) -> None:
    said = session.add("phase", kind="instructions", content="Never push. " * 30, title="user")
    rules = session.add("permanent", kind="instructions", content="Be brief. " * 30)
    pinned = session.add(kind="tool-output", content=REPORT)
    session.call("context/update", itemId=pinned, pinned=True)
    spent = session.add(kind="tool-output", content=REPORT + "More.")

    ids = [said, rules, pinned, spent]
    ((listed, _), (rehearsed, _)) = prune(session, {}, {"ids": ids})
    assert [line.split()[0] for line in listed.splitlines()] == [spent]
    assert f"{said} stays: what people said" in rehearsed
    assert f"{rules} stays: permanent" in rehearsed
    assert f"{pinned} stays: pinned" in rehearsed
    plan = re.search(r"with plan (\w+)", rehearsed)[1]  # type: ignore[index]
    prune(session, {"ids": ids, "plan": plan})
    assert {name for name, item in session.items().items() if item["state"] == "retained"} >= {said, rules, pinned}
    assert session.items()[spent]["state"] != "retained"


def test_a_plan_is_for_what_it_was_made_for(session: Session) -> None:
    one = session.add(kind="tool-output", content=REPORT)
    two = session.add(kind="tool-output", content=REPORT + "More.")
    ((rehearsed, _),) = prune(session, {"ids": [one]})
    plan = re.search(r"with plan (\w+)", rehearsed)[1]  # type: ignore[index]

    answers = prune(
        session,
        {"ids": [one, two], "plan": plan},
        {"plan": plan},
        {"ids": []},
        {"ids": "all"},
        {"ids": ["none"]},
        {"undo": "u1", "ids": [one]},
    )
    assert [failed for _, failed in answers] == [True] * 6
    assert [text.split(":")[0] for text, _ in answers] == [*["invalidParams"] * 4, "unknownItem", "invalidParams"]
    assert {item["state"] for item in session.items().values()} == {"retained"}


def test_without_candidates_it_says_so(session: Session) -> None:
    session.open()
    assert prune(session, {}) == [("nothing to prune", False)]
