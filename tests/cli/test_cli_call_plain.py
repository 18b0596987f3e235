"""A call with plain arguments does without `argparse`, and means the same."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxbudget_server.cli.call import add_arguments
from ctxbudget_server.cli.call_here import plain_options
from ctxbudget_server.cli.fast_path import CHOICES, OPTIONS, FastPath
from ctxbudget_server.presentation.arguments import SafeParser

VALUES = st.text("ab/.0=~ ", min_size=1, max_size=4)
OPTION = st.sampled_from(OPTIONS["call"]).flatmap(
    lambda name: st.tuples(st.just(name), st.sampled_from(CHOICES[name]) if name in CHOICES else VALUES)
)


def parsed(words: list[str]) -> dict[str, object]:
    """What `argparse` makes of the arguments."""
    parser = SafeParser()
    add_arguments(parser)
    return vars(parser.parse_args(words))


@given(
    st.lists(st.tuples(OPTION, st.booleans())),
    st.lists(st.tuples(OPTION, st.booleans())),
    st.lists(st.sampled_from(["budget/status", "{}", "-", '{"a": 1}']), min_size=1, max_size=2),
)
def test_plain_arguments_mean_what_argparse_makes_of_them(
    before: list[tuple[tuple[str, str], bool]], after: list[tuple[tuple[str, str], bool]], words: list[str]
) -> None:
    def told(options: list[tuple[tuple[str, str], bool]]) -> list[str]:
        return [
            word for (name, value), joined in options for word in ([f"{name}={value}"] if joined else [name, value])
        ]

    line = [*told(before), *words, *told(after)]
    fast_path = FastPath(["call", *line])
    plain = fast_path.plain_call()
    if plain is not None:
        assert vars(plain_options(*plain, fast_path)) == {**parsed(line), "fast_path": fast_path}


def test_the_process_that_ends_itself_leaves_a_closed_store_and_all_of_its_output(tmp_path: Path) -> None:
    place = ["--store", str(tmp_path / "s.db"), "--workspace", str(tmp_path)]
    items = '{"items": [{"layer": "phase", "tokens": 5}]}'
    environment = {**os.environ, "CTXBUDGET_SOCKET": "off"}
    command = [sys.executable, "-m", "ctxbudget_server", "call"]
    for words in (["context/add", items], ["context/list"]):
        done = subprocess.run(
            [*command, *words, *place], env=environment, capture_output=True, check=True, text=True, timeout=60
        )
        assert '"tokens": 5' in done.stdout
    assert not (tmp_path / "s.db-wal").exists()  # the last connection has moved the log into the database


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("words", [["call", "budget/status"], ["statusline"]])
def test_output_that_cannot_be_written_is_noticed_as_before(words: list[str], tmp_path: Path) -> None:
    place = ["--store", str(tmp_path / "s.db"), "--workspace", str(tmp_path)]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "ctxbudget_server", *words, *place],
            stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.PIPE, check=False, timeout=60,
        )  # fmt: skip
    assert done.returncode == (1 if words[0] == "call" else 0)
    assert done.stderr


@pytest.mark.parametrize(
    "words", [["call", "budget/status"], ["call", "context/add", '{"items": [{"layer": "phase", "tokens": 5}]}']]
)
def test_what_takes_long_to_import_is_not_imported(words: list[str], tmp_path: Path) -> None:
    """A hook has no time for it."""
    program = (
        "import sys; from ctxbudget_server.cli import main; code = main(sys.argv[1:]); "
        "print({'argparse', 'dataclasses', 'hashlib', 'inspect', 'pydantic'} & set(sys.modules), file=sys.stderr)"
    )
    place = ["--store", str(tmp_path / "s.db"), "--workspace", str(tmp_path)]
    command = [sys.executable, "-c", program, *words, *place]
    for _ in range(2):  # the first makes the store
        done = subprocess.run(command, capture_output=True, check=True, text=True, timeout=60)
    assert done.stderr == "set()\n"
