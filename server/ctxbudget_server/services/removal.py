"""`context/prune` and `context/undo`: a plan, carried out or only shown, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ctxbudget_protocol.errors import ProtocolError, invalid
from ctxbudget_protocol.results.context import PruneResult, UndoResult
from ctxbudget_protocol.words import Policy
from ctxbudget_server.rules.items import Item
from ctxbudget_server.rules.policy import effective_policy, on_request
from ctxbudget_server.services.call import Call
from ctxbudget_server.services.pruning import Pruner
from ctxbudget_server.services.stand_ins import extractor_for
from ctxbudget_server.services.transactions import changing, check_revision, reading
from ctxbudget_server.services.unit import Unit
from ctxbudget_server.services.views import wire_figures

if TYPE_CHECKING:
    from ctxbudget_protocol.params.context import PruneParams, Target, UndoParams


def prune(call: Call, params: PruneParams) -> PruneResult:
    """Remove what the target names, by policy. With `dryRun` the same plan is answered and nothing changes."""
    _check_target(params.target)
    extractor = extractor_for(call, params.session_id)

    def body(unit: Unit) -> Callable[[], PruneResult]:
        policy = unit.settings.policy
        if params.policy is not None:
            policy = effective_policy(params.policy, unit.settings.scope)
        named = params.target.items is not None and params.policy is None
        pruner = Pruner(unit, extractor)
        pruner.apply(
            on_request(
                policy,
                unit.each(_targeted(unit, params.target)),
                named=named,
                running=lambda item: _is_running(unit, item),
                turn_metadata=params.target.layer == "metadata",
            )
        )
        unit.detail = {"why": "prune", "target": call.params["target"]}
        return lambda: _pruned(unit, pruner, policy, dry_run=params.dry_run)

    if params.dry_run:
        with reading(call, params.session_id) as snapshot:
            check_revision(params.if_revision, snapshot.session)
            rehearsal = Unit(snapshot.reader, snapshot.session, call.now(), call.cancellation.check)
            build = body(rehearsal)
            return build()
    return changing(call, params, body, rehearse=True, seal=extractor.seal)


def _pruned(unit: Unit, pruner: Pruner, policy: Policy, *, dry_run: bool) -> PruneResult:
    stored = unit.stored
    return PruneResult(
        session_id=unit.id,
        revision=stored.revision if dry_run else unit.revision,
        dry_run=dry_run,
        policy=policy,
        plan=pruner.plan,
        saved=pruner.saved,
        undo=None if dry_run else unit.undo_id(),
        status=wire_figures(stored if dry_run else unit.session, unit.settings, unit.leased),
        alerts=unit.alerts,
    )


def _check_target(target: Target) -> None:
    given = [name for name in ("items", "phase", "layer", "workflow") if getattr(target, name) is not None]
    if len(given) != 1:
        raise invalid(
            ["target"],
            f"exactly one of items, phase, layer and workflow; given: {', '.join(given) or 'none'}",
        )
    if target.wave is not None and target.phase is None:
        raise invalid(["target", "phase"], "a wave is addressed with its phase", "missing")


def _targeted(unit: Unit, target: Target) -> list[Item]:
    if target.items is not None:
        return [unit.item(item_id, ["target", "items", i]) for i, item_id in enumerate(dict.fromkeys(target.items))]
    if target.phase is not None:
        known = target.phase in unit.phases if target.wave is None else (target.phase, target.wave) in unit.waves
        if not known:
            raise ProtocolError(
                "unknownPhase",
                "the session has no such phase or wave",
                loc=["target", "phase" if target.phase not in unit.phases else "wave"],
                phase=target.phase,
                wave=target.wave,
            )
        items = unit.items(state="retained", phase=target.phase)
        return [item for item in items if target.wave in (None, item.wave)]
    return unit.items(state="retained", layer=target.layer)


def _is_running(unit: Unit, item: Item) -> bool:
    """Whether the item's phase is still to complete; items of no phase never are."""
    return item.phase is not None and unit.phases[item.phase].state != "completed"


def undo(call: Call, params: UndoParams) -> UndoResult:
    """Put each item that a prune changed back to what it was; refused whole if one of them changed since."""

    def body(unit: Unit) -> Callable[[], UndoResult]:
        record = unit.reader.undo(unit.id, params.undo)
        if record is None:
            raise ProtocolError(
                "unknownUndo", f"the session has no undo {params.undo!r}", loc=["undo"], undo=params.undo
            )
        current = {item_id: unit.item(item_id, ["undo"]) for item_id in unit.each(record.before)}
        changed = [item_id for item_id, item in current.items() if item.revision != record.revision]
        if changed:
            raise ProtocolError(
                "conflict",
                f"{len(changed)} of the items changed since the prune",
                loc=["undo"],
                items=[{"id": item_id, "state": current[item_id].state} for item_id in changed],
            )
        restored, withdrawn = [], []
        for item_id, before in record.before.items():
            item = current[item_id]
            if before is None:
                unit.put(replace(item, state="pruned", withdrawn=True, reason="undone"), undoable=True)
                withdrawn.append(item.id)
            else:
                unit.put(_as_it_was(item, before), undoable=True)
                restored.append(item.id)
        unit.detail = {"why": f"undo {params.undo}"}
        return lambda: UndoResult(
            session_id=unit.id,
            revision=unit.revision,
            restored=restored,
            withdrawn=withdrawn,
            undo=unit.undo_id() or "",
            status=wire_figures(unit.session, unit.settings, unit.leased),
            alerts=unit.alerts,
        )

    return changing(call, params, body)


def _as_it_was(item: Item, before: dict[str, Any]) -> Item:
    values = dict(before)
    for name in ("segments", "reduces"):
        if name in values:
            values[name] = tuple(values[name])
    return replace(item, **values)
