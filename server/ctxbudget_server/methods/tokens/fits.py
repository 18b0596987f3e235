"""`tokens/fits`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctxbudget_protocol.methods.tokens import FitsResult
from ctxbudget_server.account.request import Call
from ctxbudget_server.account.text_requests import given_text, named_counter

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.tokens import FitsParams


def fits(call: Call, params: FitsParams) -> FitsResult:
    """Whether a text has at most `limit` tokens."""
    text = given_text(call, params)
    counter = named_counter(call, params)
    fitted, tokens = counter.fits(text, params.limit, call.cancellation.check)
    return FitsResult(fits=fitted, limit=params.limit, tokens=tokens, provenance=counter.provenance)
