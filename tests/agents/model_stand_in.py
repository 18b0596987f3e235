"""A stand-in for the models behind coding agents, on loopback, with a fixed plan.

The agent under test asks it as it would ask the provider: Anthropic's Messages API, OpenAI's Responses API or chat
completions, or Gemini's API. The plan: a shell command; then, with Anthropic's, a subagent, which runs a command of its
own and reports; then a last text. What was asked is kept, so that a test sees what the model saw.
"""

from __future__ import annotations

import json
import re
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar

COMMAND = "seq 1 400"
INNER_COMMAND = "seq 1 300"
REPORT = "# Report of the scout\n\nThe cache never evicts; see cache.py, line 12. " + "It grows without bound. " * 20
TASK = "MAINTASK: count, ask the scout, then say so."
SUBTASK = "SUBTASK: look at the cache and report."

SUMMARY = "SUMMARY-BY-MODEL: all is counted."
"""What the model says where it is asked to summarise."""

AGENT = {"description": "scout", "prompt": SUBTASK, "subagent_type": "general-purpose"}


class ModelStandIn(ThreadingHTTPServer):
    """Answers on a free port of loopback."""

    daemon_threads = True

    def __init__(self, *, tools: bool = True) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[dict[str, Any]] = []
        self.with_tools = tools
        self.plan = [("Bash", {"command": COMMAND, "description": "count"}), ("Agent", AGENT)]
        """What the main agent calls, one after the other: tools and their arguments."""

    @property
    def url(self) -> str:
        """For ANTHROPIC_BASE_URL."""
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_: object) -> None:
        """An agent that hangs up is not an error."""

    def chat(self, request: dict[str, Any]) -> dict[str, Any]:
        """What the model says next in chat completions: the message."""
        return {"role": "assistant", "content": "All is counted."}

    def blocks(self, request: dict[str, Any]) -> list[dict[str, Any]]:
        """What the model says next."""
        said = json.dumps(request.get("messages", []))
        tools = {tool.get("name") for tool in request.get("tools") or []}
        results = said.count('"tool_result"')
        if "SUBTASK" in said and "MAINTASK" not in said:
            return [_call("Bash", command=INNER_COMMAND)] if results == 0 else [_text(REPORT)]
        if "MAINTASK" not in said or "Bash" not in tools or not self.with_tools:
            return [_text("Fine.")]
        if results < len(self.plan):
            tool, arguments = self.plan[results]
            return [_call(tool, **arguments)]
        return [_text("All is counted.")]


