// The methods of the level core, on the store of a workspace.

import { randomUUID } from 'node:crypto';
import type { Config, Methods, SessionInfo } from '../src/contract';
import { allocate } from './allocation';
import { sumIsOne, thresholdOf } from './arithmetic';
import { checkParams, type CoreMethod } from './params';
import { invalidField, Refusal } from './refusal';
import contract from './schema.json';
import {
    availableOf,
    budgetOf,
    emptySession,
    figuresOf,
    isInFlight,
    leasedOf,
    merged,
    policyOf,
    settingsOf,
    statusOf,
    windowSourceOf,
    type LeaseRow,
    type Session,
} from './session';
import type { Change, Store } from './store';

type Params<Method extends CoreMethod> = Methods[Method]['params'];
type Result<Method extends CoreMethod> = Methods[Method]['result'];
type Handlers = { [Method in CoreMethod]: (params: Params<Method>) => Result<Method> };

/** What every write may say. */
interface WriteParams {
    sessionId?: string | null;
    requestKey?: string | null;
    ifRevision?: number | null;
}

/** What a write does to a session; no change at all is not a write. */
interface Act<R> {
    change?: Change;
    /** The result, once the session has changed. */
    result: (after: Session) => R;
}

const DEFAULT_SESSION = 'default';
const DEFAULT_TTL_MS = 1_800_000;
const DEFAULT_PAGE = 1000;

export const METHODS = Object.keys(contract.methods) as CoreMethod[];

export function isMethod(name: string): name is CoreMethod {
    return Object.hasOwn(contract.methods, name);
}

export class Account {
    private readonly handlers: Handlers;

    constructor(
        private readonly workspace: string,
        private readonly store: Store,
    ) {
        this.handlers = {
            'session/open': (params) => this.open(params),
            'session/close': (params) => this.close(params),
            'session/list': (params) => this.list(params),
            'session/delete': (params) => this.delete(params),
            'budget/status': (params) => statusOf(this.read(params.sessionId ?? DEFAULT_SESSION), Date.now()),
            'budget/allocate': (params) => this.allocate(params),
            'budget/reserve': (params) => this.reserve(params),
            'budget/settle': (params) => this.settle(params),
            'budget/release': (params) => this.release(params),
            'budget/renew': (params) => this.renew(params),
        };
    }

    /** Carries out a request. Throws a `Refusal`, having changed nothing. */
    call<Method extends CoreMethod>(method: Method, params: unknown): Result<Method> {
        return this.handlers[method](checkParams(method, params));
    }

    // ------------------------------------------------------------ sessions

    private open(params: Params<'session/open'>): Result<'session/open'> {
        return this.write('session/open', params, (session) => {
            const created = session.revision === 0;
            const config = merged<Config>(session.config, params.config ?? {});
            const host = { ...session.host, ...(params.host ?? {}) };
            checkSettings(config, host);
            const changed = JSON.stringify([config, host]) !== JSON.stringify([session.config, session.host]);
            const writes = created || changed || session.closedAt !== null;
            return {
                ...(writes && { change: { session: { config, host, closedAt: null } } }),
                result: (after) => ({
                    sessionId: after.sessionId,
                    revision: after.revision,
                    notices: [],
                    created,
                    state: 'open',
                    config: { ...settingsOf(after) },
                    windowSource: windowSourceOf(after),
                    host: after.host,
                    budget: budgetOf(settingsOf(after)),
                    effectivePolicy: policyOf(settingsOf(after)),
                    alerts: [],
                }),
            };
        });
    }

    private close(params: Params<'session/close'>): Result<'session/close'> {
        return this.write('session/close', params, (_, now) => {
            const closedAt = timeOf(now);
            return {
                change: { session: { closedAt } },
                result: (after) => ({
                    sessionId: after.sessionId,
                    revision: after.revision,
                    plan: [],
                    saved: 0,
                    undo: null,
                    state: 'closed',
                    closedAt,
                    status: figuresOf(after, now),
                }),
            };
        });
    }

    private list(params: Params<'session/list'>): Result<'session/list'> {
        this.store.refresh();
        const now = Date.now();
        const all = [...this.store.sessions.values()];
        const after = params.after ?? null;
        const start = after === null ? 0 : all.findIndex(({ sessionId }) => sessionId === after) + 1;
        if (after !== null && start === 0) {
            throw new Refusal('unknownSession', `there is no session ${after}`, { sessionId: after });
        }
        const state = params.state ?? null;
        const matches = (session: Session): boolean => state === null || stateOf(session) === state;
        const rest = all.slice(start).filter(matches);
        const page = rest.slice(0, params.limit ?? DEFAULT_PAGE);
        const [latest] = all.sort((one, other) => other.changedBy - one.changedBy);
        return {
            notices: [],
            workspace: this.workspace,
            sessions: page.map((session) => infoOf(session, now)),
            total: all.filter(matches).length,
            next: page.length < rest.length ? (page.at(-1)?.sessionId ?? null) : null,
            latest: latest === undefined ? null : this.shownFor(latest.sessionId),
        };
    }

