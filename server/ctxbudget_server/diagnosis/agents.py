"""Responses of agents that are kept in full, and more agents than were planned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ctxbudget_protocol.methods.budget.diagnose import Evidence
from ctxbudget_server.diagnosis.facts import Facts, counted, figure, form, items_as_evidence
from ctxbudget_server.diagnosis.model import Cause, Cure, ids, no_request, tokens_of
from ctxbudget_server.rules.allocation import RESEARCH_PHASE, TEMPLATE_BUDGET, TEMPLATES, TOKENS_PER_AGENT
from ctxbudget_server.rules.items import Item
from ctxbudget_server.rules.policy import DIAGNOSTIC_KINDS

MANY_AGENTS = 4
"""More research agents than this are too many, unless more were planned."""
MIN_METADATA_TOKENS = 60
"""The fewest tokens to which an agent's metadata is shortened; less says too little to be of use."""


def outputs_kept(facts: Facts) -> Iterator[Cause]:
    """Full responses in the running phase, or in none, while the budget is short."""
    if not (facts.tight if facts.policy == "aggressive" else facts.left_over > facts.budget):
        return
    busy = {lease.holder for lease in facts.leases if lease.in_flight(facts.now)}
    kept = [
        item
        for item in facts.working()
        if item.layer == "transient"
        and (item.agent or item.kind in ("report", "plan", "summary"))
        and item.agent not in busy
        and not (facts.policy == "minimal" and item.kind in DIAGNOSTIC_KINDS)
    ]
    if not kept:
        return

    def treat(cure: Cure) -> None:
        cure.send("context/prune", target={"items": ids(kept)})

    yield Cause(
        "agentOutputKept",
        f"{counted(len(kept), 'response')} of agents that have finished {form(kept, 'is', 'are')} kept in "
        f"full: {figure(tokens_of(kept))}.",
        "Extract metadata immediately after each agent completes, and prune the full response.",
        "Hand reports over with context/handOver, which lets only their metadata in, or prune after each agent.",
        items_as_evidence(kept),
        treat,
        ids(kept),
    )


def too_many(facts: Facts) -> Iterator[Cause]:
    """More agents in a research phase than its allocation has room for."""
    for number in facts.research():
        yield from _too_many(facts, number)


def _too_many(facts: Facts, number: int) -> Iterator[Cause]:
    phase = facts.phases[number]
    agents = {item.agent for item in facts.items if item.phase == number and item.agent and not item.withdrawn}
    agents |= {lease.holder for lease in facts.leases if lease.phase == number}
    each = max(1, TOKENS_PER_AGENT * facts.budget // TEMPLATE_BUDGET)
    template = TEMPLATES[facts.settings.scope or "full-implementation"].get(RESEARCH_PHASE, 0) // TOKENS_PER_AGENT
    planned = MANY_AGENTS if phase.allocated is None else max(phase.allocated // each, template)
    room = phase.allocated if phase.allocated is not None else MANY_AGENTS * each
    kept = [item for item in facts.metadata() if item.phase == number and item.agent]
    if len(agents) <= planned or tokens_of(kept) <= room:
        return
    share = max(MIN_METADATA_TOKENS, room // len(kept))
    long = [item for item in kept if item.tokens > share and item.hash is not None]

    def treat(cure: Cure) -> None:
        shorter = [(item, _shortened(cure, facts, item, share)) for item in long]
        added = cure.send(
            "context/add",
            items=[{"layer": "metadata", "reduces": [item.id], "content": text} for item, text in shorter],
        )
        cure.undo("context/restore", items=ids(long))
        cure.undo("context/prune", target={"items": [row["id"] for row in added["items"]]})

    by_agent: defaultdict[str, int] = defaultdict(int)
    for item in kept:
        by_agent[item.agent or ""] += item.tokens
    by_agent.update({agent: 0 for agent in agents if agent not in by_agent})
    yield Cause(
        "tooManyAgents",
        f"{counted(len(agents), 'agent')} worked in phase {number} instead of at most {planned}: "
        f"their metadata takes {figure(tokens_of(kept))} where {room:,} were meant for it.",
        "At most four research agents, 300 tokens of metadata for each (at a budget of 7,500).",
        "Give fewer agents wider questions, or plan for more: budget/allocate with `agents`.",
        [
            Evidence(type="agent", id=agent, phase=number, tokens=tokens)
            for agent, tokens in sorted(by_agent.items(), key=lambda row: (-row[1], row[0]))
        ],
        treat if long else no_request,
        ids(kept),
    )


def _shortened(cure: Cure, facts: Facts, item: Item, share: int) -> str:
    """The metadata of the item's source again, in fewer tokens; of its own text if the source has no content."""
    sources = [facts.by_id[source] for source in item.reduces if source in facts.by_id]
    source = next((source for source in sources if source.hash is not None), item)
    return str(cure.ask("metadata/extract", itemId=source.id, maxTokens=share)["text"])
