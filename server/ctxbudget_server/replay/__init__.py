"""Replays recorded conversations call by call, as they were and as policies would have sent them.

Pure: counting, names and metadata come in as functions.
"""

from __future__ import annotations

from .model import Names, Outcome, Prices, Replay, Stretch
from .plot import painted, panels
from .policies import USAGE, policy
from .simulation import replay
from .svg import svg

__all__ = ["USAGE", "Names", "Outcome", "Prices", "Replay", "Stretch", "painted", "panels", "policy", "replay", "svg"]
