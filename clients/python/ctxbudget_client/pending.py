"""A request that is on its way."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from ctxbudget_client.errors import RequestTimeoutError


class Pending:
    """The handle of a request in flight; any thread may wait for it, more than once."""

    def __init__(self, request_id: int, method: str, timeout: float, cancel: Callable[[int], None]) -> None:
        self.id = request_id
        self.method = method
        self._timeout = timeout
        self._cancel = cancel
        self._answer: Future[Any] = Future()

    @property
    def done(self) -> bool:
        """Whether the answer is there."""
        return self._answer.done()

    def result(self, timeout: float | None = None) -> Any:
        """The result. Raises `ServerError`, `ConnectionLostError`, or `RequestTimeoutError`: then it goes on."""
        seconds = self._timeout if timeout is None else timeout
        try:
            return self._answer.result(seconds)
        except TimeoutError as fault:
            if self._answer.done():
                raise
            raise RequestTimeoutError(self.method, seconds) from fault

    def cancel(self) -> None:
        """Ask the server to give up; the answer, an error or a result, still comes."""
        if not self.done:
            self._cancel(self.id)

    def resolve(self, result: Any) -> None:
        """The answer came."""
        if not self._answer.done():
            self._answer.set_result(result)

    def fail(self, fault: Exception) -> None:
        """No result will come."""
        if not self._answer.done():
            self._answer.set_exception(fault)
