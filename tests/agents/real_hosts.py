"""The host programs themselves, each with a home of its own and a stand-in for its model on loopback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from support.programs import needed

from agents.agent_host import AgentHost
from agents.model_stand_in import TASK, ModelStandIn

REPOSITORY = Path(__file__).parents[2]
AGENTS = REPOSITORY / "clients" / "agents"
QUIET = {
    "DISABLE_AUTOUPDATER": "1",
    "DISABLE_TELEMETRY": "1",
    "DISABLE_ERROR_REPORTING": "1",
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "IS_SANDBOX": "1",
    "NO_BROWSER": "true",
}
"""No host looks for updates or tells anybody anything."""

ALLOWED = "Bash,Agent,Read,Edit,mcp__plugin_ctxbudget_ctxbudget"
"""Tools that Claude Code asks nobody about."""


STREAMS = ("--input-format", "stream-json", "--output-format", "stream-json")
"""One line of JSON for each prompt, and for all that is printed."""

PATIENCE_SECONDS = 180
"""A host that has not answered by then hangs."""

PROGRAMS = {"claude-code": "claude", "codex": "codex", "gemini": "gemini"}


def cache() -> Path:
    """Where the scripts of `.ci` install programs."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("CTXBUDGET_HOSTS") or home / "ctxbudget-hosts")


def program(host: str) -> str:
    """The program of a host, or a skip that says how to install it."""
    path = f"{cache() / 'agents' / 'node_modules' / '.bin'}{os.pathsep}{os.environ['PATH']}"
    return needed(PROGRAMS[host], "run .ci/install-hosts-agents", path)


def replacing(settings: dict[str, Any], event: str) -> dict[str, Any]:
    """Hooks that also replace large outputs."""
    handler = settings["hooks"][event][0]["hooks"][0]
    handler["command"] = handler["command"].replace(" || ", " --replace-over 150 || ")
    return settings


