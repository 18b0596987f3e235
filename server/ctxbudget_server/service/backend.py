"""What a transport needs of the service: one blocking call per request, an order, and news to pass on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from ctxbudget_server.account.cancellation import Cancellation

if TYPE_CHECKING:
    from ctxbudget_server.service.tracked_session import TrackedSession

Notification = tuple[str, dict[str, Any]]


class Backend(Protocol):
    """The services behind a transport. All of it is thread-safe and knows no event loop."""

    def call(self, method: str, params: dict[str, Any], cancellation: Cancellation) -> dict[str, Any]:
        """Answer one request of the method table; `params` are raw, the result is ready for JSON.

        Blocks while it works. Raises `ProtocolError` (refused) or `Cancelled` (nothing was changed).
        """

    def queue_key(self, method: str, params: dict[str, Any]) -> str | None:
        """Requests of one lane are worked on one after the other, in the order of arrival; None: at any time."""

    def watching(self) -> bool:
        """Whether this connection watches or follows any session."""

    def follow(self, session: str | None, alerts: bool = True) -> None:
        """Have `changes` tell of a session, or of the one that changed last for `auto`; None: no more. Blocks briefly.

        Sessions opened with `watch` are told of as before, with their alerts.
        """

    def followed(self, session: str, model: str | None) -> TrackedSession:
        """The session that is followed, as it is now, and a counter. Blocks briefly."""

    def changes(self) -> list[Notification]:
        """The notifications due since the last call, one `budget/didChange` a session at most. Blocks briefly."""

    def document_changed(self, uri: str, text: str | None) -> None:
        """An editor opened a document or changed it to `text`; None: closed it. Called in the order of the events."""

    def warm_up(self) -> None:
        """Load what the first requests need (models, vocabulary); called once in the background after `initialize`."""

    def close(self) -> None:
        """Let go of files; the process is about to end."""
