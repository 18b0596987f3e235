"""What a transport needs from the service: one blocking call per request, an ordering key, and changes to pass on."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol

from ctxbudget_server.account.cancellation import Cancellation

if TYPE_CHECKING:
    from ctxbudget_server.service.tracked_session import TrackedSession
    from ctxbudget_server.settings.source import FileSettings
    from ctxbudget_server.store.shared_commit import SharedCommit

Notification = tuple[str, dict[str, Any]]


class Backend(Protocol):
    """The service behind a transport. Thread-safe, and independent of any event loop."""

    def call(self, method: str, params: dict[str, Any], cancellation: Cancellation) -> dict[str, Any]:
        """Answer one request of the method table. `params` are raw; the result is ready for JSON.

        Blocks while it works. Raises `ProtocolError` (refused) or `Cancelled` (nothing was changed).
        """

    def queue_key(self, method: str, params: dict[str, Any]) -> str | None:
        """Requests with the same key run one after the other, in order of arrival; None: at any time."""

    def is_quick(self, method: str, params: dict[str, Any]) -> bool:
        """Whether an answer takes so little, and nothing that may block, that the event loop can make it itself."""

    def call_quickly(self, method: str, params: dict[str, Any], cancellation: Cancellation) -> dict[str, Any]:
        """What `call` returns or raises, for a request that `is_quick`."""

    def may_share_commit(self, method: str, params: dict[str, Any]) -> bool:
        """Whether a request may share a commit with those before and behind it in its queue."""

    def together(self) -> AbstractContextManager[SharedCommit]:
        """Let the calls of this thread in the block, small writes of one queue, share a commit at its end.

        None of them may be answered before that. Raises what a commit raises.
        """

    def watching(self) -> bool:
        """Whether this connection watches or follows any session."""

    def follow(self, session: str | None, alerts: bool = True) -> None:
        """Have `changes` report on a session, or with `auto` on the one changed last; None: stop. Blocks briefly.

        Sessions opened with `watch` are still reported, with their alerts.
        """

    def followed(self, session: str, model: str | None, files: FileSettings | None = None) -> TrackedSession:
        """The followed session in its current state, and a counter. Blocks briefly."""

    def changes(self) -> list[Notification]:
        """The notifications due since the last call, at most one `budget/didChange` per session. Blocks briefly."""

    def document_changed(self, uri: str, text: str | None) -> None:
        """An editor opened a document or changed it to `text`; None: closed it. Called in the order of these events."""

    def warm_up(self) -> None:
        """Load what the first requests need (models, vocabulary). Called once after `initialize`, in the background."""

    def close(self) -> None:
        """Close files; the process is about to end."""
