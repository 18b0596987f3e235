"""`tokens/truncate`: cuts a text to a token limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctxbudget_protocol.methods.tokens.truncate import TruncateResult
from ctxbudget_server.account.content import encode
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.text_requests import given_text, named_counter

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.tokens.truncate import TruncateParams


def truncate(request: Request, params: TruncateParams) -> TruncateResult:
    """The longest beginning of a text that has at most `limit` tokens."""
    text = given_text(request, params)
    counter = named_counter(request, params)
    kept, tokens = counter.truncate(text, params.limit, request.cancellation.check)
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
