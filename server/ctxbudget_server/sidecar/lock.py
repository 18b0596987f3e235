"""The right to listen on the workspace's socket: one sidecar has it at a time, and it ends with its process."""

from __future__ import annotations

import fcntl
import os
import socket
import stat
import threading
from contextlib import suppress

from ctxbudget_server.sidecar.endpoint import Endpoint

BACKLOG = 64


class SocketLock:
    """A socket in a private folder, with a locked file beside it. All of it may block on the file system.

    The lock is the kernel's: it ends with the process, however that ends. Who holds it may replace the socket.
    """

    def __init__(self, folder: str, name: str) -> None:
        self._folder = folder
        self._name = name
        self._lock_name = f"{name}.lock"
        self._endpoint: Endpoint | None = None
        self._lock = -1
        self._socket: os.stat_result | None = None
        self._guard = threading.Lock()
        self._released = False

    def acquire(self) -> socket.socket | None:
        """A socket that listens; None if another sidecar has the right. Raises OSError where there can be no socket."""
        with self._guard:
            return None if self._released else self._acquire()

    def release(self) -> None:
        """Leave nothing behind, now and for good; the next sidecar may have the right."""
        with self._guard:
            self._released = True
            self._clean_up()

    def _acquire(self) -> socket.socket | None:
        os.makedirs(os.path.dirname(self._folder), 0o700, exist_ok=True)
        with suppress(FileExistsError):
            os.mkdir(self._folder, 0o700)
        endpoint = _private(Endpoint(self._folder, self._name))
        lock = self._locked(endpoint)
        if lock is None:
            endpoint.close()
            return None
        self._endpoint, self._lock = endpoint, lock
        try:
            return self._listen(endpoint)
        except BaseException:
            self._clean_up()
            raise

    def is_in_place(self) -> bool:
        """Whether callers still find this socket. Somebody may have deleted the folder."""
        with suppress(OSError):
            found = os.lstat(os.path.join(self._folder, self._name))
            return self._socket is not None and os.path.samestat(found, self._socket)
        return False

    def _clean_up(self) -> None:
        if (endpoint := self._endpoint) is None:
            return
        self._endpoint = None
        for name, ours in ((self._name, self._socket), (self._lock_name, os.fstat(self._lock))):
            with suppress(OSError):  # what others have put in their place stays
                if ours is not None and os.path.samestat(ours, os.lstat(os.path.join(self._folder, name))):
                    os.unlink(name, dir_fd=endpoint.descriptor)
        os.close(self._lock)
        endpoint.close()
        with suppress(OSError):  # sidecars of other workspaces may share the store
            os.rmdir(self._folder)

    def _locked(self, endpoint: Endpoint) -> int | None:
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        lock = os.open(self._lock_name, flags, 0o600, dir_fd=endpoint.descriptor)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Who held it before may have deleted the file while it was opened here.
            if os.path.samestat(os.fstat(lock), os.stat(self._lock_name, dir_fd=endpoint.descriptor)):
                return lock
        except (BlockingIOError, FileNotFoundError):
            pass
        os.close(lock)
        return None

    def _listen(self, endpoint: Endpoint) -> socket.socket:
        with suppress(FileNotFoundError):  # left by a sidecar that was killed
            os.unlink(self._name, dir_fd=endpoint.descriptor)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            listener.bind(endpoint.address())
            os.chmod(self._name, 0o600, dir_fd=endpoint.descriptor)
            self._socket = os.stat(self._name, dir_fd=endpoint.descriptor)
            listener.listen(BACKLOG)
        except BaseException:
            listener.close()
            raise
        return listener


def _private(endpoint: Endpoint) -> Endpoint:
    """The same, made private if it is this user's; raises PermissionError if it is another's."""
    status = os.fstat(endpoint.descriptor)
    if status.st_uid == os.geteuid() and stat.S_IMODE(status.st_mode) != 0o700:
        os.fchmod(endpoint.descriptor, 0o700)
    if not endpoint.is_private():
        endpoint.close()
        raise PermissionError(f"{endpoint.folder} belongs to another user")
    return endpoint
