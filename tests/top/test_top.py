"""`ctxbudget top`, driven by its pilot on a real store, while a server in another process writes to the same."""

from __future__ import annotations

import asyncio
import os
import pty
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from support.client import Client
from support.session import Session
from textual.widgets import DataTable, OptionList, TextArea

from ctxbudget_server.top.panels import account
from ctxbudget_server.top.screens import Choose, Original, Preview
from top.conftest import view_of


def run(story: Coroutine[Any, Any, None]) -> None:
    """Run it on a loop of its own."""
    asyncio.run(story)


def test_shows_the_account_and_what_another_process_adds(filled: Session, workspace: Path) -> None:
    async def story() -> None:
        async with view_of(workspace, filled.id) as view:
            status = filled.status()
            screen = await view.shows(f"{status['retained']:,} retained of {status['budget']:,} budget", "reader")
            assert f"warn {status['warnAt']:,} │" in screen
            assert f"│ critical {status['criticalAt']:,}" in screen
            assert f"{status['available']:,} available, 300 leased" in screen
            assert "▸ 1 research" in screen
            assert "leases in flight: 1" in screen
            assert "forecast: too few calls yet · counts: exact" in screen
            for layer in status["layers"]:
                assert re.search(rf"{layer['layer']} +{layer['retained']:,} ", screen)
            assert screen.index("second report") < screen.index("first report") < screen.index("the task")
            filled.add(title="what came in last", content="A new line. " * 40)
            retained = filled.retained()
            screen = await view.shows("what came in last", f"{retained:,} retained", f"up to {retained:,}")
            assert screen.index("what came in last") < screen.index("second report")
            assert all(cell_len(line) == 80 for line in screen.split("\n"))

    run(story())


