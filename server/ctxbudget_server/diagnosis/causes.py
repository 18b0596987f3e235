"""All causes of an account's state, the first one first, with no item in two of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ctxbudget_server.diagnosis import agents, figures, leases, metadata, peaks, phases, policies, tools, waves
from ctxbudget_server.diagnosis.facts import Facts
from ctxbudget_server.diagnosis.model import Cause

Find = Callable[[Facts], Iterator[Cause]]

UPSTREAM_FIRST: tuple[Find, ...] = (
    policies.too_mild,
    phases.not_completed,
    phases.not_pruned,
    waves.left_open,
    waves.not_pruned,
    phases.growing,
    tools.huge,
    agents.outputs_kept,
    metadata.larger_than_source,
    metadata.not_extracted,
    agents.too_many,
    metadata.too_large,
    tools.transient_kept,
    metadata.accumulates,
    peaks.protected,
    metadata.missing,
    figures.estimated,
    leases.not_settled,
    peaks.peak,
)
"""In this order causes claim items: what explains others goes first, what remains goes to what is more general."""


def causes(facts: Facts, only: frozenset[str] | None) -> list[Cause]:
    """The causes, those that take tokens first, the largest of them first; `only`: the codes that are wanted.

    All are looked for even then, so that one alone is what it is beside the others.
    """
    found: list[Cause] = []
    for find in UPSTREAM_FIRST:
        facts.check()
        for cause in find(facts):
            facts.claimed.update(cause.claims)
            found.append(cause)
    return sorted(
        (cause for cause in found if only is None or cause.code in only),
        key=lambda cause: (not cause.frees, -cause.tokens if cause.frees else 0),
    )
