"""Writes the picture of docs/top.md: `make pictures`, or python -m top.pictures (from tests/)."""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from report.pictures import IMAGES, SESSION, feature

from ctxbudget_server.top.app import TopApp
from ctxbudget_server.top.feed import Source

ELSEWHERE = re.compile(r"\s*@font-face \{[^}]*\}")


async def picture() -> str:
    """A feature being built: its last phase is running, and two agents are out."""
    with tempfile.TemporaryDirectory() as scratch:
        run = feature(Path(scratch))
        for holder, tokens in (("tester", 2_000), ("reviewer", 1_500)):
            run.ask("budget/reserve", tokens=tokens, holder=holder, force=True)
        last = run.read("budget/timeline", sessionId=SESSION)["entries"][-1]["at"]
        now = datetime.fromisoformat(last) + timedelta(seconds=20)
        source = Source(run.read, mark=lambda: 0, exists=lambda: True, workspace=scratch)
        app = TopApp(source, SESSION, lambda: now.astimezone(UTC))
        async with app.run_test(size=(80, 24)) as pilot:
            while SESSION not in str(app.screen.query_one("#title").render()):
                await pilot.pause(0.05)
            await pilot.pause(0.2)
            drawn = app.export_screenshot(title="ctxbudget top")
    return ELSEWHERE.sub("", drawn)  # fonts are not loaded from elsewhere


def main() -> None:
    """Write it."""
    path = IMAGES / "top.svg"
    path.write_text(asyncio.run(picture()), encoding="utf-8")
    sys.stdout.write(f"{path.name}: {path.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main()
