"""Compactions in Claude Code itself: how many of the requests after them a provider would refuse, and what they leave.

    make bench NAME=compactions ARGS='--compactions 100'

Claude Code works against a stand-in for its model, on loopback, and compacts by itself every few calls; each process is
resumed at its end. A request is legal if `illegal_messages` of the Python client finds nothing. Needs
`.ci/install-hosts-agents`.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from agents.agent_host import end_sidecar
from agents.model_stand_in import WorkingModel, answering
from agents.real_hosts import AGENTS, RealHost, Talk

from ctxbudget_client import illegal_messages

PLUGIN = ("--plugin-dir", str(AGENTS / "claude-code"))
EARLY = {"CLAUDE_CODE_AUTO_COMPACT_WINDOW": "100000", "CLAUDE_AUTOCOMPACT_PCT_OVERRIDE": "20"}
STEPS = 75
"""Calls in one process: about 25 compactions."""


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--compactions", type=int, default=100, metavar="N")
    options = parser.parse_args()
    cuts: list[float] = []
    requests = illegal = summaries = 0
    grown: list[int] = []
    while len(cuts) < options.compactions:
        with tempfile.TemporaryDirectory() as base, answering(WorkingModel()) as model:
            host = RealHost("claude-code", Path(base), model)
            with host.talk(*PLUGIN, **EARLY) as talk:
                talk.say(f"WORK 1: {STEPS} Never touch /srv/legacy.")
            last = len(json.dumps(model.asked[-1]["messages"]))
            host.claude(*PLUGIN, "--resume", talk.session, task="WORK 2: 0")
            grown.append(len(json.dumps(model.asked[-1]["messages"])) - last)
            cuts += _cuts(talk)
            for request in model.asked:
                asked = [message for message in request["messages"] if message["role"] != "system"]
                requests += 1
                illegal += bool(illegal_messages(asked, "anthropic"))
                summaries += "SUMMARY-BY-MODEL" in json.dumps(asked)
            end_sidecar(host.folder, host.store)
    print(f"{len(cuts)} compactions, {requests} requests: {illegal} illegal, {summaries} with a summary of the host's")
    print(f"a compaction leaves {sum(cuts) / len(cuts):.0%} of the tokens that Claude Code counts")
    print(f"characters that a resumed request has more than the last one before it: {sorted(grown)}")


def _cuts(talk: Talk) -> list[float]:
    told = [line["compact_metadata"] for line in talk.told if line.get("subtype") == "compact_boundary"]
    return [one["post_tokens"] / one["pre_tokens"] for one in told]


if __name__ == "__main__":
    main()
