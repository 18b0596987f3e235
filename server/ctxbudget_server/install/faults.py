"""What keeps an installation from being made or taken back."""

from __future__ import annotations


class InstallError(Exception):
    """Nothing was changed. The message names the file, the place in it, and what to do."""
