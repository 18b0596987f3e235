// What was answered is kept, and shared by all servers of a workspace. See "Durability" in docs/implementing.md.
//
// The store is a folder of numbered entries, each of which is one write. A write reads the entries that are new, decides,
// writes its own entry to a file of another name, and links that to the next number. The link fails if the number is
// taken: then another server was faster, and the write decides again on what that one left. So no lock is needed that
// a dead process could keep, and nobody ever reads half an entry. Entries are never removed.

import { createHash, randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Refusal } from './refusal';
import { emptySession, type LeaseRow, type Session, type Settled } from './session';

/** What a write changes. */
export interface Change {
    /** The members that change; null: the session is deleted. */
    session: Partial<Session> | null;
    lease?: LeaseRow;
}

interface Entry extends Change {
    sessionId: string;
    key?: { requestKey: string } & Settled;
}

export interface Written<Result> {
    result: Result;
    /** Absent: nothing changes. */
    entry?: Entry;
}

export class Store {
    /** By id, oldest first. */
    readonly sessions = new Map<string, Session>();
    /** Keys of `session/delete`, by session and key. They stay after the session. */
    private readonly deletions = new Map<string, Map<string, Settled>>();
    private readonly folder: string;
    private entries = 0;

    constructor(workspace: string) {
        const state = process.env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state');
        const name = createHash('sha256').update(workspace).digest('hex').slice(0, 32);
        this.folder = join(state, 'ctxbudget-core-server', name);
    }

    /** Takes in what other servers have written. */
    refresh(): void {
        for (;;) {
            let text: string;
            try {
                text = readFileSync(this.path(this.entries + 1), 'utf8');
            } catch (error) {
                if (codeOf(error) === 'ENOENT') {
                    return;
                }
                throw this.unusable(error);
            }
            this.apply(JSON.parse(text) as Entry);
        }
    }

    /** Carries a write out on the current state, and keeps it before its result is returned. */
    write<Result>(decide: () => Written<Result>): Result {
        for (;;) {
            this.refresh();
            const { result, entry } = decide();
            if (entry === undefined || this.append(entry)) {
                return result;
            }
        }
    }

    /** What a request key was used for. Keys of deletions outlive the session, and only deletions look at them. */
    settled(method: string, sessionId: string, requestKey: string): Settled | undefined {
        const deletion = method === 'session/delete' ? this.deletions.get(sessionId)?.get(requestKey) : undefined;
        return deletion ?? this.sessions.get(sessionId)?.keys.get(requestKey);
    }

    /** False if another server has taken the next number. */
    private append(entry: Entry): boolean {
        const unfinished = join(this.folder, `${randomUUID()}.unfinished`);
        try {
            mkdirSync(this.folder, { recursive: true, mode: 0o700 });
            writeFileSync(unfinished, JSON.stringify(entry), { flush: true, mode: 0o600 });
            try {
                linkSync(unfinished, this.path(this.entries + 1));
            } finally {
                unlinkSync(unfinished);
            }
            syncFolder(this.folder);
        } catch (error) {
            if (codeOf(error) === 'EEXIST') {
                return false;
            }
            throw this.unusable(error);
        }
        this.apply(entry);
        return true;
    }

    private apply({ sessionId, session: changed, lease, key }: Entry): void {
        this.entries += 1;
        const settled = key && { method: key.method, result: key.result };
        if (changed === null) {
            this.sessions.delete(sessionId);
            if (key && settled) {
                const kept = this.deletions.get(sessionId) ?? new Map<string, Settled>();
                this.deletions.set(sessionId, kept.set(key.requestKey, settled));
            }
            return;
        }
        const session = Object.assign(this.sessions.get(sessionId) ?? emptySession(sessionId), changed);
        if (changed.revision !== undefined) {
            session.changedBy = this.entries;
        }
        if (lease) {
            session.leases.set(lease.leaseId, lease);
        }
        if (key && settled) {
            session.keys.set(key.requestKey, settled);
        }
        this.sessions.set(sessionId, session);
    }

    private path(entry: number): string {
        return join(this.folder, `${entry}.json`);
    }

    private unusable(error: unknown): Refusal {
        const reason = error instanceof Error ? error.message : String(error);
        const name = codeOf(error) === 'ENOSPC' ? 'storeFull' : 'storeUnavailable';
        return new Refusal(name, `the store cannot be used: ${reason}`, { path: this.folder, reason });
    }
}

function codeOf(error: unknown): unknown {
    return error instanceof Error && 'code' in error ? error.code : undefined;
}

/** Keeps the name of a new entry as well as its content. */
function syncFolder(folder: string): void {
    const descriptor = openSync(folder, 'r');
    try {
        fsyncSync(descriptor);
    } finally {
        closeSync(descriptor);
    }
}
