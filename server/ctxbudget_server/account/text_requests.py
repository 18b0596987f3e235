"""Params of requests about texts outside any account: the text, and the counter to use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctxbudget_server.account.content import encode
from ctxbudget_server.account.counter import Counter, counter_for, session_counter
from ctxbudget_server.account.request import Request
from ctxbudget_server.workspace.documents import check_size

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.tokens.count import CountParams
    from ctxbudget_protocol.methods.tokens.fits import FitsParams


def named_counter(request: Request, params: CountParams | FitsParams) -> Counter:
    """The counter of the model given, else of the session given, else of o200k_base."""
    if params.model is None and params.session_id is not None:
        return session_counter(request, params.session_id)[1]
    return counter_for(request, params.model)


def given_text(request: Request, params: FitsParams) -> str:
    """The text given, or that of the file. Raises the errors of reading a file, and `payloadTooLarge`."""
    if params.path is not None:
        return request.documents.read(params.path, ["path"]).text
    text = params.text or ""
    check_size(len(encode(text)), request.limits.max_document_bytes, ["text"])
    return text
