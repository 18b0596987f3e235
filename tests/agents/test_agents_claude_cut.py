"""Our cut as Claude Code's compaction, in the program itself: what the model is asked after it, and after a resume."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.programs import needed

from agents.agent_host import end_sidecar
from agents.model_stand_in import SUMMARY, WorkingModel, answering
from agents.real_hosts import AGENTS, RealHost, Talk, cache, program
from agents.real_terminal import answers, cuts, terminal
from ctxbudget_client import illegal_messages

PLUGIN = AGENTS / "claude-code"
WITH_PLUGIN = ("--plugin-dir", str(PLUGIN))
RULE = "Never touch /srv/legacy."
EARLY = {"CLAUDE_CODE_AUTO_COMPACT_WINDOW": "100000", "CLAUDE_AUTOCOMPACT_PCT_OVERRIDE": "20"}
"""Makes Claude Code compact by itself after a few steps."""


@pytest.fixture
def mounts() -> None:
    """Skip where a process cannot have mounts of its own."""
    program("claude-code")
    own = ["unshare", "-m", "sh", "-c", "mount --bind /etc /etc"]
    if not shutil.which("unshare") or subprocess.run(own, check=False, capture_output=True).returncode:
        pytest.skip("mounts are not allowed here: run as root, or with CAP_SYS_ADMIN")


@pytest.fixture
def model() -> Iterator[WorkingModel]:
    """What answers the host."""
    with answering(WorkingModel()) as server:
        yield server


@pytest.fixture
def host(tmp_path: Path, model: WorkingModel) -> Iterator[RealHost]:
    """Claude Code; the sidecar that its first hook started ends with the test."""
    yield RealHost("claude-code", tmp_path, model)
    if (tmp_path / "project").exists():
        end_sidecar(tmp_path / "project", tmp_path / "store.db")


def conversations(model: WorkingModel) -> list[list[dict[str, Any]]]:
    """What the model was asked in the main conversation; instructions between the messages are the host's own."""
    with_tools = [request["messages"] for request in model.asked if request.get("tools")]
    return [[message for message in messages if message["role"] != "system"] for messages in with_tools]


def size(messages: list[dict[str, Any]]) -> int:
    """Characters of a request, without marks for the cache."""
    return len(json.dumps(messages).replace(', "cache_control": {"type": "ephemeral"}', ""))


def compactions(talk: Talk) -> list[dict[str, Any]]:
    """What the host says of each compaction."""
    return [line["compact_metadata"] for line in talk.told if line.get("subtype") == "compact_boundary"]


def assert_cut(model: WorkingModel, since: int = 0) -> None:
    """Every request is legal, keeps the rule word for word, and no summary was asked for."""
    for messages in conversations(model)[since:]:
        assert illegal_messages(messages, "anthropic") == []
        assert RULE in json.dumps(messages)
    assert SUMMARY not in json.dumps(model.asked)