    /** The session itself, or for a subagent's (`SESSION:AGENT`) the outermost that it belongs to. */
    private shownFor(sessionId: string): string {
        const parts = sessionId.split(':');
        const prefixes = parts.map((_, index) => parts.slice(0, index + 1).join(':'));
        return prefixes.find((prefix) => this.store.sessions.has(prefix)) ?? sessionId;
    }

    private delete(params: Params<'session/delete'>): Result<'session/delete'> {
        return this.write('session/delete', params, ({ sessionId, revision }) => ({
            change: { session: null },
            result: () => ({ sessionId, revision, deleted: true }),
        }));
    }

    // ------------------------------------------------------------ budget

    private allocate(params: Params<'budget/allocate'>): Result<'budget/allocate'> {
        return this.write('budget/allocate', params, (session, now) => {
            const [fields, phases] = allocate(session, params, leasedOf(session, now));
            return {
                change: { session: { phases, buffer: fields.buffer } },
                result: ({ sessionId, revision }) => ({
                    sessionId,
                    revision,
                    strategy: params.strategy,
                    basis: params.basis ?? 'total',
                    ...fields,
                    finished: [],
                    assumptions: [],
                    history: null,
                }),
            };
        });
    }

    private reserve(params: Params<'budget/reserve'>): Result<'budget/reserve'> {
        return this.write('budget/reserve', params, (session, now) => {
            const { tokens, holder, phase = null, force, ttlMs } = params;
            if (phase !== null && !session.phases.some((row) => row.phase === phase)) {
                throw new Refusal('unknownPhase', `the session has no phase ${phase}`, { phase });
            }
            if (force !== true) {
                checkFit(session, tokens, now);
            }
            const lease: LeaseRow = {
                leaseId: `l${randomUUID()}`,
                holder,
                tokens,
                phase,
                reservedAt: timeOf(now),
                expiresAt: timeOf(now + (ttlMs ?? DEFAULT_TTL_MS)),
                state: 'active',
            };
            return leased(lease, ({ leaseId, expiresAt }) => ({ leaseId, expiresAt, spent: null }), now);
        });
    }

    private settle(params: Params<'budget/settle'>): Result<'budget/settle'> {
        return this.write('budget/settle', params, (session, now) => {
            const lease = activeLease(session, params.leaseId);
            const { leaseId, tokens: reserved } = lease;
            const { used } = params;
            const figures = { leaseId, reserved, used, expired: !isInFlight(lease, now) };
            const ends = { refunded: Math.max(0, reserved - used), overrun: Math.max(0, used - reserved) };
            return leased({ ...lease, state: 'settled' }, () => ({ ...figures, ...ends }), now);
        });
    }

    private release(params: Params<'budget/release'>): Result<'budget/release'> {
        return this.write('budget/release', params, (session, now) => {
            const lease = activeLease(session, params.leaseId);
            return leased(
                { ...lease, state: 'released' },
                ({ leaseId, tokens }) => ({ leaseId, refunded: tokens }),
                now,
            );
        });
    }

    private renew(params: Params<'budget/renew'>): Result<'budget/renew'> {
        return this.write('budget/renew', params, (session, now) => {
            const lease = activeLease(session, params.leaseId);
            if (!isInFlight(lease, now)) {
                checkFit(session, lease.tokens, now);
            }
            const expiresAt = timeOf(now + (params.ttlMs ?? DEFAULT_TTL_MS));
            return leased({ ...lease, expiresAt }, ({ leaseId }) => ({ leaseId, expiresAt }), now);
        });
    }

    // ------------------------------------------------------------ reading and writing

    private read(sessionId: string): Session {
        this.store.refresh();
        return this.find(sessionId);
    }

    private find(sessionId: string): Session {
        const found = this.store.sessions.get(sessionId);
        if (found === undefined && sessionId !== DEFAULT_SESSION) {
            throw new Refusal('unknownSession', `there is no session ${sessionId}`, { sessionId });
        }
        return found ?? emptySession(sessionId);
    }

