"""`ctxbudget call`: one request in this process. Imports no server: a hook has no time for one."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from typing import Any

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.cli.options import add_store_options, services
from ctxbudget_server.services.cancellation import Cancellation


def add_arguments(parser: ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("method", metavar="METHOD", help="e.g. budget/status")
    parser.add_argument("params", metavar="JSON", nargs="?", default="{}", help="the params; - reads them from stdin")
    add_store_options(parser)


def run(options: Namespace) -> int:
    """Print the result as JSON on stdout; or the error as JSON on stderr, with exit code 1."""
    try:
        result = services(options, "call").call(options.method, _params(options.params), Cancellation())
    except ProtocolError as error:
        print(json.dumps(error.wire()), file=sys.stderr)
        return 1
    print(json.dumps(result))
    sys.stdout.flush()
    return 0


def _params(given: str) -> dict[str, Any]:
    text = sys.stdin.buffer.read().decode("utf-8", "surrogateescape") if given == "-" else given
    try:
        params = json.loads(text or "{}", parse_constant=_no_constant)
    except (ValueError, RecursionError) as fault:
        raise ProtocolError("parseError", f"the params are no JSON: {fault}") from fault
    if params is None or params == []:
        return {}
    if not isinstance(params, dict):
        raise ProtocolError("invalidRequest", "the params are a JSON object")
    return params


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
