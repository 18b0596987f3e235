"""`context/fit`: a message array within a limit, and everything that went where `context/get` finds it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, NamedTuple, cast

from ctxbudget_protocol.errors import ProtocolError, invalid
from ctxbudget_protocol.limits import ARCHIVE_SESSION, MAX_DEPTH
from ctxbudget_protocol.methods.context.fit import FitEdit, FitResult, FittedPart
from ctxbudget_server.account.beginnings import Beginnings
from ctxbudget_server.account.content import Blob, Figure, digest_of, encode
from ctxbudget_server.account.continuing import Known, Name, Whole, as_before, continued, recall, remember
from ctxbudget_server.account.conversation import Conversation, leave_nothing_else, pinned_messages, pruned_calls
from ctxbudget_server.account.counter import Counter, counter_for, session_counter
from ctxbudget_server.account.earlier_fits import (
    NEVER_KEPT,
    Decided,
    Earlier,
    Place,
    conversation_key,
    earlier_fit,
    has_grown,
    saw_within,
)
from ctxbudget_server.account.fit_memory import Measured, kept_id, kept_text, remember_kept, tools_for
from ctxbudget_server.account.ids import NONCE_LENGTH, make_id
from ctxbudget_server.account.items import make_item
from ctxbudget_server.account.preparing import PREPARING
from ctxbudget_server.account.rehearsal import Rehearsed
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.transactions import (
    changing,
    check_revision,
    new_session,
)
from ctxbudget_server.account.unit_of_work import UnitOfWork
from ctxbudget_server.account.wire import wire_figures
from ctxbudget_server.fit import (
    SHAPES,
    USUAL_PRICES,
    Fitted,
    Message,
    Options,
    Prices,
    Removal,
    Retrieval,
    Sizes,
    Tools,
    Unrecognised,
    break_even,
    end_of_stand_ins,
    first_sent,
    is_deeper,
    last_request,
    readers,
    recognised,
)
from ctxbudget_server.fit import fit as fitted_to
from ctxbudget_server.fit.edits import Insert, Remove, Step, edit_steps
from ctxbudget_server.fit.model import edited
from ctxbudget_server.fit.preparation import preparations
from ctxbudget_server.rules.items import Item
from ctxbudget_server.store.cancellation import never_cancelled
from ctxbudget_server.store.interface import Reader
from ctxbudget_server.store.records import Session

if TYPE_CHECKING:
    from ctxbudget_protocol.common import Alert, Figures
    from ctxbudget_protocol.methods.context.fit import FitParams
    from ctxbudget_protocol.words import MessageFormat, OverheadSource


MAIN = "main"
"""The conversation that is continued if none is named."""
PREVIEW = "0" * NONCE_LENGTH
"""In the ids of a dry run's markers while there is no archive yet, so that its figures are the same each time."""


def fit(request: Request, params: FitParams) -> FitResult:
    """Cut an array to its limit. What goes is kept first; a marker is only written of what can be read again."""
    with PREPARING.waiting():
        return _fit(request, params)


def _fit(request: Request, params: FitParams) -> FitResult:
    _check_together(params)
    keeper = Keeper(request, params)
    named = None
    if params.session_id is not None:
        with request.read() as reader:
            named = keeper.find(reader)
    fitter = Fitter(request, params, _counter(request, params, named), named)
    if params.dry_run and params.archive:
        return _rehearsed(request, params, fitter, keeper)
    if params.session_id is not None:
        result = changing(request, params, fitter.keep, find=keeper.find, rehearsed=fitter.rehearsed)
        fitter.remember()
        return result
    if not params.archive:
        fitted, made = fitter.fit(None, None, lambda number, original: None)
        if made is not None and not params.dry_run:
            made({}).remember(NEVER_KEPT)
        answer = fitter.answer(fitted, {}, None)
        if not params.dry_run:
            fitter.remember_conversation(fitted)
        return answer
    with request.read() as reader:
        session = keeper.find(reader)
        plan = fitter.plan(reader, session)
    if not plan.fitted.removals or (plan.changes_nothing and params.request_key is None and params.if_revision is None):
        kept = Kept(session.id, session.revision) if plan.fitted.removals else None
        answer = fitter.answer(plan.fitted, plan.ids, kept)
        fitter.remember_conversation(plan.fitted)
        return answer
    result = changing(request, params, fitter.keep, find=keeper.find, rehearsed=fitter.rehearsed)
    fitter.remember()
    return result


