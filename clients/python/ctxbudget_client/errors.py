"""What can go wrong between a client and its server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.budget.settle import SettleResult


class ClientError(Exception):
    """The base of everything that this package raises."""


class ServerError(ClientError):
    """The server answered a request with an error. Switch on `name`, which never changes; `message` is for people."""

    def __init__(self, method: str, code: int, message: str, data: Any = None) -> None:
        super().__init__(f"{method}: {message}")
        self.method = method
        self.code = code
        self.message = message
        self.data: dict[str, Any] = data if isinstance(data, dict) else {}

    @property
    def name(self) -> str:
        """The stable name, e.g. `budgetExceeded`; empty where the server gave none."""
        name = self.data.get("name", "")
        return name if isinstance(name, str) else ""

    @property
    def retryable(self) -> bool:
        """Whether the same request may succeed later, unchanged."""
        return self.data.get("retryable") is True


class ConnectionLostError(ClientError):
    """There is no server to talk to: it could not be started, it ended, it spoke nonsense, or the client is closed."""

    def __init__(self, reason: str, exit_code: int | None = None, stderr_tail: str = "") -> None:
        tail = stderr_tail.strip()
        super().__init__(f"{reason}\nthe server's last words:\n{tail}" if tail else reason)
        self.reason = reason
        self.exit_code = exit_code
        self.stderr_tail = stderr_tail


class RequestTimeoutError(ClientError, TimeoutError):
    """No answer came in time. The request may still take effect: `requestKey` makes a retry safe."""

    def __init__(self, method: str, seconds: float) -> None:
        super().__init__(f"{method}: no answer within {seconds:g} s")
        self.method = method
        self.seconds = seconds


class LeaseExpiredError(ClientError):
    """A lease expired before it was settled, so that others could reserve its tokens meanwhile.

    What it used is on record all the same: `settled`. Renew a lease in time, or reserve for longer with `ttl_ms`.
    """

    def __init__(self, holder: str, expired_at: str, settled: SettleResult) -> None:
        super().__init__(
            f"the lease of {holder!r} ({settled.reserved:,} tokens) expired at {expired_at}, before it was settled "
            f"with {settled.used:,} tokens; call `lease.renew()` in time, or reserve for longer with `ttl_ms`"
        )
        self.holder = holder
        self.expired_at = expired_at
        self.settled = settled


class FramingError(ClientError):
    """Bytes that are not a message of the LSP base protocol."""
