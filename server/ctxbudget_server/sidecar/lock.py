"""The right to listen on the workspace's socket: held by one sidecar at a time, until its process ends."""

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
    """A socket in a private folder, with a locked file beside it. Every method may block on the file system.

    The lock is the kernel's: it ends with the process, however that ends. Its holder may replace the socket.
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
        """A listening socket; None if another sidecar holds the lock. Raises OSError if no socket can be created."""
        with self._guard:
            return None if self._released else self._acquire()

    def release(self) -> None:
        """Remove the socket for good and give up the lock, so that the next sidecar can take it."""
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
        """Whether callers can still find this socket, since the folder may have been deleted."""
        with suppress(OSError):
            found = os.lstat(os.path.join(self._folder, self._name))
            return self._socket is not None and os.path.samestat(found, self._socket)
        return False

    def _clean_up(self) -> None:
        if (endpoint := self._endpoint) is None:
            return
        self._endpoint = None
        for name, ours in ((self._name, self._socket), (self._lock_name, os.fstat(self._lock))):
            with suppress(OSError):  # leave what others have put in their place
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
            # The previous holder may have deleted the file while it was being opened here.
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
    """The same endpoint, its folder made private if this user owns it; raises PermissionError if another does."""
    status = os.fstat(endpoint.descriptor)
    if status.st_uid == os.geteuid() and stat.S_IMODE(status.st_mode) != 0o700:
        os.fchmod(endpoint.descriptor, 0o700)
    if not endpoint.is_private():
        endpoint.close()
        raise PermissionError(f"{endpoint.folder} belongs to another user")
    return endpoint
