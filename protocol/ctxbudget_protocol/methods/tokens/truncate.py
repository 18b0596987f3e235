"""`tokens/truncate`: its params, its result and its row of the table."""

from __future__ import annotations

from ctxbudget_protocol.method import FILE_ERRORS, SESSION_ERRORS, Example, Method
from ctxbudget_protocol.methods.tokens.fits import FitsParams
from ctxbudget_protocol.records import Record, described
from ctxbudget_protocol.words import Provenance


class TruncateParams(FitsParams):
    """Params of `tokens/truncate`: exactly one of text and path."""


class TruncateResult(Record):
    """Result of `tokens/truncate`."""

    text: str = described("The longest beginning found with at most `limit` tokens; no character is split.")
    tokens: int = described("Tokens of `text`.")
    limit: int = described("Tokens.")
    provenance: Provenance
    cut: bool
    cut_characters: int
    cut_bytes: int = described("UTF-8.")
    cut_lines: int


TRUNCATE = Method(
    name="tokens/truncate",
    doc="The longest beginning of a text with at most `limit` tokens, and what was cut.",
    params=TruncateParams,
    result=TruncateResult,
    errors=(*SESSION_ERRORS, *FILE_ERRORS),
    example=Example(
        params={"text": "One two three four five six.", "limit": 3},
        result={
            "text": "One two three",
            "tokens": 3,
            "limit": 3,
            "provenance": "exact",
            "cut": True,
            "cutCharacters": 15,
            "cutBytes": 15,
            "cutLines": 1,
        },
    ),
)
