"""Params of `store/*`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ctxbudget_protocol.params.base import Params


class LossesParams(Params):
    """Params of `store/losses`."""


class AcknowledgeParams(Params):
    """Params of `store/acknowledge`."""

    ids: Annotated[list[int], Field(max_length=1000)] | None = Field(
        None, description="Of the losses, as `store/losses` gave them. Absent: all."
    )
