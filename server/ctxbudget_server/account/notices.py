"""Notices of what the store has lost: which results carry them, and in which form."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from ctxbudget_protocol.common import Notice
from ctxbudget_server.account.request import timestamp
from ctxbudget_server.settings.source import Problem
from ctxbudget_server.store.interface import Store

TOLD_WITH = frozenset({"session/open", "session/list", "budget/status", "budget/report", "budget/diagnose"})
"""Methods whose results carry unacknowledged losses."""


def settings_notices(problems: Iterable[Problem], clock: Callable[[], datetime]) -> list[Notice]:
    """What is wrong in the files of settings."""
    return [
        Notice(
            id=0,
            found_at=timestamp(clock()),
            kind="settings",
            message=f"{problem.place}: {problem.message}",
            detail={"file": problem.file, "line": problem.line, "setting": problem.setting},
        )
        for problem in problems
    ]


def notices(store: Store) -> list[Notice]:
    """The unacknowledged losses, oldest first."""
    return [
        Notice(id=loss.id, found_at=loss.found_at, kind=loss.kind, message=loss.message, detail=loss.detail)
        for loss in store.losses()
    ]
