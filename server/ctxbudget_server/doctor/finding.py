"""What the doctor finds."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args

Severity = Literal["ok", "notice", "warning", "error"]
"""As it should be; worth knowing; to be mended some time; does not work, or something is lost."""

SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `name` is stable, for programs; `remedy` is a command for a shell."""

    name: str
    severity: Severity
    message: str
    remedy: str | None = None
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def needs_action(self) -> bool:
        """Whether somebody should do something."""
        return self.severity in ("warning", "error")

    def wire(self) -> dict[str, Any]:
        """For programs."""
        return {
            "name": self.name,
            "severity": self.severity,
            "message": self.message,
            "remedy": self.remedy,
            "data": self.data,
        }


def command(*words: str) -> str:
    """Words as a shell takes them."""
    return shlex.join(words)
