"""Servers to be judged: how they are started, each in a place of its own, and that none of them holds the kit up."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ctxbudget_protocol.conformance.client import Client, MisbehaviourError
from ctxbudget_protocol.conformance.rule import CORE_METHODS, Level, NotJudgedError
from ctxbudget_protocol.conformance.session import Session, advertised
from ctxbudget_protocol.methods import requests

UNASKED = (
    "window/logMessage", "window/showMessage", "telemetry/event", "$/logTrace", "$/progress",
    "textDocument/publishDiagnostics",
)  # fmt: skip
"""Notifications that any server of LSP may send at any time."""


class Place:
    """A folder of its own: a workspace, a home and a folder for state. Servers of one place share their sessions."""

    def __init__(self, folder: Path) -> None:
        self.workspace, self.home, self.state = (folder / name for name in ("workspace", "home", "state"))
        for path in (self.workspace, self.home, self.state):
            path.mkdir(parents=True)

    def environment(self) -> dict[str, str]:
        """The environment of a server: nobody's own settings, sessions and files."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CTXBUDGET_")}
        home = str(self.home)
        return {
            **kept,
            "HOME": home,
            "USERPROFILE": home,
            "XDG_CONFIG_HOME": str(self.home / "config"),
            "XDG_CACHE_HOME": str(self.home / "cache"),
            "XDG_DATA_HOME": str(self.home / "data"),
            "XDG_STATE_HOME": str(self.state),
        }

    def command(self, template: Sequence[str]) -> list[str]:
        """A command with the placeholders `{workspace}`, `{home}` and `{state}` filled in."""
        named = {"{workspace}": self.workspace, "{home}": self.home, "{state}": self.state}
        filled = list(template)
        for placeholder, path in named.items():
            filled = [part.replace(placeholder, str(path)) for part in filled]
        return filled


class Bench:
    """Starts the servers that rules ask for, and ends them all.

    `timeout` is how long an answer may take, in seconds. One server is shared by all rules that need none of their own.
    """

    def __init__(self, command: str | Sequence[str], *, timeout: float = 30.0, level: Level = "full") -> None:
        self._template = shlex.split(command) if isinstance(command, str) else list(command)
        self.timeout = timeout
        self.level = level
        self._folder = tempfile.TemporaryDirectory(prefix="ctxbudget-conformance-", ignore_cleanup_errors=True)
        self._root = Path(self._folder.name).resolve()
        self._places = 0
        self._sessions = 0
        self._running: list[subprocess.Popen[bytes]] = []
        self._lock = threading.Lock()
        self._overdue = False
        self._shared_place = self.place()
        self._shared: Client | None = None
        self._cannot_start: str | None = None
        self.walk: Any = None
        """The walk through the method table that the rules of methods have in common."""

    # ------------------------------------------------------------------ servers

    def place(self) -> Place:
        """A new place, in which no server has been yet."""
        self._places += 1
        return Place(self._root / str(self._places))

    @property
    def shared_place(self) -> Place:
        """The place of the shared server."""
        return self._shared_place

    def start(
        self,
        place: Place | None = None,
        *,
        handshake: bool = True,
        options: Any = None,
        exit_code: int | None = 0,
        ignore: Sequence[str] = (),
    ) -> Client:
        """A server of the rule's own; use it in a `with` block, which judges how it ends."""
        at = place or self.place()
        return Client(
            (),
            start=lambda: self._process(at),
            root=at.workspace,
            handshake=handshake,
            options=options,
            exit_code=exit_code,
            timeout=self.timeout,
            ignore=(*UNASKED, *ignore),
        )

    @property
    def server(self) -> Client:
        """The shared server; a new one if the last one ended."""
        if self._cannot_start is not None:
            raise MisbehaviourError(self._cannot_start)
        if self._shared is None or self._shared.process.poll() is not None or self._shared.spoilt:
            self.drop_server()
            try:
                self._shared = self.start(self._shared_place)
            except MisbehaviourError as fault:
                self._cannot_start = f"no server can be started: {fault}"
                raise
        return self._shared

    def drop_server(self) -> None:
        """End the shared server by force; the next rule gets a new one."""
        if self._shared is not None:
            self._shared.kill()
            self._shared = None

    def settle(self) -> None:
        """Judge the shared server after a rule: nothing is left unanswered, and nothing unasked has come."""
        if self._shared is not None:
            self._shared.request_error("conformance/barrier")
            self._shared.judge()

    def methods(self) -> list[str]:
        """What the server says that it can do."""
        found = advertised(self.server).get("methods")
        return [name for name in found if isinstance(name, str)] if isinstance(found, list) else []

    def need(self, methods: Sequence[str]) -> None:
        """Raise `NotJudgedError` unless the server has these methods."""
        required = CORE_METHODS if self.level == "core" else tuple(row.name for row in requests())
        missing = [name for name in methods if name not in required and name not in self.methods()]
        if missing:
            raise NotJudgedError(f"the server does not have {', '.join(missing)}")

    def session(self, **config: Any) -> Session:
        """A new session on the shared server."""
        session = self.new_session(self.server)
        session.open(**config)
        return session

    def new_session(self, client: Client) -> Session:
        """A session that nobody has opened yet."""
        self._sessions += 1
        return Session(client, f"judged-{self._sessions}")

    # ------------------------------------------------------------------ that nothing hangs

    @contextlib.contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """End every server if the block takes longer than that: whoever waits for one of them is released."""
        self._overdue = False
        timer = threading.Timer(seconds, self._end_all)
        timer.daemon = True
        timer.start()
        try:
            yield
        except (MisbehaviourError, OSError, ValueError) as fault:
            if self._overdue:
                raise MisbehaviourError(f"not done after {seconds:g} s") from fault
            raise
        finally:
            timer.cancel()
            timer.join()

    def close(self) -> None:
        """End everything."""
        self.drop_server()
        self._end_all()
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _end_all(self) -> None:
        self._overdue = True
        with self._lock:
            for process in self._running:
                end(process)

    def _process(self, place: Place) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            place.command(self._template),
            cwd=place.workspace,
            env=place.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,
        )
        with self._lock:
            self._running = [one for one in self._running if one.poll() is None]
            self._running.append(process)
        return process


def end(process: subprocess.Popen[bytes]) -> None:
    """End a server and the processes that it started, by force."""
    if process.poll() is not None:
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
