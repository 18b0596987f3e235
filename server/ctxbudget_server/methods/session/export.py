"""`session/export`: a session as lines of JSON, in pages or in a file."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Final

from ctxbudget_protocol.errors import ProtocolError, invalid
from ctxbudget_protocol.methods.session.export import ExportResult
from ctxbudget_server.account.export_lines import ExportLines, Position, position_of
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.transactions import Snapshot, reading

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.session.export import ExportParams

PAGE_BYTES: Final = 8 << 20
"""A page of lines ends after the line that reaches this size."""


def export(request: Request, params: ExportParams) -> ExportResult:
    """Export a session's log, account and items, and with `content` its originals."""
    for name in ("cursor", "limit"):
        if params.path is not None and request.params.get(name) is not None:
            raise invalid([name], "is not allowed with `path`")
    if params.path is None and params.overwrite:
        raise invalid(["overwrite"], "is allowed only with `path`")
    with reading(request, params.session_id) as snapshot:
        session = snapshot.session
        if not session.revision:
            raise ProtocolError(
                "unknownSession", f"nothing has happened in session {session.id!r} yet", loc=["sessionId"],
                sessionId=session.id,
            )  # fmt: skip
        head = snapshot.reader.log(session).head()
        start = Position(session.nonce, session.revision) if params.cursor is None else position_of(params.cursor)
        if start.nonce != session.nonce:
            raise invalid(["cursor"], "is of another session")
        if start.revision != session.revision:
            raise ProtocolError(
                "conflict",
                f"the session is at revision {session.revision}, no longer at {start.revision}: begin again",
                loc=["cursor"],
                revision=session.revision,
            )
        written, lines, end = None, None, start
        if params.path is not None:
            written, end = _write(request, params, snapshot)
        else:
            lines, end = _page(snapshot, params, start)
    return ExportResult(
        session_id=session.id,
        revision=session.revision,
        path=written,
        lines=lines,
        next=None if end.section == "end" else end.cursor(),
        count=end.lines,
        head=head.hash.hex() if head else None,
    )


def _page(snapshot: Snapshot, params: ExportParams, start: Position) -> tuple[list[str], Position]:
    lines, size, position = list[str](), 0, start
    exported = ExportLines(snapshot.reader, snapshot.session, content=params.content)
    for line, after in islice(exported.after(start), params.limit):
        lines.append(line.decode())
        position = after
        size += len(line)
        if size >= PAGE_BYTES:
            break
    return lines, position


def _write(request: Request, params: ExportParams, snapshot: Snapshot) -> tuple[str, Position]:
    position = Position(snapshot.session.nonce, snapshot.session.revision)

    def lines() -> Iterator[bytes]:
        nonlocal position
        exported = ExportLines(snapshot.reader, snapshot.session, content=params.content)
        for line, after in exported.after(position):
            request.cancellation.check()
            position = after
            yield line + b"\n"

    path = request.documents.write(params.path or "", lines(), ["path"], overwrite=params.overwrite)
    return path, position
