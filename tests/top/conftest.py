"""The view on a real store, and another process that writes to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from support.session import Session
from textual.pilot import Pilot
from textual.widgets import Static

from ctxbudget_server.cli.top import source_of
from ctxbudget_server.service.service import BudgetService, Options
from ctxbudget_server.top.app import TopApp

SIZE = (80, 24)
PATIENCE_SECONDS = 20.0


class View:
    """The view, driven by its pilot."""

    def __init__(self, app: TopApp, pilot: Pilot[Any]) -> None:
        self.app = app
        self.pilot = pilot

    def screen(self) -> str:
        """Everything on the screen, a line each."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip) for strip in strips)

    def said(self) -> str:
        """The line below the items."""
        return str(self.app.screen_stack[0].query_one("#said", Static).content)

    async def shows(self, *words: str) -> str:
        """Wait until all of these are on the screen; the screen."""
        return await self.until(lambda: all(each in self.screen() for each in words), f"{words}")

    async def until(self, holds: Callable[[], bool], what: str) -> str:
        """Wait for something."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            try:
                while not holds():
                    await self.pilot.pause(0.02)
            except asyncio.CancelledError:
                print(f"waited for {what}\n{self.screen()}")
                raise
        return self.screen()

    async def press(self, *keys: str) -> None:
        """Press keys."""
        await self.pilot.press(*keys)


@asynccontextmanager
async def view_of(folder: Path, session: str | None = None) -> AsyncIterator[View]:
    """The view of the store that `serve_command` uses in this folder."""
    options = Options(workspace=str(folder), store=str(folder / "state" / "store.db"))
    opened = BudgetService(options, actor="top")
    app = TopApp(source_of(opened), session)
    try:
        async with app.run_test(size=SIZE) as pilot:
            yield View(app, pilot)
    finally:
        opened.close()


@pytest.fixture
def filled(session: Session) -> Iterator[Session]:
    """A session with a running phase, a pinned item and a lease."""
    session.call("workflow/startPhase", phase=1, name="research")
    session.add("permanent", title="the task", content="Rotate tokens.", pinned=True)
    session.add(kind="report", title="first report", content="# First\n\n" + "The family is revoked. " * 80, phase=1)
    session.add(kind="report", title="second report", content="# Second\n\n" + "Clocks drift. " * 90, phase=1)
    session.call("budget/reserve", tokens=300, holder="reader", ttlMs=60_000)
    yield session
