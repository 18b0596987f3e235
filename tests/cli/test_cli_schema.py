"""`ctxbudget schema`: the contract, for programs that make types of it."""

from __future__ import annotations

import json
import subprocess
import sys

from ctxbudget_protocol.contract import contract


def test_the_command_prints_the_contract() -> None:
    done = subprocess.run([sys.executable, "-m", "ctxbudget_server", "schema"], capture_output=True, check=True)

    assert json.loads(done.stdout) == json.loads(json.dumps(contract()))
    assert done.stderr == b""
