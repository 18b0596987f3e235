"""How the log stores changes: the unusual values of a new item, the fields that differ of a changed one.

The services see a change as `{id, before, after}` with all values of the item; `before` is None for a new one. It is
stored as `{id, new}` or `{id, was, now}`. Versions 1 and 2 of the schema stored the full form, and such rows stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import compress
from operator import is_not
from typing import Any, Final

from ctxbudget_server.rules.items import Item

Image = dict[str, Any]

USUAL: Final[Image] = {
    "phase": None,
    "wave": None,
    "agent": None,
    "title": None,
    "path": None,
    "pinned": False,
    "marker": False,
    "brought_in": False,
    "encoding": None,
    "factor": 1.0,
    "bytes": None,
    "hash": None,
    "complete": None,
    "state": "retained",
    "withdrawn": False,
    "stand_in": None,
    "reduces": [],
    "reason": None,
    "dropped_at": None,
    "tool": None,
    "again_of": None,
}
"""Values that a new item has unless stored otherwise."""


_FIELDS: Final = Item._fields
_PLACES: Final = range(len(_FIELDS))
_USUAL_VALUES: Final = tuple(() if USUAL.get(name) == [] else USUAL.get(name, USUAL) for name in _FIELDS)
"""The same by place, as an item has them, with something that no value is equal to where there is none."""
_ID, _REVISION, _ADDED_AT, _RAW_TOKENS, _SEGMENTS = map(
    _FIELDS.index, ("id", "revision", "added_at", "raw_tokens", "segments")
)


def stored_change(before: Item | None, item: Item, revision: int, at: str) -> dict[str, Any]:
    """A change of an item in stored form, for the log entry of this revision and time; no `before`: it is new."""
    if before is None:
        usual = [*_USUAL_VALUES]
        usual[_ID], usual[_REVISION], usual[_ADDED_AT], usual[_RAW_TOKENS] = item.id, revision, at, item.tokens
        usual[_SEGMENTS] = () if item.hash is None else (item.hash,)
        return {"id": item.id, "new": {_FIELDS[place]: item[place] for place in _differing(usual, item)}}
    differing = _differing(before, item)
    return {
        "id": item.id,
        "was": {_FIELDS[place]: before[place] for place in differing},
        "now": {_FIELDS[place]: item[place] for place in differing if place != _REVISION},
    }


def _differing(one: Sequence[Any], other: Sequence[Any]) -> list[int]:
    """Where two items have values that are different JSON (True and 1 are); nearly all are identical."""
    unlike = compress(_PLACES, map(is_not, one, other))
    return [place for place in unlike if one[place] != other[place] or type(one[place]) is not type(other[place])]


def _usual(image: Mapping[str, Any], item_id: str, revision: int, at: str) -> Image:
    """The values of a new item that need not be stored, since they follow from its event and its other values."""
    digest = image.get("hash")
    follows = {"id": item_id, "revision": revision, "added_at": at, "raw_tokens": image.get("tokens")}
    return {**USUAL, **follows, "segments": [] if digest is None else [digest]}


class History:
    """Reads stored changes from the beginning of a session's log, keeping track of each item's state."""

    def __init__(self) -> None:
        self._images: dict[str, Image] = {}

    def changes(self, stored: Iterable[Mapping[str, Any]], revision: int, at: str) -> list[dict[str, Any]]:
        """The changes of the next event, each with all values before and after it."""
        return [self._change(change, revision, at) for change in stored]

    def _change(self, change: Mapping[str, Any], revision: int, at: str) -> dict[str, Any]:
        item_id = change["id"]
        if "after" in change:
            before, after = change["before"], {**USUAL, **change["after"]}
            before = None if before is None else {**USUAL, **before}
        elif "new" in change:
            new = change["new"]
            before, after = None, {**_usual(new, item_id, revision, at), **new}
        else:
            before = {**self._images.get(item_id, {}), **change["was"]}
            after = {**before, **change["now"], "revision": revision}
        self._images[item_id] = after
        return {"id": item_id, "before": before, "after": after}


def before_of(stored: Mapping[str, Any]) -> Image | None:
    """The values that a stored change replaced (at least those that differ); None for an item that it created."""
    if "after" in stored:
        before: Image | None = stored["before"]
        return before
    return None if "new" in stored else dict(stored["was"])
