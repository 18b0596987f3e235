"""Cuts message arrays to a limit: always legal for the provider, and nothing goes that cannot come back.

Pure: what it needs of counting and extraction comes in as functions (`Tools`).
"""

from __future__ import annotations

from .contents import Content, contents
from .conversation import turns
from .measuring import BLOB_TOKENS, Sizes, break_even
from .model import Fitted, Message, Options, Part, Removal, Tools
from .planner import fit, repeat
from .shapes import SHAPES, Shape
from .standing import stand_in

__all__ = [
    "BLOB_TOKENS",
    "SHAPES",
    "Content",
    "Fitted",
    "Message",
    "Options",
    "Part",
    "Removal",
    "Shape",
    "Sizes",
    "Tools",
    "break_even",
    "contents",
    "fit",
    "repeat",
    "stand_in",
    "turns",
]
