"""Params of `tokens/*`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ctxbudget_protocol.params.base import SessionParams, Text, Title


class CountParams(SessionParams):
    """Params of `tokens/count`: exactly one of texts and paths."""

    texts: Annotated[list[Text], Field(max_length=100_000)] | None = None
    paths: Annotated[list[Title], Field(max_length=100_000)] | None = None
    model: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(
        None, description="Absent: the session's if one is named, else o200k_base."
    )
