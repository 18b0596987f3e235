"""The tools: their descriptions for the model, in few tokens, and the wording of their answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ctxbudget_protocol.errors import ProtocolError, invalid
from ctxbudget_server.agents.model import SendRequest
from ctxbudget_server.agents.session_choice import Choice
from ctxbudget_server.mcp.pruning import context_prune
from ctxbudget_server.mcp.session import Arguments, subagents_of
from ctxbudget_server.presentation import terminal
from ctxbudget_server.presentation.forecasts import next_limit

GET_TOKENS = 2_000
"""Default token limit of an answer of `context_get`: the reader's own context is what is scarce."""

MAX_NOTICES = 3
"""Notices that are shown; more are only counted."""

RunTool = Callable[[SendRequest, str, Arguments], str]


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool: its JSON Schema, and the function that queries the service and words the answer."""

    name: str
    description: str
    properties: dict[str, dict[str, Any]]
    answer: RunTool
    required: tuple[str, ...] = ()

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of the arguments."""
        schema: dict[str, Any] = {"type": "object", "properties": self.properties, "additionalProperties": False}
        return {**schema, "required": list(self.required)} if self.required else schema


def budget_status(ask: SendRequest, session: str, given: Arguments) -> str:
    """How much of the budget and the window is used, and advice; or what is wrong, and what cures it."""
    if given.get("diagnose"):
        diagnosis = ask("budget/diagnose", sessionId=session)
        return "\n".join(map(terminal.line, [*diagnosis["text"].split("\n"), *_notices(diagnosis)]))
    status = ask("budget/status", sessionId=session)
    # Advice compares with the budget, which means nothing while nobody chose the window.
    advice = [] if status["windowSource"] == "default" else [status["advice"]["text"]]
    lines = [
        *advice,
        f"retained: {_retained(status)}",
        f"peak: {status['peak']:,}; processed: {status['processed']:,}; saved: {status['saved']:,}",
    ]
    if status["windowSource"] != "default" and (soon := next_limit(status["forecast"])):
        lines.append(f"at the present growth: {soon}")
    layers = [f"{layer['layer']} {layer['retained']:,}" for layer in status["layers"] if layer["retained"]]
    if layers:
        lines.append("layers: " + ", ".join(layers))
    if status["phase"] is not None:
        lines.append(f"running phase: {status['phase']}")
    lines += [f"in flight: {lease['holder']}, {lease['tokens']:,} tokens" for lease in status["leases"]]
    lines += _notices(status)
    return "\n".join(map(terminal.line, lines))


def _retained(status: dict[str, Any]) -> str:
    """What is retained, and its shares of budget and window; no share of a window that nobody chose."""
    retained, budget, window = status["retained"], status["budget"], status["window"]
    if status["windowSource"] == "default":
        return f"{retained:,} tokens (the size of the window is not set)"
    used = f"{retained:,} of {budget:,} budget tokens ({_share(retained, budget)})"
    of_window = f"{_share(retained, window)}{'' if retained > window else ' of'} the window of {window:,}"
    return f"{used}, {of_window}; level: {status['level']}; available: {status['available']:,}"


def _share(part: int, whole: int) -> str:
    return f"{part - whole:,} over" if part > whole else f"{part / whole:.1%}"


def budget_report(ask: SendRequest, session: str, _: Arguments) -> str:
    """Actual against budget, as Markdown."""
    report = ask("budget/report", sessionId=session, format="markdown")
    return "\n".join([str(report["markdown"]), *map(terminal.line, _notices(report))])


def _notices(result: dict[str, Any]) -> list[str]:
    """What a reader must know besides: files of settings that are not used as they stand, losses of the store."""
    found = [f"notice: {notice['message']}" for notice in result["notices"][:MAX_NOTICES]]
    more = len(result["notices"]) - MAX_NOTICES
    return [*found, f"notice: {more:,} more; ctxbudget doctor names them"] if more > 0 else found


def context_search(ask: SendRequest, session: str, given: Arguments) -> str:
    """`id:line title: text` for each line found."""
    found = ask("context/search", sessionId=session, query=given["query"], limit=given.get("limit", 10))
    lines = [
        terminal.line(
            f"{hit['itemId']}:{hit['line']}{' ' + hit['title'] if hit['title'] else ''}: {hit['text'].strip()}"
        )
        for hit in found["matches"]
    ]
    return "\n".join(lines) or f"no match in {found['searched']} items"


def context_get(ask: SendRequest, session: str, given: Arguments) -> str:
    """An original or a part of it. If over the limit, it is cut at a line and says how to go on."""
    got = ask("context/get", sessionId=session, itemId=given["id"], **_part(given))
    content: str = got["content"]
    limit = given.get("max_tokens", GET_TOKENS)
    cut = ask("tokens/truncate", sessionId=session, text=content, limit=limit)
    if not cut["cut"]:
        return content
    kept = cut["text"]
    whole = kept[: kept.rfind("\n") + 1]
    first = got["startLine"] or 1
    in_all = f"{got['tokens']:,} tokens in all"
    if not whole:
        return f"{kept}\n[{in_all}; line {first} alone is over the limit: raise max_tokens, or use context_search]"
    return f"{whole}\n[{in_all}; go on with lines {first + whole.count(chr(10))}-]"


