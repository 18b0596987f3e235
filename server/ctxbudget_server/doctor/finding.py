"""A finding of the doctor."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args

Severity = Literal["ok", "notice", "warning", "error"]
"""As it should be; worth knowing; should be fixed some time; does not work, or something is lost."""

SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check. `name` is stable, for programs; `remedy` is a shell command."""

    name: str
    severity: Severity
    message: str
    remedy: str | None = None
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def needs_action(self) -> bool:
        """Whether the user should do something."""
        return self.severity in ("warning", "error")

    def wire(self) -> dict[str, Any]:
        """The finding in its JSON form."""
        return {
            "name": self.name,
            "severity": self.severity,
            "message": self.message,
            "remedy": self.remedy,
            "data": self.data,
        }


def command(*words: str) -> str:
    """A command line with the words quoted for a shell."""
    return shlex.join(words)
