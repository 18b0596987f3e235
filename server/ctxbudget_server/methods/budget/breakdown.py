"""`budget/breakdown`: what the window holds by source, why its cache was written again, and money."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ctxbudget_protocol.errors import ProtocolError, invalid
from ctxbudget_protocol.methods.budget.breakdown import BreakdownResult
from ctxbudget_server.account.bills import cuts_of
from ctxbudget_server.account.breakdown import account_breakdown
from ctxbudget_server.account.counter import Counter, calibrated_counter
from ctxbudget_server.account.money import table_of
from ctxbudget_server.account.recorded import Read, Recording, read_recording, wire_recording
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.transactions import Snapshot, find_session, reading
from ctxbudget_server.recordings.listing import recorded_as
from ctxbudget_server.recordings.model import RecordingError
from ctxbudget_server.recordings.opencode import MARK
from ctxbudget_server.recordings.opening import is_plain, lines_of, lines_read
from ctxbudget_server.recordings.subagents import SubagentFile, subagents_of
from ctxbudget_server.transcripts.model import TranscriptError

if TYPE_CHECKING:
    from ctxbudget_protocol.breakdown import RecordingSource
    from ctxbudget_protocol.methods.budget.breakdown import BreakdownParams
    from ctxbudget_server.store.interface import Reader
    from ctxbudget_server.transcripts.lines import Line


def breakdown(request: Request, params: BreakdownParams) -> BreakdownResult:
    """What is retained on the account, and, if a recording is named, what that tells of the host's window."""
    if params.recording is None:
        if params.reported:
            raise invalid(["reported"], "is about a recording, and none is named")
        with reading(request, params.session_id) as snapshot:
            return BreakdownResult(
                session_id=snapshot.session.id,
                revision=snapshot.session.revision,
                account=account_breakdown(request, snapshot, params.largest),
                recording=None,
            )
    recording = _found(request, params.recording)
    read = _read(recording, request)
    with request.read() as reader:
        named = params.session_id or _session_of(reader, recording, read)
        session = None if named is None else find_session(reader, named, request.now)
        account, cuts = None, []
        if session is not None:
            account = account_breakdown(request, Snapshot(reader, session), params.largest)
            cuts = cuts_of(reader, session)
        counter = calibrated_counter(reader, read.model) if read.model else Counter(None)
    return BreakdownResult(
        session_id=None if session is None else session.id,
        revision=None if session is None else session.revision,
        account=account,
        recording=wire_recording(
            recording,
            read,
            counter,
            request.cancellation.check,
            table=table_of(request.files),
            reported=params.reported or [],
            cuts=cuts,
            largest=params.largest,
        ),
    )


def _session_of(reader: Reader, recording: Recording, read: Read) -> str | None:
    """The session of the account with the recording's id; None: there is none."""
    ids = (recording.session, read.session)
    return next((one for one in ids if one is not None and reader.session(one) is not None), None)


def _found(request: Request, source: RecordingSource) -> Recording:
    """The recording that is named."""
    if source.host is not None and source.session is None:
        raise invalid(["recording", "host"], "says whose `session` it is, and none is named")
    if source.content is not None:
        content = source.content
        return Recording(lambda: content.split("\n"), source.format, None, None)
    if source.session is not None:
        found = recorded_as(source.session, source.host)
        if found is None:
            raise ProtocolError(
                "unknownRecording",
                f"no session {source.session!r} of {source.host or 'any host'} was recorded on this machine",
                loc=["recording", "session"],
                session=source.session,
            )
        return _of_host(found.path, source.format, found.session)
    return _of_path(request, str(source.path), source.format)


def _of_path(request: Request, given: str, form: str | None) -> Recording:
    """A recording in a folder that may be read. Each reading opens it, and never through a link."""
    loc = ["recording", "path"]
    whole = request.documents.workspace / given
    if MARK in given and not whole.exists():
        database, _, session = given.rpartition(MARK)
        return _of_host(f"{request.documents.locate(database, loc)}{MARK}{session}", form, None)
    path = request.documents.locate(given, loc)
    if path.exists() and not is_plain(str(path)) and (path.is_file() or path.is_dir()):
        return _of_host(str(path), form, None)
    subagents = [(partial(_opened, request, one.path), *_named(one)) for one in subagents_of(str(path))]
    return Recording(partial(_opened, request, given), form, None, str(path), subagents)


def _opened(request: Request, given: str) -> Iterator[Line]:
    return lines_read(request.documents.lines(given, ["recording", "path"]), given)


def _of_host(path: str, form: str | None, session: str | None) -> Recording:
    """A recording where its host keeps it."""
    subagents = [(partial(lines_of, one.path), *_named(one)) for one in subagents_of(path)]
    return Recording(partial(lines_of, path), form, session, path, subagents)


def _named(one: SubagentFile) -> tuple[str, str | None]:
    return one.agent or Path(one.path).stem, one.kind


def _read(recording: Recording, request: Request) -> Read:
    """Read it. Whatever is wrong with it becomes an error that names it."""
    loc = ["recording", "content" if recording.path is None else "path"]
    shown = recording.path or "the content"
    try:
        return read_recording(recording._replace(lines=_checked(recording.lines, request)))
    except OSError as fault:
        reason = fault.strerror or str(fault)
        raise ProtocolError(
            "pathUnreadable", f"{shown}: {reason}", loc=loc, path=str(recording.path), reason=reason
        ) from fault
    except (TranscriptError, RecordingError, UnicodeError, RecursionError) as fault:
        reason = "is nested too deeply" if isinstance(fault, RecursionError) else str(fault)
        raise ProtocolError("notRecording", f"{shown} {reason}", loc=loc, reason=reason, path=recording.path) from fault


def _checked(lines: Callable[[], Iterable[Line]], request: Request) -> Callable[[], Iterator[Line]]:
    """The lines, read only as long as the request is not cancelled."""
    return lambda: request.cancellation.each(lines())
