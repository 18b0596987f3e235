"""Writes a draft out as an array, and tells what is no longer in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from ctxbudget_server.fit.draft import Draft, Gap, MessageRun
from ctxbudget_server.fit.lines import about, ids_alone, said_briefly
from ctxbudget_server.fit.markers import Record, names_line, result_marker, write_record
from ctxbudget_server.fit.model import Edit, Key, Message, Removal, Role, edited
from ctxbudget_server.fit.shapes import must_record, to_json, who_records
from ctxbudget_server.fit.titles import call_title

Id = Callable[[int, str], str | None]
"""The id of a removal, by its number and by what it removes; None where nothing is kept."""

Names: TypeAlias = Mapping[int, list[str]]
"""Names by the message that replaces the one they were in."""


class Writer:
    """Writes a draft out, with an index of names in each replacement."""

    def __init__(self, draft: Draft, item_id: Id) -> None:
        self._draft = draft
        self._material = draft.material
        self._talk = draft.talk
        self._item_id = item_id
        self._retrieval = self._talk.options.retrieval
        self._originals: dict[MessageRun, str] = {}
        self._gaps = {gap[0].start: gap for gap in draft.gaps()}
        self._shown = [gap for gap in self._gaps.values() if gap[-1].end > self._talk.start]
        self._silent = list(self._gaps_without_record()) if draft.telling == "index" else []
        """Gaps whose ids are in the record of the first one that is shown, since there is little room."""
        self._keys: dict[int, list[Key]] = {}
        for key in sorted(key for key in draft.reduced if not draft.is_gone(key.message)):
            self._keys.setdefault(key.message, []).append(key)
        pieces = [piece for gap in self._gaps.values() for piece in gap if draft.needs_id(piece)]
        owners: list[Key | MessageRun] = [*(key for keys in self._keys.values() for key in keys), *pieces]
        self._numbers = {owner: number for number, owner in enumerate(sorted(owners, key=lambda owner: owner[:2]))}

    def _gaps_without_record(self) -> Iterator[Gap]:
        """All but the first that the provider shows, where the array is legal without a record there."""
        for gap in self._shown[1:]:
            if not must_record(*self._speakers(gap), alternates=self._talk.shape.alternates):
                yield gap

    def write(self, edits: Sequence[Edit]) -> list[Message]:
        """The array with these edits."""
        return edited(self._talk.messages, edits)

    def edits(self, names: Names) -> list[Edit]:
        """What is another in the array with these names, in order."""
        found = []
        for index, gap in self._gaps.items():
            record = self._record_messages(gap, self._record(gap), names.get(index, []))
            found.append(Edit(index, gap[-1].end, tuple(record)))
        for index in self._keys:
            found.append(Edit(index, index + 1, (self._material.reduced(index, self._markers(index, names)),)))
        return sorted(found, key=lambda edit: edit.start)

    def removals(self, names: Names) -> list[Removal]:
        """What an array with these names holds no more, in order."""
        texts = {index: self._markers(index, names) for index in self._keys}
        return [
            self._turn_removal(owner)
            if isinstance(owner, MessageRun)
            else self._result_removal(owner, texts[owner[0]][owner[1]])
            for owner in self._numbers
        ]

    def _markers(self, index: int, names: Names) -> dict[int, str]:
        """Texts that replace the results of a message, by slot; that of the largest has the names."""
        keys = self._keys[index]
        named = max(keys, key=self._material.result_tokens)
        return {key.slot: self._marker(key, names.get(index, []) if key == named else []) for key in keys}

    def _marker(self, key: Key, names: list[str]) -> str:
        part = self._material.part(key)
        stand_in = self._draft.reduced[key]
        tokens = self._material.result_tokens(key)
        told = self._draft.telling != "figures"
        item_id = self._item_id(self._numbers[key], part.original) if told else None
        lines = [result_marker(stand_in.reason, tokens, item_id, self._retrieval)]
        if told and (verdict := self._material.verdict(key)):
            lines.append(verdict)
        focus = self._material.focus if stand_in.reason == "newestResult" else None
        if said := self._material.lead(key, stand_in.lead, focus):
            lines.append(said)
        if names:
            lines.append(names_line(names))
        return "\n".join(lines)

    def _result_removal(self, key: Key, text: str) -> Removal:
        part = self._material.part(key)
        return Removal(
            number=self._numbers[key],
            index=key.message,
            kind="result",
            reason=self._draft.reduced[key].reason,
            call_id=part.named_id,
            title=call_title(self._talk.calls[part.call_id]),
            original=part.original,
            stand_in=text,
            is_json=part.is_json,
            tokens_before=self._material.result_tokens(key),
            tokens_after=self._material.tools.count(to_json(text)),
        )

    def _record(self, gap: Gap) -> Record:
        """The record of a gap. One that is in it already is carried over, and its turns are not archived again."""
        messages = tokens = 0
        lines: list[str] = []
        in_short: list[str] = []
        joint = self._silent if gap in self._shown[:1] else []
        for piece in (*gap, *(piece for silent in joint for piece in silent)):
            for index in range(piece.start, piece.end):
                if old := self._talk.records(index):
                    messages, tokens = messages + sum(o.messages for o in old), tokens + sum(o.tokens for o in old)
                elif not piece.ours:
                    messages, tokens = messages + 1, tokens + self._material.sizes[index]
            for key, line in self._draft.lines(piece, self._id_of(piece)):
                (in_short if self._draft.is_in_short(key, line) else lines).append(line)
        telling = self._draft.telling
        if telling == "lines":
            short = ids_alone(in_short) if self._retrieval is not None else []
            briefs = [line for line in lines if said_briefly(line) is not None]
            if briefs:
                from ctxbudget_server.fit.statements import by_label

                lines = [*(line for line in lines if said_briefly(line) is None), *by_label(briefs)]
            return Record(messages, tokens, tuple(dict.fromkeys([*short, *lines])), short=False)
        named = telling != "figures" and self._retrieval is not None
        told = tuple(ids_alone([*in_short, *lines])) if named else ()
        return Record(messages, tokens, told, short=True)

    def _id_of(self, piece: MessageRun) -> str | None:
        return self._item_id(self._numbers[piece], self._original(piece)) if piece in self._numbers else None

    def _record_messages(self, gap: Gap, record: Record, names: list[str]) -> list[Message]:
        start, end = gap[0].start, gap[-1].end
        shape = self._talk.shape
        before, after = self._speakers(gap)
        telling = self._draft.telling
        is_silent = gap in self._silent or telling == "figures"
        if is_silent and not must_record(before, after, alternates=shape.alternates):
            return []
        said = []
        if telling == "lines":
            said = [(self._talk.messages[i], slots) for i in range(start, end) if (slots := self._said(i))]
        retrieval = self._retrieval if telling not in ("pointer", "figures") else None
        is_pointer = telling == "pointer" and self._retrieval is not None
        text = write_record(record, names, retrieval, is_archived=is_pointer)
        return shape.record(text, said, who_records(before, after))

    def _said(self, index: int) -> list[int]:
        """Slots of a message in which people speak, and whose words the record brings along as they are."""
        return [slot for slot in self._talk.words(index) if Key(index, slot) not in self._draft.leads]

    def _speakers(self, gap: Gap) -> tuple[Role | None, Role | None]:
        """Who speaks before a gap, and after it."""
        start, end = gap[0].start, gap[-1].end
        return self._speaker(range(start - 1, -1, -1)), self._speaker(range(end, len(self._talk.messages)))

    def _speaker(self, indexes: Iterable[int]) -> Role | None:
        """Who speaks first in what stays of these messages: system messages do not take turns."""
        roles = self._talk.roles
        return next((roles[i] for i in indexes if roles[i] != "system" and not self._draft.is_gone(i)), None)

    def _tokens(self, piece: MessageRun) -> int:
        return sum(self._material.sizes[piece.start : piece.end])

    def _original(self, piece: MessageRun) -> str:
        if piece not in self._originals:
            self._originals[piece] = to_json(self._talk.messages[piece.start : piece.end])
        return self._originals[piece]

    def _turn_removal(self, piece: MessageRun) -> Removal:
        lines = self._draft.lines(piece, self._id_of(piece)) if self._draft.telling == "lines" else []
        told = "\n".join(line for key, line in lines if not self._draft.is_in_short(key, line))
        own = [i for i in range(piece.start, piece.end) if not self._talk.records(i)]
        parts = [part for i in own for part in self._talk.parts[i]]
        return Removal(
            number=self._numbers[piece],
            index=piece.start,
            kind="turn",
            reason="oldTurn",
            call_id=None,
            title=about(parts, call_title),
            stand_in=None,
            original=self._original(piece),
            is_json=True,
            tokens_before=self._tokens(piece),
            tokens_after=self._material.count_json(told) if told else 0,
        )
