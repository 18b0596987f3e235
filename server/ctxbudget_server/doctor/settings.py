"""Checks the files of settings: is everything in them used?"""

from __future__ import annotations

from collections.abc import Iterator

from ctxbudget_server.account.settings import problems_of
from ctxbudget_server.doctor.finding import Finding
from ctxbudget_server.settings.current import CurrentSettings

NAME = "settings"


def findings(workspace: str) -> Iterator[Finding]:
    """One finding for each fault in the user's or the project's file."""
    files = CurrentSettings(workspace).now()
    problems = problems_of(files)
    for problem in problems:
        data = {"file": problem.file, "line": problem.line, "setting": problem.setting}
        yield Finding(NAME, "warning", f"{problem.place}: {problem.message}", "ctxbudget config", data)
    if not problems:
        used = [source.path for source in (files.user, files.project) if source and source.values]
        message = f"read from {' and '.join(used)}" if used else "there is no file of settings"
        yield Finding(NAME, "ok", message, None, {"files": used})
