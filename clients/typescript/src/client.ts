/**
 * The conversation with a server that may crash: it is restarted, and its unanswered requests are repeated.
 *
 * Nothing is doubled: a request that writes carries a `requestKey`, under which the server answers a repetition with the
 * first result. What is not in the contract is not asked again.
 */

import { randomUUID } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import type { Connection as ConnectionType } from './connection.js';
import { Connection, Pending } from './connection.js';
import type { Methods, Notifications } from './contract.js';
import { KEYED, METHODS, PROTOCOL_VERSION } from './contract.js';
import { ClientError, ConnectionLostError, RequestTimeoutError } from './errors.js';
import type { Command } from './process.js';
import { Allowance } from './restarts.js';

/** The first pause before a restart; each further one is twice as long, up to `MAX_PAUSE_MS`. */
const PAUSE_MS = 100;
const MAX_PAUSE_MS = 10_000;
/** How often a request is asked: one that was in flight at so many crashes may well be their cause. */
const MAX_ASKED = 3;
const DEFAULT_TIMEOUT_MS = 60_000;
const DEFAULT_RESTARTS = 3;
const END_MS = 2_000;
/** What the client tells its own listeners after a restart: notifications in between may have been missed. */
const RECONNECTED = 'ctxbudget/reconnected';

export interface Options extends Partial<Command> {
    /** The workspace; absent: as the server finds it. */
    root?: string | undefined;
    /** Settings of the server. The version of the protocol is added: a server of another major version refuses it. */
    settings?: object | undefined;
    /** How long a request may take. */
    timeoutMs?: number | undefined;
    /** How often within three minutes a lost server is restarted. */
    restarts?: number | undefined;
    /** The clock of restarts, in milliseconds. */
    now?: (() => number) | undefined;
}

export interface RequestOptions {
    timeoutMs?: number;
    /** Gives the request up: it is cancelled, and rejects. */
    signal?: AbortSignal;
}

/** The notifications that a client tells. */
export interface Told extends Notifications {
    'ctxbudget/reconnected': { restartsLeft: number };
}

type Callback = (params: never) => void;

/** One server after the other, behind one `request`. */
export class Client {
    /** What the server answered to `initialize`. */
    initializeResult: unknown;
    readonly #allowance: Allowance;
    readonly #options: Options;
    readonly #timeoutMs: number;
    readonly #callbacks = new Map<string, Set<Callback>>();
    readonly #watched = new Map<string, object>();
    #connection: ConnectionType | undefined; // undefined while a server is being started
    #starting: ConnectionType | undefined;
    #waiting: Pending[] = []; // asked meanwhile
    #gone: ConnectionLostError | undefined; // for ever once closed, else until a restart is allowed again
    #closed = false;

