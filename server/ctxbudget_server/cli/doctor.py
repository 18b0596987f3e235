"""`ctxbudget doctor`: reports what is wrong with the installation and the store, and the command that fixes it."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server import __version__
from ctxbudget_server.cli.options import add_store_options
from ctxbudget_server.doctor.diagnosis import diagnosis
from ctxbudget_server.doctor.finding import Finding
from ctxbudget_server.doctor.treatment import acknowledge, repair
from ctxbudget_server.presentation.look import tell
from ctxbudget_server.presentation.output import complain, show_json
from ctxbudget_server.settings.access import store_of, user_access
from ctxbudget_server.workspace.documents import find_workspace

FINE, FINDINGS, FAILED = 0, 1, 2
"""Exit codes: nothing needs to be done; something does; the doctor could not do what was asked."""

MARKS = {"ok": "ok", "notice": "note", "warning": "WARN", "error": "ERROR"}

EXAMPLES = (
    ("ctxbudget doctor", "check everything; exits with 1 if something is wrong"),
    ("ctxbudget doctor --repair", "mend what can be mended"),
)


def add_arguments(parser: ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("--json", action="store_true", help="the findings as JSON")
    parser.add_argument(
        "--repair",
        action="store_true",
        help="first replace a damaged store with what can be read of it; the damaged file is kept",
    )
    parser.add_argument(
        "--acknowledge", action="store_true", help="acknowledge what was lost, so that it is no longer reported"
    )
    add_store_options(parser)


def run(options: Namespace) -> int:
    """Check everything and print the findings."""
    try:
        workspace = str(find_workspace(options.workspace, None))
    except ProtocolError as error:
        complain("doctor", error.message)
        return FAILED
    place = store_of(workspace, options.store, user_access())
    repaired = acknowledged = None
    try:
        if options.repair:
            repaired = repair(place)
        if options.acknowledge:
            acknowledged = acknowledge(place)
    except ProtocolError as error:
        complain("doctor", error.message)
        return FAILED
    found = list(diagnosis(workspace, place, _again(options)))
    if options.json:
        show_json({**_wire(workspace, place, found), "repaired": repaired, "acknowledged": acknowledged})
    else:
        tell(_lines(found))
    return FINDINGS if any(finding.needs_action for finding in found) else FINE


def _again(options: Namespace) -> list[str]:
    """The options that make another command use the same workspace and store."""
    named = (("--workspace", options.workspace), ("--store", options.store))
    return [word for name, value in named if value for word in (name, value)]


def _wire(workspace: str, place: str, found: list[Finding]) -> dict[str, Any]:
    return {
        "version": __version__,
        "workspace": workspace,
        "store": place,
        "needsAction": any(finding.needs_action for finding in found),
        "findings": [finding.wire() for finding in found],
    }


def _lines(found: list[Finding]) -> list[str]:
    width = max(len(finding.name) for finding in found)
    lines = []
    for finding in found:
        lines.append(f"{MARKS[finding.severity]:<5}  {finding.name:<{width}}  {finding.message}")
        if finding.remedy and finding.severity != "ok":
            lines.append(f"{'':<{width + 7}}  → {finding.remedy}")
    serious = sum(finding.needs_action for finding in found)
    lines += [
        "",
        f"findings that need action: {serious} of {len(found)}" if serious else "nothing needs to be done",
    ]
    return lines
