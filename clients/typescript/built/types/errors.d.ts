/** What can go wrong between a client and its server. */
/** The base of everything that this package throws. */
export declare class ClientError extends Error {
    name: string;
}
/** The server answered a request with an error. Switch on `reason`, which never changes; `message` is for people. */
export declare class ServerError extends ClientError {
    readonly method: string;
    readonly code: number;
    /** What the contract says about this error, such as the field at fault. */
    readonly data: Readonly<Record<string, unknown>>;
    name: string;
    constructor(method: string, code: number, message: string, 
    /** What the contract says about this error, such as the field at fault. */
    data?: Readonly<Record<string, unknown>>);
    /** The stable name, such as `budgetExceeded`; empty where the server gave none. */
    get reason(): string;
    /** Whether the same request may succeed later, unchanged. */
    get retryable(): boolean;
}
/** There is no server to talk to: it could not be started, it ended, it spoke nonsense, or the client is closed. */
export declare class ConnectionLostError extends ClientError {
    /** The last that the server wrote to stderr. */
    readonly stderrTail: string;
    name: string;
    constructor(reason: string, 
    /** The last that the server wrote to stderr. */
    stderrTail?: string);
}
/** No answer came in time. The request may still take effect: `requestKey` makes a retry safe. */
export declare class RequestTimeoutError extends ClientError {
    readonly method: string;
    readonly milliseconds: number;
    name: string;
    constructor(method: string, milliseconds: number);
}
