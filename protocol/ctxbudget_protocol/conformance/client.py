"""An independent client of any Content-Length framed JSON-RPC server, for judging it: standard library only.

    with Client(["ctxbudget", "serve"], cwd=folder) as c:
        status = c.request("budget/status")
        error = c.request_error("context/get", {"itemId": "nope"})
        alert = c.notification("budget/alert")

It is strict where a lenient client would hide a fault. Every frame must be well formed, every error must carry
`data.name` and `data.retryable`, no id may be answered twice. Leaving the `with` block says `shutdown` and `exit`,
and fails if a request was left unanswered, if a message was left unread, or if the exit code is not the expected one.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import re
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Literal, NoReturn, Self

Json = Any
Message = dict[str, Any]
MessageId = str | int

ABSENT: Any = object()
"""Params that are left out of the message altogether."""

DEFAULT_TIMEOUT = 30.0
MAX_HEADER_BYTES = 400
HEADER = re.compile(
    rb"(?:Content-Type: [^\r\n]*\r\n)?Content-Length: (0|[1-9][0-9]*)(?:\r\nContent-Type: [^\r\n]*)?", re.IGNORECASE
)
"""The header of a message as a server may write it."""
RELEASE_SECONDS = 2.0
"""For the reading threads to see the end of a process that is dead: its children may hold its streams open."""


class MisbehaviourError(AssertionError):
    """The server did something that the contract does not allow, or did not do what it demands."""


class ErrorAnswerError(MisbehaviourError):
    """A request was answered with an error where a result was expected; `error` is the JSON-RPC error object."""

    def __init__(self, method: str, error: Message) -> None:
        super().__init__(f"{method} answered {json.dumps(error)}")
        self.error = error


@dataclass(frozen=True)
class TracedFrame:
    """One message on the wire, as it went; `raw` without its header."""

    direction: Literal["sent", "received"]
    at: float
    raw: bytes


def frame(message: Json) -> bytes:
    """A message with its header."""
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def call(message_id: Json, method: str, params: Json = ABSENT) -> Message:
    """A request message; a notification if the id is ABSENT."""
    message: Message = {"jsonrpc": "2.0", "method": method}
    if message_id is not ABSENT:
        message["id"] = message_id
    if params is not ABSENT:
        message["params"] = params
    return message


class Client:
    """One server process and the conversation with it.

    `env` is laid over the environment of this process. `handshake=False` starts without `initialize`. `ignore` names
    notifications that may stay unread. `exit_code=None` accepts any. `trace` writes every frame to a file. `start`
    starts the process in a way of its own, and returns what `Popen` would with unbuffered pipes.
    """

    def __init__(
        self,
        command: Sequence[str | os.PathLike[str]],
        *,
        cwd: str | os.PathLike[str] | None = None,
        env: Mapping[str, str] | None = None,
        root: str | os.PathLike[str] | None = None,
        options: Json = None,
        handshake: bool = True,
        exit_code: int | None = 0,
        timeout: float = DEFAULT_TIMEOUT,
        ignore: Collection[str] = (),
        trace: str | os.PathLike[str] | None = None,
        start: Callable[[], Any] | None = None,
    ) -> None:
        self.timeout = timeout
        self.exit_code = exit_code
        self.ignore = set(ignore)
        self.frames: list[TracedFrame] = []
        self.initialize_result: Message = {}
        self._ids = itertools.count(1)
        self._changed = threading.Condition()
        self._inbox: list[Message] = []
        self._asked: dict[MessageId, str] = {}
        self._owed: Counter[MessageId] = Counter()
        self._faults: list[str] = []
        self._output_ended = False
        self._shut_down = False
        self._exit_sent = False
        self._hung_up = False
        self._reading = threading.Event()
        self._reading.set()
        self._stderr: list[bytes] = []
        self._trace = Path(trace) if trace is not None else None
        if self._trace is not None:
            self._trace.write_text("", encoding="utf-8")
        self.process = start() if start else _start(command, cwd, env)
        self._threads = [
            threading.Thread(target=target, daemon=True) for target in (self._read_stdout, self._read_stderr)
        ]
        for thread in self._threads:
            thread.start()
        if handshake:
            try:
                self.initialize(root=root, options=options)
            except BaseException:
                self.kill()
                raise

    # ------------------------------------------------------------------ the conversation

    def initialize(self, *, root: str | os.PathLike[str] | None = None, options: Json = None) -> Message:
        """Say `initialize` and `initialized`; the result of the former."""
        uri = Path(root).resolve().as_uri() if root is not None else None
        params: Message = {"processId": os.getpid(), "rootUri": uri, "capabilities": {}}
        if options is not None:
            params["initializationOptions"] = options
        self.initialize_result = self.request("initialize", params)
        self.notify("initialized", {})
        return self.initialize_result

    def request(self, method: str, params: Json = ABSENT, *, timeout: float | None = None) -> Json:
        """Ask and wait for the result; an error is a fault of the server."""
        return self.result(self.send_request(method, params), timeout=timeout)

    def request_error(self, method: str, params: Json = ABSENT, *, timeout: float | None = None) -> Message:
        """Ask and wait for the error object; a result is a fault of the server."""
        return self.error(self.send_request(method, params), timeout=timeout)

    def send_request(self, method: str, params: Json = ABSENT, *, message_id: MessageId | None = None) -> MessageId:
        """Ask without waiting; the id, for `result`, `error` or `response`."""
        if message_id is None:
            message_id = next(self._ids)
        self.expect_answer(message_id, method)
        self.send(call(message_id, method, params))
        return message_id

    def notify(self, method: str, params: Json = ABSENT) -> None:
        """Send a notification."""
        self._exit_sent = self._exit_sent or method == "exit"
        self.send(call(ABSENT, method, params))

    def cancel(self, message_id: MessageId) -> None:
        """Send `$/cancelRequest`."""
        self.notify("$/cancelRequest", {"id": message_id})

    def respond(self, message_id: MessageId, result: Json = None) -> None:
        """Answer a request of the server."""
        self.send({"jsonrpc": "2.0", "id": message_id, "result": result})

    def response(self, message_id: MessageId, *, timeout: float | None = None) -> Message:
        """Wait for the whole response to a request."""
        name = self._asked.get(message_id, "?")
        return self._take(
            lambda m: "method" not in m and _same_id(m.get("id"), message_id),
            f"the response to {name} (id {message_id!r})",
            timeout,
        )

    def next_message(self, *, timeout: float | None = None) -> Message | None:
        """Wait for the next message, whatever it is; None when the server's output has ended."""
        wait = self.timeout if timeout is None else timeout
        with self._changed:
            if not self._changed.wait_for(lambda: bool(self._inbox or self._output_ended), wait):
                self._fail("waiting for any message: nothing came")
            return self._inbox.pop(0) if self._inbox else None

    def result(self, message_id: MessageId, *, timeout: float | None = None) -> Json:
        """Wait for the result of a request."""
        response = self.response(message_id, timeout=timeout)
        if "error" in response:
            raise ErrorAnswerError(self._asked.get(message_id, "?"), response["error"])
        return response["result"]

    def error(self, message_id: MessageId, *, timeout: float | None = None) -> Message:
        """Wait for the error of a request."""
        response = self.response(message_id, timeout=timeout)
        if "error" not in response:
            self._fail(f"{self._asked.get(message_id)} answered a result: {json.dumps(response)[:400]}")
        error: Message = response["error"]
        return error

    def any_error(self, message_id: MessageId, *, timeout: float | None = None) -> Message:
        """Wait for the error of a request whose id the server may not have found: with that id, or with null."""
        message = self._take(
            lambda m: "method" not in m and (_same_id(m.get("id"), message_id) or m.get("id") is None),
            f"the error of id {message_id!r}",
            timeout,
        )
        if "error" not in message:
            self._fail(f"{self._asked.get(message_id)} answered a result: {json.dumps(message)[:400]}")
        if message.get("id") is None:
            with self._changed:
                self._owed[message_id] -= 1
        error: Message = message["error"]
        return error

    def orphan_error(self, *, timeout: float | None = None) -> Message:
        """Wait for an error with a null id: the answer to something whose id could not be known."""
        message = self._take(lambda m: "error" in m and m.get("id") is None, "an error with id null", timeout)
        error: Message = message["error"]
        return error

    def notification(self, method: str, *, timeout: float | None = None) -> Json:
        """Wait for the next notification of that name; its params."""
        wanted = f"the notification {method}"
        return self._take(lambda m: m.get("method") == method and "id" not in m, wanted, timeout).get("params")

    def server_request(self, method: str, *, timeout: float | None = None) -> Message:
        """Wait for a request of the server; answer it with `respond`."""
        return self._take(lambda m: m.get("method") == method and "id" in m, f"the server's request {method}", timeout)

    def quiet(self, seconds: float) -> None:
        """Fail if anything arrives within that time."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._unread() or self._faults), seconds)
            unread = self._unread()
        if unread:
            self._fail(f"expected silence, but got {json.dumps(unread[0])[:400]}")

    def drop_unread(self) -> list[Message]:
        """Take everything that has arrived and was not asked for yet."""
        with self._changed:
            dropped, self._inbox = self._inbox, []
        return dropped

    # ------------------------------------------------------------------ bytes

    def send(self, message: Json) -> None:
        """Send any JSON value as a message."""
        self.send_raw(frame(message))

    def send_raw(self, data: bytes) -> None:
        """Send bytes as they are. Blocks while the server takes no more."""
        self._record("sent", data)
        self.send_untraced(data)

    def send_untraced(self, data: bytes) -> None:
        """As `send_raw`, without keeping the bytes: for messages that are large."""
        assert self.process.stdin is not None
        rest = memoryview(data)
        while rest:
            rest = rest[self.process.stdin.write(rest) or 0 :]

    def send_chunks(self, chunks: Iterable[bytes], pause: float = 0.0) -> None:
        """Send bytes in pieces, each with a write of its own."""
        for chunk in chunks:
            self.send_raw(chunk)
            time.sleep(pause)

    def expect_answer(self, message_id: MessageId, method: str = "a raw request") -> None:
        """Count a request that goes out through `send_raw`: it must be answered, once."""
        with self._changed:
            self._asked[message_id] = method
            self._owed[message_id] += 1

    def pause_reading(self) -> None:
        """Read no more of the server's output after the next byte."""
        self._reading.clear()

    def resume_reading(self) -> None:
        """Read on."""
        self._reading.set()

    def close_stdin(self) -> None:
        """End the server's input."""
        assert self.process.stdin is not None
        self.process.stdin.close()

    def close_stdout(self) -> None:
        """Hang up: close our end of the server's output. What is then unanswered or unread is forgiven.

        A reading thread that waits for bytes keeps the stream open: `pause_reading`, and have it get one more.
        """
        assert self.process.stdout is not None
        self._hung_up = True
        self.process.stdout.close()

    # ------------------------------------------------------------------ the end

    @property
    def stderr(self) -> str:
        """What the server has written to stderr so far."""
        return b"".join(self._stderr).decode("utf-8", "replace")

    @property
    def spoilt(self) -> bool:
        """Whether the conversation cannot go on: a bad frame came, or the output has ended."""
        return bool(self._faults) or self._output_ended

    def shutdown(self) -> None:
        """Say `shutdown` and wait for the answer."""
        self._shut_down = True
        if (answer := self.request("shutdown")) is not None:
            self._fail(f"shutdown answered {json.dumps(answer)[:400]}, not null")

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the process to end by itself; its exit code."""
        try:
            code = self.process.wait(timeout or self.timeout)
        except subprocess.TimeoutExpired:
            self._fail("the server did not end")
        for thread in self._threads:
            thread.join(self.timeout)
        return code

    def kill(self) -> None:
        """End the process by force and let go of everything."""
        self._reading.set()
        self.process.kill()
        self.process.wait()
        for thread in self._threads:
            thread.join(RELEASE_SECONDS)
        self._release()

    def close(self) -> None:
        """End the conversation in order, and judge it."""
        try:
            self._reading.set()
            if self.process.poll() is None and not self.process.stdin.closed:  # type: ignore[union-attr]
                if self.initialize_result and not self._shut_down:
                    self.shutdown()
                if not self._exit_sent:
                    self.notify("exit")
            code = self.wait()
            self.judge()
            if self.exit_code is not None and code != self.exit_code:
                self._fail(f"exit code {code}, not {self.exit_code}")
        finally:
            self.kill()

    def judge(self) -> None:
        """Fail if a request is unanswered, a message unread, or any frame was not right."""
        if self._hung_up:
            return
        with self._changed:
            unanswered = {k: self._asked[k] for k, owed in self._owed.items() if owed}
            unread = self._unread()
        if self._faults:
            self._fail("; ".join(self._faults))
        if unanswered:
            self._fail(f"left unanswered: {unanswered}")
        if unread:
            self._fail(f"left unread: {json.dumps(unread)[:1000]}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.kill()
            if error is not None and self.stderr:
                error.add_note(f"stderr of the server:\n{self.stderr[-4000:]}")

    # ------------------------------------------------------------------ inside

    def _take(self, fits: Callable[[Message], bool], wanted: str, timeout: float | None) -> Message:
        deadline = time.monotonic() + (self.timeout if timeout is None else timeout)
        with self._changed:
            while True:
                for index, message in enumerate(self._inbox):
                    if fits(message):
                        return self._inbox.pop(index)
                left = deadline - time.monotonic()
                if self._faults or self._output_ended or left <= 0:
                    why = "; ".join(self._faults) or ("the output ended" if self._output_ended else "nothing came")
                    self._fail(f"waiting for {wanted}: {why}")
                self._changed.wait(left)

    def _unread(self) -> list[Message]:
        return [m for m in self._inbox if not ("id" not in m and m.get("method") in self.ignore)]

    def _fail(self, why: str) -> NoReturn:
        said = self.stderr[-4000:]
        raise MisbehaviourError(f"{why}\nstderr of the server:\n{said}" if said else why)

    def _record(self, direction: Literal["sent", "received"], raw: bytes) -> None:
        traced = TracedFrame(direction, time.monotonic(), raw)
        self.frames.append(traced)
        if self._trace is not None:
            line = {"direction": direction, "at": traced.at, "raw": raw.decode("utf-8", "replace")}
            with self._trace.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")

    def _read_stdout(self) -> None:
        assert self.process.stdout is not None
        try:
            for body in _frames(self.process.stdout, self._reading):
                self._record("received", body)
                message = _strict_json(body)
                with self._changed:
                    self._check(message)
                    self._inbox.append(message)
                    self._changed.notify_all()
        except Exception as exc:  # whatever it is, nobody must wait for this thread any more
            self._faults.append(f"a bad frame from the server: {exc!r}")
        with self._changed:
            self._output_ended = True
            self._changed.notify_all()

    def _check(self, message: Message) -> None:
        _need(isinstance(message, dict), "not an object", message)
        _need(message.get("jsonrpc") == "2.0", "no jsonrpc 2.0", message)
        if "method" in message:
            _need(isinstance(message["method"], str), "no method name", message)
            return
        _need(("result" in message) != ("error" in message), "neither or both of result and error", message)
        if "error" in message:
            _check_error(message)
        _need("id" in message, "no id", message)
        message_id = message["id"]
        if message_id is None:
            _need("error" in message, "a result for nobody", message)
            return
        _need(isinstance(message_id, str | int), "an id that is none", message)
        with self._changed:
            _need(self._owed[message_id] > 0, "an answer to nothing, or a second one", message)
            self._owed[message_id] -= 1

    def _read_stderr(self) -> None:
        assert self.process.stderr is not None
        while chunk := self.process.stderr.read(65536):
            self._stderr.append(chunk)

    def _release(self) -> None:
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None and (stream is self.process.stdin or not any(t.is_alive() for t in self._threads)):
                with contextlib.suppress(OSError):
                    stream.close()


def _start(
    command: Sequence[str | os.PathLike[str]], cwd: str | os.PathLike[str] | None, env: Mapping[str, str] | None
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [os.fspath(part) for part in command],
        cwd=cwd,
        env={**os.environ, **env} if env else None,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
    )


def _same_id(one: Json, other: Json) -> bool:
    return type(one) is type(other) and bool(one == other)


def _frames(stream: IO[bytes], reading: threading.Event) -> Iterator[bytes]:
    """The bodies of the frames, each exactly as the server is meant to write it."""
    buffer = bytearray()

    def more(place: str) -> bool:
        reading.wait()
        chunk = stream.read(1 << 16)
        if not chunk and (buffer or place):
            raise MisbehaviourError(f"the output ended {place}: {bytes(buffer[:200])!r}")
        buffer.extend(chunk)
        return bool(chunk)

    while True:
        while (end := buffer.find(b"\r\n\r\n")) < 0:
            if len(buffer) >= MAX_HEADER_BYTES:
                raise MisbehaviourError(f"no header: {bytes(buffer[:200])!r}")
            if not more(""):
                return
        match = HEADER.fullmatch(buffer[:end])
        if not match:
            raise MisbehaviourError(f"a strange header: {bytes(buffer[:end])!r}")
        end_of_body = end + 4 + int(match[1])
        while len(buffer) < end_of_body:
            more("inside a message")
        body = bytes(buffer[end + 4 : end_of_body])
        del buffer[:end_of_body]
        yield body


def _need(fine: bool, otherwise: str, message: Json) -> None:
    if not fine:
        raise MisbehaviourError(f"{otherwise}: {json.dumps(message)[:1000]}")


def _check_error(message: Message) -> None:
    error = message["error"]
    _need(isinstance(error, dict) and type(error.get("code")) is int, "no code", message)
    _need(isinstance(error.get("message"), str), "no message", message)
    data = error.get("data")
    _need(isinstance(data, dict) and isinstance(data.get("name"), str), "no name", message)
    _need(isinstance(data.get("retryable"), bool), "not said whether retryable", message)
    _need("Traceback" not in json.dumps(error), "a traceback", message)


def _strict_json(body: bytes) -> Message:
    def refuse(constant: str) -> NoReturn:
        raise ValueError(f"{constant} is not JSON")

    message: Message = json.loads(body.decode("utf-8"), parse_constant=refuse)
    return message
