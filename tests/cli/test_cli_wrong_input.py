"""Wrong arguments and settings: the message says what was expected, what came, and how the command is used."""

from __future__ import annotations

import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path

import pytest
from support.session import serve_command

from ctxbudget_server.cli import main
from ctxbudget_server.cli.commands import COMMANDS, module_of


def refused(capsys: pytest.CaptureFixture[str], *given: str) -> str:
    """What a command prints that ends with 2 because of its arguments."""
    with pytest.raises(SystemExit) as ended:
        main(given)
    assert ended.value.code == 2
    return capsys.readouterr().err


def converted_options() -> list[tuple[str, str]]:
    """(command, option) for each option whose value is converted."""
    found = []
    for command in COMMANDS:
        parser = ArgumentParser()
        module_of(command).add_arguments(parser)
        found += [(command, action.option_strings[0]) for action in parser._actions if action.type is not None]
    return found


@pytest.mark.parametrize(("command", "option"), converted_options())
def test_a_wrong_value_is_told_with_what_was_expected(command: str, option: str) -> None:
    parser = ArgumentParser(exit_on_error=False)
    module_of(command).add_arguments(parser)

    with pytest.raises(Exception, match=rf"{option}: expected .*got '\?'"):
        parser.parse_args([option, "?"])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (("count", "--fits", "x", "a"), "--fits: expected a whole number of at least 0, got 'x'"),
        (("count", "--fits", "-1", "a"), "--fits: expected a whole number of at least 0, got '-1'"),
        (("serve", "--max-message-bytes", "0"), "--max-message-bytes: expected a whole number of at least 1, got '0'"),
        (("sidecar", "--idle", "-4"), "--idle: expected a number of at least 0, got '-4'"),
        (("sidecar", "--idle", "nan"), "--idle: expected a number of at least 0, got 'nan'"),
        (("sidecar", "--idle", "inf"), "--idle: expected a number of at least 0, got 'inf'"),
    ],
)
def test_the_bounds_are_told(given: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert message in refused(capsys, *given)


@pytest.mark.parametrize("given", [("doctor", "--fix"), ("count", "--bogus", "a"), ("schema", "extra")])
def test_an_unknown_argument_shows_the_usage_of_its_command(
    given: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    told = refused(capsys, *given)

    assert told.startswith(f"usage: ctxbudget {given[0]} ")
    assert told.endswith(f"ctxbudget {given[0]}: error: unknown argument: {given[1]}\n")


def test_an_unknown_argument_before_the_command_shows_the_usage_of_all(capsys: pytest.CaptureFixture[str]) -> None:
    told = refused(capsys, "--bogus", "schema")

    assert told.startswith("usage: ctxbudget [-h]")
    assert told.endswith("ctxbudget: error: unknown argument: --bogus\n")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ((), "the following arguments are required: EVENT"),
        (("Nope", "--foo"), "unknown argument: --foo"),
        (("Nope", "more", "--foo"), "unknown arguments: more --foo"),
        (("PostToolUse", "--durability", "half"), "--durability: invalid choice: 'half'"),
    ],
)
def test_a_hook_says_what_is_wrong_with_its_arguments(given: tuple[str, ...], message: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "ctxbudget_server", "hook", *given]

    done = subprocess.run(command, cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)

    assert done.returncode == 0
    assert done.stderr.startswith(f"ctxbudget hook: {'argument ' if message[:2] == '--' else ''}{message}")
    assert done.stderr.endswith("(see ctxbudget hook --help)\n")


@pytest.mark.parametrize("logged", [False, True])
def test_the_server_refuses_a_wrong_retention_in_the_environment(
    logged: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CTXBUDGET_RETAIN", "foo")
    log = tmp_path / "log"
    command = serve_command(tmp_path, *(["--log-file", str(log)] if logged else []))

    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert done.stderr.startswith("ctxbudget serve: CTXBUDGET_RETAIN: expected age=90d")
    assert done.stderr.endswith("got 'foo'\n")
    assert done.stderr.count("\n") == 1
    if logged:
        assert "ERROR ctxbudget_server.cli.serve: CTXBUDGET_RETAIN: expected age=90d" in log.read_text("utf-8")


def test_an_option_replaces_a_wrong_retention_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CTXBUDGET_RETAIN", "foo")
    command = serve_command(tmp_path, "--retain", "age=90d")

    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)

    assert "CTXBUDGET_RETAIN" not in done.stderr
