"""The checker, which shares no code with us, accepts every export and finds everything that was changed in one."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random
from subprocess import run
from types import ModuleType

import pytest
from archives.random_sessions import RandomSession

PATH = Path(__file__).parents[2] / "protocol" / "check_export.py"


SESSIONS = int(os.environ.get("CTXBUDGET_RANDOM_SESSIONS", "40"))
"""Random sessions in which changes are looked for."""


def loaded() -> ModuleType:
    """The checker as a module, so that it can be asked often."""
    spec = importlib.util.spec_from_file_location("check_export", PATH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


CHECKER = loaded()


def faults(lines: Sequence[bytes]) -> list[str]:
    """What the checker finds wrong with these lines."""
    checker = CHECKER.Checker()
    for line in lines:
        checker.take(line)
    if CHECKER.KINDS[checker.stage] != "end":
        checker.fault("the end is missing")
    found: list[str] = checker.faults
    return found


def exported(folder: Path, seed: int, steps: int) -> list[bytes]:
    """The lines of a random session."""
    return [line.encode("ascii") for line in RandomSession(folder, seed).make(steps).lines()]


def test_it_has_at_most_150_lines_and_imports_nothing_of_ours() -> None:
    text = PATH.read_text("utf-8")
    assert len(text.splitlines()) <= 150
    assert {line for line in text.splitlines() if "import" in line and "ctxbudget" in line} == set()


@pytest.mark.parametrize("seed", range(SESSIONS))
def test_it_accepts_what_nobody_changed_and_finds_each_change(tmp_path: Path, seed: int) -> None:
    lines = exported(tmp_path, seed, 25)
    assert faults(lines) == []
    random = Random(seed)
    for _ in range(60):
        at = random.randrange(len(lines))
        bit = random.randrange(8 * len(lines[at]))
        flipped = bytearray(lines[at])
        flipped[bit // 8] ^= 1 << bit % 8
        assert faults([*lines[:at], bytes(flipped), *lines[at + 1 :]]), f"bit {bit} of line {at + 1}"
    for at in range(len(lines)):
        assert faults([*lines[:at], *lines[at + 1 :]]), f"line {at + 1} is missing"
        assert faults([*lines[:at], lines[at], *lines[at:]]), f"line {at + 1} is there twice"
        if at:
            assert faults([*lines[: at - 1], lines[at], lines[at - 1], *lines[at + 1 :]]), f"lines {at} and {at + 1}"


def test_it_finds_every_single_bit(tmp_path: Path) -> None:
    lines = exported(tmp_path, 3, 1)
    for at, line in enumerate(lines):
        for bit in range(8 * len(line)):
            flipped = bytearray(line)
            flipped[bit // 8] ^= 1 << bit % 8
            assert faults([*lines[:at], bytes(flipped), *lines[at + 1 :]]), f"bit {bit} of line {at + 1}"


def test_a_whole_entry_that_somebody_added_is_found_by_an_earlier_receipt(tmp_path: Path) -> None:
    session = RandomSession(tmp_path, 5).make(12)
    receipt = session.call("session/receipt")["hash"]
    session.add()
    later = tmp_path / "later.jsonl"
    later.write_text("".join(f"{line}\n" for line in session.lines()))
    assert checked(later, receipt) == (0, "")
    assert checked(later, f"{receipt}  run, revision 9") == (0, ""), "the line as it was printed"

    session.call("session/delete")
    session.make(12)
    later.write_text("".join(f"{line}\n" for line in session.lines()))
    code, said = checked(later, receipt)
    assert code == 1
    assert f"no entry has the hash '{receipt}'" in said


def checked(path: Path, head: str) -> tuple[int, str]:
    """(exit code, what it says on stderr) of the checker as a command."""
    done = run([sys.executable, PATH, path, "--head", head], capture_output=True, text=True, check=False)
    return done.returncode, done.stderr
