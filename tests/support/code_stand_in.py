"""A stand-in for the command of VS Code: it keeps the extensions that it is given, and notes how it was called."""

from __future__ import annotations

import sys
from pathlib import Path

_SCRIPT = """\
#!{python}
import json, pathlib, sys, zipfile

here = pathlib.Path({state!r})
here.mkdir(exist_ok=True)
words = sys.argv[1:]
with (here / "calls").open("a") as calls:
    calls.write(" ".join(words) + "\\n")
if words[0] == "--install-extension":
    if (here / "fails").exists():
        sys.exit("cannot write to its folder")
    with zipfile.ZipFile(words[1]) as archive:
        about = json.loads(archive.read("extension/package.json"))
        (here / (about["publisher"] + "." + about["name"])).write_text(about["version"])
elif words[0] == "--uninstall-extension":
    (here / words[1]).unlink()
elif words[0] == "--list-extensions" and (here / "lists-nothing").exists():
    sys.exit(1)
elif words[0] == "--list-extensions":
    for path in here.glob("*.*"):
        print(path.name + "@" + path.read_text())
else:
    sys.exit(f"unknown: {{words}}")
"""


class StandIn:
    """The command, and what is known of it."""

    def __init__(self, folder: Path, name: str = "code") -> None:
        self.command = folder / name
        self.state = folder / f"{name}-state"
        self.command.write_text(_SCRIPT.format(python=sys.executable, state=str(self.state)))
        self.command.chmod(0o755)

    def extensions(self) -> dict[str, str]:
        """What is installed, with versions."""
        return {path.name: path.read_text() for path in self.state.glob("*.*")}

    def calls(self, option: str) -> int:
        """How often it was called with this first word."""
        calls = self.state / "calls"
        return sum(line.startswith(f"{option} ") for line in calls.read_text().splitlines()) if calls.exists() else 0

    def fail_to_list(self) -> None:
        """From now on it does not say which extensions it has."""
        self.state.mkdir(exist_ok=True)
        (self.state / "lists-nothing").touch()

    def fail(self) -> None:
        """From now on it installs nothing."""
        self.state.mkdir(exist_ok=True)
        (self.state / "fails").touch()
