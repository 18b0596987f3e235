"""`tokens/count`: counts texts and files."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ctxbudget_protocol.errors import Location
from ctxbudget_protocol.methods.tokens.count import Count, CountResult
from ctxbudget_server.account.content import encode
from ctxbudget_server.account.counter import Counter, wire_band
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.text_requests import named_counter
from ctxbudget_server.workspace.documents import check_size

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.tokens.count import CountParams


def count(request: Request, params: CountParams) -> CountResult:
    """Count texts or files for the model given, else that of the session given, else o200k_base."""
    counter = named_counter(request, params)
    if params.allow_estimate and not counter.is_ready:
        counter.load_soon()
        counter = replace(counter, at_once=True)
    counts = []
    for i, text in enumerate(params.texts or []):
        size = len(encode(text))
        check_size(size, request.limits.max_document_bytes, ["texts", i])
        counts.append(_count(request, counter, text, size))
    for i, given in enumerate(params.paths or []):
        counts.append(_count_path(request, counter, given, ["paths", i]))
    family = counter.family
    return CountResult(
        counts=counts,
        total=sum(one.tokens for one in counts),
        encoding=family.encoding,
        family=family.name,
        expected_error=counter.expected_error,
        factor=counter.factor,
        samples=counter.samples,
        error_band=wire_band(counter),
    )


def _count(request: Request, counter: Counter, text: str, size: int, path: str | None = None) -> Count:
    counted = counter.figure(text, request.cancellation.check)
    return Count(tokens=counted.tokens, provenance=counted.provenance, bytes=size, path=path)


def _count_path(request: Request, counter: Counter, given: str, loc: Location) -> Count:
    """The count of a file, or of an editor's open document, where only edits need recounting."""
    path = str(request.documents.locate(given, loc))
    text = request.buffers.text_at(path)
    if text is None:
        document = request.documents.read(given, loc)
        return _count(request, counter, document.text, len(encode(document.text)), document.path)
    check = request.cancellation.check
    if counter.at_once:
        counted = counter.figure(text, check)
    else:
        raw = request.buffers.raw_tokens(path, text, counter.family.encoding, check)
        counted = counter.figure_of_raw(text, raw, check)
    return Count(tokens=counted.tokens, provenance=counted.provenance, bytes=len(encode(text)), path=path)
