"""The view: what is on the screen, what the keys do, and how it follows the store."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any, ClassVar, Final, TypeVar

from rich.text import Text
from textual import events, work
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import DataTable, Static

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.presentation.terminal import line
from ctxbudget_server.top.actions import Actions, Target, targets
from ctxbudget_server.top.feed import Feed, Snapshot, Source
from ctxbudget_server.top.panels import (
    ITEM_COLUMNS,
    account,
    clock_time,
    item_row,
    layers_and_leases,
    phases,
    safe,
    title,
)
from ctxbudget_server.top.screens import Choose, Keys, Original, Preview

Json = dict[str, Any]
Answer = TypeVar("Answer")

LOOK_SECONDS: Final = 1.0
"""How often the store's change mark is looked at."""
MAX_ROWS: Final = 500
"""Items in the table: the last ones added."""
MIN_PANEL_ROWS: Final = 8
MAX_PANEL_ROWS: Final = 16
OTHER_ROWS: Final = 16
"""Rows that all but the panels need: figures, a few items, the line below."""
_SIGNALS: Final = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGINT") if hasattr(signal, name)]
_FOOTER: Final = "p prune  u undo  o original  i pin  e extend lease  s session  ? keys  q end"

Fault = (ProtocolError, OSError)


class TopApp(App[int]):
    """A live view of one session at a time."""

    ENABLE_COMMAND_PALETTE = False
    CSS = """
    Screen { layout: vertical; }
    #title { height: 1; text-style: reverse; }
    #account { height: 6; }
    #panels Static { width: 1fr; }
    #items { height: 1fr; min-height: 3; scrollbar-size: 1 1; overflow-x: hidden; padding: 0 0 0 2; }
    #items > .datatable--header { text-style: bold; background: ansi_default; color: ansi_default; }
    #items > .datatable--cursor { text-style: reverse; background: ansi_default; color: ansi_default; }
    #said { height: 1; }
    #footer { height: 1; text-style: reverse; }
    .empty #panels, .empty #items { display: none; }
    .empty #account { height: 1fr; padding: 1 2; }
    ModalScreen { align: center middle; }
    .frame { width: 100%; max-width: 110; height: auto; max-height: 100%; border: round ansi_default; padding: 0 2; }
    .frame.whole { max-width: 100%; height: 100%; }
    .frame OptionList, .frame VerticalScroll { height: auto; max-height: 15; border: none; margin: 1 0; padding: 0; }
    .frame OptionList > .option-list--option-highlighted { text-style: reverse; }
    .frame TextArea { height: 1fr; border: none; margin: 1 0; padding: 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "prune", "Prune"),
        Binding("u", "undo", "Undo"),
        Binding("o", "original", "Original"),
        Binding("i", "pin", "Pin"),
        Binding("e", "extend", "Extend lease"),
        Binding("s", "switch", "Session"),
        Binding("question_mark", "keys", "Keys"),
        Binding("q", "end", "End"),
        Binding("ctrl+c,ctrl+q", "end", "End", priority=True),
    ]

    def __init__(
        self, source: Source, session: str | None, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """Show `session`, or without one the session that changed last."""
        super().__init__(ansi_color=True)
        self.theme = "ansi-dark"
        self._source = source
        self._feed = Feed(source, session, clock)
        self._actions = Actions(source.ask)
        self._thread = ThreadPoolExecutor(1, "ctxbudget-top")  # so that waiting for the store holds nothing up
        self._look = asyncio.Event()
        self._snapshot: Snapshot | None = None
        self._said = ""
        self._fault = ""

    # ------------------------------------------------------------------ the screen

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield Static(id="title", markup=False)
        yield Static(id="account", markup=False)
        with Horizontal(id="panels"):
            yield Static(id="layers", markup=False)
            yield Static(id="phases", markup=False)
        yield DataTable(id="items", cursor_type="row", cell_padding=0)
        yield Static(id="said", markup=False)
        yield Static(id="footer", markup=False)

    def on_mount(self) -> None:
        """Start to follow the store, and end in order when told to."""
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            with suppress(NotImplementedError, ValueError, RuntimeError):  # not on Windows, nor off the main thread
                loop.add_signal_handler(number, partial(self.exit, 128 + number))
        self.query_one("#items", DataTable).focus()
        self.run_worker(self._follow(), group="follow")

    def on_unmount(self) -> None:
        """The signals are those of whoever comes next."""
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            with suppress(NotImplementedError, ValueError, RuntimeError):
                loop.remove_signal_handler(number)
        self._thread.shutdown(wait=False, cancel_futures=True)

    def on_resize(self, _: events.Resize) -> None:
        """All is fitted to the size, which is known after the event."""
        self.call_after_refresh(self._show)

    async def _follow(self) -> None:
        """Read again what has changed, once a second at most unless a key asks for it."""
        while True:
            self._look.clear()
            try:
                snapshot = await self._off_loop(self._feed.look)
            except Fault as fault:
                self._note_fault(f"the account cannot be read: {fault}; trying again every second")
            else:
                self._note_fault("")
                if snapshot is not None:
                    if snapshot.session != self._session():
                        self._said = ""  # it was about the other one
                    self._snapshot = snapshot
                    self._show()
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._look.wait()

    async def _off_loop(self, work_to_do: Callable[[], Answer]) -> Answer:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work_to_do)

    def _note_fault(self, fault: str) -> None:
        if fault != self._fault:
            self._fault = fault
            self._show_said()

    def _say(self, words: str) -> None:
        """Say what came of a key, until the next one."""
        self._said = words
        self._show_said()

    def _show_said(self) -> None:
        notices = self._snapshot.notices if self._snapshot else []
        words, style = next(
            ((words, style) for words, style in ((self._fault, "bold red"), (self._said, "bold")) if words),
            (notices[0] if notices else "", "yellow"),
        )
        self._main("#said").update(Text(safe(f" {words}", self.size.width - 1) if words else "", style))

    def _main(self, selector: str) -> Static:
        return self.screen_stack[0].query_one(selector, Static)

    def _show(self) -> None:
        snapshot, width = self._snapshot, self.size.width
        if snapshot is None or not self.is_running:
            return
        main = self.screen_stack[0]
        main.set_class(snapshot.session is None, "empty")
        self._main("#footer").update(Text(f"{safe(f' {_FOOTER}', width):<{width}}"))
        self._show_said()
        if snapshot.session is None:
            self._main("#title").update(Text(" ctxbudget top", "bold"))
            place = line(self._source.workspace)
            self._main("#account").update(
                Text(f"There is no session yet in\n{place}\n\nIt appears here as soon as there is one.")
            )
            return
        half = width // 2
        self._main("#title").update(title(snapshot, width))
        self._main("#account").update(account(snapshot, width))
        rows = max(MIN_PANEL_ROWS, min(MAX_PANEL_ROWS, self.size.height - OTHER_ROWS))
        main.query_one("#panels").styles.height = rows
        self._main("#layers").update(layers_and_leases(snapshot, half, rows))
        self._main("#phases").update(phases(snapshot, width - half, rows))
        self._show_items(snapshot, width)

    def _show_items(self, snapshot: Snapshot, width: int) -> None:
        """The table; the cursor stays on its item, but at the top it stays at the top."""
        table: DataTable[Text] = self.screen_stack[0].query_one("#items", DataTable)
        selected = self._selected() if table.cursor_row > 0 else None
        room = width - 4 - sum(cells for _, cells in ITEM_COLUMNS)
        table.clear(columns=True)
        for name, cells in ITEM_COLUMNS:
            table.add_column(Text(name), width=cells or room)
        for item in snapshot.items[:MAX_ROWS]:
            table.add_row(*item_row(item, room), key=item["id"])
        if selected is not None and selected["id"] in table.rows:
            table.move_cursor(row=table.get_row_index(selected["id"]), animate=False)

    def _selected(self) -> Json | None:
        """The item under the cursor."""
        table: DataTable[Text] = self.screen_stack[0].query_one("#items", DataTable)
        if not table.is_valid_row_index(table.cursor_row):
            return None
        key = table.coordinate_to_cell_key(table.cursor_coordinate).row_key.value
        return self._item(key)

    def _item(self, item_id: str | None) -> Json | None:
        items = self._snapshot.items if self._snapshot else []
        return next((item for item in items if item["id"] == item_id), None)

    # ------------------------------------------------------------------ the keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What opens over the view has keys of its own."""
        return action == "end" or len(self.screen_stack) == 1 or action not in _ACTIONS

    def action_end(self) -> None:
        """End."""
        self.exit(0)

    def action_keys(self) -> None:
        """Show the keys."""
        self.push_screen(Keys())

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        """Enter opens the original."""
        self._open(self._item(event.row_key.value))

    def action_original(self) -> None:
        """Open the original of the item under the cursor."""
        self._open(self._selected())

    @work(group="act")
    async def _open(self, item: Json | None) -> None:
        session = self._session()
        if item is None or session is None:
            self._say("there is no item")
            return
        original = await self._tried(lambda: self._actions.original(session, item))
        if original is not None:
            self.push_screen(Original(item["title"] or item["path"] or item["id"], original))

    @work(group="act")
    async def action_prune(self) -> None:
        """Choose what, see the plan, confirm it."""
        snapshot, session = self._snapshot, self._session()
        if snapshot is None or session is None:
            return
        offered = targets(snapshot, self._selected())
        chosen = await self.push_screen_wait(Choose("Prune what?", [each.words for each in offered]))
        if chosen is not None:
            await self._preview_and_prune(session, offered[chosen])

    async def _preview_and_prune(self, session: str, target: Target) -> None:
        """What is carried out is what was shown: if the session changes in between, the new plan is shown."""
        note = ""
        while True:
            previewed = await self._tried(lambda: self._actions.preview(session, target.params))
            if previewed is None or not await self.push_screen_wait(Preview(target.words, previewed, note)):
                return
            self._say("pruning …")
            try:
                self._say(await self._off_loop(partial(self._actions.prune, session, target.params, previewed)))
            except Fault as fault:
                if isinstance(fault, ProtocolError) and fault.name == "conflict":
                    note = "The session has changed in the meantime; this is the plan now."
                    continue
                self._say(str(fault))
            self._look.set()
            return

    @work(group="act")
    async def action_undo(self) -> None:
        """Undo the last prune."""
        if (session := self._session()) is not None:
            await self._write(lambda: self._actions.undo(session))

    @work(group="act")
    async def action_pin(self) -> None:
        """Pin the item under the cursor, or unpin it."""
        item, session = self._selected(), self._session()
        if item is not None and session is not None:
            await self._write(lambda: self._actions.pin(session, item))

    @work(group="act")
    async def action_extend(self) -> None:
        """Choose a lease, and extend it."""
        snapshot, session = self._snapshot, self._session()
        if snapshot is None or session is None:
            return
        leases: list[Json] = sorted(snapshot.status["leases"], key=lambda one: str(one["expiresAt"]))
        if not leases:
            self._say("no lease is in flight")
            return
        words = [f"{one['holder']}: {one['tokens']:,} tokens until {clock_time(one['expiresAt'])}" for one in leases]
        chosen = await self.push_screen_wait(Choose("Extend which lease, by 30 minutes from now?", words))
        if chosen is not None:
            await self._write(lambda: self._actions.extend(session, leases[chosen]))

    @work(group="act")
    async def action_switch(self) -> None:
        """Choose another session."""
        found = await self._tried(self._actions.sessions) if self._session() is not None else None
        if not found:
            return
        words = [
            f"{one['sessionId']}: {one['state']}, {one['status']['retained']:,} of {one['status']['budget']:,}, "
            f"changed {one['updatedAt'][:10]} {clock_time(one['updatedAt'])}"
            for one in found
        ]
        here = next((at for at, one in enumerate(found) if one["sessionId"] == self._session()), 0)
        chosen = await self.push_screen_wait(Choose("Which session?", words, here))
        if chosen is not None:
            await self._off_loop(partial(self._feed.switch, found[chosen]["sessionId"]))
            self._look.set()

    def _session(self) -> str | None:
        return self._snapshot.session if self._snapshot else None

    async def _write(self, change: Callable[[], str]) -> None:
        done = await self._tried(change)
        if done is not None:
            self._say(done)
        self._look.set()

    async def _tried(self, request: Callable[[], Answer]) -> Answer | None:
        """The answer; None if it was refused, which is said."""
        try:
            return await self._off_loop(request)
        except Fault as fault:
            self._say(str(fault))
            return None


_ACTIONS: Final = {"prune", "undo", "original", "pin", "extend", "switch", "keys"}
