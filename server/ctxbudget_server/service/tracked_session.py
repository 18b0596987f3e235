"""The session that an editor shows: a named one, or the one changed last in the workspace."""

from __future__ import annotations

import os
from dataclasses import dataclass

from ctxbudget_protocol.limits import SESSION_VARIABLE
from ctxbudget_server.account.counter import Counter, calibrated_counter
from ctxbudget_server.account.latest import latest_session
from ctxbudget_server.account.settings import Settings
from ctxbudget_server.settings.source import FileSettings, FileStamp
from ctxbudget_server.store.interface import Store

AUTO = "auto"

_Wanted = tuple[str, str | None, tuple[tuple[str, FileStamp], ...]]
"""A session, a model, and the state of the files of settings."""


def session_followed(wanted: str) -> str:
    """The session that an editor's setting means: for `auto`, the one that CTXBUDGET_SESSION names, if it is set."""
    return (os.environ.get(SESSION_VARIABLE) or AUTO) if wanted == AUTO else wanted


@dataclass(frozen=True, slots=True)
class TrackedSession:
    """The followed session (None if there is no such session), its settings or the defaults, and a counter."""

    session_id: str | None
    settings: Settings
    counter: Counter


class SessionTracker:
    """Finds the followed session; answers from memory until some process has written. Thread-safe."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: tuple[int | None, dict[_Wanted, TrackedSession]] = (None, {})

    def find(self, wanted: str, model: str | None, files: FileSettings) -> TrackedSession:
        """The session with that id, or with `auto` the latest; the counter of `model`, else of its model."""
        known_mark, answers = self._known
        if known_mark is None:
            with self._store.read():  # creates or opens the store, so that it has a change mark
                pass
        mark = self._store.change_mark()
        if mark != known_mark:
            answers = {}
            self._known = (mark, answers)
        key = (wanted, model, files.stamps)
        if key not in answers:
            answers[key] = self._look(wanted, model, files)
        return answers[key]

    def _look(self, wanted: str, model: str | None, files: FileSettings) -> TrackedSession:
        with self._store.read() as reader:
            session = latest_session(reader) if wanted == AUTO else reader.session(wanted)
            settings = Settings.of(session.config if session else {}, files)
            counter = calibrated_counter(reader, model or settings.model)
        return TrackedSession(session.id if session else None, settings, counter)
