"""`ctxbudget editor-client`: prints the folder of files to load in an editor."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from ctxbudget_server.cli.shipped import client_folder
from ctxbudget_server.presentation.output import show_path

EXAMPLES = (
    ("vim.opt.rtp:append(vim.fn.trim(vim.fn.system('ctxbudget editor-client neovim')))", "in Neovim's init.lua"),
    ("ctxbudget editor-client emacs", "the folder for Emacs' load-path"),
)


def add_arguments(parser: ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("editor", choices=("emacs", "neovim"), help="the editor whose folder is printed")


def run(options: Namespace) -> int:
    """Print the folder."""
    folder = client_folder(options.editor)
    if folder is None:
        return 1
    show_path(folder)
    return 0
