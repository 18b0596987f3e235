"""The hosts into which we can be installed."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Final

from ctxbudget_server.install.place import Scope

AGENTS: Final = ("claude-code", "codex", "gemini")
"""Hosts with hooks."""
PLUGGED: Final = ("opencode", "pi")
"""Hosts that load a plug-in."""
EDITORS: Final = ("neovim", "emacs", "vscode")
NAMES: Final = (*AGENTS, *PLUGGED, *EDITORS)


def host_module(name: str) -> ModuleType:
    """The module of a host: `NAME`, `wiring`, `NEXT`, and `further` where it needs more than entries in one file."""
    return import_module(f"ctxbudget_server.install.{name.replace('-', '_')}")


def scopes_of(name: str) -> tuple[Scope, ...]:
    """The scopes that a host has: an editor reads only files of its user."""
    return ("user",) if name in EDITORS else ("user", "project")
