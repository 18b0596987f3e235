"""The context of one request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

from ctxbudget_protocol.limits import Limits
from ctxbudget_protocol.values import NamedTuple
from ctxbudget_protocol.words import Origin
from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.account.settings import Settings
from ctxbudget_server.settings.source import FileSettings
from ctxbudget_server.store.interface import Reader, Store, Writer
from ctxbudget_server.store.records import Session
from ctxbudget_server.workspace.buffers import Buffers
from ctxbudget_server.workspace.documents import Documents


class Request(NamedTuple):
    """The store, the documents, the limits, who is asking, and whether the request was cancelled."""

    method: str
    params: dict[str, Any]
    """The params as received, validated, without the members of the envelope."""
    store: Store
    documents: Documents
    limits: Limits
    actor: str
    cancellation: Cancellation
    watch: Callable[[str, bool], None]
    buffers: Buffers
    clock: Callable[[], datetime]
    files: FileSettings
    """The settings of files at the beginning of the request."""
    access: Callable[[], Mapping[str, tuple[Any, Origin]]]
    """What is read and where the account is kept: each setting with where it comes from."""
    over: Callable[[Store, str, dict[str, Any]], dict[str, Any]]
    """Answers another request (method, params) of the same caller from another store: how requests are rehearsed."""

    def settings_of(self, session: Session) -> Settings:
        """The settings of a session."""
        return Settings.of(session.config, self.files)

    def read(self) -> AbstractContextManager[Reader]:
        """A snapshot of the store; reading stops if the request is cancelled."""
        return self.store.read(self.cancellation.check)

    def write(self) -> AbstractContextManager[Writer]:
        """The request's transaction; it stops if the request is cancelled before the commit."""
        return self.store.write(self.cancellation.commit, check=self.cancellation.check)

    def now(self) -> str:
        """The current time, in the form that the wire and the store use."""
        return timestamp(self.clock())


def utc_now() -> datetime:
    """The current time by the wall clock."""
    return datetime.now(UTC)


def timestamp(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds; strings of this form sort by time."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
