"""Starts a server with a temporary store, runs the workflow on it, and leaves nothing behind."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from importlib.resources import as_file, files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TextIO

from ctxbudget_client import Client, ClientError, ConnectionLostError, ServerError
from ctxbudget_server.demo.console import Console
from ctxbudget_server.demo.documents import SUFFIXES, DemoDocument, Found, find
from ctxbudget_server.demo.harness import Harness
from ctxbudget_server.demo.panel import elided
from ctxbudget_server.demo.workflow import NAMES, Workflow, say_refusal
from ctxbudget_server.presentation.output import complain

SESSION = "demo"
REQUEST_SECONDS = 60.0


class DemoError(Exception):
    """The demo cannot be shown; the message is for people."""


def launch(folder: str | None, trace: str | None, *, in_full: bool) -> int:
    """Run the demo on a folder's documents, or on the examples; returns the exit code."""
    try:
        with ExitStack() as stack:
            source = Path(folder) if folder is not None else stack.enter_context(_examples())
            found = _find(source)
            file = stack.enter_context(_trace_file(trace)) if trace is not None else None
            _run(found, file, "the examples" if folder is None else str(source), Console(in_full=in_full))
    except DemoError as fault:
        return _fail(str(fault))
    except ConnectionLostError as fault:
        return _fail(with_last_line(fault.reason, fault.stderr_tail))
    except ClientError as fault:
        return _fail(str(fault))
    except BrokenPipeError:
        raise  # the reader of the output has gone, which the command handles
    except OSError as fault:
        return _fail(f"{fault.filename or 'the demo'}: {fault.strerror}")
    return 0


def _fail(reason: str) -> int:
    complain("demo", reason)
    return 1


@contextmanager
def _examples() -> Iterator[Path]:
    with as_file(files("ctxbudget_server.demo") / "examples") as folder:
        yield folder


@contextmanager
def _trace_file(path: str) -> Iterator[TextIO]:
    try:
        file = Path(path).open("w", encoding="utf-8")  # noqa: SIM115
    except OSError as fault:
        raise DemoError(f"the trace {path} cannot be written: {fault.strerror}") from fault
    try:
        yield file
    finally:
        # A write that fails now has failed before, and the client has noted it.
        with suppress(OSError):
            file.close()


def _find(folder: Path) -> Found:
    try:
        found = find(folder.resolve())
    except OSError as fault:
        raise DemoError(f"{folder}: {fault.strerror}") from fault
    if not found.names:
        raise DemoError(f"{folder} has no documents: files that end in {', '.join(sorted(SUFFIXES))}")
    return found


def _run(found: Found, trace: TextIO | None, label: str, console: Console) -> None:
    with TemporaryDirectory(prefix="ctxbudget-demo-") as scratch:
        # -P: modules in the current folder must not be imported.
        command = [sys.executable, "-P", "-m", "ctxbudget_server", "serve"]
        places = [f"--workspace={found.folder}", f"--store={Path(scratch) / 'store.db'}"]
        console.say(f"ctxbudget demo on {label}", "strong")
        with Client.spawn(
            [*command, *places], root=found.folder, trace=trace, timeout=REQUEST_SECONDS, restarts=0
        ) as client:
            about = client.initialize_result
            console.full(
                f"server: {about['serverInfo']['name']} {about['serverInfo']['version']}, process {client.pid}, "
                f"over stdio"
            )
            harness = Harness(client, SESSION)
            try:
                documents = _read(harness, console, found)
                Workflow(harness, console, documents).run()
            except ServerError as error:
                if error.name != "internalError":
                    raise
                raise DemoError(with_last_line(str(error), client.stderr_tail)) from error
        if client.trace_fault is not None:
            raise DemoError(f"the trace is not complete: {client.trace_fault}")


def with_last_line(reason: str, stderr: str) -> str:
    """The reason, with the last line of the server's log, which for a traceback is the exception."""
    last = stderr.strip().rpartition("\n")[2].strip()
    return f"{reason} ({last})" if last else reason


def _read(harness: Harness, console: Console, found: Found) -> list[DemoDocument]:
    """Show the documents as the server sees them."""
    console.heading("Documents")
    if found.more:
        console.say(f"There are more than {len(found.names)} files; these are the first.", "warn")
    documents, refusals = harness.read(found)
    for document in documents:
        phase = f"phase {document.phase} ({NAMES[document.phase]})"
        if document.dealt:
            place, width = f"{f'no known kind: dealt to {phase}':<48}", 21
        else:
            place, width = f"{document.kind:<12} {phase:<25}", 31
        console.full(f"{document.source_tokens:>8,}  {place} {elided(document.name, width)}".rstrip())
    for refusal in refusals:
        say_refusal(console, refusal)
    if not documents:
        raise DemoError(f"none of the {len(found.names)} files in {found.folder} can be read")
    return documents
