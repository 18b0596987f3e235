"""Finds the function that serves a method: it has the method's name, in the module of that name under `methods`."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from importlib import import_module
from keyword import iskeyword
from typing import Any


def address(method: str) -> tuple[str, str]:
    """(module, function) of a method: `workflow/startPhase` is `methods.workflow.start_phase:start_phase`."""
    namespace, _, verb = method.partition("/")
    name = re.sub(r"[A-Z]", lambda letter: f"_{letter[0].lower()}", verb)
    if iskeyword(name):
        name += "_"
    return f"ctxbudget_server.methods.{namespace}.{name}", name


@cache
def implementation(method: str) -> Callable[..., Any]:
    """The function that serves a method of the table. Imports that method's module only."""
    module, name = address(method)
    function: Callable[..., Any] = getattr(import_module(module), name)
    return function
