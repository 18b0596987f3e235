"""`metadata/extract`: condenses an artifact to at most N tokens. Stores nothing."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from ctxbudget_protocol.methods.metadata import ExtractResult
from ctxbudget_server.account.content import decode, encode
from ctxbudget_server.account.counter import Counter, calibrated_counter, counter_for
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.transactions import reading
from ctxbudget_server.workspace.documents import as_text, check_size

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.metadata import ExtractParams


def extract(request: Request, params: ExtractParams) -> ExtractResult:
    """Extract title, summary, findings and typed fields of a document, and the text to put into the context."""
    from ctxbudget_server.extract import extract

    text, path, kind, counter = _source(request, params)
    check = request.cancellation.check
    found = extract(
        text,
        count=counter.tokens(check),
        kind=params.kind or kind,
        path=request.documents.shown(path),
        max_tokens=params.max_tokens,
        focus=params.focus,
        item_id=params.item_id,
        check=check,
    )
    values: dict[str, Any] = {field.name: getattr(found, field.name) for field in fields(found)}
    return ExtractResult(**{**values, "title": found.title or None}, provenance=counter.provenance)


def _source(request: Request, params: ExtractParams) -> tuple[str, str | None, str | None, Counter]:
    """(text, path, kind, counter) of the document."""
    counter = counter_for(request, params.model)
    if params.session_id is not None or params.item_id is not None:
        with reading(request, params.session_id) as snapshot:
            if params.model is None:
                counter = calibrated_counter(snapshot.reader, request.settings_of(snapshot.session).model)
            if params.item_id is not None:
                item = snapshot.item_with_content(params.item_id)
                kind = None if item.kind == "other" else item.kind
                return decode(snapshot.reader.content(item)), item.path, kind, counter
    if params.path is not None:
        document = request.documents.read(params.path, ["path"])
        return document.text, document.path, None, counter
    text = params.content or ""
    data = encode(text)
    check_size(len(data), request.limits.max_document_bytes, ["content"])
    if "\0" in text:
        as_text(data, ["content"], "the content", is_log=params.kind in (None, "test-output", "log", "tool-output"))
    return text, None, None, counter
