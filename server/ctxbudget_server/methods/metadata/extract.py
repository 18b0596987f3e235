"""`metadata/extract`: condenses an artifact to at most N tokens. Stores nothing."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, NamedTuple

from ctxbudget_protocol.methods.metadata.extract import ExtractResult
from ctxbudget_server.account.content import decode, encode
from ctxbudget_server.account.counter import Counter, calibrated_counter, counter_for
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.transactions import reading
from ctxbudget_server.workspace.documents import as_text, check_size

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.metadata.extract import ExtractParams
    from ctxbudget_server.extract import Extraction


class _Source(NamedTuple):
    """The document of a request, with its path and kind if they are known."""

    text: str
    path: str | None
    kind: str | None
    counter: Counter


def extract(request: Request, params: ExtractParams) -> ExtractResult:
    """Extract title, summary, findings and typed fields of a document, and the text to put into the context."""
    source = _source(request, params)
    found = _novel(request, params, source) if params.novel else _extracted(request, params, source)
    values: dict[str, Any] = {field.name: getattr(found, field.name) for field in fields(found)}
    return ExtractResult(**{**values, "title": found.title or None}, provenance=source.counter.provenance)


def _extracted(
    request: Request, params: ExtractParams, source: _Source, known: frozenset[str] = frozenset()
) -> Extraction:
    from ctxbudget_server.extract import extract

    check = request.cancellation.check
    return extract(
        source.text,
        count=source.counter.tokens(check),
        kind=params.kind or source.kind,
        path=request.documents.shown(source.path),
        max_tokens=params.max_tokens,
        focus=params.focus,
        item_id=params.item_id,
        known=known,
        check=check,
    )


def _novel(request: Request, params: ExtractParams, source: _Source) -> Extraction:
    """The extract without names that the session holds. If an item is what this request answered before that item
    entered, that answer: a repeated request has the same result.
    """
    from ctxbudget_server.account.held_names import holders_of, names_before
    from ctxbudget_server.extract import names_of

    check = request.cancellation.check
    names = names_of(source.text)
    with reading(request, params.session_id) as snapshot:
        holders = holders_of(snapshot, names, text=source.text, path=source.path, item_id=params.item_id, check=check)
    found = _extracted(request, params, source, names_before(holders))
    beginning = found.text.split("\n", 1)[0]
    for holder in holders:
        if beginning and holder.text.startswith(beginning) and len(holder.text) < len(source.text):
            earlier = _extracted(request, params, source, names_before(holders, holder.seq))
            if earlier.text == holder.text:
                return earlier
    return found


def _source(request: Request, params: ExtractParams) -> _Source:
    counter = counter_for(request, params.model)
    if params.session_id is not None or params.item_id is not None or params.novel:
        with reading(request, params.session_id) as snapshot:
            if params.model is None:
                counter = calibrated_counter(snapshot.reader, request.settings_of(snapshot.session).model)
            if params.item_id is not None:
                item = snapshot.item_with_content(params.item_id)
                kind = None if item.kind == "other" else item.kind
                return _Source(decode(snapshot.reader.content(item)), item.path, kind, counter)
    if params.path is not None:
        document = request.documents.read(params.path, ["path"])
        return _Source(document.text, document.path, None, counter)
    text = params.content or ""
    data = encode(text)
    check_size(len(data), request.limits.max_document_bytes, ["content"])
    if "\0" in text:
        as_text(data, ["content"], "the content", is_log=params.kind in (None, "test-output", "log", "tool-output"))
    return _Source(text, None, None, counter)
