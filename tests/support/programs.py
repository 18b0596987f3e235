"""Programs that tests run and that a machine may not have: a test without its program is skipped, and says the cure."""

from __future__ import annotations

import shutil

import pytest

SHELL = "/bin/sh"
"""Where POSIX systems have it, whatever PATH says."""


def needed(name: str, install: str, path: str | None = None) -> str:
    """The program `name` on `path` (None: PATH); without one the test is skipped, and told how to `install` it."""
    found = shutil.which(name, path=path)
    if found is None:
        pytest.skip(f"{name} is not installed: {install}")
    return found


def debian(package: str) -> str:
    """How to install a package that other systems name alike."""
    return f"apt-get install {package}, or the package {package} of your system"


def needed_bash() -> str:
    """Bash, which the bash client is written for."""
    return needed("bash", debian("bash"))
