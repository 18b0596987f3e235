"""Escapes text from elsewhere for what editors show as plain text: lenses, diagnostics, messages, progress.

Some editors interpret such text further than the protocol says: VS Code follows `[words](command:…)` in a message, and
draws `$(name)` as an icon. An added space disables both.
"""

from __future__ import annotations

import re

from ctxbudget_server.presentation import terminal

_MEANINGFUL = re.compile(r"\](?=\()|\$(?=\()")


def label(words: str) -> str:
    """The words on one line."""
    return _MEANINGFUL.sub(r"\g<0> ", terminal.line(words))
