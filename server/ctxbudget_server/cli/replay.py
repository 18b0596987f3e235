"""`ctxbudget replay`: replays a recorded conversation call by call, as it was and as policies would have sent it."""

from __future__ import annotations

import os
import shutil
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.account.counter import Counter
from ctxbudget_server.account.fit_memory import tools_for
from ctxbudget_server.cli.cache_prices import CachePrices, cache_prices
from ctxbudget_server.cli.columns import columns
from ctxbudget_server.cli.price_tables import PricesError, add_prices, price_table
from ctxbudget_server.cli.recording import RecordingError, add_recordings, chosen, read_recording, refuse_overwrite
from ctxbudget_server.cost.prices import PriceTable
from ctxbudget_server.extract import distinct_names
from ctxbudget_server.fit import Prices
from ctxbudget_server.pages.library import ADVICE, has_extra
from ctxbudget_server.presentation.arguments import number, whole_number
from ctxbudget_server.presentation.output import complain, show, show_json
from ctxbudget_server.replay import USAGE, Outcome, Replay, Stretch, painted, panels, policy, replay
from ctxbudget_server.transcripts.claude_code_messages import without_signatures
from ctxbudget_server.transcripts.model import Transcript

DONE, FAILED = 0, 2
PLAIN_WIDTH = 100
"""Width in columns of a plot that is not shown on a terminal."""

EXAMPLES = (
    ("ctxbudget replay --last --policy reduce drop-oldest:100000", "tokens over time, with and without policies"),
    ("ctxbudget replay session.jsonl --window 200000 --json", "the figures, for a program"),
)


def add_arguments(parser: ArgumentParser) -> None:
    """The command's arguments."""
    add_recordings(parser)
    parser.add_argument("--policy", action="append", nargs="+", metavar="POLICY", help=f"{USAGE}; several are compared")
    parser.add_argument(
        "--window", type=whole_number(1), metavar="N", help="the model's window in tokens, for the plot and for fit"
    )
    parser.add_argument("--model", help="count for this model (default: o200k_base)")
    parser.add_argument(
        "--cache-read",
        type=number(0),
        metavar="X",
        help="price of a token read from the cache, relative to input (default: from the prices of the session's "
        "model if they are set, else 0.1)",
    )
    parser.add_argument(
        "--cache-write",
        type=number(0),
        metavar="X",
        help="price of a token written to the cache, relative to input (default: likewise, else 1.25)",
    )
    add_prices(parser)
    parser.add_argument("--json", action="store_true", help="the figures as JSON")
    parser.add_argument(
        "--html", metavar="FILE", help="write a page with the curves, the cuts and what each policy costs"
    )
    parser.add_argument(
        "--width", type=whole_number(1), metavar="N", help="columns of the plot (default: the terminal's)"
    )


def run(options: Namespace) -> int:
    """Print the plot and a table of figures, for each transcript."""
    try:
        names = chosen(options, "replay")
        if len(names) > 1 and options.html:
            raise RecordingError("--html takes one transcript")
        if options.html and not has_extra():
            raise RecordingError(ADVICE)
        table = price_table(options.prices, options.workspace, "replay")
    except (RecordingError, PricesError, ProtocolError) as fault:
        return _fail(str(fault))
    figures: list[dict[str, Any]] = []
    code = max(_replay(options, name, table, figures, heading=len(names) > 1) for name in names)
    if options.json and figures:
        show_json(figures if len(names) > 1 else figures[0])
    return code


def _replay(options: Namespace, name: str, table: PriceTable, figures: list[dict[str, Any]], *, heading: bool) -> int:
    """Replay one transcript: print it, or add its figures if JSON is wanted."""
    try:
        refuse_overwrite(name, options.html)
        recording = read_recording(name, options.format, "replay")
        cache = cache_prices(options, name, table)
        found = _replayed(options, name, recording, cache.prices)
        if options.html:
            _write_page(options, name, recording, found, cache)
    except (RecordingError, ValueError) as fault:
        return _fail(str(fault))
    except OSError as fault:
        return _fail(f"{options.html}: {fault.strerror}")
    if options.json:
        figures.append(_wire(options, name, recording, found, cache))
    else:
        is_coloured = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        if heading:
            show([f"{name}:"])
        show(_lines(options, recording, found, cache), paint=painted if is_coloured else None)
        if heading:
            show([""])
    return DONE


