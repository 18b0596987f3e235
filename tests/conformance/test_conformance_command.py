"""The command: what it prints, how it exits, and that no server holds it up."""

from __future__ import annotations

import json
import re
import shlex
import sys
import time
from pathlib import Path

import pytest
from support.session import SERVE

from ctxbudget_protocol.conformance.__main__ import main

OURS = shlex.join(SERVE)
HANGING = f"{sys.executable} -c 'import time; time.sleep(600)'"
DEAF = f"{sys.executable} -c 'import sys, time; sys.stdin.buffer.read(1); time.sleep(600)'"
KIT_OF_SECONDS = ["--timeout", "3", "--rule-timeout", "3"]
GREETS_AND_SLEEPS = """
import json, sys, time
stdin, stdout = sys.stdin.buffer, sys.stdout.buffer
length = int(stdin.readline().split(b":")[1])
stdin.readline()
message = json.loads(stdin.read(length))
advertised = {"protocolVersion": "1.0", "methods": [], "limits": {"maxMessageBytes": 60_000_000}}
result = {"capabilities": {"experimental": {"ctxbudget": advertised}}}
body = json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": result}).encode()
stdout.write(b"Content-Length: %d\\r\\n\\r\\n%b" % (len(body), body))
stdout.flush()
time.sleep(600)
"""
WITH_A_CHILD = f'{sys.executable} -c \'import subprocess; subprocess.run(["sleep", "600"])\''


def test_kept(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--server", OURS, "--rule", "messages.ids", "--rule", "leases.f*"]) == 0

    assert capsys.readouterr().out.splitlines()[:3] == [
        "ok          messages.ids",
        "ok          leases.fit",
        "ok          leases.force",
    ]


def test_the_command_of_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    page = Path(__file__).parents[2] / "docs" / "implementing.md"
    (command,) = re.findall(r"^```sh\n(.*?)^```$", page.read_text("utf-8"), re.M | re.S)
    python, _, module, *arguments = shlex.split(command)

    assert (python, module) == ("python", "ctxbudget_protocol.conformance")
    ours = [OURS if argument == "ctxbudget serve" else argument for argument in arguments]
    assert main([*ours, "--rule", "messages.ids"]) == 0
    assert capsys.readouterr().out.startswith("ok ")


def test_broken(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--server", "cat", "--rule", "messages.ids", "--timeout", "5"]) == 1

    out = capsys.readouterr().out
    assert "BROKEN      messages.ids" in out
    assert "docs/implementing.md#messages" in out
    assert "1 broken" in out


def test_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--server", OURS, "--rule", "messages.ids", "--json", "--level", "core"]) == 0

    found = json.loads(capsys.readouterr().out)
    assert (found["conforms"], found["level"], found["kept"], found["broken"]) == (True, "core", 1, 0)
    (row,) = found["rules"]
    assert row.keys() == {"id", "level", "sentence", "reference", "outcome", "why", "seconds"}


@pytest.mark.parametrize("level", ["core", "full"])
def test_the_list(level: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list", "--json", "--level", level]) == 0

    rows = json.loads(capsys.readouterr().out)
    assert {row["level"] for row in rows} == ({"core"} if level == "core" else {"core", "full"})
    assert main(["--list", "--level", level]) == 0
    assert all(row["sentence"] in text for text in [capsys.readouterr().out] for row in rows)


@pytest.mark.parametrize(
    "arguments", [[], ["--server", "/no/such/program"], ["--server", OURS, "--rule", "no.such-rule"], ["--server", ""]]
)
def test_what_cannot_be_judged(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert capsys.readouterr().err


@pytest.mark.parametrize("server", [HANGING, DEAF, WITH_A_CHILD])
def test_a_server_that_hangs_holds_nothing_up(server: str, capsys: pytest.CaptureFixture[str]) -> None:
    began = time.monotonic()

    assert main(["--server", server, "--rule", "messages.*", "--rule", "budget/*", "--timeout", "0.5"]) == 1

    assert "no server can be started" in capsys.readouterr().out
    assert time.monotonic() - began < 60


def test_a_server_that_stops_reading_holds_nothing_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    server = tmp_path / "deaf.py"
    server.write_text(GREETS_AND_SLEEPS)
    command = [*KIT_OF_SECONDS, "--rule", "framing.too-large", "--server", f"{sys.executable} {server}"]

    assert main(command) == 1

    assert "not done after 3 s" in capsys.readouterr().out


def test_rules_that_take_too_long_are_broken(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--server", OURS, "--rule", "messages.ids", "--rule", "leases.*", "--total", "0.01"]) == 1

    assert "not reached within 0.01 s" in capsys.readouterr().out


def test_a_place_is_nobodys(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CTXBUDGET_STORE", str(tmp_path / "mine.db"))
    told = tmp_path / "told"
    facts = "[os.getcwd(), dict(os.environ), sys.argv[1:]]"
    script = f"import json, os, sys; open({str(told)!r}, 'w').write(json.dumps({facts}))"
    command = f"{shlex.quote(sys.executable)} -c {shlex.quote(script)} {{workspace}} {{home}} --state={{state}}"

    assert main(["--server", command, "--rule", "messages.ids", "--timeout", "20"]) == 1

    folder, environment, (workspace, home, state) = json.loads(told.read_text())
    assert folder == workspace
    assert environment["HOME"] == home
    assert state == f"--state={environment['XDG_STATE_HOME']}"
    assert not [name for name in environment if name.startswith("CTXBUDGET_")]
    assert not Path(workspace).exists()
