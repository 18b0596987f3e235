"""Cuts message arrays to a limit: always legal for the provider, and nothing goes that cannot come back.

Pure: what it needs of counting and extraction comes in as functions (`Tools`).
"""

from __future__ import annotations

from .measuring import BLOB_TOKENS, break_even
from .model import Fitted, Options, Removal, Tools
from .planner import fit
from .shapes import SHAPES, contents

__all__ = ["BLOB_TOKENS", "SHAPES", "Fitted", "Options", "Removal", "Tools", "break_even", "contents", "fit"]
