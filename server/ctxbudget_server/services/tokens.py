"""`tokens/count`: figures with their provenance. Nothing is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctxbudget_protocol.errors import invalid
from ctxbudget_protocol.results.tokens import Count, CountResult
from ctxbudget_server.services.call import Call
from ctxbudget_server.services.content import encode
from ctxbudget_server.services.counting import family_of, figure
from ctxbudget_server.services.settings import Settings
from ctxbudget_server.services.transactions import reading
from ctxbudget_server.services.workspace import check_size

if TYPE_CHECKING:
    from ctxbudget_protocol.params.tokens import CountParams


def count(call: Call, params: CountParams) -> CountResult:
    """Count texts or files for a model: the one named, else the named session's, else o200k_base."""
    if (params.texts is None) == (params.paths is None):
        raise invalid([], "exactly one of texts and paths")
    model = params.model
    if model is None and params.session_id is not None:
        with reading(call, params.session_id) as snapshot:
            model = Settings.of(snapshot.session.config).model
    counts = []
    for i, text in enumerate(params.texts or []):
        size = len(encode(text))
        check_size(size, call.limits.max_document_bytes, ["texts", i])
        counts.append(_count(call, text, size, model, None))
    for i, given in enumerate(params.paths or []):
        document = call.documents.read(given, ["paths", i])
        counts.append(_count(call, document.text, len(encode(document.text)), model, document.path))
    family = family_of(model)
    return CountResult(
        counts=counts,
        total=sum(one.tokens for one in counts),
        encoding=family.encoding,
        family=family.name,
        expected_error=family.expected_error.median if family.expected_error and family.provenance != "exact" else None,
        factor=1.0,
    )


def _count(call: Call, text: str, size: int, model: str | None, path: str | None) -> Count:
    counted = figure(text, model, call.cancellation.check)
    return Count(tokens=counted.tokens, provenance=counted.provenance, bytes=size, path=path)
