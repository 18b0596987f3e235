"""The scratch environment: what is measured, each in a virtual environment of its own, with pinned versions.

Ours is installed from this checkout as a user would install it. What a peer depends on is not pinned: its own
requirements lead to that on the day. An environment is made when the first row asks for it, and made again only if its
stamp says that it was made from something else. tiktoken's vocabularies are not downloaded: a cache of its form is
written from those in our package, and tiktoken checks it by the hashes that it knows.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
REQUIREMENTS: Final[dict[str, tuple[str, ...]]] = {
    "pygls": ("pygls==2.1.1",),
    "tiktoken": ("tiktoken==0.14.0",),
    "mcp": ("mcp==2.3.0", "tiktoken==0.14.0"),
    "langchain": ("langchain-core==1.8.3", "tiktoken==0.14.0"),
    "entroly": ("entroly==1.0.87",),
    "tooltrim": ("tooltrim==0.3.3", "tiktoken==0.14.0"),
    "plots": ("matplotlib==3.11.2",),
}
NODE_PACKAGE: Final = "vscode-jsonrpc@10.0.0"
EXTRA: Final = "fast"


class UnavailableError(Exception):
    """Something to compare with cannot be had here; the message says why."""


class Scratch:
    """The environments in a folder. `ours`: the Python of an installed ctxbudget, instead of this checkout."""

    def __init__(self, folder: Path, ours: Path | None = None, say: Callable[[str], None] = print) -> None:
        self.folder = folder.absolute()
        self._ours = ours
        self._say = say
        self._ready: dict[str, Path] = {}
        self.missing: dict[str, str] = {}
        self.folder.mkdir(parents=True, exist_ok=True)

    def python(self, name: str) -> Path:
        """The Python of an environment: `ours`, `fast` (ours with that extra) or a peer of REQUIREMENTS."""
        if name == "ours" and self._ours:
            return self._ours
        if name in self.missing:
            raise UnavailableError(self.missing[name])
        if name not in self._ready:
            try:
                self._ready[name] = self._made(name)
            except UnavailableError as problem:
                self.missing[name] = str(problem)
                raise
        return self._ready[name]

    def command(self, name: str = "ours") -> str:
        """The script `ctxbudget` of an environment."""
        return str(self.python(name).with_name("ctxbudget"))

    def _made(self, name: str) -> Path:
        if name in REQUIREMENTS:
            return self._environment(name, REQUIREMENTS[name])
        if name == EXTRA and EXTRA not in _project()["optional-dependencies"]:
            raise UnavailableError(f"the project has no extra `{EXTRA}`")
        return self._environment(name, (f"{ROOT}[{EXTRA}]" if name == EXTRA else str(ROOT),))

    def _environment(self, name: str, requirements: tuple[str, ...]) -> Path:
        place = self.folder / name
        stamp = place / "made-from.json"
        python = place / "bin" / "python"
        local = name not in REQUIREMENTS
        wanted = json.dumps([sys.version, requirements, _project() if local else None])
        if not stamp.exists() or stamp.read_text("utf-8") != wanted:
            self._say(f"installing {' '.join(requirements).replace(f'{ROOT}', 'ctxbudget')}")
            shutil.rmtree(place, ignore_errors=True)
            # Without pip and setuptools, whose .pth file would slow each start of this Python.
            _run([sys.executable, "-m", "venv", "--without-pip", str(place)])
            self._install(python, *requirements)
            stamp.write_text(wanted, "utf-8")
        elif local:  # the checkout may have changed since
            self._install(python, "--force-reinstall", "--no-deps", *requirements)
        return python

    def _install(self, python: Path, *arguments: str) -> None:
        options = ["--quiet", "--disable-pip-version-check", "--no-warn-script-location"]
        _run([sys.executable, "-m", "pip", "--python", str(python), "install", *options, *arguments])

    @cached_property
    def node(self) -> tuple[str, dict[str, str]]:
        """The command `node` and the environment variables with which it finds the packages."""
        try:
            return self._node()
        except UnavailableError as problem:
            self.missing["node"] = str(problem)
            raise

    def _node(self) -> tuple[str, dict[str, str]]:
        node, npm = shutil.which("node"), shutil.which("npm")
        if not node or not npm:
            raise UnavailableError("node or npm is not installed")
        place = self.folder / "node"
        place.mkdir(exist_ok=True)
        stamp = place / "made-from.json"
        if not stamp.exists() or stamp.read_text("utf-8") != NODE_PACKAGE:
            self._say(f"installing {NODE_PACKAGE}")
            (place / "package.json").write_text('{"private": true}', "utf-8")
            _run([npm, "install", "--silent", "--no-audit", "--no-fund", NODE_PACKAGE], place)
            stamp.write_text(NODE_PACKAGE, "utf-8")
        return node, {"NODE_PATH": str(place / "node_modules")}

    @cached_property
    def vocabularies(self) -> Path:
        """A cache of tiktoken's form with the vocabularies that are in our package."""
        place = self.folder / "vocabularies"
        place.mkdir(exist_ok=True)
        if not list(place.iterdir()):
            script = Path(__file__).parent / "peers" / "write_vocabularies.py"
            _run([str(self.python("ours")), str(script), str(place)])
        return place

    def versions(self) -> dict[str, str]:
        """What was measured, by name: the packages of the environments that were made, Python and node."""
        found = {"Python": ".".join(map(str, sys.version_info[:3]))}
        for name, python in sorted(self._ready.items()):
            packages = {requirement.partition("==")[0] for requirement in REQUIREMENTS.get(name, ("ctxbudget",))}
            script = "import sys, importlib.metadata as m; print(*(f'{n}={m.version(n)}' for n in sys.argv[1:]))"
            shown = _run([str(python), "-c", script, *sorted(packages)])
            found |= dict(pair.split("=") for pair in shown.split())
        if "node" in self.__dict__:
            found |= {"node": _run([self.node[0], "--version"]).strip().lstrip("v")}
            found |= {"vscode-jsonrpc": NODE_PACKAGE.partition("@")[2]}
        return found


def _project() -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return found


def _run(command: list[str], folder: Path | None = None) -> str:
    """What a command prints; raises `UnavailableError` with its last line of complaint if it fails."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env={**os.environ})
    if done.returncode:
        complaint = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()[-1]
        raise UnavailableError(f"{Path(command[0]).name} failed: {complaint}")
    return done.stdout
