"""Limits of the wire, advertised in `capabilities.experimental.ctxbudget.limits`."""

from __future__ import annotations

from ctxbudget_protocol.values import dataclass

PROTOCOL_VERSION = "1.0"

SESSION_ID = r"^[A-Za-z0-9._:-]{1,128}$"
"""The pattern of a session's id."""

MAX_TOKENS = 1_000_000_000
"""The largest token figure accepted; a larger one must be a mistake."""

MAX_DEPTH = 100
"""Objects and arrays that may lie within each other in a message of `context/fit`."""

MAX_PATTERN_LENGTH = 500
"""Maximum characters of one pattern for file names."""

MAX_PATTERNS = 2_000
"""Maximum number of patterns of the .gitignore files that apply to one file."""

MAX_PATTERNS_LENGTH = 64_000
"""Maximum characters of all patterns of the .gitignore files that apply to one file, and of those of one setting."""

MAX_GLOBS = MAX_PATTERNS_LENGTH // MAX_PATTERN_LENGTH
"""Maximum number of patterns of one setting."""

DEFAULT_SESSION = "default"
"""The session on which a request without `sessionId` acts; for people and single scripts."""

SESSION_VARIABLE = "CTXBUDGET_SESSION"
"""The environment variable with which people and scripts name the session of commands and clients."""

ARCHIVE_SESSION = "archive"
"""The session that keeps what `context/fit` without `sessionId` removed. Its items have no effect on any figures."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of what the server accepts. Bytes are of UTF-8."""

    max_message_bytes: int = 64 * 1024 * 1024
    max_document_bytes: int = 16 * 1024 * 1024
    max_requests_in_flight: int = 1024

    def wire(self) -> dict[str, int]:
        """The advertised form."""
        return {
            "maxMessageBytes": self.max_message_bytes,
            "maxDocumentBytes": self.max_document_bytes,
            "maxRequestsInFlight": self.max_requests_in_flight,
            "maxTokens": MAX_TOKENS,
            "maxDepth": MAX_DEPTH,
        }
