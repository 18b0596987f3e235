"""Who may look on while requests are answered. Imported only for its types."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol


class Observer(Protocol):
    """Sees what is asked and what came of it. It fails no request, and delays none."""

    def observed(self, method: str, params: dict[str, Any], answer: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Return or raise what `answer` does. `params` are as the client sent them."""

    def close(self) -> None:
        """Take a last look: the process is about to end, and the store is still open. Returns within about a second."""
