"""The tables of the PostgreSQL store, and the migrations from each version to the next."""

from __future__ import annotations

from typing import Final

MIGRATIONS: Final[tuple[str, ...]] = (
    """
    CREATE TABLE sessions (
        id TEXT COLLATE "C" PRIMARY KEY, nonce TEXT NOT NULL, state TEXT NOT NULL,
        created_at TEXT COLLATE "C" NOT NULL, updated_at TEXT COLLATE "C" NOT NULL, closed_at TEXT,
        revision BIGINT NOT NULL, config TEXT NOT NULL, retained BIGINT NOT NULL, processed BIGINT NOT NULL,
        peak BIGINT NOT NULL, level TEXT NOT NULL, next_seq BIGINT NOT NULL, next_order BIGINT NOT NULL, buffer BIGINT,
        dropped_revision BIGINT NOT NULL
    ) WITH (fillfactor = 70);
    CREATE TABLE phases (
        session_id TEXT COLLATE "C" NOT NULL, number BIGINT NOT NULL, name TEXT, state TEXT NOT NULL,
        "order" BIGINT NOT NULL, allocated BIGINT, peak BIGINT NOT NULL, used BIGINT, turned_at BIGINT,
        PRIMARY KEY (session_id, number)
    );
    CREATE TABLE waves (
        session_id TEXT COLLATE "C" NOT NULL, phase BIGINT NOT NULL, number BIGINT NOT NULL, state TEXT NOT NULL,
        "order" BIGINT NOT NULL, PRIMARY KEY (session_id, phase, number)
    );
    CREATE TABLE layers (
        session_id TEXT COLLATE "C" NOT NULL, layer TEXT COLLATE "C" NOT NULL, peak BIGINT NOT NULL,
        breach_phase BIGINT, breach_revision BIGINT, PRIMARY KEY (session_id, layer)
    );
    CREATE TABLE items (
        session_id TEXT COLLATE "C" NOT NULL, id TEXT COLLATE "C" NOT NULL, seq BIGINT NOT NULL, layer TEXT NOT NULL,
        kind TEXT NOT NULL, phase BIGINT, wave BIGINT, agent TEXT, title TEXT, path TEXT, pinned BOOLEAN NOT NULL,
        marker BOOLEAN NOT NULL, brought_in BOOLEAN NOT NULL, tokens BIGINT NOT NULL, raw_tokens BIGINT NOT NULL,
        encoding TEXT, factor DOUBLE PRECISION NOT NULL, provenance TEXT NOT NULL, bytes BIGINT, hash TEXT,
        segments TEXT NOT NULL, complete BOOLEAN, state TEXT NOT NULL, withdrawn BOOLEAN NOT NULL, stand_in TEXT,
        reduces TEXT NOT NULL, reason TEXT, added_at TEXT NOT NULL, revision BIGINT NOT NULL, dropped_at TEXT,
        tool TEXT, again_of TEXT, PRIMARY KEY (session_id, id)
    );
    CREATE INDEX items_by_state ON items (session_id, state, layer, seq);
    CREATE INDEX items_by_seq ON items (session_id, seq);
    CREATE INDEX departed_by_hash ON items (session_id, hash) WHERE state <> 'retained' AND brought_in;
    CREATE INDEX departed_by_path ON items (session_id, path) WHERE state <> 'retained' AND brought_in;
    CREATE INDEX items_again ON items (session_id, again_of) WHERE again_of IS NOT NULL;
    CREATE TABLE sums (
        session_id TEXT COLLATE "C" NOT NULL, phase BIGINT NOT NULL, wave BIGINT NOT NULL,
        layer TEXT COLLATE "C" NOT NULL, provenance TEXT COLLATE "C" NOT NULL, retained BIGINT NOT NULL,
        processed BIGINT NOT NULL, pinned BIGINT NOT NULL, unreplaced BIGINT NOT NULL, long_tokens BIGINT NOT NULL,
        long_items BIGINT NOT NULL, PRIMARY KEY (session_id, phase, wave, layer, provenance)
    );
    CREATE TABLE leases (
        session_id TEXT COLLATE "C" NOT NULL, id TEXT COLLATE "C" NOT NULL, holder TEXT NOT NULL,
        tokens BIGINT NOT NULL, phase BIGINT, state TEXT NOT NULL, reserved_at TEXT COLLATE "C" NOT NULL,
        expires_at TEXT NOT NULL, used BIGINT, PRIMARY KEY (session_id, id)
    );
    CREATE INDEX active_leases ON leases (session_id) WHERE state = 'active';
    CREATE TABLE log (
        session_id TEXT COLLATE "C" NOT NULL, revision BIGINT NOT NULL, at TEXT NOT NULL, actor TEXT NOT NULL,
        method TEXT NOT NULL, why TEXT NOT NULL, alerts TEXT NOT NULL, body BYTEA NOT NULL, phase BIGINT, wave BIGINT,
        agent TEXT, retained BIGINT, processed BIGINT, peak BIGINT, leased BIGINT, level TEXT, hash BYTEA,
        PRIMARY KEY (session_id, revision)
    );
    ALTER TABLE log ALTER COLUMN body SET STORAGE EXTERNAL;
    CREATE INDEX log_with_alerts ON log (session_id, revision) WHERE alerts <> '[]';
    CREATE TABLE undos (
        session_id TEXT COLLATE "C" NOT NULL, id TEXT COLLATE "C" NOT NULL, revision BIGINT NOT NULL,
        changes TEXT NOT NULL, PRIMARY KEY (session_id, id)
    );
    CREATE TABLE request_keys (
        scope TEXT COLLATE "C" NOT NULL, key TEXT COLLATE "C" NOT NULL, method TEXT NOT NULL, body BYTEA NOT NULL,
        expires_at BIGINT NOT NULL, PRIMARY KEY (scope, key)
    );
    CREATE INDEX request_keys_by_end ON request_keys (expires_at);
    CREATE TABLE blobs (
        hash TEXT COLLATE "C" NOT NULL, session_id TEXT COLLATE "C" NOT NULL, size BIGINT NOT NULL, data BYTEA NOT NULL,
        PRIMARY KEY (hash, session_id)
    );
    ALTER TABLE blobs ALTER COLUMN data SET STORAGE EXTERNAL;
    CREATE TABLE blob_holders (
        session_id TEXT COLLATE "C" NOT NULL, hash TEXT COLLATE "C" NOT NULL, item_id TEXT COLLATE "C" NOT NULL,
        PRIMARY KEY (session_id, hash, item_id)
    );
    CREATE TABLE calibrations (model TEXT COLLATE "C" PRIMARY KEY, state TEXT NOT NULL, updated_at TEXT NOT NULL);
    CREATE TABLE fits (
        session_id TEXT COLLATE "C" NOT NULL, conversation TEXT COLLATE "C" NOT NULL, digest BYTEA NOT NULL,
        length BIGINT NOT NULL, touched BYTEA NOT NULL, touched_length BIGINT NOT NULL, revision BIGINT NOT NULL,
        body BYTEA NOT NULL, PRIMARY KEY (session_id, conversation, digest)
    );
    CREATE INDEX fits_by_revision ON fits (session_id, revision);
    """,
)
"""Each entry upgrades the tables by one version; the table `store_version` says how many have been applied.

Content is stored once for each session that has it: no statement touches rows of two sessions, so writers of different
sessions never wait for each other, and the tables can be partitioned by session. What is compressed already is not
compressed again (`EXTERNAL`). Times are text, as on the wire, and sort byte by byte (`COLLATE "C"`).
"""

VERSION: Final = len(MIGRATIONS)

OLDEST_THAT_MAY_GO_ON: Final = 1
"""The oldest version of this program's tables whose servers may go on working in those of this one while they drain."""

SESSION_TABLES: Final = (
    "phases", "waves", "layers", "items", "sums", "leases", "log", "undos", "fits", "blob_holders", "blobs",
)  # fmt: skip
"""Tables whose rows belong to one session, and are deleted with it."""

ALL_TABLES: Final = ("sessions", *SESSION_TABLES, "request_keys", "calibrations", "store_version")