class WorkingModel(ModelStandIn):
    """Works on: each prompt `WORK N: STEPS` makes it call the shell so many times, and then say that it is done.

    It keeps count by itself, since a compaction removes calls from what it is shown.
    """

    def __init__(self, lines: int = 60) -> None:
        super().__init__()
        self.lines = lines
        self.step = 0
        self.before: dict[int, Callable[[], None]] = {}
        """What happens in the world before the n-th call."""
        self._prompt = ""
        self._left = 0

    def blocks(self, request: dict[str, Any]) -> list[dict[str, Any]]:
        """See `ModelStandIn`. A request without tools asks for a title."""
        # The host may put settings of its own after what is asked, as a message without a word.
        said = next(message["content"] for message in reversed(request["messages"]) if message["role"] != "system")
        last = said if isinstance(said, str) else said[-1].get("text", "")
        prompts = re.findall(r"WORK (\d+): (\d+)", json.dumps(request["messages"]))
        tools = {tool.get("name") for tool in request.get("tools") or []}
        if "Bash" not in tools or not prompts or ("summary" in last and "WORK" not in last):
            return [_text(SUMMARY)]
        latest, steps = max(prompts, key=lambda prompt: int(prompt[0]))
        if latest != self._prompt:
            self._prompt, self._left = latest, int(steps)
        if not self._left:
            return [_text(f"Done up to step {self.step}: worker_{self.step}_3 is the slow one.")]
        self._left -= 1
        self.step += 1
        at = self.step
        self.before.get(at, lambda: None)()
        line = f"step{at} worker_{at}_$n handled queue_{at}.put($n) in /srv/app/mod_{at}.py line $n"
        called = [_call("Bash", command=f'for n in $(seq 1 {self.lines}); do echo "{line}"; done', description="work")]
        if at % 3 == 0:
            called.insert(0, _text(f"Now worker {at}, because mod_{at - 1}.py was fine."))
        if at % 4 == 0:
            called.append(_call("Bash", command=f"echo beside {at}; seq 1 40", description="beside"))
        if at % 2 == 0:
            called.insert(0, {"type": "thinking", "thinking": f"Step {at} is next.", "signature": "c2lnbmF0dXJl"})
        return called


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def _call(tool: str, **arguments: Any) -> dict[str, Any]:
    return {"type": "tool_use", "id": f"toolu_{uuid.uuid4().hex}", "name": tool, "input": arguments}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: ModelStandIn

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            request = json.loads(body)
        except ValueError:
            request = {}
        if self.path.split("?")[0] == "/v1/messages":
            self._answer(request)
        elif self.path.endswith("/responses"):
            self.server.asked.append(request)
            self._stream(_responses(request))
        elif self.path.endswith("/chat/completions"):
            self.server.asked.append(request)
            self._stream(_chat(request, self.server.chat(request)))
        elif "streamGenerateContent" in self.path:
            self.server.asked.append(request)
            self._stream(_gemini(request))
        elif self.path.startswith("/v1/messages/count_tokens"):
            self._json({"input_tokens": len(body) // 4})
        else:
            self._json({})

    def do_GET(self) -> None:
        self._json({})

    def do_HEAD(self) -> None:
        self._json({})

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def _answer(self, request: dict[str, Any]) -> None:
        self.server.asked.append(request)
        blocks = self.server.blocks(request)
        # About four characters a token: what the bill grows by is what was said and what came back.
        usage = {"input_tokens": 10, "cache_creation_input_tokens": 0, "output_tokens": len(json.dumps(blocks)) // 4}
        usage["cache_read_input_tokens"] = 9_000 + len(json.dumps(request.get("messages", []))) // 4
        reason = "tool_use" if blocks[-1]["type"] == "tool_use" else "end_turn"
        message = {
            "id": f"msg_{len(self.server.asked):04d}", "type": "message", "role": "assistant", "content": blocks,
            "model": request.get("model"), "stop_reason": reason, "stop_sequence": None, "usage": usage,
        }  # fmt: skip
        if not request.get("stream"):
            self._json(message)
            return
        self._stream(_events(message))

    def _stream(self, events: Iterable[dict[str, Any]]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        for event in events:
            name = f"event: {event['type']}\n" if "type" in event else ""
            self.wfile.write(f"{name}data: {json.dumps(event)}\n\n".encode())
        self.close_connection = True

    def _json(self, answer: dict[str, Any]) -> None:
        data = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def _events(message: dict[str, Any]) -> Iterator[dict[str, Any]]:
    start = {**message, "content": [], "stop_reason": None, "usage": {**message["usage"], "output_tokens": 1}}
    yield {"type": "message_start", "message": start}
    for i, block in enumerate(message["content"]):
        if block["type"] == "text":
            yield {"type": "content_block_start", "index": i, "content_block": {"type": "text", "text": ""}}
            delta = {"type": "text_delta", "text": block["text"]}
        elif block["type"] == "thinking":
            empty = {"type": "thinking", "thinking": "", "signature": ""}
            yield {"type": "content_block_start", "index": i, "content_block": empty}
            thought = {"type": "thinking_delta", "thinking": block["thinking"]}
            yield {"type": "content_block_delta", "index": i, "delta": thought}
            delta = {"type": "signature_delta", "signature": block["signature"]}
        else:
            yield {"type": "content_block_start", "index": i, "content_block": {**block, "input": {}}}
            delta = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
        yield {"type": "content_block_delta", "index": i, "delta": delta}
        yield {"type": "content_block_stop", "index": i}
    end = {"stop_reason": message["stop_reason"], "stop_sequence": None}
    yield {"type": "message_delta", "delta": end, "usage": {"output_tokens": message["usage"]["output_tokens"]}}
    yield {"type": "message_stop"}


def _responses(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """OpenAI's Responses API."""
    given = request.get("input", [])
    called = any(str(item.get("type", "")).endswith("_call_output") for item in given)
    tools = {tool.get("name") for tool in request.get("tools") or []}
    shell = next((name for name in ("exec_command", "shell_command", "shell") if name in tools), None)
    if shell is None or called or "MAINTASK" not in json.dumps(given):
        text = {"type": "output_text", "text": "All is counted.", "annotations": []}
        item = {"type": "message", "role": "assistant", "id": "msg_1", "content": [text]}
    else:
        command = {"exec_command": {"cmd": COMMAND}, "shell_command": {"command": COMMAND}}
        arguments = json.dumps(command.get(shell, {"command": COMMAND.split()}))
        item = {"type": "function_call", "id": "fc_1", "name": shell, "call_id": "call_1", "arguments": arguments}
    usage = {"input_tokens": 9_000, "output_tokens": 40, "total_tokens": 9_040}
    yield {"type": "response.created", "response": {"id": "resp_1"}}
    yield {"type": "response.output_item.done", "output_index": 0, "item": item}
    yield {"type": "response.completed", "response": {"id": "resp_1", "usage": usage}}


def _chat(request: dict[str, Any], message: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """OpenAI's chat completions."""
    billed = len(json.dumps(request.get("messages", []))) // 4
    usage = {"prompt_tokens": billed, "completion_tokens": 40, "total_tokens": billed + 40}
    chunk = {"id": "chat_1", "object": "chat.completion.chunk", "created": 1, "model": request.get("model")}
    reason = "tool_calls" if message.get("tool_calls") else "stop"
    yield {**chunk, "choices": [{"index": 0, "delta": message, "finish_reason": None}]}
    yield {**chunk, "choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}
    yield {**chunk, "choices": [], "usage": usage}


def _gemini(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Gemini's API."""
    said = json.dumps(request.get("contents", []))
    if (
        "MAINTASK" in said
        and "functionResponse" not in said
        and "run_shell_command" in json.dumps(request.get("tools"))
    ):
        part: dict[str, Any] = {"functionCall": {"name": "run_shell_command", "args": {"command": COMMAND}}}
    else:
        part = {"text": "All is counted."}
    usage = {"promptTokenCount": 9_000, "candidatesTokenCount": 40, "totalTokenCount": 9_040}
    answer = {"content": {"role": "model", "parts": [part]}, "finishReason": "STOP", "index": 0}
    yield {"candidates": [answer], "usageMetadata": usage}


@contextmanager
def model_stand_in(*, tools: bool = True) -> Iterator[ModelStandIn]:
    """The stand-in, answering."""
    with answering(ModelStandIn(tools=tools)) as server:
        yield server


Server = TypeVar("Server", bound=ModelStandIn)


@contextmanager
def answering(model: Server) -> Iterator[Server]:
    """A stand-in, answering."""
    with model as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
