"""Whether the hook of tools' outputs also replaces large ones: `--replace-over N` in its line."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from ctxbudget_server.install.commands import call_in

OPTION: Final = "--replace-over"
TOOL_EVENTS: Final = ("PostToolUse", "AfterTool")
"""Events with a tool's output, before the model reads it."""
QUESTION: Final = (
    "Large outputs of tools can be replaced before the model reads them, by at most 300 tokens of metadata and the way "
    "to fetch the rest. The model then sees less unless it asks; nothing is lost. "
    "Replace outputs of more than how many tokens? [none] "
)


def with_replacing(line: str, over: int) -> str:
    """A hook's command line that replaces outputs of more than so many tokens; with 0, none."""
    call = call_in(line)
    assert call is not None
    words = list(call.words)
    while OPTION in words:
        at = words.index(OPTION)
        del words[at : at + 2]
    if over:
        words += [OPTION, str(over)]
    return line.replace(shlex.join(call.words), shlex.join(words), 1)


def replacing_in(words: Sequence[str]) -> int:
    """Above how many tokens a call replaces outputs; 0: never."""
    values = [value for option, value in pairwise(words) if option == OPTION]
    return int(values[-1]) if values and values[-1].isdecimal() else 0
