"""`ctxbudget editor-client`: where the files are that an editor loads."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

EDITORS = ("emacs", "neovim")

_PACKAGE = Path(__file__).parents[1]


def add_arguments(parser: ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("editor", choices=EDITORS, help="the editor whose folder is printed")


def run(options: Namespace) -> int:
    """Print the folder."""
    installed = _PACKAGE / f"{options.editor}_client"
    in_a_clone = _PACKAGE.parents[1] / "clients" / options.editor
    folder = next((folder for folder in (installed, in_a_clone) if folder.is_dir()), None)
    if folder is None:
        print("ctxbudget editor-client: the files are missing from this installation", file=sys.stderr)
        return 1
    print(folder)
    return 0
