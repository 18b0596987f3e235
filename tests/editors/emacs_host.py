"""Emacs as a daemon with our client loaded, driven from outside by emacsclient."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from .hosts import SECONDS, end, path_with_ctxbudget, wait_for

ANSWER = """
(defun ctxbudget-test-answer (question answer)
  "Evaluate the form in file QUESTION, and write its value as JSON to file ANSWER."
  (let ((form (with-temp-buffer (insert-file-contents question) (read (current-buffer)))))
    (with-current-buffer (window-buffer)
      (let ((said (condition-case fault `(:value ,(eval form t)) (error `(:error ,(error-message-string fault))))))
        (with-temp-file answer (insert (json-encode said)))))))
"""


def require_emacs(package: str) -> None:
    """Skip the test where there is no Emacs with a package."""
    if shutil.which("emacs") and shutil.which("emacsclient"):
        load = ["emacs", "--batch", "-f", "package-initialize", "--eval", f"(require '{package})"]
        if subprocess.run(load, capture_output=True, check=False, timeout=SECONDS).returncode == 0:
            return
    pytest.skip(f"Emacs with {package} is not installed: run tests/editors/install-more.sh")


def _client(folder: Path) -> list[str]:
    return ["emacsclient", "-s", str(folder / "socket"), "--eval"]


class Emacs:
    """A running Emacs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def lisp(self, form: str) -> Any:
        """Evaluate in the buffer that is shown; the value as JSON has it, nil being None."""
        question, answer = self._folder / "question.el", self._folder / "answer.json"
        question.write_text(form)
        ask = f'(ctxbudget-test-answer "{question}" "{answer}")'
        done = subprocess.run(
            [*_client(self._folder), ask], capture_output=True, text=True, check=False, timeout=SECONDS
        )
        assert done.returncode == 0, f"{form}: {done.stderr}"
        said = json.loads(answer.read_text())
        assert "error" not in said, f"{form}: {said['error']}"
        return said["value"]

    def wait(self, form: str, says: Callable[[Any], bool]) -> Any:
        """Until the value is as it should be."""
        messages = '(with-current-buffer "*Messages*" (buffer-string))'
        return wait_for(lambda: self.lisp(form), says, lambda: f"{form}; messages: {self.lisp(messages)}")

    def open_file(self, path: Path) -> None:
        """As a person does: by a command, after which Eglot connects."""
        self.lisp(f'(progn (switch-to-buffer (find-file-noselect "{path}")) (run-hooks (quote post-command-hook)) nil)')

    def text(self) -> str:
        """The buffer's text."""
        found: str = self.lisp("(buffer-string)")
        return found


@contextmanager
def emacs(folder: Path, init: str) -> Iterator[Emacs]:
    """Emacs in a folder, with an init file."""
    environment = {**os.environ, "PATH": path_with_ctxbudget()}
    with TemporaryDirectory(prefix="emacs-") as short:
        home = Path(short)
        (home / "init.el").write_text(f"(package-initialize)\n{ANSWER}\n{init}")
        environment["HOME"] = str(home)
        # No user's configuration, but Debian's packages.
        command = ["emacs", f"--fg-daemon={home / 'socket'}", "-q", "-l", str(home / "init.el")]
        with (home / "log").open("wb") as log:
            process = subprocess.Popen(
                command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )
        try:
            ping = [*_client(home), "t"]
            wait_for(
                lambda: subprocess.run(ping, capture_output=True, check=False).returncode,
                lambda code: code == 0 or process.poll() is not None,
                (home / "log").read_text,
            )
            yield Emacs(home)
        finally:
            end(process)
