"""Hooks for the Claude Agent SDK: the account of what tools bring in, the provider's bills, and shorter outputs.

    options = ClaudeAgentOptions(hooks=account_hooks(replace_over=8_000))

The SDK gives no hook the messages, so nothing is fitted here: Claude Code compacts as it does. Each event goes to
`ctxbudget hook`, which is what Claude Code's own settings call, so both have the same account.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from typing import Any, Final

from claude_agent_sdk import HookContext, HookInput, HookJSONOutput, HookMatcher
from claude_agent_sdk.types import HookEvent

from ctxbudget_client.plugs.conversation import LOGGER

_EVENTS: Final[tuple[HookEvent, ...]] = (
    "PostToolUse",
    "PostToolUseFailure",
    "SubagentStart",
    "SubagentStop",
    "PreCompact",
    "Stop",
)
_COMMAND: Final = (sys.executable, "-P", "-m", "ctxbudget_server")
_SECONDS: Final = 25.0
"""`ctxbudget hook` ends by itself after 20 seconds."""


def account_hooks(
    *, replace_over: int | None = None, command: Sequence[str] = _COMMAND
) -> dict[HookEvent, list[HookMatcher]]:
    """The `hooks` of `ClaudeAgentOptions`.

    With `replace_over`, an output of more tokens is replaced, before the model reads it, by at most 300 tokens of
    metadata and the way to fetch the rest. `command` runs ctxbudget. A hook that fails changes nothing.
    """
    over = [] if replace_over is None else ["--replace-over", str(replace_over)]

    def matcher(event: HookEvent) -> HookMatcher:
        words = [*command, "hook", event, *(over if event == "PostToolUse" else [])]

        async def tell(given: HookInput, tool_use_id: str | None, context: HookContext) -> HookJSONOutput:
            try:
                return await asyncio.wait_for(_answer(words, given), _SECONDS)
            except (OSError, ValueError, TimeoutError) as error:
                LOGGER.warning("the hook of %s had no effect: %s", event, error)
                return {}

        return HookMatcher(hooks=[tell], timeout=_SECONDS + 5)

    return {event: [matcher(event)] for event in _EVENTS}


async def _answer(words: Sequence[str], given: Any) -> HookJSONOutput:
    process = await asyncio.create_subprocess_exec(
        *words, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        told, _ = await process.communicate(json.dumps(given).encode())
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    answer: HookJSONOutput = json.loads(told) if told.strip() else {}
    return answer
