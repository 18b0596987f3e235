"""Checks the installation: this version, its Python, its dependencies, and the command that a shell finds."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module, metadata
from pathlib import Path
from typing import Final

from ctxbudget_server import __version__
from ctxbudget_server.doctor.finding import Finding, Severity, command
from ctxbudget_server.doctor.versions import Requirement, read_requirement

DISTRIBUTION: Final = "ctxbudget"
MIN_PYTHON: Final = (3, 11)
COMMAND_SECONDS: Final = 10.0
MAX_SCRIPT_BYTES: Final = 4096

MODULES: Final = {"markdown-it-py": "markdown_it", "google-re2": "re2"}
"""Distributions whose module has a different name."""
_INTERPRETER = re.compile(r"^#!\s*(\S.*?python[\w.]*)\s*$|^'''exec' \"?([^\"\n]*?python[\w.]*)\"? ", re.M)


def findings() -> Iterator[Finding]:
    """All findings about the installation."""
    yield _python()
    yield from _dependencies()
    yield _command_on_path()


def _python() -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    data = {"version": __version__, "python": found, "executable": sys.executable}
    if sys.version_info < MIN_PYTHON:
        least = ".".join(map(str, MIN_PYTHON))
        message = f"ctxbudget needs Python {least} or newer; this is {found}"
        return Finding(
            "installation.python",
            "error",
            message,
            command(f"python{least}", "-m", "pip", "install", DISTRIBUTION),
            data,
        )
    return Finding(
        "installation.python", "ok", f"ctxbudget {__version__} on Python {found}, {sys.executable}", None, data
    )


def _dependencies() -> Iterator[Finding]:
    try:
        lines = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        message = "ctxbudget runs from source without being installed, so its dependencies are not known"
        yield Finding("installation.dependencies", "notice", message)
        return
    needed = [needed for line in lines if (needed := read_requirement(line)) and needed.extra in (None, "mcp")]
    wrong = [finding for each in needed if (finding := _dependency(each)) is not None]
    if not wrong:
        yield Finding(
            "installation.dependencies", "ok", f"all {len(needed)} dependencies are there, in the required versions"
        )
    yield from wrong


def _dependency(needed: Requirement) -> Finding | None:
    remedy = command(sys.executable, "-m", "pip", "install", f"{needed.name}{needed.range}")
    data = {"dependency": needed.name, "range": needed.range}
    name = "installation.dependencies"
    try:
        version = metadata.version(needed.name)
    except metadata.PackageNotFoundError:
        if needed.extra:
            return None  # the feature that needs it says what to install
        return Finding(name, "error", f"{needed.name} is not installed; {needed.range} is needed", remedy, data)
    data["version"] = version
    if not needed.allows(version):
        return Finding(name, "error", f"{needed.name} is {version}; {needed.range} is needed", remedy, data)
    try:
        import_module(MODULES.get(needed.name, needed.name.replace("-", "_")))
    except Exception as fault:  # an import may fail in any way
        message = f"{needed.name} {version} cannot be imported: {type(fault).__name__}: {fault}"
        return Finding(name, "error", message, f"{remedy} --force-reinstall", data)
    return None


def _command_on_path() -> Finding:
    name, found = "installation.command", shutil.which(DISTRIBUTION)
    here = Path(sys.executable).parent
    if found is None:
        message = (
            f"no command `{DISTRIBUTION}` is on the path: whatever calls it by name, not by its path, does not find it"
        )
        # What is set up here and calls it by name has a finding of its own.
        return Finding(name, "notice", message, path_remedy(), {"found": None})
    if _is_of(Path(found), here):
        return Finding(
            name, "ok", f"`{DISTRIBUTION}` on the path is this installation's: {found}", None, {"found": found}
        )
    version = _version_of(found)
    data = {"found": found, "version": version}
    message = f"`{DISTRIBUTION}` on the path is another installation: {found}, {version or 'which does not run'}"
    severity: Severity = "notice" if version == f"{DISTRIBUTION} {__version__}" else "warning"
    return Finding(name, severity, message, path_remedy(), data)


def path_remedy() -> str:
    """The line for a shell that puts this installation's command on the path."""
    return f'export PATH={command(str(Path(sys.executable).parent))}:"$PATH"'


def _is_of(script: Path, folder: Path) -> bool:
    """Whether a command belongs to the interpreter in a folder: it is in that folder, or its first lines name it."""
    try:
        if script.resolve().parent.samefile(folder):
            return True
        with script.open("rb") as file:
            start = file.read(MAX_SCRIPT_BYTES).decode("utf-8", "replace")
        interpreter = _INTERPRETER.search(start)
        return interpreter is not None and Path(interpreter.group(1) or interpreter.group(2)).parent.samefile(folder)
    except OSError:
        return False


def _version_of(script: str) -> str | None:
    env = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    try:
        done = subprocess.run(
            [script, "--version"],
            capture_output=True,
            timeout=COMMAND_SECONDS,
            stdin=subprocess.DEVNULL,
            env=env,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode("utf-8", "replace").strip() or None
