"""Checks what is wired in hosts: whether the commands that they run are there, and whether they may run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from ctxbudget_server.doctor.finding import Finding, Severity, command
from ctxbudget_server.doctor.installation import path_remedy
from ctxbudget_server.install import claude_code, record, vscode
from ctxbudget_server.install.commands import Call, call_in, resolves, running_program
from ctxbudget_server.install.faults import InstallError
from ctxbudget_server.install.files import read
from ctxbudget_server.install.hosts import AGENTS, EDITORS, NAMES, PLUGGED, host_module, scopes_of
from ctxbudget_server.install.jsonc import plain
from ctxbudget_server.install.place import Place, Scope, shown
from ctxbudget_server.install.settings_file import SettingsFile
from ctxbudget_server.runtime.program import NAME

_NAMED: Final = re.compile(rf'"(/[^"\n]*/{NAME})"')
"""A program by its absolute path, in what is written for an editor or as a plug-in."""
SCOPES: Final[tuple[Scope, ...]] = ("user", "project")


def findings(workspace: str) -> Iterator[Finding]:
    """Findings for each host and scope in which something of ours is wired."""
    found = [
        finding for host in AGENTS for scope in SCOPES for finding in _wired(host, Place(scope, Path(workspace), NAME))
    ]
    found += [
        finding
        for host in (*PLUGGED, *EDITORS)
        for scope in scopes_of(host)
        for finding in _written(host, scope, Path(workspace))
    ]
    yield from found
    if not found:
        hosts = ", ".join(NAMES)
        yield Finding("hosts", "ok", f"none is set up; `{NAME} install HOST` does it for {hosts}")


def _wired(host: str, place: Place) -> Iterator[Finding]:
    name = f"hosts.{host}"
    wiring = host_module(host).wiring(place)
    where = shown(wiring.path)
    scope = ("--scope", "project") if place.scope == "project" else ()
    install = command(NAME, "install", host, *scope)
    data: dict[str, Any] = {"file": str(wiring.path), "scope": place.scope}
    try:
        text = read(wiring.path).text
        if text is None:
            return
        settings = SettingsFile(where, text, wiring.dialect)
        calls = [one.call for one in settings.ours()]
        root = plain(settings.root())
    except InstallError as fault:
        message = str(fault).removesuffix("; nothing is changed")
        yield Finding(name, "warning", f"{message}: the host may ignore the whole file", f"{install} --dry-run", data)
        return
    line = root.get("statusLine")
    status_line = call_in(line.get("command")) if isinstance(line, dict) else None
    plugin = host == claude_code.NAME and claude_code.enabled_plugin(wiring.path)
    if not calls and not status_line and not plugin:
        return
    if root.get("disableAllHooks") is True:
        yield Finding(name, "notice", f"{where} sets disableAllHooks: no hook runs", None, data)
    if status_line:
        calls.append(status_line)
    wanted = () if plugin else tuple(hook.event for hook in wiring.hooks)
    severity, message = _verdict(where, calls, wanted, data)
    yield Finding(name, severity, message, None if severity == "ok" else install, data)


def _written(host: str, scope: Scope, workspace: Path) -> Iterator[Finding]:
    """What `install` wrote for an editor or as a plug-in: whether the command in it is there, and is this one."""
    words = ("--scope", "project") if scope == "project" else ()
    name, install = f"hosts.{host}", command(NAME, "install", host, *words)
    try:
        program = NAME if scope == "project" else running_program()
        wiring = host_module(host).wiring(Place(scope, workspace, program))
        content = read(wiring.path)
        if content.text is None or wiring.unwired(content.text, record.load(content.target)) == content.text:
            return
        is_current = wiring.wired(content.text).text == content.text
        if host == vscode.NAME:
            is_current &= vscode.is_current(Place(scope, workspace, program))
    except InstallError as fault:
        yield Finding(name, "warning", str(fault).removesuffix("; nothing is changed"), f"{install} --dry-run")
        return
    where, data = shown(wiring.path), {"file": str(wiring.path)}
    gone = [path for path in _NAMED.findall(content.text) if not resolves(path)]
    if program == NAME and not resolves(NAME):
        yield Finding(name, "warning", f"{where} calls {NAME} by its name, which is not on PATH", path_remedy(), data)
    elif gone:
        yield Finding(name, "warning", f"{where} names what is not there: {', '.join(gone)}", install, data)
    elif not is_current:
        yield Finding(name, "notice", f"{where} was written by another version or installation", install, data)
    else:
        yield Finding(name, "ok", f"set up in {where}", None, data)


def _verdict(where: str, calls: list[Call], wanted: tuple[str, ...], data: dict[str, Any]) -> tuple[Severity, str]:
    """What is to be said about the calls in a file. `wanted` are the events, none if the plugin is enabled."""
    plugin = not wanted
    programs = {call.program for call in calls} | ({NAME} if plugin else set())
    gone = sorted(program for program in programs if not resolves(program))
    events = {call.event for call in calls if call.event}
    missing = [event for event in wanted if event not in events]
    data |= {"missing": gone, "events": sorted(events)}
    if gone:
        return "warning", f"{where} calls what is not there: {', '.join(gone)}"
    if missing:
        return "notice", f"{where} has no hook for {', '.join(missing)}"
    if any(not call.guarded for call in calls):
        return "notice", f"{where} calls {NAME} so that a missing command shows an error at every tool call"
    what = "the plugin is enabled" if plugin else f"hooks for {len(events)} events"
    return "ok", f"{what} in {where}, and the commands are there"
