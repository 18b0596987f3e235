"""Each plug-in in its real host, in a run of many calls: legal requests, a stable beginning, nothing lost."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from support.programs import needed

from ctxbudget_client import illegal_messages

from .long_run import CALLS, LIMIT, MAX_COST, LongRun, Message, fetched, long_run, relative_cost, shared, uncut
from .plug_hosts import PLUGS, PlugHost, sdk

HERE = Path(__file__).parent


def check(requests: list[list[Message]], item: str | None, message_format: str) -> None:
    """What holds of every run."""
    everything = uncut(requests)
    print(f"{len(requests)} requests, cost {relative_cost(requests):.3f} of sending everything")
    assert [found for messages in requests for found in illegal_messages(messages, message_format)] == []
    assert len(json.dumps(requests[-1])) < 0.7 * len(json.dumps(everything[-1]))
    assert item is not None
    got, wanted = fetched(requests, item)
    assert got == wanted
    # Most requests begin as the one before.
    kept = [shared(one, other) == len(one) for one, other in pairwise(requests)]
    assert sum(kept) >= len(kept) / 2
    assert relative_cost(requests) <= MAX_COST


def has_account(host: PlugHost) -> None:
    """The account knows the conversation, its window and how the model was billed."""
    listed = json.loads(host.run(str(host.command), "call", "session/list", "{}"))
    (session,) = [one["sessionId"] for one in listed["sessions"]]
    status = json.loads(host.run(str(host.command), "call", "budget/status", json.dumps({"sessionId": session})))
    assert (status["window"], status["windowSource"]) == (200_000, "host")
    assert 0 < status["retained"] <= LIMIT


def test_opencode(tmp_path: Path) -> None:
    with long_run() as model:
        host = PlugHost(tmp_path, model)
        host.install("opencode")
        host.opencode()

    assert model.made == CALLS
    check(model.requests, model.item, "openai-chat")
    has_account(host)


def test_pi(tmp_path: Path) -> None:
    with long_run() as model:
        host = PlugHost(tmp_path, model)
        host.install("pi")
        host.pi()

    assert model.made == CALLS
    check(model.requests, model.item, "openai-chat")
    has_account(host)


def test_pi_takes_our_text_as_its_compaction(tmp_path: Path) -> None:
    """The limit is out of reach, so that the window is full first; no model is asked to summarize."""
    with long_run(calls=16) as model:
        host = PlugHost(tmp_path, model)
        host.put("pi.js", ".pi/agent/extensions")
        # It keeps 16,384 tokens free and 20,000 of the latest ones: these calls are more than that.
        host.pi(window=40_000, CTXBUDGET_FIT_TOKENS="100000")

    assert all(request.get("tools") for request in model.asked)
    last = json.dumps(model.requests[-1])
    assert "[ctxbudget summary: " in last
    assert "MAINTASK: count." in last
    assert [found for messages in model.requests for found in illegal_messages(messages, "openai-chat")] == []


@pytest.mark.parametrize(
    ("version", "how", "plug"),
    [
        ("ai6", "prepareStep", "mjs"),
        ("ai6", "middleware", "cjs"),
        ("ai7", "prepareStep", "cjs"),
        ("ai7", "stream", "mjs"),
    ],
)
def test_the_ai_sdk(tmp_path: Path, version: str, how: str, plug: str) -> None:
    node = needed("node", "install Node 20 or later")
    words = [str(sdk(version)), str(PLUGS / f"ai-sdk.{plug}"), how, str(CALLS), str(LIMIT)]
    with LongRun() as model:
        said = PlugHost(tmp_path, model).run(node, str(HERE / "ai_sdk_program.mjs"), *words)

    *requests, end = [json.loads(line) for line in said.splitlines()]
    assert end["text"] == "All is counted."
    check(requests, end["item"], "vercel")


def test_a_run_goes_on_without_the_program(tmp_path: Path) -> None:
    with long_run(calls=2) as model:
        host = PlugHost(tmp_path, model)
        host.put("pi.js", ".pi/agent/extensions")
        host.command.unlink()
        host.pi(CTXBUDGET_BIN=str(host.command))

    assert [len(messages) for messages in model.requests] == [2, 4, 6]
    assert not host.store.exists()


def test_without_its_server_a_run_goes_on_from_the_last_decision(tmp_path: Path) -> None:
    """The server is killed and cannot be started again, in the middle of a run."""
    with long_run() as model:
        host = PlugHost(tmp_path, model)
        host.put("pi.js", ".pi/agent/extensions")

        def end() -> None:
            host.command.write_text("#!/bin/sh\nexit 1\n")
            for process in host.pids.read_text().split():
                os.kill(int(process), signal.SIGKILL)

        model.before[CALLS - 3] = end
        host.pi()

    requests = model.requests
    marked = [json.dumps(messages).count("[ctxbudget i") for messages in requests]
    assert model.made == CALLS
    assert marked[-1] == marked[-4] > 0
    assert all(shared(one, other) == len(one) for one, other in pairwise(requests[-4:]))
    assert [found for messages in requests for found in illegal_messages(messages, "openai-chat")] == []


def test_the_page_of_the_ai_sdk_shows_what_works(tmp_path: Path) -> None:
    page = (HERE.parents[1] / "docs" / "ai-sdk.md").read_text("utf-8")
    example, wrapping = re.findall(r"^```js\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    agent = """