def metadata_extract(ask: SendRequest, session: str, given: Arguments) -> str:
    """The metadata of a file or item, as text."""
    source = {"itemId": given["id"]} if "id" in given else {"path": given.get("path")}
    focus = {"focus": given["focus"]} if "focus" in given else {}
    limit = given.get("max_tokens", 300)
    # A file needs no account, so this works before there is any session.
    account = {"sessionId": session} if "id" in given else {}
    return str(ask("metadata/extract", maxTokens=limit, **source, **focus, **account)["text"])


def _part(given: Arguments) -> dict[str, Any]:
    part: dict[str, Any] = {}
    if "section" in given:
        part["section"] = given["section"]
    if "lines" in given:
        start, dash, end = str(given["lines"]).partition("-")
        if not start.isdecimal() or not (end.isdecimal() or (dash and not end)):
            raise invalid(["lines"], "must be like 10-40, or 10- to the end", "string_pattern_mismatch")
        part["lines"] = {"start": int(start), "end": int(end) if end else 2**31 - 1}
    return part


_STRING = {"type": "string"}
_STRINGS = {"type": "array", "items": {"type": "string"}}
_COUNT = {"type": "integer", "minimum": 1}
_FLAG = {"type": "boolean"}

TOOLS = (
    Tool(
        "budget_status",
        "How much of the context budget is used, what is in flight, and advice; with diagnose, causes and cures.",
        {"diagnose": _FLAG},
        budget_status,
    ),
    Tool("budget_report", "Actual against budget per phase and layer, as Markdown.", {}, budget_report),
    Tool(
        "context_search",
        "Search all tool results and documents of this session, also those pruned from your context.",
        {"query": _STRING, "limit": _COUNT},
        context_search,
        required=("query",),
    ),
    Tool(
        "context_get",
        "Get back an original by item id: whole, one section, or lines like 10-40.",
        {"id": _STRING, "section": _STRING, "lines": _STRING, "max_tokens": _COUNT},
        context_get,
        required=("id",),
    ),
    Tool(
        "metadata_extract",
        "Summary, findings and names of a long file (path) or item (id), optionally on a question (focus).",
        {"path": _STRING, "id": _STRING, "focus": _STRING, "max_tokens": _COUNT},
        metadata_extract,
    ),
)

PRUNE = Tool(
    "context_prune",
    "Drop tool results you no longer need: without ids it lists candidates, with ids it says what would go, and with "
    "ids and that answer's plan it drops them. context_get still reads them; undo takes it back.",
    {"ids": _STRINGS, "plan": _STRING, "undo": _STRING},
    context_prune,
)
"""Offered only if the person who starts the server allows it: it writes."""


def answer(ask: SendRequest, chosen: Choice, tools: Sequence[Tool], name: str, arguments: Arguments) -> str:
    """A tool's answer. Raises `ProtocolError`, `invalidParams` for arguments that the schema does not allow."""
    tool = next((tool for tool in tools if tool.name == name), None)
    if tool is None:
        raise ProtocolError("methodNotFound", f"unknown tool {name!r}")
    for missing in (argument for argument in tool.required if argument not in arguments):
        raise invalid([missing], "is required", "missing")
    for argument, value in arguments.items():
        _check(tool, argument, value)
    session = chosen.session_id
    try:
        text = tool.answer(ask, session, arguments)
        return _with_session(text, chosen) if tool.answer is budget_status else text
    except ProtocolError as error:
        if error.name != "unknownItem":
            raise
        # The host starts one server for all its agents, but a subagent's items are in its own session.
        for other in subagents_of(session, ask):
            with suppress(ProtocolError):
                return tool.answer(ask, other, arguments)
        raise


def _with_session(text: str, chosen: Choice) -> str:
    """The text, and the session if nobody named it."""
    return text if chosen.rule == "named" else f"{text}\nsession: {terminal.line(chosen.session_id)} (changed last)"


def _check(tool: Tool, argument: str, value: object) -> None:
    schema = tool.properties.get(argument)
    if schema is None:
        raise invalid([argument], "is not an argument of this tool", "extra_forbidden")
    if schema is _STRING and not isinstance(value, str):
        raise invalid([argument], "must be a string", "string_type")
    if schema is _STRINGS and not (isinstance(value, list) and all(isinstance(one, str) for one in value)):
        raise invalid([argument], "must be a list of strings", "list_type")
    if schema is _FLAG and not isinstance(value, bool):
        raise invalid([argument], "must be true or false", "bool_type")
    if schema is _COUNT and (not isinstance(value, int) or isinstance(value, bool) or value < 1):
        raise invalid([argument], "must be an integer of at least 1", "greater_than_equal")
