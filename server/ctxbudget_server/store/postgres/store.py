"""The PostgreSQL store: one schema of a database, which any number of machines work with at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from datetime import datetime
from math import inf
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import psycopg
from psycopg import sql

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.store.cancellation import Check, never_cancelled
from ctxbudget_server.store.errors import BUSY_TIMEOUT_MS
from ctxbudget_server.store.postgres.address import Address, address_of
from ctxbudget_server.store.postgres.clock import ServerClock
from ctxbudget_server.store.postgres.connection import (
    ANSWER_SECONDS,
    CONNECTIONS,
    LOOK_SECONDS,
    REACH_SECONDS,
    Connection,
    Pool,
    connected,
)
from ctxbudget_server.store.postgres.errors import (
    CommitUnknownError,
    ConnectionLostError,
    as_protocol_error,
    is_lost,
    reason_of,
)
from ctxbudget_server.store.postgres.migration import prepare
from ctxbudget_server.store.postgres.news import News
from ctxbudget_server.store.postgres.schema import ALL_TABLES
from ctxbudget_server.store.postgres.statements import Statements
from ctxbudget_server.store.postgres.transaction import PostgresReader, PostgresWriter

if TYPE_CHECKING:
    from ctxbudget_server.store.damage.check import StoreFinding
    from ctxbudget_server.store.damage.losses import Loss

Durability = Literal["full", "fast"]

_READS: Final = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_WRITES: Final = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
"""Named, because the server's default may be any. What a transaction reads of a session, it has locked before."""

_SETTINGS: Final = (
    "SELECT extract(epoch FROM clock_timestamp())::float8, set_config('search_path', %s, true),"
    " set_config('lock_timeout', %s, true), set_config('statement_timeout', %s, true),"
    " set_config('idle_in_transaction_session_timeout', %s, true), set_config('synchronous_commit', CASE WHEN %s"
    " THEN 'off' WHEN current_setting('synchronous_commit') = 'off' THEN 'on'"
    " ELSE current_setting('synchronous_commit') END, true)"
)
"""Settings of this transaction alone, since a pooler may give the next one another connection of the server."""

MIN_SECONDS: Final = 0.5
"""A server gets at least this long for an answer, however little time a request has left."""

IDLE_MS: Final = 60_000
"""A transaction whose process says nothing for this long (its machine sleeps, or is gone) is rolled back."""


class ServerFacts(NamedTuple):
    """What there is to know of a server and a store on it."""

    major: int
    encoding: str
    fsync: str
    has_tables: bool
    answer_ms: float


_FACTS: Final = (
    "SELECT current_setting('server_version_num')::int / 10000, current_setting('server_encoding'),"
    " current_setting('fsync'), to_regclass(%s || '.store_version') IS NOT NULL"
)


