"""The signs that something is wrong with an account, before their causes are known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ctxbudget_protocol.common import Figures
from ctxbudget_protocol.methods.budget.diagnose import Symptom
from ctxbudget_protocol.words import SymptomCode
from ctxbudget_server.account.overview import LAYERS
from ctxbudget_server.diagnosis.facts import Facts

IMPLEMENTATION = 3
"""The number of the phase of implementation; research is before it."""


def symptoms(facts: Facts, status: Figures) -> Iterator[Symptom]:
    """The symptoms of an account, its three overruns first."""
    retained, budget, warn = status.retained, status.budget, facts.settings.thresholds.warn_at
    begun = max((phase.number for phase in facts.phases.values() if phase.order), default=None)
    if retained > budget:
        over: tuple[SymptomCode, str] = ("overBudget", "")
        if begun is not None:
            after = begun >= IMPLEMENTATION
            over = ("overAfterImplementation" if after else "overAfterResearch", f" in phase {begun}")
        text = f"The context holds {retained:,} tokens{over[1]}, {retained - budget:,} over the budget of {budget:,}."
        yield Symptom(code=over[0], phase=begun, tokens=retained, limit=budget, message=text)
    elif retained >= warn:
        text = f"The context holds {retained:,} of {budget:,} budget tokens; the warning is at {warn:,}."
        yield Symptom(code="nearBudget", phase=begun, tokens=retained, limit=warn, message=text)
    for layer in LAYERS:
        ceiling, held = facts.settings.ceilings.get(layer), facts.of_layer(layer)
        if ceiling is not None and held > ceiling:
            text = f"Layer {layer} holds {held:,} tokens, its ceiling is {ceiling:,}."
            yield Symptom(code="layerCeiling", layer=layer, tokens=held, limit=ceiling, message=text)
    by_phase: defaultdict[int | None, int] = defaultdict(int)
    for item in facts.retained:
        by_phase[item.phase] += item.tokens
    for phase in facts.phases.values():
        if phase.allocated is not None and by_phase[phase.number] > phase.allocated:
            held = by_phase[phase.number]
            text = f"Phase {phase.number} holds {held:,} tokens, {phase.allocated:,} were allocated."
            yield Symptom(code="overAllocation", phase=phase.number, tokens=held, limit=phase.allocated, message=text)
    if status.peak > budget and not facts.settings.values["autoPrune"]:
        text = f"At its peak the context held {status.peak:,} tokens; the budget is {budget:,}."
        yield Symptom(code="peak", tokens=status.peak, limit=budget, message=text)
    if status.leased and status.available <= 0 < budget - retained:
        text = f"Leases hold {status.leased:,} of the {budget - retained:,} tokens that the context leaves."
        yield Symptom(code="leasesHoldBudget", tokens=status.leased, limit=budget - retained, message=text)