    /** One write of a session: its key, its revision, its own rules, and then all of it or nothing. */
    private write<Method extends CoreMethod>(
        method: Method,
        { sessionId: named, requestKey = null, ifRevision = null }: WriteParams,
        act: (session: Session, now: number) => Act<Result<Method>>,
    ): Result<Method> {
        const sessionId = named ?? DEFAULT_SESSION;
        return this.store.write(() => {
            const settled = requestKey === null ? undefined : this.store.settled(method, sessionId, requestKey);
            if (settled !== undefined && settled.method !== method) {
                const data = { requestKey, method: settled.method };
                throw new Refusal('requestKeyReused', `the request key belongs to ${settled.method}`, data);
            }
            if (settled !== undefined) {
                return { result: settled.result as Result<Method> };
            }
            const opens = method === 'session/open' && !this.store.sessions.has(sessionId);
            const session = opens ? emptySession(sessionId) : this.find(sessionId);
            if (session.closedAt !== null && method !== 'session/open' && method !== 'session/delete') {
                throw new Refusal('sessionClosed', `the session ${sessionId} is closed`, { sessionId });
            }
            const { revision } = session;
            if (ifRevision !== null && ifRevision !== revision) {
                throw new Refusal('conflict', `the session is at revision ${revision}`, { revision });
            }
            const now = Date.now();
            const { change, result: resultOf } = act(session, now);
            const stamped = change && { ...change, session: stamp(session, change.session, method, now) };
            const result = resultOf(changedBy(session, stamped));
            const key = requestKey === null ? {} : { key: { requestKey, method, result } };
            if (stamped === undefined && requestKey === null) {
                return { result };
            }
            return { result, entry: { sessionId, session: {}, ...stamped, ...key } };
        });
    }
}

/** What every write changes of a session, besides what it is about. */
function stamp(session: Session, change: Change['session'], method: CoreMethod, now: number): Change['session'] {
    if (change === null) {
        return null;
    }
    const at = timeOf(now);
    const [, name = method] = method.split('/');
    return {
        ...(session.revision === 0 && { createdAt: at }),
        updatedAt: at,
        revision: session.revision + 1,
        lastEvent: { at, method, why: name },
        ...change,
    };
}

/** The session as a change leaves it, for the result. */
function changedBy(session: Session, change: Change | undefined): Session {
    const leases = new Map(session.leases);
    if (change?.lease) {
        leases.set(change.lease.leaseId, change.lease);
    }
    return { ...session, ...change?.session, leases };
}

/** A lease as it is from now on; its result has what is left of the budget. */
function leased<Fields extends object>(lease: LeaseRow, fields: (lease: LeaseRow) => Fields, now: number) {
    return {
        change: { session: {}, lease },
        result: (after: Session) => ({
            sessionId: after.sessionId,
            revision: after.revision,
            ...fields(lease),
            available: availableOf(after, now),
        }),
    };
}

function activeLease(session: Session, leaseId: string): LeaseRow {
    const lease = session.leases.get(leaseId);
    if (lease === undefined) {
        throw new Refusal('unknownLease', `the session has no lease ${leaseId}`, { leaseId });
    }
    if (lease.state !== 'active') {
        throw new Refusal('leaseClosed', `the lease is ${lease.state}`, { leaseId, state: lease.state });
    }
    return lease;
}

function checkFit(session: Session, tokens: number, now: number): void {
    const available = availableOf(session, now);
    if (tokens > available) {
        const leased = leasedOf(session, now);
        const budget = budgetOf(settingsOf(session));
        const retryable = leased > 0 && tokens <= available + leased;
        const data = { requested: tokens, available, leased, budget, retryable };
        throw new Refusal('budgetExceeded', `${tokens} tokens do not fit: ${available} are available`, data);
    }
}

/** Throws `invalidParams` for settings that contradict each other. */
function checkSettings(config: Config, host: Session['host']): void {
    const settings = settingsOf({ config, host });
    const { thresholds, reserveShares } = settings;
    const budget = budgetOf(settings);
    if (budget < 1) {
        throw invalidField(['config', 'targetShare'], 'the budget is less than one token');
    }
    if (thresholdOf(budget, thresholds.warn) > thresholdOf(budget, thresholds.critical)) {
        throw invalidField(['config', 'thresholds', 'warn'], 'is above critical');
    }
    if (!sumIsOne([reserveShares.core, reserveShares.debug, reserveShares.overflow])) {
        throw invalidField(['config', 'reserveShares'], 'do not add up to 1');
    }
}

function infoOf(session: Session, now: number): SessionInfo {
    const { sessionId, createdAt, updatedAt, revision, lastEvent } = session;
    const status = figuresOf(session, now);
    return { sessionId, state: stateOf(session), createdAt, updatedAt, revision, phase: null, lastEvent, status };
}

function stateOf({ closedAt }: Session): 'open' | 'closed' {
    return closedAt === null ? 'open' : 'closed';
}

function timeOf(milliseconds: number): string {
    return new Date(milliseconds).toISOString();
}
