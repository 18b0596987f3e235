"""Accept what everything costs now, and say what changed.

`make costs` runs it.
"""

from __future__ import annotations

from .figures import ACCEPTED, accept, accepted, measure, rises


def main() -> None:
    """Renew `accepted.json`."""
    before = accepted() if ACCEPTED.exists() else {}
    now = measure()
    accept(now)
    print("\n".join(rises(now, before)) or "nothing rose by more than a fifth")


if __name__ == "__main__":
    main()
