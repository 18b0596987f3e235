/** Requests, answers and notifications over one server's pipes. */
import { CancellationTokenSource } from 'vscode-jsonrpc/node';
import { ConnectionLostError } from './errors.js';
import type { Command } from './process.js';
/** A request on its way; it may be asked more than once. */
export declare class Pending {
    #private;
    readonly method: string;
    readonly params: object;
    readonly answer: Promise<unknown>;
    done: boolean;
    cancelled: boolean;
    /** How often it was sent: more than once where a server was lost. */
    asked: number;
    constructor(method: string, params: object);
    /** A token for one more time that it is asked. */
    begin(): CancellationTokenSource['token'];
    /** Ask the server to give up; the answer, an error or a result, still comes. */
    cancel(): void;
    resolve(result: unknown): void;
    reject(fault: Error): void;
}
/** How a connection tells what happens to it. */
export interface Listener {
    notified(method: string, params: unknown): void;
    /** Called once, when the server is lost. */
    lost(connection: Connection, unanswered: Pending[], reason: ConnectionLostError): void;
}
/** One server, until it is lost. */
export declare class Connection {
    #private;
    constructor(command: Command, listener: Listener);
    /** The server's process id; undefined if it could not be started. */
    get pid(): number | undefined;
    /** Why nothing can be sent any more. */
    get fault(): ConnectionLostError | undefined;
    /** Send a request; its answer goes to `pending`, or `lost` has it. */
    send(pending: Pending): void;
    notify(method: string, params: object): Promise<void>;
    /** Give up. Only the first call counts. */
    lose(reason: string): void;
    /** End the server in order, by force if it does not. */
    end(graceMs: number): Promise<void>;
}
