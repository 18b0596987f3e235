"""One huge tool, and transient content when the budget is nearly used up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ctxbudget_server.diagnosis.facts import Facts, counted, figure, form, items_as_evidence
from ctxbudget_server.diagnosis.model import Cause, Cure, ids, tokens_of
from ctxbudget_server.rules.items import Item
from ctxbudget_server.rules.naming import title_of
from ctxbudget_server.rules.policy import DIAGNOSTIC_KINDS

OUTPUTS = ("tool-output", "test-output", "log", "debug")
LARGE, HUGE = 0.25, 0.5
"""Shares of the budget from which one tool's output is too large: while the budget is short, and always."""


def huge(facts: Facts) -> Iterator[Cause]:
    """A tool of which the outputs alone take a large part of the budget."""
    by_tool: defaultdict[str, list[Item]] = defaultdict(list)
    for item in facts.working():
        if item.layer == "transient" and item.kind in OUTPUTS and not item.agent:
            by_tool[_tool(item)].append(item)
    least = facts.budget * (LARGE if facts.tight else HUGE)
    found = {tool: items for tool, items in by_tool.items() if tokens_of(items) >= least and not _kept(facts, items)}
    if not found:
        return
    items = [item for of_tool in found.values() for item in of_tool]

    def treat(cure: Cure) -> None:
        cure.send("context/prune", target={"items": ids(items)})

    names = ", ".join(sorted(found, key=lambda tool: -tokens_of(found[tool])))
    yield Cause(
        "hugeTool",
        f"{counted(len(items), 'output')} of {names} {form(items, 'takes', 'take')} {figure(tokens_of(items))} "
        f"of the budget of {facts.budget:,}.",
        "Intermediate calculations are 1,000 to 2,000 tokens and logs 500 to 1,000, and are removed once their "
        "metadata is extracted.",
        "Let the tool write into a file, and add its metadata (context/handOver) or the part that matters.",
        items_as_evidence(items),
        treat,
        ids(items),
    )


def transient_kept(facts: Facts) -> Iterator[Cause]:
    """Other transient content, if the account stays critical without the causes found so far."""
    if facts.left_over < facts.settings.thresholds.critical_at:
        return
    items = [item for item in facts.working() if item.layer == "transient" and not _kept(facts, [item])]
    if not items:
        return

    def treat(cure: Cure) -> None:
        cure.send("context/prune", target={"items": ids(items)})

    yield Cause(
        "transientKept",
        f"The account is critical, and {counted(len(items), 'transient item')} of {figure(tokens_of(items))} "
        f"{form(items, 'is', 'are')} kept in full.",
        "At 95 % of the budget: emergency pruning of all transient data.",
        "Set `autoPrune`, or prune at the first alert.",
        items_as_evidence(items),
        treat,
        ids(items),
    )


def _kept(facts: Facts, items: list[Item]) -> bool:
    """Whether the policy keeps these until the end: diagnostics of a debugging workflow."""
    return facts.policy == "minimal" and all(item.kind in DIAGNOSTIC_KINDS for item in items)


def _tool(item: Item) -> str:
    """The tool of an output, by its title: `Bash` of `Bash: pytest -q`."""
    return (title_of(item) or item.kind).partition(": ")[0]
