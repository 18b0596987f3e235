"""The command `ctxbudget`. Its parts are imported only when needed, so that hooks start fast."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:  # importing `typing` takes a sixth of the time that a hook has
    from collections.abc import Sequence
    from types import TracebackType


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
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


def _crashed(kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
    from ctxbudget_server.presentation.output import show_crash

    show_crash(kind, fault, trace)


def _run(given: list[str]) -> int:
    if given[:1] == ["get"] and given[1:] and not any(word.startswith("-") for word in given):
        from ctxbudget_server.cli.get import print_members

        return print_members(given[1:])
    from ctxbudget_server.cli.fast_path import FastPath

    fast_path = FastPath(given)
    if (answer := fast_path.ask()) is not None:
        from ctxbudget_server.cli.printing import printed

        return printed(answer, is_json=given[0] == "call" and not any(word.startswith("--get") for word in given))
    from ctxbudget_server.cli.commands import run

    return run(given, fast_path)
