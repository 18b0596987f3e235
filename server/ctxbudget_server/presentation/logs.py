"""The log on standard error, which people read on terminals."""

from __future__ import annotations

import logging
from types import TracebackType
from typing import TypeAlias

from ctxbudget_server.presentation.terminal import block, line

_Raised: TypeAlias = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class SafeFormatter(logging.Formatter):
    """Writes an entry on one line, and a traceback on several."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        """The entry."""
        return line(super().formatMessage(record))

    def formatException(self, ei: _Raised) -> str:  # noqa: N802
        """The traceback."""
        return block(super().formatException(ei))

    def formatStack(self, stack_info: str) -> str:  # noqa: N802
        """The stack."""
        return block(super().formatStack(stack_info))
