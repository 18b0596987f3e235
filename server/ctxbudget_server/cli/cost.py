"""`ctxbudget cost`: sums what providers billed for recorded sessions, and what that costs at the user's prices."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.account.money import wire_kinds, wire_money
from ctxbudget_server.cli.cost_lines import cost_lines
from ctxbudget_server.cli.price_tables import PricesError, add_prices, price_table
from ctxbudget_server.cli.recording import RecordingError, add_transcripts, chosen, reading
from ctxbudget_server.cost.prices import MEMBERS, PER
from ctxbudget_server.cost.sums import BY, Costs, MixedCurrenciesError, Sum, costs
from ctxbudget_server.presentation.look import tell
from ctxbudget_server.presentation.output import complain, show_json
from ctxbudget_server.recordings.opening import lines_of
from ctxbudget_server.recordings.subagents import SubagentFile, subagent_in, subagents_of
from ctxbudget_server.transcripts.billed import KINDS, Billed
from ctxbudget_server.transcripts.requests import Requests

DONE, FAILED = 0, 2
"""Exit codes: all was summed; a recording or a file of prices cannot be read, or prices cannot be summed."""

BASE = "what the recordings say that providers billed, each answer once; money covers only tokens that have a price"

EXAMPLES = (
    ("ctxbudget cost --last --prices prices.toml", "what a session was billed, at your prices"),
    ("ctxbudget cost *.jsonl --by model", "several sessions, by model"),
)


def add_arguments(parser: ArgumentParser) -> None:
    """The command's arguments."""
    add_transcripts(parser)
    add_prices(parser)
    parser.add_argument(
        "--by", action="append", choices=BY, help="sum by this alone; may be repeated (default: by all three)"
    )
    parser.add_argument("--json", action="store_true", help="the figures as JSON")


def run(options: Namespace) -> int:
    """Print a table of sums, and what the money covers."""
    try:
        names = chosen(options, "cost")
        table = price_table(options.prices, options.workspace, "cost")
    except (RecordingError, PricesError, ProtocolError) as fault:
        return _fail(str(fault))
    requests, by = Requests(), options.by or BY
    read, code = [], DONE
    for name, agent in with_subagents(names):
        try:
            read_requests(requests, name, agent, "cost")
        except RecordingError as fault:
            code = _fail(str(fault))
        else:
            read.append(name)
    if not read:
        return code
    try:
        found = costs(requests, table, by)
    except MixedCurrenciesError as fault:
        return _fail(str(fault))
    if options.json:
        show_json(_wire(found, requests, read, by))
    else:
        tell(cost_lines(found, requests, table, by))
    return code


def _fail(message: str) -> int:
    complain("cost", message)
    return FAILED


def with_subagents(names: Sequence[str]) -> Iterator[tuple[str, SubagentFile | None]]:
    """The recordings, each followed by those of its subagents; each file once."""
    seen: set[str] = set()
    for name in names:
        for path, agent in ((name, subagent_in(name)), *((one.path, one) for one in subagents_of(name))):
            if path not in seen:
                seen.add(path)
                yield path, agent


def read_requests(requests: Requests, name: str, agent: SubagentFile | None, command: str) -> None:
    """Read the bills of a recording; what is odd about it goes to stderr. Raises `RecordingError`."""
    if agent is not None and agent.agent and agent.kind:
        requests.name_type(agent.agent, agent.kind)
    with reading(name) as shown:
        warnings = requests.read(lines_of(name), Path(name).stem if name != "-" else "stdin")
    for warning in warnings:
        complain(command, f"{shown}: {warning}")


def _wire(found: Costs, requests: Requests, read: list[str], by: Sequence[str]) -> dict[str, Any]:
    return {
        "base": BASE,
        "transcripts": read,
        "by": list(by),
        "rows": [
            {
                "session": row.session,
                "agent": row.agent,
                "agentType": requests.type_of(row.agent) if row.agent else None,
                "model": row.model,
                **_sum(row.sum, found.currency),
            }
            for row in found.rows
        ],
        "total": _sum(found.total, found.currency),
        "prices": [
            {
                "models": one.models,
                "currency": one.currency,
                "perTokens": PER,
                **{name: getattr(one, attribute) for name, attribute in MEMBERS.items()},
                "origin": one.origin,
                "place": one.place,
            }
            for one in found.prices
        ],
        "unpriced": [{"model": model or None, "tokens": _kinds(rest)} for model, rest in found.unpriced.items()],
    }


def _sum(one: Sum, currency: str | None) -> dict[str, Any]:
    return {
        "requests": one.requests,
        "unbilled": one.unbilled,
        "outputAtLeast": one.at_least,
        "tokens": wire_kinds(one.billed).wire(),
        "cost": wire_money(one, currency).wire(),
    }


def _kinds(billed: Billed) -> dict[str, int]:
    return dict(zip(KINDS, billed, strict=True))
