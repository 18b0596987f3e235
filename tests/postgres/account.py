"""A service over a store, as one machine has it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.service.service import BudgetService, Options


class Account:
    """A service over a store, as one machine has it."""

    def __init__(self, folder: Path, url: str) -> None:
        self.service = BudgetService(Options(workspace=str(folder), store=url), actor="test")

    def __call__(self, method: str, **params: Any) -> dict[str, Any]:
        return self.service.call(method, params, Cancellation())
