"""`tokens/*`: figures with their provenance. Nothing is stored."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ctxbudget_protocol.errors import Location, invalid
from ctxbudget_protocol.results.tokens import Count, CountResult, ErrorBand, FitsResult, TruncateResult
from ctxbudget_server.services.call import Call
from ctxbudget_server.services.content import encode
from ctxbudget_server.services.counters import counter_for, session_counter
from ctxbudget_server.services.counting import Counter
from ctxbudget_server.services.workspace import check_size

if TYPE_CHECKING:
    from ctxbudget_protocol.params.tokens import CountParams, FitsParams, TruncateParams


def count(call: Call, params: CountParams) -> CountResult:
    """Count texts or files for a model: the one named, else the named session's, else o200k_base."""
    if (params.texts is None) == (params.paths is None):
        raise invalid([], "exactly one of texts and paths")
    counter = _counter(call, params)
    if params.allow_estimate and not counter.is_ready:
        counter.load_soon()
        counter = replace(counter, at_once=True)
    counts = []
    for i, text in enumerate(params.texts or []):
        size = len(encode(text))
        check_size(size, call.limits.max_document_bytes, ["texts", i])
        counts.append(_count(call, counter, text, size))
    for i, given in enumerate(params.paths or []):
        counts.append(_count_path(call, counter, given, ["paths", i]))
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


def _count(call: Call, counter: Counter, text: str, size: int, path: str | None = None) -> Count:
    counted = counter.figure(text, call.cancellation.check)
    return Count(tokens=counted.tokens, provenance=counted.provenance, bytes=size, path=path)


def _count_path(call: Call, counter: Counter, given: str, loc: Location) -> Count:
    """The count of a file, or of what an editor shows in its place: there only edits are counted."""
    path = str(call.documents.locate(given, loc))
    text = call.buffers.text_at(path)
    if text is None:
        document = call.documents.read(given, loc)
        return _count(call, counter, document.text, len(encode(document.text)), document.path)
    check = call.cancellation.check
    if counter.at_once:
        counted = counter.figure(text, check)
    else:
        raw = call.buffers.raw_tokens(path, text, counter.family.encoding, check)
        counted = counter.figure_of_raw(text, raw, check)
    return Count(tokens=counted.tokens, provenance=counted.provenance, bytes=len(encode(text)), path=path)


def fits(call: Call, params: FitsParams) -> FitsResult:
    """Whether a text has at most `limit` tokens."""
    text = _text(call, params)
    counter = _counter(call, params)
    fitted, tokens = counter.fits(text, params.limit, call.cancellation.check)
    return FitsResult(fits=fitted, limit=params.limit, tokens=tokens, provenance=counter.provenance)


def truncate(call: Call, params: TruncateParams) -> TruncateResult:
    """The beginning of a text that has at most `limit` tokens."""
    text = _text(call, params)
    counter = _counter(call, params)
    kept, tokens = counter.truncate(text, params.limit, call.cancellation.check)
    rest = text[len(kept) :]
    return TruncateResult(
        text=kept,
        tokens=tokens,
        limit=params.limit,
        provenance=counter.provenance,
        cut=bool(rest),
        cut_characters=len(rest),
        cut_bytes=len(encode(rest)),
        cut_lines=len(rest.splitlines()),
    )


def wire_band(counter: Counter) -> ErrorBand | None:
    """How far off a calibrated counter's figures have been lately."""
    return ErrorBand(median=counter.error_band[0], p90=counter.error_band[1]) if counter.error_band else None


def _counter(call: Call, params: CountParams | FitsParams) -> Counter:
    if params.model is None and params.session_id is not None:
        return session_counter(call, params.session_id)[1]
    return counter_for(call, params.model)


def _text(call: Call, params: FitsParams) -> str:
    if (params.text is None) == (params.path is None):
        raise invalid([], "exactly one of text and path")
    if params.path is not None:
        return call.documents.read(params.path, ["path"]).text
    text = params.text or ""
    check_size(len(encode(text)), call.limits.max_document_bytes, ["text"])
    return text
