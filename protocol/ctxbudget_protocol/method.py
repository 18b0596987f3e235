"""One row of the method table, and the errors that rows have in common."""

from __future__ import annotations

from typing import Any, Literal

from ctxbudget_protocol.common import SessionResult
from ctxbudget_protocol.records import Record
from ctxbudget_protocol.values import NamedTuple

Direction = Literal["clientToServer", "serverToClient"]


class Example(NamedTuple):
    """One call of a method: the params and the server's answer. A test runs it; ids and times may differ."""

    params: dict[str, Any]
    result: dict[str, Any]


class Method(NamedTuple):
    """One method: its records, who sends it, whether it writes, and the errors that it may return.

    `repeatable` marks a write that counts once even if it is sent twice without a request key, so a client may send it
    again after a crash and needs no key for it.
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
        """Whether the method acts on a session (absent: the default one); others only take settings from one."""
        return "session_id" in self.params.names and self.result is not None and issubclass(self.result, SessionResult)

    @property
    def needs_key(self) -> bool:
        """Whether sending it twice counts twice unless both have the same request key."""
        return self.mutates and not self.repeatable


COMMON_ERRORS = (
    "invalidParams", "internalError", "requestCancelled", "payloadTooLarge",
    "storeBusy", "storeFull", "storeUnavailable", "storeTooNew", "storeUnsafe",
)  # fmt: skip
"""Errors that any request may return, besides those of its row."""

SESSION_ERRORS = ("unknownSession",)
"""Errors of methods that read a session."""
WRITE_ERRORS = (*SESSION_ERRORS, "sessionClosed", "conflict", "requestKeyReused")
"""Errors of methods that write to a session."""
FILE_ERRORS = ("pathNotAllowed", "pathUnreadable", "notText", "payloadTooLarge")
"""Errors of methods that read a file."""
CONTENT_ERRORS = ("unknownItem", "noContent", "contentDropped", "contentDamaged")
"""Errors of methods that read an item's content."""
