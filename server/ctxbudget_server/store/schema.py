"""The tables of the SQLite store, and the migrations from each version to the next."""

from __future__ import annotations

APPLICATION_ID = 0x63747862
"""`ctxb`, in the header of every store since version 4."""

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE sessions (
        id TEXT PRIMARY KEY, nonce TEXT NOT NULL, state TEXT NOT NULL, created_at TEXT NOT NULL,
        updated_at TEXT NOT NULL, closed_at TEXT, revision INTEGER NOT NULL, config TEXT NOT NULL,
        retained INTEGER NOT NULL, processed INTEGER NOT NULL, peak INTEGER NOT NULL, level TEXT NOT NULL,
        next_seq INTEGER NOT NULL, next_order INTEGER NOT NULL, buffer INTEGER
    ) STRICT;
    CREATE TABLE phases (
        session_id TEXT NOT NULL, number INTEGER NOT NULL, name TEXT, state TEXT NOT NULL,
        "order" INTEGER NOT NULL, allocated INTEGER, peak INTEGER NOT NULL, PRIMARY KEY (session_id, number)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE waves (
        session_id TEXT NOT NULL, phase INTEGER NOT NULL, number INTEGER NOT NULL, state TEXT NOT NULL,
        "order" INTEGER NOT NULL, PRIMARY KEY (session_id, phase, number)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE layers (
        session_id TEXT NOT NULL, layer TEXT NOT NULL, peak INTEGER NOT NULL, breach_phase INTEGER,
        breach_revision INTEGER, PRIMARY KEY (session_id, layer)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE items (
        session_id TEXT NOT NULL, id TEXT NOT NULL, seq INTEGER NOT NULL, layer TEXT NOT NULL, kind TEXT NOT NULL,
        phase INTEGER, wave INTEGER, agent TEXT, title TEXT, path TEXT, pinned INTEGER NOT NULL,
        marker INTEGER NOT NULL, brought_in INTEGER NOT NULL, tokens INTEGER NOT NULL, raw_tokens INTEGER NOT NULL,
        encoding TEXT, factor REAL NOT NULL, provenance TEXT NOT NULL, bytes INTEGER, hash TEXT,
        segments TEXT NOT NULL, complete INTEGER, state TEXT NOT NULL, withdrawn INTEGER NOT NULL, stand_in TEXT,
        reduces TEXT NOT NULL, reason TEXT, added_at TEXT NOT NULL, revision INTEGER NOT NULL,
        PRIMARY KEY (session_id, id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX items_by_state ON items (session_id, state, layer, seq);
    CREATE INDEX items_by_seq ON items (session_id, seq);
    CREATE TABLE sums (
        session_id TEXT NOT NULL, phase INTEGER NOT NULL, wave INTEGER NOT NULL, layer TEXT NOT NULL,
        provenance TEXT NOT NULL, retained INTEGER NOT NULL, processed INTEGER NOT NULL,
        PRIMARY KEY (session_id, phase, wave, layer, provenance)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE leases (
        session_id TEXT NOT NULL, id TEXT NOT NULL, holder TEXT NOT NULL, tokens INTEGER NOT NULL, phase INTEGER,
        state TEXT NOT NULL, reserved_at TEXT NOT NULL, expires_at TEXT NOT NULL, used INTEGER,
        PRIMARY KEY (session_id, id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX leases_by_state ON leases (session_id, state);
    CREATE TABLE events (
        session_id TEXT NOT NULL, revision INTEGER NOT NULL, at TEXT NOT NULL, actor TEXT NOT NULL,
        method TEXT NOT NULL, why TEXT NOT NULL, changes TEXT NOT NULL, detail TEXT NOT NULL, alerts TEXT NOT NULL,
        PRIMARY KEY (session_id, revision)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX events_with_alerts ON events (session_id, revision) WHERE alerts <> '[]';
    CREATE TABLE undos (
        session_id TEXT NOT NULL, id TEXT NOT NULL, revision INTEGER NOT NULL, changes TEXT NOT NULL,
        PRIMARY KEY (session_id, id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE request_keys (
        scope TEXT NOT NULL, key TEXT NOT NULL, method TEXT NOT NULL, result TEXT NOT NULL, PRIMARY KEY (scope, key)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE blobs (hash TEXT PRIMARY KEY, size INTEGER NOT NULL, data BLOB NOT NULL) STRICT;
    CREATE TABLE blob_holders (
        session_id TEXT NOT NULL, item_id TEXT NOT NULL, hash TEXT NOT NULL, PRIMARY KEY (session_id, item_id, hash)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX blob_holders_by_hash ON blob_holders (hash);
    """,
    """
    CREATE TABLE calibrations (model TEXT PRIMARY KEY, state TEXT NOT NULL, updated_at TEXT NOT NULL)
        STRICT, WITHOUT ROWID;
    """,
    """
    CREATE TABLE holders (
        hash TEXT NOT NULL, session_id TEXT NOT NULL, item_id TEXT NOT NULL, PRIMARY KEY (hash, session_id, item_id)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO holders SELECT hash, session_id, item_id FROM blob_holders ORDER BY hash, session_id, item_id;
    DROP TABLE blob_holders;
    ALTER TABLE holders RENAME TO blob_holders;
    ALTER TABLE events ADD COLUMN body BLOB;
    ALTER TABLE items ADD COLUMN dropped_at TEXT;
    ALTER TABLE sessions ADD COLUMN dropped_revision INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE request_keys ADD COLUMN body BLOB;
    ALTER TABLE request_keys ADD COLUMN expires_at INTEGER NOT NULL DEFAULT 0;
    UPDATE request_keys SET expires_at = strftime('%s', 'now')
        + CASE WHEN key LIKE 'one-shot:%' THEN 3600 ELSE 2592000 END;
    CREATE INDEX request_keys_by_end ON request_keys (expires_at);
    """,
    """
    CREATE TABLE store_facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE losses (
        id INTEGER PRIMARY KEY, found_at TEXT NOT NULL, kind TEXT NOT NULL, message TEXT NOT NULL, detail TEXT NOT NULL,
        acknowledged_at TEXT
    ) STRICT;
    """,
    """
    CREATE TABLE new_sums (
        session_id TEXT NOT NULL, phase INTEGER NOT NULL, wave INTEGER NOT NULL, layer TEXT NOT NULL,
        provenance TEXT NOT NULL, retained INTEGER NOT NULL, processed INTEGER NOT NULL,
        pinned INTEGER NOT NULL DEFAULT 0, unreplaced INTEGER NOT NULL DEFAULT 0,
        long_tokens INTEGER NOT NULL DEFAULT 0, long_items INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (session_id, phase, wave, layer, provenance)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO new_sums SELECT sums.*, coalesce(held.pinned, 0), coalesce(held.unreplaced, 0),
        coalesce(held.long_tokens, 0), coalesce(held.long_items, 0)
        FROM sums LEFT JOIN (
            SELECT session_id, phase, wave, layer, provenance, sum(pinned * tokens) AS pinned,
                sum(CASE fate WHEN 'gone' THEN tokens ELSE 0 END) AS unreplaced,
                sum(CASE fate WHEN 'long' THEN tokens ELSE 0 END) AS long_tokens, sum(fate = 'long') AS long_items
            FROM (
                SELECT session_id, coalesce(phase, -1) AS phase, coalesce(wave, -1) AS wave, layer, provenance, pinned,
                    tokens, CASE
                        WHEN pinned THEN 'stays'
                        WHEN hash IS NULL OR (layer = 'phase' AND kind = 'instructions') THEN 'gone'
                        WHEN tokens > 300 THEN 'long' ELSE 'short' END AS fate
                FROM items WHERE state = 'retained'
            ) GROUP BY session_id, phase, wave, layer, provenance
        ) AS held USING (session_id, phase, wave, layer, provenance);
    DROP TABLE sums;
    ALTER TABLE new_sums RENAME TO sums;
    ALTER TABLE phases ADD COLUMN used INTEGER;
    ALTER TABLE phases ADD COLUMN turned_at INTEGER;
    UPDATE phases SET used = (
        SELECT coalesce(sum(retained), 0) FROM sums WHERE session_id = phases.session_id AND phase = phases.number
    ) WHERE state = 'completed';
    """,
    """
    CREATE TABLE fits (
        session_id TEXT NOT NULL, conversation TEXT NOT NULL, digest BLOB NOT NULL, length INTEGER NOT NULL,
        touched BLOB NOT NULL, touched_length INTEGER NOT NULL, revision INTEGER NOT NULL, body BLOB NOT NULL,
        PRIMARY KEY (session_id, conversation, digest)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX fits_by_revision ON fits (session_id, revision);
    """,
    """
    CREATE TABLE logged_figures (
        session_id TEXT NOT NULL, revision INTEGER NOT NULL, phase INTEGER, wave INTEGER, agent TEXT,
        retained INTEGER NOT NULL, processed INTEGER NOT NULL, peak INTEGER NOT NULL, leased INTEGER NOT NULL,
        level TEXT NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (session_id, revision)
    ) STRICT, WITHOUT ROWID;
    ALTER TABLE items ADD COLUMN tool TEXT;
    ALTER TABLE items ADD COLUMN again_of TEXT;
    CREATE INDEX departed_by_hash ON items (session_id, hash) WHERE state <> 'retained' AND brought_in = 1;
    CREATE INDEX departed_by_path ON items (session_id, path) WHERE state <> 'retained' AND brought_in = 1;
    CREATE INDEX items_again ON items (session_id, again_of) WHERE again_of IS NOT NULL;
    """,
)
"""Each entry upgrades the schema by one version; `PRAGMA user_version` says how many have been applied.

The third leaves older rows as they were where rewriting them would take long: an event or a key without a `body` has
its values in the columns of version 1, and an undo whose `changes` are objects has them in full. Since the third, an
item whose one blob is its `hash` has empty `segments`. The fifth takes what completed phases hold now for what they
held at their completion, which older stores did not keep. Events from before the seventh have no figures.
"""

VERSION = len(MIGRATIONS)

SESSION_TABLES = ("phases", "waves", "layers", "items", "sums", "leases", "events", "undos", "fits", "logged_figures")
"""Tables whose keys begin with the session, and whose rows are deleted with it."""

AT_BIRTH = ("PRAGMA auto_vacuum=INCREMENTAL",)
"""Settings that must precede a file's first table: free pages can be returned to the disk a few at a time."""

ON_EACH_CONNECTION = ("PRAGMA secure_delete=ON",)
"""Deleted content is overwritten with zeros, both in pages that stay in use and in pages that become free."""
