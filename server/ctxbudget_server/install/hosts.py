"""The hosts into which we can be installed."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Final

MODULES: Final = {"claude-code": "claude_code", "codex": "codex", "gemini": "gemini"}
NAMES: Final = tuple(MODULES)


def host_module(name: str) -> ModuleType:
    """The module of a host: `NAME`, `wiring`, `settings_path`, `NEXT`."""
    return import_module(f"ctxbudget_server.install.{MODULES[name]}")
