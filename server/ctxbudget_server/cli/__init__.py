"""The command `ctxbudget`. Its parts are imported only when needed, so that hooks start fast."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:  # importing `typing` takes a sixth of the time that a hook has
    from collections.abc import Sequence
    from types import TracebackType

OF_ONE_ANSWER = ("call", "hook", "statusline")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code. A command of one answer that a process was started for ends it here."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    code = _guarded(given)
    if arguments is None and given and given[0] in OF_ONE_ANSWER:
        _end(code)
    return code


def _guarded(given: list[str]) -> int:
    if given and given[0] in ("hook", "statusline"):
        from ctxbudget_server.cli.hook_guard import run_guarded

        return run_guarded(given)
    sys.excepthook = _crashed
    try:
        return _run(given)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reading end of the pipe was closed, for example by `| head`, so no message can be shown.
        sys.stderr.close()
        return 141


def _end(code: int) -> None:
    """End the process without taking apart what it has imported, which takes about as long as an answer.

    The store is closed by then. If the output cannot be written, this returns, and Python says so.
    """
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None and not stream.closed:
                stream.flush()
    except OSError:
        return
    import atexit
    import os

    atexit._run_exitfuncs()
    os._exit(code)


def _crashed(kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
    from ctxbudget_server.presentation.output import show_crash

    show_crash(kind, fault, trace)


def _run(given: list[str]) -> int:
    if given[:1] == ["get"] and given[1:] and not any(word.startswith("-") for word in given):
        from ctxbudget_server.cli.get import print_members

        return print_members(given[1:])
    from ctxbudget_server.cli.fast_path import FastPath, collect_rarely

    fast_path = FastPath(given)
    if (answer := fast_path.ask()) is not None:
        from ctxbudget_server.cli.printing import printed

        return printed(answer, is_json=given[0] == "call" and not any(word.startswith("--get") for word in given))
    if given[:1] == ["call"] and (plain := fast_path.plain_call()) is not None:
        collect_rarely()
        from ctxbudget_server.cli.call_here import run_plain

        return run_plain(*plain, fast_path)
    from ctxbudget_server.cli.commands import run

    return run(given, fast_path)
