"""A tiny process that ends a server which was told to end but can no longer do so by itself.

A thread that never gives up Python's interpreter lock, e.g. in a runaway regular expression, keeps every other thread
of its process from running, including the one that handles SIGTERM, a closed stdin or the parent's death. So a separate
process waits for these events too. It kills the server only if an end was requested *and* the server's event loop then
gave no sign of life for `SILENCE_SECONDS`. A server that is suspended by a signal, or that has not begun its work, is
left alone.

The process is forked before there are threads, shares the server's memory, and ends with the server.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, NoReturn

from ctxbudget_server.runtime.processes import is_alive

SILENCE_SECONDS = 3.5
"""How long a server that was told to end may go without a sign of life."""
TICK_SECONDS = 0.5
BEAT, ENDING, SEPARATOR = b".", b"!", b";"
_HALF_CLOSED: int = getattr(select, "POLLRDHUP", 0)
"""The poll event of a half-closed socket, on systems that distinguish it from a complete hang-up."""


class Watchdog:
    """The server's side. All methods are cheap, never block and never fail."""

    def __init__(self, beats: int, signals: int, between: int) -> None:
        self._beats = beats
        self._between: int | None = between  # the child that forked the process and exited at once
        self.signals = signals
        """A descriptor that becomes readable when a signal arrives for which Python has a handler."""

    def beat(self) -> None:
        """Report that the event loop is alive; to be called about every `TICK_SECONDS`."""
        self._say(BEAT)
        if self._between is not None:
            with suppress(ChildProcessError):
                if os.waitpid(self._between, os.WNOHANG) == (0, 0):
                    return
            self._between = None

    def ending(self) -> None:
        """Report that the server has begun to end."""
        self._say(ENDING)

    def name(self, pid: int) -> None:
        """Also end the server when this process ends."""
        self._say(str(pid).encode() + SEPARATOR)

    def _say(self, words: bytes) -> None:
        with suppress(OSError):  # it has gone or does not read, which is acceptable
            os.write(self._beats, words)


def start(*, stdin: bool, parent: bool) -> Watchdog | None:
    """Fork the process; None where that is not possible, as on Windows.

    `stdin`: a hang-up there ends the server. `parent`: so does the end of the process that started it. From now on,
    signals for which Python has a handler are written to `Watchdog.signals`.
    """
    if sys.platform == "win32" or not _has_standard_descriptors():
        return None
    server, started_by = os.getpid(), os.getppid()
    beats, beats_in = os.pipe()
    signals, signals_in = os.pipe()
    try:
        between = os.fork()
    except OSError:
        for descriptor in (beats, beats_in, signals, signals_in):
            os.close(descriptor)
        return None
    if not between:
        _become(_Watched(server, started_by if parent else None), beats, signals, 0 if stdin else None)
    os.close(beats)
    for descriptor in (beats_in, signals, signals_in):
        os.set_blocking(descriptor, False)
    signal.set_wakeup_fd(signals_in, warn_on_full_buffer=False)
    return Watchdog(beats_in, signals, between)


def _has_standard_descriptors() -> bool:
    """Whether 0, 1 and 2 are open; otherwise the pipes would get their numbers."""
    try:
        return all(os.fstat(descriptor) for descriptor in range(3))
    except OSError:
        return False


class _Watched(NamedTuple):
    server: int
    parent: int | None

    def lost_parent(self) -> bool:
        """Whether the process that started the server has gone."""
        if self.parent is None:
            return False
        found = _status(self.server)
        return not is_alive(self.parent) if found is None else int(found[1]) != self.parent

    def is_stopped(self) -> bool:
        """Whether a signal has suspended the server, as a debugger or Ctrl-Z does."""
        found = _status(self.server)
        state = os.popen(f"ps -o stat= -p {self.server}").read().strip() if found is None else found[0]
        return state[:1] in ("T", "t")


def _status(pid: int) -> list[str] | None:
    """State and parent of a process, if the system has them in /proc."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()[:2]
    except (OSError, ValueError):
        return None


def _become(watched: _Watched, beats: int, signals: int, stdin: int | None) -> NoReturn:
    """The forked process. It forks once more, so that the server has no child to wait for."""
    try:
        if os.fork():
            os._exit(0)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        os.chdir("/")
        _close_all_but({beats, signals, stdin})
        _watch(watched, _Ears(beats, signals, stdin))
    finally:
        os._exit(0)


def _close_all_but(kept: set[int | None]) -> None:
    for name in [entry.name for entry in Path("/dev/fd").iterdir()]:
        if name.isdecimal() and int(name) not in kept:
            with suppress(OSError):  # the listing's own
                os.close(int(name))


class _Ears:
    """What the process listens to: the server's reports, its signals, and a hang-up of its stdin."""

    def __init__(self, beats: int, signals: int, stdin: int | None) -> None:
        self._beats, self._signals, self._heard = beats, signals, b""
        self._poll = select.poll()
        self._poll.register(beats, select.POLLIN)
        self._poll.register(signals, select.POLLIN)
        if stdin is not None:
            self._poll.register(stdin, _HALF_CLOSED)  # never read, only polled for a hang-up
        self.beat = self.ended = False
        """Whether there was a sign of life just now, and whether an end was ever requested."""
        self.named: set[int] = set()
        """Processes whose end also ends the server."""

    def listen(self) -> bool:
        """Listen for a tick at most; False once the server has gone."""
        ready = dict(self._poll.poll(TICK_SECONDS * 1000))
        self.beat = bool(ready.pop(self._beats, 0))
        if self.beat and not self._understood(os.read(self._beats, 4096)):
            return False
        for descriptor, event in ready.items():
            self._poll.unregister(descriptor)
            self.ended |= descriptor == self._signals or bool(event & (select.POLLHUP | _HALF_CLOSED))
        return True

    def _understood(self, words: bytes) -> bool:
        self.ended |= ENDING in words
        *pids, self._heard = (self._heard + words.replace(BEAT, b"").replace(ENDING, b"")).split(SEPARATOR)
        self.named.update(int(pid) for pid in pids)
        return bool(words)


def _watch(watched: _Watched, ears: _Ears) -> None:
    """Run until the server has gone or must be killed."""
    begun = asked = False
    silence, before = 0.0, time.monotonic()
    while ears.listen():
        now = time.monotonic()
        # At most two ticks at a time: while the machine or the terminal's job was asleep, so was the server.
        step, before = min(now - before, 2 * TICK_SECONDS), now
        silence = silence + step if begun and asked and not ears.beat else 0.0
        begun |= ears.beat
        asked = asked or ears.ended or watched.lost_parent() or not all(map(is_alive, ears.named))
        if silence >= SILENCE_SECONDS:
            if not watched.is_stopped():
                os.kill(watched.server, signal.SIGKILL)
                return
            silence = 0.0
