"""A multi-agent orchestrator: research agents run in parallel under leases, and hand back metadata instead of reports.

    python orchestrator.py [FOLDER]

Each Markdown file of FOLDER plays the part of what one agent found. Three things to copy: reserve before an agent
starts, so that agents in flight cannot spend the same tokens; hand over its report, so that only the metadata enters
the context; complete the phase, and give the next agent what `context/list` says is retained.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from ctxbudget_client import AsyncClient, AsyncRun, ServerError

METADATA_TOKENS = 300


async def research(run: AsyncRun, number: int, report: Path) -> str:
    """One agent: reserve, work, hand over. Where the budget has no room it does not start."""
    try:
        async with run.lease(tokens=METADATA_TOKENS, holder=f"research-{number}", phase=1) as lease:
            content = await asyncio.to_thread(report.read_text, encoding="utf-8")  # where a real agent would work
            handed = await lease.hand_over(content=content, kind="report", max_tokens=METADATA_TOKENS)
    except ServerError as error:
        if error.name != "budgetExceeded":
            raise
        return f"agent {number}: not started, only {error.data['available']:,} tokens are left"
    refunded = lease.tokens - lease.used
    return f"agent {number}: {handed.item.tokens:,} → {lease.used:,} tokens, {refunded:,} of its lease refunded"


async def orchestrate(reports: list[Path], root: Path) -> None:
    """Phase 1 researches in parallel; phase 2 plans on what is left of it."""
    async with await AsyncClient.spawn(root=root) as client:
        run = client.for_session("orchestrator-example")
        await run.session.open(config={"policy": "aggressive"}, watch=True)
        client.on("budget/alert", lambda note: print("alert:", note.alert.message))

        await run.workflow.start_phase(phase=1, name="research")
        agents = [research(run, number, report) for number, report in enumerate(reports, start=1)]
        for line in await asyncio.gather(*agents):
            print(line)
        await run.workflow.complete_phase(phase=1)

        await run.workflow.start_phase(phase=2, name="planning")
        kept = await run.context.list(state="retained")
        print(f"the planner gets {len(kept.items)} items, {kept.tokens:,} tokens")
        status = await run.budget.status()
        print(f"retained {status.retained:,} of {status.budget:,}, peak {status.peak:,}, saved {status.saved:,}")
        print(status.advice.text)
        await run.session.delete()


def main() -> int:
    """Run on the Markdown files of a folder."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    reports = sorted(folder.glob("*.md"))
    if not reports:
        print(f"no Markdown files in {folder}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as workspace:
        asyncio.run(orchestrate(reports, Path(workspace)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
