/** Requests, answers and notifications over one server's pipes. */

import type { MessageConnection } from 'vscode-jsonrpc/node';
import {
    CancellationTokenSource,
    ConnectionError,
    ErrorCodes,
    ResponseError,
    StreamMessageReader,
    StreamMessageWriter,
    createMessageConnection,
} from 'vscode-jsonrpc/node';
import { ConnectionLostError, ServerError } from './errors.js';
import type { Command } from './process.js';
import { ServerProcess } from './process.js';

/** How long a server that closed its output may take to end, before it is made to. */
const END_MS = 2_000;

/** A request on its way; it may be asked more than once. */
export class Pending {
    readonly answer: Promise<unknown>;
    done = false;
    cancelled = false;
    /** How often it was sent: more than once where a server was lost. */
    asked = 0;
    #resolve!: (result: unknown) => void;
    #reject!: (fault: Error) => void;
    #cancellation = new CancellationTokenSource();

    constructor(
        readonly method: string,
        readonly params: object,
    ) {
        this.answer = new Promise((resolve, reject) => {
            this.#resolve = resolve;
            this.#reject = reject;
        });
        this.answer.catch(() => undefined); // its caller may have stopped waiting
    }

    /** A token for one more time that it is asked. */
    begin(): CancellationTokenSource['token'] {
        this.asked += 1;
        this.#cancellation = new CancellationTokenSource();
        return this.#cancellation.token;
    }

    /** Ask the server to give up; the answer, an error or a result, still comes. */
    cancel(): void {
        this.cancelled = true;
        this.#cancellation.cancel();
    }

    resolve(result: unknown): void {
        this.done = true;
        this.#resolve(result);
    }

    reject(fault: Error): void {
        this.done = true;
        this.#reject(fault);
    }
}

/** How a connection tells what happens to it. */
export interface Listener {
    notified(method: string, params: unknown): void;
    /** Called once, when the server is lost. */
    lost(connection: Connection, unanswered: Pending[], reason: ConnectionLostError): void;
}

/** One server, until it is lost. */
export class Connection {
    readonly #process: ServerProcess;
    readonly #messages: MessageConnection;
    readonly #pending = new Set<Pending>();
    readonly #listener: Listener;
    #lost: ConnectionLostError | undefined;

    constructor(command: Command, listener: Listener) {
        this.#listener = listener;
        this.#process = new ServerProcess(command);
        const { stdout, stdin } = this.#process.child;
        const reader = new StreamMessageReader(stdout);
        this.#messages = createMessageConnection(reader, new StreamMessageWriter(stdin));
        this.#messages.onNotification((method, params) => {
            listener.notified(method, params);
        });
        // What cannot be written is the request's to tell.
        reader.onError((error) => {
            this.lose(`the server sent something else than a message: ${error.message}`);
        });
        this.#messages.onClose(() => {
            void this.#process.end(END_MS);
        });
        void this.#process.ended.then((reason) => {
            this.lose(reason);
        });
        this.#messages.listen();
    }

    /** The server's process id; undefined if it could not be started. */
    get pid(): number | undefined {
        return this.#process.child.pid;
    }

    /** Why nothing can be sent any more. */
    get fault(): ConnectionLostError | undefined {
        return this.#lost;
    }

    /** Send a request; its answer goes to `pending`, or `lost` has it. */
    send(pending: Pending): void {
        this.#pending.add(pending);
        const token = pending.begin();
        const ask = async (): Promise<unknown> => this.#messages.sendRequest(pending.method, pending.params, token);
        ask().then(
            (result) => {
                if (this.#pending.delete(pending)) {
                    pending.resolve(result);
                }
            },
            (error: unknown) => {
                // Where the server is about to be lost, `lost` gets the request.
                if (!(error instanceof ConnectionError) && (this.#process.runs || !isWriteFault(error))) {
                    this.#fail(pending, error);
                }
            },
        );
    }

    async notify(method: string, params: object): Promise<void> {
        await this.#messages.sendNotification(method, params);
    }

    /** Give up. Only the first call counts. */
    lose(reason: string): void {
        if (this.#lost !== undefined) {
            return;
        }
        this.#lost = new ConnectionLostError(reason, this.#process.stderrTail);
        const unanswered = [...this.#pending];
        this.#pending.clear();
        this.#messages.dispose();
        this.#process.kill();
        this.#listener.lost(this, unanswered, this.#lost);
    }

    /** End the server in order, by force if it does not. */
    async end(graceMs: number): Promise<void> {
        if (this.#lost === undefined) {
            await this.notify('exit', {}).catch(() => undefined);
            await this.#process.end(graceMs);
        }
        this.lose('the client is closed');
    }

    #fail(pending: Pending, error: unknown): void {
        if (!this.#pending.delete(pending)) {
            return; // the connection was lost, and `lost` has the request
        }
        if (error instanceof ResponseError && !isWriteFault(error)) {
            const data: unknown = error.data;
            const known = typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : {};
            pending.reject(new ServerError(pending.method, error.code, error.message, known));
        } else {
            pending.reject(error instanceof Error ? error : new Error(String(error)));
        }
    }
}

function isWriteFault(error: unknown): boolean {
    return error instanceof ResponseError && error.code === ErrorCodes.MessageWriteError;
}
