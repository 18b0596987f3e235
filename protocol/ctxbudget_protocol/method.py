"""One row of the method table, and the errors that rows have in common."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from ctxbudget_protocol.common import SessionResult
from ctxbudget_protocol.records import Record

Direction = Literal["clientToServer", "serverToClient"]


class Example(NamedTuple):
    """One call of a method: the params, and what a server answers. A test runs it; ids and times may differ."""

    params: dict[str, Any]
    result: dict[str, Any]


class Method(NamedTuple):
    """One method: its records, who sends it, whether it writes, and the errors that it may answer with.

    `repeatable` marks a write that counts once although it is sent twice without a request key, so that a client may
    send it again after a crash, and needs no key of its own for it.
    """

    name: str
    doc: str
    params: type[Record]
    result: type[Record] | None
    errors: tuple[str, ...] = ()
    mutates: bool = False
    repeatable: bool = False
    direction: Direction = "clientToServer"
    example: Example | None = None

    @property
    def namespace(self) -> str:
        """What the method acts on, e.g. `context`."""
        return self.name.partition("/")[0]

    @property
    def acts_on_session(self) -> bool:
        """Whether the method acts on a session, the default one if none is named; others only take one as a setting."""
        return "session_id" in self.params.names and self.result is not None and issubclass(self.result, SessionResult)

    @property
    def needs_key(self) -> bool:
        """Whether a second sending counts twice unless both carry the same request key."""
        return self.mutates and not self.repeatable


COMMON_ERRORS = (
    "invalidParams", "internalError", "requestCancelled", "payloadTooLarge",
    "storeBusy", "storeFull", "storeUnavailable", "storeTooNew", "storeUnsafe",
)  # fmt: skip
"""What any request may answer with, beside the errors of its row."""

SESSION_ERRORS = ("unknownSession",)
"""Of methods that read a session."""
WRITE_ERRORS = (*SESSION_ERRORS, "sessionClosed", "conflict", "requestKeyReused")
"""Of methods that write to a session."""
FILE_ERRORS = ("pathNotAllowed", "pathUnreadable", "notText", "payloadTooLarge")
"""Of methods that read a file."""
