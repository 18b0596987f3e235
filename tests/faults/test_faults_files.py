"""Files that are swapped while they are opened, and files that only a hostile repository wants to have read."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.editor import imports
from ctxbudget_server.workspace.documents import Documents, find_workspace, path_of
from ctxbudget_server.workspace.files import read_text
from ctxbudget_server.workspace.opening import CAN_WALK

OUTSIDE, INSIDE = "outside", "inside"


@pytest.fixture
def swapped(tmp_path: Path) -> Path:
    """A workspace with `folder/file`, and beside it what a link could lead to."""
    for place, text in (("workspace/folder", INSIDE), ("elsewhere", OUTSIDE)):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "file").write_text(text)
    return tmp_path / "workspace"


@contextmanager
def swapping(workspace: Path) -> Iterator[None]:
    """Meanwhile a thread swaps the folder for a link that leads outside, and back."""
    folder, aside, link = workspace / "folder", workspace / "aside", workspace / "link"
    link.symlink_to(workspace.parent / "elsewhere")
    done = threading.Event()

    def swap() -> None:
        while not done.is_set():
            folder.rename(aside)
            link.rename(folder)
            folder.rename(link)
            aside.rename(folder)

    thread = threading.Thread(target=swap)
    thread.start()
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        yield
    finally:
        sys.setswitchinterval(interval)
        done.set()
        thread.join()


@pytest.mark.skipif(not CAN_WALK, reason="needs files to be opened from a folder's descriptor: run on a POSIX system")
def test_nothing_is_read_from_outside_while_a_folder_is_swapped(swapped: Path, long_run: bool) -> None:
    documents = Documents(swapped, (), 1_000)
    read = refused = 0
    until = time.monotonic() + (20 if long_run else 1.5)
    with swapping(swapped):
        while time.monotonic() < until:
            try:
                assert documents.read("folder/file", ["path"]).text == INSIDE
                read += 1
            except ProtocolError as fault:
                assert fault.name in ("pathNotAllowed", "pathUnreadable")
                refused += 1
            assert read_text(str(swapped / "folder" / "file"), 1_000, [str(swapped)]) in (INSIDE, None)
    print(f"{read:,} read, {refused:,} refused, none from outside")
    assert read and refused


def test_links_that_stay_inside_are_followed(swapped: Path) -> None:
    (swapped / "link").symlink_to("folder")
    documents = Documents(swapped, (), 1_000)
    assert documents.read("link/file", []).path == str(swapped / "folder" / "file")
    (swapped / "out").symlink_to(swapped.parent / "elsewhere")
    for path in ("out/file", "../elsewhere/file", str(swapped.parent / "elsewhere" / "file")):
        with pytest.raises(ProtocolError) as caught:
            documents.read(path, ["path"])
        assert caught.value.name == "pathNotAllowed"
    allowed = Documents(swapped, (swapped.parent / "elsewhere",), 1_000)
    assert allowed.read("out/file", []).text == OUTSIDE
    one_file = Documents(swapped, (swapped.parent / "elsewhere" / "file",), 1_000)
    assert one_file.read("out/file", []).text == OUTSIDE


def test_what_is_no_file_is_refused_at_once(swapped: Path) -> None:
    os.mkfifo(swapped / "fifo")
    documents = Documents(swapped, (Path("/dev"),), 1_000)
    for path in ("fifo", "folder", "/dev/zero"):
        with pytest.raises(ProtocolError) as caught:
            documents.read(path, ["path"])
        assert caught.value.name == "pathNotAllowed"
    assert read_text(str(swapped / "fifo"), 1_000, [str(swapped)]) is None


def test_an_address_with_a_nul_is_a_clear_error(swapped: Path) -> None:
    for address in ("file:///%00", "a\0b"):
        with pytest.raises(ProtocolError) as caught:
            Documents(swapped, (), 1_000).read(address, ["path"])
        assert (caught.value.name, caught.value.data()["reason"]) == ("pathUnreadable", "NUL")
        with pytest.raises(ProtocolError) as caught:
            find_workspace(None, address)
        assert caught.value.name == "pathUnreadable"
    assert path_of("file:///a%20b") == "/a b"


def test_an_import_outside_is_named_but_adds_nothing() -> None:
    mentions = imports.mentions_in([(0, "@/etc/passwd")])
    (found,) = imports.resolve("/w/CLAUDE.md", mentions, lambda _: imports.OUTSIDE)
    assert (found.status, found.tokens, found.total, found.files) == ("outside", 0, 0, 0)
