"""`ctxbudget doctor` as a person or a script runs it: each finding, and that it changes nothing."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from support.code_stand_in import StandIn

from ctxbudget_server import __version__
from ctxbudget_server.doctor.versions import read_requirement
from ctxbudget_server.store.location import socket_place
from ctxbudget_server.store.spool import Spool

posix = pytest.mark.skipif(os.name != "posix", reason="modes and signals are POSIX's: needs Linux or macOS")
linux = pytest.mark.skipif(sys.platform != "linux", reason="processes are told apart by /proc: needs Linux")


def needs_action(finding: dict[str, Any]) -> bool:
    """Whether somebody should do something."""
    return finding["severity"] in ("warning", "error")


class Place:
    """A workspace with a store of its own, and a command of this installation on the path."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "w\x1b[2J"
        self.folder.mkdir()
        self.store = folder / "state" / "store.db"
        commands = folder / "bin"
        commands.mkdir()
        (commands / "ctxbudget").write_text(f"#!{sys.executable}\nraise SystemExit\n")
        (commands / "ctxbudget").chmod(0o755)
        self.env = {**os.environ, "PATH": f"{commands}{os.pathsep}{os.environ['PATH']}"}

    def run(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        """A command on this place."""
        where = ("--workspace", str(self.folder), "--store", str(self.store))
        done = subprocess.run(
            [sys.executable, "-m", "ctxbudget_server", *words, *where],
            capture_output=True, env={**self.env, **env}, cwd=self.folder, timeout=60, check=False,
        )  # fmt: skip
        return subprocess.CompletedProcess([], done.returncode, done.stdout.decode(), done.stderr.decode())

    def fill(self) -> None:
        """Make the store, with a session."""
        assert self.run("call", "context/add", '{"items": [{"layer": "transient", "tokens": 5}]}').returncode == 0

    def examined(self, code: int, *words: str, **env: str) -> dict[str, dict[str, Any]]:
        """The findings by name, the worst of each name; nothing but scratch files may change."""
        before = self.listing()
        done = self.run("doctor", "--json", *words, **env)
        assert self.listing() == before, "looking changes nothing"
        assert done.stderr == ""
        told = json.loads(done.stdout)
        assert done.returncode == code == int(told["needsAction"]), told["findings"]
        assert (told["version"], told["store"]) == (__version__, str(self.store))
        order = ("ok", "notice", "warning", "error")
        for finding in told["findings"]:
            assert finding.keys() == {"name", "severity", "message", "remedy", "data"}
            assert (
                finding["remedy"] or not needs_action(finding) or finding["name"] in ("store.originals", "store.log")
            ), finding
        return {one["name"]: one for one in sorted(told["findings"], key=lambda one: order.index(one["severity"]))}

    def listing(self) -> dict[str, bytes]:
        """What lies in the state folder, SQLite's scratch memory apart."""
        folder = self.store.parent
        if not folder.exists() or not os.access(folder, os.R_OK | os.X_OK):
            return {}
        files = [path for path in folder.rglob("*") if path.is_file() and not path.name.endswith("-shm")]
        return {str(path): path.read_bytes() for path in files}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A place without a store."""
    return Place(tmp_path)


def test_nothing_is_wrong_where_there_is_no_store_yet(place: Place) -> None:
    found = place.examined(0)

    assert {one["severity"] for one in found.values()} == {"ok"}, found
    assert "no store yet" in found["store.path"]["message"]
    assert not place.store.parent.exists(), "it makes no store"
    said = place.run("doctor")
    assert said.returncode == 0 and said.stdout.endswith("nothing needs to be done\n")
    assert "\x1b" not in said.stdout


def test_a_place_where_no_store_can_be(place: Place) -> None:
    """A file lies where a folder would have to be: that is not the same as no store yet."""
    (place.folder.parent / "state").write_text("a file")
    found = place.examined(1)["store.path"]
    assert found["severity"] == "error" and found["message"].endswith("state is not a folder")
    for command in ("report", "history"):
        told = place.run(command)
        assert "there can be no store at" in told.stdout + told.stderr


def test_a_whole_store(place: Place) -> None:
    place.fill()

    found = place.examined(0)
    assert found["store.integrity"]["message"].endswith("it has 1 session")
    assert found["store.version"]["data"]["version"] == found["store.version"]["data"]["supported"]
    files = {str(file): file.stat().st_size for file in place.store.parent.iterdir() if file.is_file()}
    assert {f"{place.store}{suffix}" for suffix in ("", ".reserve", ".seen", ".lock")} <= files.keys()
    assert found["store.path"]["data"]["files"] == files
    assert found["store.path"]["data"]["bytes"] == sum(files.values())
    assert found["vocabularies.hash"]["severity"] == found["installation.dependencies"]["severity"] == "ok"


def test_a_damaged_page_is_found_and_mended_on_demand(place: Place) -> None:
    place.fill()
    data = bytearray(place.store.read_bytes())
    page = data.index(b"default", 4096) // 4096 * 4096
    data[page : page + 16] = b"\xff" * 16
    place.store.write_bytes(data)

    found = place.examined(1)["store.integrity"]
    assert found["severity"] == "error"
    assert found["remedy"].endswith("--repair")

    done = place.run("doctor", "--json", "--repair")
    told = json.loads(done.stdout)
    assert (done.returncode, told["repaired"], told["acknowledged"]) == (1, True, None)
    named = {one["name"]: one for one in told["findings"]}
    assert named["store.integrity"]["severity"] == "ok" and named["store.setAside"]["severity"] == "notice"
    assert named["store.losses"]["severity"] == "error" and named["store.losses"]["remedy"].endswith("--acknowledge")
    assert place.examined(1)["store.losses"]["message"] == named["store.losses"]["message"], "until it is acknowledged"

    done = place.run("doctor", "--json", "--acknowledge")
    assert (done.returncode, json.loads(done.stdout)["acknowledged"]) == (0, 1)
    assert "store.losses" not in place.examined(0)


def test_a_treatment_makes_no_store(place: Place) -> None:
    done = place.run("doctor", "--json", "--repair", "--acknowledge")
    assert (done.returncode, json.loads(done.stdout)["repaired"]) == (0, False)
    assert not place.store.parent.exists()


def test_a_damaged_original(place: Place) -> None:
    content = "The words of a report. " * 200
    place.run("call", "context/add", json.dumps({"items": [{"layer": "transient", "content": content}]}))
    database = sqlite3.connect(place.store)
    database.execute("UPDATE blobs SET data = CAST(substr(data, 1, length(data) - 3) || x'010203' AS BLOB)")
    database.commit()
    database.close()

    found = place.examined(1)
    assert (found["store.integrity"]["severity"], found["store.originals"]["severity"]) == ("ok", "error")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE events SET why = 'something else' WHERE revision = 2",
        "UPDATE logged_figures SET retained = retained + 1 WHERE revision = 2",
        "UPDATE events SET body = (SELECT body FROM events WHERE revision = 1) WHERE revision = 2",
    ],
)
def test_a_log_that_was_changed(place: Place, change: str) -> None:
    for tokens in (1, 2, 3):
        place.run("call", "context/add", json.dumps({"items": [{"layer": "transient", "tokens": tokens}]}))
    assert "store.log" not in place.examined(0)
    database = sqlite3.connect(place.store)
    database.execute(change)
    database.commit()
    database.close()

    found = place.examined(1)
    assert found["store.log"]["message"].startswith("entry 2 of the log of session default was changed")
    assert found["store.integrity"]["severity"] == "ok"


@pytest.mark.parametrize("content", [b"", b"S", b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_cut_or_senseless_file(place: Place, content: bytes) -> None:
    place.store.parent.mkdir(mode=0o700)
    place.store.write_bytes(content)
    place.store.chmod(0o600)

    assert place.examined(1)["store.integrity"]["severity"] in ("warning", "error")


def test_another_programs_file(place: Place) -> None:
    place.store.parent.mkdir(mode=0o700)
    other = sqlite3.connect(place.store)
    other.execute("CREATE TABLE bookmarks (url TEXT)")
    other.close()
    place.store.chmod(0o600)

    assert "another program's" in place.examined(1)["store.integrity"]["message"]


def test_a_newer_store(place: Place) -> None:
    place.fill()
    database = sqlite3.connect(place.store)
    database.execute("PRAGMA user_version=900")
    database.execute("UPDATE store_facts SET value = '900' WHERE name = 'version'")
    database.commit()
    database.close()

    found = place.examined(1)
    assert (found["store.version"]["severity"], found["store.version"]["data"]["version"]) == ("error", 900)
    assert "--upgrade" in found["store.version"]["remedy"]


@posix
def test_files_and_folders_that_are_open_to_others(place: Place) -> None:
    place.fill()
    place.store.chmod(0o644)
    found = place.examined(1)["store.permissions"]
    assert (found["severity"], found["remedy"]) == ("warning", f"chmod 600 {place.store}")
    place.store.parent.chmod(0o777)
    found = place.examined(1)["store.permissions"]
    assert (found["severity"], found["remedy"]) == ("error", f"chmod go-w {place.store.parent}")
    assert place.run("doctor", "--repair").returncode == 2, "what is not safe is not touched"


@posix
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="giving a file away needs root")
def test_a_store_of_somebody_else(place: Place) -> None:
    place.fill()
    os.chown(place.store, 12345, 12345)

    found = place.examined(1)["store.permissions"]
    assert found["severity"] == "error" and "12345" in found["message"] and "chown" in found["remedy"]


@posix
def test_a_place_that_cannot_be_looked_at(place: Place) -> None:
    place.fill()
    folder = place.store.parent
    folder.rename(folder.with_name("elsewhere"))
    folder.symlink_to(folder)  # a link to itself, which root cannot follow either

    assert place.examined(1)["store.path"]["severity"] == "error"


def test_damaged_files_that_are_kept(place: Place) -> None:
    place.fill()
    (place.store.parent / "store.db.damaged-1").write_bytes(b"x" * 10)
    (place.store.parent / "store.db.damaged-1-wal").write_bytes(b"x")

    found = place.examined(0)["store.setAside"]
    files = [f"{place.store}.damaged-1", f"{place.store}.damaged-1-wal"]
    assert (found["severity"], found["data"]["files"]) == ("notice", files)
    assert all(file in found["remedy"] for file in files)


def test_events_that_wait_and_events_that_were_rejected(place: Place) -> None:
    place.fill()
    Spool(place.store).put(b"{}")
    found = place.examined(0)["spool.pending"]
    assert (found["severity"], found["data"]["pending"]) == ("notice", 1)
    (name,) = Spool(place.store).pending()
    Spool(place.store).reject(name, "it is not an event")
    found = place.examined(1)["spool.rejected"]
    assert (found["severity"], found["data"]["rejected"]) == ("warning", 1)


@linux
def test_a_process_that_uses_the_store_and_is_stopped(place: Place) -> None:
    place.fill()
    code = "import sqlite3,sys,time; c=sqlite3.connect(sys.argv[1], isolation_level=None); c.execute('BEGIN IMMEDIATE'); print(1, flush=True); time.sleep(60)"  # noqa: E501
    holder = subprocess.Popen([sys.executable, "-c", code, str(place.store)], stdout=subprocess.PIPE)
    try:
        assert holder.stdout is not None and holder.stdout.readline()
        found = place.examined(0)
        assert [one["pid"] for one in found["store.processes"]["data"]["processes"]] == [holder.pid]
        assert found["store.integrity"]["severity"] == "ok", "a writer hinders nobody from looking"
        holder.send_signal(signal.SIGSTOP)
        found = place.examined(1)
        assert found["store.processes"]["remedy"] == f"kill -CONT {holder.pid}"
    finally:
        holder.kill()
        holder.wait()
        assert holder.stdout is not None
        holder.stdout.close()


@linux
def test_a_sidecar_that_is_alive_and_one_that_is_stopped(place: Place) -> None:
    place.fill()
    where = ("--workspace", str(place.folder), "--store", str(place.store))
    command = [sys.executable, "-m", "ctxbudget_server", "sidecar", *where]
    sidecar = subprocess.Popen(command, env=place.env, stdin=subprocess.DEVNULL)
    socket = Path(*socket_place(str(place.folder.resolve()), str(place.store)))
    try:
        while not socket.exists() and sidecar.poll() is None:
            time.sleep(0.05)
        found = place.examined(0)["sidecar"]
        assert (found["severity"], found["data"]["process"]) == ("ok", sidecar.pid), found
        sidecar.send_signal(signal.SIGSTOP)
        found = place.examined(1)["sidecar"]
        assert (found["severity"], found["remedy"]) == ("warning", f"kill {sidecar.pid}")
    finally:
        sidecar.kill()
        sidecar.wait()


def test_the_command_on_the_path(place: Place, tmp_path: Path) -> None:
    assert place.examined(0)["installation.command"]["severity"] == "ok"
    nowhere = tmp_path / "nothing"
    nowhere.mkdir()
    found = place.examined(0, PATH=str(nowhere))["installation.command"]
    assert (found["severity"], found["data"]) == ("notice", {"found": None})
    other = nowhere / "ctxbudget"
    other.write_text("#!/bin/sh\necho ctxbudget 0.0.1\n")
    other.chmod(0o755)
    found = place.examined(1, PATH=str(nowhere))["installation.command"]
    assert (found["severity"], found["data"]["version"]) == ("warning", "ctxbudget 0.0.1")


@pytest.mark.parametrize("scope", ["user", "project"])
@pytest.mark.parametrize("host", ["opencode", "pi"])
def test_a_plug_in_needs_the_command_on_the_path_only_if_it_calls_it_by_name(
    place: Place, tmp_path: Path, host: str, scope: str
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    names = ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "PI_CODING_AGENT_DIR")
    env = {"HOME": str(home), **dict.fromkeys(names, "")}
    (place.folder / ".git").mkdir()
    place.fill()
    install = [sys.executable, "-m", "ctxbudget_server", "install", host, "--yes", "--scope", scope]
    subprocess.run(install, env={**place.env, **env}, cwd=place.folder, check=True, capture_output=True)
    assert place.examined(0, **env)[f"hosts.{host}"]["severity"] == "ok"

    nowhere = tmp_path / "nothing"
    nowhere.mkdir()
    found = place.examined(0 if scope == "user" else 1, **env, PATH=str(nowhere))
    assert found["installation.command"]["severity"] == "notice"
    if scope == "project":
        assert "calls ctxbudget by its name, which is not on PATH" in found[f"hosts.{host}"]["message"]
    else:
        assert found[f"hosts.{host}"]["severity"] == "ok"


def test_a_dependency_that_is_missing_or_out_of_range(place: Place, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    (broken / "tiktoken-0.1.dist-info").mkdir(parents=True)
    (broken / "tiktoken-0.1.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: tiktoken\nVersion: 0.1\n")
    (broken / "markdown_it.py").write_text("raise ImportError('cut off')\n")
    done = place.run("doctor", "--json", PYTHONPATH=str(broken))

    assert done.returncode == 1
    found = [one for one in json.loads(done.stdout)["findings"] if one["name"] == "installation.dependencies"]
    assert {one["data"]["dependency"]: one["severity"] for one in found} == {
        "tiktoken": "error",
        "markdown-it-py": "error",
    }
    assert all("pip install" in one["remedy"] for one in found)


def test_a_workspace_that_is_not_there(place: Place) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ctxbudget_server", "doctor", "--workspace", "/nowhere/\x1b[2J"],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2 and b"\x1b" not in done.stderr


@pytest.mark.parametrize(
    ("line", "version", "allowed"),
    [
        ("a<1,>=0.13", "0.13.0", True), ("a<1,>=0.13", "0.12.9", False), ("a<1,>=0.13", "1.0", False),
        ("a>=2025.0.0,<2026", "2025.0.0", True), ("a==2", "2.0.0", True), ("a!=2", "2", False), ("a>2", "2.0.1", True),
        ("a ~= 1.4", "1.5.1", True), ("a (>=2)", "1", False), ("a", "5", True), ("a>=1", "weekly", True),
    ],
)  # fmt: skip
def test_ranges(line: str, version: str, allowed: bool) -> None:
    needed = read_requirement(line)
    assert needed is not None and needed.allows(version) is allowed


def test_requirements_of_extras() -> None:
    needed = read_requirement('mcp<3,>=2.2; extra == "mcp"')
    assert needed is not None and (needed.name, needed.extra) == ("mcp", "mcp")


def test_what_is_wired_in_hosts(place: Place, tmp_path: Path) -> None:
    home = tmp_path / "home"
    env = {"HOME": str(home), "CLAUDE_CONFIG_DIR": "", "CODEX_HOME": "", "GEMINI_CLI_HOME": "", "XDG_STATE_HOME": ""}
    place.fill()
    assert "ctxbudget install HOST" in place.examined(0, **env)["hosts"]["message"]

    settings = home / ".claude" / "settings.json"
    settings.parent.mkdir(parents=True)
    install = [sys.executable, "-m", "ctxbudget_server", "install", "claude-code", "--yes"]
    subprocess.run(install, env={**place.env, **env}, check=True, capture_output=True)
    found = place.examined(0, **env)["hosts.claude-code"]
    assert (found["severity"], len(found["data"]["events"])) == ("ok", 10)

    whole = settings.read_text()
    program = shlex.split(json.loads(whole)["statusLine"]["command"])[2]
    settings.write_text(whole.replace(program, "/gone/ctxbudget"))
    found = place.examined(1, **env)["hosts.claude-code"]
    assert found["data"]["missing"] == ["/gone/ctxbudget"]
    assert found["remedy"] == "ctxbudget install claude-code"

    settings.write_text(json.dumps({**json.loads(whole), "disableAllHooks": True}))
    assert "disableAllHooks" in place.examined(0, **env)["hosts.claude-code"]["message"]

    by_hand = {"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "ctxbudget hook Stop"}]}]}}
    settings.write_text(json.dumps(by_hand))
    assert "no hook for SessionStart" in place.examined(0, **env)["hosts.claude-code"]["message"]

    settings.write_text('{"hooks": }')
    assert "line 1, column 11" in place.examined(1, **env)["hosts.claude-code"]["message"]


@pytest.mark.parametrize("editor", ["neovim", "emacs", "vscode", "opencode", "pi"])
def test_what_is_set_up_in_an_editor(place: Place, tmp_path: Path, editor: str) -> None:
    home = tmp_path / "home"
    home.mkdir()
    names = ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "NVIM_APPNAME", "PI_CODING_AGENT_DIR")
    env = {"HOME": str(home), **dict.fromkeys(names, "")}
    place.fill()
    StandIn(tmp_path / "bin")
    install = [sys.executable, "-m", "ctxbudget_server", "install", editor, "--yes"]
    subprocess.run(install, env={**place.env, **env}, check=True, capture_output=True)
    assert place.examined(0, **env)[f"hosts.{editor}"]["severity"] == "ok"

    (file,) = [path for path in home.rglob("*") if path.is_file() and "installed" not in path.parts]
    text = file.read_text()
    found = re.findall(r'"(/[^"\n]*/ctxbudget)"', text)
    file.write_text(text.replace(found[0], "/gone/ctxbudget"))
    found = place.examined(0 if editor == "vscode" else 1, **env)
    assert editor == "vscode" or "/gone/ctxbudget" in found[f"hosts.{editor}"]["message"]
