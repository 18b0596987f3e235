"""`tokens/fits`: checks a text against a token limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctxbudget_protocol.methods.tokens.fits import FitsResult
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.text_requests import given_text, named_counter

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.tokens.fits import FitsParams


def fits(request: Request, params: FitsParams) -> FitsResult:
    """Whether a text has at most `limit` tokens."""
    text = given_text(request, params)
    counter = named_counter(request, params)
    fitted, tokens = counter.fits(text, params.limit, request.cancellation.check)
    return FitsResult(fits=fitted, limit=params.limit, tokens=tokens, provenance=counter.provenance)
