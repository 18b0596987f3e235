"""The rates that the project holds itself to, over the recorded sessions of the evaluation kit."""

from __future__ import annotations

import os
import tarfile
from pathlib import Path

import pytest
from fit.fit_legal import faults

from ctxbudget_server.account.counter import Counter
from ctxbudget_server.account.fit_memory import tools_for
from ctxbudget_server.extract import distinct_names
from ctxbudget_server.fit import USUAL_PRICES
from ctxbudget_server.replay import Outcome, Stretch, policy, replay
from ctxbudget_server.transcripts.claude_code_messages import without_signatures
from ctxbudget_server.transcripts.detection import read_transcript
from ctxbudget_server.transcripts.model import Transcript

KIT = Path(os.environ.get("CTXBUDGET_EVALUATION_KIT") or Path(__file__).parents[3] / "shared" / "eval")
PACKS = sorted(KIT.glob("packs/e_transcripts_*.tar.gz"))

pytestmark = pytest.mark.skipif(not PACKS, reason="the evaluation kit is not here")


def recordings() -> list[Transcript]:
    """The sessions."""
    found = []
    for pack in PACKS:
        with tarfile.open(pack) as tar:
            for name in sorted(name for name in tar.getnames() if name.endswith(".jsonl")):
                member = tar.extractfile(name)
                assert member is not None
                found.append(read_transcript(member.read().decode("utf-8", "replace")))
    return found


def test_reduced_results_save_much_and_lose_few_names() -> None:
    tools = tools_for(Counter(None), lambda: None)
    base = 0
    outcomes: dict[str, list[Outcome]] = {"clear": [], "reduce": []}
    for recording in recordings():
        assert not [fault for segment in recording.segments for fault in faults("anthropic", segment.messages)]
        stretches = [Stretch(without_signatures(one.messages), one.shared) for one in recording.segments]
        policies = {spec: policy(spec, recording.shape, tools, None, USUAL_PRICES) for spec in outcomes}
        found = replay(stretches, recording.shape, policies, tools, names=distinct_names, prices=USUAL_PRICES)
        base += found.baseline.token_turns
        for outcome in found.outcomes:
            outcomes[outcome.policy].append(outcome)

    def saved(spec: str) -> float:
        return 1 - sum(one.token_turns for one in outcomes[spec]) / base

    def lost(spec: str) -> float:
        return sum(one.names.lost for one in outcomes[spec]) / sum(one.names.used for one in outcomes[spec])

    assert saved("reduce") >= 0.42
    assert lost("reduce") <= 0.08
    assert lost("clear") > 2 * lost("reduce")
