"""Events that wait beside the store: kept whole, in order, within bounds, and never dropped silently."""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path

import pytest

from ctxbudget_server.store import spool as module
from ctxbudget_server.store.spool import DamagedEventError, Spool, SpoolFullError, SpoolState, spool_state


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "store.db")


def test_events_wait_in_their_order(spool: Spool, tmp_path: Path) -> None:
    assert spool.is_empty()
    assert spool_state(tmp_path / "store.db") == SpoolState(0, 0, None, 0)
    events = [b"first", b"", b"third\n\0\xff"]
    for event in events:
        spool.put(event)
    assert not spool.is_empty()
    names = spool.pending()
    assert [spool.read(name) for name in names] == events
    state = spool_state(tmp_path / "store.db")
    assert (state.pending, state.rejected, state.lost) == (3, 0, 0)
    assert state.oldest is not None
    assert abs(state.oldest - time.time()) < 60
    for name in names:
        spool.done(name)
        spool.done(name)
    assert spool.is_empty()


def test_order_holds_where_the_clock_is_set_back(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    spool.put(b"first")
    monkeypatch.setattr(module.time, "time_ns", lambda: 1_000)
    spool.put(b"second")
    spool.put(b"third")
    assert [spool.read(name) for name in spool.pending()] == [b"first", b"second", b"third"]


def test_it_is_private(spool: Spool) -> None:
    spool.put(b"event")
    spool.reject(spool.pending()[0], "no")
    spool.put(b"event")
    with spool.folding() as allowed:
        assert allowed
    modes = {one: stat.S_IMODE(one.lstat().st_mode) for one in (spool.folder, *spool.folder.rglob("*"))}
    assert all(mode == (0o700 if one.is_dir() else 0o600) for one, mode in modes.items()), modes
    spool.folder.chmod(0o755)
    spool.put(b"event")
    assert stat.S_IMODE(spool.folder.lstat().st_mode) == 0o700


def test_a_link_in_its_place_is_refused(spool: Spool, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    spool.folder.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PermissionError, match="not a folder owned by this user"):
        spool.put(b"event")
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_one_process_folds_at_a_time(spool: Spool) -> None:
    with spool.folding() as one, Spool(spool.folder.with_name("store.db")).folding() as other:
        assert (one, other) == (True, False)
    with spool.folding() as again:
        assert again


@pytest.mark.parametrize("bound", ["MAX_EVENTS", "MAX_BYTES"])
def test_what_has_no_room_is_counted(spool: Spool, monkeypatch: pytest.MonkeyPatch, bound: str) -> None:
    monkeypatch.setattr(module, bound, 3 if bound == "MAX_EVENTS" else 200)
    for _ in range(3):
        spool.put(b"x" * 20)
    for _ in range(2):
        with pytest.raises(SpoolFullError, match="the spool is full: 3 events"):
            spool.put(b"x" * 100)
    assert (spool.state().pending, spool.state().lost) == (3, 2)
    for name in spool.pending():
        spool.done(name)
    spool.put(b"x" * 100)


def test_rejected_events_are_kept_with_the_reason_and_bounded(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_REJECTED", 2)
    for n in range(3):
        spool.put(b"%d" % n)
        spool.reject(spool.pending()[0], f"reason {n}")
    assert spool.is_empty()
    assert (spool.state().rejected, spool.state().lost) == (2, 1)
    rejected = sorted((spool.folder / "rejected").iterdir())
    assert [one.read_bytes()[-1:] for one in rejected if not one.suffix] == [b"1", b"2"]
    assert [one.read_text() for one in rejected if one.suffix] == ["reason 1\n", "reason 2\n"]


def test_every_damage_of_an_event_is_noticed(spool: Spool) -> None:
    spool.put(b"an event of some bytes")
    file = spool.folder / spool.pending()[0]
    whole = file.read_bytes()
    for end in range(len(whole)):
        file.write_bytes(whole[:end])
        with pytest.raises(DamagedEventError):
            spool.read(file.name)
    for at in range(len(whole)):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(DamagedEventError):
            spool.read(file.name)


def test_what_a_killed_process_left_is_taken_up_or_set_aside(spool: Spool) -> None:
    spool.put(b"whole")
    spool.put(b"torn")
    whole, torn = (spool.folder / name for name in spool.pending())
    torn.write_bytes(torn.read_bytes()[:-1])
    for file in (whole, torn):
        file.rename(file.with_name(f".{file.name}"))
    assert spool.sweep() == [], "they may be at work"
    for file in (whole, torn):
        os.utime(file.with_name(f".{file.name}"), (1, 1))
    assert spool.state().pending == 2
    assert spool.sweep() == [torn.name]
    assert spool.pending() == [whole.name]
    assert (spool.state().pending, spool.state().rejected) == (1, 1)
    assert "killed" in (spool.folder / "rejected" / f"{torn.name}.reason").read_text()
