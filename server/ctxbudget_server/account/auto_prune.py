"""`autoPrune`: when the level reaches critical, unpinned transient items are removed, in a separate transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from ctxbudget_protocol.common import PruneOutcome
from ctxbudget_protocol.methods.context.add import AddResult
from ctxbudget_protocol.methods.context.append import AppendResult
from ctxbudget_protocol.methods.context.hand_over import HandOverResult
from ctxbudget_protocol.methods.context.restore import RestoreResult
from ctxbudget_server.account.pruner import Pruner
from ctxbudget_server.account.replacements import extractor_for
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.transactions import Addressed, changing, key_scope, reading
from ctxbudget_server.account.unit_of_work import UnitOfWork
from ctxbudget_server.account.wire import wire_figures
from ctxbudget_server.rules.policy import on_emergency
from ctxbudget_server.store.records import KeyedResult

if TYPE_CHECKING:
    from ctxbudget_protocol.common import MutatingParams

Grown = TypeVar("Grown", AddResult, AppendResult, HandOverResult, RestoreResult)


def emergency_prune(request: Request, params: MutatingParams, grown: Grown) -> Grown:
    """The result of a call that added tokens, after the emergency prune if one is due.

    The prune is a second transaction, so that the peak reached before it stays on record.
    """
    if not any(alert.level == "critical" for alert in grown.alerts):
        return grown
    with reading(request, params.session_id) as snapshot:
        settings = request.settings_of(snapshot.session)
    if not settings.values["autoPrune"]:
        return grown
    extractor = extractor_for(request, params.session_id)

    def body(unit: UnitOfWork) -> Callable[[], Grown]:
        pruner = Pruner(unit, extractor)
        pruner.apply(on_emergency(unit.items(state="retained", layer="transient")))
        unit.detail = {"why": "emergency prune at critical"}
        return lambda: grown.copy(
            revision=unit.revision,
            status=wire_figures(unit.session, unit.settings, unit.leased),
            emergency=PruneOutcome(plan=pruner.plan, saved=pruner.saved, undo=unit.undo_id()),
        )

    result = changing(request, Addressed(params.session_id), body, rehearsed=extractor.rehearsed)
    if params.request_key is not None:
        with request.store.write(lambda: None) as writer:
            scope = key_scope(request.method, params.session_id)
            writer.put_keyed(scope, params.request_key, KeyedResult(method=request.method, result=result.wire()))
    return result
