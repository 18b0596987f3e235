"""Which function serves which method. Functions are named by module, so that only the called one is imported."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

SERVICES: dict[str, str] = {
    "session/open": "session:open_session",
    "session/close": "session:close_session",
    "session/recalibrate": "usage:recalibrate",
    "session/list": "session:list_sessions",
    "session/delete": "session:delete_session",
    "workflow/startPhase": "workflow:start_phase",
    "workflow/completePhase": "workflow:complete_phase",
    "workflow/startWave": "workflow:start_wave",
    "workflow/completeWave": "workflow:complete_wave",
    "budget/allocate": "allocating:allocate",
    "budget/status": "status:status",
    "budget/reserve": "leasing:reserve",
    "budget/settle": "leasing:settle",
    "budget/release": "leasing:release",
    "budget/renew": "leasing:renew",
    "budget/report": "report:report",
    "context/add": "context:add",
    "context/update": "context:update",
    "context/append": "context:append",
    "context/list": "context:list_items",
    "context/get": "retrieval:get",
    "context/search": "searching:search_items",
    "context/restore": "context:restore",
    "context/prune": "removal:prune",
    "context/undo": "removal:undo",
    "context/render": "rendering:render_context",
    "context/fit": "fitting:fit_messages",
    "metadata/extract": "extracting:extract_metadata",
    "tokens/count": "tokens:count",
    "tokens/fits": "tokens:fits",
    "tokens/truncate": "tokens:truncate",
    "store/losses": "losses:list_losses",
    "store/acknowledge": "losses:acknowledge_losses",
    "usage/record": "usage:record",
}


def service(method: str) -> Callable[..., Any]:
    """The function that serves a method; imports its module."""
    module, _, name = SERVICES[method].partition(":")
    function: Callable[..., Any] = getattr(import_module(f"ctxbudget_server.services.{module}"), name)
    return function
