"""Help: examples that parse, methods with their fields, suggestions for mistyped words, JSON that people can read."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from itertools import takewhile
from pathlib import Path

import pytest
from cli.terminals import ctxbudget, on_terminal

from ctxbudget_protocol.methods import METHODS, requests, unknown_method
from ctxbudget_server.cli import main
from ctxbudget_server.cli.commands import COMMANDS, EXAMPLES, module_of, parser_of
from ctxbudget_server.cli.method_help import described, listed

WIDTHS = (60, 80, 120, 200)


def words_of(example: str, command: str = "") -> list[str]:
    """The arguments of the command in an example, without what stands around it in the shell."""
    inside = re.search(r"[$<]\((ctxbudget [^)]*)\)", example)
    ours = inside[1] if inside else example[example.index(f"ctxbudget {command}") :]
    lexer = shlex.shlex(ours, posix=True, punctuation_chars="|&<>")
    lexer.whitespace_split = True
    return list(takewhile(lambda word: not set(word) <= set("|&<>"), lexer))[1:]


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_examples_that_it_takes(command: str) -> None:
    examples = module_of(command).EXAMPLES
    assert examples

    for example, meaning in examples:
        assert meaning
        if example.startswith("vim."):  # not for a shell
            continue
        given = words_of(example, command)
        assert given[0] == command
        if given[-1] not in ("--help", "--list"):
            parser_of([command], [command])[0].parse_args(given)


@pytest.mark.parametrize("example", [example for example, _ in EXAMPLES])
def test_the_examples_of_all_commands_are_taken(example: str) -> None:
    given = words_of(example)

    parser_of([given[0]], [given[0]])[0].parse_args(given)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("columns", [60, 80])
def test_no_line_of_help_is_wider_than_the_terminal(
    command: str, columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0

    help_text, _, examples = capsys.readouterr().out.partition("\nexamples:\n")
    assert examples
    # A line of an example can be copied, so it is whole; one option with its choices may be long as well.
    wide = [line for line in help_text.splitlines() if len(line) > columns and " " in line.strip().strip("[]")]
    assert not [line for line in wide if "{" not in line]


def test_call_lists_every_method() -> None:
    shown = "\n".join(listed(80))

    for method in requests():
        assert f"  {method.name} " in shown


@pytest.mark.parametrize("columns", WIDTHS)
@pytest.mark.parametrize("method", requests(), ids=lambda method: method.name)
def test_call_describes_each_field_of_a_method(method: object, columns: int) -> None:
    row = METHODS[method.name]  # type: ignore[attr-defined]
    lines = described(row, columns)

    for name in row.params.shown:
        assert any(line.startswith(f"  {name}  ") for line in lines), name
    running_text = lines[: lines.index("example:")] if "example:" in lines else lines
    assert max(map(len, running_text)) <= columns


def test_the_help_of_a_method_comes_after_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["call", "budget/reserve", "--help"])

    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert shown.startswith("usage: ctxbudget call budget/reserve [JSON]")
    assert "budgetExceeded" in shown


@pytest.mark.parametrize(
    ("given", "suggestion"),
    [
        (["repotr"], "did you mean report?"),
        (["report", "--sesion", "x"], "did you mean --session?"),
        (["report", "--durability", "ful"], "did you mean full?"),
        (["call", "budget/statsu", "--help"], "did you mean budget/status?"),
    ],
)
def test_a_mistyped_word_gets_a_suggestion(
    given: list[str], suggestion: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(given)

    assert ended.value.code == 2
    assert suggestion in capsys.readouterr().err


def test_what_is_like_nothing_known_gets_no_suggestion(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["xyzzy"])

    told = capsys.readouterr().err
    assert "did you mean" not in told
    assert "choose from serve, call" in told


def test_a_method_that_clients_cannot_call_is_not_suggested() -> None:
    assert unknown_method("budget/didChang") == "unknown method 'budget/didChang'"
    assert unknown_method("context/ad").endswith("did you mean context/add?")
    assert len(unknown_method("x" * 10_000_000)) < 300


def test_on_a_terminal_json_is_readable_and_in_a_pipe_as_it_was(tmp_path: Path) -> None:
    params = json.dumps({"items": [{"layer": "transient", "tokens": 5, "title": "naïve \u202e file"}]})
    subprocess.run(ctxbudget(tmp_path, "call", "context/add", params), check=True, capture_output=True)
    piped = subprocess.run(
        ctxbudget(tmp_path, "call", "context/list"), check=True, capture_output=True, text=True
    ).stdout

    shown = on_terminal(ctxbudget(tmp_path, "call", "context/list"), {"TERM": "xterm"})

    assert "\n" not in piped.rstrip("\n") and piped.isascii()
    assert "\x1b[36m" in shown and "naïve \\u202e file" in shown
    plain = on_terminal(ctxbudget(tmp_path, "call", "context/list"), {"TERM": "xterm", "NO_COLOR": "1"})
    assert "\x1b" not in plain
    assert json.loads(plain) == json.loads(piped)


def test_members_are_printed_alike_on_a_terminal(tmp_path: Path) -> None:
    shown = on_terminal(ctxbudget(tmp_path, "call", "budget/status", "--get", "budget"), {"TERM": "xterm"})

    assert shown.split() == ["7500"]
