"""A project, its user's folder, and the real command in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest


class Place:
    """A project with a store of its own, and a user whose file of settings may be written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "project"
        (self.folder / ".git").mkdir(parents=True)
        self.user_file = folder / "config" / "ctxbudget" / "config.toml"
        self.env = {
            **os.environ,
            "XDG_CONFIG_HOME": str(folder / "config"),
            "XDG_STATE_HOME": str(folder / "state"),
            "CTXBUDGET_SOCKET": "off",
        }

    def project(self, text: str | bytes, name: str = "ctxbudget.toml") -> Path:
        """Write a file of the project."""
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def user(self, text: str) -> Path:
        """Write the user's file."""
        self.user_file.parent.mkdir(parents=True, exist_ok=True)
        self.user_file.write_text(text, "utf-8")
        return self.user_file

    def run(
        self, *arguments: str, stdin: bytes = b"", env: dict[str, str] | None = None, timeout: float = 120
    ) -> subprocess.CompletedProcess[bytes]:
        """The command, in the project's folder."""
        return subprocess.run(
            [sys.executable, "-m", "ctxbudget_server", *arguments],
            input=stdin, capture_output=True, cwd=self.folder, check=False, env={**self.env, **(env or {})},
            timeout=timeout,
        )  # fmt: skip

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """The result of `ctxbudget call`."""
        done = self.run("call", method, json.dumps(params))
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def config(self, *arguments: str) -> tuple[int, dict[str, Any], list[str]]:
        """(exit code, result, lines on stderr) of `ctxbudget config --json`."""
        done = self.run("config", "--json", *arguments)
        return done.returncode, json.loads(done.stdout), done.stderr.decode().splitlines()

    def origins(self, *names: str) -> Sequence[tuple[Any, str]]:
        """(value, origin) of settings."""
        found = {each["name"]: (each["value"], each["origin"]) for each in self.config()[1]["settings"]}
        return [found[name] for name in names]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A project without settings."""
    return Place(tmp_path)
