"""Params of `metadata/*`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ctxbudget_protocol.params.base import ItemId, SessionParams, Text, Title
from ctxbudget_protocol.words import Kind


class ExtractParams(SessionParams):
    """Params of `metadata/extract`: exactly one of content, path and itemId. Nothing is stored."""

    content: Text | None = None
    path: Title | None = None
    item_id: ItemId | None = None
    kind: Kind | None = Field(None, description="Absent: seen from the path and the content.")
    max_tokens: Annotated[int, Field(ge=1, le=1_000_000)] = Field(300, description="A hard bound, tokens.")
    focus: Annotated[Text, Field(description="What the reader wants to know.")] | None = None
    model: Annotated[str, Field(min_length=1, max_length=200)] | None = None