def test_prunes_with_a_preview_and_undoes_while_another_process_writes(filled: Session, workspace: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        for number in range(400):
            if stop.wait(0.05):
                return
            filled.add("phase", title=f"decision {number}", tokens=3)

    async def story() -> None:
        async with view_of(workspace, filled.id) as view:
            await view.shows("second report", "first report")
            before = filled.items(state="retained")
            await view.press("p")
            await view.until(lambda: isinstance(view.app.screen, Choose), "the choice")
            await view.press("down")  # below the item: phase 1
            writer.start()
            await view.press("enter")
            screen = await view.shows("Prune phase 1 research (running)", "first report")
            assert re.search(r"saves [1-9][\d,]* tokens: [\d,]+ retained now, [\d,]+ afterwards", screen)
            assert {one["state"] for one in filled.items().values() if one["title"] == "first report"} == {"retained"}
            # Whoever writes in between makes the plan a new one, which is shown before it is carried out.
            while "pruned, saved" not in view.said():
                if isinstance(view.app.screen, Preview):
                    if "has changed in the meantime" in view.screen():
                        stop.set()
                        writer.join()
                    await view.press("y")
                await view.pilot.pause(0.05)
            assert stop.is_set(), "the other process wrote between plan and prune"
            token = re.search(r"u undoes it \((\w+)\)", view.said())
            assert token
            pruned = filled.items()
            gone = [one for one in before if pruned[one]["state"] != "retained"]
            assert {pruned[one]["title"] for one in gone} >= {"first report", "second report"}
            await view.press("u")
            await view.until(lambda: f"undone ({token[1]})" in view.said(), "the undo")
            restored = filled.items(state="retained")
            assert all(restored[one]["tokens"] == before[one]["tokens"] for one in before)
            actors = {entry["actor"].partition(":")[0] for entry in filled.call("budget/timeline")["entries"][-2:]}
            assert actors == {"top"}
            await view.press("u")
            await view.until(lambda: "there is no prune to undo" in view.said(), "that nothing is left to undo")

    writer = threading.Thread(target=write)
    try:
        run(story())
    finally:
        stop.set()
        if writer.ident:
            writer.join()


@pytest.mark.parametrize("key", ["escape", "q"])
def test_a_key_that_goes_back_prunes_nothing(filled: Session, workspace: Path, key: str) -> None:
    async def story() -> None:
        async with view_of(workspace, filled.id) as view:
            await view.shows("second report")
            revision = filled.status()["revision"]
            await view.press("p")
            await view.until(lambda: isinstance(view.app.screen, Choose), "the choice")
            await view.press("enter")
            await view.until(lambda: isinstance(view.app.screen, Preview), "the preview")
            await view.press(key)
            await view.until(lambda: len(view.app.screen_stack) == 1, "the view")
            await view.press("p")
            await view.until(lambda: isinstance(view.app.screen, Choose), "the choice again")
            await view.press(key)
            await view.until(lambda: len(view.app.screen_stack) == 1, "the view again")
            assert filled.status()["revision"] == revision

    run(story())


def test_opens_an_original_pins_and_extends_a_lease(filled: Session, workspace: Path) -> None:
    async def story() -> None:
        async with view_of(workspace, filled.id) as view:
            await view.shows("second report")
            await view.press("o")
            await view.until(lambda: isinstance(view.app.screen, Original), "the original")
            text = view.app.screen.query_one(TextArea)
            assert text.read_only
            assert text.text == "# Second\n\n" + "Clocks drift. " * 90
            await view.press("q")  # closes the pane, and not the view
            await view.until(lambda: len(view.app.screen_stack) == 1, "the view")
            await view.press("i")
            await view.until(lambda: "pinned: second report" in view.said(), "the pin")
            assert [one["title"] for one in filled.items(pinned=True).values()] == ["the task", "second report"]
            await view.shows("yes second report")
            await view.press("i")
            await view.until(lambda: "unpinned: second report" in view.said(), "no pin")
            (lease,) = filled.status()["leases"]
            await view.press("e")
            await view.until(lambda: isinstance(view.app.screen, Choose), "the choice")
            assert "reader: 300 tokens until" in view.screen()
            await view.press("enter")
            await view.until(lambda: "the lease of reader now lasts until" in view.said(), "the lease")
            (extended,) = filled.status()["leases"]
            assert extended["expiresAt"] > lease["expiresAt"]

    run(story())


def test_switches_sessions(filled: Session, client: Client, workspace: Path) -> None:
    async def story() -> None:
        async with view_of(workspace, filled.id) as view:
            await view.shows("second report")
            other.add(title="something else", content="One line.")
            await view.press("s")
            await view.until(lambda: isinstance(view.app.screen, Choose), "the choice")
            choices = view.app.screen.query_one(OptionList)
            assert choices.highlighted == 1, "the one on the screen, below the one that changed last"
            await view.press("home", "enter")  # the one that changed last
            screen = await view.shows("another-session", "something else")
            assert "second report" not in screen
            await view.press("i")
            await view.until(lambda: "pinned: something else" in view.said(), "the pin")
            client.request("session/delete", {"sessionId": other.id})
            await view.until(lambda: "there is no session another-session (any more)" in view.said(), "its end")

    other = Session(client, "another-session")
    other.open()
    run(story())


def test_an_empty_workspace_waits_for_a_session_and_makes_no_store(tmp_path: Path) -> None:
    async def story() -> None:
        async with view_of(tmp_path) as view:
            await view.shows("There is no session yet in", tmp_path.name[-20:])
            for key in ("p", "u", "o", "i", "e", "s"):
                await view.press(key)
            assert not (tmp_path / "state").exists()
            place = ["--workspace", str(tmp_path), "--store", str(tmp_path / "state" / "store.db")]
            command = [sys.executable, "-m", "ctxbudget_server", "call", "session/open", '{"sessionId": "new"}', *place]
            await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True)
            await view.shows(" new · open", "0 retained of 7,500 budget")

    run(story())


HOSTILE = (
    "[red]x[/]",
    "[@click=app.quit]y[/]",
    "\x1b[2J\x1b]0;z\x07",
    "\u202egnp\n.exe",
    "日本語" * 40,
    "🇩🇪" * 60,
)


def test_text_from_sessions_is_only_text(session: Session, workspace: Path) -> None:
    async def story() -> None:
        async with view_of(workspace, session.id) as view:
            screen = await view.shows(
                "[red]x[/]", "[@click=app.quit]y[/]", "\\u202egnp\\n.exe", "\\x1b[2J", "[bold]p[/]", "[b]h"
            )
            assert all(cell_len(line) == 80 for line in screen.split("\n"))
            assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", screen)
            table = view.app.screen.query_one(DataTable)
            assert table.row_count == len(HOSTILE)
            for key, shown in (("p", Preview), ("o", Original)):
                await view.press(key, *(["enter"] if key == "p" else []))
                await view.until(lambda shown=shown: isinstance(view.app.screen, shown), shown.__name__)
                screen = await view.shows("Esc goes back")
                assert [line for line in screen.split("\n") if cell_len(line) != 80] == []
                assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", screen)
                await view.press("escape")

    session.call("workflow/startPhase", phase=1, name="[bold]p[/]")
    session.call("budget/reserve", tokens=10, holder="[b]h\x1b[0m")
    for title in reversed(HOSTILE):
        session.add(title=title, content=f"{title} " * 3)
    run(story())