def _check_together(params: FitParams) -> None:
    """Refuse params that contradict each other."""
    if params.session_id is not None and not params.archive:
        raise invalid(["archive"], "a session always keeps what was removed from its conversation")
    if params.whole_window and params.session_id is None:
        raise invalid(["wholeWindow"], "needs `sessionId`: it is about a session's account")
    for name, given in (("conversation", params.conversation), ("since", params.since)):
        if given is not None and not params.continue_:
            raise invalid([name], "needs `continue: true`")
    if params.overhead is not None and params.reported is not None:
        raise invalid(["overhead"], "is what `reported` would tell: give one of them")
    if params.previous is not None and params.answer != "text":
        raise invalid(["previous"], 'needs `answer: "text"`')


def _rehearsed(request: Request, params: FitParams, fitter: Fitter, keeper: Keeper) -> FitResult:
    """The answer that the call would give, for a session as it stands."""
    with request.read() as reader:
        session = keeper.find(reader)
        if session.revision == 0:
            session = session._replace(nonce=PREVIEW)
        check_revision(params.if_revision, session)
        plan = fitter.plan(reader, session)
    return fitter.answer(plan.fitted, {}, None)


def _read_as(form: str | None, messages: list[Message], likely: str | None, start: int) -> str:
    """The shape of the messages. What is not understood is refused before anything of it is torn.

    `likely` is the shape of those that precede them; it is taken where no other one is named.
    """
    for index, message in enumerate(messages[start:], start):
        if is_deeper(message, MAX_DEPTH):
            raise invalid(["messages", index], f"has more than {MAX_DEPTH} levels of objects and arrays", "too_deep")
    if form is None:
        if likely is not None and likely in readers(messages):
            return likely
        found = recognised(messages)
        if isinstance(found, str):
            return found
        raise _unknown(found, None)
    shape = SHAPES[form]
    for index, message in enumerate(messages[start:], start):
        if fault := shape.fault(message):
            raise _unknown(Unrecognised(index, fault, readers(messages)), form)
    return form


def _unknown(found: Unrecognised, form: str | None) -> ProtocolError:
    index, fault, formats = found
    could = f"; it could be {' or '.join(formats)}" if formats else ""
    how = f"read as {form}" if form else "no format was named"
    return ProtocolError(
        "unknownFormat",
        f"messages[{index}]{fault.member} {fault.why} ({how}{could})",
        loc=["messages", index, *fault.where],
        format=form,
        index=index,
        member=fault.member.removeprefix("."),
        formats=formats,
    )


def _counter(request: Request, params: FitParams, named: Session | None) -> Counter:
    if params.model is None and named is not None and named.revision:
        return session_counter(request, named.id)[1]
    return counter_for(request, params.model)


class Keeper:
    """The session that keeps what went: the named one, which is opened, or the archive of calls without a session.

    The archive is created on the first removal.
    """

    def __init__(self, request: Request, params: FitParams) -> None:
        self._id = params.session_id or ARCHIVE_SESSION
        self._new = new_session(self._id, request.now())

    def find(self, reader: Reader) -> Session:
        """The session as it stands, open."""
        found = reader.session(self._id) or self._new
        return found if found.state == "open" else found._replace(state="open", closed_at=None)


@dataclass(frozen=True, slots=True)
class Removed:
    """A removal, ready to become an item, or an item already."""

    what: Removal
    item_id: str
    is_new: bool
    blob: Blob
    figure: Figure


