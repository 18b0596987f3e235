/** What can go wrong between a client and its server. */

/** The base of everything that this package throws. */
export class ClientError extends Error {
    override name = 'ClientError';
}

/** The server answered a request with an error. Switch on `reason`, which never changes; `message` is for people. */
export class ServerError extends ClientError {
    override name = 'ServerError';

    constructor(
        readonly method: string,
        readonly code: number,
        message: string,
        /** What the contract says about this error, such as the field at fault. */
        readonly data: Readonly<Record<string, unknown>> = {},
    ) {
        super(`${method}: ${message}`);
    }

    /** The stable name, such as `budgetExceeded`; empty where the server gave none. */
    get reason(): string {
        return typeof this.data['name'] === 'string' ? this.data['name'] : '';
    }

    /** Whether the same request may succeed later, unchanged. */
    get retryable(): boolean {
        return this.data['retryable'] === true;
    }
}

/** There is no server to talk to: it could not be started, it ended, it spoke nonsense, or the client is closed. */
export class ConnectionLostError extends ClientError {
    override name = 'ConnectionLostError';

    constructor(
        reason: string,
        /** The last that the server wrote to stderr. */
        readonly stderrTail = '',
    ) {
        super(stderrTail.trim() === '' ? reason : `${reason}\nthe server's last words:\n${stderrTail.trim()}`);
    }
}

/** No answer came in time. The request may still take effect: `requestKey` makes a retry safe. */
export class RequestTimeoutError extends ClientError {
    override name = 'RequestTimeoutError';

    constructor(
        readonly method: string,
        readonly milliseconds: number,
    ) {
        super(`${method}: no answer within ${milliseconds} ms`);
    }
}
