"""Waves that were left open, and waves that were completed without a prune."""

from __future__ import annotations

from collections.abc import Iterator

from ctxbudget_protocol.methods.budget.diagnose import Evidence
from ctxbudget_server.diagnosis.facts import Facts, figure, form, listed
from ctxbudget_server.diagnosis.model import Cause, Cure, ids, tokens_of
from ctxbudget_server.rules.items import Item
from ctxbudget_server.rules.lifecycle import Wave

RULE = "Prune completed wave context before starting the next wave."


def left_open(facts: Facts) -> Iterator[Cause]:
    """Waves that later waves of their phase have followed, and that nobody has completed."""
    open_waves = [wave for wave in facts.waves if wave.state != "completed" and _followed(facts, wave)]

    def treat(cure: Cure, waves: list[Wave]) -> None:
        for wave in waves:
            if wave.state == "running":
                cure.send("workflow/completeWave", phase=wave.phase, wave=wave.number)
            else:
                cure.send("context/prune", target={"phase": wave.phase, "wave": wave.number})

    left = _held(facts, open_waves)
    if left:
        items = [item for _, of_wave in left for item in of_wave]
        names = listed((f"{wave.phase}.{wave.number}" for wave, _ in left), "wave")
        yield Cause(
            "waveLeftOpen",
            f"{names.capitalize()} {form(left, 'was', 'were')} left open when later waves began, and "
            f"{form(left, 'holds', 'hold')} {figure(tokens_of(items))}.",
            RULE,
            "Send workflow/completeWave before workflow/startWave of the next one.",
            [_evidence(wave, of_wave) for wave, of_wave in left],
            lambda cure: treat(cure, [wave for wave, _ in left]),
            [*ids(items), *ids(_turning(facts, left))],
        )


def not_pruned(facts: Facts) -> Iterator[Cause]:
    """Working items of completed waves of a phase that is still running."""
    left = _held(facts, [wave for wave in facts.waves if wave.state == "completed"])
    if not left:
        return

    def treat(cure: Cure) -> None:
        for wave, _ in left:
            cure.send("context/prune", target={"phase": wave.phase, "wave": wave.number})

    items = [item for _, of_wave in left for item in of_wave]
    names = listed((f"{wave.phase}.{wave.number}" for wave, _ in left), "wave")
    yield Cause(
        "waveNotPruned",
        f"{names.capitalize()} {form(left, 'is', 'are')} complete and still "
        f"{form(left, 'holds', 'hold')} {figure(tokens_of(items))} in full.",
        RULE,
        "Add what arrives after the end of a wave with `reduces` or context/handOver; prune again what was restored.",
        [_evidence(wave, of_wave) for wave, of_wave in left],
        treat,
        ids(items),
    )


def _held(facts: Facts, waves: list[Wave]) -> list[tuple[Wave, list[Item]]]:
    """What waves of a running phase hold; nothing under a policy that treats waves as part of their phase."""
    if facts.policy != "aggressive":
        return []
    held = []
    for wave in waves:
        items = [item for item in facts.working() if (item.phase, item.wave) == (wave.phase, wave.number)]
        if items and not facts.completed(wave.phase):
            held.append((wave, items))
    return held


def _turning(facts: Facts, left: list[tuple[Wave, list[Item]]]) -> list[Item]:
    """Metadata of other waves, which the completion of these may turn into markers."""
    phases = {wave.phase for wave, _ in left if wave.state == "running"}
    return [item for item in facts.metadata() if item.phase in phases and item.wave is not None]


def _followed(facts: Facts, wave: Wave) -> bool:
    begun = {(item.phase, item.wave) for item in facts.items if item.layer == "transient" and item.brought_in}
    return any(
        other.phase == wave.phase
        and other.number > wave.number
        and (other.state != "planned" or (other.phase, other.number) in begun)
        for other in facts.waves
    )


def _evidence(wave: Wave, items: list[Item]) -> Evidence:
    return Evidence(type="wave", id=f"{wave.phase}.{wave.number}", phase=wave.phase, tokens=tokens_of(items))
