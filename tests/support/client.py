"""The client of the conformance kit, which is the client of the tests too."""

from ctxbudget_protocol.conformance.client import (
    ABSENT,
    Client,
    ErrorAnswerError,
    MessageId,
    call,
    frame,
)

__all__ = ["ABSENT", "Client", "ErrorAnswerError", "MessageId", "call", "frame"]
