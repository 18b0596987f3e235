"""Notices of what the store has lost: which results carry them, and in which form."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from ctxbudget_protocol.common import Notice
from ctxbudget_server.account.request import timestamp
from ctxbudget_server.account.settings import problems_of
from ctxbudget_server.settings.source import FileSettings
from ctxbudget_server.store.interface import Store

TOLD_WITH = frozenset({"session/open", "session/list", "budget/status", "budget/report"})
"""Methods whose results carry unacknowledged losses."""


def settings_notices(files: FileSettings, clock: Callable[[], datetime]) -> list[Notice]:
    """What is wrong in the files of settings."""
    return [
        Notice(
            id=0,
            found_at=timestamp(clock()),
            kind="settings",
            message=f"{problem.place}: {problem.message}",
            detail={"file": problem.file, "line": problem.line, "setting": problem.setting},
        )
        for problem in problems_of(files)
    ]


def notices(store: Store) -> list[Notice]:
    """The unacknowledged losses, oldest first."""
    return [
        Notice(id=loss.id, found_at=loss.found_at, kind=loss.kind, message=loss.message, detail=loss.detail)
        for loss in store.losses()
    ]