    private constructor(options: Options) {
        this.#options = options;
        this.#allowance = new Allowance(options.restarts ?? DEFAULT_RESTARTS, options.now);
        this.#timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    }

    /** Start a server and say `initialize`. Rejects with a `ClientError`, and then leaves no process behind. */
    static async start(options: Options = {}): Promise<Client> {
        const client = new Client(options);
        client.#install(await client.#begin(), []);
        return client;
    }

    /** How often the server may be restarted now. */
    get restartsLeft(): number {
        return this.#allowance.left;
    }

    /** Why there is no server; undefined while there is one, or one is being started. A later request may start one. */
    get fault(): ConnectionLostError | undefined {
        return this.#gone;
    }

    /** The process id of the server; undefined while there is none. */
    get pid(): number | undefined {
        return this.#connection?.pid;
    }

    /**
     * Ask, and wait for the result. A late one is cancelled. A server that was given up is started again as soon as a
     * restart is allowed again. Rejects with `ServerError`, `RequestTimeoutError` or
     * `ConnectionLostError`.
     */
    request<M extends keyof Methods>(
        method: M,
        params?: Methods[M]['params'],
        options?: RequestOptions,
    ): Promise<Methods[M]['result']>;
    request(method: string, params?: object, options?: RequestOptions): Promise<unknown>;
    async request(method: string, params: object = {}, options: RequestOptions = {}): Promise<unknown> {
        const pending = this.#send(method, params);
        const { signal, timeoutMs = this.#timeoutMs } = options;
        let timer: NodeJS.Timeout | undefined;
        let aborted: (() => void) | undefined;
        const given = new Promise<never>((_, reject) => {
            timer = setTimeout(() => {
                reject(new RequestTimeoutError(method, timeoutMs));
            }, timeoutMs);
            aborted = () => {
                reject(new ClientError(`${method}: given up by its caller`));
            };
            signal?.addEventListener('abort', aborted);
            if (signal?.aborted === true) {
                aborted();
            }
        });
        try {
            return await Promise.race([pending.answer, given]);
        } catch (error) {
            if (!pending.done) {
                this.#giveUp(pending, params);
            }
            throw error;
        } finally {
            clearTimeout(timer);
            if (aborted !== undefined) {
                signal?.removeEventListener('abort', aborted);
            }
        }
    }

    /** Call `callback` with each notification of `method`. Call what is returned to end it. */
    on<N extends keyof Told>(method: N, callback: (params: Told[N]) => void): () => void {
        const callbacks = this.#callbacks.get(method) ?? new Set();
        this.#callbacks.set(method, callbacks.add(callback));
        return () => callbacks.delete(callback);
    }

    /** End the server in order, by force if it does not. Never rejects, and may be called twice. */
    async close(graceMs = END_MS): Promise<void> {
        const connection = this.#connection;
        if (connection !== undefined && this.#gone === undefined) {
            await this.request('shutdown', {}, { timeoutMs: graceMs }).catch(() => undefined);
        }
        this.#closed = true;
        this.#end(new ConnectionLostError('the client is closed'));
        this.#starting?.lose('the client is closed');
        await connection?.end(graceMs);
    }

    // ---------------------------------------------------------------- asking

    #send(method: string, params: object): Pending {
        const gone = this.#gone;
        if (gone !== undefined && (this.#closed || this.#allowance.left === 0)) {
            throw gone;
        }
        const key = 'requestKey' in params ? params.requestKey : undefined;
        const keyed = this.#allowance.restarts > 0 && KEYED.has(method) && (key === undefined || key === null);
        const pending = new Pending(method, keyed ? { ...params, requestKey: randomUUID() } : params);
        pending.answer.then(
            () => {
                this.#follow(method, params);
            },
            () => undefined,
        );
        if (this.#connection === undefined) {
            this.#waiting.push(pending);
        } else {
            this.#connection.send(pending);
        }
        if (gone !== undefined) {
            this.#gone = undefined;
            void this.#recover([], gone);
        }
        return pending;
    }

    /** Remember which sessions are watched: a new server has to be told. */
    #follow(method: string, params: { sessionId?: unknown; watch?: unknown }): void {
        const session = typeof params.sessionId === 'string' ? params.sessionId : '';
        if (method === 'session/delete' || (method === 'session/open' && params.watch === false)) {
            this.#watched.delete(session);
        } else if (method === 'session/open' && params.watch === true) {
            this.#watched.set(session, { ...(session === '' ? {} : { sessionId: session }), watch: true });
        }
    }

    /** Cancel a request whose answer nobody will see. A lease that it takes all the same is released. */
    #giveUp(pending: Pending, params: { sessionId?: unknown; requestKey?: unknown }): void {
        pending.cancel();
        if (pending.method !== 'budget/reserve' || typeof params.requestKey === 'string') {
            return;
        }
        const session = typeof params.sessionId === 'string' ? { sessionId: params.sessionId } : {};
        pending.answer
            .then((lease) => this.request('budget/release', { ...session, ...(lease as { leaseId: string }) }))
            .catch(() => undefined); // it expires by itself
    }

    // ---------------------------------------------------------------- starting and restarting

