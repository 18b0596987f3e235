"""Bytes among texts: where providers and hosts put them, and what they cost a model.

A picture, a document, audio or video is base64 in a message, and a model never reads it as text. This room
knows every place where that may be, and gives each its cost by the rule that its provider documents.
"""

from __future__ import annotations

from ctxbudget_server.media.carriers import Lean, is_medium, may_hold_bytes, without_bytes
from ctxbudget_server.media.costs import MEDIUM_TOKENS, Rules, rules_of

__all__ = ["MEDIUM_TOKENS", "Lean", "Rules", "is_medium", "may_hold_bytes", "rules_of", "without_bytes"]
