"""Emacs: lines at the end of its init file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from ctxbudget_server.install.block import Block
from ctxbudget_server.install.place import Place
from ctxbudget_server.install.shipped import client_files

NAME: Final = "emacs"
NEXT: Final = "start Emacs again and open a Markdown file"

_LINES: Final = """\
;; `ctxbudget install emacs' wrote these lines, and `ctxbudget install emacs --uninstall' takes them out.
(let ((program %s))
  (add-to-list 'load-path %s)
  (if (not (and (file-executable-p program) (require 'ctxbudget nil t)))
      (message "ctxbudget is missing: install it again, then run ctxbudget install emacs")
    (when (equal (car ctxbudget-command) "ctxbudget") ; no other is configured
      (setq ctxbudget-command (cons program (cdr ctxbudget-command))))
    (ctxbudget-mode-line-mode 1)
    (add-hook 'markdown-mode-hook (if (fboundp 'lsp-deferred) #'lsp-deferred #'eglot-ensure))))"""


def wiring(place: Place) -> Block:
    """What is wired, and where. Raises `InstallError` if the client's files are missing."""
    text = _LINES % (_lisp(place.program), _lisp(str(client_files(NAME))))
    return Block(NAME, init_file(), ";;", tuple(text.split("\n")))


def init_file() -> Path:
    """The init file that Emacs reads; where there is none, the one that it would read."""
    home = Path.home()
    new = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config", "emacs")
    for old in (home / ".emacs.el", home / ".emacs"):
        if os.path.lexists(old):
            return old
    folder = new if new.is_dir() and not (home / ".emacs.d").is_dir() else home / ".emacs.d"
    return folder / "init.el"


def _lisp(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
