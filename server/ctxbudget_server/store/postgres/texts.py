"""Any text, kept in columns of PostgreSQL, which take every character but NUL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from psycopg.types.string import StrDumperUnknown, TextLoader

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.abc import Buffer

_ESCAPE: Final = "\x1a"
"""Stands before a digit for NUL or for itself. No text that people write has it."""


class _Dumper(StrDumperUnknown):
    def dump(self, obj: str) -> Buffer | None:
        """The bytes that are sent."""
        if "\x00" in obj or _ESCAPE in obj:
            obj = obj.replace(_ESCAPE, f"{_ESCAPE}1").replace("\x00", f"{_ESCAPE}0")
        return super().dump(obj)


class _Loader(TextLoader):
    def load(self, data: Buffer) -> bytes | str:
        """The text as it was."""
        text = super().load(data)
        if isinstance(text, str) and _ESCAPE in text:
            return text.replace(f"{_ESCAPE}0", "\x00").replace(f"{_ESCAPE}1", _ESCAPE)
        return text


def take_any_text(connection: Connection[tuple[object, ...]]) -> None:
    """Have a connection write and read texts with NUL."""
    connection.adapters.register_dumper(str, _Dumper)
    connection.adapters.register_loader("text", _Loader)
