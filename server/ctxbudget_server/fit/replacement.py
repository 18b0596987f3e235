"""The text that replaces one old result, where the rest of the array stays as it is."""

from __future__ import annotations

from collections.abc import Callable

from ctxbudget_server.fit.markers import names_line, result_marker
from ctxbudget_server.fit.material import LEAD_TOKENS
from ctxbudget_server.fit.model import Retrieval, Tools

NAMES_SHARE = 0.1
"""Of a result's tokens: what its names may take."""
MAX_NAMES_TOKENS = 600
"""Tokens of the longest index of names."""


def replacement_text(
    text: str, tools: Tools, is_elsewhere: Callable[[str], bool], item_id: str, session_id: str
) -> str:
    """Metadata with an id: what the result is about, and names, first those that appear nowhere else."""
    tokens = tools.count(text)
    lines = [result_marker("oldResult", tokens, item_id, Retrieval(session_id))]
    verdict = tools.verdict(text)
    said = tools.lead(text, LEAD_TOKENS, None)
    lines += [line for line in (verdict, said.removeprefix(verdict).strip("\n")) if line]
    room = min(MAX_NAMES_TOKENS, int(tokens * NAMES_SHARE))
    chosen: list[str] = []
    names = [name for name in tools.names(text) if name not in said]
    for name in sorted(names, key=is_elsewhere):
        room -= tools.count(" " + name)
        if room < 0:
            break
        chosen.append(name)
    return "\n".join([*lines, names_line(chosen)] if chosen else lines)
