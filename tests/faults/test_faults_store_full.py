"""A disk that is really full: deleting is always possible, and makes room."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.fault_stores import server

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789 \n"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder whose `state` is a disk of 2.5 MB."""
    disk = tmp_path / "state"
    disk.mkdir(mode=0o700)
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2560k,mode=0700", "tmpfs", disk], capture_output=True, check=False
    )
    if done.returncode != 0:
        pytest.skip("mounting a small tmpfs needs root on Linux")
    try:
        yield tmp_path
    finally:
        subprocess.run(["umount", disk], check=True)


def noise(seed: int, size: int) -> str:
    """Text that hardly compresses."""
    return "".join(random.Random(seed).choices(LETTERS, k=size))


def test_prune_and_delete_work_on_a_full_disk_and_make_room(small_disk: Path) -> None:
    with server(small_disk) as client:
        for name in ("one", "two"):
            client.request("session/open", {"sessionId": name})
        full = None
        for number in range(400):
            params = {
                "sessionId": ("one", "two")[number % 2],
                "items": [{"layer": "transient", "content": noise(number, 20_000)}],
            }
            answer = client.response(client.send_request("context/add", params))
            if "error" in answer:
                full = answer["error"]["data"]
                break
        assert full is not None and full["name"] == "storeFull"

        before = client.request("budget/status", {"sessionId": "two"})
        pruned = client.request("context/prune", {"sessionId": "two", "target": {"layer": "transient"}})
        assert pruned["saved"] > 0
        assert client.request("budget/status", {"sessionId": "two"})["retained"] < before["retained"]
        assert client.request("session/delete", {"sessionId": "one"})["deleted"]

        for number in range(5):
            params = {"sessionId": "two", "items": [{"layer": "transient", "content": noise(number, 20_000)}]}
            client.request("context/add", params)
        assert (small_disk / "state" / "store.db.reserve").exists()
