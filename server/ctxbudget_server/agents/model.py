"""What all hosts have in common: events, reactions, and the way to the account.

Named tuples, since data classes take three times as long to make, and a hook has no time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, Protocol

Host = Literal["claude-code", "codex", "gemini"]
EventName = Literal[
    "session-start", "tool", "agent-start", "agent-stop", "compacting", "compacted", "turn-end", "session-end"
]

_NOT_IN_IDS = re.compile(r"[^A-Za-z0-9._:-]+")
MAX_SESSION_ID_CHARACTERS = 128


class FaultyPayloadError(ValueError):
    """A payload that cannot be used; the message is one line for a person."""


class SendRequest(Protocol):
    """Sends one request to the services; raises `ProtocolError`."""

    def __call__(self, method: str, **params: Any) -> dict[str, Any]:
        """The result."""


class AccountClient(NamedTuple):
    """The way to the account during one event."""

    ask: SendRequest
    key: str
    """Request keys of steps that the host gives no id begin with it."""
    counts_exactly: bool
    """Whether the vocabulary is loaded: a short process has no time to load it."""
    place: tuple[str, ...]
    """The options of a command that is to find the same store."""

    def step(self, name: str) -> str:
        """The request key of a step of this event."""
        return f"{self.key}/{name}"


class Event(NamedTuple):
    """What happened in a host."""

    name: EventName
    host: Host
    host_name: str
    """The host's own name of the event."""
    session: str
    transcript: str | None
    agent: str | None
    """The subagent inside which it happened, or that began or ended."""
    agent_type: str
    payload: Mapping[str, Any]

    def text(self, name: str) -> str:
        """A member of the payload that is text; empty if it is absent or anything else."""
        value = self.payload.get(name)
        return value if isinstance(value, str) else ""

    @property
    def own_session(self) -> str:
        """The session of the window in which it happened: a subagent has one of its own."""
        return session_id(f"{self.session}:{self.agent}") if self.agent else self.session


class Reaction(NamedTuple):
    """What a host is told. All of it may be absent."""

    message: str | None = None
    """For the person."""
    context: str | None = None
    """For the model."""
    replacement: str | None = None
    """Replaces the tool's output from now on."""


class HookOptions(NamedTuple):
    """How a hook was asked to behave."""

    host: Host | None = None
    replace_over: int | None = None
    """Outputs of more tokens are replaced by metadata."""


def session_id(given: str) -> str:
    """A session id from whatever a host calls its session."""
    return _NOT_IN_IDS.sub("-", given)[:MAX_SESSION_ID_CHARACTERS]


def shortened(text: str, limit: int) -> str:
    """One line of at most `limit` characters that any encoding takes."""
    line = " ".join(text.split()).encode("utf-8", "replace").decode()
    return line if len(line) <= limit else line[: limit - 1] + "…"
