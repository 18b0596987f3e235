"""A repository's file of settings: whatever it is, commands go on, say what is not used, and access never widens."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ctxbudget_server.settings.reader import parsed
from settings.conftest import Place

HOSTILE: dict[str, tuple[bytes, str]] = {
    "huge": (b"# " + b"x" * 10_000_000, "at most 262,144"),
    "deep": (b"x = " + b"[" * 100_000, "the file"),
    "dotted": (b"a." * 50_000 + b"b = 1", "dots"),
    "many dotted": (b"".join(b"a%d.%s = 1\n" % (n, b".".join([b"b"] * 400)) for n in range(200)), "dots"),
    "binary": (b"contextWindow = 1\n\xff\xfe", "not UTF-8"),
    "broken": (b"contextWindow = 9000\n[[", "not valid TOML"),
    "roots": (b'roots = ["/"]', '"roots" is accepted only from the user'),
    "store": (b'store = "/tmp/theirs.db"', '"store" is accepted only from the user'),
    "retain": (b'retain = "sessions=1"', '"retain" is accepted only from the user'),
    "durability": (b'durability = "fast"', '"durability" is accepted only from the user'),
    "types": (b'contextWindow = "many"', '"contextWindow"'),
    "range": (b"targetShare = 7", '"targetShare"'),
    "names": (b"".join(b"k%d = 1\n" % n for n in range(5_000)), "unknown setting"),
    "nothing left": (b"contextWindow = 1", "less than one token"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_is_refused_by_name_and_everything_goes_on(place: Place, name: str) -> None:
    data, message = HOSTILE[name]
    place.project(data)
    code, found, told = place.config()
    assert code == 1 and found["problems"]
    assert message in told[0] and "ctxbudget.toml" in told[0]
    assert "raceback" not in "".join(told)
    status = place.call("budget/status")
    assert (status["window"], status["windowSource"]) == (25_000, "default")
    for setting in ("roots", "store", "durability", "retain"):
        assert {each["name"]: each["origin"] for each in found["settings"]}[setting] == "default"


def test_access_does_not_widen(place: Place, tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("secret", "utf-8")
    store = tmp_path / "theirs.db"
    place.project(f'roots = ["/", "{tmp_path}"]\nstore = "{store}"\nretain = "sessions=1"\n')
    done = place.run("call", "tokens/count", f'{{"paths": ["{secret}"]}}')
    assert done.returncode == 1 and b"pathNotAllowed" in done.stderr
    place.call("context/add", items=[{"layer": "phase", "tokens": 1}])
    assert not store.exists()


@pytest.mark.parametrize("kind", ["link", "fifo", "folder"])
def test_a_path_that_is_no_file_of_the_project(place: Place, tmp_path: Path, kind: str) -> None:
    path = place.folder / "ctxbudget.toml"
    if kind == "link":
        (tmp_path / "outside.toml").write_text("contextWindow = 9999\n", "utf-8")
        path.symlink_to(tmp_path / "outside.toml")
    elif kind == "fifo":
        os.mkfifo(path)
    else:
        path.mkdir()
    code, found, told = place.config()
    assert code == 1
    assert ("outside the project" if kind == "link" else "not a regular file") in told[0]
    assert found["settings"][0]["origin"] == "default"
    done = place.run("call", "budget/status", "--get", "window")
    assert done.stdout.strip() == b"25000" and len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ('policy = "bad"', 1, "must be 'aggressive', 'moderate', 'minimal' or 'auto', not 'bad'; not used"),
        ("a =\n", 1, "the file is not valid TOML: Invalid value (column 4); nothing in it is used"),
        ("\n[thresholds]\nwarn = 0", 3, '"thresholds.warn" must be above 0, not 0; "thresholds" is not used'),
        ("\n[nested.table]\na = 1", 2, 'unknown setting "nested"'),
        ('\n"wind\\u006fw" = 1', 2, 'unknown setting "window"'),
        ("\n'a = b ]' = 1", 2, 'unknown setting "a = b ]"'),
        ('\n[ "a.b" ]\nc = 1', 2, 'unknown setting "a.b"'),
        ('markers = true\n"cont\\u0065xtWindow" = 0', 2, "must be at least 1, not 0"),
        ("\n[tool.ctxbudget]\npolicy = 'minimal'", 2, "is for pyproject.toml; here settings stand without it"),
    ],
)
def test_what_is_wrong_is_said_in_words_of_the_file(text: str, line: int, told: str) -> None:
    (problem,) = parsed("/project/ctxbudget.toml", text).problems
    assert problem.line == line and told in problem.message


def test_one_line_says_how_many_more_there_are(place: Place) -> None:
    place.project("a = 1\nb = 1\nc = 1\n")
    place.project("# Title\n", "a.md")
    for arguments in (("call", "budget/status"), ("count", "a.md")):
        (told,) = place.run(*arguments).stderr.decode().splitlines()
        assert "(and 2 more)" in told, arguments


def test_each_caller_says_so_and_goes_on(place: Place) -> None:
    place.project("contextWindow = 50000\nwindow = 1\n")
    place.project("# Title\n", "a.md")
    place.call("context/add", items=[{"layer": "phase", "tokens": 1}])
    for arguments in (("call", "budget/status"), ("count", "a.md"), ("report",), ("statusline",)):
        done = place.run(*arguments)
        assert done.returncode == 0 and done.stdout, arguments
        (told,) = done.stderr.decode().splitlines()
        assert 'ctxbudget.toml:2: unknown setting "window"' in told, arguments
    payload = b'{"session_id": "h", "hook_event_name": "SessionStart"}'
    done = place.run("hook", "SessionStart", stdin=payload)
    assert done.returncode == 0 and b"ctxbudget.toml:2" in done.stderr
    assert b"ctxbudget.toml:2" in place.run("doctor").stdout
    done = place.run("call", "context/get", '{"itemId": "none"}')
    assert done.returncode == 1 and done.stderr.startswith(b"{"), "an error stays JSON alone"
