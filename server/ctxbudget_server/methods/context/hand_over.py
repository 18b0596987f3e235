"""`context/handOver`: adds an artifact together with the metadata that replaces it in the context."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from ctxbudget_protocol.methods.context.add import NewItem
from ctxbudget_protocol.methods.context.hand_over import HandOverResult
from ctxbudget_server.account.auto_prune import emergency_prune
from ctxbudget_server.account.content import text_of
from ctxbudget_server.account.counter import session_counter
from ctxbudget_server.account.items import PreparedItem, make_item, prepare, reduce_sources
from ctxbudget_server.account.leases import active_lease, check_fits
from ctxbudget_server.account.replacements import Extractor, Metadata
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.transactions import changing
from ctxbudget_server.account.unit_of_work import UnitOfWork
from ctxbudget_server.account.wire import wire_added, wire_figures
from ctxbudget_server.rules.items import Item

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.context.hand_over import HandOverParams
    from ctxbudget_server.rules.leases import Lease


def hand_over(request: Request, params: HandOverParams) -> HandOverResult:
    """Add an artifact as reduced, and its metadata in its place; raises `budgetExceeded` if the metadata does not fit.

    The artifact itself is never in the context: the agent that wrote it has read it, and the next phase reads the
    metadata.
    """
    settings, counter = session_counter(request, params.session_id)
    given = NewItem(
        layer="transient",
        **{name: getattr(params, name) for name in ("content", "path", "kind", "phase", "wave", "agent", "title")},
    )
    prepared = prepare(request, given, counter, [])
    max_tokens = params.max_tokens if params.max_tokens is not None else settings.values["metadataTokens"]
    check = request.cancellation.check
    extractor = Extractor(counter, max_tokens, request.documents.shown, check, focus=params.focus)

    def body(unit: UnitOfWork) -> Callable[[], HandOverResult]:
        lease = active_lease(unit, params.lease_id) if params.lease_id is not None else None
        artifact = _placed(prepared, lease).enter(unit)
        made = extractor.metadata_of(artifact, lambda: text_of(prepared.blob) if prepared.blob else None)
        if made is None:
            artifact = unit.put(artifact._replace(state="pruned", reason="noMetadata"))
            metadata = None
        else:
            check_fits(unit, made.figure.tokens, ["maxTokens"], under=lease)
            artifact = artifact._replace(kind=made.kind)
            metadata = _metadata_item(unit, artifact, made)
            reduce_sources(unit, [artifact], metadata)
            artifact = unit.item(artifact.id, [])
        unit.detail = {"why": "hand over", "item": artifact.id, "lease": params.lease_id}
        return lambda: HandOverResult(
            session_id=unit.id,
            revision=unit.revision,
            item=wire_added(artifact),
            metadata=wire_added(metadata) if metadata else None,
            text=made.text if made else "",
            complete=made.complete if made else False,
            warnings=list(made.warnings) if made else ["the artifact is empty"],
            status=wire_figures(unit.session, unit.settings, unit.leased),
            alerts=unit.alerts,
        )

    return emergency_prune(request, params, changing(request, params, body, rehearsed=extractor.rehearsed))


def _placed(prepared: PreparedItem, lease: Lease | None) -> PreparedItem:
    """The artifact in the phase and with the agent of the lease, where the request names none."""
    if lease is None:
        return prepared
    new = prepared.new
    phase = new.phase if new.phase is not None else lease.phase
    return replace(prepared, new=new.copy(phase=phase, agent=new.agent or lease.holder))


def _metadata_item(unit: UnitOfWork, artifact: Item, made: Metadata) -> Item:
    return unit.put(
        make_item(
            unit,
            blob=made.blob,
            counted=made.figure,
            layer="metadata",
            kind=made.kind,
            phase=artifact.phase,
            wave=artifact.wave,
            reduces=(artifact.id,),
            title=artifact.title,
            agent=artifact.agent,
            complete=made.complete,
        )
    )
