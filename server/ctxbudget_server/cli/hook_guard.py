"""`ctxbudget hook` and `ctxbudget statusline`, which never break the agent that runs them.

Whatever goes wrong, they end with exit code 0 and a line on stderr, since other codes tell a coding agent that the tool
call is blocked. Every request on the way is a transaction, so nothing is half-written.
"""

from __future__ import annotations

import _thread
import os
import sys

from ctxbudget_server.cli.fast_path import FastPath, collect_rarely

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ctxbudget_server.sidecar.wire import OneShotAnswer

DEADLINE_SECONDS = 20.0
"""A hook ends by itself after this time, whatever it is waiting for; hosts allow 30 seconds or more."""


def run_guarded(given: list[str]) -> int:
    """Run the command; always returns 0."""
    if {"-h", "--help"} & set(given):
        from ctxbudget_server.cli.commands import run

        return run(given, FastPath(given))
    fast_path = FastPath(given)
    _thread.start_new_thread(_end_in_time, (given[0], fast_path))
    try:
        _print(_answer(fast_path))
    except BaseException as fault:  # including SystemExit, KeyboardInterrupt and MemoryError
        _complain(given[0], fault)
    _let_go_of_output()
    return 0


def _end_in_time(command: str, fast_path: FastPath) -> None:
    """End the process at the deadline. This takes a thread, because no signal handler runs while SQLite waits."""
    never = _thread.allocate_lock()
    never.acquire()
    never.acquire(timeout=DEADLINE_SECONDS)
    _complain(command, TimeoutError(f"not done within {DEADLINE_SECONDS:g} seconds"))
    try:
        if command == "hook" and fast_path.body is not None:
            from ctxbudget_server.cli.agent import spooled

            os.write(2, spooled(fast_path).stderr)
    except BaseException as fault:
        _complain(command, fault)
    os._exit(0)


def _answer(fast_path: FastPath) -> OneShotAnswer:
    if (answer := fast_path.ask()) is not None:
        return answer
    collect_rarely()
    from ctxbudget_server.cli.agent import answered_here

    return answered_here(fast_path)


def _print(answer: OneShotAnswer) -> None:
    if answer.stderr:
        sys.stderr.buffer.write(answer.stderr)
        sys.stderr.flush()
    if answer.stdout:
        sys.stdout.buffer.write(answer.stdout)
        sys.stdout.flush()


def _complain(command: str, fault: BaseException) -> None:
    reason = _harmless(" ".join(str(fault).split())) or type(fault).__name__
    try:
        os.write(2, f"ctxbudget {command}: {reason}\n".encode("utf-8", "replace"))
    except OSError:  # there is no one to tell
        return


def _harmless(reason: str) -> str:
    try:
        from ctxbudget_server.presentation.terminal import line

        return line(reason)
    except Exception:  # the installation itself may be broken
        return reason.encode("ascii", "replace").decode() if reason.isprintable() else ascii(reason)


def _let_go_of_output() -> None:
    """Keep unwritten output from failing again when Python exits, which would change the exit code."""
    for stream, descriptor in ((sys.stdout, 1), (sys.stderr, 2)):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, descriptor)
