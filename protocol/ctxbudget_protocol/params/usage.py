"""Params of `usage/*`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ctxbudget_protocol.params.base import Model, Params, Tokens


class RecordParams(Params):
    """Params of `usage/record`: what the provider billed for what `tokens/count` answered."""

    model: Model
    counted: Tokens = Field(description="The sum as it was answered, tokens.")
    factor: Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)] | None = Field(
        None, description="The factor that was answered with it. Absent: the one in force now."
    )
    reported: Tokens = Field(description="What the provider billed for the same text, tokens.")
    request_key: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(
        None, description="The same key returns the first result: a retry never counts twice."
    )