import { MockLanguageModelV4 } from 'ai/test';
const usage = { inputTokens: { total: 9 }, outputTokens: { total: 1 } };
const finishReason = { unified: 'stop', raw: 'stop' };
const content = [{ type: 'text', text: 'handle_mail' }];
export const model = new MockLanguageModelV4({
  doGenerate: async ({ tools }) => {
    const named = { type: 'text', text: `, ${tools[0].name}` };
    return { content: [...content, named], finishReason, usage, warnings: [] };
  },
});
export const tools = {};
"""
    last = wrapping.replace("import { wrapLanguageModel } from 'ai';", "").replace("tools }", "tools: more }")
    with LongRun() as unused:
        host = PlugHost(tmp_path, unused)
        folder = host.project / "node_modules"
        folder.mkdir()
        (folder / "ai").symlink_to(sdk("ai7"))
        (folder / "ctxbudget-client").symlink_to(PLUGS.parents[1])
        (host.project / "agent.js").write_text(agent)
        (host.project / "package.json").write_text('{"type": "module"}')
        check = (
            "\nconsole.log(Object.keys(more), (await generateText({ model: fitted, tools: more, prompt: 'x' })).text);"
        )
        head = "import { wrapLanguageModel } from 'ai';\n"
        (host.project / "program.js").write_text(head + example.replace("await budget.close();", last + check))
        said = host.run(needed("node", "install Node 20 or later"), "program.js")

    assert said.splitlines() == ["handle_mail, context_get", "[ 'context_get' ] handle_mail, context_get"]


OPTIONS = """
import { ctxbudget } from './plug.mjs';
const refused = [{ limit: 0 }, { limit: NaN }, { limit: '12000' }, { window: -1 }].map((options) => {
  try { ctxbudget(options); } catch (error) { return error.message; }
});
const budget = ctxbudget({ program: './nowhere' });
const messages = [{ role: 'user', content: 'Which?' }];
const sent = await budget.session('warned').prepareStep({ messages, steps: [] });
await budget.close();
console.log(JSON.stringify([refused, sent?.messages ?? messages]));
"""


def test_the_ai_sdk_refuses_what_no_call_could_use_and_warns_where_nobody_listens(tmp_path: Path) -> None:
    (tmp_path / "plug.mjs").write_bytes((PLUGS / "ai-sdk.mjs").read_bytes())
    (tmp_path / "program.mjs").write_text(OPTIONS)
    node = needed("node", "install Node 20 or later")

    done = subprocess.run([node, "program.mjs"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)

    refused, sent = json.loads(done.stdout)
    assert [one.removeprefix("ctxbudget: ") for one in refused] == [
        "limit must be a number above 0, not 0",
        "limit must be a number above 0, not NaN",
        'limit must be a number above 0, not "12000"',
        "window must be a number above 0, not -1",
    ]
    assert sent == [{"role": "user", "content": "Which?"}]
    assert "messages were not fitted: the server could not be started" in done.stderr
