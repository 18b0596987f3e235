"""What all plug-ins share: the messages of a model call, fitted by a server that remembers each conversation.

A plug-in must never end a run. Whatever goes wrong here is logged (`ctxbudget_client.plugs`), and the call goes on with
what was decided last and the messages that came since, or else with the messages as they are.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypedDict, Unpack

from ctxbudget_client.client import Client
from ctxbudget_client.edits import edited_messages
from ctxbudget_client.errors import ClientError, ServerError
from ctxbudget_protocol.limits import SESSION_ID

if TYPE_CHECKING:
    from ctxbudget_client.params import ContextFitParams

LOGGER: Final = logging.getLogger("ctxbudget_client.plugs")

Row = Mapping[str, Any]
"""A message in the format in which the server reads it."""

TOOL_DESCRIPTION: Final = "Returns exactly what a [ctxbudget ...] marker or record replaced."
"""What the model reads about the tool `context_get`."""

DEFAULT_SECONDS: Final = 15.0
"""How long a model call waits for the server."""

_REMEMBERED: Final = 64
"""How many conversations of one plug-in keep their last decision."""


class FitOptions(TypedDict, total=False):
    """What every plug-in takes besides its limit."""

    keep_turns: int
    """Number of latest turns that stay whole. Default: 2."""
    model: str
    """Selects the vocabulary that counts. Default: the session's, else o200k_base."""
    conversation: str
    """The conversation's name. Default: one for each beginning, so that one plug-in serves many conversations."""
    seconds: float
    """How long a model call waits for the server. Default: 15."""


@dataclass(frozen=True, slots=True)
class _Decision:
    """What the server answered last about a conversation."""

    rows: Sequence[Row]
    edits: Sequence[Mapping[str, Any]]


class ConversationFit:
    """Fits conversations to `max_tokens` tokens, on the account of one session.

    Raises `TypeError` for an option that does not exist, and `ValueError` for a value that no call could use: a plug-in
    never ends a run, so a mistake that is not refused here would only mean that nothing is ever cut.
    """

    def __init__(
        self,
        client: Client,
        session_id: str,
        max_tokens: int,
        shape: Literal["neutral", "openai-chat", "openai-responses"],
        **options: Unpack[FitOptions],
    ) -> None:
        _check(session_id, max_tokens, options)
        self._run = client.for_session(session_id, timeout=options.get("seconds", DEFAULT_SECONDS))
        self._max_tokens = max_tokens
        self._shape = shape
        self._options = options
        self._last: OrderedDict[str, _Decision] = OrderedDict()

    def fitted(self, rows: Sequence[Row], *, pins: Sequence[int] = (), billed: int | None = None) -> Sequence[Row]:
        """The rows to send. Those that stay are the very same objects. Never raises.

        `pins` are indexes of rows that must stay. `billed` is what the provider reported for the latest answer's
        request, in input tokens; from it the server knows how much tools and prompts take besides the messages.
        """
        name = self._options.get("conversation") or _name(rows)
        last = self._last.get(name)
        try:
            decision = _Decision(rows, self._edits(name, rows, last, pins, billed))
        except (ClientError, OSError) as error:
            LOGGER.warning("the messages of %s were not fitted: %s", name, error)
            decision = _Decision(rows, last.edits if last is not None and _begins(rows, last.rows) else [])
        self._last[name] = decision
        self._last.move_to_end(name)
        while len(self._last) > _REMEMBERED:
            self._last.popitem(last=False)
        return edited_messages(rows, decision.edits)

    def fetch(self, item_id: str) -> str:
        """What an id in a marker or record replaced, or why it cannot be had, in words for the model."""
        try:
            return self._run.context.get(item_id=item_id).content or ""
        except ServerError as error:
            return f"{error.name}: {error.message}"
        except ClientError as error:
            LOGGER.warning("item %s was not fetched: %s", item_id, error)
            return "The archive cannot be reached now."

    def _edits(
        self, name: str, rows: Sequence[Row], last: _Decision | None, pins: Sequence[int], billed: int | None
    ) -> Sequence[Mapping[str, Any]]:
        params: ContextFitParams = {
            "format": self._shape,
            "max_tokens": self._max_tokens,
            "keep_turns": self._options.get("keep_turns", 2),
            "continue_": True,
            "conversation": name,
            "answer": "edits",
            "retrieve": "context_get {itemId}",
            "messages": [dict(row) for row in rows],
        }
        if pins:
            params["pins"] = list(pins)
        if "model" in self._options:
            params["model"] = self._options["model"]
        if billed and last is not None:
            params["reported"] = {"inputTokens": billed}
        try:
            answer = self._run.context.fit(**params)
        except ServerError as error:
            if params.pop("reported", None) is None or ["reported"] not in [
                fault.get("loc") for fault in error.data.get("errors", [])
            ]:
                raise
            LOGGER.warning("%s: %s; the messages alone get the limit", name, error)
            answer = self._run.context.fit(**params)
        if not answer.fits:
            LOGGER.warning(
                "%s has %d tokens, over its limit of %d: what must stay has %d",
                name,
                answer.tokens,
                answer.limit,
                answer.untouchable,
            )
        return [edit.to_dict() for edit in answer.edits or []]


def _check(session_id: str, max_tokens: int, options: FitOptions) -> None:
    if unknown := options.keys() - FitOptions.__annotations__.keys():
        raise TypeError(f"{min(unknown)} is not an option: there are {', '.join(FitOptions.__annotations__)}")
    for name, number, least in ("max_tokens", max_tokens, 1), ("keep_turns", options.get("keep_turns", 0), 0):
        if type(number) is not int or number < least:
            raise ValueError(f"{name} must be an integer of at least {least}, not {number!r}")
    if not options.get("seconds", DEFAULT_SECONDS) > 0:
        raise ValueError(f"seconds must be more than 0, not {options['seconds']!r}")
    for name, text in ("session_id", session_id), ("conversation", options.get("conversation") or "one"):
        if not re.fullmatch(SESSION_ID, text):
            raise ValueError(
                f"{name} must be 1 to 128 letters, digits, dots, hyphens, underscores or colons, not {text!r}"
            )


def _begins(rows: Sequence[Row], earlier: Sequence[Row]) -> bool:
    return len(earlier) <= len(rows) and all(old == new for old, new in zip(earlier, rows, strict=False))


def _name(rows: Sequence[Row]) -> str:
    """A name for a conversation by its first message of a person, which stays first while it grows."""
    first = next((row for row in rows if row.get("role") not in {"system", "developer"}), {})
    text = json.dumps({**first, "id": None}, sort_keys=True, default=str)
    return "begins-" + hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
