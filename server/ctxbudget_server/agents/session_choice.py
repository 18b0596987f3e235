"""Which session people are shown: the one that is named, else the one that changed last."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Literal

from ctxbudget_protocol.limits import SESSION_VARIABLE
from ctxbudget_protocol.values import NamedTuple
from ctxbudget_server.agents.model import SendRequest

Rule = Literal["named", "changedLast"]


class Choice(NamedTuple):
    """A session, and how it was chosen."""

    session_id: str
    rule: Rule


def session_named(option: str | None, variables: Sequence[str] = (SESSION_VARIABLE,)) -> str | None:
    """The session that the option names, else the first of these variables that is set; None if none is."""
    return option or next((value for name in variables if (value := os.environ.get(name))), None)


def session_to_show(named: str | None, ask: SendRequest) -> Choice | None:
    """The named session, else the one that changed last; None if the workspace has none.

    Writes never choose in this way: without a name they go to the default session.
    """
    if named:
        return Choice(named, "named")
    latest = ask("session/list", limit=1)["latest"]
    return Choice(latest, "changedLast") if latest else None
