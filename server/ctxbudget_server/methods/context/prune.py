"""`context/prune`: removes items by policy, or shows what would be removed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_protocol.methods.context.prune import PruneResult
from ctxbudget_protocol.words import Policy
from ctxbudget_server.account.pruner import Pruner
from ctxbudget_server.account.replacements import extractor_for
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.transactions import changing, check_revision, reading
from ctxbudget_server.account.unit_of_work import UnitOfWork
from ctxbudget_server.account.waves import phase_of_wave
from ctxbudget_server.account.wire import wire_figures
from ctxbudget_server.rules.items import Item
from ctxbudget_server.rules.policy import effective_policy, on_request

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.context.prune import PruneParams, Target


def prune(request: Request, params: PruneParams) -> PruneResult:
    """Remove what the target names, by policy. With `dryRun`, return the same plan without changing anything."""
    extractor = extractor_for(request, params.session_id)

    def body(unit: UnitOfWork) -> Callable[[], PruneResult]:
        policy = unit.settings.policy
        if params.policy is not None:
            policy = effective_policy(params.policy, unit.settings.scope)
        named = params.target.items is not None and params.policy is None
        pruner = Pruner(unit, extractor)
        phase = _phase(unit, params.target)
        pruner.apply(
            on_request(
                policy,
                unit.each(_targeted(unit, params.target, phase)),
                named=named,
                running=lambda item: _is_running(unit, item),
                turn_metadata=params.target.layer == "metadata",
            )
        )
        place = {} if params.target.wave is None else {"phase": phase}
        unit.detail = {"why": "prune", "target": request.params["target"] | place}
        return lambda: _pruned(unit, pruner, policy, dry_run=params.dry_run)

    if params.dry_run:
        with reading(request, params.session_id) as snapshot:
            check_revision(params.if_revision, snapshot.session)
            rehearsal = UnitOfWork(snapshot.reader, snapshot.session, request)
            build = body(rehearsal)
            return build()
    return changing(request, params, body, rehearsed=extractor.rehearsed)


def _pruned(unit: UnitOfWork, pruner: Pruner, policy: Policy, *, dry_run: bool) -> PruneResult:
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


def _phase(unit: UnitOfWork, target: Target) -> int | None:
    """The phase that the target names; that of a wave is the running one unless it is given."""
    return target.phase if target.wave is None else phase_of_wave(target.phase, unit.phases.values(), ["target"])


def _targeted(unit: UnitOfWork, target: Target, phase: int | None) -> list[Item]:
    if target.items is not None:
        return [unit.item(item_id, ["target", "items", i]) for i, item_id in enumerate(dict.fromkeys(target.items))]
    if phase is not None:
        known = phase in unit.phases if target.wave is None else (phase, target.wave) in unit.waves
        if not known:
            raise ProtocolError(
                "unknownPhase",
                "the session has no such phase or wave",
                loc=["target", "phase" if phase not in unit.phases else "wave"],
                phase=phase,
                wave=target.wave,
            )
        items = unit.items(state="retained", phase=phase)
        return [item for item in items if target.wave in (None, item.wave)]
    return unit.items(state="retained", layer=target.layer)


def _is_running(unit: UnitOfWork, item: Item) -> bool:
    """Whether the item's phase has not completed yet; False for items of no phase."""
    return item.phase is not None and unit.phases[item.phase].state != "completed"
