"""What the bash client must know about the methods: marked lines in `ctxbudget.sh`, made from the method table."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import fill

from ctxbudget_protocol.methods import requests

BEGIN = "# Made from the method table by `python -m ctxbudget_protocol.generate`: begin"
END = "# Made from the method table: end"


def render(script: str) -> str:
    """The script with its marked lines generated from the table. Raises ValueError if it has no such lines."""
    before, begin, rest = script.partition(BEGIN + "\n")
    _, end, after = rest.partition(END + "\n")
    if not begin or not end:
        raise ValueError(f"the bash client has no lines between {BEGIN!r} and {END!r}")
    return f"{before}{begin}{_made()}{end}{after}"


def _made() -> str:
    takes_session = [method.name for method in requests() if method.acts_on_session]
    return _predicate("_ctxbudget_takes_session", takes_session)


def _predicate(name: str, methods: Iterable[str]) -> str:
    joined = fill(" ".join(f"{method}\0|" for method in methods), width=100, break_on_hyphens=False)
    lines = joined.removesuffix("\0|").replace("\0", " ").replace("\n", " \\\n            ")
    return f"{name}() {{ # METHOD\n    case $1 in\n        {lines}) ;;\n        *) return 1 ;;\n    esac\n}}\n"
