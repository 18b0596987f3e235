"""`ctxbudget import`: takes in exported sessions."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.cli.options import add_store_options, services
from ctxbudget_server.cli.sessions import asking
from ctxbudget_server.presentation.look import tell
from ctxbudget_server.presentation.output import complain, show_json

EXAMPLES = (("ctxbudget import build.jsonl", "verify it and take it in"),)


def add_arguments(parser: ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("files", metavar="FILE", nargs="+", help="a file that `ctxbudget export` wrote")
    parser.add_argument("--json", action="store_true", help="the results as JSON")
    add_store_options(parser)


def run(options: Namespace) -> int:
    """Take in each file, and say what it had; returns the exit code."""
    results, code = [], 0
    ask = asking(services(options, "import"))
    for path in options.files:
        try:
            lines = Path(path).read_bytes().decode().removesuffix("\n").split("\n")
            results.append(ask("session/import", lines=lines))
        except OSError as fault:
            complain("import", f"{path}: {fault.strerror}")
            code = 1
        except UnicodeDecodeError:
            complain("import", f"{path}: not UTF-8 text")
            code = 1
        except ProtocolError as error:
            complain("import", f"{path}: {error.message}")
            code = 1
    if options.json:
        show_json(results)
    else:
        tell([_line(one) for one in results])
    return code


def _line(result: dict[str, object]) -> str:
    missing = result["withoutContent"]
    lack = f", of which {missing:,} came without their content" if missing else ""
    return f"{result['sessionId']}: {result['items']:,} items{lack}; revision {result['revision']}, {result['state']}"
