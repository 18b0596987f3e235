"""`ctxbudget call`: one request in this process. Imports no server: a hook has no time for one."""

from __future__ import annotations

import json
import os
import sys
from argparse import ArgumentParser, Namespace
from typing import Any

from ctxbudget_protocol.errors import ProtocolError, invalid
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
    try:
        print(json.dumps(result))
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as fault:
        done = "the request was carried out, but its result cannot be written"
        print(json.dumps(ProtocolError("internalError", f"{done}: {fault.strerror}").wire()), file=sys.stderr)
        # What is left in the buffer must not fail once more when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
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
        raise invalid([], "Input should be a JSON object", "dict_type")
    return params


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
