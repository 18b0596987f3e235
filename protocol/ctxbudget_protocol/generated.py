"""Reads the files that are generated from the method table and included in the package."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ctxbudget_protocol.errors import ProtocolError

Schema = dict[str, Any]

COMMAND = "python -m ctxbudget_protocol.generate"
"""The command that generates everything from the method table."""


def read(name: str) -> dict[str, Any]:
    """Read a generated file. Raises `internalError`, naming the command that generates it."""
    try:
        text = Path(__file__).with_name(name).read_text("utf-8")
    except FileNotFoundError:
        raise ProtocolError("internalError", f"{name} is missing: run {COMMAND}") from None
    made: dict[str, Any] = json.loads(text)
    return made
