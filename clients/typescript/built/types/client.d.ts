/**
 * The conversation with a server that may crash: it is restarted, and its unanswered requests are repeated.
 *
 * Nothing is doubled: a request that writes carries a `requestKey`, under which the server answers a repetition with the
 * first result. What is not in the contract is not asked again.
 */
import type { Methods, Notifications } from './contract.js';
import { ConnectionLostError } from './errors.js';
import type { Command } from './process.js';
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
    'ctxbudget/reconnected': {
        restartsLeft: number;
    };
}
/** One server after the other, behind one `request`. */
export declare class Client {
    #private;
    /** What the server answered to `initialize`. */
    initializeResult: unknown;
    private constructor();
    /** Start a server and say `initialize`. Rejects with a `ClientError`, and then leaves no process behind. */
    static start(options?: Options): Promise<Client>;
    /** How often the server may be restarted now. */
    get restartsLeft(): number;
    /** Why there is no server; undefined while there is one, or one is being started. A later request may start one. */
    get fault(): ConnectionLostError | undefined;
    /** The process id of the server; undefined while there is none. */
    get pid(): number | undefined;
    /**
     * Ask, and wait for the result. A late one is cancelled. A server that was given up is started again as soon as a
     * restart is allowed again. Rejects with `ServerError`, `RequestTimeoutError` or
     * `ConnectionLostError`.
     */
    request<M extends keyof Methods>(method: M, params?: Methods[M]['params'], options?: RequestOptions): Promise<Methods[M]['result']>;
    request(method: string, params?: object, options?: RequestOptions): Promise<unknown>;
    /** Call `callback` with each notification of `method`. Call what is returned to end it. */
    on<N extends keyof Told>(method: N, callback: (params: Told[N]) => void): () => void;
    /** End the server in order, by force if it does not. Never rejects, and may be called twice. */
    close(graceMs?: number): Promise<void>;
}
