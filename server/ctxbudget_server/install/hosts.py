"""The hosts into which we can be installed."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Final

from ctxbudget_server.install.place import Scope

AGENTS: Final = ("claude-code", "codex", "gemini")
"""Hosts with hooks."""
EDITORS: Final = ("neovim", "emacs", "vscode")
NAMES: Final = (*AGENTS, *EDITORS)


def host_module(name: str) -> ModuleType:
    """The module of a host: `NAME`, `wiring`, `NEXT`."""
    return import_module(f"ctxbudget_server.install.{name.replace('-', '_')}")


def scopes_of(name: str) -> tuple[Scope, ...]:
    """The scopes that a host has: an editor reads only files of its user."""
    return ("user", "project") if name in AGENTS else ("user",)
