"""The server's process: started, listened to, and made to end."""

from __future__ import annotations

import os
import subprocess
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from typing import IO

from ctxbudget_client.errors import ConnectionLostError

TAIL_LINES = 40
"""Lines of the server's stderr that are kept for error messages."""

Command = Sequence[str | os.PathLike[str]]


class ServerProcess:
    """A child process that speaks on its stdin and stdout."""

    def __init__(
        self,
        command: Command,
        *,
        cwd: str | os.PathLike[str] | None = None,
        env: Mapping[str, str] | None = None,
    ) -> None:
        """Start it; `env` comes on top of this process's environment. Raises `ConnectionLostError`."""
        environment = None if env is None else {**os.environ, **env}
        try:
            # In a session of its own: a Ctrl-C in the terminal is the client's, which then ends the server in order.
            self._popen = subprocess.Popen(
                [os.fspath(part) for part in command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=cwd,
                env=environment,
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),  # the same, on Windows
            )
        except OSError as fault:
            raise ConnectionLostError(f"the server could not be started: {fault}") from fault
        self._tail: deque[bytes] = deque(maxlen=TAIL_LINES)
        self._listener = threading.Thread(target=self._listen, name="ctxbudget-stderr", daemon=True)
        self._listener.start()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._popen.pid

    @property
    def exit_code(self) -> int | None:
        """The exit code, or None while it runs."""
        return self._popen.poll()

    @property
    def stdin(self) -> IO[bytes]:
        """Where the server reads."""
        assert self._popen.stdin is not None
        return self._popen.stdin

    @property
    def stdout(self) -> IO[bytes]:
        """Where the server writes."""
        assert self._popen.stdout is not None
        return self._popen.stdout

    @property
    def stderr_tail(self) -> str:
        """The last lines that it wrote to stderr."""
        return b"".join(self._tail).decode("utf-8", "replace")

    def wait(self, seconds: float) -> bool:
        """Whether it ended within that time; then its stderr has been read to the end, too."""
        try:
            self._popen.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        self._listener.join(1.0)
        return True

    def end(self, grace: float) -> int:
        """Wait for its end, then ask for it, then force it; the exit code."""
        if not self.wait(grace):
            self._popen.terminate()
            if not self.wait(grace):
                self._popen.kill()
        return self._popen.wait()

    def kill(self) -> None:
        """Force its end now."""
        self._popen.kill()
        self._popen.wait()

    def _listen(self) -> None:
        assert self._popen.stderr is not None
        with self._popen.stderr as stream:
            # A limit, so that a server that never ends its line cannot fill the memory.
            while line := stream.readline(4096):
                self._tail.append(line)
