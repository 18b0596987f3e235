"""What all models share: strict params, results, and the field types with their units."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, WithJsonSchema
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from ctxbudget_protocol.limits import MAX_TOKENS

Layer = Literal["permanent", "phase", "metadata", "transient"]
Kind = Literal["report", "plan", "summary", "debug", "test-output", "log", "tool-output", "instructions", "other"]
State = Literal["retained", "reduced", "pruned"]
Provenance = Literal["exact", "calibrated", "estimated", "reported"]
Level = Literal["ok", "warn", "critical"]
Policy = Literal["aggressive", "moderate", "minimal"]
Scope = Literal["full-implementation", "research-and-plan", "research-only", "debug-only"]
PhaseStatus = Literal["planned", "running", "completed"]


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
Tokens = Annotated[int, Field(ge=0, le=MAX_TOKENS, description="Tokens.")]
PositiveTokens = Annotated[int, Field(ge=1, le=MAX_TOKENS, description="Tokens.")]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False, description="A share, 0 to 1.")]
PhaseNumber = Annotated[int, Field(ge=0, le=9999)]
WaveNumber = Annotated[int, Field(ge=0, le=9999)]
Revision = Annotated[int, Field(ge=0, description="Rises by one with each transaction of the session.")]
Timestamp = Annotated[str, Field(description="RFC 3339, UTC.")]
LineNumber = Annotated[int, Field(ge=1, description="1-based.")]


class WireModel(BaseModel):
    """camelCase on the wire, snake_case in Python; built when first used."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", strict=True, frozen=True, defer_build=True)


class Params(WireModel):
    """What a client sends: unknown fields are refused, nothing is coerced."""


class Result(WireModel):
    """What the server answers. Clients ignore fields that they do not know."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)


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


class SessionResult(Result):
    """What every answer about a session carries."""

    session_id: str
    revision: Revision


class Figures(Result):
    """The account in short. All figures are tokens, but for the shares, which name their base."""

    window: int = Field(description="The model's context size, tokens.")
    budget: int = Field(description="floor(window x target share), tokens.")
    retained: int = Field(description="In the context now, tokens; always processed - saved.")
    peak: int = Field(description="Highest `retained` at the end of any transaction, tokens.")
    processed: int = Field(description="All that callers brought in, tokens.")
    saved: int = Field(description="Taken out, net of what stands in for it and of what was brought back, tokens.")
    leased: int = Field(description="Reserved for work in flight, tokens.")
    available: int = Field(description="budget - retained - leased, tokens; negative when over.")
    of_window: float = Field(description="retained / window.")
    of_budget: float = Field(description="retained / budget.")
    level: Level


class Alert(Result):
    """The level rose: said once for each crossing, to all processes together."""

    level: Literal["warn", "critical"]
    previous: Level
    retained: int = Field(description="Tokens.")
    threshold: int = Field(description="The figure that was reached, tokens.")
    budget: int = Field(description="Tokens.")
    of_budget: float = Field(description="retained / budget.")
    revision: Revision
    at: Timestamp
    message: str = Field(description="One sentence for a person or a model.")


class PlanRow(Result):
    """One item of a prune: what happens to it, why, and the tokens before and after."""

    id: str
    action: Literal["reduced", "pruned", "kept", "added"] = Field(
        description="`reduced`: another item stands for it. `added`: an item that stands in, made by this prune."
    )
    reason: str = Field(
        description=(
            "policy, requested, superseded, noMetadata, emergency, marker, metadata; for kept items: pinned, permanent, "
            "metadata, running, deferred, diagnostic, notRetained."
        )
    )
    layer: Layer
    kind: Kind
    phase: int | None = None
    wave: int | None = None
    title: str | None = None
    tokens_before: int
    tokens_after: int
    stand_in: str | None = Field(None, description="The item that stands for this one.")


class PruneOutcome(Result):
    """What a removal did, and the token that takes it back."""

    plan: list[PlanRow]
    saved: int = Field(description="Sum of tokensBefore - tokensAfter over the plan, tokens.")
    undo: str | None = Field(description="For `context/undo`; null when nothing changed.")
