"""Where files of settings are. Uses only `os`, since every hook asks."""

from __future__ import annotations

import os
import sys

VARIABLE = "CTXBUDGET_CONFIG"
"""Environment variable with the path of the user's file; a null device means that there is none."""

PROJECT_FILES = ("ctxbudget.toml", "pyproject.toml")
"""The project's files, the first that has settings counts; in the second they are the table `[tool.ctxbudget]`."""


def user_file() -> str:
    """The absolute path of the user's file: CTXBUDGET_CONFIG, else the usual place of the platform."""
    if chosen := os.environ.get(VARIABLE):
        return os.path.abspath(os.path.expanduser(chosen))
    return os.path.join(_config_home(), "ctxbudget", "config.toml")


def project_files(workspace: str) -> tuple[str, ...]:
    """The paths at which a workspace may have settings, in the order in which they count."""
    return tuple(os.path.join(workspace, name) for name in PROJECT_FILES)


def _config_home() -> str:
    if chosen := os.environ.get("XDG_CONFIG_HOME"):
        return chosen
    if sys.platform == "win32" and (roaming := os.environ.get("APPDATA")):
        return roaming
    home = os.path.expanduser("~")
    if sys.platform == "darwin" and os.path.isdir(os.path.join(home, "Library", "Application Support", "ctxbudget")):
        return os.path.join(home, "Library", "Application Support")
    return os.path.join(home, ".config")
