"""The same client for asyncio: answers are awaited, callbacks run on the event loop."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from ctxbudget_client.async_methods import AsyncApi
from ctxbudget_client.client import DEFAULT_COMMAND, END_SECONDS, Client, Params
from ctxbudget_client.errors import ClientError, RequestTimeoutError
from ctxbudget_client.params import SESSION_METHODS
from ctxbudget_client.process import Command


class AsyncClient(AsyncApi):
    """A running server and the conversation with it, on one event loop.

    ::

        async with await AsyncClient.spawn() as client:
            status = await client.budget.status(session_id="run-7")
    """

    def __init__(self, client: Client) -> None:
        """Speak over a synchronous client; `spawn` makes one."""
        super().__init__(self.request)
        self._client = client
        self._tasks: set[asyncio.Task[Any]] = set()

    @classmethod
    async def spawn(cls, command: Command = DEFAULT_COMMAND, **options: Any) -> Self:
        """Start a server and initialize it; options and errors are those of `Client.spawn`."""
        return cls(await asyncio.to_thread(Client.spawn, command, **options))

    def for_session(self, session_id: str) -> AsyncApi:
        """All methods, about one session."""

        async def ask(method: str, params: dict[str, Any]) -> Any:
            about = {"sessionId": session_id, **params} if method in SESSION_METHODS else params
            return await self.request(method, about)

        return AsyncApi(ask)

    async def request(self, method: str, params: Params = None, *, timeout: float | None = None) -> Any:
        """Ask by name: the result as JSON. A late or cancelled one is cancelled at the server, too.

        Raises `ServerError`, `RequestTimeoutError` or `ConnectionLostError`.
        """
        seconds = self._client.timeout if timeout is None else timeout
        link = self._client.link
        pending = link.prepared(method, params, seconds)
        if not link.try_send(pending):  # a restart is under way
            await asyncio.to_thread(link.finish_sending, pending, seconds)
        answer = asyncio.wrap_future(pending.answer)
        answer.add_done_callback(_seen)
        try:
            async with asyncio.timeout(seconds):
                # Shielded, for the server has to be told before the answer is given up.
                return await asyncio.shield(answer)
        except TimeoutError as late:
            self._give_up(pending.cancel)
            raise RequestTimeoutError(method, seconds) from late
        except asyncio.CancelledError:
            self._give_up(pending.cancel)
            raise

    def on(self, method: str, callback: Callable[[Any], Any]) -> Callable[[], None]:
        """Call `callback`, a function or a coroutine function, on this event loop with each notification of `method`.

        `budget/didChange` and `budget/alert` come as records. Call what is returned to end it.
        """
        loop = asyncio.get_running_loop()

        def told(said: Any) -> None:
            loop.call_soon_threadsafe(self._run, callback, said)

        return self._client.on(method, told)

    def _run(self, callback: Callable[[Any], Any], said: Any) -> None:
        outcome = callback(said)
        if inspect.iscoroutine(outcome):
            task = asyncio.get_running_loop().create_task(outcome)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    @staticmethod
    def _give_up(cancel: Callable[[], None]) -> None:
        with contextlib.suppress(ClientError):
            cancel()

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
    """Look at an error that comes when nobody waits for it any more, so that asyncio does not complain."""
    if not answer.cancelled():
        answer.exception()
