"""Lists that are cut at their end and say how many entries they leave out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass

from ctxbudget_server.extract.model import Omitted


class Listed(tuple[str, ...]):
    """The first entries of a list; `more` is how many follow in the source."""

    more: int = 0

    @classmethod
    def cut(cls, entries: Sequence[str], most: int, more: int = 0) -> Listed:
        """The first `most` entries; `more` is how many were left out before."""
        found = cls(entries[:most])
        found.more = more + max(0, len(entries) - most)
        return found


def more_of(entries: Sequence[str]) -> int:
    """How many entries a list leaves out at its end."""
    return entries.more if isinstance(entries, Listed) else 0


def omitted_from(values: object, path: str = "") -> Iterator[Omitted]:
    """The lists that are cut in a record and in those within it."""
    if not is_dataclass(values):
        return
    for each in fields(values):
        value = getattr(values, each.name)
        first, *rest = each.name.split("_")
        name = f"{path}{first}{''.join(map(str.capitalize, rest))}"
        if more := more_of(value) if isinstance(value, tuple) else 0:
            yield Omitted(name, more)
        yield from omitted_from(value, f"{name}.")
