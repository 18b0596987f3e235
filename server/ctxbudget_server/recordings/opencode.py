"""Sessions of opencode: rows of a database, or in older versions files in a folder for each message."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, Final

from ctxbudget_server.recordings.model import MAX_BYTES, End, Recorded, RecordingError
from ctxbudget_server.transcripts.records import member

MARK: Final = "#"
"""Between the path of a database and the session in it."""
_SQLITE: Final = b"SQLite format 3\0"
_LAST: Final = 40
"""Messages that are looked at for the last words."""


def opencode(home: Path) -> Iterator[Recorded]:
    """The sessions in `opencode.db` and `storage` in XDG_DATA_HOME/opencode or `~/.local/share/opencode`."""
    folder = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share") / "opencode"
    found: dict[str, Recorded] = {}
    for path in folder.glob("storage/session/*/ses_*.json"):
        try:
            known = path.stat()
        except OSError:
            continue
        end = partial(_end_of_folder, path)
        found[path.stem] = Recorded("opencode", str(path), path.stem, known.st_mtime, None, end)
    database = folder / "opencode.db"
    if database.is_file():
        for session, changed in _sessions(database):
            name = f"{database}{MARK}{session}"
            found[session] = Recorded("opencode", name, session, changed, None, partial(_end_of_row, database, session))
    yield from found.values()


def is_database(path: Path) -> bool:
    """Whether a file is a database."""
    try:
        with path.open("rb") as file:
            return file.read(len(_SQLITE)) == _SQLITE
    except OSError:
        return False


def is_session_file(path: Path) -> bool:
    """Whether a file holds what an older version says of a session: its messages are in files of their own."""
    parents = path.absolute().parents
    is_named = path.name.startswith("ses_") and path.suffix == ".json" and len(parents) > 2
    return is_named and (parents[2] / "message" / path.stem).is_dir()


def session_of_folder(path: Path) -> Path | None:
    """What says of a session whose folder of messages is named; None if it is another folder."""
    folder = path.absolute()
    if folder.parent.name != "message" or not path.is_dir():
        return None
    return next(iter(folder.parents[1].glob(f"session/*/{folder.name}.json")), None)


def session_in(database: Path, session: str | None) -> dict[str, Any]:
    """A session of a database, as `opencode export` writes it; None is its only one. Raises `RecordingError`."""
    if session is None:
        sessions = [id for id, _ in _sessions(database)]
        if len(sessions) != 1:
            some = f", such as {database}{MARK}{sessions[0]}" if sessions else ""
            raise RecordingError(f"{database} holds {len(sessions):,} sessions: name one{some}")
        session = sessions[0]
    query = "SELECT revert FROM session WHERE id = ?"
    rows = _asked(database, query, session)
    if not rows:
        raise RecordingError(f"{database} holds no session {session}")
    return {"info": {"id": session, "revert": _object(rows[0][0])}, "messages": _messages(database, session)}


def subagents_in(name: str) -> list[str]:
    """The sessions that a session of a database began, and those that these began; none of what is not one."""
    database, mark, session = name.rpartition(MARK)
    if not mark or Path(name).exists() or not is_database(Path(database)):
        return []
    query = (
        "WITH RECURSIVE begun(id) AS (SELECT id FROM session WHERE parent_id = ? "
        "UNION SELECT session.id FROM session JOIN begun ON session.parent_id = begun.id) SELECT id FROM begun"
    )
    try:
        return [f"{database}{MARK}{id}" for (id,) in _asked(Path(database), query, session)]
    except RecordingError:  # said when the session itself is read
        return []


def session_of_files(path: Path) -> dict[str, Any]:
    """A session of an older version, as `opencode export` writes it. Raises `RecordingError`."""
    storage = path.absolute().parents[2]
    left = [MAX_BYTES]
    messages = []
    for info in _read_all(storage / "message" / path.stem, left):
        parts = _read_all(storage / "part" / str(info.get("id")), left)
        messages.append({"info": info, "parts": parts})
    return {"info": _read(path, left) or {}, "messages": messages}


def _read_all(folder: Path, left: list[int]) -> list[dict[str, Any]]:
    """The objects in a folder by their names, which ascend."""
    return [found for path in sorted(folder.glob("*.json")) if (found := _read(path, left)) is not None]


def _read(path: Path, left: list[int]) -> dict[str, Any] | None:
    try:
        data = path.read_bytes()
    except OSError:
        return None
    left[0] -= len(data)
    if left[0] < 0:
        raise RecordingError(f"the session is larger than {MAX_BYTES:,} bytes")
    return _object(data) or None


def _object(text: str | bytes | None) -> dict[str, Any]:
    try:
        value = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _sessions(database: Path) -> list[tuple[str, float]]:
    """(id, when it changed) of the sessions that are not a subagent's; none if the database is of another form."""
    query = "SELECT id, time_updated FROM session WHERE parent_id IS NULL ORDER BY time_updated DESC"
    try:
        return [(str(id), changed / 1000) for id, changed in _asked(database, query)]
    except (RecordingError, TypeError):
        return []


