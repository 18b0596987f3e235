"""What all hosts have in common: events, reactions, and access to the account.

Uses named tuples, because data classes take three times as long to define and hooks must be fast.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal, Protocol

from ctxbudget_protocol.values import NamedTuple

Host = Literal["claude-code", "codex", "gemini"]
EventName = Literal[
    "session-start",
    "tool",
    "agent-start",
    "agent-stop",
    "compacting",
    "compacted",
    "model-switch",
    "turn-end",
    "session-end",
]

_NOT_IN_IDS = re.compile(r"[^A-Za-z0-9._:-]+")
MAX_SESSION_ID_CHARACTERS = 128


class FaultyPayloadError(ValueError):
    """A payload that cannot be used; the message is one line for people."""


class SendRequest(Protocol):
    """Sends one request to the service; raises `ProtocolError`."""

    def __call__(self, method: str, **params: Any) -> dict[str, Any]:
        """The result."""


class AccountClient(NamedTuple):
    """Access to the account during one event."""

    ask: SendRequest
    key: str
    """Prefix of the request keys of steps for which the host gives no id."""
    counts_exactly: bool
    """Whether the vocabulary is loaded; a one-shot process has no time to load it."""
    place: tuple[str, ...]
    """The options with which a command finds the same store."""

    def step(self, name: str) -> str:
        """The request key of a step of this event."""
        return f"{self.key}/{name}"


class HostEvent(NamedTuple):
    """What happened in a host."""

    name: EventName
    host: Host
    host_name: str
    """The host's own name for the event."""
    session: str
    transcript: str | None
    agent: str | None
    """The subagent in which it happened, or which started or ended."""
    agent_type: str
    payload: Mapping[str, Any]

    def text(self, name: str) -> str:
        """A text member of the payload; empty if it is absent or not text."""
        value = self.payload.get(name)
        return value if isinstance(value, str) else ""

    @property
    def own_session(self) -> str:
        """The session of the context window in which it happened; a subagent has its own."""
        return session_id(f"{self.session}:{self.agent}") if self.agent else self.session


class Reaction(NamedTuple):
    """What the host is told. Every part is optional."""

    message: str | None = None
    """Shown to the user."""
    context: str | None = None
    """Shown to the model."""
    replacement: str | None = None
    """Replaces the tool's output from now on."""


class HookOptions(NamedTuple):
    """How a hook was asked to behave."""

    host: Host | None = None
    replace_over: int | None = None
    """Outputs with more tokens than this are replaced by metadata."""


def session_id(given: str) -> str:
    """A valid session id made from the host's name for its session."""
    return _NOT_IN_IDS.sub("-", given)[:MAX_SESSION_ID_CHARACTERS]


def shortened(text: str, limit: int) -> str:
    """The text as one line of at most `limit` characters, encodable in UTF-8."""
    line = " ".join(text.split()).encode("utf-8", "replace").decode()
    return line if len(line) <= limit else line[: limit - 1] + "…"
