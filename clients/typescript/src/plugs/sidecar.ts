/** The server of a plug-in: started when it is first needed, and never in the way for long. */

import { Client } from '../client.js';
import type { Methods } from '../contract.js';
import { ClientError, RequestTimeoutError } from '../errors.js';

/** After a start that failed or an answer that did not come, how long nobody waits for the server. */
const REST_MS = 30_000;
/** Within three minutes: more than by default, since a run of an agent has no other way to its decisions. */
const RESTARTS = 5;

export interface SidecarOptions {
    program: string;
    root: string;
    /** For each request, the start of the server included. */
    timeoutMs: number;
}

/** What can be asked. */
export interface Server {
    request<M extends keyof Methods>(method: M, params: Methods[M]['params']): Promise<Methods[M]['result']>;
}

export class Sidecar implements Server {
    readonly #options: SidecarOptions;
    #client: Promise<Client> | undefined;
    #fault: ClientError | undefined;
    #restsUntil = 0;

    constructor(options: SidecarOptions) {
        this.#options = options;
    }

    /** Ask the server. Rejects in bounded time, with a `ClientError`. */
    async request<M extends keyof Methods>(method: M, params: Methods[M]['params']): Promise<Methods[M]['result']> {
        if (this.#fault !== undefined && this.#rests()) {
            throw this.#fault;
        }
        const ends = Date.now() + this.#options.timeoutMs;
        const client = await this.#started(method);
        try {
            return await client.request(method, params, { timeoutMs: Math.max(1, ends - Date.now()) });
        } catch (error) {
            if (error instanceof RequestTimeoutError) {
                this.#rest(error);
            }
            throw error;
        }
    }

    async stop(): Promise<void> {
        const client = this.#client;
        this.#client = undefined;
        await client?.then(
            (known) => known.close(),
            () => undefined,
        );
    }

    async #started(method: string): Promise<Client> {
        const { program, root, timeoutMs } = this.#options;
        this.#client ??= Client.start({
            command: [program, 'serve'],
            root,
            timeoutMs,
            restarts: RESTARTS,
            background: true,
        });
        try {
            return await this.#client;
        } catch (error) {
            this.#client = undefined;
            const fault = error instanceof ClientError ? error : new ClientError(`${method}: ${String(error)}`);
            this.#rest(fault);
            throw fault;
        }
    }

    #rests(): boolean {
        return Date.now() < this.#restsUntil;
    }

    #rest(fault: ClientError): void {
        this.#fault = fault;
        this.#restsUntil = Date.now() + REST_MS;
    }
}
