"""Params of `tokens/*`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ctxbudget_protocol.params.base import Model, SessionParams, Text, Title, Tokens


class CountParams(SessionParams):
    """Params of `tokens/count`: exactly one of texts and paths."""

    texts: Annotated[list[Text], Field(max_length=100_000)] | None = None
    paths: Annotated[list[Title], Field(max_length=100_000)] | None = None
    model: Model | None = Field(None, description="Absent: the session's if one is named, else o200k_base.")
    allow_estimate: bool = Field(
        False, description="While the vocabulary still loads, answer at once with estimates instead of waiting."
    )


class FitsParams(SessionParams):
    """Params of `tokens/fits`: exactly one of text and path."""

    text: Text | None = None
    path: Title | None = None
    limit: Tokens
    model: Model | None = None


class TruncateParams(FitsParams):
    """Params of `tokens/truncate`: exactly one of text and path."""
