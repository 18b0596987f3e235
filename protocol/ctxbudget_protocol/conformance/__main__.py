"""`python -m ctxbudget_protocol.conformance`."""

from __future__ import annotations

import argparse
import json
import sys

from ctxbudget_protocol.conformance.bench import Bench
from ctxbudget_protocol.conformance.judge import CannotStartError, Verdict, chosen, judged
from ctxbudget_protocol.conformance.report import as_json, described, line, listed, summary
from ctxbudget_protocol.conformance.rules import all_rules

KEPT, BROKEN, NOT_RUN = 0, 1, 2

ABOUT = """Judge a server of the ctxbudget protocol by the contract alone.

The level core asks for sessions, settings, allocations and leases; full asks
for every method. docs/implementing.md says what either of them means.

The server is started many times, each time with fresh temporary folders as
its workspace, home and state: HOME and the XDG variables name them, and
{workspace}, {home} and {state} in the command become them. CTXBUDGET_
variables are removed. Servers that are started in the same folders must share
their sessions."""
EXAMPLES = """examples:
  python -m ctxbudget_protocol.conformance --server "ctxbudget serve"
  python -m ctxbudget_protocol.conformance --server "node server.js" --level core
  python -m ctxbudget_protocol.conformance --list --rule 'framing*'

exit code: 0 all rules are kept, 1 some are broken, 2 nothing was judged"""


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    made = argparse.ArgumentParser(
        prog="python -m ctxbudget_protocol.conformance",
        description=ABOUT,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--server", metavar="CMD", help="the command that starts the server, with its arguments")
    made.add_argument("--level", choices=("core", "full"), default="full", help="which rules (default: full)")
    made.add_argument(
        "--rule", action="append", default=[], metavar="ID", help="only this rule; ID* for all that begin so"
    )
    made.add_argument("--list", action="store_true", help="list the rules, and judge nothing")
    made.add_argument("--json", action="store_true", help="print JSON")
    made.add_argument(
        "--timeout", type=float, default=30.0, metavar="S", help="how long an answer may take (default: 30)"
    )
    made.add_argument(
        "--rule-timeout", type=float, default=120.0, metavar="S", help="how long a rule may take (default: 120)"
    )
    made.add_argument("--total", type=float, default=900.0, metavar="S", help="how long all may take (default: 900)")
    return made


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    options = parser().parse_args(arguments)
    rules = chosen(all_rules(), options.level, options.rule)
    if not rules:
        sys.stderr.write(f"there is no rule {', '.join(options.rule)}; --list shows them\n")
        return NOT_RUN
    if options.list:
        sys.stdout.write(
            (json.dumps([described(rule) for rule in rules], indent=1) if options.json else listed(rules)) + "\n"
        )
        return KEPT
    if not options.server:
        sys.stderr.write('--server is required, for example --server "ctxbudget serve"; --help says more\n')
        return NOT_RUN
    verdicts: list[Verdict] = []
    try:
        with Bench(options.server, timeout=options.timeout, level=options.level) as bench:
            for verdict in judged(bench, rules, rule_seconds=options.rule_timeout, seconds=options.total):
                verdicts.append(verdict)
                if not options.json:
                    sys.stdout.write(line(verdict) + "\n")
                    sys.stdout.flush()
    except CannotStartError as fault:
        sys.stderr.write(f"the server cannot be started: {fault}\n")
        return NOT_RUN
    sys.stdout.write((as_json if options.json else summary)(verdicts, options.level) + "\n")
    return BROKEN if any(verdict.outcome == "broken" for verdict in verdicts) else KEPT


if __name__ == "__main__":
    sys.exit(main())
