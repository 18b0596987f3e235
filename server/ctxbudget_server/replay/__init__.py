"""Replays recorded conversations call by call, as they were and as policies would have sent them.

Pure: counting, names and metadata come in as functions.
"""

from __future__ import annotations

from ctxbudget_server.replay.model import Names, Outcome, Replay, Stretch
from ctxbudget_server.replay.plot import painted, panels
from ctxbudget_server.replay.policies import USAGE, policy
from ctxbudget_server.replay.simulation import replay

__all__ = ["USAGE", "Names", "Outcome", "Replay", "Stretch", "painted", "panels", "policy", "replay"]
