"""`ctxbudget completion`: prints the script that completes the command in a shell."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from ctxbudget_server.cli.shipped import client_folder
from ctxbudget_server.presentation.output import show_exactly

EXAMPLES = (
    ("source <(ctxbudget completion bash)", "in ~/.bashrc"),
    ('eval "$(ctxbudget completion zsh)"', "in ~/.zshrc, after compinit"),
    ("ctxbudget completion fish > ~/.config/fish/completions/ctxbudget.fish", "once"),
)


def add_arguments(parser: ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("shell", choices=("bash", "zsh", "fish"), help="whose script is printed")


def run(options: Namespace) -> int:
    """Print the script."""
    folder = client_folder("completion")
    if folder is None:
        return 1
    show_exactly((folder / f"ctxbudget.{options.shell}").read_text("utf-8").removesuffix("\n"))
    return 0
