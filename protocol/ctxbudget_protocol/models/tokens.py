"""Models of `tokens/*`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ctxbudget_protocol.models.base import Provenance, Result, SessionParams, Text, Title


class CountParams(SessionParams):
    """Params of `tokens/count`: exactly one of texts and paths."""

    texts: Annotated[list[Text], Field(max_length=100_000)] | None = None
    paths: Annotated[list[Title], Field(max_length=100_000)] | None = None
    model: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(
        None, description="Absent: the session's if one is named, else o200k_base."
    )


class Count(Result):
    """The count of one text."""

    tokens: int
    provenance: Provenance
    bytes: int
    path: str | None = None


class CountResult(Result):
    """Result of `tokens/count`."""

    counts: list[Count]
    total: int = Field(description="Tokens.")
    encoding: str
    family: str = Field(description="The model family whose rule gave the figures.")
    expected_error: float | None = Field(description="Median share by which an estimate is off; null when exact.")
    factor: float = Field(description="The calibration in the figures; 1 when there is none.")
