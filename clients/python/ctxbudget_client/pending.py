"""A request that is on its way."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from typing import Any

from ctxbudget_client.errors import ClientError, RequestTimeoutError


class Pending:
    """The handle of a request in flight; any thread may wait for it, more than once."""

    def __init__(self, method: str, params: Any, timeout: float) -> None:
        self.id = 0
        """The id on the wire; another one after a restart of the server."""
        self.method = method
        self.params = params
        self.cancelled = False
        self.asked = 0
        """How often it was sent: more than once where a server was lost."""
        self.answer: Future[Any] = Future()
        self._timeout = timeout
        self._cancel: Callable[[int], None] | None = None

    def sent(self, request_id: int, cancel: Callable[[int], None]) -> None:
        """It is on its way; `cancel(id)` asks the server to give up."""
        self.id, self._cancel = request_id, cancel
        self.asked += 1

    @property
    def done(self) -> bool:
        """Whether the answer is there."""
        return self.answer.done()

    def result(self, timeout: float | None = None) -> Any:
        """The result. Raises `ServerError`, `ConnectionLostError`, or `RequestTimeoutError`: then it goes on."""
        seconds = self._timeout if timeout is None else timeout
        try:
            return self.answer.result(seconds)
        except TimeoutError as fault:
            if self.answer.done():
                raise
            raise RequestTimeoutError(self.method, seconds) from fault

    def cancel(self) -> None:
        """Ask the server to give up; the answer, an error or a result, still comes. Never raises."""
        self.cancelled = True
        if not self.done and self._cancel is not None:
            with contextlib.suppress(ClientError):  # no server is there, and none will be asked
                self._cancel(self.id)

    def resolve(self, result: Any) -> None:
        """The answer came."""
        with contextlib.suppress(InvalidStateError):  # its caller stopped waiting
            self.answer.set_result(result)

    def fail(self, fault: Exception) -> None:
        """No result will come."""
        with contextlib.suppress(InvalidStateError):
            self.answer.set_exception(fault)
