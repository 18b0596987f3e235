"""The types of fields that several params share, with their constraints and units."""

from __future__ import annotations

from typing import Annotated, Any

from ctxbudget_protocol.limits import MAX_TOKENS, SESSION_ID
from ctxbudget_protocol.records import Constraint, Meaning

MAX_ITEMS = 10_000
"""Maximum number of items in one request."""
MAX_MESSAGES = 100_000
"""Maximum number of messages in one array."""
MAX_PHASE = 9_999
"""The highest number of a phase."""

Text = Annotated[str, Constraint(any_characters=True)]
"""Any JSON string, including lone surrogates: content is accepted as it is."""

SessionId = Annotated[str, Constraint(pattern=SESSION_ID), Meaning("Unique in the workspace.")]
ItemId = Annotated[str, Constraint(min_length=1, max_length=64), Meaning("Opaque, created by the server.")]
RequestKey = Annotated[str, Constraint(min_length=1, max_length=200)]
Label = Annotated[str, Constraint(min_length=1, max_length=500)]
Title = Annotated[str, Constraint(max_length=4096)]
Model = Annotated[str, Constraint(min_length=1, max_length=200), Meaning("Selects the vocabulary.")]
Tokens = Annotated[int, Constraint(ge=0, le=MAX_TOKENS), Meaning("Tokens.")]
PositiveTokens = Annotated[int, Constraint(ge=1, le=MAX_TOKENS), Meaning("Tokens.")]
Share = Annotated[float, Constraint(ge=0, le=1, finite=True), Meaning("A share, 0 to 1.")]
PhaseNumber = Annotated[int, Constraint(ge=0, le=MAX_PHASE)]
WaveNumber = Annotated[int, Constraint(ge=0, le=9999)]
Revision = Annotated[int, Constraint(ge=0), Meaning("Increases by one with each transaction of the session.")]
LineNumber = Annotated[int, Constraint(ge=1), Meaning("1-based.")]
Conversation = Annotated[str, Constraint(pattern=r"^[A-Za-z0-9._:-]{1,128}$"), Meaning("Unique in its session.")]
Retrieve = Annotated[str, Constraint(pattern=r'^[A-Za-z_$@#/<][A-Za-z0-9_$./:{}", =@<>|#~()-]{0,79}$')]
"""Words in a marker, which must stay one line, and end where it says."""
Messages = Annotated[list[dict[str, Any]], Constraint(max_length=MAX_MESSAGES)]
"""Messages in a provider's form: other members are allowed, and returned unchanged."""
