"""Every caller has the same settings, from the first source that sets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.client import Client
from support.session import serve_command

from ctxbudget_server.account.settings import DEFAULTS, Settings
from ctxbudget_server.settings.reader import parsed
from ctxbudget_server.settings.source import FileSettings
from ctxbudget_server.tokens.windows import known_window
from settings.conftest import Place


def test_nobody_has_said(place: Place) -> None:
    status = place.call("budget/status")
    assert (status["window"], status["budget"], status["windowSource"]) == (25_000, 7_500, "default")


def test_the_first_source_wins(place: Place) -> None:
    def window() -> tuple[int, str]:
        status = place.call("budget/status", sessionId="s")
        return status["window"], status["windowSource"]

    place.call("session/open", sessionId="s", host={"model": "claude-opus-4-5"})
    assert window() == (200_000, "model")
    place.call("session/open", sessionId="s", host={"contextWindow": 300_000})
    assert window() == (300_000, "host")
    place.project("[tool.ctxbudget]\ncontextWindow = 400000\n", "pyproject.toml")
    assert window() == (400_000, "project")
    place.project("contextWindow = 500000\n")
    assert window() == (500_000, "project")
    place.user("contextWindow = 600000\n")
    assert window() == (600_000, "user")
    place.call("session/open", sessionId="s", config={"contextWindow": 700_000})
    assert window() == (700_000, "session")


def test_members_of_a_table_have_origins_of_their_own(place: Place) -> None:
    place.project("[thresholds]\nwarn = 0.5\ncritical = 0.9\n")
    place.user("thresholds.critical = 0.8\n")
    assert place.origins("thresholds.warn", "thresholds.critical", "thresholds.warnRelease") == [
        (0.5, "project"), (0.8, "user"), (None, "default")
    ]  # fmt: skip
    _, found, _ = place.config()
    (warn,) = [each for each in found["settings"] if each["name"] == "thresholds.warn"]
    assert (Path(warn["file"]).name, warn["line"]) == ("ctxbudget.toml", 2)


def test_a_session_keeps_only_what_was_set_for_it(place: Place) -> None:
    place.project('contextWindow = 100000\npolicy = "minimal"\n')
    opened = place.call("session/open", sessionId="s", config={"targetShare": 0.5})
    assert (opened["budget"], opened["config"]["policy"]) == (50_000, "minimal")
    place.project("contextWindow = 10000\n")
    opened = place.call("session/open", sessionId="s")
    assert (opened["budget"], opened["config"]["policy"]) == (5_000, "auto")
    assert place.call("budget/status", sessionId="s")["revision"] == 1, "a file that changes makes no transaction"


def test_the_level_follows_a_file_that_changes(place: Place) -> None:
    place.call("context/add", items=[{"layer": "phase", "tokens": 7_000}])
    assert place.call("budget/status")["level"] == "warn"
    place.project("contextWindow = 200000\n")
    assert place.call("budget/status")["level"] == "ok"


def test_a_running_server_sees_a_change(place: Place) -> None:
    with Client(serve_command(place.folder), cwd=place.folder, root=place.folder) as client:
        assert client.request("budget/status", {})["window"] == 25_000
        path = place.project("contextWindow = 50000\n")
        assert client.request("budget/status", {})["window"] == 50_000
        path.write_text("contextWindow = 60000\nwindow = 3\n", "utf-8")
        status = client.request("budget/status", {})
        assert status["window"] == 60_000
        (notice,) = status["notices"]
        assert (notice["kind"], notice["detail"]["line"], notice["detail"]["setting"]) == ("settings", 2, "window")
        path.unlink()
        status = client.request("budget/status", {})
        assert (status["window"], status["notices"]) == (25_000, [])


def test_who_watches_is_told_of_a_file_that_changes(place: Place) -> None:
    with Client(serve_command(place.folder), cwd=place.folder, root=place.folder) as client:
        client.request("session/open", {"sessionId": "s", "config": {"targetShare": 0.5}, "watch": True})
        client.request("context/add", {"sessionId": "s", "items": [{"layer": "phase", "tokens": 5_000}]})
        assert client.notification("budget/didChange")["status"]["budget"] == 12_500
        path = place.project("contextWindow = 10000\n")
        change = client.notification("budget/didChange")
        assert (change["status"]["budget"], change["status"]["level"], change["revision"]) == (5_000, "critical", 2)
        alert = client.notification("budget/alert")
        assert (alert["level"], alert["alert"]["previous"], alert["alert"]["threshold"]) == ("critical", "ok", 4_750)
        client.request("context/add", {"sessionId": "s", "items": [{"layer": "phase", "tokens": 1}]})
        assert client.notification("budget/didChange")["status"]["retained"] == 5_001
        client.quiet(0.6)
        path.write_text("contextWindow = 10000\ninlayHints = false\n", "utf-8")
        client.quiet(0.6)
        path.unlink()
        assert client.notification("budget/didChange")["status"]["level"] == "ok"
        client.quiet(0.6)


def test_counting_hooks_and_reports_obey(place: Place) -> None:
    place.project('model = "claude-opus-4-5"\n')
    place.project("# Title\n\nWords that go on.\n", "a.md")
    assert b"claude" in place.run("count", "a.md").stderr
    assert place.call("tokens/count", texts=["a"])["total"] == 1
    place.call("context/add", items=[{"layer": "phase", "tokens": 1}])
    assert b"200,000" in place.run("report").stdout
    payload = {"session_id": "h", "hook_event_name": "SessionStart", "cwd": str(place.folder)}
    place.project("contextWindow = 123456\n")
    assert place.run("hook", "SessionStart", stdin=json.dumps(payload).encode()).returncode == 0
    status = place.call("budget/status", sessionId="h")
    assert (status["window"], status["windowSource"]) == (123_456, "project")


def test_the_place_of_the_users_file(place: Place, tmp_path: Path) -> None:
    other = tmp_path / "mine.toml"
    other.write_text("contextWindow = 1234\n", "utf-8")
    place.user("contextWindow = 4321\n")
    done = place.run("call", "budget/status", "--get", "window", env={"CTXBUDGET_CONFIG": str(other)})
    assert done.stdout.strip() == b"1234"
    done = place.run("call", "budget/status", "--get", "window", env={"CTXBUDGET_CONFIG": "/dev/null"})
    assert (done.stdout.strip(), done.stderr) == (b"25000", b"")
    done = place.run("call", "budget/status", "--get", "window", env={"CTXBUDGET_CONFIG": str(tmp_path / "none")})
    assert done.stdout.strip() == b"25000" and b"does not exist" in done.stderr


def test_the_user_may_allow_access(place: Place, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.md").write_text("words", "utf-8")
    store = tmp_path / "mine.db"
    place.user(f'roots = ["{outside}"]\nstore = "{store}"\ndurability = "fast"\nretain = "sessions=5"\n')
    assert place.call("tokens/count", paths=[str(outside / "a.md")])["total"] == 1
    place.call("context/add", items=[{"layer": "phase", "tokens": 1}])
    assert store.exists()
    assert [origin for _, origin in place.origins("roots", "store", "durability", "retain")] == ["user"] * 4


def test_a_folder_of_stores_keeps_projects_apart(place: Place, tmp_path: Path) -> None:
    place.user(f'store = "{tmp_path}/stores/"\n')
    other = tmp_path / "other"
    other.mkdir()
    place.call("context/add", items=[{"layer": "phase", "tokens": 7}])
    elsewhere = place.run("call", "budget/status", "--workspace", str(other), "--get", "retained")
    assert (place.call("budget/status")["retained"], elsewhere.stdout) == (7, b"0\n")
    ((own, origin),) = place.origins("store")
    assert origin == "user" and Path(own) in (tmp_path / "stores").glob("*/store.db")
    assert b"one store for all" not in place.run("where").stdout + place.run("config").stdout
    place.user(f'store = "{tmp_path}/shared.db"\n')
    place.call("context/add", items=[{"layer": "phase", "tokens": 7}])
    elsewhere = place.run("call", "budget/status", "--workspace", str(other), "--get", "retained")
    assert elsewhere.stdout == b"7\n"
    for command in ("where", "config"):
        assert b"one store for all your workspaces" in place.run(command).stdout


def test_sessions_of_older_stores() -> None:
    older = {**DEFAULTS, "contextWindow": 200_000, "model": "claude", "policy": "minimal"}
    settings = Settings.of(older)
    assert (settings.own, settings.host) == ({"policy": "minimal"}, {"contextWindow": 200_000, "model": "claude"})
    chosen = Settings.of({**DEFAULTS, "contextWindow": 100_000})
    assert (chosen.window, chosen.window_source) == (100_000, "session")
    assert Settings.of(DEFAULTS).window_source == "default"


def test_settings_that_contradict_each_other() -> None:
    files = FileSettings(None, parsed("p.toml", "[thresholds]\nwarn = 0.99\n"))
    settings = Settings.of({}, files)
    assert settings.values["thresholds"]["warn"] == 0.75
    (problem,) = settings.left_out
    assert (problem.line, problem.setting) == (2, "thresholds") and "above critical" in problem.message
    settings = Settings.of({"own": {"thresholds": {"critical": 1.0}}}, files)
    assert settings.values["thresholds"]["warn"] == 0.99


def test_a_threshold_that_contradicts_some_windows_is_told_where_it_does(place: Place) -> None:
    def told(session: str) -> list[str]:
        return [each["message"] for each in place.call("budget/status", sessionId=session)["notices"]]

    place.project("[thresholds]\nwarn = 50000\n")
    place.call("session/open", sessionId="large", host={"contextWindow": 1_000_000})
    place.call("session/open", sessionId="small", host={"contextWindow": 100_000})
    assert place.run("call", "budget/status", '{"sessionId": "large"}').stderr == b"", "in itself the file is sound"
    assert told("large") == []
    (message,) = told("small")
    assert "warn (50,000 tokens) must not be above critical (28,500) with a budget of 30,000" in message
    assert place.config("--session", "small")[1]["problems"][0]["message"] in message

    place.project("[thresholds]\nwarn = 0.9\ncritical = 0.5\n")
    assert b"must not be above critical" in place.run("call", "budget/status").stderr, "whatever the window"


@pytest.mark.parametrize(
    ("model", "tokens"),
    [
        ("claude-opus-4-5-20251101", 200_000),
        ("anthropic/claude-sonnet-4-5", 200_000),
        ("us.anthropic.claude-haiku-4-5-v1:0", 200_000),
        ("claude-sonnet-4-5[1m]", 1_000_000),
        ("openai/gpt-5.1-codex", 272_000),
        ("gpt-4o-mini", 128_000),
        ("models/gemini-2.5-pro", 1_048_576),
        ("claude-opus-4-20250514", 200_000),
        ("claude-sonnet-4.6", 1_000_000),
        ("claude-opus-5-5", 1_000_000),
        ("gpt-5.5", 922_000),
        ("opus", None),
        ("gpt-99x", None),
        ("nobody-knows", None),
    ],
)
def test_windows_of_models(model: str, tokens: int | None) -> None:
    known = known_window(model)
    assert (known.tokens if known else None) == tokens


OTHER_VALUES = {
    "contextWindow": 90_000,
    "targetShare": 0.7,
    "thresholds": {"warn": 0.4, "critical": 0.9},
    "policy": "minimal",
    "scope": "research-only",
    "model": "gpt-4o",
    "metadataHorizon": 3,
    "keepFor": 2,
    "markers": False,
    "autoPrune": True,
    "metadataTokens": 500,
    "strategy": "reserve",
    "maxCost": 2.5,
    "reserveShares": {"core": 0.5, "debug": 0.3},
    "layerCeilings": {"phase": 0.5},
}
"""For each setting a value that is not the default."""


def test_null_takes_back_what_was_set_for_a_session_whatever_it_is(place: Place) -> None:
    assert OTHER_VALUES.keys() == DEFAULTS.keys()
    place.project("contextWindow = 120000\n[thresholds]\nwarn = 0.6\n")
    inherited = place.call("session/open", sessionId="s")["config"]
    changed = place.call("session/open", sessionId="s", config=OTHER_VALUES)["config"]
    assert all(changed[name] != inherited[name] for name in OTHER_VALUES)
    for name in OTHER_VALUES:
        back = place.call("session/open", sessionId="s", config={name: None})["config"]
        assert back[name] == inherited[name]
    opened = place.call("session/open", sessionId="s")
    assert (opened["config"], opened["windowSource"]) == (inherited, "project")


def test_null_takes_back_a_member_alone(place: Place) -> None:
    place.call("session/open", sessionId="s", config=OTHER_VALUES)
    for name in ("thresholds", "reserveShares", "layerCeilings"):
        nulls = dict.fromkeys(DEFAULTS[name])
        back = place.call("session/open", sessionId="s", config={name: nulls})["config"]
        assert back[name] == DEFAULTS[name]
