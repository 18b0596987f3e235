"""VS Code as a person has it, on this machine: code-server with our extension in it, and a browser that shows it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Self

import pytest

EXTENSION = Path(__file__).parents[2] / "clients" / "vscode"
CODE_SERVER = "code-server-4.100.3"
SECONDS = 60.0
"""How long anything may take on a machine that does much else; what is there sooner is seen at once."""

SETTINGS: dict[str, Any] = {
    "editor.inlayHints.enabled": "on",
    "editor.minimap.enabled": False,
    "editor.hover.delay": 50,
    "extensions.autoCheckUpdates": False,
    "extensions.autoUpdate": False,
    "files.exclude": {"**/.venv": True, "**/.vscode": True},
    "git.enabled": False,
    "security.workspace.trust.enabled": False,
    "telemetry.telemetryLevel": "off",
    "update.mode": "none",
    "workbench.colorTheme": "Default Dark Modern",
    "workbench.enableExperiments": False,
    "workbench.reduceMotion": "on",
    "workbench.startupEditor": "none",
    "workbench.tips.enabled": False,
    "window.commandCenter": False,
}


def host_folder() -> Path:
    """Where `clients/vscode/test/install-host.sh` puts code-server."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    hosts = os.environ.get("CTXBUDGET_TEST_HOSTS")
    return (Path(hosts) if hosts else cache / "ctxbudget-test-hosts") / CODE_SERVER


def require_host() -> None:
    """Skip the test where VS Code is not installed."""
    modules = EXTENSION / "node_modules" / "puppeteer-core"
    programs = all(map(shutil.which, ("chromium", "node")))
    if not ((host_folder() / ".installed").exists() and modules.exists() and programs):
        pytest.skip("VS Code is not installed: run clients/vscode/test/install-host.sh")


