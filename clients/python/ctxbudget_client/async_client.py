"""The same client for asyncio: answers are awaited, callbacks run on the event loop."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from types import TracebackType
from typing import Any, Literal, Self, Unpack, overload

from ctxbudget_client.async_methods import AsyncApi
from ctxbudget_client.async_runs import AsyncRun
from ctxbudget_client.client import DEFAULT_COMMAND, END_SECONDS, Client, Params, SpawnOptions, about
from ctxbudget_client.errors import RequestTimeoutError
from ctxbudget_client.named_session import with_named_session_async
from ctxbudget_client.notifications import Reconnected
from ctxbudget_client.process import Command
from ctxbudget_protocol.methods.budget.alert import AlertNote
from ctxbudget_protocol.methods.budget.did_change import DidChange


class AsyncClient(AsyncApi):
    """A running server and the conversation with it, on one event loop.

    ::

        async with await AsyncClient.spawn() as client:
            status = await client.budget.status(session_id="run-7")
    """

    def __init__(self, client: Client) -> None:
        """Speak over a synchronous client; `spawn` makes one."""
        super().__init__(with_named_session_async(self.request))
        self._client = client
        self._tasks: set[asyncio.Task[Any]] = set()

    @classmethod
    async def spawn(cls, command: Command = DEFAULT_COMMAND, **options: Unpack[SpawnOptions]) -> Self:
        """Start a server and initialize it; options and errors are those of `Client.spawn`."""
        starter = ThreadPoolExecutor(1, "ctxbudget-start")
        starting = starter.submit(partial(Client.spawn, command, **options))
        starter.shutdown(wait=False)
        try:
            return cls(await asyncio.wrap_future(starting))
        except asyncio.CancelledError:
            starting.add_done_callback(_end_unwanted)
            raise

    def for_session(self, session_id: str, *, timeout: float | None = None) -> AsyncRun:
        """All methods about one session, and its leases; each may take `timeout` seconds, or the client's time."""

        async def ask(method: str, params: dict[str, Any]) -> Any:
            return await self.request(method, about(session_id, method, params), timeout=timeout)

        return AsyncRun(ask)

    def with_timeout(self, seconds: float) -> AsyncApi:
        """All methods, each of which may take so long."""
        return AsyncApi(with_named_session_async(partial(self.request, timeout=seconds)))

    async def request(self, method: str, params: Params = None, *, timeout: float | None = None) -> Any:
        """Ask by name: the result as JSON. A late or cancelled one is cancelled at the server, too.

        Raises `ServerError`, `RequestTimeoutError` or `ConnectionLostError`.
        """
        seconds = self._client.timeout if timeout is None else timeout
        pending = self._client.send(method, params)
        answer = asyncio.wrap_future(pending.answer)
        answer.add_done_callback(_seen)
        try:
            async with asyncio.timeout(seconds):
                # Shielded, for the server has to be told before the answer is given up.
                return await asyncio.shield(answer)
        except TimeoutError as late:
            self._client.give_up(pending, params)
            raise RequestTimeoutError(method, seconds) from late
        except asyncio.CancelledError:
            self._client.give_up(pending, params)
            raise

    @overload
    def on(self, method: Literal["budget/alert"], callback: Callable[[AlertNote], object]) -> Callable[[], None]: ...
    @overload
    def on(
        self, method: Literal["budget/didChange"], callback: Callable[[DidChange], object]
    ) -> Callable[[], None]: ...
    @overload
    def on(
        self, method: Literal["ctxbudget/reconnected"], callback: Callable[[Reconnected], object]
    ) -> Callable[[], None]: ...
    @overload
    def on(self, method: str, callback: Callable[[Any], object]) -> Callable[[], None]: ...
    def on(self, method: str, callback: Callable[[Any], object]) -> Callable[[], None]:
        """Call `callback`, a function or a coroutine function, on this event loop with each notification of `method`.

        It gets the records that callbacks of `Client.on` get. What it raises goes to the loop's exception handler,
        which logs it. Call what is returned to end it.
        """
        loop = asyncio.get_running_loop()

        def told(said: Any) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._run, callback, said)

        return self._client.on(method, told)

    def _run(self, callback: Callable[[Any], object], said: Any) -> None:
        outcome = callback(said)
        if inspect.iscoroutine(outcome):
            task = asyncio.get_running_loop().create_task(outcome)
            self._tasks.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            context = {"message": "a callback of ctxbudget_client failed", "exception": fault, "task": task}
            task.get_loop().call_exception_handler(context)

    @property
    def sync(self) -> Client:
        """The client underneath, e.g. for its `pid` and `initialize_result`."""
        return self._client

    async def close(self, grace: float = END_SECONDS) -> int:
        """End the server in order, by force if it does not; its exit code. Never raises, and may be called twice."""
        return await asyncio.to_thread(self._client.close, grace)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def _seen(answer: asyncio.Future[Any]) -> None:
    """Retrieve an error that arrives after its caller stopped waiting, so that asyncio does not complain."""
    if not answer.cancelled():
        answer.exception()


def _end_unwanted(starting: Future[Client]) -> None:
    """End a client that started after its caller was cancelled."""
    if not starting.cancelled() and starting.exception() is None:
        starting.result().kill()
