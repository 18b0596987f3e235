"""Takes one request from raw params to a result ready for JSON. Shared by the server and `ctxbudget call`."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_protocol.limits import DEFAULT_SESSION, Limits
from ctxbudget_protocol.method import Method
from ctxbudget_protocol.methods import METHODS, requests, unknown_method
from ctxbudget_protocol.values import dataclass, field, replace
from ctxbudget_protocol.words import Origin
from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.account.content import encode
from ctxbudget_server.account.notices import TOLD_WITH, notices, settings_notices
from ctxbudget_server.account.request import Request, utc_now
from ctxbudget_server.account.settings import in_one_line, may_contradict, problems_in_session, problems_of
from ctxbudget_server.account.transactions import AnsweredBefore, first_result, key_scope
from ctxbudget_server.service.backend import Notification
from ctxbudget_server.service.registry import implementation
from ctxbudget_server.service.validation import Validate, fast_validate, validate
from ctxbudget_server.settings.access import roots_of_user, store_of, user_access
from ctxbudget_server.settings.current import CurrentSettings
from ctxbudget_server.settings.source import FileSettings, Problem
from ctxbudget_server.store.deadline import DeadlineStore
from ctxbudget_server.store.errors import StoreLostError
from ctxbudget_server.store.interface import Store
from ctxbudget_server.store.places import clock_of, store_at
from ctxbudget_server.store.sqlite import Durability, SqliteStore
from ctxbudget_server.workspace.buffers import Buffers
from ctxbudget_server.workspace.documents import Documents, find_workspace

if TYPE_CHECKING:
    from ctxbudget_protocol.records import Record
    from ctxbudget_server.service.changes import ChangeTracker
    from ctxbudget_server.service.observer import Observer
    from ctxbudget_server.service.tracked_session import SessionTracker, TrackedSession
    from ctxbudget_server.store.shared_commit import SharedCommit

MAKING_ROOM = ("session/delete", "context/prune", "session/close")
"""Methods that must work on a full disk, because they free space."""

MAX_CHARACTER_BYTES = 4
"""The most bytes of a character in UTF-8."""

QUICK_TEXTS = 10
QUICK_CHARACTERS = 2_000
"""This many texts of no more than this in all are counted in a fraction of a millisecond, whatever they consist of."""

SHARING_ITEMS, SHARING_CHARACTERS = 8, 8 * 1024
"""The most that a write may bring in to share a commit: it is counted within a millisecond."""

MAX_REPLACEMENTS = 2
"""How often one request starts over because the store's file was replaced, or its server lost, meanwhile."""

ENVELOPE = ("workDoneToken", "partialResultToken", "_meta")
"""Members of params that LSP and MCP clients add to any request; every other unknown member is refused."""


@dataclass(frozen=True, slots=True)
class Options:
    """How the service is set up. Paths are as the user wrote them."""

    workspace: str | None = None
    store: str | None = None
    durability: Durability | None = None
    """Absent: the user's setting, else `full`."""
    limits: Limits = field(default_factory=Limits)
    retain: str | None = None
    """How much content is kept, as parsed by `account/retention.py`; absent: CTXBUDGET_RETAIN, else as the user's file
    says, else all."""
    roots: Sequence[str] = ()
    """Folders outside the workspace that may be read, besides those in CTXBUDGET_ROOTS."""


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """What the service was opened for: the workspace, its store, and other readable folders. Real paths."""

    workspace: str
    store: str
    durability: Durability
    roots: list[str]


