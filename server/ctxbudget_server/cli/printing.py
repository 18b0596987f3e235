"""Prints the answer of a one-shot command, whichever process produced it."""

from __future__ import annotations

import os
import sys

from ctxbudget_server.sidecar.wire import OneShotAnswer


def printed(answer: OneShotAnswer, *, is_json: bool = False) -> int:
    """Print an answer and return the exit code, which is 1 if the answer cannot be written.

    JSON is printed as it is for programs, and readably on a terminal.
    """
    sys.stderr.buffer.write(answer.stderr)
    sys.stderr.buffer.flush()
    if is_json and answer.stdout and sys.stdout.isatty():
        from ctxbudget_server.presentation.output import show_readably

        show_readably(answer.stdout)
        return answer.code
    try:
        sys.stdout.buffer.write(answer.stdout)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as fault:
        _complain(fault)
        # What is left in the buffer must not fail again when Python exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return answer.code


def _complain(fault: OSError) -> None:
    from ctxbudget_protocol.errors import ProtocolError
    from ctxbudget_server.presentation.terminal import json_text

    done = "the request was carried out, but its result cannot be written"
    told = json_text(ProtocolError("internalError", f"{done}: {fault.strerror}").wire())
    sys.stderr.buffer.write(f"{told}\n".encode())
    sys.stderr.buffer.flush()
