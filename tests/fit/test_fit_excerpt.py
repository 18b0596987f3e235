"""An excerpt is the same in every process, whatever order its sets have there."""

from __future__ import annotations

import os
import subprocess
import sys

SCRIPT = """
from ctxbudget_server.fit.excerpt import excerpt

words = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda omicron".split()
lines = [" ".join(words[n % 12 :: 1 + n % 5] + words[: n % 7]) for n in range(60)]
print(excerpt("\\n".join(lines), 150, " ".join(words), lambda text: -(-len(text) // 4)))
"""


def test_an_excerpt_is_the_same_in_every_process() -> None:
    found = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in range(6)
    }
    assert len(found) == 1
