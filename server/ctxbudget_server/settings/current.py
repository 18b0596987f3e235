"""The settings of files as they are now: read again when a file has changed, else answered from memory."""

from __future__ import annotations

import os
from stat import S_ISLNK

from ctxbudget_server.settings.places import project_files, user_file
from ctxbudget_server.settings.source import FileSettings, FileStamp, Problem, Source


class CurrentSettings:
    """The settings of the user's file and of one workspace's. Thread-safe; a look costs three `stat`."""

    def __init__(self, workspace: str | None, user: str | None = None) -> None:
        """`user`: the path of the user's file (default: as the environment says)."""
        self._user = user or user_file()
        self._project = project_files(workspace) if workspace is not None else ()
        self._known = FileSettings()

    def now(self) -> FileSettings:
        """The settings; the same object until a file changes."""
        stamps = tuple((path, stamp_of(path)) for path in (self._user, *self._project))
        known = self._known
        if stamps != known.stamps:
            known = self._known = self._read(stamps)
        return known

    def _read(self, stamps: tuple[tuple[str, FileStamp], ...]) -> FileSettings:
        there = {path for path, stamp in stamps if stamp.kind and not stamp.is_empty}
        sources = [_source(path, of_user=False) for path in self._project if path in there]
        project = next((source for source in sources if source.says_something), None)
        return FileSettings(self._of_user(self._user in there), project, stamps)

    def _of_user(self, there: bool) -> Source | None:
        if there:
            return None if self._user == os.devnull else _source(self._user, of_user=True)
        if os.environ.get("CTXBUDGET_CONFIG") and self._user == user_file():
            problem = Problem(self._user, "CTXBUDGET_CONFIG names a file that does not exist")
            return Source(self._user, {}, {}, (problem,))
        return None


_NOTHING = FileStamp()


def stamp_of(path: str) -> FileStamp:
    """The present state of a path, whatever is there."""
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        return _NOTHING
    except (OSError, ValueError):
        return FileStamp(-1)
    if S_ISLNK(found.st_mode):
        try:
            found = os.stat(path)
        except OSError:
            return FileStamp(-1)  # a link that leads nowhere was meant to say something
    return FileStamp(found.st_mode, found.st_mtime_ns, found.st_size, found.st_ino)


def _source(path: str, *, of_user: bool) -> Source:
    from ctxbudget_server.settings.reader import read_source  # where there is no file, nothing else is loaded

    return read_source(path, of_user=of_user)