class Talk:
    """One process of Claude Code, which is told one prompt after the other."""

    def __init__(self, host: RealHost, words: tuple[str, ...], env: dict[str, str]) -> None:
        self.session = ""
        self.told: list[dict[str, Any]] = []
        """All that it has printed."""
        self._process = subprocess.Popen(
            [host.program, "-p", *STREAMS, "--verbose", "--allowedTools", ALLOWED, *words],
            cwd=host.folder,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def say(self, text: str) -> list[dict[str, Any]]:
        """A prompt, or a command of the host's; what it prints until it is done."""
        assert self._process.stdin is not None and self._process.stdout is not None
        line = {"type": "user", "message": {"role": "user", "content": text}}
        self._process.stdin.write(json.dumps(line) + "\n")
        self._process.stdin.flush()
        told = []
        patience = threading.Timer(PATIENCE_SECONDS, self._process.kill)
        patience.start()
        for printed in self._process.stdout:
            told.append(json.loads(printed))
            if told[-1]["type"] == "result":
                break
        patience.cancel()
        self.told += told
        self.session = told[-1]["session_id"]
        return told

    def end(self) -> None:
        """Let it end."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.read()
        self._process.stdout.close()
        assert self._process.wait(60) == 0


class RealHost(AgentHost):
    """A host program in a project, with our hooks."""

    def __init__(self, host: str, base: Path, model: ModelStandIn) -> None:
        self.program = program(host)
        super().__init__(host, base / "project")
        self.home = base / "home"
        self.model = model
        self.folder.mkdir()
        self.home.mkdir()

    @property
    def session(self) -> str:
        """The only session that is not a subagent's."""
        sessions = self.ask("session/list")["sessions"]
        (session,) = [one["sessionId"] for one in sessions if ":" not in one["sessionId"]]
        return str(session)

    def own_environment(self, **more: str) -> dict[str, str]:
        """The environment of the host itself: a home of its own, and our command."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("CLAUDE", "ANTHROPIC"))}
        commands = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        given = {"HOME": str(self.home), "PATH": commands, "CTXBUDGET_STORE": str(self.store)}
        return {**kept, **QUIET, **given, **more}

    def start(self, *words: str, **env: str) -> list[dict[str, Any]]:
        """Run the host with these words to its end; what it prints, line by line, as far as it is JSON."""
        done = subprocess.run(
            [self.program, *words],
            cwd=self.folder,
            env=self.own_environment(**env),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_SECONDS,
        )
        assert done.returncode == 0, (done.stdout[-2000:], done.stderr[-2000:])
        assert "ctxbudget hook: " not in done.stdout + done.stderr
        return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]

    def install(self) -> str:
        """`ctxbudget install` for this host, in its home; what it prints."""
        known = ("CLAUDE_CONFIG_DIR", "CODEX_HOME", "GEMINI_CLI_HOME", "XDG_STATE_HOME")
        kept = {name: value for name, value in os.environ.items() if name not in known}
        command = Path(sys.executable).parent / "ctxbudget"
        done = subprocess.run(
            [str(command), "install", self.host, "--yes"],
            cwd=self.folder,
            env={**kept, "HOME": str(self.home)},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def claude(self, *options: str, task: str = TASK) -> list[dict[str, Any]]:
        """Claude Code, with what it streams."""
        return self.start(
            *(
                "-p",
                task,
                "--allowedTools",
                ALLOWED,
                "--output-format",
                "stream-json",
                "--verbose",
            ),
            *options,
            CLAUDE_CONFIG_DIR=str(self.home / ".claude"),
            ANTHROPIC_BASE_URL=self.model.url,
            ANTHROPIC_API_KEY="none",
        )

    @contextmanager
    def talk(self, *options: str, **env: str) -> Iterator[Talk]:
        """A process of Claude Code that stays for several prompts."""
        where = {"CLAUDE_CONFIG_DIR": str(self.home / ".claude"), "ANTHROPIC_BASE_URL": self.model.url}
        talk = Talk(self, options, self.own_environment(**where, ANTHROPIC_API_KEY="none", **env))
        yield talk
        talk.end()

    def codex(self, *words: str, task: str = TASK, hooks: bool = True) -> list[dict[str, Any]]:
        """Codex, with the hooks of the repository (`hooks`), and asked to replace what is large."""
        folder = self.home / ".codex"
        folder.mkdir(exist_ok=True)
        (folder / "config.toml").write_text(
            'model = "gpt-5.2"\nmodel_provider = "stand-in"\n[model_providers.stand-in]\nname = "stand-in"\n'
            f'base_url = "{self.model.url}/v1"\nwire_api = "responses"\nenv_key = "STAND_IN_KEY"\n'
            "[analytics]\nenabled = false\n"
        )
        if hooks:
            shipped = replacing(json.loads((AGENTS / "codex" / "hooks.json").read_text()), "PostToolUse")
            (folder / "hooks.json").write_text(json.dumps(shipped))
        return self.start(
            *("exec", "--json", "--skip-git-repo-check", "--dangerously-bypass-hook-trust"),
            *("--dangerously-bypass-approvals-and-sandbox", *words, task),
            CODEX_HOME=str(folder),
            STAND_IN_KEY="none",
        )

    def gemini(self, *, hooks: bool = True) -> list[dict[str, Any]]:
        """Gemini CLI, with the hooks of the repository (`hooks`), and asked to replace what is large."""
        folder = self.home / ".gemini"
        folder.mkdir(exist_ok=True)
        settings: dict[str, Any] = json.loads((AGENTS / "gemini-cli" / "settings.json").read_text())
        settings = replacing(settings, "AfterTool") if hooks else json.loads((folder / "settings.json").read_text())
        settings["security"] = {"auth": {"selectedType": "gemini-api-key"}}
        settings["privacy"] = {"usageStatisticsEnabled": False}
        settings["general"] = {"disableAutoUpdate": True}
        (folder / "settings.json").write_text(json.dumps(settings))
        return self.start(
            *("-p", TASK, "--approval-mode", "yolo", "-m", "gemini-2.5-pro"),
            GEMINI_API_KEY="none",
            GOOGLE_GEMINI_BASE_URL=self.model.url,
            GEMINI_CLI_TRUST_WORKSPACE="true",
        )