@dataclass(frozen=True, slots=True)
class Plan:
    """A fit whose markers name ids that one state of a session will give."""

    fitted: Fitted
    removed: tuple[Removed, ...]
    """What goes now."""
    conversation: Conversation | None
    decided: Decided | None
    """What was decided that the session does not keep yet."""

    @property
    def changes_nothing(self) -> bool:
        """Whether the session has it all already."""
        return not self.removed and self.conversation is None and self.decided is None

    @property
    def ids(self) -> dict[int, str]:
        """The ids of all that is no longer in the array, by the number of the removal."""
        earlier = {what.number: what.item_id for what in self.fitted.removals if what.item_id is not None}
        return earlier | {one.what.number: one.item_id for one in self.removed}


class Kept(NamedTuple):
    """Where what went is kept, and with the account of a session what that is now."""

    session_id: str
    revision: int
    status: Figures | None = None
    alerts: Sequence[Alert] = ()


class Room(NamedTuple):
    """Tokens that the messages may have, and those beside them."""

    limit: int
    overhead: int
    source: OverheadSource


class Fitter:
    """Fits for one request. Markers name ids that the transaction will make; if they are taken by then, it repeats."""

    def __init__(self, request: Request, params: FitParams, counter: Counter, named: Session | None) -> None:
        self._params = params
        self._counter = counter
        self._check = request.cancellation.check
        self._digests: dict[str, str] = {}
        self.rehearsed: Rehearsed[tuple[str, int, int], Plan] = Rehearsed()
        self._kept: tuple[str, int, Plan] | None = None
        nonce = named.nonce if named else ""
        self._name = Name(str(request.documents.workspace), params.session_id, nonce, params.conversation or MAIN)
        known = recall(self._name) if params.continue_ else None
        if known is not None and params.format not in (None, known.form):
            known = None
        same = 0 if params.since else as_before(known, params.messages)
        likely = known.form if known else None
        self._form = _read_as(likely if same else params.format, params.messages, likely, same)
        if known is not None and known.form != self._form:
            known = None
        self._known = known
        self._whole = (
            continued(known, self._name, params.messages, params.since)
            if params.continue_
            else Whole(params.messages, Beginnings(params.messages))
        )
        is_measured = known is not None and known.measured.model == counter.model
        self._measured = known.measured if known and is_measured else Measured(counter.model, {}, {})
        self._told: tuple[list[FitEdit] | None, list[FittedPart]] = (None, [])
        self._room = Room(params.max_tokens, 0, "none")
        self._opened = False
        self._text: str | None = None
        self._pins = frozenset(params.pins or [])
        self._spent = frozenset(params.spent or [])
        for index, pin in enumerate(params.pins or []):
            if isinstance(pin, int) and not 0 <= pin < len(self._whole.messages):
                raise invalid(["pins", index], f"must be an index of {len(self._whole.messages)} messages")

    @property
    def _prices(self) -> Prices:
        given = self._params.cache_prices
        return Prices(given.read, given.write) if given else USUAL_PRICES

    def fit(
        self,
        session: Session | None,
        reader: Reader | None,
        item_id: Callable[[int, str], str | None],
    ) -> tuple[Fitted, Callable[[dict[int, str]], Decided] | None]:
        """The array, with markers that send their reader to this session: as before while that is enough.

        And what makes of the ids of what went a decision to keep, if there is a new one.
        """
        params, messages, beginnings = self._params, self._whole.messages, self._whole.beginnings
        tools = tools_for(self._counter, self._check, self._measured if params.continue_ else None)
        place = Place(session.id if session else None, session.nonce if session else "", self._conversation)
        earlier = earlier_fit(place, messages, beginnings, reader)
        if earlier is not None and session is not None and reader is not None:
            earlier = earlier if reader.holds_items(session.id, earlier.ids) else None
        before = earlier.fitted if earlier else None
        self._room = self._room_beside(before, tools)
        options = Options(
            max_tokens=self._room.limit,
            keep_turns=params.keep_turns,
            pins=self._pins,
            spent=self._spent,
            min_reclaim=params.min_reclaim if isinstance(params.min_reclaim, int) else None,
            prices=self._prices,
            focus=params.focus,
            retrieval=Retrieval(session.id, params.retrieve) if session else None,
            holds=params.continue_,
            grows=self._whole.continues not in (None, "nothing") or has_grown(place, messages),
        )
        if params.answer == "text":
            from ctxbudget_server.fit.as_text import as_text  # hooks do not need it

            told = as_text(messages, self._form, options, tools, item_id, previous=params.previous)
            self._text = told.text
            return told.fitted, None
        fitted = fitted_to(
            messages, self._form, options, tools, item_id, earlier=before, is_allowed=self._is_allowed(before)
        )
        if fitted.fits and not fitted.removals:
            saw_within(place, messages, self._form)
        is_new = before is None or fitted.edits is not before.edits
        self._note_what_held(earlier)
        if not (is_new and fitted.fits and fitted.removals):
            return fitted, None
        return fitted, lambda ids: Decided.of(place, (messages, beginnings), self._form, fitted, ids)

    def _is_allowed(self, before: Fitted | None) -> bool:
        """Whether what was decided is known to touch nothing that must stay: what grows only lets more go."""
        known = self._known
        if known is None or before is None or not self._whole.is_grown or before.edits is not known.edits:
            return False
        return self._keeps == known.keeps

    @property
    def _keeps(self) -> tuple[int, frozenset[int | str]]:
        return self._params.keep_turns, self._pins

    def _note_what_held(self, earlier: Earlier | None) -> None:
        """What a new process cannot know of a conversation by itself, decisions tell."""
        whole = self._whole
        if whole.continues != "nothing":
            return
        if earlier is not None:
            self._whole = whole._replace(continues="given", known=max(earlier.known.touched_length, whole.known or 0))
        elif end := end_of_stand_ins(SHAPES[self._form], whole.messages):
            self._whole = whole._replace(continues="answered", known=end)

    def _room_beside(self, earlier: Fitted | None, tools: Tools) -> Room:
        """What the messages may have; the rest is for what the caller sends beside them."""
        params, reported = self._params, self._params.reported
        most = params.max_tokens if reported is None else min(params.max_tokens, reported.window or params.max_tokens)
        if reported is not None:
            shape = SHAPES[self._form]
            sent = edited(self._whole.messages, earlier.edits) if earlier else self._whole.messages
            held = Sizes(tools, shape).total(last_request(shape, sent))
            overhead = max(0, reported.input_tokens - held)
            room = Room(most - overhead, overhead, "reported")
        else:
            room = Room(most - (params.overhead or 0), params.overhead or 0, "given" if params.overhead else "none")
        if room.limit < 1:
            where = "reported" if reported is not None else "overhead"
            raise invalid([where], f"{room.overhead} tokens beside the messages leave none of {most} for them")
        return room

    @cached_property
    def _conversation(self) -> str:
        """What decisions are known by: all that an answer depends on, and how the conversation begins."""
        params = self._params
        if params.continue_:
            return f"={self._name.conversation}"
        window = params.reported.window if params.reported else None
        room = [min(params.max_tokens, window or params.max_tokens), params.overhead or 0]
        asked = [*room, params.keep_turns, params.min_reclaim, self._prices, params.focus, params.retrieve]
        return conversation_key(self._form, [*asked, self._counter.model], params.messages)

    def plan(self, reader: Reader, session: Session) -> Plan:
        """The fit for a session as it stands."""
        state = session.nonce, session.next_seq, session.revision
        return self.rehearsed.result(state, lambda: self._plan(reader, session))

    def _plan(self, reader: Reader, session: Session) -> Plan:
        """What the session holds already is not kept once more."""
        kept: dict[str, str | None] = {}

        def kept_as(original: str) -> str | None:
            digest = self._digest(original)
            if digest not in kept:
                kept[digest] = kept_id(session.nonce, digest) or reader.item_of(session.id, digest)
            return kept[digest]

        def item_id(number: int, original: str) -> str:
            return kept_as(original) or make_id("i", session.nonce, session.next_seq + number)

        if self._params.session_id is not None:
            held = pinned_messages(reader, session.id, SHAPES[self._form], self._whole.messages)
            self._pins = frozenset(self._params.pins or []) | held
            self._spent = frozenset(self._params.spent or []) | self._pruned(reader, session)
        fitted, decided = self.fit(session, reader, item_id)
        removed = tuple(
            Removed(
                what,
                item_id(what.number, what.original),
                not kept_as(what.original),
                *self._figured(what.original, what.is_json),
            )
            for what in fitted.removals
            if not what.is_earlier
        )
        conversation = None
        if self._params.session_id is not None:
            conversation = self._settling(session, fitted)
        plan = Plan(fitted, removed, conversation, None)
        return replace(plan, decided=decided(plan.ids)) if decided else plan

    def _pruned(self, reader: Reader, session: Session) -> set[str]:
        """Calls whose results the account has pruned since this conversation was settled there."""
        known = self._known
        if session.revision == 0 or (known and known.settled and known.settled[0] == session.revision):
            return set()
        return pruned_calls(reader, session.id, SHAPES[self._form], self._whole.messages)

    def _settling(self, session: Session, fitted: Fitted) -> Conversation:
        """What the account has to know. Where it knows what was there before, that is what is new."""
        form, whole, known = self._form, self._whole, self._known
        is_same = known is not None and whole.is_grown and fitted.edits is known.edits
        if known is not None and known.settled is not None and is_same and not self._params.whole_window:
            revision, earlier = known.settled
            new = whole.messages[len(known.messages) :]
            if revision == session.revision and not any(map(SHAPES[form].begins_anew, new[1:])):
                return Conversation.grown(new, form, self._figured, earlier)
        start = first_sent(SHAPES[form], fitted.messages)
        return Conversation.of(whole.messages, fitted.messages[start:], form, self._figured)

    def _digest(self, original: str) -> str:
        """Each draft asks for it again."""
        if original not in self._digests:
            self._digests[original] = digest_of(encode(original))
        return self._digests[original]

    def _figured(self, text: str, is_json: bool) -> tuple[Blob, Figure]:
        return kept_text(self._counter, SHAPES[self._form].provider, self._check, text, is_json)

    def keep(self, unit: UnitOfWork) -> Callable[[], FitResult]:
        """Keep what went, as items that are pruned; on a named session the whole conversation becomes items."""
        plan = self.plan(unit.reader, unit.stored)
        self._kept = unit.stored.nonce, unit.revision, plan
        stored = unit.reader.session(unit.id)
        self._opened = self._params.session_id is not None and (stored is None or stored.state != "open")
        first = unit.stored.next_seq
        for one in plan.removed:
            if one.is_new:
                while unit.session.next_seq < first + one.what.number:
                    unit.new_id("i")
                unit.put(self._item(unit, one))
        if plan.conversation is not None:
            ids = plan.ids
            removed = {ids[what.number]: what for what in plan.fitted.removals}
            staying = plan.conversation.settle(unit, removed)
            if self._params.whole_window:
                leave_nothing_else(unit, staying)
        if plan.decided is not None:
            unit.put_fit(plan.decided.kept_at(unit.revision))
        unit.detail = {
            "why": "fit",
            "tokens": plan.fitted.tokens,
            "sourceTokens": plan.fitted.source_tokens,
            "firstChanged": plan.fitted.first_changed,
        }
        return lambda: self.answer(plan.fitted, plan.ids, self._kept_in(unit))

    def _kept_in(self, unit: UnitOfWork) -> Kept:
        if self._params.session_id is None:
            return Kept(unit.id, unit.revision)
        return Kept(unit.id, unit.revision, wire_figures(unit.session, unit.settings, unit.leased), unit.alerts)

    def remember(self) -> None:
        """What is kept now need not be kept again, nor decided again, when the same array comes back."""
        if self._kept is not None:
            nonce, revision, plan = self._kept
            for one in plan.removed:
                remember_kept(nonce, one.blob.digest, one.item_id)
            if plan.decided is not None:
                plan.decided.remember(revision)
            self.remember_conversation(plan.fitted)

    def remember_conversation(self, fitted: Fitted) -> None:
        """Know the conversation when it is continued."""
        if self._params.continue_ and self._params.answer != "text":
            whole, measured = self._whole, self._measured
            if self._known is None or fitted.edits is not self._known.edits:
                measured = measured.of([whole.messages, fitted.messages])
            settled = None
            if self._kept is not None and (conversation := self._kept[2].conversation):
                settled = self._kept[1], conversation.settled
            known = Known(
                self._form, whole.messages, whole.beginnings, fitted.edits, self._keeps, measured, self._told, settled
            )
            remember(self._name, known)
            new = whole.messages[len(self._known.messages) if self._known and whole.is_grown else 0 :]
            shape = SHAPES[self._form]
            keep = partial(kept_text, self._counter, shape.provider, never_cancelled)
            PREPARING.later(list(preparations(shape, new, tools_for(self._counter, never_cancelled), keep)))

    @staticmethod
    def _item(unit: UnitOfWork, one: Removed) -> Item:
        item = make_item(
            unit,
            counted=one.figure,
            blob=one.blob,
            layer="transient",
            kind="tool-output" if one.what.kind == "result" else "other",
            phase=None,
            wave=None,
            title=one.what.title,
        )
        return item._replace(state="pruned", reason=one.what.reason)

    def _edits(self, fitted: Fitted) -> list[FitEdit]:
        steps = edit_steps(SHAPES[self._form], self._whole.messages, fitted.edits)
        return [_wire_edit(step) for step in steps]

    def _tell(self, fitted: Fitted, ids: dict[int, str]) -> tuple[list[FitEdit] | None, list[FittedPart]]:
        """The edits, if they are wanted, and what was removed: as last time where nothing else was decided."""
        known = self._known
        held = known is not None and fitted.edits is known.edits
        edits, removed = known.told if known is not None and held else (None, None)
        if edits is None and self._params.answer == "edits":
            edits = self._edits(fitted)
        if removed is None:
            removed = [_wire_removal(what, ids.get(what.number)) for what in fitted.removals]
        self._told = edits, removed
        return edits if self._params.answer == "edits" else None, removed

    def answer(self, fitted: Fitted, ids: dict[int, str], kept: Kept | None) -> FitResult:
        """The result."""
        edits, removed = self._tell(fitted, ids)
        return FitResult(
            session_id=kept.session_id if kept else None,
            revision=kept.revision if kept else None,
            format=cast("MessageFormat", self._form),
            messages=fitted.messages if self._params.answer == "messages" else None,
            edits=edits,
            text=self._text,
            tokens=fitted.tokens,
            source_tokens=fitted.source_tokens,
            provenance="estimated" if fitted.is_estimated else self._counter.provenance,
            fits=fitted.fits,
            unchanged=fitted.first_changed is None,
            limit=self._room.limit,
            overhead=self._room.overhead,
            overhead_source=self._room.source,
            untouchable=fitted.untouchable,
            reclaimed=fitted.reclaimed,
            held_out=fitted.held_out,
            removed=removed,
            first_changed=fitted.first_changed,
            rewrites=fitted.rewrites,
            stable_prefix_tokens=fitted.stable_prefix,
            break_even_turns=break_even(
                fitted.uncut,
                fitted.tokens,
                fitted.stable_prefix,
                self._prices,
            ),
            conversation=self._name.conversation if self._params.continue_ else None,
            continues=self._whole.continues,
            known=self._whole.known,
            opened=self._opened,
            status=kept.status if kept else None,
            alerts=[*kept.alerts] if kept else [],
        )


def _wire_edit(step: Step) -> FitEdit:
    match step:
        case Insert():
            is_told = step.message == {"role": step.role, "text": step.text}
            message = None if is_told else step.message
            return FitEdit(op="insert", index=step.at, role=step.role, text=step.text, message=message)
        case Remove():
            return FitEdit(op="remove", index=step.at, end=step.end)
    return FitEdit(
        op="replaceResult",
        index=step.at,
        call_id=step.call_id,
        text=step.text,
        place=list(step.place),
        value=None if step.value == step.text else step.value,
    )


def _wire_removal(what: Removal, item_id: str | None) -> FittedPart:
    return FittedPart(
        id=item_id,
        index=what.index,
        kind=what.kind,
        reason=what.reason,
        call_id=what.call_id,
        title=what.title,
        encoding="json" if what.is_json else "text",
        tokens_before=what.tokens_before,
        tokens_after=what.tokens_after,
    )