class BudgetService:
    """All methods of the contract over one workspace's store. Thread-safe."""

    def __init__(
        self,
        options: Options,
        *,
        root: str | None = None,
        actor: str,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        workspace = find_workspace(options.workspace, root)
        access = user_access()
        path = store_of(str(workspace), options.store, access)
        durability: Durability = options.durability or ("fast" if access.durability == "fast" else "full")
        self._opened = store_at(path, durability)
        self.store: Store = self._opened
        roots = roots_of_user(options.roots, access)
        self.whereabouts = Whereabouts(str(workspace), path, durability, roots)
        self._documents = Documents(workspace, [Path(root) for root in roots], options.limits.max_document_bytes)
        self.files = CurrentSettings(str(workspace))
        self._limits = options.limits
        self.buffers = Buffers()
        self._actor = f"{actor}:{os.getpid()}"
        self._options = options
        self._access = access
        self._retain = options.retain or os.environ.get("CTXBUDGET_RETAIN") or access.retain
        self._clock = clock or clock_of(self._opened, utc_now)
        self._validate: Validate = fast_validate
        self._of_empty_text: dict[str, Any] | None = None
        """The answer to `tokens/count` of an empty text, once it was needed."""
        self._changes: ChangeTracker | None = None
        self._following: SessionTracker | None = None
        self.observer: Observer | None = None

    def call(self, method: str, params: dict[str, Any], cancellation: Cancellation) -> dict[str, Any]:
        """Answer one request; raises `ProtocolError` or `Cancelled`."""
        if self.observer is None:
            return self.call_unobserved(method, params, cancellation)
        return self.observer.observed(method, params, lambda: self.call_unobserved(method, params, cancellation))

    def call_unobserved(self, method: str, params: dict[str, Any], cancellation: Cancellation) -> dict[str, Any]:
        """As `call`, for what no client has asked."""
        row = METHODS.get(method)
        if row is None or row.result is None:
            raise ProtocolError("methodNotFound", unknown_method(method))
        given = {name: value for name, value in params.items() if name not in ENVELOPE}
        checked = self._validate(row, given)
        request = Request(
            method,
            given,
            self.store,
            self._documents,
            self._limits,
            self._actor,
            cancellation,
            self._watch,
            self.buffers,
            self._clock,
            self.files.now(),
            self.access,
            lambda store, other, wanted: self._over(store, request, other, wanted),
        )
        result = self._with_room(request, row, checked)
        if method == "session/close":
            self._retain_content()
        return {**result, "notices": self._notices(request.files, result)} if method in TOLD_WITH else result

    def _over(self, store: Store, request: Request, method: str, params: dict[str, Any]) -> dict[str, Any]:
        """Answer a request from another store, on behalf of one that is being answered; raises `ProtocolError`."""
        row = METHODS[method]
        checked = self._validate(row, params)
        return _answered(request._replace(method=method, params=params, store=store), row, checked)

    def access(self) -> dict[str, tuple[Any, Origin]]:
        """What is read and where the account is kept: each setting with where it comes from."""
        at, given, user = self.whereabouts, self._options, self._access

        def origin(option: Any, variable: str, setting: Any) -> Origin:
            if option:
                return "option"
            return "environment" if os.environ.get(variable) else "user" if setting else "default"

        return {
            "roots": (at.roots, origin(given.roots, "CTXBUDGET_ROOTS", user.roots)),
            "store": (at.store, origin(given.store, "CTXBUDGET_STORE", user.store)),
            "durability": (at.durability, "option" if given.durability else "user" if user.durability else "default"),
            "retain": (self._retain, origin(given.retain, "CTXBUDGET_RETAIN", user.retain)),
        }

    def settings_warning(self) -> str | None:
        """One line about the files of settings, if something in them is not used."""
        return self._fault_of_retention() or in_one_line(problems_of(self.files.now()))

    def _fault_of_retention(self) -> str | None:
        if self._retain is None:
            return None
        from ctxbudget_server.account.retention import configured

        try:
            configured(self._retain)
        except ValueError as fault:
            return f"{'CTXBUDGET_RETAIN' if os.environ.get('CTXBUDGET_RETAIN') else 'retain'}: {fault}"
        return None

    def _notices(self, files: FileSettings, result: dict[str, Any]) -> list[dict[str, Any]]:
        problems = self._problems(files, result.get("sessionId"))
        return [notice.wire() for notice in (*notices(self.store), *settings_notices(problems, self._clock))]

    def _problems(self, files: FileSettings, session_id: str | None) -> tuple[Problem, ...]:
        """What is not used of the files: in the session that is answered about, else in any."""
        if session_id is not None and may_contradict(files):
            with self.store.read(lambda: None) as reader:
                if session := reader.session(session_id):
                    return problems_in_session(files, session.config)
        return problems_of(files)

    def _with_room(self, request: Request, row: Method, checked: Any) -> dict[str, Any]:
        """Answer the request; on a full disk too, if it frees space."""
        try:
            return self._in_a_store_that_stays(request, row, checked)
        except ProtocolError as error:
            if error.name != "storeFull" or row.name not in MAKING_ROOM:
                raise
        with self.store.relief():
            return self._in_a_store_that_stays(request, row, checked)

    def _in_a_store_that_stays(self, request: Request, row: Method, checked: Any) -> dict[str, Any]:
        """Answer from the store at its place; if that is replaced or lost meanwhile, start over, unless the change may
        have been made and nothing would tell that a repetition is one."""
        for _ in range(MAX_REPLACEMENTS):
            acknowledged = self.store.commits
            try:
                return _answered(request, row, checked)
            except StoreLostError as lost:
                if self.store.commits != acknowledged:  # part of the request was committed: the caller must check
                    raise
                if lost.may_be_applied and not (row.repeatable or request.params.get("requestKey")):
                    raise
        return _answered(request, row, checked)

    def queue_key(self, method: str, params: dict[str, Any]) -> str | None:
        """The key that keeps writes to one session in order; None for reads, which may run at any time."""
        row = METHODS.get(method)
        if row is None or not row.mutates:
            return None
        session_id = params.get("sessionId")
        return session_id if isinstance(session_id, str) else DEFAULT_SESSION

    def is_quick(self, method: str, params: dict[str, Any]) -> bool:
        """Whether a request only counts a few words, with what is in memory: no file, no store, no calibration."""
        if method != "tokens/count" or self._validate is not validate or params.keys() != {"texts"}:
            return False
        texts = params["texts"]
        if not isinstance(texts, list) or len(texts) > QUICK_TEXTS or not all(isinstance(text, str) for text in texts):
            return False
        return sum(map(len, texts)) <= QUICK_CHARACTERS <= self._limits.max_document_bytes // MAX_CHARACTER_BYTES

    def call_quickly(self, method: str, params: dict[str, Any], cancellation: Cancellation) -> dict[str, Any]:
        """The counts of a few texts, which `is_quick` has validated; all else is as in the answer to an empty one."""
        if self.observer is None:
            return self._counted_quickly(method, params, cancellation)
        return self.observer.observed(method, params, lambda: self._counted_quickly(method, params, cancellation))

    def _counted_quickly(self, method: str, params: dict[str, Any], cancellation: Cancellation) -> dict[str, Any]:
        from ctxbudget_server.tokens import count

        if self._of_empty_text is None:
            self._of_empty_text = self.call_unobserved(method, {"texts": [""]}, cancellation)
        (one,) = self._of_empty_text["counts"]
        counts = [{**one, "tokens": count(text), "bytes": len(encode(text))} for text in params["texts"]]
        return {**self._of_empty_text, "counts": counts, "total": sum(counted["tokens"] for counted in counts)}

    def may_share_commit(self, method: str, params: dict[str, Any]) -> bool:
        """Whether a request may share a commit: it is short work, as others wait for the store's lock meanwhile.

        Not if requests are observed: what shares a commit may be done again, and ends only with the commit.
        """
        items = params.get("items")
        return (
            method == "context/add"
            and isinstance(self._opened, SqliteStore)
            and self.observer is None
            and isinstance(items, list)
            and len(items) <= SHARING_ITEMS
            and sum(map(_characters, items)) <= SHARING_CHARACTERS
        )

    def together(self) -> AbstractContextManager[SharedCommit]:
        """Let the calls of this thread in the block share a commit at its end; none may be answered before that."""
        if not isinstance(self._opened, SqliteStore):
            raise TypeError("only a store in a file shares commits; `may_share_commit` says so")
        return self._opened.together()

    def watching(self) -> bool:
        """Whether any session is watched or followed."""
        return self._changes is not None and self._changes.active

    def follow(self, session: str | None, alerts: bool = True) -> None:
        """Have `changes` report on a session, or with `auto` on the latest; None: only on those opened with `watch`."""
        if self._changes is not None or session is not None:
            from ctxbudget_server.service.tracked_session import session_followed

            self._changes_of_sessions().follow(session and session_followed(session), alerts)

    def followed(self, session: str, model: str | None, files: FileSettings | None = None) -> TrackedSession:
        """The session that `session` refers to now, and the counter of `model`, else of the session's model.

        `files` are the settings of files that count (default: those of the workspace).
        """
        from ctxbudget_server.service.tracked_session import SessionTracker, session_followed

        if self._following is None:
            self._following = SessionTracker(self.store)
        return self._following.find(session_followed(session), model, files or self.files.now())

    def changes(self) -> list[Notification]:
        """Notifications about watched sessions since the last call."""
        return self._changes.collect() if self._changes else []

    def warm_up(self) -> None:
        """Load the vocabulary, then build the models; until then, params are validated without them."""
        from ctxbudget_protocol.models import model_of
        from ctxbudget_server.tokens import DEFAULT_ENCODING, load

        load(DEFAULT_ENCODING)
        for row in requests():
            model_of(row.params)
        implementation("tokens/count")
        self._validate = validate
        self._retain_content()

    def document_changed(self, uri: str, text: str | None) -> None:
        """An editor opened or changed a document; None: closed it."""
        if text is None:
            self.buffers.close(uri)
        else:
            self.buffers.update(uri, text)

    @property
    def has_usual_limits(self) -> bool:
        """Whether the limit on the size of documents is the default."""
        return self._limits.max_document_bytes == Limits().max_document_bytes

    def guest(self, actor: str, roots: list[str] | None = None) -> BudgetService:
        """The service for another client, without this one's open documents and watched sessions.

        `roots` are the folders outside the workspace that it may read; absent: the same ones.
        """
        guest = self._copy()
        if roots is not None and roots != self.whereabouts.roots:
            guest.whereabouts = replace(self.whereabouts, roots=roots)
            guest._documents = replace(self._documents, extra_roots=[Path(root) for root in roots])
        guest._actor = actor
        guest.buffers = Buffers()
        guest._changes = None
        return guest

    def hurried(self, until: float) -> BudgetService:
        """The same service, for work that waits for other writers no later than `until` (`time.monotonic`)."""
        hurried = self._copy()
        hurried.store = DeadlineStore(self.store, until)
        return hurried

    def _copy(self) -> BudgetService:
        from copy import copy

        return copy(self)

    def of_workspace(self, workspace: str) -> BudgetService:
        """The service for another workspace (a real path) on the same store; this one if the folder does not exist."""
        if workspace == self.whereabouts.workspace or not Path(workspace).is_dir():
            return self
        other = self.guest(self._actor)
        other.whereabouts = replace(self.whereabouts, workspace=workspace)
        other._documents = replace(self._documents, workspace=Path(workspace))
        other.files = CurrentSettings(workspace)
        return other

    def close(self) -> None:
        """Close the store, once the observer has taken its last look."""
        if self.observer is not None:
            self.observer.close()
        self.store.close()

    def _retain_content(self) -> None:
        """Drop the content that the user's retention does not keep. If that fails, the request has still succeeded."""
        if self._retain is None:
            return
        import logging

        from ctxbudget_server.account.retention import configured, retain

        try:
            if retention := configured(self._retain):
                retain(self.store, retention, self._clock(), self._actor)
        except (ValueError, ProtocolError) as fault:
            logging.getLogger(__name__).warning("retention was not applied: %s", fault)

    def _watch(self, session_id: str, wanted: bool) -> None:
        if wanted:
            self._changes_of_sessions().watch(session_id)
        else:
            self._changes_of_sessions().ignore(session_id)

    def _changes_of_sessions(self) -> ChangeTracker:
        from ctxbudget_server.service.changes import ChangeTracker

        if self._changes is None:
            self._changes = ChangeTracker(self.store, self._clock, self.files)
        return self._changes


def _characters(item: Any) -> float:
    """How much text an item has, as far as can be told before it is validated and without reading a file."""
    if not isinstance(item, dict) or "path" in item:
        return inf
    content = item.get("content", "")
    return len(content) if isinstance(content, str) else inf


def _answered(request: Request, row: Method, checked: Any) -> dict[str, Any]:
    if row.mutates and (known := _answered_before(request)):
        return known
    try:
        result: Record = implementation(row.name)(request, checked)
    except AnsweredBefore as known:
        return known.result
    return result.wire(request.cancellation.check)


def _answered_before(request: Request) -> dict[str, Any] | None:
    """The stored result of a repeated request, looked up before files are read and texts counted."""
    key = request.params.get("requestKey")
    if key is None:
        return None
    with request.read() as reader:
        return first_result(reader, request.method, key_scope(request.method, request.params.get("sessionId")), key)
