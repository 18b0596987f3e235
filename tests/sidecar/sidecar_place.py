"""A workspace with a store of its own, sidecars for it, and callers."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from support.client import Client

from ctxbudget_server.sidecar.endpoint import Endpoint
from ctxbudget_server.sidecar.identity import identity
from ctxbudget_server.sidecar.wire import OneShotRequest

PATIENCE = 20.0
HURRIED = ("-m", "ctxbudget_server")
PATIENT = (
    "-c",
    "import sys\nfrom ctxbudget_server.sidecar import client as caller\n"
    "caller.TAKEN_SECONDS = caller.SILENCE_SECONDS = 20.0\n"
    "caller.STORE_SECONDS = caller.MIN_STORE_SECONDS = 20.0\n"
    "from ctxbudget_server.cli import hook_guard, main\nhook_guard.DEADLINE_SECONDS = 60.0\nsys.exit(main())",
)
"""The command, but on a busy machine it gives a sidecar time."""


def eventually(happened: Callable[[], object], what: str) -> None:
    """Wait until something has happened."""
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, f"{what} never happened"
        time.sleep(0.02)


@dataclass
class Place:
    """The workspace `folder`, and where its store and the socket lie."""

    folder: Path
    store: Path
    env: dict[str, str] = field(default_factory=dict)

    @property
    def socket_folder(self) -> Path:
        return self.store.with_name(f"{self.store.name}.sidecar")

    @property
    def socket(self) -> Path | None:
        return next(self.socket_folder.glob("*.sock"), None)

    def sidecar(self, *options: str, wait: bool = True, exit_code: int | None = 0) -> Client:
        """A server of the workspace; it listens, or another one does, when this returns."""
        command = [sys.executable, "-m", "ctxbudget_server", "serve", "-v", "--store", str(self.store), *options]
        client = Client(command, cwd=self.folder, root=self.folder, env=self.env, exit_code=exit_code)
        if wait:
            eventually(lambda: "callers are answered" in client.stderr, "listening")
        return client

    def call(
        self, *words: str, stdin: bytes = b"", command: Sequence[str] = PATIENT, **env: str
    ) -> subprocess.CompletedProcess[bytes]:
        """The answer of `ctxbudget call`."""
        with self.caller(*words, command=command, **env) as process:
            out, err = process.communicate(stdin, timeout=60)
        return subprocess.CompletedProcess(words, process.returncode, out, err)

    def caller(self, *words: str, command: Sequence[str] = PATIENT, **env: str) -> subprocess.Popen[bytes]:
        """`ctxbudget call`, running."""
        return subprocess.Popen(
            [sys.executable, *command, "call", *words, "--store", str(self.store)],
            cwd=self.folder,
            env={**os.environ, **self.env, **env},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def ask(self, method: str, body: bytes = b"", key: str = "") -> OneShotRequest:
        """What a caller would send."""
        return OneShotRequest(identity(str(self.folder), str(self.store), "full", []), key, "call", [method], body)

    def connect(self) -> socket.socket:
        """A raw connection with the sidecar."""
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(PATIENCE)
        assert self.socket is not None
        address = Endpoint(str(self.socket_folder), self.socket.name).address()
        until = time.monotonic() + PATIENCE
        while True:
            try:
                connection.connect(address)
            except BlockingIOError:  # more wait to be accepted than the system lines up
                if time.monotonic() > until:
                    connection.close()
                    raise
                time.sleep(0.01)
            else:
                return connection


def answered(client: Client) -> int:
    """How many callers the sidecar has answered."""
    return client.stderr.count(" answered call ")


def kill(client: Client) -> None:
    """`kill -9`."""
    client.kill()
