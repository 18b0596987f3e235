"""The bytes on a sidecar's socket: a head, permission to go on, a body, an answer.

    caller   ctxbudget-oneshot 2 HEAD-LENGTH BODY-LENGTH\n  head
    sidecar  taken\n                                        or: refused REASON\n
    caller   body
    sidecar  \n                                             several times while working
             answer CODE STDOUT-LENGTH STDERR-LENGTH\n  stdout  stderr

The head is fields with NUL between them: the identity (see `identity`), a request key, the command and its words.
The body is what the command would read: its JSON. Both ends must be of the same version, or the head is refused. An
answer is what the command would print, so nothing needs to be interpreted on the way. A caller cancels by hanging up.
"""

from __future__ import annotations

import os

from ctxbudget_server.sidecar.identity import IDENTITY_FIELDS

MAGIC = b"ctxbudget-oneshot 2"
TAKEN = b"taken\n"
REFUSED = b"refused "
AT_WORK = b"\n"
"""A sidecar's sign of life, sent until it answers; a caller that hears nothing must assume that it was suspended."""

MAX_LINE_BYTES = 100
MAX_HEAD_BYTES = 64 * 1024


TYPE_CHECKING = False
if TYPE_CHECKING:
    Body = bytes | bytearray


class OneShotRequest:
    """A caller's request: a command, its arguments, and its input."""

    __slots__ = ("arguments", "body", "command", "identity", "key", "sent")

    def __init__(self, identity: list[str], key: str, command: str, arguments: list[str], body: Body = b"") -> None:
        self.identity = identity
        self.key = key
        self.command = command
        self.arguments = arguments
        self.body = body
        self.sent = False
        """Whether a sidecar accepted it, and so may have acted on it."""

    def head(self) -> bytes:
        """The first bytes to send. Raises ValueError if they are too long."""
        fields = b"\0".join(os.fsencode(field) for field in (*self.identity, self.key, self.command, *self.arguments))
        if len(fields) > MAX_HEAD_BYTES:
            raise ValueError("the head is too long")
        return b"%b %d %d\n%b" % (MAGIC, len(fields), len(self.body), fields)


class OneShotAnswer:
    """The outcome of a command."""

    __slots__ = ("code", "stderr", "stdout")

    def __init__(self, code: int, stdout: bytes = b"", stderr: bytes = b"") -> None:
        self.code = code
        self.stdout = stdout
        self.stderr = stderr

    def frame(self) -> bytes:
        """The bytes to send."""
        line = b"answer %d %d %d\n" % (self.code, len(self.stdout), len(self.stderr))
        return b"".join((line, self.stdout, self.stderr))


def refusal(reason: str) -> bytes:
    """The line that refuses a caller."""
    return REFUSED + reason.encode() + b"\n"


def read_lengths(line: bytes) -> tuple[int, int]:
    """(head, body): the lengths in a caller's first line, given without its line feed. Raises ValueError."""
    if not line.startswith(MAGIC + b" "):
        raise ValueError("another protocol")
    head, body = (_figure(word) for word in line[len(MAGIC) + 1 :].split(b" "))
    if head > MAX_HEAD_BYTES:
        raise ValueError("the head is too long")
    return head, body


def read_head(head: bytes) -> OneShotRequest:
    """Parse a caller's head. Raises ValueError."""
    fields = [os.fsdecode(field) for field in head.split(b"\0")]
    count = len(IDENTITY_FIELDS)
    if len(fields) < count + 2:
        raise ValueError("fields are missing")
    key, command, *arguments = fields[count:]
    return OneShotRequest(fields[:count], key, command, arguments)


def read_answer(data: bytes) -> OneShotAnswer:
    """Parse a sidecar's complete answer. Raises ValueError."""
    line, _, rest = data.lstrip(AT_WORK).partition(b"\n")
    word, *figures = line.split(b" ")
    code, out, err = (_figure(figure) for figure in figures)
    if word != b"answer" or len(rest) != out + err:
        raise ValueError("the answer is incomplete")
    return OneShotAnswer(code, rest[:out], rest[out:])


def _figure(word: bytes) -> int:
    if not word.isdigit() or len(word) > 12:
        raise ValueError(f"expected a number, got {word[:20]!r}")
    return int(word)
