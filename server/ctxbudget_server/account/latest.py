"""Which session people mean who name none."""

from __future__ import annotations

from ctxbudget_protocol.limits import ARCHIVE_SESSION
from ctxbudget_server.store.interface import Reader
from ctxbudget_server.store.records import Session


def latest_session(reader: Reader) -> Session | None:
    """The session that changed last; the parent's, if that is a subagent's (`SESSION:AGENT`).

    None if there is none besides the archive.
    """
    session = reader.latest_session(ARCHIVE_SESSION)
    above = session.id if session else ""
    while (above := above.rpartition(":")[0]) and session:
        session = reader.session(above) or session
    return session
