"""The Unix socket, as both ends handle it: checking who is at the other end, and coping with paths that are too long.

Uses `_socket`, which `socket` wraps: importing the wrapper takes a quarter of Python's start time.
"""

from __future__ import annotations

import _socket
import os
import stat
import sys

MAX_ADDRESS_BYTES = 103
"""The limit of macOS without the final NUL; Linux allows four more."""

_CREDENTIALS_BYTES = 76
"""The size of `struct xucred` on macOS; Linux's `struct ucred` is shorter."""


class Endpoint:
    """A socket's name inside its folder. The folder is held open, so that it stays the same one with a short path."""

    def __init__(self, folder: str, name: str) -> None:
        self.folder = folder
        self.name = name
        self.descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)

    def is_private(self) -> bool:
        """Whether this user owns the folder and others have no access."""
        status = os.fstat(self.descriptor)
        return status.st_uid == os.geteuid() and not stat.S_IMODE(status.st_mode) & 0o077

    def address(self) -> str:
        """The path to bind or connect to. Raises OSError if it is too long and there is no shorter one."""
        path = os.path.join(self.folder, self.name)
        if len(os.fsencode(path)) <= MAX_ADDRESS_BYTES:
            return path
        if sys.platform != "linux":
            raise OSError(f"the path is longer than {MAX_ADDRESS_BYTES} bytes: {path}")
        return f"/proc/self/fd/{self.descriptor}/{self.name}"

    def connection(self, timeout: float) -> _socket.socket:
        """A connection to the listening process. Raises OSError if there is none, or if it is another user's."""
        if not self.is_private():
            raise PermissionError(self.folder)
        connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
        try:
            connection.settimeout(timeout)
            connection.connect(self.address())
            if peer(connection)[0] != os.geteuid():
                raise PermissionError(self.name)
        except BaseException:
            connection.close()
            raise
        return connection

    def close(self) -> None:
        """Close the folder."""
        os.close(self.descriptor)


def peer(connection: _socket.socket) -> tuple[int, int]:
    """(user, process) at the other end; process is 0 if the system does not say. Raises OSError."""
    if sys.platform == "linux":
        credentials = connection.getsockopt(_socket.SOL_SOCKET, _socket.SO_PEERCRED, _CREDENTIALS_BYTES)
        return _number(credentials[4:8]), _number(credentials[:4])
    # SOL_LOCAL, LOCAL_PEERCRED: a version, then the user.
    return _number(connection.getsockopt(0, 1, _CREDENTIALS_BYTES)[4:8]), 0


def _number(data: bytes) -> int:
    return int.from_bytes(data, sys.byteorder)
