"""`ctxbudget install`: puts our hooks into the files of a host, and takes them out again."""

from __future__ import annotations

import shutil
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from types import ModuleType

from ctxbudget_server.install import vscode, wiring
from ctxbudget_server.install.commands import running_program
from ctxbudget_server.install.faults import InstallError
from ctxbudget_server.install.hook_settings import HookSettings
from ctxbudget_server.install.hosts import AGENTS, NAMES, host_module, scopes_of
from ctxbudget_server.install.place import Place
from ctxbudget_server.install.plan import Plan
from ctxbudget_server.install.replacing import QUESTION
from ctxbudget_server.presentation.arguments import whole_number
from ctxbudget_server.presentation.output import complain, show
from ctxbudget_server.runtime.program import NAME, name_for_a_shell
from ctxbudget_server.store.location import workspace_around

DONE, FAILED, MISUSED = 0, 1, 2
"""Exit codes: as asked (also if there was nothing to do); nothing is changed; nobody can be asked."""

EXAMPLES = (
    ("ctxbudget install claude-code --dry-run", "what would be written"),
    ("ctxbudget install claude-code", "set it up for this user"),
    ("ctxbudget install claude-code --uninstall", "take it out again"),
)


def add_arguments(parser: ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("host", choices=NAMES, metavar="HOST", help=f"one of {', '.join(NAMES)}")
    parser.add_argument("--uninstall", action="store_true", help="take out exactly what was added")
    parser.add_argument("--dry-run", action="store_true", help="only show, as a diff, what would change")
    parser.add_argument(
        "--scope",
        choices=("user", "project"),
        default="user",
        help="for all of your projects, or for everyone in this project; editors have only user (user)",
    )
    parser.add_argument(
        "--replace-over",
        type=whole_number(),
        metavar="N",
        help="for coding agents with hooks: outputs of more than N tokens are replaced by metadata before the model "
        "reads them; 0: none are (asked, else as it is)",
    )
    parser.add_argument(
        "--editor",
        metavar="COMMAND",
        help="for vscode: the editor's own command, which installs its extensions (the first on PATH of "
        f"{vscode.COMMANDS})",
    )
    parser.add_argument("--yes", action="store_true", help="ask nothing")


def run(options: Namespace) -> int:
    """Show the plan, ask, and carry it out."""
    try:
        plan = _plan(options)
        plan.check()
    except InstallError as fault:
        complain("install", str(fault))
        return FAILED
    show(plan.notes)
    if plan.is_empty:
        show(["nothing is installed there" if options.uninstall else "already installed; nothing to change"])
        if not options.dry_run:
            plan.apply()
        return DONE
    if options.dry_run or not options.yes:
        show([line for step in plan.steps for line in step.diff()])
    if options.dry_run:
        return DONE
    if not options.yes:
        if not sys.stdin.isatty():
            complain("install", "stdin is not a terminal, so nobody can be asked: use --yes, or --dry-run to only look")
            return MISUSED
        if not _agreed():
            complain("install", "nothing is changed")
            return FAILED
    try:
        plan.apply()
    except InstallError as fault:
        complain("install", str(fault))
        return FAILED
    show(plan.done)
    if not options.uninstall:
        show([host_module(options.host).NEXT.replace(f"`{NAME} ", f"`{name_for_a_shell()} ")])
    return DONE


def _plan(options: Namespace) -> Plan:
    if options.scope not in scopes_of(options.host):
        raise InstallError(f"{options.host} has no scope {options.scope}: leave --scope out")
    if options.editor is not None and options.host != vscode.NAME:
        raise InstallError(f"{options.host} is set up by its files, so --editor does nothing there: leave it out")
    host, project = host_module(options.host), Path(workspace_around("."))
    if options.scope == "project" and project == Path.home().resolve():
        raise InstallError("the current directory is in no project, only in your home: go to one, or leave --scope out")
    if options.uninstall:
        place = Place(options.scope, project, NAME, editor=options.editor)
        return _further(host, place, uninstall=True) + wiring.uninstall(host.wiring(place))
    program = running_program()
    notes = []
    if options.scope == "project":  # which others share, whose command is elsewhere
        program = NAME
        if shutil.which(NAME) is None:
            notes.append(f"`{NAME}` is not on PATH here: until it is, the hooks of the project do nothing")
    place = Place(options.scope, project, program, editor=options.editor)
    place = place._replace(replace_over=_replace_over(options, host, place))
    # What the host does itself may fail, so it comes before anything is written.
    plan = _further(host, place, uninstall=False) + wiring.install(host.wiring(place))
    plan.notes[:0] = notes
    return plan


def _replace_over(options: Namespace, host: ModuleType, place: Place) -> int | None:
    """What the user says of large outputs; who installs for the first time, at a terminal, is asked."""
    if options.host not in AGENTS:
        if options.replace_over is not None:
            raise InstallError(f"{options.host} has no hooks, so --replace-over does nothing there: leave it out")
        return None
    if options.replace_over is not None:
        return int(options.replace_over)
    settings: HookSettings = host.wiring(place)
    there = settings.replaces_over()
    unasked = options.yes or options.dry_run or not sys.stdin.isatty() or not settings.hooks
    return there if there is not None or unasked else _asked_over()


def _asked_over() -> int:
    while True:
        try:
            told = input(QUESTION).strip().replace(",", "")
        except EOFError:
            return 0
        if told in ("", "none", "no", "n"):
            return 0
        if told.isdecimal():
            return int(told)
        show(["a number of tokens, such as 8000, or nothing"])


def _further(host: ModuleType, place: Place, *, uninstall: bool) -> Plan:
    """What is to be done for a host besides the entries in its file."""
    plan: Plan = host.further(place, uninstall=uninstall) if hasattr(host, "further") else Plan()
    return plan


def _agreed() -> bool:
    try:
        return input("Make these changes? [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        return False
