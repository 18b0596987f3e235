"""`tokens/fits`: its params, its result and its row of the table."""

from __future__ import annotations

from ctxbudget_protocol.common import SessionParams
from ctxbudget_protocol.fields import Model, Text, Title, Tokens
from ctxbudget_protocol.method import FILE_ERRORS, SESSION_ERRORS, Example, Method
from ctxbudget_protocol.records import Record, described
from ctxbudget_protocol.words import Provenance


class FitsParams(SessionParams, exactly_one=("text", "path")):
    """Params of `tokens/fits`: exactly one of text and path."""

    text: Text | None = None
    path: Title | None = None
    limit: Tokens
    model: Model | None = None


class FitsResult(Record):
    """Result of `tokens/fits`."""

    fits: bool
    limit: int = described("Tokens.")
    tokens: int | None = described("Tokens of the whole text; null if it did not have to be counted to the end.")
    provenance: Provenance


FITS = Method(
    name="tokens/fits",
    doc="Whether a text has at most `limit` tokens; the cost is in proportion to the limit, not the text.",
    params=FitsParams,
    result=FitsResult,
    errors=(*SESSION_ERRORS, *FILE_ERRORS),
    example=Example(
        params={"path": "report.md", "limit": 1000},
        result={"fits": True, "limit": 1000, "tokens": 542, "provenance": "exact"},
    ),
)
