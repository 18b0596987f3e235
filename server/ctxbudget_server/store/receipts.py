"""The text of each entry of a session's log, and the hashes that chain the entries.

An entry is one line of JSON. Its hash is the SHA-256 of the line's bytes, and the line contains the hash of the entry
before; the first one contains the hash of the line that names the session. Content is named by its hash only, so
deleting it breaks nothing. Whoever keeps the last hash can tell whether any earlier byte has changed since.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from ctxbudget_server.store.encoding.json_text import dump
from ctxbudget_server.store.records import Heading, LoggedFigures, Session

FORMAT: Final = 1
"""The version of these lines. Every byte of them counts: a different text needs a different version."""


def session_line(session: Session) -> bytes:
    """The line that names the session: what never changes in its life."""
    about = {
        "line": "session",
        "format": FORMAT,
        "sessionId": session.id,
        "nonce": session.nonce,
        "createdAt": session.created_at,
    }
    return dump(about).encode()


def opening(heading: Heading, figures: LoggedFigures, previous: bytes) -> bytes:
    """An entry up to its body, which is followed by `CLOSING`."""
    return _opening("change", heading, {"figures": figures._asdict(), "previous": previous.hex()})


def older_opening(heading: Heading) -> bytes:
    """The same for an entry of an older version, which kept neither figures nor hashes."""
    return _opening("olderChange", heading, {})


CLOSING: Final = b"}"


def _opening(line: str, heading: Heading, rest: dict[str, Any]) -> bytes:
    revision, at, actor, method, why, alerts = heading
    start = {"line": line, "revision": revision, "at": at, "actor": actor, "method": method, "why": why, **rest}
    return f'{dump(start)[:-1]},"alerts":{alerts},"body":'.encode()


def genesis(session: Session, older: Iterable[bytes]) -> bytes:
    """What the first hashed entry names as the hash before it: that of the session's line and all older entries.

    `older` are the lines of entries from before there were hashes, oldest first.
    """
    from hashlib import sha256

    digest = sha256(session_line(session))
    for line in older:
        digest.update(b"\n")
        digest.update(line)
    return digest.digest()