def test_says_when_the_account_cannot_be_read_and_goes_on(filled: Session, workspace: Path) -> None:
    async def story() -> None:
        async with view_of(workspace, filled.id) as view:
            await view.shows("second report")
            answer, view.app._feed.source = view.app._feed.source, _Broken(view.app._feed.source)
            await view.until(lambda: "the account cannot be read: the disk is gone" in view.said(), "the fault")
            await view.shows("second report")  # the last that is known
            view.app._feed.source = answer
            filled.add(title="afterwards", content="One line.")
            await view.shows("afterwards")
            assert "cannot be read" not in view.said()

    run(story())


class _Broken:
    def __init__(self, source: Any) -> None:
        self.exists = source.exists

    def mark(self) -> object:
        raise OSError("the disk is gone")


def test_nothing_is_asked_while_nothing_happens(filled: Session, workspace: Path) -> None:
    async def story() -> None:
        async with view_of(workspace, filled.id) as view:
            await view.shows("second report")
            looks = []
            feed = view.app._feed
            look = feed.look
            feed.look = lambda: looks.append(look()) or looks[-1]
            await view.until(lambda: len(looks) >= 2, "two looks")
            assert looks == [None, None]

    run(story())


def test_a_tall_window_shows_more(filled: Session, workspace: Path) -> None:
    async def story() -> None:
        async with view_of(workspace, filled.id) as view:
            await view.pilot.resize_terminal(100, 40)
            screen = await view.shows("holder-7", "and 2 more")
            assert all(cell_len(line) == 100 for line in screen.split("\n"))
            await view.pilot.resize_terminal(80, 24)
            await view.shows("and 10 more")

    for number in range(10):
        filled.call("budget/reserve", tokens=10, holder=f"holder-{number}", ttlMs=1_000_000 + number)
    run(story())


def test_thresholds_that_do_not_fit_on_the_gauge_are_said_below_it(filled: Session, workspace: Path) -> None:
    async def story() -> None:
        async with view_of(workspace, filled.id) as view:
            await view.shows("second report")
            filled.open(thresholds={"warn": 0.01, "critical": 0.02})
            await view.shows("· critical", "warn 75 · critical 150", "forecast: ")
            filled.open(layerCeilings={"permanent": 0.0001})
            await view.shows("permanent, over          3          2")
            assert view.app._snapshot
            assert "critical" in account(view.app._snapshot, 80).plain

    run(story())


@pytest.mark.parametrize("end", ["key", "interrupt", signal.SIGTERM, "closed"])
def test_ends_cleanly(end: str | signal.Signals, filled: Session, workspace: Path) -> None:
    """The terminal is as it was, and no process is left."""
    place = ["--workspace", str(workspace), "--store", str(workspace / "state" / "store.db")]
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "ctxbudget_server", "top", filled.id, *place]
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"}
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True
    )
    os.close(theirs)
    shown = b""
    while b"second report" not in shown:
        shown += os.read(ours, 65536)
    if end == "closed":
        os.close(ours)
        process.send_signal(signal.SIGHUP)  # as the kernel does to who has the terminal as its own
        assert process.wait(20) == 128 + signal.SIGHUP
        return
    if end == "key":
        os.write(ours, b"q")
    elif end == "interrupt":
        os.write(ours, b"\x03")
    else:
        process.send_signal(end)
    try:
        while part := os.read(ours, 65536):
            shown += part
    except OSError:
        pass
    os.close(ours)
    assert process.wait(20) == (128 + end if isinstance(end, signal.Signals) else 0)
    assert b"\x1b[?1049l" in shown, "the other screen is left"
    assert shown.rindex(b"\x1b[?25h") > shown.index(b"\x1b[?25l"), "the cursor is back"
    assert b"Traceback" not in shown


def test_without_colour_none_is_used(filled: Session, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def story() -> None:
        async with view_of(workspace, filled.id) as view:
            await view.shows("second report")
            (plain,) = [each for each in view.app.get_line_filters() if type(each).__name__ == "NoColor"]
            assert plain

    run(story())


def test_a_missing_extra_and_a_missing_terminal_are_said(workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "textual.py").write_text("raise ModuleNotFoundError(\"No module named 'textual'\", name='textual')")
    command = [sys.executable, "-m", "ctxbudget_server", "top", "--workspace", str(workspace)]
    missing = subprocess.run(
        command, check=False, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(tmp_path)}
    )
    assert (missing.returncode, missing.stdout) == (2, "")
    assert missing.stderr == "ctxbudget top: it needs Textual, the extra `top`: pip install 'textual>=8,<9'\n"
    piped = subprocess.run(command, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert (piped.returncode, piped.stdout) == (2, "")
    assert piped.stderr.startswith("ctxbudget top: it needs a terminal")