def _messages(database: Path, session: str, last: int | None = None) -> list[dict[str, Any]]:
    chosen = "SELECT id, data FROM message WHERE session_id = ? ORDER BY id DESC LIMIT ?"
    rows = _asked(database, chosen, session, -1 if last is None else last)
    if sum(len(data) for _, data in rows) > MAX_BYTES:
        raise RecordingError(f"the session is larger than {MAX_BYTES:,} bytes")
    first = rows[-1][0] if rows else ""
    query = "SELECT message_id, data FROM part WHERE session_id = ? AND message_id >= ? ORDER BY message_id, id"
    parts: dict[str, list[dict[str, Any]]] = {}
    left = MAX_BYTES
    for message, data in _asked(database, query, session, first):
        left -= len(data)
        if left < 0:
            raise RecordingError(f"the session is larger than {MAX_BYTES:,} bytes")
        parts.setdefault(message, []).append(_object(data))
    return [{"info": {**_object(data), "id": id}, "parts": parts.get(id, [])} for id, data in reversed(rows)]


def _asked(database: Path, query: str, *values: Any) -> list[tuple[Any, ...]]:
    """The rows; the database is opened for reading only. Raises `RecordingError`."""
    uri = f"{database.absolute().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(uri, uri=True, timeout=2)) as connection:
            return connection.execute(query, values).fetchall()
    except sqlite3.Error as fault:
        raise RecordingError(f"{database} is not a database of opencode that can be read: {fault}") from fault


def _end_of_row(database: Path, session: str) -> End:
    try:
        rows = _asked(database, "SELECT directory FROM session WHERE id = ?", session)
        return _end(rows[0][0] if rows else None, _messages(database, session, _LAST))
    except RecordingError:
        return End(None, None, None, "")


def _end_of_folder(path: Path) -> End:
    info = _read(path, [MAX_BYTES]) or {}
    storage = path.parents[2]
    messages = []
    for file in sorted((storage / "message" / path.stem).glob("*.json"))[-_LAST:]:
        message = _read(file, [MAX_BYTES]) or {}
        messages.append({"info": message, "parts": _read_all(storage / "part" / file.stem, [MAX_BYTES])})
    end = _end(info.get("directory"), messages)
    return end._replace(is_subagent=bool(info.get("parentID")))


def _end(project: Any, messages: Iterable[dict[str, Any]]) -> End:
    model = tokens = None
    words = ""
    for message in messages:
        info = message["info"]
        said = [one.get("text") for one in message["parts"] if one.get("type") == "text" and not one.get("synthetic")]
        words = "\n".join(one for one in said if isinstance(one, str)).strip() or words
        if info.get("role") == "assistant":
            model = info.get("modelID") or model
            tokens = _window(info.get("tokens")) or tokens
    return End(project if isinstance(project, str) else None, model, tokens, words)


def _window(tokens: Any) -> int | None:
    """What was billed: input, what came from and went to the cache, and the answer."""
    if not isinstance(tokens, dict):
        return None
    cache = member(tokens, "cache")
    given = (tokens.get("input"), tokens.get("output"), cache.get("read"), cache.get("write"))
    return sum(one for one in given if isinstance(one, int)) or None