def _write_page(options: Namespace, name: str, recording: Transcript, found: Replay, cache: CachePrices) -> None:
    from ctxbudget_server.pages.replays import replay_page

    page = replay_page(found, name=_name(name), source=recording.source, window=options.window, prices=_told(cache))
    Path(options.html).write_text(page, encoding="utf-8", newline="\n")


def _fail(message: str) -> int:
    complain("replay", message)
    return FAILED


def _name(transcript: str) -> str:
    return "stdin" if transcript == "-" else Path(transcript).name


def _replayed(options: Namespace, name: str, recording: Transcript, prices: Prices) -> Replay:
    tools = tools_for(Counter(options.model), lambda: None)
    named = [spec for group in options.policy or [["reduce"]] for spec in group]
    policies = {spec: policy(spec, recording.shape, tools, options.window, prices) for spec in dict.fromkeys(named)}
    stretches = [Stretch(without_signatures(one.messages), one.shared) for one in recording.segments]
    found = replay(stretches, recording.shape, policies, tools, names=distinct_names, prices=prices)
    if not found.baseline.tokens:
        raise ValueError(f"{_name(name)} has no answers by an agent, so there is nothing to replay")
    return found


def _wire(options: Namespace, name: str, recording: Transcript, found: Replay, cache: CachePrices) -> dict[str, Any]:
    return {
        "transcript": name,
        "format": recording.source,
        "calls": len(found.baseline.tokens),
        "breaks": found.breaks,
        "window": options.window,
        "base": "tokenTurns of none: the sum over all calls of the tokens of the whole conversation until then",
        "policies": [_outcome(found, one) for one in found.all],
        "cheapest": found.cheapest.policy,
        "cachePrices": {
            "read": cache.prices.read,
            "readFrom": cache.read_from,
            "write": cache.prices.write,
            "writeFrom": cache.write_from,
        },
    }


def _outcome(found: Replay, one: Outcome) -> dict[str, Any]:
    names = one.names
    return {
        "policy": one.policy,
        "tokens": one.tokens,
        "tokenTurns": one.token_turns,
        "savedTokenTurns": found.baseline.token_turns - one.token_turns,
        "saved": found.saved(one),
        "peak": max(one.tokens),
        "removed": one.removed,
        "names": {
            "used": names.used,
            "after": names.after,
            "lost": names.lost,
            "absent": names.absent,
            "lostShare": names.share(names.lost),
            "absentShare": names.share(names.absent),
        },
        "cost": one.cost,
        "costRatio": found.cost_ratio(one),
        "cuts": one.cuts,
    }


def _lines(options: Namespace, recording: Transcript, found: Replay, cache: CachePrices) -> list[str]:
    width = options.width or (shutil.get_terminal_size().columns if sys.stdout.isatty() else PLAIN_WIDTH)
    calls, base = len(found.baseline.tokens), found.baseline
    turns = f"{base.token_turns:,} token-turns (tokens sent, summed over calls)"
    return [
        *panels(found, width, window=options.window),
        "",
        *_table(found),
        "",
        f"{recording.source}, {calls:,} calls; saved: of {turns}",
        f"lost: of {base.names.used:,} names that a result brought and the agent used later; absent: not sent at all",
        "cuts: calls that changed what was sent before, so that the cache is written again; cost: of everything sent,",
        f"beside sending all of it. Cheapest: {found.cheapest.policy}",
        f"prices of the cache, in input tokens: {_told(cache)}",
    ]


def _told(cache: CachePrices) -> str:
    read, write = f"read {cache.prices.read:g}", f"write {cache.prices.write:g}"
    if cache.read_from == cache.write_from:
        return f"{read}, {write} ({cache.read_from})"
    return f"{read} ({cache.read_from}), {write} ({cache.write_from})"


def _table(found: Replay) -> list[str]:
    head = ["policy", "token-turns", "saved", "peak", "removed", "names lost", "absent", "cuts", "cost"]
    rows = [
        [
            one.policy,
            f"{one.token_turns:,}",
            f"{found.saved(one):.1%}",
            f"{max(one.tokens):,}",
            f"{one.removed:,}",
            f"{one.names.share(one.names.lost):.1%}",
            f"{one.names.share(one.names.absent):.1%}",
            f"{len(one.cuts):,}",
            f"× {found.cost_ratio(one):.2f}",
        ]
        for one in found.all
    ]
    return columns([head, *rows], right=range(1, len(head)))