    /** A server that has answered `initialize`, and watches what the last one watched. */
    async #begin(): Promise<ConnectionType> {
        if (this.#gone !== undefined) {
            throw this.#gone;
        }
        const { command = ['ctxbudget', 'serve'], cwd, env, background, root, settings } = this.#options;
        const connection = new Connection(
            { command, cwd: cwd ?? root, env, background },
            {
                notified: (method, params) => {
                    this.#tell(method, params);
                },
                lost: (lost, unanswered, reason) => {
                    this.#lost(lost, unanswered, reason);
                },
            },
        );
        this.#starting = connection;
        const ask = async (method: string, params: object): Promise<unknown> => {
            const pending = new Pending(method, params);
            const timer = setTimeout(() => {
                connection.lose(`no answer to ${method} within ${this.#timeoutMs} ms`);
            }, this.#timeoutMs);
            connection.send(pending);
            return pending.answer.finally(() => {
                clearTimeout(timer);
            });
        };
        try {
            this.initializeResult = await ask('initialize', {
                processId: process.pid,
                clientInfo: { name: 'ctxbudget-client' },
                rootUri: root === undefined ? null : pathToFileURL(root).href,
                capabilities: {},
                initializationOptions: { protocolVersion: PROTOCOL_VERSION, ...settings },
            });
            await connection.notify('initialized', {});
            for (const watch of this.#watched.values()) {
                await ask('session/open', watch).catch((error: unknown) => {
                    if (connection.fault !== undefined) {
                        throw error;
                    } // else a session that cannot be opened any more
                });
            }
        } catch (error) {
            connection.lose('the server could not be initialized');
            throw error;
        } finally {
            this.#starting = undefined;
        }
        return connection;
    }

    /** Hand over to a new connection: first what is asked again, then what waited, in their order. */
    #install(connection: ConnectionType, again: Pending[]): void {
        this.#connection = connection;
        const asked = [...again, ...this.#waiting].filter((one) => !one.done);
        this.#waiting = [];
        for (const one of asked) {
            if (one.cancelled) {
                one.reject(new ConnectionLostError('cancelled when the server was lost'));
            } else {
                connection.send(one);
            }
        }
        if (connection.fault !== undefined) {
            this.#lost(connection, [], connection.fault);
        }
    }

    #lost(connection: ConnectionType, unanswered: Pending[], reason: ConnectionLostError): void {
        if (this.#connection !== connection) {
            fail(unanswered, reason); // whoever began it goes on from there
            return;
        }
        this.#connection = undefined;
        if (this.#gone !== undefined) {
            fail(unanswered, this.#gone);
            return;
        }
        void this.#recover(unanswered, reason);
    }

    /** Restart the server and repeat what is unanswered, or give up. Never rejects. */
    async #recover(unanswered: Pending[], lost: ConnectionLostError): Promise<void> {
        const again = unanswered.filter((one) => METHODS.has(one.method) && !one.cancelled && one.asked < MAX_ASKED);
        fail(
            unanswered.filter((one) => !again.includes(one)),
            lost,
        );
        let reason = lost;
        for (let pause = PAUSE_MS; this.#mayRestart(reason); pause = Math.min(2 * pause, MAX_PAUSE_MS)) {
            await new Promise((resolve) => setTimeout(resolve, pause));
            try {
                this.#install(await this.#begin(), again);
                this.#tell(RECONNECTED, { restartsLeft: this.#allowance.left });
                return;
            } catch (error) {
                reason = error instanceof ConnectionLostError ? error : new ConnectionLostError(String(error));
            }
        }
        fail(again, this.#gone ?? reason);
    }

    /** Counts a restart; when none is left now, or the client is closed, what waits is given up. */
    #mayRestart(reason: ConnectionLostError): boolean {
        if (this.#gone === undefined && !this.#allowance.take()) {
            this.#end(reason);
        }
        return this.#gone === undefined;
    }

    /** There is no server, for now or for ever. */
    #end(reason: ConnectionLostError): void {
        this.#gone ??= reason;
        fail(this.#waiting, this.#gone);
        this.#waiting = [];
    }

    #tell(method: string, params: unknown): void {
        for (const callback of this.#callbacks.get(method) ?? []) {
            callback(params as never);
        }
    }
}

function fail(pending: Pending[], reason: Error): void {
    for (const one of pending) {
        one.reject(reason);
    }
}
