"""Starts many servers fast: processes of their own, forked from one that has imported and loaded everything.

A server that starts cold takes half a second of CPU to import its code and to load the vocabulary, which says nothing
of what a kill does. One that is forked runs the same command in a process of its own, on pipes of its own.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO, Self

MOTHER = """
import json, os, socket, sys
control = socket.socket(fileno=int(sys.argv[1]))
from ctxbudget_protocol.methods import requests
from ctxbudget_protocol.models import model_of
from ctxbudget_server.cli import main
from ctxbudget_server.cli import serve
from ctxbudget_server.rpc import server
from ctxbudget_server.service.registry import implementation
from ctxbudget_server.tokens import DEFAULT_ENCODING, load
load(DEFAULT_ENCODING)
for method in requests():
    implementation(method.name)
    model_of(method.params)
control.send(b"ready")
while True:
    data, files, _, _ = socket.recv_fds(control, 65536, 3)
    if not data:
        os._exit(0)
    order = json.loads(data)
    if "pid" in order:
        pid, status = os.waitpid(order["pid"], os.WNOHANG)
        control.send(json.dumps(os.waitstatus_to_exitcode(status) if pid else None).encode())
        continue
    child = os.fork()
    if not child:
        control.close()
        for number, file in enumerate(files):
            os.dup2(file, number)
            os.close(file)
        os.chdir(order["cwd"])
        sys.exit(main(order["arguments"]))
    for file in files:
        os.close(file)
    control.send(json.dumps(child).encode())
"""

POLL_SECONDS = 0.002


class Nursling:
    """A forked server, as `subprocess.Popen` would show it."""

    def __init__(self, nursery: Nursery, pid: int, stdin: IO[bytes], stdout: IO[bytes], stderr: IO[bytes]) -> None:
        self._nursery = nursery
        self.pid = pid
        self.stdin, self.stdout, self.stderr = stdin, stdout, stderr
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        if self.returncode is None:
            self.returncode = self._nursery.exit_code(self.pid)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end; the exit code."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if deadline is not None and time.monotonic() > deadline:
                raise subprocess.TimeoutExpired("a forked server", timeout or 0)
            time.sleep(POLL_SECONDS)
        return code

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """`kill -9`."""
        self.send_signal(signal.SIGKILL)


class Nursery:
    """The process that servers are forked from. Safe for threads; they wait for each other only to start."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._mother = subprocess.Popen(
            [sys.executable, "-c", MOTHER, str(theirs.fileno())], stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()]
        )
        theirs.close()
        ready = self._control.recv(100)
        if ready != b"ready":
            self.__exit__(None, None, None)
        assert ready == b"ready", "the process that servers are forked from did not start"

    def start(self, command: Sequence[str], cwd: Path) -> Nursling:
        """Start `python -m ctxbudget_server ARGUMENTS`; `command` is the whole of it."""
        stdin, to_stdin = os.pipe()
        from_stdout, stdout = os.pipe()
        from_stderr, stderr = os.pipe()
        order = json.dumps({"arguments": [*command[3:]], "cwd": str(cwd)}).encode()
        with self._lock, ExitStack() as stack:
            for file in (stdin, stdout, stderr):
                stack.callback(os.close, file)
            socket.send_fds(self._control, [order], [stdin, stdout, stderr])
            pid = json.loads(self._control.recv(100))
        opened = (open(to_stdin, "wb", 0), open(from_stdout, "rb", 0), open(from_stderr, "rb", 0))  # noqa: SIM115, PTH123
        return Nursling(self, pid, *opened)

    def exit_code(self, pid: int) -> int | None:
        """The exit code of a server; None while it runs."""
        with self._lock:
            self._control.send(json.dumps({"pid": pid}).encode())
            code: int | None = json.loads(self._control.recv(100))
            return code

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._control.close()
        self._mother.wait(30)
