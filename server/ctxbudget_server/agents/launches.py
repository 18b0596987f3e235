"""Subagents that Claude Code starts in the background: what it tells its hooks is not what the model reads.

Hooks are given a record of the launch. The model reads a fixed text of Claude Code's, with the subagent's id and the
file of its output, and later the report, which `SubagentStop` brings.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ctxbudget_server.agents.model import HostEvent

LAUNCH_TOKENS: Final = 384
"""What the text costs: estimated for the newest Claude from what 2.1.332 sends, 1,054 characters with the path."""


def is_launch(event: HostEvent, response: Any) -> bool:
    """Whether a response is the record of a launch in the background."""
    return event.host == "claude-code" and isinstance(response, Mapping) and response.get("isAsync") is True