class Browser:
    """One page of Chromium, driven by `driver.mjs`."""

    def __init__(self, profile: Path) -> None:
        self._process = subprocess.Popen(
            ["node", str(EXTENSION / "test" / "driver.mjs"), str(shutil.which("chromium")), str(profile)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        end(self._process)
        self._process.stdout.close()

    def ask(self, operation: str, seconds: float = SECONDS, **params: Any) -> Any:
        """One operation of the driver; fails with its error."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        request = {"operation": operation, "timeoutMs": int(seconds * 1000), **params}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the browser is gone"
        answer = json.loads(line)
        if "error" in answer:
            pytest.fail(f"{operation} {params}: {answer['error']}")
        return answer["result"]

    def open(self, url: str, selector: str) -> None:
        """Load a page; it is there when the selector is."""
        self.ask("open", seconds=90, url=url, selector=selector)

    def wait(self, selector: str, text: str = "", *, gone: bool = False, seconds: float = SECONDS) -> list[str]:
        """The texts of the elements, once one contains `text` (or none does, with `gone`)."""
        found: list[str] = self.ask("wait", seconds, selector=selector, text=text, gone=gone)
        return found

    def wait_in_frames(self, text: str) -> None:
        """Until a page within the page, such as a rendered document, contains the text."""
        self.ask("wait", text=text)

    def click(self, selector: str, text: str = "", *, button: str = "left") -> None:
        """Click on the first element that contains the text."""
        self.ask("click", selector=selector, text=text, button=button)

    def point(self, selector: str, text: str) -> None:
        """Move the mouse onto the first element that contains the text."""
        self.ask("point", selector=selector, text=text)

    def widen(self, selector: str, pixels: int) -> None:
        """Drag the right edge of an element."""
        self.ask("widen", selector=selector, pixels=pixels)

    def spoken(self, selector: str) -> list[str]:
        """What a screen reader says of the elements."""
        found: list[str] = self.ask("spoken", selector=selector)
        return found

    def hover(self, selector: str, text: str, *, says: str) -> None:
        """Rest the mouse on the first element that contains the text, until the hover is there and says something."""
        self.ask("hover", selector=selector, text=text, says=says)

    def rest(self) -> None:
        """Take the mouse off what it hovers over."""
        self.ask("rest")

    def wheel(self, selector: str, pixels: int) -> None:
        """Turn the mouse wheel over an element."""
        self.ask("wheel", selector=selector, pixels=pixels)

    def scrolled(self) -> int:
        """How far a page within the page is scrolled."""
        return int(self.ask("scrolled"))

    def press(self, *chords: str) -> None:
        """Keys with their modifiers, as `Control+Shift+P`."""
        for keys in chords:
            self.ask("press", keys=keys)

    def type(self, text: str) -> None:
        """Enter text where the cursor is."""
        self.ask("type", text=text)

    def screenshot(self, name: str) -> None:
        """A picture for a person, where CTXBUDGET_SCREENSHOTS names a folder."""
        if folder := os.environ.get("CTXBUDGET_SCREENSHOTS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.ask("screenshot", path=str(Path(folder).resolve() / f"{name}.png"))


class VSCode(Browser):
    """The page with VS Code in it, in the words of a person who uses it."""

    def __init__(self, folder: Path, state: Path) -> None:
        super().__init__(state / "browser")
        self._settings: dict[str, Any] = {}
        self._file = folder / ".vscode" / "settings.json"

    def set(self, **settings: Any) -> None:
        """Settings of the workspace; they count while VS Code runs (code-server reads those of the user once)."""
        self._settings.update(settings)
        write_settings(self._file, self._settings)

    def open_file(self, name: str) -> None:
        """By the quick-open box."""
        self._choose("Control+p", name, row=name)
        self.wait(".tab.active", name)
        self.wait(".monaco-editor .view-line")

    def go_to_line(self, line: int) -> None:
        """Of the document that is shown."""
        self._choose("Control+p", f":{line}", row=f"line {line}")
        self.wait(".statusbar-item", f"Ln {line},")

    def command(self, title: str) -> None:
        """By the command palette."""
        self._choose("F1", title, row=title)

    def _choose(self, keys: str, text: str, row: str) -> None:
        self.press(keys)
        self.wait(".quick-input-widget input:focus")
        self.type(text)
        self.click(".quick-input-list .monaco-list-row", row)


class Installed:
    """code-server with its folders in `state`, and `ctxbudget install vscode` for it."""

    def __init__(self, state: Path) -> None:
        self._state = state
        self.data = state / "share" / "code-server"
        self.settings = self.data / "User" / "settings.json"
        self.environment = {
            **os.environ,
            "PATH": without_ctxbudget(os.environ["PATH"]),
            "XDG_CONFIG_HOME": str(state / "config"),
        }
        entry = host_folder() / "node_modules" / "code-server" / "out" / "node" / "entry.js"
        self.command = state / "bin" / "code-server"
        self.command.parent.mkdir(parents=True, exist_ok=True)
        self.command.write_text(f'#!/bin/sh\nXDG_DATA_HOME={self.data.parent} exec node {entry} "$@"\n')
        self.command.chmod(0o755)

    def install(self, *words: str, elsewhere: bool = False) -> str:
        """Run it as a person does; what it prints. `elsewhere`: its setting goes where the editor does not look."""
        environment = {**self.environment, "XDG_STATE_HOME": str(self._state / "installed")}
        environment["XDG_DATA_HOME"] = str(self._state / "elsewhere" if elsewhere else self.data.parent)
        install = [sys.executable, "-m", "ctxbudget_server", "install", "vscode", "--yes"]
        return run([*install, "--editor", str(self.command), *words], env=environment)

    def extensions(self) -> list[str]:
        """What the editor says that it has."""
        return run([str(self.command), "--list-extensions"], env=self.environment).split()


@contextmanager
def vscode(folder: Path, state: Path, *, path_is_set: bool = False, **user_settings: Any) -> Iterator[VSCode]:
    """VS Code with our extension, on a folder. `state` takes its profile, not that of ctxbudget.

    `path_is_set`: the setting that comes with the extension counts, and no test says itself where the server is.
    """
    installed = Installed(state)
    write_settings(installed.settings, {**SETTINGS, **user_settings})
    port = free_port()
    serve = [str(installed.command), "--auth", "none", "--bind-addr", f"127.0.0.1:{port}", "--disable-telemetry"]
    with ExitStack() as stack:
        editor = stack.enter_context(VSCode(folder, state))
        installed.install(elsewhere=not path_is_set)
        log = stack.enter_context((state / "code-server.log").open("w"))
        server = subprocess.Popen(
            [*serve, "--disable-update-check", str(folder)],
            env=installed.environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        stack.callback(end, server)
        wait_for_port(port, server, state / "code-server.log")
        editor.open(f"http://127.0.0.1:{port}/", ".monaco-workbench .statusbar")
        try:
            yield editor
        except BaseException:
            editor.screenshot("failure")
            for path in sorted(installed.data.rglob("*ctxbudget*.log")):
                print(f"{path.name}:\n{path.read_text()}")  # pytest shows it
            raise


def write_settings(path: Path, settings: dict[str, Any]) -> None:
    """Into a file of VS Code."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(settings))


def program(path: Path, text: str) -> str:
    """Write a script that can be run; its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return str(path)


def run(command: list[str], **options: Any) -> str:
    """Run to the end; what it prints. Fails with that."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, **options)
    assert done.returncode == 0, f"{command[0]}: {done.stdout}{done.stderr}"
    return done.stdout


def free_port() -> int:
    """One that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for_port(port: int, process: subprocess.Popen[Any], log: Path, seconds: float = 60.0) -> None:
    """Until the process listens."""
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        assert process.poll() is None, log.read_text()
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail(f"code-server does not listen: {log.read_text()}")


def end(process: subprocess.Popen[Any], seconds: float = 5.0) -> None:
    """End a process and all that it started (it leads a process group of its own)."""
    for number, patience in ((signal.SIGTERM, seconds), (signal.SIGKILL, seconds)):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            break
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            continue
    process.wait(seconds)


def without_ctxbudget(path: str) -> str:
    """PATH without the environment of the tests, so that a test says itself where the server is."""
    return os.pathsep.join(folder for folder in path.split(os.pathsep) if not (Path(folder) / "ctxbudget").exists())
