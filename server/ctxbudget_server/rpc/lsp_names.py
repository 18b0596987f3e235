"""The methods of LSP that are handled without pygls. Importing lsprotocol for them would take most of the start."""

from __future__ import annotations

from typing import Final

INITIALIZE: Final = "initialize"
INITIALIZED: Final = "initialized"
SHUTDOWN: Final = "shutdown"
EXIT: Final = "exit"
CANCEL_REQUEST: Final = "$/cancelRequest"
PROGRESS_CANCEL: Final = "window/workDoneProgress/cancel"