class PostgresStore:
    """Sessions in one schema of a PostgreSQL database. Its times are those of the server.

    An acknowledged write survives what the server's own settings make it survive (`durability` full); `fast` may lose
    the last moments if the server crashes.
    """

    def __init__(self, url: str, durability: Durability = "full") -> None:
        self.address: Address = address_of(url)
        self._is_fast = durability == "fast"
        self._pool = Pool(self.address.server, self.address.shown, self._prepare)
        self._clock = ServerClock()
        self._channel = f"ctxbudget_{self.address.schema}"[:63]
        self._news = News(self.address.direct, self.address.shown, self._channel)
        self._local = threading.local()
        self._starting = threading.Lock()
        self._helpers: ThreadPoolExecutor | None = None

    @contextmanager
    def read(self, check: Check = never_cancelled, until: float | None = None) -> Iterator[PostgresReader]:
        """A snapshot: everything in the block sees the same state."""
        with ExitStack() as held:
            connection, statements = held.enter_context(self._transaction(_READS, check, until))
            with self._translated(connection):
                yield PostgresReader(statements)
                statements.send("ROLLBACK")
            # There is nothing in the answer to this that the request would have to wait for. A pooler that gets the end
            # of a transaction apart from what is awaited of it may keep its connection of the server.
            if self.address.direct == self.address.server:
                self._later(held.pop_all().close)

    @contextmanager
    def write(
        self, before_commit: Callable[[], None], until: float | None = None, check: Check = never_cancelled
    ) -> Iterator[PostgresWriter]:
        """A transaction. A session is locked when it is first accessed, so what is read of it stays true.

        If the connection is lost during the commit, nobody knows whether it was made: `CommitUnknownError`.
        """
        with self._pool.connection(check, self._patience(until)) as connection:
            with ExitStack() as held:
                statements = held.enter_context(self._begun(connection, _WRITES, check, until))
                with self._translated(connection):
                    writer = PostgresWriter(statements, self.address.schema)
                    yield writer
                    before_commit()
                    self._announce(statements, writer.changed)
                    self._commit(connection, statements, held)
            self._local.commits = self.commits + 1

    def _later(self, work: Callable[[], None]) -> None:
        """Do the rest of a read, which has sent all that it had to, beside the next request."""
        with self._starting:
            if self._helpers is None:
                self._helpers = ThreadPoolExecutor(CONNECTIONS, "ctxbudget-reads")
            self._helpers.submit(work)

    def _announce(self, statements: Statements, changed: Collection[str]) -> None:
        for session_id in changed:
            statements.send("SELECT pg_notify(%s, %s)", self._channel, session_id)

    def _commit(self, connection: Connection, statements: Statements, held: ExitStack) -> None:
        """Commit, and await everything that was sent before it in the same round trip."""
        connection.check, connection.patience = never_cancelled, ANSWER_SECONDS
        warned: list[str] = []

        def listen(notice: psycopg.errors.Diagnostic) -> None:
            if notice.severity_nonlocalized == "WARNING":
                warned.append(notice.message_primary or "a warning")

        connection.add_notice_handler(listen)
        try:
            # A commit that waits for a standby must not be taken for done when the time for a statement is over.
            statements.send("SET LOCAL statement_timeout = 0")
            committed = statements.send("COMMIT")
            held.close()
        except psycopg.Error as fault:
            if is_lost(fault, connection.closed):
                raise CommitUnknownError(self.address.shown, reason_of(fault)) from fault
            raise
        except ConnectionLostError as lost:
            raise CommitUnknownError(self.address.shown, lost.reason) from lost
        finally:
            connection.remove_notice_handler(listen)
        if warned:
            raise CommitUnknownError(self.address.shown, warned[0])
        if committed.outcome() != "COMMIT":
            raise ConnectionLostError(self.address.shown, "the server rolled the transaction back")

    @contextmanager
    def _transaction(self, begin: str, check: Check, until: float | None) -> Iterator[tuple[Connection, Statements]]:
        with (
            self._pool.connection(check, self._patience(until)) as connection,
            self._begun(connection, begin, check, until) as statements,
        ):
            yield connection, statements

    @contextmanager
    def _begun(self, connection: Connection, begin: str, check: Check, until: float | None) -> Iterator[Statements]:
        """A transaction on the connection, rolled back if it is still open at the end of the block."""
        left = max(MIN_SECONDS, self._patience(until) - time.monotonic())
        connection.check = check
        connection.patience = ANSWER_SECONDS if until is None else min(ANSWER_SECONDS, left + MIN_SECONDS)
        statements = Statements(connection, check)
        try:
            with self._translated(connection), connection.pipeline():
                asked = time.monotonic()
                statements.send(begin)
                settings = statements.send(_SETTINGS, *self._settings(left))
                yield statements
            self._clock.told(settings.rows()[0][0], asked, time.monotonic())
        finally:
            self._roll_back(connection)

    def _settings(self, lock_seconds: float) -> tuple[object, ...]:
        longest = round(ANSWER_SECONDS * 1_000) - 1_000
        waits = min(longest, round(lock_seconds * 1_000))
        return f"{self.address.schema}, pg_temp", str(waits), str(longest), str(IDLE_MS), self._is_fast

    def _patience(self, until: float | None) -> float:
        usual = time.monotonic() + BUSY_TIMEOUT_MS / 1_000
        return usual if until is None else min(until, usual)

    def _roll_back(self, connection: Connection) -> None:
        """End a transaction that is still open; a connection on which that fails is not used again."""
        connection.check = never_cancelled
        if connection.closed or connection.info.transaction_status is psycopg.pq.TransactionStatus.IDLE:
            return
        try:
            connection.execute("ROLLBACK")
        except psycopg.Error:
            connection.close()

    @contextmanager
    def _translated(self, connection: Connection) -> Iterator[None]:
        started = time.monotonic()
        try:
            yield
        except psycopg.Error as fault:
            raise self._protocol_error(connection, fault, time.monotonic() - started) from fault

    def _protocol_error(self, connection: Connection, fault: psycopg.Error, waited_seconds: float) -> ProtocolError:
        if is_lost(fault, connection.closed):
            return ConnectionLostError(self.address.shown, reason_of(fault))
        return as_protocol_error(fault, self.address.shown, round(waited_seconds * 1_000))

    def _prepare(self, connection: Connection) -> None:
        with self._translated(connection):
            prepare(connection, self.address.schema, self.address.shown)
            asked = time.monotonic()
            row = connection.execute("SELECT extract(epoch FROM clock_timestamp())::float8").fetchone()
            if row is not None:
                self._clock.told(row[0], asked, time.monotonic())

    def now(self) -> datetime:
        """The server's time, which is the same for all machines. Raises `storeUnavailable` if it was never reached."""
        if not self._clock.is_set:
            with self._pool.connection(never_cancelled, self._patience(None)):
                pass
        return self._clock.now()

    def before_waiting(self) -> None:
        """Nothing to say: no request shares a commit here."""

    @property
    def commits(self) -> int:
        """How many of this thread's writes have been acknowledged."""
        made: int = getattr(self._local, "commits", 0)
        return made

    def change_mark(self) -> int:
        """How much has been announced to this process; the server is not asked."""
        return self._news.mark()

    def in_place(self) -> bool:
        """Always: a URL names the same store for everyone."""
        return True

    def give_back(self) -> bool:
        """The server does this itself (autovacuum)."""
        return True

    def rewrite(self) -> bool:
        """Rewrite the tables, while others wait. Raises `storeUnavailable` to a role that does not own them."""
        with self._pool.connection(never_cancelled, self._patience(None)) as connection, self._translated(connection):
            connection.patience = inf
            for table in ALL_TABLES:
                name = sql.Identifier(self.address.schema, table)
                connection.execute(sql.SQL("VACUUM (FULL, ANALYZE) {}").format(name))
        return True

    def relief(self) -> AbstractContextManager[None]:
        """Nothing can be given up here: the disk is the server's."""
        return nullcontext()

    def losses(self) -> list[Loss]:
        """None: whether the server has lost anything is for its own log and its backups to say."""
        return []

    def acknowledge_losses(self, ids: Collection[int] | None = None) -> int:
        """Nothing to acknowledge."""
        return 0

    def check(self) -> list[StoreFinding]:
        """What is wrong with figures, logs and content; the server checks its own files."""
        from ctxbudget_server.store.postgres.check import findings

        with self._transaction(_READS, never_cancelled, None) as (connection, statements), self._translated(connection):
            return findings(statements)

    def repair(self) -> list[StoreFinding]:
        """Nothing can be repaired from here, as a database is restored from its backup; returns what `check` does."""
        return self.check()

    def server_facts(self) -> ServerFacts:
        """What the doctor reports of the server. Creates nothing; raises `storeUnavailable`."""
        asked = time.monotonic()
        with connected(self.address.server, self.address.shown, asked + REACH_SECONDS) as connection:
            with self._translated(connection):
                asked = time.monotonic()
                row = connection.execute(_FACTS, [self.address.schema]).fetchone()
            assert row is not None, "a query without FROM gives a row"
            major, encoding, fsync, has_tables = row
            return ServerFacts(major, encoding, fsync, has_tables, (time.monotonic() - asked) * 1_000)

    def hears_news(self, until: float) -> bool:
        """Whether a notification that one connection sends arrives at the one that listens, by `until`."""
        before = self._news.mark()
        with connected(self.address.server, self.address.shown, until) as connection, self._translated(connection):
            connection.execute("SELECT pg_notify(%s, '')", [self._channel])
        while time.monotonic() < until:
            if self._news.mark() != before:
                return True
            time.sleep(LOOK_SECONDS)
        return False

    def close(self) -> None:
        """Close the connections; the next request makes new ones."""
        self._news.close()
        with self._starting:
            helpers, self._helpers = self._helpers, None
        if helpers is not None:
            helpers.shutdown()
        self._pool.close()
