"""A PostgreSQL cluster of the tests' own in a temporary folder, run by a user other than root."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

PROGRAMS = ("/usr/lib/postgresql/15/bin", *os.environ.get("PATH", "").split(os.pathsep))
"""Where Debian puts the server's programs, which are not on the PATH."""

QUICK = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")
"""Settings for tests that no crash of the server interrupts."""


def programs() -> Path | None:
    """The folder of the server's programs; None if there is no PostgreSQL here."""
    return next((Path(folder) for folder in PROGRAMS if folder and Path(folder, "initdb").exists()), None)


_NUMBERS = itertools.count()


def new_schema() -> str:
    """A name that no other test has."""
    return f"s{os.getpid()}_{next(_NUMBERS)}"


class Cluster:
    """A running server with one superuser, `ctxbudget`, and one database of that name."""

    def __init__(self, settings: Sequence[str] = QUICK, folder: Path | None = None) -> None:
        found = programs()
        assert found is not None, "there is no PostgreSQL here"
        self._programs = found
        self.folder = folder or Path(tempfile.mkdtemp(prefix="ctxbudget-pg-"))
        self.data = self.folder / "data"
        self._user = "postgres" if os.geteuid() == 0 else None
        if self._user:
            entry = pwd.getpwnam(self._user)
            os.chown(self.folder, entry.pw_uid, entry.pw_gid)
            self.folder.chmod(0o755)
        self.port = free_port()
        words = [str(self._programs / "initdb"), "-D", str(self.data), "-U", "ctxbudget", "-A", "trust", "-N"]
        self._run([*words, "-E", "UTF8", "--locale=C.UTF-8"])
        with_all = [
            f"port={self.port}", "listen_addresses='127.0.0.1'", f"unix_socket_directories='{self.folder}'",
            "max_connections=300", "shared_buffers=64MB", *settings,
        ]  # fmt: skip
        with (self.data / "postgresql.auto.conf").open("a") as file:
            file.write("\n".join(with_all) + "\n")
        self.start()
        self._run(
            [
                str(self._programs / "createdb"),
                "-h",
                str(self.folder),
                "-p",
                str(self.port),
                "-U",
                "ctxbudget",
                "ctxbudget",
            ]
        )

    def url(
        self, schema: str | None = None, *, tcp: bool = False, port: int | None = None, user: str = "ctxbudget"
    ) -> str:
        """The URL of a store in a schema."""
        named = f"schema={schema}" if schema else ""
        if tcp or port is not None:
            return f"postgresql://{user}@127.0.0.1:{port or self.port}/ctxbudget?{named}"
        return f"postgresql://{user}@/ctxbudget?host={self.folder}&port={self.port}&{named}".rstrip("&")

    def query(self, statement: str) -> list[str]:
        """The lines that a statement gives."""
        words = ["-h", str(self.folder), "-p", str(self.port), "-U", "ctxbudget", "-d", "ctxbudget", "-Atqc", statement]
        done = subprocess.run([str(self._programs / "psql"), *words], capture_output=True, text=True, check=True)
        return done.stdout.splitlines()

    def schemas(self) -> list[str]:
        """The schemas with a store in them."""
        return self.query("SELECT schemaname FROM pg_tables WHERE tablename = 'store_version'")

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        self._control("start", "-l", str(self.folder / "log"))

    def stop(self, mode: str = "immediate") -> None:
        """Stop the server: `immediate` as a crash does, or `fast`."""
        self._control("stop", "-m", mode)

    def restart(self, mode: str = "immediate") -> None:
        """Crash, and start again."""
        self._control("restart", "-m", mode, "-l", str(self.folder / "log"))

    def processes(self) -> list[int]:
        """The server's main process and all its children."""
        main = int((self.data / "postmaster.pid").read_text().split()[0])
        found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(main)], capture_output=True, text=True, check=False)
        return [main, *map(int, found.stdout.split())]

    def signal(self, which: signal.Signals) -> None:
        """Send a signal to every process of the server."""
        for process in self.processes():
            os.kill(process, which)

    def close(self) -> None:
        """End the server, and remove its folder."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _control(self, *words: str) -> None:
        self._run([str(self._programs / "pg_ctl"), "-D", str(self.data), "-w", "-s", *words])

    def _run(self, words: list[str]) -> None:
        """Run one of the server's programs. Not through a pipe: the server would keep it open."""
        with (self.folder / "output").open("w+") as output:
            done = subprocess.run(
                words, cwd="/", user=self._user, group=self._user, extra_groups=[] if self._user else None,
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False,
            )  # fmt: skip
            output.seek(0)
            assert done.returncode == 0, (words, output.read())


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
