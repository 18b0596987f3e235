"""Texts that can be written as UTF-8."""

from __future__ import annotations

import re

_LONE = re.compile("[\ud800-\udfff]")


def well_formed(text: str) -> str:
    """The text with a replacement character for each lone surrogate, which no encoding can carry."""
    return text if text.isascii() else _LONE.sub("\ufffd", text)
