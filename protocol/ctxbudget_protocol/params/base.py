"""What all params share: strictness, and the field types with their units."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, WithJsonSchema
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from ctxbudget_protocol.limits import MAX_TOKENS


def _any_string(value: Any) -> str:
    if not isinstance(value, str):
        raise PydanticCustomError("string_type", "Input should be a valid string")
    return value


Text = Annotated[str, PlainValidator(_any_string), WithJsonSchema({"type": "string"})]
"""Any JSON string, lone surrogates included: content is taken as it is."""

SessionId = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,128}$", description="Unique in the workspace.")]
ItemId = Annotated[str, Field(min_length=1, max_length=64, description="Opaque, made by the server.")]
Label = Annotated[str, Field(min_length=1, max_length=500)]
Title = Annotated[str, Field(max_length=4096)]
Model = Annotated[str, Field(min_length=1, max_length=200, description="Selects the vocabulary.")]
Tokens = Annotated[int, Field(ge=0, le=MAX_TOKENS, description="Tokens.")]
PositiveTokens = Annotated[int, Field(ge=1, le=MAX_TOKENS, description="Tokens.")]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False, description="A share, 0 to 1.")]
PhaseNumber = Annotated[int, Field(ge=0, le=9999)]
WaveNumber = Annotated[int, Field(ge=0, le=9999)]
Revision = Annotated[int, Field(ge=0, description="Rises by one with each transaction of the session.")]
LineNumber = Annotated[int, Field(ge=1, description="1-based.")]


class WireModel(BaseModel):
    """camelCase on the wire, snake_case in Python; built when first used."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", strict=True, frozen=True, defer_build=True)


class Params(WireModel):
    """What a client sends: unknown fields are refused, nothing is coerced."""


class SessionParams(Params):
    """Params of a method that reads a session."""

    session_id: SessionId | None = Field(None, description="Absent: the workspace's default session.")


class MutatingParams(SessionParams):
    """Params of a method that writes to a session."""

    request_key: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(
        None,
        description="The same key returns the first result, also after a restart: a retry never counts twice.",
    )
    if_revision: Revision | None = Field(None, description="Refuse with `conflict` if the session is elsewhere.")