def test_the_module_passes_its_tests(tmp_path: Path) -> None:
    done = subprocess.run(
        [program("claude-code"), "plugin", "test", str(PLUGIN)],
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert " 0 fail" in done.stdout + done.stderr


def test_the_module_has_the_types_of_the_host(tmp_path: Path, model: WorkingModel) -> None:
    """Claude Code writes its declarations where the skill with which it writes plugins is called."""
    host = RealHost("claude-code", tmp_path, model)
    host.claude(task="/plugin-authoring")
    types = re.search(r"[^` \"]+/types/claude-code\.d\.ts", json.dumps(model.asked))
    assert types is not None
    strict = {"strict": True, "noUncheckedIndexedAccess": True, "noUnusedLocals": True, "noEmit": True, "types": []}
    options = {**strict, "target": "ES2023", "lib": ["ES2023"], "module": "ESNext", "moduleResolution": "bundler"}
    config = tmp_path / "tsconfig.json"
    config.write_text(json.dumps({"compilerOptions": options, "include": [types[0], str(PLUGIN / "hooks" / "*.ts")]}))
    types_folder = cache() / "types" / "node_modules" / ".bin"
    tsc = needed("tsc", "run .ci/install-types", str(types_folder))
    done = subprocess.run([tsc, "-p", str(config)], capture_output=True, text=True, check=False)
    assert done.stdout == ""


def test_compactions_by_hand_a_resume_and_a_fork(host: RealHost, model: WorkingModel) -> None:
    with host.talk(*WITH_PLUGIN) as talk:
        talk.say(f"WORK 1: 12 {RULE}")
        whole = size(conversations(model)[-1])
        talk.say("/compact")
        for number in range(2, 5):
            talk.say(f"WORK {number}: 4")
            talk.say("/compact worker_3_7")
        talk.say("WORK 6: 0")
    last = size(conversations(model)[-1])
    assert last < whole / 2
    assert len(compactions(talk)) == 4
    assert_cut(model)
    assert "[ctxbudget record" in json.dumps(model.asked[-1])
    retained = host.call("budget/status")["retained"]
    assert retained > 1_000, "the figures of the cut, not of a summary"

    host.claude(*WITH_PLUGIN, "--resume", talk.session, task="WORK 7: 0")
    resumed = size(conversations(model)[-1])
    host.claude(*WITH_PLUGIN, "--continue", task="WORK 8: 0")
    host.claude(*WITH_PLUGIN, "--continue", "--fork-session", task="WORK 9: 0")
    forked = size(conversations(model)[-1])
    assert resumed < last + 1_500, "the answer, the prompt and the host's own reminders"
    assert forked < resumed + 3_000
    assert_cut(model)


def test_compactions_in_the_middle_of_a_turn(host: RealHost, model: WorkingModel) -> None:
    with host.talk(*WITH_PLUGIN, **EARLY) as talk:
        talk.say(f"WORK 1: 20 {RULE}")
    assert len(compactions(talk)) >= 2
    assert {one["trigger"] for one in compactions(talk)} == {"auto"}
    assert_cut(model)
    last = size(conversations(model)[-1])
    host.claude(*WITH_PLUGIN, "--resume", talk.session, task="WORK 2: 0")
    assert size(conversations(model)[-1]) < last + 6_500, "and the one call that is kept by its handle, with its result"
    assert_cut(model)


def test_without_the_command_the_host_summarises(host: RealHost, model: WorkingModel) -> None:
    broken = host.home / "plugin"
    shutil.copytree(PLUGIN, broken)
    (broken / "hooks" / "program.ts").write_text("export const PROGRAM = '/gone/ctxbudget'\n")
    with host.talk("--plugin-dir", str(broken)) as talk:
        talk.say(f"WORK 1: 3 {RULE}")
        talk.say("/compact")
        talk.say("WORK 2: 0")
    assert len(compactions(talk)) == 1
    assert SUMMARY in json.dumps(conversations(model)[-1])
    said = [line for line in talk.told if line.get("subtype") == "ui_log"]
    assert len(said) == 1


def test_what_install_sets_up_compacts(host: RealHost, model: WorkingModel) -> None:
    host.install()
    with host.talk() as talk:
        talk.say(f"WORK 1: 6 {RULE}")
        talk.say("/compact")
        talk.say("WORK 2: 0")
    assert len(compactions(talk)) == 1
    assert_cut(model)
    assert "[ctxbudget " in json.dumps(model.asked[-1])


POLICY = json.dumps({"permissions": {"deny": ["WebFetch"]}})
MANAGING = """#!/bin/sh
# /etc as it is, with settings of an organization, for this process alone.
exec unshare -m sh -c '
    cp -a /etc/. {etc}/ && mkdir -p {etc}/claude-code && printf %s "$MANAGED" >{etc}/claude-code/managed-settings.json
    mount --bind {etc} /etc && exec "$0" "$@"' {program} "$@"
"""


@pytest.mark.parametrize(
    ("words", "settings", "says_so"),
    [
        (("--managed-settings", POLICY), {}, True),
        (("--managed-settings", json.dumps({"allowManagedHooksOnly": True})), {}, False),
        (("--bare",), {}, False),
        ((), {"disableAllHooks": True}, False),
    ],
    ids=["the guard of managed settings", "hooks of the organization only", "--bare", "no hooks"],
)
def test_what_keeps_our_cut_from_answering(
    tmp_path: Path, model: WorkingModel, words: tuple[str, ...], settings: dict[str, bool], says_so: bool
) -> None:
    """The host summarises, as it does without us."""
    host = RealHost("claude-code", tmp_path, model)
    (host.home / ".claude").mkdir()
    (host.home / ".claude" / "settings.json").write_text(json.dumps(settings))
    with host.talk(*WITH_PLUGIN, *words) as talk:
        talk.say(f"WORK 1: 6 {RULE}")
        talk.say("/compact")
        talk.say("WORK 2: 0")
    assert len(compactions(talk)) == 1
    last = json.dumps(conversations(model)[-1])
    assert SUMMARY in last
    assert "[ctxbudget " not in last
    said = [line["text"] for line in talk.told if line.get("subtype") == "ui_log"]
    assert ["sec-default" in text for text in said] == [True] * says_so
    if words and "deny" in words[-1]:
        end_sidecar(host.folder, host.store)  # hooks run there; only our compaction does not


@pytest.mark.usefixtures("mounts")
@pytest.mark.parametrize("lifted", [False, True])
def test_an_organization_lifts_the_guard_by_naming_what_comes_first(
    host: RealHost, model: WorkingModel, tmp_path: Path, lifted: bool
) -> None:
    etc, wrapper = tmp_path / "etc", tmp_path / "managed"
    etc.mkdir()
    wrapper.write_text(MANAGING.format(etc=etc, program=host.program))
    wrapper.chmod(0o755)
    host.program = str(wrapper)
    managed = json.loads(POLICY) | ({"prependPlugins": []} if lifted else {})
    with host.talk(*WITH_PLUGIN, MANAGED=json.dumps(managed)) as talk:
        talk.say(f"WORK 1: 6 {RULE}")
        talk.say("/compact")
        talk.say("WORK 2: 0")
    last = json.dumps(conversations(model)[-1])
    assert ("[ctxbudget " in last, SUMMARY in last) == (lifted, not lifted)


@pytest.mark.parametrize("asked_for", [True, False])
def test_a_completed_phase_is_followed_by_a_compaction_if_asked_for(
    host: RealHost, model: WorkingModel, asked_for: bool
) -> None:
    """In a terminal: the program compacts by itself only there. The phase is completed in the first turn."""

    def complete() -> None:
        host.call("workflow/startPhase", phase=1, name="research")
        host.call("workflow/completePhase", phase=1)

    model.before[3] = complete
    host.install()
    settings = host.home / ".claude" / "settings.json"
    options = {"ctxbudget-compaction@skills-dir": {"options": {"compactAfterPhase": asked_for}}}
    settings.write_text(json.dumps({**json.loads(settings.read_text()), "pluginConfigs": options}))
    prompt = f"WORK 1: 6 {RULE}"
    with terminal(host, prompt, "--permission-mode", "default", "--allowedTools", "Bash") as window:
        window.until("the first answer", lambda rows: answers(rows) == 1)
        if asked_for:
            window.until("a compaction", lambda rows: bool(cuts(rows)))
        window.say("WORK 2: 0")
    assert cuts(window.rows()) == ["manual"] * asked_for
    assert ("[ctxbudget " in json.dumps(conversations(model)[-1])) == asked_for
    assert_cut(model)
